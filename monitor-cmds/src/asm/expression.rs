//! Constant expressions: numbers, labels and symbols with C's operators, kept as a list in postfix order.

use crate::asm::error::AsmError;
use crate::asm::lexer::Kind;
use crate::asm::reader::Reader;
use crate::asm::register;
use alloc::format;
use alloc::vec::Vec;

/// Nested parentheses and signs that are read; a bound on recursion.
const DEEPEST: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item<'t> {
    Value(i128),
    /// A label.
    Name(&'t str, usize),
    /// `<...>`.
    Symbol(&'t str, usize),
    /// `$`: where the statement begins.
    Here,
    Negate,
    Invert,
    /// An operator between two values; the place is for errors.
    Binary(Operator, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    Xor,
    And,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What names stand for while a text is assembled.
pub(crate) trait Names {
    /// The address of a label, or of a symbol without marks.
    fn label(&self, name: &str) -> Option<u64>;

    /// The address that the text in `<...>` stands for.
    fn symbol(&self, text: &str) -> Option<u64>;

    /// A name that may have been meant.
    fn near(&self, name: &str) -> Option<&str>;

    /// Where the statement begins.
    fn here(&self) -> u64;
}

/// An expression. Empty is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expression<'t> {
    items: Vec<Item<'t>>,
}

impl<'t> Expression<'t> {
    /// Reads an expression.
    pub(crate) fn read(reader: &mut Reader<'t>) -> Result<Self, AsmError> {
        let mut expression = Self::default();
        expression.binary(reader, 0, 0)?;
        Ok(expression)
    }

    /// Reads a product: what may stand between the plus signs of an address.
    pub(crate) fn read_product(reader: &mut Reader<'t>) -> Result<Self, AsmError> {
        let mut expression = Self::default();
        expression.binary(reader, PRODUCT, 0)?;
        Ok(expression)
    }

    /// Adds `other`, or takes it away.
    pub(crate) fn add(&mut self, other: Self, negative: bool) {
        let first = self.items.is_empty();
        self.items.extend(other.items);
        match (first, negative) {
            (true, true) => self.items.push(Item::Negate),
            (true, false) => {}
            (false, true) => self.items.push(Item::Binary(Operator::Subtract, 0)),
            (false, false) => self.items.push(Item::Binary(Operator::Add, 0)),
        }
    }

    /// Does its value move with the code?
    pub(crate) fn is_relative(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item, Item::Name(..) | Item::Here))
    }

    /// Is it an address, not a distance?
    pub(crate) fn is_address(&self) -> bool {
        self.is_relative() || self.items.iter().any(|item| matches!(item, Item::Symbol(..)))
    }

    fn primary(&mut self, reader: &mut Reader<'t>, depth: usize) -> Result<(), AsmError> {
        let offset = reader.offset();
        if depth > DEEPEST {
            return Err(AsmError::new(offset, "the expression is nested too deep"));
        }
        let deeper = depth.saturating_add(1);
        if reader.mark('-') {
            self.primary(reader, deeper)?;
            self.items.push(Item::Negate);
        } else if reader.mark('+') {
            self.primary(reader, deeper)?;
        } else if reader.mark('~') {
            self.primary(reader, deeper)?;
            self.items.push(Item::Invert);
        } else if reader.mark('(') {
            self.binary(reader, 0, deeper)?;
            if !reader.mark(')') {
                return Err(AsmError::new(reader.offset(), "a ')' is missing"));
            }
        } else {
            let item = leaf(reader.peek(), offset)?;
            self.items.push(item);
            reader.next();
        }
        Ok(())
    }

    fn binary(&mut self, reader: &mut Reader<'t>, least: u8, depth: usize) -> Result<(), AsmError> {
        self.primary(reader, depth)?;
        while let Some((operator, binding)) = operator(reader.peek()).filter(|&(_, binding)| binding >= least)
        {
            let offset = reader.offset();
            reader.next();
            self.binary(reader, binding.saturating_add(1), depth.saturating_add(1))?;
            self.items.push(Item::Binary(operator, offset));
        }
        Ok(())
    }

    /// Its value, in more bits than any operand has.
    pub(crate) fn value(&self, names: &dyn Names) -> Result<i128, AsmError> {
        let mut stack: Vec<i128> = Vec::new();
        for &item in &self.items {
            let value = match item {
                Item::Value(value) => value,
                Item::Here => names.here().into(),
                Item::Name(name, offset) => names
                    .label(name)
                    .ok_or_else(|| undefined(name, offset, names))?
                    .into(),
                Item::Symbol(text, offset) => names
                    .symbol(text)
                    .ok_or_else(|| AsmError::new(offset, format!("no symbol is named '{text}'")))?
                    .into(),
                Item::Negate => stack.pop().unwrap_or(0).wrapping_neg(),
                Item::Invert => !stack.pop().unwrap_or(0),
                Item::Binary(operator, offset) => {
                    let right = stack.pop().unwrap_or(0);
                    let left = stack.pop().unwrap_or(0);
                    apply(operator, left, right).map_err(|message| AsmError::new(offset, message))?
                }
            };
            stack.push(value);
        }
        Ok(stack.pop().unwrap_or(0))
    }
}

