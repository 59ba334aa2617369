//! Memory operands: `[base + index*scale + displacement]` in any order.

use crate::asm::decoration::Decorations;
use crate::asm::error::AsmError;
use crate::asm::expression::Expression;
use crate::asm::lexer::Kind;
use crate::asm::operand;
use crate::asm::operand::Words;
use crate::asm::reader::Reader;
use crate::asm::register;
use alloc::format;
use iced_x86::Register;

/// A memory operand as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory<'t> {
    pub(crate) segment: Option<Register>,
    /// Bytes that a size word said.
    pub(crate) size: Option<u16>,
    /// A far pointer lies there.
    pub(crate) far: bool,
    pub(crate) base: Option<Register>,
    pub(crate) index: Option<Register>,
    /// 1, 2, 4 or 8.
    pub(crate) scale: u32,
    pub(crate) displacement: Expression<'t>,
    pub(crate) relative: Relative,
}

/// Is a displacement without registers relative to the next instruction?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Relative {
    /// If it names a label, or cannot be reached absolutely.
    #[default]
    Auto,
    /// `rel`.
    Yes,
    /// `abs`.
    No,
}

/// Reads the brackets; `displacement` stood before them.
pub(crate) fn read<'t>(
    reader: &mut Reader<'t>,
    words: Words,
    segment: Option<Register>,
    displacement: Expression<'t>,
    decorations: &mut Decorations,
) -> Result<Memory<'t>, AsmError> {
    let mut memory = Memory {
        segment,
        size: words.size,
        far: words.far,
        scale: 1,
        displacement,
        ..Memory::default()
    };
    if words.broadcast {
        decorations.broadcast_word();
    }
    if words.offset {
        return Err(AsmError::new(
            reader.offset(),
            "'offset' takes a label, not memory",
        ));
    }
    while reader.mark('[') {
        memory.inside(reader)?;
        if !reader.mark(']') {
            return Err(AsmError::new(reader.offset(), "a ']' is missing"));
        }
    }
    memory.arrange();
    Ok(memory)
}

impl<'t> Memory<'t> {
    fn inside(&mut self, reader: &mut Reader<'t>) -> Result<(), AsmError> {
        if reader.keyword("rel") {
            self.relative = Relative::Yes;
        } else if reader.keyword("abs") {
            self.relative = Relative::No;
        }
        // A size or a segment may stand inside as well.
        while let Some(size) = reader.word().and_then(operand::size_word) {
            self.size = Some(size);
            reader.next();
            reader.keyword("ptr");
        }
        if let (Some(word), Kind::Mark(':')) = (reader.word(), reader.peek_at(1)) {
            let found = register::find(word).filter(|register| register.is_segment_register());
            self.segment =
                Some(found.ok_or_else(|| {
                    AsmError::new(reader.offset(), format!("'{word}' is no segment register"))
                })?);
            reader.next();
            reader.next();
        }
        let mut negative = reader.mark('-');
        if !negative {
            reader.mark('+');
        }
        loop {
            self.term(reader, negative)?;
            negative = match reader.peek() {
                Kind::Mark('+') => false,
                Kind::Mark('-') => true,
                _ => return Ok(()),
            };
            reader.next();
            // `[rbp+-8]`.
            if reader.mark('-') {
                negative = !negative;
            }
        }
    }

    /// `rax`, `rax*4`, `4*rax`, or a constant.
    fn term(&mut self, reader: &mut Reader<'t>, negative: bool) -> Result<(), AsmError> {
        let offset = reader.offset();
        let (register, scale) = if let Some(register) = operand::register(reader)? {
            let scale = match (reader.at('*'), reader.peek_at(1)) {
                (true, Kind::Number(scale)) => {
                    reader.next();
                    reader.next();
                    Some(*scale)
                }
                (true, _) => {
                    return Err(AsmError::new(reader.offset(), "a scale is 1, 2, 4 or 8"));
                }
                (false, _) => None,
            };
            (register, scale)
        } else {
            let scaled = match (reader.peek(), reader.peek_at(1), reader.peek_at(2)) {
                (Kind::Number(scale), Kind::Mark('*'), Kind::Word(word)) => {
                    register::find(word).map(|register| (register, Some(*scale)))
                }
                _ => None,
            };
            let Some(scaled) = scaled else {
                let value = Expression::read_product(reader)?;
                self.displacement.add(value, negative);
                return Ok(());
            };
            for _ in 0..3 {
                reader.next();
            }
            scaled
        };
        if negative {
            return Err(AsmError::new(
                offset,
                "a register cannot be subtracted in an address",
            ));
        }
        self.register(register, scale, offset)
    }

    fn register(&mut self, register: Register, scale: Option<u64>, offset: usize) -> Result<(), AsmError> {
        match scale {
            None if self.base.is_none() && !register.is_vector_register() => self.base = Some(register),
            None if self.index.is_none() => self.index = Some(register),
            // A second vector, or a scaled index and two plain registers.
            None => {
                return Err(AsmError::new(
                    offset,
                    "an address has at most one base and one index",
                ));
            }
            Some(scale @ (1 | 2 | 4 | 8)) => {
                if let Some(other) = self.index.take() {
                    // A plain register was taken for the index, and may be the base.
                    if self.base.is_some() || self.scale != 1 {
                        let message = "an address has at most one base and one index";
                        return Err(AsmError::new(offset, message));
                    }
                    self.base = Some(other);
                }
                self.index = Some(register);
                // Nothing above 8 gets here.
                self.scale = scale as u32;
            }
            Some(_) => return Err(AsmError::new(offset, "a scale is 1, 2, 4 or 8")),
        }
        Ok(())
    }

    /// Puts base and index where the encoding wants them, where that makes no difference.
    fn arrange(&mut self) {
        let swap = match (self.base, self.index) {
            (Some(base), Some(index)) if self.scale == 1 => {
                let stack = matches!(index, Register::RSP | Register::ESP);
                let pair16 = matches!(
                    (base, index),
                    (Register::SI | Register::DI, Register::BX | Register::BP)
                );
                // XLATB's AL stands behind its base.
                stack || pair16 || base == Register::AL
            }
            _ => false,
        };
        if swap {
            core::mem::swap(&mut self.base, &mut self.index);
        }
    }
}
