//! Registers as text, for people.

use core::fmt;

use super::Info;
use super::access::value;
use super::table;
use super::table::Feature;
use crate::virt::register::RegisterFile;

/// A register's value; prints as hexadecimal digits, as many as the register is wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The value, zero-extended.
    pub value: u128,
    /// How many bytes of it count.
    pub bytes: usize,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$x}", self.value, width = 2 * self.bytes)
    }
}

/// Every register with its value, in the order of gdb's numbers. `avx` as in
/// [`description`](super::description).
pub fn dump(file: &dyn RegisterFile, avx: bool) -> impl Iterator<Item = (Info, Value)> {
    table::all()
        .filter(move |info| avx || info.feature != Feature::Avx)
        .map(|info| {
            let value = Value {
                value: value(file, &info),
                bytes: info.bytes(),
            };
            (info, value)
        })
}
