//! The instructions: one table of what each takes and leaves.

use super::AgentError;

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    DivSigned,
    DivUnsigned,
    RemSigned,
    RemUnsigned,
    ShiftLeft,
    ShiftRightSigned,
    ShiftRightUnsigned,
    LogNot,
    BitAnd,
    BitOr,
    BitXor,
    BitNot,
    Equal,
    LessSigned,
    LessUnsigned,
    SignExtend,
    /// Read as many bytes as the number says.
    Ref(u8),
    IfGoto,
    Goto,
    Const,
    Register,
    End,
    Dup,
    Pop,
    ZeroExtend,
    Swap,
    Pick,
    Rotate,
    /// Exists, but not here.
    Unsupported,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    pub(super) op: Op,
    /// Bytes of operand, big-endian.
    pub(super) operand: u8,
    /// Values taken from the stack (and looked at by those that only look).
    pub(super) pops: u8,
    /// Values put on the stack.
    pub(super) pushes: u8,
}

const fn row(op: Op, operand: u8, pops: u8, pushes: u8) -> Option<Instruction> {
    Some(Instruction {
        op,
        operand,
        pops,
        pushes,
    })
}

/// By opcode; `None` for the numbers that mean nothing.
const TABLE: [Option<Instruction>; 0x35] = [
    None,
    row(Op::Unsupported, 0, 0, 0), // 01 float
    row(Op::Add, 0, 2, 1),
    row(Op::Sub, 0, 2, 1),
    row(Op::Mul, 0, 2, 1),
    row(Op::DivSigned, 0, 2, 1),
    row(Op::DivUnsigned, 0, 2, 1),
    row(Op::RemSigned, 0, 2, 1),
    row(Op::RemUnsigned, 0, 2, 1), // 08
    row(Op::ShiftLeft, 0, 2, 1),
    row(Op::ShiftRightSigned, 0, 2, 1),
    row(Op::ShiftRightUnsigned, 0, 2, 1),
    row(Op::Unsupported, 0, 0, 0), // 0c trace
    row(Op::Unsupported, 1, 0, 0), // 0d trace_quick
    row(Op::LogNot, 0, 1, 1),
    row(Op::BitAnd, 0, 2, 1),
    row(Op::BitOr, 0, 2, 1), // 10
    row(Op::BitXor, 0, 2, 1),
    row(Op::BitNot, 0, 1, 1),
    row(Op::Equal, 0, 2, 1),
    row(Op::LessSigned, 0, 2, 1),
    row(Op::LessUnsigned, 0, 2, 1),
    row(Op::SignExtend, 1, 1, 1),
    row(Op::Ref(1), 0, 1, 1),
    row(Op::Ref(2), 0, 1, 1), // 18
    row(Op::Ref(4), 0, 1, 1),
    row(Op::Ref(8), 0, 1, 1),
    row(Op::Unsupported, 0, 0, 0), // 1b ref_float
    row(Op::Unsupported, 0, 0, 0), // 1c ref_double
    row(Op::Unsupported, 0, 0, 0), // 1d ref_long_double
    row(Op::Unsupported, 0, 0, 0), // 1e l_to_d
    row(Op::Unsupported, 0, 0, 0), // 1f d_to_l
    row(Op::IfGoto, 2, 1, 0),      // 20
    row(Op::Goto, 2, 0, 0),
    row(Op::Const, 1, 0, 1),
    row(Op::Const, 2, 0, 1),
    row(Op::Const, 4, 0, 1),
    row(Op::Const, 8, 0, 1),
    row(Op::Register, 2, 0, 1),
    row(Op::End, 0, 1, 1),
    row(Op::Dup, 0, 1, 2), // 28
    row(Op::Pop, 0, 1, 0),
    row(Op::ZeroExtend, 1, 1, 1),
    row(Op::Swap, 0, 2, 2),
    row(Op::Unsupported, 2, 0, 0), // 2c getv
    row(Op::Unsupported, 2, 0, 0), // 2d setv
    row(Op::Unsupported, 2, 0, 0), // 2e tracev
    row(Op::Unsupported, 0, 0, 0), // 2f tracenz
    row(Op::Unsupported, 2, 0, 0), // 30 trace16
    None,
    row(Op::Pick, 1, 1, 2), // needs one more for every place down
    row(Op::Rotate, 0, 3, 3),
    row(Op::Unsupported, 0, 0, 0), // 34 printf
];

/// An instruction with its operand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decoded {
    pub(super) op: Op,
    pub(super) operand: u64,
    /// Values that must be on the stack.
    pub(super) needs: usize,
    /// How many values there are more afterwards, or fewer.
    pub(super) change: isize,
    /// Where the next instruction begins.
    pub(super) next: usize,
}

/// Decodes the instruction at `at`.
pub(super) fn decode(code: &[u8], at: usize) -> Result<Decoded, AgentError> {
    let byte = *code.get(at).ok_or(AgentError::NoEnd)?;
    let Instruction {
        op,
        operand: width,
        pops,
        pushes,
    } = TABLE
        .get(usize::from(byte))
        .copied()
        .flatten()
        .ok_or(AgentError::UnknownOpcode(byte))?;
    if op == Op::Unsupported {
        return Err(AgentError::Unsupported(byte));
    }
    let next = at + 1 + usize::from(width);
    let operand = code.get(at + 1..next).ok_or(AgentError::NoEnd)?;
    let operand = operand
        .iter()
        .fold(0, |value, &byte| value << 8 | u64::from(byte));
    if matches!(op, Op::SignExtend | Op::ZeroExtend) && operand == 0 {
        return Err(AgentError::BadOperand);
    }
    let deeper = if op == Op::Pick { operand as usize } else { 0 };
    Ok(Decoded {
        op,
        operand,
        needs: usize::from(pops) + deeper,
        change: isize::from(pushes as i8) - isize::from(pops as i8),
        next,
    })
}
