//! Declarations and their initial values.

use super::Compiler;
use super::depth;
use super::invalid;
use super::place::Place;
use crate::script::ast::Declarator;
use crate::script::ast::Initializer;
use crate::script::ast::Name;
use crate::script::ast::Span;
use crate::script::ast::TypeName;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::types::Member;
use crate::script::types::Type;
use alloc::format;
use alloc::vec::Vec;

impl Compiler<'_> {
    /// `type name = value;`. The value does not see the new variable.
    #[inline(never)]
    pub(super) fn declare(
        &mut self,
        written: &TypeName,
        declarator: &Declarator,
        value: Option<&Initializer>,
    ) -> Result<(), ScriptError> {
        let base = self.type_of(written)?;
        let ty = self.declared(base, declarator)?;
        let name = &declarator.name;
        self.size(&ty, &name.span)?;
        let mark = self.top;
        let done = self.declare_as(&ty, name, value);
        self.top = mark;
        done
    }

    fn declare_as(&mut self, ty: &Type, name: &Name, value: Option<&Initializer>) -> Result<(), ScriptError> {
        let span = &name.span;
        match value {
            // The grammar has no others than structures and pointers to them.
            None if matches!(ty, Type::Struct(_) | Type::Pointer(_) | Type::Array(..)) => {
                let offset = self.new_variable(&name.text, ty, false, span)?;
                self.clear(offset, ty, span)
            }
            None => invalid(span, format!("'{}' needs a value", name.text)),
            Some(Initializer::Value(expr)) => {
                if matches!(ty, Type::Array(..)) {
                    return invalid(&expr.span, "an array takes its values in '{ }'");
                }
                let value = self.rvalue(expr)?;
                self.check_local_address(expr, ty)?;
                let offset = self.new_variable(&name.text, ty, false, span)?;
                self.assign_place(Place::Local(offset), ty, value, &expr.span)?;
                Ok(())
            }
            Some(list @ Initializer::List(..)) => {
                let offset = self.new_variable(&name.text, ty, false, span)?;
                self.clear(offset, ty, span)?;
                self.initialize(offset, ty, list)
            }
        }
    }

    fn clear(&mut self, offset: u16, ty: &Type, span: &Span) -> Result<(), ScriptError> {
        let size = self.size(ty, span)?;
        let Ok(length) = u16::try_from(size) else {
            return invalid(span, "the variable is too large");
        };
        self.emit(Op::ZeroLocal { offset, length })
    }

    /// Writes the values of `initializer` over zeros from `offset` on.
    fn initialize(&mut self, offset: u16, ty: &Type, initializer: &Initializer) -> Result<(), ScriptError> {
        let (items, span) = match initializer {
            Initializer::Value(expr) => {
                if matches!(ty, Type::Array(..)) {
                    return invalid(&expr.span, "expected '{' before the values of an array");
                }
                let mark = self.top;
                let value = self.rvalue(expr)?;
                self.check_local_address(expr, ty)?;
                self.assign_place(Place::Local(offset), ty, value, &expr.span)?;
                self.top = mark;
                return Ok(());
            }
            Initializer::List(items, span) => (items, span),
        };
        self.nested(span, depth::LIST, |this| {
            this.initialize_list(offset, ty, items, span)
        })
    }

    #[inline(never)]
    fn initialize_list(
        &mut self,
        offset: u16,
        ty: &Type,
        items: &[Initializer],
        span: &Span,
    ) -> Result<(), ScriptError> {
        let too_many = |count: u64| {
            let why = format!("expected at most {count:x} values, not {:x}", items.len());
            invalid(span, why)
        };
        match ty {
            Type::Array(element, count) => {
                let size = self.size(element, span)?;
                if items.len() as u64 > u64::from(*count) {
                    return too_many((*count).into());
                }
                let mut at = u32::from(offset);
                for item in items {
                    let Ok(place) = u16::try_from(at) else {
                        return too_many((*count).into());
                    };
                    self.initialize(place, element, item)?;
                    at = at.saturating_add(size);
                }
                Ok(())
            }
            Type::Struct(structure) => {
                let members: Vec<Member> = match self.structures.members(*structure) {
                    Some(members) => members.into(),
                    None => return invalid(span, "the structure has no members"),
                };
                if items.len() > members.len() {
                    return too_many(members.len() as u64);
                }
                for (item, member) in items.iter().zip(members) {
                    let at = u32::from(offset).saturating_add(member.offset);
                    let Ok(place) = u16::try_from(at) else {
                        return invalid(span, "the structure is too large");
                    };
                    self.initialize(place, &member.ty, item)?;
                }
                Ok(())
            }
            _ => match items {
                [item @ Initializer::Value(_)] => self.initialize(offset, ty, item),
                _ => invalid(span, "expected one value"),
            },
        }
    }
}
