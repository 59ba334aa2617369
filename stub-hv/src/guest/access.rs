//! Registers and memory of one CPU's guest, by the names and in the pieces that commands and scripts ask for.
//!
//! For a stopped CPU and for one that is in an exit alike: nothing here allocates.

use monitor_cmds::MemoryError;
use monitor_cmds::Register as Name;

use super::linear;
use super::linear::Unpatched;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;

/// The virtual CPU's register of that name.
pub fn place(name: Name) -> Register {
    match name {
        Name::Rax => Register::General(0),
        Name::Rcx => Register::General(1),
        Name::Rdx => Register::General(2),
        Name::Rbx => Register::General(3),
        Name::Rsp => Register::General(4),
        Name::Rbp => Register::General(5),
        Name::Rsi => Register::General(6),
        Name::Rdi => Register::General(7),
        Name::R8 => Register::General(8),
        Name::R9 => Register::General(9),
        Name::R10 => Register::General(10),
        Name::R11 => Register::General(11),
        Name::R12 => Register::General(12),
        Name::R13 => Register::General(13),
        Name::R14 => Register::General(14),
        Name::R15 => Register::General(15),
        Name::Rip => Register::Rip,
        Name::Rflags => Register::Rflags,
        Name::Cs => Register::Selector(Segment::Cs),
        Name::Ss => Register::Selector(Segment::Ss),
        Name::Ds => Register::Selector(Segment::Ds),
        Name::Es => Register::Selector(Segment::Es),
        Name::Fs => Register::Selector(Segment::Fs),
        Name::Gs => Register::Selector(Segment::Gs),
        Name::FsBase => Register::Base(Segment::Fs),
        Name::GsBase => Register::Base(Segment::Gs),
        Name::KernelGsBase => Register::KernelGsBase,
        Name::Cr0 => Register::Cr0,
        Name::Cr2 => Register::Cr2,
        Name::Cr3 => Register::Cr3,
        Name::Cr4 => Register::Cr4,
        Name::Cr8 => Register::Cr8,
        Name::Efer => Register::Efer,
        Name::Dr0 => Register::Debug(0),
        Name::Dr1 => Register::Debug(1),
        Name::Dr2 => Register::Debug(2),
        Name::Dr3 => Register::Debug(3),
        Name::Dr6 => Register::Debug(6),
        Name::Dr7 => Register::Debug(7),
        Name::Gdtr => Register::Base(Segment::Gdtr),
        Name::GdtrLimit => Register::Limit(Segment::Gdtr),
        Name::Idtr => Register::Base(Segment::Idtr),
        Name::IdtrLimit => Register::Limit(Segment::Idtr),
        Name::Ldtr => Register::Base(Segment::Ldtr),
        Name::Tr => Register::Base(Segment::Tr),
    }
}

/// Calls `each` with the pieces of `0..length` that lie in one page of memory at `address`: their address and range.
/// Ends at the first for which it is false.
fn in_pages(
    address: u64,
    length: usize,
    mut each: impl FnMut(GuestPhysical, core::ops::Range<usize>) -> bool,
) -> Result<(), MemoryError> {
    let mut done = 0;
    while done < length {
        let at = GuestPhysical(address.wrapping_add(done as u64));
        let count = at.left_in_page().min(length - done);
        if !each(at, done..done + count) {
            return Err(MemoryError { address: at.0 });
        }
        done += count;
    }
    Ok(())
}

/// Sets a register. `false`, and nothing is changed, if the CPU could not run with that value.
pub fn set_register(registers: &mut (impl RegisterFile + ?Sized), register: Name, value: u64) -> bool {
    let place = place(register);
    let too_long = matches!(place, Register::Selector(_) | Register::Limit(_)) && value > 0xffff;
    !too_long && registers.set(place, value).is_ok()
}

/// Copies from guest virtual memory.
///
/// # Errors
/// At the first address that is not mapped to memory of the guest.
pub fn read_virtual(
    registers: &(impl RegisterFile + ?Sized),
    address: u64,
    into: &mut [u8],
) -> Result<(), MemoryError> {
    match linear::read(registers, address, into).unwrap_or(0) {
        count if count == into.len() => Ok(()),
        count => Err(MemoryError {
            address: address.wrapping_add(count as u64),
        }),
    }
}

/// Copies to guest virtual memory, write-protected pages included.
///
/// # Errors
/// At the first address that is not mapped to memory of the guest.
pub fn write_virtual(
    registers: &(impl RegisterFile + ?Sized),
    address: u64,
    from: &[u8],
) -> Result<(), MemoryError> {
    if linear::write(registers, address, from).is_ok() {
        return Ok(());
    }
    // Pages begin at the same places in both kinds of address.
    in_pages(address, from.len(), |at, _| {
        linear::translate(registers, at.0).is_ok()
    })?;
    Err(MemoryError { address })
}

/// Copies from guest physical memory.
///
/// # Errors
/// At the first address that is no memory of the guest.
pub fn read_physical(address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
    in_pages(address, into.len(), |at, range| {
        into.get_mut(range)
            .is_some_and(|into| Unpatched.read(at, into).is_ok())
    })
}

/// Copies to guest physical memory.
///
/// # Errors
/// At the first address that is no memory of the guest.
pub fn write_physical(address: u64, from: &[u8]) -> Result<(), MemoryError> {
    in_pages(address, from.len(), |at, range| {
        from.get(range)
            .is_some_and(|from| Unpatched.write(at, from).is_ok())
    })
}

/// The physical address that `address` is mapped to.
pub fn to_physical(registers: &(impl RegisterFile + ?Sized), address: u64) -> Option<u64> {
    Some(linear::translate(registers, address).ok()?.physical.0)
}
