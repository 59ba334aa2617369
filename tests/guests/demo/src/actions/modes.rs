//! `do=pae`, `do=32bit`, `do=real`, `do=la57`: the boot processor changes its paging mode and spins.
//!
//! Each maps [`PATTERN_FRAME`] at a virtual address that is not its physical one, writes
//! [`PATTERN`] there after the change and says `demo: mode entered`; a debugger must find the pattern at the
//! virtual address. In real mode it is segment 2000h, offset 120h.

#![expect(unsafe_code, reason = "leaves and enters processor modes in assembly")]

use core::cell::UnsafeCell;
use core::sync::atomic::Ordering;

use crate::actions::Context;
use crate::apic;
use crate::console::println;
use crate::cpu;
use crate::paging::{self, LARGE, PRESENT, Table, WRITABLE};

/// The four bytes written in the new mode.
const PATTERN: u32 = 0x5AFE_C0DE;
/// Where the 32-bit modes see the pattern: 1 GiB, and 288 bytes into the page.
const PATTERN_ADDRESS: u32 = 0x4000_0120;
/// Where 5-level paging sees it: an address that 4 levels cannot name.
const PATTERN_ADDRESS_57: u64 = 1 << 48 | PATTERN_ADDRESS as u64;
const REAL_CODE: usize = 0x9000;

core::arch::global_asm!(include_str!("../modes.s"), pattern = const PATTERN);

/// The page that holds the pattern.
#[repr(C, align(4096))]
struct PatternFrame(UnsafeCell<[u8; 4096]>);

// SAFETY: written only through the other mapping, after this kernel has given up everything else.
unsafe impl Sync for PatternFrame {}

#[unsafe(no_mangle)]
static PATTERN_FRAME: PatternFrame = PatternFrame(UnsafeCell::new([0; 4096]));

unsafe extern "C" {
    static DIRECTORIES: [Table; 4];
    static PML4: Table;
    static real_mode_start: [u8; 0];
    static real_mode_end: [u8; 0];
    fn enter_pae(table: u64, pattern: u64) -> !;
    fn enter_two_level(table: u64, pattern: u64) -> !;
    fn enter_real() -> !;
    fn enter_five_level(table: u64);
}

fn set(table: &Table, index: usize, value: u64) {
    if let Some(entry) = table.entries().get(index) {
        entry.store(value, Ordering::Relaxed);
    }
}

fn frame() -> u64 {
    PATTERN_FRAME.0.get() as u64
}

fn announce(mode: &str, address: u64) {
    println!(
        "demo: mode {mode} pattern {PATTERN:x} virtual {address:x} physical {:x}",
        frame() | address & 0xFFF
    );
    cpu::disable_interrupts();
    apic::stop_timer();
}

fn out_of_tables() {
    println!("demo: no page tables left");
}

/// 32-bit PAE paging: the low 4 GiB one to one but for the pattern's page.
pub(crate) fn pae(_: &Context<'_>) {
    let (Some(top), Some(directory), Some(pages)) =
        (paging::new_table(), paging::new_table(), paging::new_table())
    else {
        return out_of_tables();
    };
    // SAFETY: boot.s made these tables, and they are only changed through atomics.
    let directories = unsafe { &DIRECTORIES };
    for (i, table) in directories.iter().enumerate() {
        // Writable and user bits are reserved at this level of PAE paging.
        set(top, i, table.address() | PRESENT);
    }
    let [_, second, ..] = directories;
    for (i, entry) in second.entries().iter().enumerate() {
        set(directory, i, entry.load(Ordering::Relaxed));
    }
    set(top, 1, directory.address() | PRESENT);
    set(directory, 0, pages.address() | PRESENT | WRITABLE);
    set(pages, 0, frame() | PRESENT | WRITABLE);
    announce("pae", PATTERN_ADDRESS.into());
    // SAFETY: the tables keep code, stack and data of this kernel where they are.
    unsafe { enter_pae(top.address(), PATTERN_ADDRESS.into()) }
}

/// 32-bit two-level paging with 4 MiB pages.
pub(crate) fn legacy(_: &Context<'_>) {
    let (Some(directory), Some(pages)) = (paging::new_table(), paging::new_table()) else {
        return out_of_tables();
    };
    // Two 4-byte entries at a time.
    for (i, pair) in (0u64..).zip(directory.entries()) {
        let low = i << 23 | LARGE | WRITABLE | PRESENT;
        pair.store(low | (low | 1 << 22) << 32, Ordering::Relaxed);
    }
    if let Some(pair) = directory.entries().get(PATTERN_ADDRESS as usize >> 23) {
        let high = pair.load(Ordering::Relaxed) & !0xFFFF_FFFF;
        pair.store(high | pages.address() | WRITABLE | PRESENT, Ordering::Relaxed);
    }
    set(pages, 0, frame() | WRITABLE | PRESENT);
    announce("32bit", PATTERN_ADDRESS.into());
    // SAFETY: the tables keep code, stack and data of this kernel where they are.
    unsafe { enter_two_level(directory.address(), PATTERN_ADDRESS.into()) }
}

/// Real mode, with the pattern at 2000:0120.
pub(crate) fn real(_: &Context<'_>) {
    let start = &raw const real_mode_start;
    let len = (&raw const real_mode_end) as usize - start as usize;
    println!("demo: mode real pattern {PATTERN:x} virtual 20120 physical 20120");
    cpu::disable_interrupts();
    apic::stop_timer();
    // SAFETY: the symbols bound the code, and the page at 9000h is conventional RAM no longer in use.
    unsafe {
        core::ptr::copy_nonoverlapping(start.cast::<u8>(), REAL_CODE as *mut u8, len);
        enter_real()
    }
}

/// 5-level paging, when the CPU has it; comes back and idles with its timer running.
pub(crate) fn five_level(_: &Context<'_>) {
    const CPUID_LA57: u32 = 1 << 16;
    if cpu::cpuid(7, 0).ecx & CPUID_LA57 == 0 {
        println!("demo: la57 is missing");
        return;
    }
    let tables: [Option<&Table>; 5] = core::array::from_fn(|_| paging::new_table());
    let [Some(top), Some(level4), Some(level3), Some(level2), Some(level1)] = tables else {
        return out_of_tables();
    };
    // SAFETY: boot.s made this table, and it is only changed through atomics.
    let all = unsafe { &PML4 }.address() | PRESENT | WRITABLE | paging::USER;
    set(top, 0, all);
    set(top, 511, all);
    set(top, 1, level4.address() | PRESENT | WRITABLE);
    set(level4, 0, level3.address() | PRESENT | WRITABLE);
    set(level3, 1, level2.address() | PRESENT | WRITABLE);
    set(level2, 0, level1.address() | PRESENT | WRITABLE);
    set(level1, 0, frame() | PRESENT | WRITABLE);
    announce("la57", PATTERN_ADDRESS_57);
    // SAFETY: the lower and the upper half are mapped as before, and the pattern's page is mapped writable.
    unsafe {
        enter_five_level(top.address());
        core::ptr::write_volatile(PATTERN_ADDRESS_57 as *mut u32, PATTERN);
    }
    println!("demo: mode entered");
    apic::start_timer();
    cpu::enable_interrupts();
}
