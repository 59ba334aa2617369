//! Operations as they are emitted, and jumps to where nothing stands yet.

use super::Compiler;
use super::MAX_TEMPS;
use super::too_long;
use crate::script::ast::Span;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use alloc::vec::Vec;

/// A place to jump to. Operations have its number until the code is finished.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label(pub(super) u16);

/// The operations of one function, or of all that is outside functions.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub(super) ops: Vec<Op>,
    labels: Vec<Option<u16>>,
}

impl Code {
    /// The operations with the places of labels. `None` if one is out of reach.
    pub(super) fn finish(mut self) -> Option<Vec<Op>> {
        for op in &mut self.ops {
            if let Some(to) = op.target() {
                *to = (*self.labels.get(usize::from(*to))?)?;
            }
        }
        Some(self.ops)
    }
}

impl Op {
    fn target(&mut self) -> Option<&mut u16> {
        match self {
            Self::Jump { to } | Self::Branch { to, .. } | Self::BranchConst { to, .. } => Some(to),
            _ => None,
        }
    }

    /// The operation when its function begins at `entry`. `None` if its target is out of reach then.
    pub(super) fn moved(mut self, entry: u16) -> Option<Self> {
        if let Some(to) = self.target() {
            *to = to.checked_add(entry)?;
        }
        Some(self)
    }
}

impl Compiler<'_> {
    pub(super) fn emit(&mut self, op: Op) -> Result<(), ScriptError> {
        if self.code.ops.len() >= usize::from(u16::MAX) {
            return too_long();
        }
        self.code.ops.push(op);
        Ok(())
    }

    pub(super) fn label(&mut self) -> Result<Label, ScriptError> {
        let Ok(label) = u16::try_from(self.code.labels.len()) else {
            return too_long();
        };
        self.code.labels.push(None);
        Ok(Label(label))
    }

    /// The next operation is what `label` stands for.
    pub(super) fn put(&mut self, label: Label) {
        let here = u16::try_from(self.code.ops.len()).ok();
        if let Some(place) = self.code.labels.get_mut(usize::from(label.0)) {
            *place = here;
        }
    }

    pub(super) fn jump(&mut self, label: Label) -> Result<(), ScriptError> {
        self.emit(Op::Jump { to: label.0 })
    }

    /// Takes the lowest free temporary.
    pub(super) fn temp(&mut self, span: &Span) -> Result<u8, ScriptError> {
        if self.top >= MAX_TEMPS {
            return self.too_complex(span);
        }
        let temp = self.top;
        self.top = self.top.saturating_add(1);
        Ok(temp)
    }

    /// Sets a temporary to a constant.
    pub(super) fn constant(&mut self, dst: u8, value: u64) -> Result<(), ScriptError> {
        if let Ok(small) = i32::try_from(value as i64) {
            return self.emit(Op::Const { dst, value: small });
        }
        let known = self.pool.iter().position(|&known| known == value);
        let index = known.unwrap_or(self.pool.len());
        if known.is_none() {
            self.pool.push(value);
        }
        let Ok(index) = u16::try_from(index) else {
            return too_long();
        };
        self.emit(Op::Pool { dst, index })
    }
}
