//! Refines the page tables boot.s made: 4 KiB pages for ring 3, on demand, and a window onto any frame.
//!
//! Only the boot processor changes tables, so there is no lock; tables come from a small static pool.

#![expect(unsafe_code, reason = "walks and edits page tables by physical address")]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::cpu;

/// Entry bit: present.
pub(crate) const PRESENT: u64 = 1;
/// Entry bit: writable.
pub(crate) const WRITABLE: u64 = 2;
/// Entry bit: open to ring 3.
pub(crate) const USER: u64 = 4;
/// Entry bit: a leaf above the last level.
pub(crate) const LARGE: u64 = 0x80;
const ADDRESS: u64 = 0x000F_FFFF_FFFF_F000;

/// First address of the range whose pages appear when touched.
pub(crate) const DEMAND_START: u64 = 0x7000_0000_0000;
/// Pages of that range.
pub(crate) const DEMAND_PAGES: u64 = 16;
/// Where [`window`] maps its frame.
const WINDOW: u64 = 0x7100_0000_0000;

const POOL: usize = 24;

/// One page table, or one zeroed page.
#[repr(C, align(4096))]
pub(crate) struct Table([AtomicU64; 512]);

impl Table {
    const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; 512])
    }

    /// Physical = virtual address of the table.
    pub(crate) fn address(&self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// The entries in order.
    pub(crate) fn entries(&self) -> &[AtomicU64; 512] {
        &self.0
    }
}

#[repr(C, align(4096))]
struct Frames(UnsafeCell<[[u8; 4096]; DEMAND_PAGES as usize]>);

// SAFETY: only its address is taken; the contents are reached through the demand range.
unsafe impl Sync for Frames {}

static TABLES: [Table; POOL] = [const { Table::new() }; POOL];
static USED: AtomicUsize = AtomicUsize::new(0);
static DEMAND_FRAMES: Frames = Frames(UnsafeCell::new([[0; 4096]; DEMAND_PAGES as usize]));

/// A zeroed table out of the pool; `None` when all are in use.
pub(crate) fn new_table() -> Option<&'static Table> {
    TABLES.get(USED.fetch_add(1, Ordering::Relaxed))
}

fn table_at(address: u64) -> &'static Table {
    // SAFETY: every caller takes the address from CR3 or from a present entry, all of which name static
    // tables of this image, which is mapped one to one.
    unsafe { &*(address as *const Table) }
}

fn entry_of(table: &'static Table, address: u64, level: u32) -> &'static AtomicU64 {
    let [first, ..] = table.entries();
    table
        .entries()
        .get((address >> (12 + 9 * level) & 0x1FF) as usize)
        .unwrap_or(first)
}

/// The 4 KiB entry of `address`, made with its tables (and by splitting large pages) when missing.
fn leaf(address: u64) -> Option<&'static AtomicU64> {
    let mut table = table_at(cpu::read_cr3() & ADDRESS);
    for level in (1..=3).rev() {
        let entry = entry_of(table, address, level);
        let value = entry.load(Ordering::Relaxed);
        if value & PRESENT == 0 || (level < 3 && value & LARGE != 0) {
            let next = new_table()?;
            if value & PRESENT != 0 {
                split(next, value, level);
            }
            entry.store(next.address() | PRESENT | WRITABLE | USER, Ordering::Relaxed);
        } else if value & USER == 0 {
            entry.store(value | USER, Ordering::Relaxed);
        }
        table = table_at(entry.load(Ordering::Relaxed) & ADDRESS);
    }
    Some(entry_of(table, address, 0))
}

/// Fills `table` with what the large page `value` at `level` maps.
fn split(table: &Table, value: u64, level: u32) {
    let step = 1u64 << (12 + 9 * (level - 1));
    let keep = if level > 1 { value } else { value & !LARGE };
    for (i, entry) in (0u64..).zip(table.entries()) {
        entry.store(keep + i * step, Ordering::Relaxed);
    }
}

/// Maps the page of `address` to `frame` with `flags`. `false` when the pool is empty.
pub(crate) fn map(address: u64, frame: u64, flags: u64) -> bool {
    let Some(entry) = leaf(address) else { return false };
    entry.store(frame & ADDRESS | flags, Ordering::Relaxed);
    cpu::invalidate_page(address);
    true
}

/// Lets ring 3 use the page at `address`, which is mapped one to one.
pub(crate) fn open_to_user(address: u64) {
    map(address, address, PRESENT | WRITABLE | USER);
}

/// Maps any physical frame at a fixed address and returns that address plus the offset in the page.
pub(crate) fn window(physical: u64) -> Option<u64> {
    map(WINDOW, physical, PRESENT | WRITABLE).then_some(WINDOW | physical & 0xFFF)
}

/// Called on a page fault: maps the page when `address` is in the demand range.
pub(crate) fn map_on_demand(address: u64) -> bool {
    let page = address.wrapping_sub(DEMAND_START) / 4096;
    page < DEMAND_PAGES
        && map(
            address,
            DEMAND_FRAMES.0.get() as u64 + page * 4096,
            PRESENT | WRITABLE,
        )
}

/// Takes a page of the demand range away again.
pub(crate) fn unmap_demand(page: u64) {
    map(DEMAND_START + page % DEMAND_PAGES * 4096, 0, 0);
}
