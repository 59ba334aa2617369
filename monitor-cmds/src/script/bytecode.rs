//! The operations of the VM, 8 bytes each.
//!
//! Operands are temporaries, 256 at most, so a `u8` names one and no access needs a check. What type an operation
//! works in was decided by the compiler; the VM looks at no type and at no name.

use super::arith::Comparison;
use super::arith::IntOp;
use super::arith::IntType;
use super::float::FloatOp;
use super::float::FloatType;
use super::functions::Builtin;
use super::printf::Format;
use super::pseudo::Pseudo;
use super::register::RegisterView;
use crate::Register;
use alloc::boxed::Box;

/// Bytes of a scalar in memory and how they are extended to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    U64,
    /// One byte; everything but 0 reads as 1.
    Bool,
}

impl Width {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 => 4,
            Self::U64 => 8,
        }
    }

    /// The low bytes of `value`, extended.
    #[inline]
    pub(crate) fn extend(self, value: u64) -> u64 {
        match self {
            Self::I8 => value as i8 as u64,
            Self::U8 => u64::from(value as u8),
            Self::I16 => value as i16 as u64,
            Self::U16 => u64::from(value as u16),
            Self::I32 => value as i32 as u64,
            Self::U32 => u64::from(value as u32),
            Self::U64 => value,
            Self::Bool => u64::from(value as u8 != 0),
        }
    }
}

/// One operation. `to` is an index of an operation, `offset` a byte in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(crate) enum Op {
    /// The script is done.
    End,
    Const { dst: u8, value: i32 },
    /// A constant of 64 bits.
    Pool { dst: u8, index: u16 },
    Move { dst: u8, src: u8 },
    Local { dst: u8, width: Width, offset: u16 },
    StoreLocal { src: u8, width: Width, offset: u16 },
    LocalAddress { dst: u8, offset: u16 },
    ZeroLocal { offset: u16, length: u16 },
    Global { dst: u8, slot: u16 },
    StoreGlobal { src: u8, slot: u16 },
    /// Reads memory at the address in a temporary.
    Load { dst: u8, address: u8, width: Width },
    Store { src: u8, address: u8, width: Width },
    /// Copies bytes between the addresses in two temporaries.
    Copy { to: u8, from: u8, length: u32 },
    Register { dst: u8, register: Register },
    RegisterPart { dst: u8, view: RegisterView },
    StoreRegister { src: u8, view: RegisterView },
    Pseudo { dst: u8, pseudo: Pseudo },
    /// `$context`, which most conditions begin with.
    Context { dst: u8 },
    /// 64-bit sum, which cannot fail.
    Add { dst: u8, a: u8, b: u8 },
    AddConst { dst: u8, a: u8, value: i32 },
    Int { op: IntOp, ty: IntType, dst: u8, a: u8, b: u8 },
    Float { op: FloatOp, ty: FloatType, dst: u8, a: u8, b: u8 },
    FloatNegate { dst: u8, a: u8, ty: FloatType },
    /// -1, 0 or 1.
    FloatOrder { dst: u8, a: u8, b: u8, ty: FloatType },
    FloatToFloat { dst: u8, a: u8, from: FloatType, to: FloatType },
    IntToFloat { dst: u8, a: u8, signed: bool, to: FloatType },
    FloatToInt { dst: u8, a: u8, from: FloatType, size: u8, signed: bool },
    /// Cuts and extends.
    Extend { dst: u8, a: u8, width: Width },
    Compare { comparison: Comparison, dst: u8, a: u8, b: u8 },
    Jump { to: u16 },
    Branch { comparison: Comparison, a: u8, b: u8, to: u16 },
    BranchConst { comparison: Comparison, a: u8, value: i16, to: u16 },
    /// Calls with the arguments from temporary `first` on; the result is put there.
    Call { function: u16, first: u8 },
    Return { src: u8 },
    /// As `Call`.
    Builtin { function: Builtin, first: u8 },
    Printf { format: u16, first: u8 },
    /// A `printf` whose values do not fit its conversions.
    PrintfMismatch,
}

const _: () = assert!(size_of::<Op>() == 8);

/// A user function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Routine {
    /// Its first operation.
    pub(crate) entry: u16,
    /// Bytes of its locals.
    pub(crate) frame: u16,
    /// How many arguments it takes.
    pub(crate) parameters: u8,
}

/// A compiled script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub(crate) ops: Box<[Op]>,
    pub(crate) pool: Box<[u64]>,
    pub(crate) literals: Box<[u8]>,
    pub(crate) formats: Box<[Format]>,
    pub(crate) routines: Box<[Routine]>,
    /// Bytes of the locals outside functions.
    pub(crate) frame: u16,
}
