//! What the firmware's ACPI tables say about processors, interrupts and reset.
//!
//! No AML is needed for that: the RSDP leads to a list of tables, and three of them are read: MADT
//! (processors, I/O APICs, how ISA interrupts are wired), FADT (how to reset the machine) and MCFG (where PCI
//! configuration space is mapped). Layouts: ACPI Specification 6.5, chapter "ACPI Software Programming
//! Model"; MCFG: PCI Firmware Specification 3.3, "MCFG Table Description".
//!
//! Tables are firmware's, so they are read as if hostile: checksums count, every length is bounded, and an
//! entry that makes no sense ends its table. Without a MADT there is one processor and no I/O APIC, which
//! is for the caller to judge.

pub mod fadt;
pub mod madt;
mod mcfg;
mod tables;

pub use fadt::AddressSpace;
pub use fadt::ResetRegister;
pub use madt::IoApic;
pub use madt::MAX_IO_APICS;
pub use madt::MAX_OVERRIDES;
pub use madt::MAX_PROCESSORS;
pub use madt::Madt;
pub use madt::Override;
pub use madt::Polarity;
pub use madt::Processor;
pub use madt::Trigger;
pub use mcfg::ConfigSpace;
pub use mcfg::MAX_CONFIG_SPACES;
pub use tables::find_rsdp;

use crate::memory::GuestMemory;
use crate::memory::Inaccessible;
use core::fmt;
use heapless::Vec;

/// What is kept of all tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acpi {
    /// Processors and interrupts, if there is a MADT.
    pub madt: Option<Madt>,
    /// How to reset the machine, if the FADT says.
    pub reset: Option<ResetRegister>,
    /// Memory-mapped PCI configuration space.
    pub config_spaces: Vec<ConfigSpace, MAX_CONFIG_SPACES>,
}

impl Acpi {
    /// Reads the tables that the RSDP at physical address `rsdp` leads to. A single table that cannot be
    /// read is left out; of several with the same name the first counts, as the specification has it.
    pub fn read(memory: &(impl GuestMemory + ?Sized), rsdp: u64) -> Result<Self, AcpiError> {
        let mut acpi = Self::default();
        let mut fadt_seen = false;
        for table in tables::list(memory, rsdp)? {
            match &table.signature {
                b"APIC" if acpi.madt.is_none() => acpi.madt = Madt::read(memory, &table),
                b"FACP" if !fadt_seen => {
                    fadt_seen = true;
                    acpi.reset = fadt::reset_register(memory, &table);
                }
                b"MCFG" if acpi.config_spaces.is_empty() => acpi.config_spaces = mcfg::read(memory, &table),
                _ => {}
            }
        }
        Ok(acpi)
    }
}

/// Why there are no ACPI tables to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcpiError {
    /// No RSDP with a valid checksum at this address.
    NotAnRsdp(u64),
    /// The list of tables is missing, damaged or of an impossible length.
    BadRoot(u64),
    /// A table lies where there is no memory.
    Inaccessible(Inaccessible),
}

impl From<Inaccessible> for AcpiError {
    fn from(error: Inaccessible) -> Self {
        Self::Inaccessible(error)
    }
}

impl fmt::Display for AcpiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnRsdp(at) => write!(f, "no ACPI root pointer (RSDP) at {at:#x}"),
            Self::BadRoot(at) => write!(f, "the ACPI root table at {at:#x} is damaged"),
            Self::Inaccessible(Inaccessible(at)) => write!(f, "ACPI table at {at:#x}: no memory there"),
        }
    }
}

#[cfg(test)]
mod tests;
