//! One stopped CPU's guest, as commands see it: the machine's view is at the same time the guest of the CPU that was
//! asked for last. Processes are not known yet, and the clock chip is left to the guest, which may be in the middle of
//! reading it.

use monitor_cmds::Guest;
use monitor_cmds::MemoryError;
use monitor_cmds::Register as Name;

use super::View;
use crate::cpu::msr;
use crate::cpu::timer;
use crate::debug::world;
use crate::guest::access;

impl Guest for View<'_> {
    fn cpu(&self) -> u32 {
        self.cpu as u32
    }

    fn register(&self, register: Name) -> u64 {
        let vcpu = self.target.peek(self.cpu);
        vcpu.map_or(0, |vcpu| vcpu.get(access::place(register)))
    }

    fn set_register(&mut self, register: Name, value: u64) -> bool {
        let vcpu = self.target.vcpu(self.cpu);
        vcpu.is_some_and(|vcpu| access::set_register(vcpu, register, value))
    }

    fn read_virtual(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        let vcpu = self.target.peek(self.cpu).ok_or(MemoryError { address })?;
        access::read_virtual(vcpu, address, into)
    }

    fn write_virtual(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        let vcpu = self.target.vcpu(self.cpu).ok_or(MemoryError { address })?;
        access::write_virtual(vcpu, address, from)
    }

    fn read_physical(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        access::read_physical(address, into)
    }

    fn write_physical(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        access::write_physical(address, from)
    }

    fn virtual_to_physical(&mut self, address: u64) -> Option<u64> {
        access::to_physical(self.target.peek(self.cpu)?, address)
    }

    fn physical_to_virtual(&mut self, address: u64) -> Option<u64> {
        monitor_cmds::find_virtual(self, address)
    }

    fn tsc(&self) -> (u64, u32) {
        // TSC_AUX is the CPU's own, and only the CPU that stopped the world can be asked.
        let here = world::owner() == Some(self.cpu);
        let aux = here.then(|| msr::read(msr::TSC_AUX).ok()).flatten();
        (timer::now(), aux.unwrap_or(0) as u32)
    }

    fn microsleep(&mut self, microseconds: u64) {
        timer::wait(microseconds);
    }
}
