//! A refused assembly text: what was wrong, and where.

use alloc::string::String;
use core::fmt;

/// Why a text was not assembled. `Display` gives the message alone; [`crate::Error::new`] with the offset shows
/// the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsmError {
    /// Byte offset into the text, at most its length.
    pub offset: usize,
    /// What was wrong, and what would be right.
    pub message: String,
}

impl AsmError {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
        }
    }
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for AsmError {}
