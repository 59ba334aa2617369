//! What ends a script while it runs.

use crate::MemoryError;
use core::fmt;

/// A run-time error: the script ends at it, and the event goes on.
///
/// `Display` gives HyperDbg's sentence and then the reason, without a newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeError {
    /// The function or operator that failed, in lower case.
    pub function: &'static str,
    /// Why.
    pub reason: Reason,
}

/// Why a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Memory of the guest or of the script.
    NotAccessible {
        /// The first address that failed.
        address: u64,
    },
    /// `/` or `%` by zero.
    DivisionByZero,
    /// The lowest integer divided by -1.
    QuotientOverflow,
    /// A shift by as many bits as the value has, or more, or by a negative count.
    ShiftCount {
        /// The count, sign-extended.
        count: u64,
        /// Bits of the value.
        width: u32,
    },
    /// A floating-point result too large, or memory that holds no number.
    NotFinite,
    /// A floating-point value that no such integer can hold.
    FloatRange {
        /// Bytes of the integer.
        size: u8,
        /// Is it signed?
        signed: bool,
    },
    /// The register does not take the value, or cannot be written.
    Register {
        /// Its name.
        name: &'static str,
        /// The value.
        value: u64,
    },
    /// `printf` of a floating-point value without `%f`, or of another value with it.
    FloatFormat,
    /// The text of one `printf` is longer than 4096 bytes.
    TextLimit,
    /// A copy of no bytes.
    NothingToCopy,
    /// The vector of an injection is above ff or its type above 7.
    Injection,
    /// Locals and calls need more than the 256 slots of the stack.
    StackOverflow,
    /// The operations of one run are used up.
    ExecutionCount,
}

impl From<MemoryError> for Reason {
    fn from(error: MemoryError) -> Self {
        Self::NotAccessible {
            address: error.address,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotAccessible { address } => MemoryError { address }.fmt(f),
            Self::DivisionByZero => f.write_str("division by zero"),
            Self::QuotientOverflow => f.write_str("the quotient does not fit its type"),
            Self::ShiftCount { count, width } if (count as i64) < 0 => {
                let count = (count as i64).unsigned_abs();
                write!(f, "shift of {width:x} bits by -{count:x}")
            }
            Self::ShiftCount { count, width } => write!(f, "shift of {width:x} bits by {count:x}"),
            Self::NotFinite => f.write_str("not a finite floating-point number"),
            Self::FloatRange { size, signed } => {
                let sign = if signed { "a signed" } else { "an unsigned" };
                write!(f, "the number does not fit {sign} integer of {size} bytes")
            }
            Self::Register { name, value } => write!(f, "register {name} does not take {value:x}"),
            Self::FloatFormat => f.write_str("%f takes a floating-point value and such a value takes %f"),
            Self::TextLimit => f.write_str("the text is longer than 1000 bytes"),
            Self::NothingToCopy => f.write_str("there are no bytes to copy"),
            Self::Injection => f.write_str("Err, invalid event vector or interruption type is specified"),
            Self::StackOverflow => f.write_str("Err, stack buffer overflow"),
            Self::ExecutionCount => f.write_str("Err, exceeding the max execution count"),
        }
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self.reason, Reason::StackOverflow | Reason::ExecutionCount) {
            return self.reason.fmt(f);
        }
        f.write_str("Err, ScriptEngineExecute, function = FUNC_")?;
        for character in self.function.chars() {
            fmt::Write::write_char(f, character.to_ascii_uppercase())?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl core::error::Error for RuntimeError {}

/// Names the function of a [`Reason`].
pub(crate) trait In<T> {
    /// The error of `function`.
    fn in_function(self, function: &'static str) -> Result<T, RuntimeError>;
}

impl<T> In<T> for Result<T, Reason> {
    #[inline]
    fn in_function(self, function: &'static str) -> Result<T, RuntimeError> {
        self.map_err(|reason| RuntimeError { function, reason })
    }
}
