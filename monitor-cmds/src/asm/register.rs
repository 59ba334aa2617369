//! Register names.

use crate::asm::table;
use iced_x86::Register;

/// The register called `name`; case does not matter. `st(1)` is read by the operand reader, `st` is `st(0)`.
pub(crate) fn find(name: &str) -> Option<Register> {
    // No register's name is longer.
    let mut buffer = [0_u8; 8];
    let lower = buffer.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    table::register(core::str::from_utf8(lower).ok()?)
}

/// `first` and the `number` after it.
pub(crate) fn nth(first: Register, number: u64) -> Option<Register> {
    let number = usize::try_from(number).ok()?;
    Register::try_from((first as usize).checked_add(number)?).ok()
}
