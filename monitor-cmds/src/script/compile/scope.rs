//! The local variables of a function.
//!
//! A variable belongs to the block it was declared in and hides one of the same name outside. When a block ends, a
//! name that means nothing outside goes on meaning its variable: in HyperDbg all of a function's variables are
//! visible from their first assignment on.

use crate::script::run::STACK_BYTES;
use crate::script::types::Type;
use alloc::string::String;
use alloc::vec::Vec;

#[derive(Clone, Debug)]
pub(super) struct Variable {
    name: String,
    pub(super) ty: Type,
    pub(super) offset: u16,
    /// Made by an assignment, without a type of its own.
    pub(super) implicit: bool,
    depth: u32,
    hidden: bool,
    /// Its block has ended.
    ended: bool,
}

#[derive(Debug, Default)]
pub(super) struct Scope {
    variables: Vec<Variable>,
    depth: u32,
    end: u16,
}

impl Scope {
    /// Bytes of all variables.
    pub(super) fn frame(&self) -> u16 {
        self.end
    }

    pub(super) fn find(&self, name: &str) -> Option<&Variable> {
        self.variables
            .iter()
            .rev()
            .find(|variable| !variable.hidden && variable.name == name)
    }

    pub(super) fn enter(&mut self) {
        self.depth = self.depth.saturating_add(1);
    }

    pub(super) fn leave(&mut self) {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        for index in 0..self.variables.len() {
            let Some(variable) = self.variables.get(index) else {
                continue;
            };
            if variable.hidden || variable.depth != depth {
                continue;
            }
            let outer = self
                .variables
                .iter()
                .any(|other| !other.hidden && other.depth < depth && other.name == variable.name);
            if let Some(variable) = self.variables.get_mut(index) {
                variable.hidden = outer;
                variable.ended = true;
                variable.depth = self.depth;
            }
        }
    }

    /// A place of `size` bytes for a variable. `None` if the stack has no room for it.
    pub(super) fn declare(&mut self, name: &str, ty: &Type, size: u32, implicit: bool) -> Option<u16> {
        let depth = self.depth;
        let known = self
            .variables
            .iter_mut()
            .rev()
            .find(|variable| !variable.hidden && variable.name == name);
        if let Some(known) = known
            && (known.depth == depth || known.ended)
        {
            if known.ty == *ty {
                known.depth = depth;
                known.ended = false;
                known.implicit = implicit;
                return Some(known.offset);
            }
            known.hidden = true;
        }
        let offset = self.end;
        let end = u32::from(offset).checked_add(size.checked_next_multiple_of(8)?)?;
        self.end = u16::try_from(end)
            .ok()
            .filter(|&end| usize::from(end) <= STACK_BYTES)?;
        self.variables.push(Variable {
            name: name.into(),
            ty: ty.clone(),
            offset,
            implicit,
            depth,
            hidden: false,
            ended: false,
        });
        Some(offset)
    }
}
