//! HyperDbg's script language: text to tree ([`parse`]), tree to bytecode ([`Script`]), and the VM that runs it.
//!
//! A script is compiled once, when its event is registered: types, names and jumps are settled then. Running it
//! ([`Script::run`]) reads 8-byte operations only; it allocates nothing, cannot panic, ends after
//! [`MAX_OPERATIONS`] at the latest, and reaches the guest through [`crate::Guest`] alone.
//!
//! # Where values live
//! * Local variables: on a stack of 256 slots of 8 bytes, which is 0 when a script begins. A call takes two slots
//!   besides the function's variables.
//! * Global variables: [`Globals`], 8 bytes each, of type `unsigned long`, shared by all scripts and CPUs.
//! * Pointers to both, and to texts, are numbers that the guest cannot have as addresses (their upper 16 bits are
//!   5c10 to 5c40), so that a pointer may be kept anywhere and still points to what it pointed to. Access beyond
//!   such memory is a run-time error.
//!
//! # What differs when a script runs
//! * `printf` also takes the flags `-0+ #`, a width, a precision, `%X` and `%%`.
//! * `%l...` means the language's `long`, 64 bits. `%p` has 16 digits. Control characters in the guest's texts are
//!   printed as dots.
//! * `dq` and the other reads fail if any of their bytes cannot be read.
//! * `strcmp` and the other comparisons give 2 if memory cannot be read, which no comparison of what can be read
//!   gives.
//! * Names declared in a block hide outer ones until its end, as in C; a name that has no meaning outside keeps
//!   the variable when the block ends.
//! * A structure may be a parameter, and is copied then; it cannot be a function's result.
//! * `spinlock_lock(.l)` means `spinlock_lock(&.l)`.
//!
//! # More than HyperDbg takes
//! * `else if` beside `elsif`;
//! * comparisons, `&&` and `||` in every expression, binding as they do in conditions;
//! * any number of unary operators before an operand, in conditions too;
//! * `*` and any operand as the place of an assignment, with every assignment operator;
//! * names of registers and hexadecimal words as members of a struct, and pointers to pointers;
//! * spaces around a `!` that negates are not needed: `x!=5` is a comparison;
//! * `@efer`, `@fs_base`, `@gs_base`, `@k_gs_base`, `@gdtr_limit` and `@idtr_limit`.
//!
//! # What is refused that HyperDbg takes in part
//! * a number that does not fit 64 bits, or has a prefix and no digits;
//! * `break` and `continue` outside a loop;
//! * a script longer than [`MAX_SOURCE`], nested deeper than [`MAX_NESTING`], or with an expression deeper than
//!   [`MAX_DEPTH`].

mod address;
mod arith;
pub mod ast;
mod bytecode;
mod compile;
mod control;
mod error;
mod evaluate;
mod float;
mod functions;
mod globals;
mod keywords;
mod lex;
mod parse;
mod print;
mod printf;
mod pseudo;
pub mod register;
mod run;
mod runtime_error;
mod spans;
mod symbols;
mod types;
mod vm;

pub use bytecode::Script;
pub use control::Control;
pub use control::LbrOperation;
pub use control::NoControl;
pub use control::TraceStep;
pub use error::ScriptError;
pub use evaluate::EvaluateError;
pub use evaluate::Expression;
pub use evaluate::ValueType;
pub use evaluate::evaluate;
pub use functions::FUNCTIONS;
pub use functions::FunctionSpec;
pub use functions::Parameter;
pub use functions::Returns;
pub use globals::Globals;
pub use globals::MAX_GLOBALS;
pub use parse::MAX_DEPTH;
pub use parse::MAX_NESTING;
pub use parse::MAX_SOURCE;
pub use parse::parse;
pub use parse::parse_expression;
pub use pseudo::PSEUDO_REGISTERS;
pub use run::Context;
pub use run::MAX_OPERATIONS;
pub use run::MAX_TEXT;
pub use run::Run;
pub use run::Scratch;
pub use runtime_error::Reason;
pub use runtime_error::RuntimeError;
pub use symbols::NoSymbols;
pub use symbols::Symbols;
pub use vm::formats;

#[cfg(test)]
mod tests;
