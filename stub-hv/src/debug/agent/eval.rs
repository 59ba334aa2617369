//! Evaluates an expression.

use super::AgentError;
use super::Machine;
use super::STACK_DEPTH;
use super::STEP_LIMIT;
use super::opcode::Op;
use super::opcode::decode;

/// The values of an evaluation.
struct Stack {
    values: [u64; STACK_DEPTH],
    len: usize,
}

impl Stack {
    fn push(&mut self, value: u64) -> Result<(), AgentError> {
        *self.values.get_mut(self.len).ok_or(AgentError::StackOverflow)? = value;
        self.len += 1;
        Ok(())
    }

    fn pop(&mut self) -> Result<u64, AgentError> {
        let value = self.peek(0)?;
        self.len -= 1;
        Ok(value)
    }

    /// The value `down` places below the top.
    fn peek(&self, down: usize) -> Result<u64, AgentError> {
        let at = self
            .len
            .checked_sub(down.saturating_add(1))
            .ok_or(AgentError::StackUnderflow)?;
        self.values.get(at).copied().ok_or(AgentError::StackUnderflow)
    }

    /// Replaces the top by what `f` makes of it.
    fn one(&mut self, f: impl FnOnce(u64) -> Result<u64, AgentError>) -> Result<(), AgentError> {
        let value = self.pop()?;
        self.push(f(value)?)
    }

    /// Replaces the two topmost values, the top being the second, by what `f` makes of them.
    fn two(&mut self, f: impl FnOnce(u64, u64) -> Result<u64, AgentError>) -> Result<(), AgentError> {
        let second = self.pop()?;
        let first = self.pop()?;
        self.push(f(first, second)?)
    }
}

/// The value that `code` leaves on top of its stack. A condition holds when it is not zero.
///
/// Arithmetic wraps at 64 bits; shifting by 64 or more leaves nothing but the sign.
pub fn eval(code: &[u8], machine: &mut impl Machine) -> Result<u64, AgentError> {
    let mut stack = Stack {
        values: [0; STACK_DEPTH],
        len: 0,
    };
    let mut at = 0;
    for _ in 0..STEP_LIMIT {
        let instruction = decode(code, at)?;
        let operand = instruction.operand;
        at = instruction.next;
        match instruction.op {
            Op::End => return stack.pop(),
            Op::Goto => at = operand as usize,
            Op::IfGoto => {
                if stack.pop()? != 0 {
                    at = operand as usize;
                }
            }
            Op::Const => stack.push(operand)?,
            Op::Register => {
                let number = operand as u16;
                stack.push(machine.register(number).ok_or(AgentError::NoRegister(number))?)?;
            }
            Op::Ref(width) => stack.one(|address| load(machine, address, width))?,
            Op::Dup => stack.push(stack.peek(0)?)?,
            Op::Pick => stack.push(stack.peek(operand as usize)?)?,
            Op::Pop => drop(stack.pop()?),
            Op::Swap => {
                let (top, below) = (stack.pop()?, stack.pop()?);
                stack.push(top)?;
                stack.push(below)?;
            }
            Op::Rotate => {
                let (c, b, a) = (stack.pop()?, stack.pop()?, stack.pop()?);
                for value in [c, a, b] {
                    stack.push(value)?;
                }
            }
            Op::LogNot => stack.one(|a| Ok(u64::from(a == 0)))?,
            Op::BitNot => stack.one(|a| Ok(!a))?,
            Op::SignExtend => stack.one(|a| Ok(sign_extend(a, operand)))?,
            Op::ZeroExtend => stack.one(|a| Ok(zero_extend(a, operand)))?,
            op => stack.two(|a, b| arithmetic(op, a, b))?,
        }
    }
    Err(AgentError::TooManySteps)
}

fn load(machine: &mut impl Machine, address: u64, width: u8) -> Result<u64, AgentError> {
    let mut bytes = [0; 8];
    let into = bytes
        .get_mut(..usize::from(width))
        .ok_or(AgentError::BadOperand)?;
    if machine.read(address, into) {
        Ok(u64::from_le_bytes(bytes))
    } else {
        Err(AgentError::NoMemory(address))
    }
}

const fn zero_extend(value: u64, bits: u64) -> u64 {
    if bits >= 64 {
        value
    } else {
        value & ((1 << bits) - 1)
    }
}

const fn sign_extend(value: u64, bits: u64) -> u64 {
    if bits == 0 || bits >= 64 {
        return value;
    }
    let unused = 64 - bits;
    ((value << unused) as i64 >> unused) as u64
}

fn arithmetic(op: Op, a: u64, b: u64) -> Result<u64, AgentError> {
    let (signed_a, signed_b) = (a as i64, b as i64);
    if b == 0
        && matches!(
            op,
            Op::DivSigned | Op::DivUnsigned | Op::RemSigned | Op::RemUnsigned
        )
    {
        return Err(AgentError::DivideByZero);
    }
    Ok(match op {
        Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Mul => a.wrapping_mul(b),
        Op::DivSigned => signed_a.wrapping_div(signed_b) as u64,
        Op::DivUnsigned => a / b,
        Op::RemSigned => signed_a.wrapping_rem(signed_b) as u64,
        Op::RemUnsigned => a % b,
        Op::ShiftLeft => u32::try_from(b)
            .ok()
            .and_then(|by| a.checked_shl(by))
            .unwrap_or(0),
        Op::ShiftRightUnsigned => u32::try_from(b)
            .ok()
            .and_then(|by| a.checked_shr(by))
            .unwrap_or(0),
        Op::ShiftRightSigned => (signed_a >> b.min(63)) as u64,
        Op::BitAnd => a & b,
        Op::BitOr => a | b,
        Op::BitXor => a ^ b,
        Op::Equal => u64::from(a == b),
        Op::LessSigned => u64::from(signed_a < signed_b),
        Op::LessUnsigned => u64::from(a < b),
        _ => return Err(AgentError::BadOperand),
    })
}
