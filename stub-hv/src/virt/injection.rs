//! Events delivered to a guest.

/// An event for a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Injection {
    /// An external interrupt.
    Interrupt(u8),
    /// A non-maskable interrupt.
    Nmi,
    /// An exception; the error code where the vector has one.
    Exception {
        /// Vector, 0 to 31.
        vector: u8,
        /// Error code to push.
        error: Option<u32>,
    },
    /// INT n or INT3: RIP is already behind the instruction, the gate's privilege is checked.
    Software(u8),
}

impl Injection {
    /// #UD
    pub const INVALID_OPCODE: Self = Self::Exception {
        vector: 6,
        error: None,
    };
    /// #GP(0)
    pub const GENERAL_PROTECTION: Self = Self::Exception {
        vector: 13,
        error: Some(0),
    };
    /// #DB
    pub const DEBUG: Self = Self::Exception {
        vector: 1,
        error: None,
    };

    /// An exception by its vector, with `error` only where that vector has an error code.
    pub const fn exception(vector: u8, error: u32) -> Self {
        let error = if matches!(vector, 8 | 10..=14 | 17 | 21 | 29 | 30) {
            Some(error)
        } else {
            None
        };
        Self::Exception { vector, error }
    }
}
