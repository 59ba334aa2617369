//! What a `Z` or `z` packet asks for, with the conditions that `gdbstub` drops.
//!
//! GDB manual, "Packets", `Z0`: `Z0,addr,kind[;cond_list][;cmds:persist,cmd_list]`, where a condition is
//! `Xlen,bytecode`. The breakpoint stops the machine when any of its conditions is true or cannot be evaluated.

use super::hex;
use super::request::HexText;

/// The longest condition that is taken, in bytes of bytecode.
pub const EXPRESSION_MAX: usize = 256;

/// The five kinds of breakpoint, in the order of their packet numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakpointType {
    /// `Z0`
    Software,
    /// `Z1`
    Hardware,
    /// `Z2`
    Write,
    /// `Z3`
    Read,
    /// `Z4`
    Access,
}

impl BreakpointType {
    /// The kind with this packet number (one digit).
    pub(super) const fn from_digit(digit: u8) -> Option<Self> {
        Some(match digit {
            b'0' => Self::Software,
            b'1' => Self::Hardware,
            b'2' => Self::Write,
            b'3' => Self::Read,
            b'4' => Self::Access,
            _ => return None,
        })
    }
}

/// A breakpoint that is set (again) or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakpointChange<'f> {
    /// Set, and not removed.
    pub insert: bool,
    /// Which kind.
    pub kind: BreakpointType,
    /// Guest-virtual address.
    pub address: u64,
    /// Bytes watched, or the size of the breakpoint instruction.
    pub size: u64,
    /// These replace whatever conditions the breakpoint had.
    pub conditions: Conditions<'f>,
}

/// The conditions of one breakpoint; none means it always stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions<'f>(&'f [u8]);

impl<'f> Conditions<'f> {
    /// Takes the tail of a packet after `Z0,addr,kind`; `None` when its shape is wrong. Commands are passed over.
    pub(super) fn parse(tail: &'f [u8]) -> Option<Self> {
        let commands = tail
            .windows(5)
            .position(|text| text == b"cmds:")
            .unwrap_or(tail.len());
        let conditions = Self(tail.get(..commands)?);
        let mut rest = conditions.0;
        while !rest.is_empty() {
            (_, rest) = split(rest)?;
        }
        Some(conditions)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The bytecode of each condition, at most [`EXPRESSION_MAX`] bytes long.
    pub fn iter(&self) -> impl Iterator<Item = HexText<'f>> + use<'f> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            loop {
                let (expression, after) = split(rest)?;
                rest = after;
                if expression.is_some() {
                    return expression;
                }
            }
        })
    }
}

/// The expression or separator at the front of `text`, and what follows it.
fn split(text: &[u8]) -> Option<(Option<HexText<'_>>, &[u8])> {
    match text.split_first()? {
        (b';', rest) => Some((None, rest)),
        (b'X', rest) => {
            let comma = rest.iter().position(|&c| c == b',')?;
            let len = usize::try_from(hex::number(rest.get(..comma)?)?).ok()?;
            if len > EXPRESSION_MAX {
                return None;
            }
            let code = rest.get(comma + 1..)?;
            let digits = code.get(..len * 2)?;
            hex::data_len(digits)?;
            Some((Some(HexText(digits)), code.get(len * 2..)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tail: &[u8]) -> Option<Vec<Vec<u8>>> {
        Conditions::parse(tail).map(|c| c.iter().map(|e| e.bytes().collect()).collect())
    }

    #[test]
    fn conditions_with_and_without_separators() {
        assert_eq!(list(b""), Some(vec![]));
        assert_eq!(list(b";X2,2227"), Some(vec![vec![0x22, 0x27]]));
        assert_eq!(list(b";X1,22X1,27"), Some(vec![vec![0x22], vec![0x27]]));
        assert_eq!(
            list(b";X1,22;X1,27;cmds:1,X1,27"),
            Some(vec![vec![0x22], vec![0x27]])
        );
        assert_eq!(list(b";cmds:0,X1,27"), Some(vec![]));
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        for tail in [
            &b";X2,22"[..],
            b";X1,2",
            b";X1",
            b";Y",
            b";X1,zz",
            b";X101,",
            b"q",
        ] {
            assert_eq!(list(tail), None, "{}", String::from_utf8_lossy(tail));
        }
    }
}
