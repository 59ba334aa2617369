//! Operands with their expressions computed, for one place in the code.

use crate::asm::error::AsmError;
use crate::asm::expression::Names;
use crate::asm::memory::Memory;
use crate::asm::memory::Relative;
use crate::asm::operand::Distance;
use crate::asm::operand::Operand;
use alloc::format;
use alloc::string::String;
use iced_x86::Register;

/// Where a memory operand without an index points, if RIP comes into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rip {
    /// Not relative to RIP.
    No,
    /// Absolute if that reaches, relative else.
    Fallback,
    /// Relative, to this address.
    Target,
    /// Relative, this far from the next instruction.
    Distance,
}

/// A memory operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: Option<Register>,
    pub(crate) size: Option<u16>,
    pub(crate) far: bool,
    /// [`Register::None`] for none.
    pub(crate) base: Register,
    /// [`Register::None`] for none.
    pub(crate) index: Register,
    pub(crate) scale: u32,
    /// Distance or address, modulo 2^64.
    pub(crate) displacement: u64,
    pub(crate) rip: Rip,
}

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Register(Register),
    Memory(Place),
    Number {
        value: i128,
        size: Option<u16>,
        distance: Option<Distance>,
    },
    Far {
        selector: i128,
        offset: i128,
    },
}

/// Does `value` fit 64 bits, with or without sign?
pub(crate) fn modulo64(value: i128) -> Option<u64> {
    let fits = (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value);
    // Two's complement is what the truncation leaves.
    fits.then_some(value as u64)
}

/// Computes `operand` in code of `bits` bits; `offset` is the statement's, for errors.
pub(crate) fn compute(
    operand: &Operand<'_>,
    bits: u32,
    offset: usize,
    names: &dyn Names,
) -> Result<Value, AsmError> {
    Ok(match operand {
        Operand::Register(register) => Value::Register(*register),
        Operand::Memory(memory) => Value::Memory(place(memory, bits, offset, names)?),
        Operand::Value {
            value,
            size,
            distance,
        } => Value::Number {
            value: value.value(names)?,
            size: *size,
            distance: *distance,
        },
        Operand::Far {
            selector,
            offset: target,
        } => Value::Far {
            selector: selector.value(names)?,
            offset: target.value(names)?,
        },
    })
}

fn place(memory: &Memory<'_>, bits: u32, offset: usize, names: &dyn Names) -> Result<Place, AsmError> {
    let (base, index) = (
        memory.base.unwrap_or(Register::None),
        memory.index.unwrap_or(Register::None),
    );
    let plain = base == Register::None && index == Register::None;
    let rip = if matches!(base, Register::RIP | Register::EIP) {
        if memory.displacement.is_address() {
            Rip::Target
        } else {
            Rip::Distance
        }
    } else if bits != 64 || !plain || memory.relative == Relative::No {
        Rip::No
    } else if memory.relative == Relative::Yes || memory.displacement.is_relative() {
        Rip::Target
    } else {
        Rip::Fallback
    };
    let value = memory.displacement.value(names)?;
    let displacement =
        modulo64(value).ok_or_else(|| AsmError::new(offset, "the displacement does not fit 64 bits"))?;
    Ok(Place {
        segment: memory.segment,
        size: memory.size,
        far: memory.far,
        base,
        index,
        scale: memory.scale,
        displacement,
        rip,
    })
}

/// Does `value` fit `bits` bits, at most 64, with or without sign?
pub(crate) fn fits(value: i128, bits: u32) -> bool {
    let half = 1_i128 << bits.clamp(1, 64).saturating_sub(1);
    (half.wrapping_neg()..half.saturating_mul(2)).contains(&value)
}

/// `value` for a message: hexadecimal, with a sign.
pub(crate) fn written(value: i128) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{:#x}", value.unsigned_abs())
}
