//! A CPU's registers for tests: they hold anything, except what they were told to refuse.

use crate::virt::register::InvalidValue;
use crate::virt::register::Register;
use crate::virt::register::RegisterFile;

/// Registers that begin as 0 with all extended state enabled.
#[derive(Clone, Debug)]
pub(crate) struct FakeRegisters {
    values: Vec<(Register, u64)>,
    extended: Vec<u8>,
    /// Writes to this register fail.
    pub(crate) refuse: Option<Register>,
    /// Every register written, in order.
    pub(crate) written: Vec<Register>,
}

impl Default for FakeRegisters {
    fn default() -> Self {
        Self {
            values: vec![(Register::Xcr0, 7)],
            extended: vec![0; 832],
            refuse: None,
            written: Vec::new(),
        }
    }
}

impl RegisterFile for FakeRegisters {
    fn get(&self, register: Register) -> u64 {
        self.values
            .iter()
            .find(|(held, _)| *held == register)
            .map_or(0, |(_, value)| *value)
    }

    fn set(&mut self, register: Register, value: u64) -> Result<(), InvalidValue> {
        if self.refuse == Some(register) {
            return Err(InvalidValue { register, value });
        }
        self.written.push(register);
        self.values.retain(|(held, _)| *held != register);
        self.values.push((register, value));
        Ok(())
    }

    fn extended(&self) -> &[u8] {
        &self.extended
    }

    fn extended_mut(&mut self) -> &mut [u8] {
        &mut self.extended
    }
}
