//! The host's own page tables: the image at its linked addresses, and all of physical memory at the
//! direct map.
//!
//! Text is read-only, data is not executable, and the direct map is not executable: a stray write of ours
//! faults instead of changing code.
#![expect(
    unsafe_code,
    reason = "builds page tables and turns direct-map addresses into pointers"
)]

use alloc::alloc::Layout;
use alloc::alloc::alloc_zeroed;

use crate::boot::image::Image;

/// Where physical address 0 is mapped. PML4 slot 257 and up: the part of the address space that Linux
/// leaves to hypervisors, so that no breakpoint address of a guest is an address of ours.
pub const DIRECT_MAP: u64 = 0xffff_8080_0000_0000;

const PRESENT: u64 = 1;
const WRITABLE: u64 = 2;
const LARGE: u64 = 0x80;
const NO_EXECUTE: u64 = 1 << 63;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// A pointer to a physical address through the direct map.
pub fn direct<T>(physical: u64) -> *mut T {
    (DIRECT_MAP + physical) as *mut T
}

/// The physical address behind a direct-map pointer: of anything on the heap.
pub fn physical_of<T: ?Sized>(pointer: *const T) -> u64 {
    pointer.cast::<u8>() as u64 - DIRECT_MAP
}

/// A zeroed 4 KiB frame from the heap, by its physical address; `None` when the heap is used up.
pub fn allocate_frame() -> Option<u64> {
    let layout = Layout::from_size_align(4096, 4096).ok()?;
    // SAFETY: the layout's size is not zero.
    let frame = unsafe { alloc_zeroed(layout) };
    (!frame.is_null()).then(|| physical_of(frame))
}

/// Fills a frame of `allocate_frame`'s.
pub fn fill_frame(frame: u64, bytes: &[u8; 4096]) {
    // SAFETY: the frame is one the caller was given; bytes have no invalid values.
    unsafe { direct::<[u8; 4096]>(frame).write(*bytes) };
}

/// Tables under construction.
struct Tables {
    root: u64,
}

impl Tables {
    fn entry(table: u64, index: u64) -> *mut u64 {
        direct::<u64>(table + index * 8)
    }

    /// Maps one page of `4096 << 9 * level` bytes.
    fn map(&self, virtual_: u64, physical: u64, level: u32, flags: u64) -> Option<()> {
        let mut table = self.root;
        for above in (level + 1..4).rev() {
            let slot = Self::entry(table, virtual_ >> (12 + 9 * above) & 0x1ff);
            // SAFETY: `table` is a frame of these tables, which nothing else refers to yet.
            unsafe {
                if *slot & PRESENT == 0 {
                    *slot = allocate_frame()? | PRESENT | WRITABLE;
                }
                table = *slot & ADDRESS;
            }
        }
        let slot = Self::entry(table, virtual_ >> (12 + 9 * level) & 0x1ff);
        let large = if level > 0 { LARGE } else { 0 };
        // SAFETY: as above.
        unsafe { *slot = physical | flags | large | PRESENT };
        Some(())
    }
}

/// Tables as those at `root`, and the first 2 MiB at their own addresses beside: what a CPU needs while it
/// comes up from real mode. Gives their root; `None` when the heap is used up.
pub fn with_low_memory(root: u64) -> Option<u64> {
    let tables = Tables {
        root: allocate_frame()?,
    };
    for index in 256..512 {
        // SAFETY: both are frames of page tables, the new one not in use yet.
        unsafe { *Tables::entry(tables.root, index) = *Tables::entry(root, index) };
    }
    tables.map(0, 0, 1, WRITABLE)?;
    Some(tables.root)
}

/// Uses the tables at `root` on this CPU.
///
/// # Safety
/// They map the image and the direct map as the present ones do.
pub unsafe fn activate(root: u64) {
    // SAFETY: the caller's promise.
    unsafe { core::arch::asm!("mov cr3, {}", in(reg) root, options(nostack)) };
}

/// Builds the tables: the image's pages at `image`'s addresses over the frames from `new_place`, and the
/// direct map up to `memory_end` (at least 4 GiB), in 1 GiB pages where the CPU has them. Gives the
/// root's physical address; `None` when the heap is used up.
pub fn build(image: &Image, new_place: u64, memory_end: u64, gigabyte_pages: bool) -> Option<u64> {
    let tables = Tables {
        root: allocate_frame()?,
    };
    let mut virtual_ = image.start;
    while virtual_ < image.end {
        let flags = if virtual_ < image.text {
            WRITABLE | NO_EXECUTE
        } else if virtual_ < image.rodata {
            0
        } else if virtual_ < image.data {
            NO_EXECUTE
        } else {
            WRITABLE | NO_EXECUTE
        };
        tables.map(virtual_, new_place + (virtual_ - image.start), 0, flags)?;
        virtual_ += 4096;
    }
    let (level, size) = if gigabyte_pages {
        (2, 1 << 30)
    } else {
        (1, 2 << 20)
    };
    let mut physical = 0;
    while physical < memory_end.max(1 << 32) {
        tables.map(DIRECT_MAP + physical, physical, level, WRITABLE | NO_EXECUTE)?;
        physical += size;
    }
    Some(tables.root)
}
