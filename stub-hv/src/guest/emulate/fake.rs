//! A register file in memory, for tests.

use super::Code;
use super::Vendor;
use super::Width;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;
use crate::virt::register::InvalidValue;

/// Values by register; a register never written reads 0.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Registers(pub(crate) Vec<(Register, u64)>);

impl Registers {
    /// In 64-bit mode at privilege level 0, RIP 1000h.
    pub(crate) fn long_mode() -> Self {
        let mut regs = Self::default();
        for (register, value) in [
            (Register::Efer, 0x501),
            (Register::Attributes(Segment::Cs), 0x29b),
            (Register::Attributes(Segment::Ss), 0xc93),
            (Register::Rip, 0x1000),
            (Register::Rflags, 2),
        ] {
            regs.put(register, value);
        }
        regs
    }

    pub(crate) fn put(&mut self, register: Register, value: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == register) {
            Some((_, old)) => *old = value,
            None => self.0.push((register, value)),
        }
    }
}

impl RegisterFile for Registers {
    fn get(&self, register: Register) -> u64 {
        self.0
            .iter()
            .find(|(known, _)| *known == register)
            .map_or(0, |(_, value)| *value)
    }

    fn set(&mut self, register: Register, value: u64) -> Result<(), InvalidValue> {
        self.put(register, value);
        Ok(())
    }

    fn extended(&self) -> &[u8] {
        &[]
    }

    fn extended_mut(&mut self) -> &mut [u8] {
        &mut []
    }
}

/// `bytes` as 64-bit code at 1000h on an AMD processor.
pub(crate) fn code(bytes: &[u8]) -> Code<'_> {
    Code {
        bytes,
        width: Width::Bits64,
        rip: 0x1000,
        vendor: Vendor::Amd,
    }
}
