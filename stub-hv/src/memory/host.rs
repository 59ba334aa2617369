//! The real memory behind the traits: guest-physical memory through the direct map, and table frames
//! from the heap.
#![expect(unsafe_code, reason = "reads and writes physical memory")]

use alloc::alloc::Layout;
use alloc::alloc::dealloc;
use core::ops::Range;
use core::ptr;

use spin::Once;

use super::address::GuestMemory;
use super::address::GuestPhysical;
use super::address::Inaccessible;
use super::address::copy_by_pages;
use super::map::MemoryMap;
use super::nested::Frame;
use super::nested::Frames;
use crate::cpu::paging;

/// What the machine's physical address space looks like to the hypervisor.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The hypervisor's own memory.
    pub hypervisor: Range<u64>,
    /// The machine's memory as the boot loader gave it.
    pub map: MemoryMap,
    /// One past the last address of the direct map.
    pub direct_end: u64,
}

static LAYOUT: Once<Machine> = Once::new();

/// Says what belongs to whom; before this, all of the first 4 GiB is accessible.
pub fn set_layout(layout: Machine) {
    LAYOUT.call_once(|| layout);
}

/// The hypervisor's own memory, once it has taken it.
pub fn hypervisor_range() -> Option<Range<u64>> {
    LAYOUT.get().map(|layout| layout.hypervisor.clone())
}

/// Whether ordinary memory is at a physical address.
pub fn is_ram(at: u64) -> bool {
    LAYOUT
        .get()
        .is_some_and(|layout| layout.map.is_usable(&(at..at.saturating_add(1))))
}

/// Guest-physical memory, which is physical memory without the hypervisor's part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Physical;

fn check(at: GuestPhysical, length: usize) -> Result<(), Inaccessible> {
    let end = at.0.checked_add(length as u64).ok_or(Inaccessible(at))?;
    let (hypervisor, limit) = match LAYOUT.get() {
        Some(layout) => (layout.hypervisor.clone(), layout.direct_end),
        None => (0..0, 1 << 32),
    };
    if end > limit || (at.0 < hypervisor.end && end > hypervisor.start) {
        return Err(Inaccessible(at));
    }
    Ok(())
}

impl GuestMemory for Physical {
    fn read(&self, at: GuestPhysical, into: &mut [u8]) -> Result<(), Inaccessible> {
        check(at, into.len())?;
        let from = paging::direct::<u8>(at.0);
        // SAFETY: the range is in the direct map and not the hypervisor's. Aligned small accesses are single
        // ones, as device registers and page-table entries need.
        unsafe {
            match into.len() {
                4 if at.0.is_multiple_of(4) => {
                    into.copy_from_slice(&from.cast::<u32>().read_volatile().to_ne_bytes())
                }
                8 if at.0.is_multiple_of(8) => {
                    into.copy_from_slice(&from.cast::<u64>().read_volatile().to_ne_bytes())
                }
                2 if at.0.is_multiple_of(2) => {
                    into.copy_from_slice(&from.cast::<u16>().read_volatile().to_ne_bytes())
                }
                length => ptr::copy_nonoverlapping(from, into.as_mut_ptr(), length),
            }
        }
        Ok(())
    }

    fn write(&mut self, at: GuestPhysical, from: &[u8]) -> Result<(), Inaccessible> {
        check(at, from.len())?;
        let to = paging::direct::<u8>(at.0);
        // SAFETY: as in `read`; guest memory is nothing the compiler knows of.
        unsafe {
            match *from {
                [a, b] if at.0.is_multiple_of(2) => {
                    to.cast::<u16>().write_volatile(u16::from_ne_bytes([a, b]))
                }
                [a, b, c, d] if at.0.is_multiple_of(4) => {
                    to.cast::<u32>().write_volatile(u32::from_ne_bytes([a, b, c, d]));
                }
                [a, b, c, d, e, f, g, h] if at.0.is_multiple_of(8) => {
                    to.cast::<u64>()
                        .write_volatile(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
                }
                _ => ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()),
            }
        }
        Ok(())
    }

    fn copy(&mut self, from: GuestPhysical, to: GuestPhysical, length: u64) -> Result<(), Inaccessible> {
        let count = usize::try_from(length).map_err(|_| Inaccessible(from))?;
        if from.0.abs_diff(to.0) < length {
            return copy_by_pages(self, from, to, length);
        }
        check(from, count)?;
        check(to, count)?;
        // SAFETY: both ranges are in the direct map and not the hypervisor's, and they do not overlap.
        unsafe { ptr::copy_nonoverlapping(paging::direct::<u8>(from.0), paging::direct(to.0), count) };
        Ok(())
    }
}

/// Frames for nested page tables, from the heap.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeapFrames;

impl Frames for HeapFrames {
    fn allocate(&mut self) -> Option<Frame> {
        paging::allocate_frame().map(Frame)
    }

    fn free(&mut self, frame: Frame) {
        if let Ok(layout) = Layout::from_size_align(4096, 4096) {
            // SAFETY: the tree gives back only frames that `allocate` gave out, with the same layout.
            unsafe { dealloc(paging::direct(frame.0), layout) };
        }
    }

    fn get(&self, table: Frame, index: usize) -> u64 {
        // SAFETY: the frame is one of `allocate`'s, the index below 512.
        unsafe { paging::direct::<u64>(table.0).add(index & 511).read_volatile() }
    }

    fn set(&mut self, table: Frame, index: usize, entry: u64) {
        // SAFETY: as in `get`.
        unsafe {
            paging::direct::<u64>(table.0)
                .add(index & 511)
                .write_volatile(entry)
        };
    }
}
