//! Integer arithmetic of scripts, the same at compile time and at run time.
//!
//! A value of a type narrower than 64 bits is held sign- or zero-extended to 64 bits, so that one comparison and
//! one conversion to a wider type fit all of them.

use super::runtime_error::Reason;

/// The types that operators work in, after promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntType {
    /// `int`.
    I32,
    /// `unsigned int`.
    U32,
    /// `long`.
    I64,
    /// `unsigned long`.
    U64,
}

impl IntType {
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::I32 | Self::U32 => 32,
            Self::I64 | Self::U64 => 64,
        }
    }

    pub(crate) fn signed(self) -> bool {
        matches!(self, Self::I32 | Self::I64)
    }

    /// The low bits of `value`, extended as the type is held.
    pub(crate) fn wrap(self, value: u64) -> u64 {
        match self {
            Self::I32 => value as i32 as u64,
            Self::U32 => u64::from(value as u32),
            Self::I64 | Self::U64 => value,
        }
    }
}

/// Operators that give a value of their operands' type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    ShiftLeft,
    ShiftRight,
    And,
    Xor,
    Or,
}

impl IntOp {
    /// The name that a run-time error gives.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "sub",
            Self::Multiply => "mul",
            Self::Divide => "div",
            Self::Remainder => "mod",
            Self::ShiftLeft => "asl",
            Self::ShiftRight => "asr",
            Self::And => "and",
            Self::Xor => "xor",
            Self::Or => "or",
        }
    }
}

/// `a op b` in type `ty`. The count of a shift may be of another type.
///
/// # Errors
/// Division by zero, a quotient that does not fit, a shift by the width or more (a negative count is held as a
/// large one).
#[inline]
pub(crate) fn binary(op: IntOp, ty: IntType, a: u64, b: u64) -> Result<u64, Reason> {
    let value = match op {
        IntOp::Add => a.wrapping_add(b),
        IntOp::Subtract => a.wrapping_sub(b),
        IntOp::Multiply => a.wrapping_mul(b),
        IntOp::Divide | IntOp::Remainder => return divide(op, ty, a, b),
        IntOp::ShiftLeft | IntOp::ShiftRight => return shift(op, ty, a, b),
        IntOp::And => a & b,
        IntOp::Xor => a ^ b,
        IntOp::Or => a | b,
    };
    Ok(ty.wrap(value))
}

fn divide(op: IntOp, ty: IntType, a: u64, b: u64) -> Result<u64, Reason> {
    if b == 0 {
        return Err(Reason::DivisionByZero);
    }
    let remainder = op == IntOp::Remainder;
    if !ty.signed() {
        let value = if remainder {
            a.checked_rem(b)
        } else {
            a.checked_div(b)
        };
        return value.ok_or(Reason::DivisionByZero);
    }
    let quotient = (a as i64)
        .checked_div(b as i64)
        .map(|quotient| quotient as u64)
        .filter(|&quotient| ty.wrap(quotient) == quotient)
        .ok_or(Reason::QuotientOverflow)?;
    Ok(if remainder {
        (a as i64).wrapping_rem(b as i64) as u64
    } else {
        quotient
    })
}

fn shift(op: IntOp, ty: IntType, a: u64, b: u64) -> Result<u64, Reason> {
    let width = ty.bits();
    let count = u32::try_from(b).unwrap_or(u32::MAX);
    if count >= width {
        return Err(Reason::ShiftCount { count: b, width });
    }
    Ok(match op {
        IntOp::ShiftLeft => ty.wrap(a.wrapping_shl(count)),
        _ if ty.signed() => (a as i64).wrapping_shr(count) as u64,
        _ => a.wrapping_shr(count),
    })
}

/// How two held values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    LessSigned,
    LessEqualSigned,
    GreaterSigned,
    GreaterEqualSigned,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    #[inline]
    pub(crate) fn holds(self, a: u64, b: u64) -> bool {
        match self {
            Self::Equal => a == b,
            Self::NotEqual => a != b,
            Self::LessSigned => (a as i64) < b as i64,
            Self::LessEqualSigned => a as i64 <= b as i64,
            Self::GreaterSigned => a as i64 > b as i64,
            Self::GreaterEqualSigned => a as i64 >= b as i64,
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
        }
    }

    /// The comparison that holds when this one does not.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::LessSigned => Self::GreaterEqualSigned,
            Self::LessEqualSigned => Self::GreaterSigned,
            Self::GreaterSigned => Self::LessEqualSigned,
            Self::GreaterEqualSigned => Self::LessSigned,
            Self::Less => Self::GreaterEqual,
            Self::LessEqual => Self::Greater,
            Self::Greater => Self::LessEqual,
            Self::GreaterEqual => Self::Less,
        }
    }
}
