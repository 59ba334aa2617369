//! Agent expressions: conditions that GDB compiles to bytecode and that are decided here, without a stop.
//!
//! GDB manual, appendix "The GDB Agent Expression Mechanism". Everything about integers is here; floating point,
//! trace collection, trace state variables and printing are refused when a condition is armed, so that GDB evaluates
//! it by itself.
//!
//! The bytecode comes over the wire and runs with the machine stopped. So [`validate`] proves before arming that
//! every jump lands on an instruction and that the stack fits, and [`eval`] relies on none of that: it checks every
//! access, allocates nothing, and stops after [`STEP_LIMIT`] instructions.

mod eval;
mod opcode;
mod validate;

pub use eval::eval;
pub use validate::validate;

/// The longest expression, in bytes.
pub const CODE_MAX: usize = 256;

/// How many values the stack holds. What GDB compiles from C needs a handful.
pub const STACK_DEPTH: usize = 32;

/// How many instructions an evaluation may take. Without a backward jump an expression has fewer.
pub const STEP_LIMIT: usize = 1024;

/// The machine as an expression sees it.
pub trait Machine {
    /// The register with this number in the target description, zero-extended; `None` when there is none, or it has
    /// more than 64 bits.
    fn register(&mut self, number: u16) -> Option<u64>;

    /// Fills `into` (1, 2, 4 or 8 bytes) from guest-virtual memory; false when any of it cannot be read.
    fn read(&mut self, address: u64, into: &mut [u8]) -> bool;
}

/// Why an expression is not accepted, or has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentError {
    /// Longer than [`CODE_MAX`].
    TooLong,
    /// It runs past its end, or is empty.
    NoEnd,
    /// An opcode that does not exist.
    UnknownOpcode(u8),
    /// An opcode for floating point, tracing or printing.
    Unsupported(u8),
    /// An operand that makes no sense: a width of no bits.
    BadOperand,
    /// A jump to where no instruction begins.
    BadJump(u16),
    /// The stack has too few values for an instruction, or none at the end.
    StackUnderflow,
    /// More than [`STACK_DEPTH`] values.
    StackOverflow,
    /// Two ways lead to one instruction with different numbers of values.
    StackMismatch,
    /// A division by zero.
    DivideByZero,
    /// A register that does not exist or does not fit.
    NoRegister(u16),
    /// Memory that cannot be read.
    NoMemory(u64),
    /// More than [`STEP_LIMIT`] instructions.
    TooManySteps,
}

#[cfg(test)]
mod tests;
