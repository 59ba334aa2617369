//! The assembler behind `a` and the `asm` blocks of events.
//!
//! Intel syntax, statements separated by `;` or newlines, comments from `#` or `//` to the end of the line and in
//! `/* */`. Every instruction of `iced-x86`'s encoder is there, VEX, EVEX, XOP and 3DNow! included; of several
//! encodings the shortest is taken.
//!
//! **Numbers are decimal** unless they are written `0x1f` or `1fh` (or `0b101`, `101b`, `17o`), unlike the rest of
//! the language: HyperDbg hands these texts to Keystone, which reads them so, and code is mostly pasted from
//! elsewhere. Only inside `<...>` the language's own rule holds, for that is a part of the language.
//!
//! * `name:` is a label. Jumps to labels take as few bytes as reach; `short` and `near` fix them.
//! * `<symbol+10>` is the address of a symbol, plus or minus a hexadecimal number.
//! * `[label]` is relative to RIP, `[0x1000]` absolute (or relative, if it is only reached so); `rel` and `abs` in
//!   the brackets decide it. `[rip+8]` counts from the next instruction, `[rip+label]` is the label's address.
//! * `$` is the address of the statement; constants take C's operators.
//! * `{k1}{z}`, `{1to8}` or `dword bcst`, `{rn-sae}` and `{sae}` as in Intel's manuals; `{vex}` and `{evex}` before a
//!   mnemonic choose the encoding, `data16`, `addr32` and a segment's name are prefixes.
//! * `db dw dd dq` (`.byte .word .long .quad`) take numbers and quoted text.
//! * A memory operand needs a size word when no register says the size.
//!
//! The forms come from a table that the build script makes from `iced-x86`'s own description of its opcodes.

mod bind;
mod decoration;
mod encode;
mod error;
mod expression;
pub(crate) mod kind;
mod layout;
mod lexer;
mod matching;
mod memory;
mod mnemonic;
mod number;
mod operand;
mod prefix;
mod reader;
mod refusal;
mod register;
mod statement;
mod table;
mod trim;
mod value;

pub use error::AsmError;

use alloc::vec::Vec;
use statement::Program;

/// The code size that text is assembled for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bitness {
    /// Protected mode, or a 32-bit program.
    Bits32,
    /// Long mode.
    #[default]
    Bits64,
}

impl Bitness {
    /// What the command word says: `a2` and `u32` are about 32-bit code.
    pub(crate) fn of(word: &str) -> Self {
        match word.ends_with('2') {
            true => Self::Bits32,
            false => Self::Bits64,
        }
    }

    /// What stands behind the letter of the command word.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Bits32 => "2",
            Self::Bits64 => "",
        }
    }

    /// The number of bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::Bits32 => 32,
            Self::Bits64 => 64,
        }
    }
}

/// Assembled code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many statements made them.
    pub statements: usize,
}

/// The bytes of 64-bit code `text` that is to run at `origin`. `symbols` gives the address of a name, such as
/// `nt!NtCreateFile`; it is asked for the names in `<...>`, and for words that are no label.
///
/// # Errors
/// An [`AsmError`] that names what is wrong and its place.
pub fn assemble(text: &str, origin: u64, symbols: &dyn Fn(&str) -> Option<u64>) -> Result<Vec<u8>, AsmError> {
    assemble_for(Bitness::Bits64, text, origin, symbols).map(|code| code.bytes)
}

/// [`assemble`] for either code size.
///
/// # Errors
/// As [`assemble`].
pub fn assemble_for(
    bitness: Bitness,
    text: &str,
    origin: u64,
    symbols: &dyn Fn(&str) -> Option<u64>,
) -> Result<Code, AsmError> {
    let tokens = lexer::tokens(text)?;
    let program = Program::read(&tokens, bitness.bits())?;
    let bytes = layout::lay_out(&program, bitness.bits(), origin, symbols)?;
    Ok(Code {
        bytes,
        statements: program.statements.len(),
    })
}

/// Whether `text` is made of known instructions, which does not depend on where it is to run.
pub(crate) fn check(bitness: Bitness, text: &str) -> Result<(), AsmError> {
    let tokens = lexer::tokens(text)?;
    Program::read(&tokens, bitness.bits()).map(drop)
}

#[cfg(test)]
mod tests;
