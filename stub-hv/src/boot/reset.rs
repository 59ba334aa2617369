//! Resetting the machine: by the register that ACPI names, else in the ways PCs have had before it.

use spin::Once;

use super::acpi::fadt::AddressSpace;
use super::acpi::fadt::ResetRegister;
use crate::cpu::port;
use crate::cpu::timer;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::host::Physical;

/// The reset control register of Intel and AMD chipsets: a full reset.
const CHIPSET: (u16, u8) = (0xcf9, 0x0e);
/// The keyboard controller: pulse the reset line.
const KEYBOARD: (u16, u8) = (0x64, 0xfe);

static REGISTER: Once<ResetRegister> = Once::new();

/// Remembers the register that ACPI names.
pub fn set_register(register: ResetRegister) {
    REGISTER.call_once(|| register);
}

/// Resets the machine. Returns only if nothing of the machine listens.
pub fn reset() {
    if let Some(register) = REGISTER.get() {
        match register.space {
            AddressSpace::Io => port::write8(register.address as u16, register.value),
            AddressSpace::Memory => {
                // If it cannot be written, the other ways remain.
                let _ = Physical.write(GuestPhysical(register.address), &[register.value]);
            }
            AddressSpace::PciConfig => {}
        }
        timer::delay(10_000);
    }
    for (at, value) in [CHIPSET, KEYBOARD] {
        port::write8(at, value);
        timer::delay(10_000);
    }
}
