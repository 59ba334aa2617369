//! One stopped CPU's guest, as commands see it: the machine's view is at the same time the guest of the CPU that was
//! asked for last.

use monitor_cmds::DateTime;
use monitor_cmds::Guest;
use monitor_cmds::MemoryError;
use monitor_cmds::Register as Name;
use monitor_cmds::Running;

use super::View;
use crate::cpu::msr;
use crate::cpu::timer;
use crate::debug::world;
use crate::guest::linear;
use crate::guest::linear::Unpatched;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::virt::Register;
use crate::virt::Segment;

/// The virtual CPU's register of that name.
fn place(name: Name) -> Register {
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

impl Guest for View<'_> {
    fn cpu(&self) -> u32 {
        self.cpu as u32
    }

    fn register(&self, register: Name) -> u64 {
        let vcpu = self.target.peek(self.cpu);
        vcpu.map_or(0, |vcpu| vcpu.get(place(register)))
    }

    fn set_register(&mut self, register: Name, value: u64) -> bool {
        let place = place(register);
        let too_long = matches!(place, Register::Selector(_) | Register::Limit(_)) && value > 0xffff;
        let vcpu = self.target.vcpu(self.cpu);
        !too_long && vcpu.is_some_and(|vcpu| vcpu.set(place, value).is_ok())
    }

    fn read_virtual(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        let vcpu = self.target.peek(self.cpu).ok_or(MemoryError { address })?;
        match linear::read(vcpu, address, into).unwrap_or(0) {
            count if count == into.len() => Ok(()),
            count => Err(MemoryError {
                address: address.wrapping_add(count as u64),
            }),
        }
    }

    fn write_virtual(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        let vcpu = self.target.vcpu(self.cpu).ok_or(MemoryError { address })?;
        if linear::write(vcpu, address, from).is_ok() {
            return Ok(());
        }
        // Pages begin at the same places in both kinds of address.
        in_pages(address, from.len(), |at, _| linear::translate(vcpu, at.0).is_ok())?;
        Err(MemoryError { address })
    }

    fn read_physical(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        in_pages(address, into.len(), |at, range| {
            into.get_mut(range)
                .is_some_and(|into| Unpatched.read(at, into).is_ok())
        })
    }

    fn write_physical(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        in_pages(address, from.len(), |at, range| {
            from.get(range)
                .is_some_and(|from| Unpatched.write(at, from).is_ok())
        })
    }

    fn virtual_to_physical(&mut self, address: u64) -> Option<u64> {
        let vcpu = self.target.peek(self.cpu)?;
        Some(linear::translate(vcpu, address).ok()?.physical.0)
    }

    fn physical_to_virtual(&mut self, address: u64) -> Option<u64> {
        monitor_cmds::find_virtual(self, address)
    }

    fn select_process(&mut self, pid: Option<u32>) -> bool {
        // Processes are not known yet: only the CPU's own address space can be had.
        pid.is_none()
    }

    fn running(&self) -> Running {
        Running::default()
    }

    fn tsc(&self) -> (u64, u32) {
        // TSC_AUX is the CPU's own, and only the CPU that stopped the world can be asked.
        let here = world::owner() == Some(self.cpu);
        let aux = here.then(|| msr::read(msr::TSC_AUX).ok()).flatten();
        (timer::now(), aux.unwrap_or(0) as u32)
    }

    fn now(&self) -> DateTime {
        // The clock chip is the guest's, which may be in the middle of reading it.
        DateTime::default()
    }

    fn microsleep(&mut self, microseconds: u64) {
        timer::wait(microseconds);
    }
}
