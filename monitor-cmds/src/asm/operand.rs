//! Operands as they are written.

use crate::asm::decoration::Decorations;
use crate::asm::error::AsmError;
use crate::asm::expression::Expression;
use crate::asm::lexer::Kind;
use crate::asm::memory;
use crate::asm::memory::Memory;
use crate::asm::reader::Reader;
use crate::asm::register;
use alloc::format;
use iced_x86::Register;

/// How far a branch target was said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    /// One byte.
    Short,
    /// Two or four bytes.
    Near,
}

/// One operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand<'t> {
    Register(Register),
    Memory(Memory<'t>),
    /// An immediate or a branch target.
    Value {
        value: Expression<'t>,
        /// Bytes that a size word asked for.
        size: Option<u16>,
        distance: Option<Distance>,
    },
    /// `selector:offset`.
    Far {
        selector: Expression<'t>,
        offset: Expression<'t>,
    },
}

/// Words before an operand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Words {
    pub(crate) size: Option<u16>,
    pub(crate) broadcast: bool,
    pub(crate) far: bool,
    pub(crate) distance: Option<Distance>,
    /// `offset`: the address of what follows, not what lies there.
    pub(crate) offset: bool,
}

/// Words that say the size of a memory operand, and its bytes.
const SIZES: &[(&str, u16)] = &[
    ("byte", 1),
    ("word", 2),
    ("dword", 4),
    ("qword", 8),
    ("mmword", 8),
    ("fword", 6),
    ("pword", 6),
    ("tbyte", 10),
    ("tword", 10),
    ("oword", 16),
    ("xmmword", 16),
    ("ymmword", 32),
    ("zmmword", 64),
    ("fpuenv14", 14),
    ("fpuenv28", 28),
    ("fpustate94", 94),
    ("fpustate108", 108),
];

/// The size that `word` says.
pub(crate) fn size_word(word: &str) -> Option<u16> {
    SIZES
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .map(|&(_, size)| size)
}

impl Words {
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut words = Self::default();
        while let Some(word) = reader.word() {
            if let Some(size) = size_word(word) {
                words.size = Some(size);
                reader.next();
            } else if reader.keyword("short") {
                words.distance = Some(Distance::Short);
            } else if reader.keyword("near") {
                words.distance = Some(Distance::Near);
            } else if reader.keyword("far") {
                words.far = true;
            } else if reader.keyword("offset") {
                words.offset = true;
            } else if reader.keyword("bcst") {
                words.broadcast = true;
            } else if !reader.keyword("ptr") {
                break;
            }
        }
        words
    }
}

/// Reads an operand, and what stands in braces behind it.
pub(crate) fn read<'t>(
    reader: &mut Reader<'t>,
    decorations: &mut Decorations,
) -> Result<Operand<'t>, AsmError> {
    let offset = reader.offset();
    let words = Words::read(reader);
    let operand = match register(reader)? {
        Some(segment) if segment.is_segment_register() && reader.mark(':') => {
            memory_or_value(reader, words, Some(segment), decorations)?
        }
        Some(_) if words.size.is_some() || words.distance.is_some() || words.far || words.offset => {
            return Err(AsmError::new(offset, "a register takes no word before it"));
        }
        Some(register) => Operand::Register(register),
        None => memory_or_value(reader, words, None, decorations)?,
    };
    decorations.read(reader)?;
    Ok(operand)
}

/// Takes a register if one is next; `st(1)` is one.
pub(crate) fn register(reader: &mut Reader<'_>) -> Result<Option<Register>, AsmError> {
    let Some(found) = reader.word().and_then(register::find) else {
        return Ok(None);
    };
    reader.next();
    if found != Register::ST0 || !reader.at('(') {
        return Ok(Some(found));
    }
    let offset = reader.offset();
    match (reader.peek_at(1), reader.peek_at(2)) {
        (Kind::Number(number @ 0..=7), Kind::Mark(')')) => {
            for _ in 0..3 {
                reader.next();
            }
            Ok(register::nth(Register::ST0, *number))
        }
        _ => Err(AsmError::new(offset, "the x87 registers are st(0) to st(7)")),
    }
}

fn memory_or_value<'t>(
    reader: &mut Reader<'t>,
    words: Words,
    segment: Option<Register>,
    decorations: &mut Decorations,
) -> Result<Operand<'t>, AsmError> {
    if reader.at('[') {
        return memory::read(reader, words, segment, Expression::default(), decorations).map(Operand::Memory);
    }
    let offset = reader.offset();
    let value = Expression::read(reader)?;
    if reader.at('[') {
        // `8[rax]`, `table[rcx*4]`.
        return memory::read(reader, words, segment, value, decorations).map(Operand::Memory);
    }
    if let Some(segment) = segment {
        let name = format!("{segment:?}").to_ascii_lowercase();
        let message = format!("after '{name}:' an address in [brackets] is expected");
        return Err(AsmError::new(offset, message));
    }
    if reader.mark(':') {
        let offset = Expression::read(reader)?;
        return Ok(Operand::Far {
            selector: value,
            offset,
        });
    }
    // `far offset, selector`.
    if words.far {
        if !reader.mark(',') {
            return Err(AsmError::new(offset, "a far target is 'selector:offset'"));
        }
        return Ok(Operand::Far {
            selector: Expression::read(reader)?,
            offset: value,
        });
    }
    Ok(Operand::Value {
        value,
        size: words.size,
        distance: words.distance,
    })
}
