//! Floating-point arithmetic of scripts: IEEE, round to nearest even, and never an infinity or a NaN.
//!
//! A `double` is held as its bits, a `float` as its bits in the low half.

use super::runtime_error::Reason;

/// Which of the two types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloatType {
    Single,
    Double,
}

impl FloatType {
    /// The value of `bits`, exactly.
    ///
    /// # Errors
    /// An infinity or a NaN, which only memory can have.
    pub(crate) fn value(self, bits: u64) -> Result<f64, Reason> {
        let value = match self {
            Self::Single => f64::from(f32::from_bits(bits as u32)),
            Self::Double => f64::from_bits(bits),
        };
        finite(value)
    }

    /// The bits of `value` rounded to the type.
    ///
    /// # Errors
    /// It is too large.
    pub(crate) fn bits(self, value: f64) -> Result<u64, Reason> {
        match self {
            Self::Single => single(value as f32),
            Self::Double => finite(value).map(f64::to_bits),
        }
    }
}

fn finite(value: f64) -> Result<f64, Reason> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Reason::NotFinite)
    }
}

fn single(value: f32) -> Result<u64, Reason> {
    if value.is_finite() {
        Ok(u64::from(value.to_bits()))
    } else {
        Err(Reason::NotFinite)
    }
}

/// The operators of floating-point values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloatOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl FloatOp {
    /// The name that a run-time error gives.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "sub",
            Self::Multiply => "mul",
            Self::Divide => "div",
        }
    }
}

/// `a op b`, rounded once in type `ty`.
///
/// # Errors
/// Division by zero, a result that is too large, an operand that is no number.
pub(crate) fn binary(op: FloatOp, ty: FloatType, a: u64, b: u64) -> Result<u64, Reason> {
    let (wide_a, wide_b) = (ty.value(a)?, ty.value(b)?);
    if op == FloatOp::Divide && wide_b == 0.0 {
        return Err(Reason::DivisionByZero);
    }
    match ty {
        FloatType::Single => {
            let (a, b) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
            single(match op {
                FloatOp::Add => a + b,
                FloatOp::Subtract => a - b,
                FloatOp::Multiply => a * b,
                FloatOp::Divide => a / b,
            })
        }
        FloatType::Double => {
            let value = match op {
                FloatOp::Add => wide_a + wide_b,
                FloatOp::Subtract => wide_a - wide_b,
                FloatOp::Multiply => wide_a * wide_b,
                FloatOp::Divide => wide_a / wide_b,
            };
            finite(value).map(f64::to_bits)
        }
    }
}

/// -1, 0 or 1 as a signed value: how `a` compares with `b`.
///
/// # Errors
/// An operand that is no number.
pub(crate) fn order(ty: FloatType, a: u64, b: u64) -> Result<u64, Reason> {
    let order = ty.value(a)?.partial_cmp(&ty.value(b)?).ok_or(Reason::NotFinite)?;
    Ok(order as i64 as u64)
}

/// An integer, held as its type is, as a value of `to`.
///
/// # Errors
/// None; every integer is in range.
pub(crate) fn from_integer(value: u64, signed: bool, to: FloatType) -> Result<u64, Reason> {
    // Rounding twice, through a double, would not be rounding to nearest.
    match (to, signed) {
        (FloatType::Single, true) => single(value as i64 as f32),
        (FloatType::Single, false) => single(value as f32),
        (FloatType::Double, true) => finite(value as i64 as f64).map(f64::to_bits),
        (FloatType::Double, false) => finite(value as f64).map(f64::to_bits),
    }
}

/// The integer part of a value, held as an integer of `size` bytes is.
///
/// # Errors
/// The integer part is not in the range of that integer.
pub(crate) fn to_integer(bits: u64, from: FloatType, size: u8, signed: bool) -> Result<u64, Reason> {
    let value = from.value(bits)?;
    // Powers of two are exact. The cast drops the fraction, so what is just above the value below the lowest is
    // in range; with 64 bits that value is no double, and the lowest one itself is the limit.
    let width = u32::from(size).saturating_mul(8).min(64);
    let half = f64::from_bits(u64::from(1022_u32.saturating_add(width)) << 52);
    let held = if signed {
        let above_low = if width == 64 {
            value >= -half
        } else {
            value > -half - 1.0
        };
        (above_low && value < half).then_some(value as i64 as u64)
    } else {
        (value > -1.0 && value < half * 2.0).then_some(value as u64)
    };
    held.ok_or(Reason::FloatRange { size, signed })
}
