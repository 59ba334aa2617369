//! Guest-linear memory of a virtual CPU, through its page tables.

use core::arch::x86_64::__cpuid;

use spin::Once;

use crate::debug::state;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::GuestVirtual;
use crate::memory::Inaccessible;
use crate::memory::host::Physical;
use crate::memory::walk;
use crate::memory::walk::AccessError;
use crate::memory::walk::Paging;
use crate::memory::walk::Translation;
use crate::memory::walk::WalkError;
use crate::virt::Register;
use crate::virt::RegisterFile;

/// How the virtual CPU translates now.
pub fn paging(registers: &(impl RegisterFile + ?Sized)) -> Paging {
    static PHYSICAL_BITS: Once<u8> = Once::new();
    Paging::new(
        registers.get(Register::Cr0),
        registers.get(Register::Cr4),
        registers.get(Register::Efer),
        *PHYSICAL_BITS.call_once(|| __cpuid(0x8000_0008).eax as u8),
    )
}

/// Translates a linear address.
pub fn translate(registers: &(impl RegisterFile + ?Sized), at: u64) -> Result<Translation, WalkError> {
    walk::translate(
        &paging(registers),
        registers.get(Register::Cr3),
        &Physical,
        GuestVirtual(at),
    )
}

/// Reads as the guest would find it were no breakpoint of the debugger in it; a short count ends before the
/// first page that cannot be read.
pub fn read(
    registers: &(impl RegisterFile + ?Sized),
    at: u64,
    into: &mut [u8],
) -> Result<usize, AccessError> {
    let paging = paging(registers);
    let cr3 = registers.get(Register::Cr3);
    walk::read_virtual(&paging, cr3, &Unpatched, GuestVirtual(at), into)
}

/// Writes whole or not at all, as far as translation decides it; a breakpoint of the debugger in the range
/// stays.
pub fn write(registers: &(impl RegisterFile + ?Sized), at: u64, from: &[u8]) -> Result<(), AccessError> {
    let paging = paging(registers);
    let cr3 = registers.get(Register::Cr3);
    walk::write_virtual(&paging, cr3, &mut Unpatched, GuestVirtual(at), from)
}

/// Guest-physical memory with the debugger's breakpoints masked out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unpatched;

impl GuestMemory for Unpatched {
    fn read(&self, at: GuestPhysical, into: &mut [u8]) -> Result<(), Inaccessible> {
        Physical.read(at, into)?;
        state::breakpoints().lock().patches.mask_read(at, into);
        Ok(())
    }

    fn write(&mut self, at: GuestPhysical, from: &[u8]) -> Result<(), Inaccessible> {
        state::breakpoints()
            .lock()
            .patches
            .split_write(at, from, &mut Physical)
    }
}
