//! Proves an expression before it is armed.

use super::AgentError;
use super::CODE_MAX;
use super::STACK_DEPTH;
use super::opcode::Decoded;
use super::opcode::Op;
use super::opcode::decode;

/// No way leads to this instruction so far.
const UNREACHED: u8 = 0xff;

/// What is known about each byte of the code.
struct Map {
    /// An instruction begins here.
    starts: [bool; CODE_MAX],
    /// How many values are on the stack when it is reached.
    depth: [u8; CODE_MAX],
    /// Reached, and not followed further yet. An instruction enters once, when its depth is set.
    open: [u16; CODE_MAX],
    open_len: usize,
}

impl Map {
    fn reach(&mut self, at: usize, depth: usize) -> Result<(), AgentError> {
        let bad = AgentError::BadJump(u16::try_from(at).unwrap_or(u16::MAX));
        if !self.starts.get(at).copied().unwrap_or(false) {
            return Err(bad);
        }
        let known = self.depth.get_mut(at).ok_or(bad)?;
        if *known == UNREACHED {
            *known = u8::try_from(depth).map_err(|_| AgentError::StackOverflow)?;
            *self.open.get_mut(self.open_len).ok_or(AgentError::TooLong)? = at as u16;
            self.open_len += 1;
        } else if usize::from(*known) != depth {
            return Err(AgentError::StackMismatch);
        }
        Ok(())
    }

    fn take(&mut self) -> Option<(usize, usize)> {
        self.open_len = self.open_len.checked_sub(1)?;
        let at = usize::from(*self.open.get(self.open_len)?);
        Some((at, usize::from(*self.depth.get(at)?)))
    }
}

/// Whether `code` can be armed: every instruction is known, every jump lands on one, no way runs past the end or
/// ends without a value, and the stack neither under- nor overflows.
pub fn validate(code: &[u8]) -> Result<(), AgentError> {
    if code.len() > CODE_MAX {
        return Err(AgentError::TooLong);
    }
    let mut map = Map {
        starts: [false; CODE_MAX],
        depth: [UNREACHED; CODE_MAX],
        open: [0; CODE_MAX],
        open_len: 0,
    };
    let mut at = 0;
    while at < code.len() {
        if let Some(start) = map.starts.get_mut(at) {
            *start = true;
        }
        at = decode(code, at)?.next;
    }
    if code.is_empty() {
        return Err(AgentError::NoEnd);
    }
    map.reach(0, 0)?;
    while let Some((at, depth)) = map.take() {
        let Decoded {
            op,
            operand,
            needs,
            change,
            next,
        } = decode(code, at)?;
        if depth < needs {
            return Err(AgentError::StackUnderflow);
        }
        let after = depth
            .checked_add_signed(change)
            .ok_or(AgentError::StackUnderflow)?;
        if after > STACK_DEPTH {
            return Err(AgentError::StackOverflow);
        }
        if matches!(op, Op::Goto | Op::IfGoto) {
            map.reach(operand as usize, after)?;
        }
        if !matches!(op, Op::Goto | Op::End) {
            if next >= code.len() {
                return Err(AgentError::NoEnd);
            }
            map.reach(next, after)?;
        }
    }
    Ok(())
}