fn undefined(name: &str, offset: usize, names: &dyn Names) -> AsmError {
    if register::find(name).is_some() {
        return AsmError::new(
            offset,
            format!("the register '{name}' cannot be part of an expression"),
        );
    }
    let message = match names.near(name) {
        Some(near) => format!("'{name}' is no register, label or symbol; did you mean '{near}'?"),
        None => format!("'{name}' is no register, label or symbol"),
    };
    AsmError::new(offset, message)
}

fn leaf<'t>(kind: &Kind<'t>, offset: usize) -> Result<Item<'t>, AsmError> {
    match kind {
        Kind::Number(value) => Ok(Item::Value((*value).into())),
        Kind::Word("$") => Ok(Item::Here),
        Kind::Word(name) => Ok(Item::Name(name, offset)),
        Kind::Symbol(text) => Ok(Item::Symbol(text, offset)),
        // As assemblers have it, the first character is the lowest byte.
        Kind::Text(bytes) if (1..=8).contains(&bytes.len()) => {
            let value = bytes
                .iter()
                .rev()
                .fold(0, |value, &byte| value << 8 | i128::from(byte));
            Ok(Item::Value(value))
        }
        Kind::Text(_) => Err(AsmError::new(
            offset,
            "a text of 1 to 8 bytes can stand for a number",
        )),
        _ => Err(AsmError::new(
            offset,
            "a number, register, label or '<symbol>' is missing here",
        )),
    }
}

/// How strongly a multiplication binds.
const PRODUCT: u8 = 5;

fn operator(kind: &Kind<'_>) -> Option<(Operator, u8)> {
    Some(match kind {
        Kind::Mark('|') => (Operator::Or, 0),
        Kind::Mark('^') => (Operator::Xor, 1),
        Kind::Mark('&') => (Operator::And, 2),
        Kind::ShiftLeft => (Operator::ShiftLeft, 3),
        Kind::ShiftRight => (Operator::ShiftRight, 3),
        Kind::Mark('+') => (Operator::Add, 4),
        Kind::Mark('-') => (Operator::Subtract, 4),
        Kind::Mark('*') => (Operator::Multiply, PRODUCT),
        Kind::Mark('/') => (Operator::Divide, PRODUCT),
        Kind::Mark('%') => (Operator::Remainder, PRODUCT),
        _ => return None,
    })
}

fn apply(operator: Operator, left: i128, right: i128) -> Result<i128, &'static str> {
    const TOO_LARGE: &str = "the value becomes too large here";
    let shift = || {
        u32::try_from(right)
            .ok()
            .filter(|&count| count < 64)
            .ok_or("a shift is by 0 to 63 bits")
    };
    // Operands are of at most 65 bits: what grows past that is refused, so nothing overflows.
    let value = match operator {
        Operator::Or => Some(left | right),
        Operator::Xor => Some(left ^ right),
        Operator::And => Some(left & right),
        Operator::ShiftLeft => left.checked_mul(1_i128 << shift()?),
        Operator::ShiftRight => Some(left >> shift()?),
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide if right == 0 => return Err("division by zero"),
        Operator::Remainder if right == 0 => return Err("division by zero"),
        Operator::Divide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
    };
    let bound = 1_i128 << 64;
    value
        .filter(|value| (-bound..=bound).contains(value))
        .ok_or(TOO_LARGE)
}
