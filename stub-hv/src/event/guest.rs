//! The guest of a CPU that is in an exit, as scripts see it. Processes are not known yet, and the clock chip is left to
//! the guest, which may be in the middle of reading it.

use core::cell::RefCell;

use monitor_cmds::Guest;
use monitor_cmds::MemoryError;
use monitor_cmds::Register as Name;

use crate::cpu::msr;
use crate::cpu::timer;
use crate::guest::access;
use crate::guest::arming;
use crate::virt::Register;
use crate::virt::Vcpu;

/// The guest of this CPU during an exit. What of its state stays in the physical CPU is taken into memory when it is
/// asked for, and put back when this is dropped.
pub(super) struct LiveGuest<'a, V: Vcpu> {
    index: usize,
    vcpu: RefCell<&'a mut V>,
}

impl<'a, V: Vcpu> LiveGuest<'a, V> {
    pub(super) fn new(index: usize, vcpu: &'a mut V) -> Self {
        Self {
            index,
            vcpu: RefCell::new(vcpu),
        }
    }
}

impl<V: Vcpu> Drop for LiveGuest<'_, V> {
    fn drop(&mut self) {
        // Does nothing unless it was captured.
        self.vcpu.get_mut().release();
    }
}

/// Whether the register stays in the physical CPU during an exit.
const fn stays(register: Register) -> bool {
    matches!(register, Register::Debug(_) | Register::Cr8)
}

impl<V: Vcpu> Guest for LiveGuest<'_, V> {
    fn cpu(&self) -> u32 {
        self.index as u32
    }

    fn register(&self, register: Name) -> u64 {
        let place = access::place(register);
        // Nothing else borrows it for longer than a call.
        let Ok(mut vcpu) = self.vcpu.try_borrow_mut() else {
            return 0;
        };
        if stays(place) {
            vcpu.capture();
        }
        vcpu.get(place)
    }

    fn set_register(&mut self, register: Name, value: u64) -> bool {
        let place = access::place(register);
        let vcpu = self.vcpu.get_mut();
        if stays(place) {
            vcpu.capture();
        }
        if !access::set_register(*vcpu, register, value) {
            return false;
        }
        match place {
            Register::Cr0 | Register::Cr3 | Register::Cr4 | Register::Efer => vcpu.flush(),
            // How guest and debugger share them may change.
            Register::Debug(_) => arming::changed(),
            _ => {}
        }
        true
    }

    fn read_virtual(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        access::read_virtual(*self.vcpu.get_mut(), address, into)
    }

    fn write_virtual(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        access::write_virtual(*self.vcpu.get_mut(), address, from)
    }

    fn read_physical(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError> {
        access::read_physical(address, into)
    }

    fn write_physical(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError> {
        access::write_physical(address, from)
    }

    fn virtual_to_physical(&mut self, address: u64) -> Option<u64> {
        access::to_physical(*self.vcpu.get_mut(), address)
    }

    fn physical_to_virtual(&mut self, address: u64) -> Option<u64> {
        monitor_cmds::find_virtual(self, address)
    }

    fn tsc(&self) -> (u64, u32) {
        (timer::now(), msr::read(msr::TSC_AUX).unwrap_or(0) as u32)
    }

    fn microsleep(&mut self, microseconds: u64) {
        timer::wait(microseconds);
    }
}
