//! A refused script.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// Why a script was refused, and where in its text.
///
/// The message begins with HyperDbg's words (`Syntax Error: Invalid Syntax`, `Syntax Error: Unknown Token` ...) and
/// goes on with what was expected. [`crate::Error`] gives it line, column and caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Byte offset into the script's text.
    pub offset: usize,
    /// What was wrong.
    pub message: String,
}

impl ScriptError {
    /// An error at byte `offset`.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
        }
    }

    /// `Invalid Syntax` at byte `offset`; `why` says what was expected.
    pub fn syntax(offset: usize, why: impl fmt::Display) -> Self {
        Self::new(offset, format!("Syntax Error: Invalid Syntax: {why}"))
    }

    /// `Unknown Token` at byte `offset`; `why` says what was expected.
    pub fn token(offset: usize, why: impl fmt::Display) -> Self {
        Self::new(offset, format!("Syntax Error: Unknown Token: {why}"))
    }
}
