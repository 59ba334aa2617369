//! Statements: labels, instructions with their prefixes, data.

use crate::asm::decoration::Decorations;
use crate::asm::error::AsmError;
use crate::asm::expression::Expression;
use crate::asm::lexer::Kind;
use crate::asm::lexer::Token;
use crate::asm::mnemonic;
use crate::asm::mnemonic::Mnemonic;
use crate::asm::operand;
use crate::asm::operand::Operand;
use crate::asm::prefix::Prefixes;
use crate::asm::reader::Reader;
use crate::asm::register;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// One instruction as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Instruction<'t> {
    /// The word in the text, for messages.
    pub(crate) word: &'t str,
    pub(crate) mnemonic: Mnemonic,
    pub(crate) prefixes: Prefixes,
    pub(crate) operands: Vec<Operand<'t>>,
    pub(crate) decorations: Decorations,
}

/// One value of a data statement.
#[derive(Clone, Debug)]
pub(crate) enum Datum<'t> {
    Value(Expression<'t>),
    Text(Vec<u8>),
}

/// What a statement makes.
#[derive(Clone, Debug)]
pub(crate) enum Body<'t> {
    Instruction(Instruction<'t>),
    Data {
        /// Bytes of one element.
        size: usize,
        values: Vec<(Datum<'t>, usize)>,
    },
}

/// A statement that makes bytes.
#[derive(Clone, Debug)]
pub(crate) struct Statement<'t> {
    /// Where it begins in the text.
    pub(crate) offset: usize,
    pub(crate) body: Body<'t>,
}

/// A text, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program<'t> {
    pub(crate) statements: Vec<Statement<'t>>,
    /// Each label, and the number of the statement it stands before.
    pub(crate) labels: Vec<(&'t str, usize)>,
}

const DATA: &[(&str, usize)] = &[
    ("db", 1),
    ("dw", 2),
    ("dd", 4),
    ("dq", 8),
    (".byte", 1),
    (".word", 2),
    (".long", 4),
    (".quad", 8),
];

impl<'t> Program<'t> {
    pub(crate) fn read(tokens: &'t [Token<'t>], bits: u32) -> Result<Self, AsmError> {
        let mut program = Self::default();
        let mut reader = Reader::new(tokens);
        while !reader.is_done() {
            program.labels(&mut reader)?;
            if reader.at_end() {
                reader.next();
                continue;
            }
            let offset = reader.offset();
            let body = body(&mut reader, bits)?;
            program.statements.push(Statement { offset, body });
            if !reader.at_end() {
                return Err(AsmError::new(
                    reader.offset(),
                    "the statement should end here, with ';' or a new line",
                ));
            }
        }
        Ok(program)
    }

    fn labels(&mut self, reader: &mut Reader<'t>) -> Result<(), AsmError> {
        while let (Some(name), Kind::Mark(':')) = (reader.word(), reader.peek_at(1)) {
            let offset = reader.offset();
            if register::find(name).is_some() || name == "$" {
                return Err(AsmError::new(
                    offset,
                    format!("'{name}' cannot be a label: it is a register"),
                ));
            }
            if self.labels.iter().any(|(known, _)| *known == name) {
                return Err(AsmError::new(
                    offset,
                    format!("the label '{name}' is there twice"),
                ));
            }
            self.labels.push((name, self.statements.len()));
            reader.next();
            reader.next();
        }
        Ok(())
    }
}

fn body<'t>(reader: &mut Reader<'t>, bits: u32) -> Result<Body<'t>, AsmError> {
    let data = reader.word().and_then(|word| {
        DATA.iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))
            .map(|&(_, size)| size)
    });
    match data {
        Some(size) => {
            reader.next();
            values(reader, size)
        }
        None => instruction(reader, bits).map(Body::Instruction),
    }
}

fn values<'t>(reader: &mut Reader<'t>, size: usize) -> Result<Body<'t>, AsmError> {
    let mut values = Vec::new();
    loop {
        let offset = reader.offset();
        let whole = matches!(reader.peek_at(1), Kind::Mark(',') | Kind::Separator);
        let datum = match reader.peek() {
            Kind::Text(bytes) if whole => {
                reader.next();
                Datum::Text(bytes.clone())
            }
            _ => Datum::Value(Expression::read(reader)?),
        };
        values.push((datum, offset));
        if !reader.mark(',') {
            return Ok(Body::Data { size, values });
        }
    }
}

fn instruction<'t>(reader: &mut Reader<'t>, bits: u32) -> Result<Instruction<'t>, AsmError> {
    let mut decorations = Decorations::default();
    let mut prefixes = Prefixes::default();
    decorations.read(reader)?;
    prefixes.read(reader)?;
    decorations.read(reader)?;
    let offset = reader.offset();
    let Some(word) = reader.word() else {
        return Err(AsmError::new(
            offset,
            "an instruction, a label or data is expected here",
        ));
    };
    reader.next();
    let lower: String = word.to_ascii_lowercase();
    let mut mnemonic = mnemonic::find(&lower, bits).ok_or_else(|| mnemonic::unknown(word, offset))?;
    if mnemonic.name == "ret" && reader.keyword("far") {
        mnemonic.name = "retf".into();
    }
    let mut operands = Vec::new();
    let mut after_comma = false;
    while !reader.at_end() || after_comma {
        // Rounding may stand as if it were an operand.
        if !operands.is_empty() && reader.at('{') {
            decorations.read(reader)?;
        } else {
            operands.push(operand::read(reader, &mut decorations)?);
        }
        after_comma = reader.mark(',');
        if !after_comma {
            break;
        }
    }
    Ok(Instruction {
        word,
        mnemonic,
        prefixes,
        operands,
        decorations,
    })
}
