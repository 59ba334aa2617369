//! Port I/O.
#![expect(unsafe_code, reason = "IN and OUT have no safe form")]

use x86_64::instructions::port::PortReadOnly;
use x86_64::instructions::port::PortWriteOnly;

/// Reads a byte from a port that belongs to the hypervisor or has no side effect on reads.
pub fn read8(port: u16) -> u8 {
    // SAFETY: port I/O cannot touch memory the compiler knows of; callers read devices of their own.
    unsafe { PortReadOnly::<u8>::new(port).read() }
}

/// Writes a byte to a port.
pub fn write8(port: u16, value: u8) {
    // SAFETY: as in `read8`; no device is told to do DMA through byte ports here.
    unsafe { PortWriteOnly::<u8>::new(port).write(value) }
}

/// Reads `size` bytes (1, 2 or 4) from a port on the guest's behalf.
pub fn read(port: u16, size: u8) -> u32 {
    // SAFETY: the guest owns the machine's devices: what it reads there is its own business.
    unsafe {
        match size {
            1 => PortReadOnly::<u8>::new(port).read().into(),
            2 => PortReadOnly::<u16>::new(port).read().into(),
            _ => PortReadOnly::<u32>::new(port).read(),
        }
    }
}

/// Writes the low `size` bytes (1, 2 or 4) of `value` to a port on the guest's behalf.
pub fn write(port: u16, size: u8, value: u32) {
    // SAFETY: the guest owns the machine's devices; what it tells them it could tell them itself.
    unsafe {
        match size {
            1 => PortWriteOnly::<u8>::new(port).write(value as u8),
            2 => PortWriteOnly::<u16>::new(port).write(value as u16),
            _ => PortWriteOnly::<u32>::new(port).write(value),
        }
    }
}
