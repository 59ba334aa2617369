//! Expressions that name a place: what can be assigned, what has an address.

use super::Compiler;
use super::depth;
use super::invalid;
use super::refuse;
use super::value::Held;
use super::value::Value;
use crate::script::address;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Name;
use crate::script::ast::Span;
use crate::script::ast::UnaryOp;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::register;
use crate::script::register::RegisterView;
use crate::script::types::Type;
use alloc::format;

/// Where a value can be read from and written to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// A byte of the frame.
    Local(u16),
    Global(u16),
    Register(RegisterView),
    /// The address in a temporary.
    Memory(u8),
}

impl Compiler<'_> {
    pub(super) fn is_place(expr: &Expr) -> bool {
        matches!(
            expr.kind,
            ExprKind::Variable(_)
                | ExprKind::Global(_)
                | ExprKind::Register(_)
                | ExprKind::Index(..)
                | ExprKind::Member(..)
                | ExprKind::Arrow(..)
                | ExprKind::Unary(UnaryOp::Dereference, _)
        )
    }

    /// The place that `expr` names, and its type. Only a temporary that is part of it stays taken.
    pub(super) fn place(&mut self, expr: &Expr) -> Result<(Place, Type), ScriptError> {
        self.nested(&expr.span, depth::PLACE, |this| this.any_place(expr))
    }

    fn any_place(&mut self, expr: &Expr) -> Result<(Place, Type), ScriptError> {
        let span = &expr.span;
        match &expr.kind {
            ExprKind::Variable(name) => self.local(name, span),
            ExprKind::Global(name) => match self.globals.slot(name) {
                Some(slot) => Ok((Place::Global(slot), Type::UNSIGNED_LONG)),
                None => invalid(span, "there are 200 global variables already"),
            },
            ExprKind::Register(name) => self.register(name, span),
            ExprKind::Unary(UnaryOp::Dereference, of) => self.pointed(of, span),
            ExprKind::Index(of, index) => self.element(of, index, span),
            ExprKind::Member(of, name) => self.member_of(of, name),
            ExprKind::Arrow(of, name) => self.member_by(of, name),
            _ => invalid(span, "expected a variable, a register or a place in memory"),
        }
    }

    #[inline(never)]
    fn local(&mut self, name: &str, span: &Span) -> Result<(Place, Type), ScriptError> {
        match self.scope.find(name) {
            Some(variable) => Ok((Place::Local(variable.offset), variable.ty.clone())),
            None => {
                let why = format!("'{name}' was not assigned before");
                refuse(span, "Unresolved Variable", why)
            }
        }
    }

    #[inline(never)]
    fn register(&mut self, name: &str, span: &Span) -> Result<(Place, Type), ScriptError> {
        match register::lookup(name) {
            Some(view) => Ok((Place::Register(view), Type::LONG)),
            None => refuse(span, "Unknown Token", format!("there is no register '{name}'")),
        }
    }

    /// `*of`.
    #[inline(never)]
    fn pointed(&mut self, of: &Expr, span: &Span) -> Result<(Place, Type), ScriptError> {
        let value = self.rvalue(of)?;
        let ty = match &value.ty {
            Type::Pointer(to) if **to == Type::Void => {
                return invalid(span, "a 'void *' cannot be dereferenced");
            }
            Type::Pointer(to) => (**to).clone(),
            // A number is the address of 8 bytes.
            ty if ty.promoted().is_some() => Type::UNSIGNED_LONG,
            ty => {
                let why = format!("'*' takes a pointer, not {}", self.describe(ty));
                return invalid(span, why);
            }
        };
        Ok((Place::Memory(self.in_temp(&value, span)?), ty))
    }

    /// `of.name`.
    #[inline(never)]
    fn member_of(&mut self, of: &Expr, name: &Name) -> Result<(Place, Type), ScriptError> {
        if !Self::is_place(of) {
            return invalid(&of.span, "'.' takes a structure");
        }
        let (place, ty) = self.place(of)?;
        self.member(place, &ty, name)
    }

    /// `of->name`.
    #[inline(never)]
    fn member_by(&mut self, of: &Expr, name: &Name) -> Result<(Place, Type), ScriptError> {
        let value = self.rvalue(of)?;
        let Type::Pointer(to) = &value.ty else {
            let why = format!("'->' takes a pointer, not {}", self.describe(&value.ty));
            return invalid(&of.span, why);
        };
        let to = to.clone();
        let address = self.in_temp(&value, &of.span)?;
        self.member(Place::Memory(address), &to, name)
    }

    fn member(&mut self, place: Place, ty: &Type, name: &Name) -> Result<(Place, Type), ScriptError> {
        let members = match ty {
            Type::Struct(structure) => self.structures.members(*structure),
            _ => None,
        };
        let Some(members) = members else {
            let why = format!("{} has no members", self.describe(ty));
            return invalid(&name.span, why);
        };
        let Some(member) = members.iter().find(|member| member.name == name.text) else {
            let why = format!("{} has no member '{}'", self.describe(ty), name.text);
            return invalid(&name.span, why);
        };
        let (offset, ty) = (member.offset, member.ty.clone());
        Ok((self.moved(place, offset, &name.span)?, ty))
    }

    /// The place `offset` bytes behind `place`.
    fn moved(&mut self, place: Place, offset: u32, span: &Span) -> Result<Place, ScriptError> {
        match place {
            Place::Local(base) => match u16::try_from(u32::from(base).saturating_add(offset)) {
                Ok(at) => Ok(Place::Local(at)),
                Err(_) => invalid(span, "the member is out of reach"),
            },
            Place::Memory(a) => {
                let Ok(value) = i32::try_from(offset) else {
                    return invalid(span, "the member is out of reach");
                };
                if value != 0 {
                    self.emit(Op::AddConst { dst: a, a, value })?;
                }
                Ok(Place::Memory(a))
            }
            Place::Global(_) | Place::Register(_) => invalid(span, "expected a structure"),
        }
    }

    #[inline(never)]
    fn element(&mut self, of: &Expr, index: &Expr, span: &Span) -> Result<(Place, Type), ScriptError> {
        let mark = self.top;
        let mut base = None;
        if Self::is_place(of) {
            let (place, ty) = self.place(of)?;
            if let (Place::Local(offset), Type::Array(element, count)) = (place, &ty) {
                let index = self.rvalue(index)?;
                let size = self.size(element, span)?;
                if let Some(at) = index.constant().filter(|&at| at < u64::from(*count)) {
                    let at = at.saturating_mul(size.into());
                    let place = self.moved(place, u32::try_from(at).unwrap_or(u32::MAX), span)?;
                    return Ok((place, (**element).clone()));
                }
                let dst = self.temp(span)?;
                self.emit(Op::LocalAddress { dst, offset })?;
                base = Some((Value::temp(dst, Type::Pointer(element.clone())), index));
            } else {
                let pointer = self.load(place, ty, mark, &of.span)?;
                base = Some((pointer, self.rvalue(index)?));
            }
        }
        let (pointer, index) = match base {
            Some(both) => both,
            None => (self.rvalue(of)?, self.rvalue(index)?),
        };
        let Type::Pointer(element) = pointer.ty.clone() else {
            let why = format!(
                "'[' takes an array or a pointer, not {}",
                self.describe(&pointer.ty)
            );
            return invalid(&of.span, why);
        };
        let address = self.offset(pointer, index, false, mark, span)?;
        Ok((Place::Memory(self.in_temp(&address, span)?), (*element).clone()))
    }

    /// The value at `place`: of an array the address of its first element, of a structure its own address.
    pub(super) fn load(
        &mut self,
        place: Place,
        ty: Type,
        mark: u8,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        let ty = match ty {
            Type::Array(element, _) => {
                let address = self.place_address(place, mark, span)?;
                return Ok(Value {
                    held: address,
                    ty: Type::Pointer(element),
                });
            }
            Type::Struct(_) => {
                let held = self.place_address(place, mark, span)?;
                return Ok(Value { held, ty });
            }
            scalar => scalar,
        };
        let Some(width) = ty.width() else {
            return invalid(span, format!("{} has no value", self.describe(&ty)));
        };
        let dst = self.result(mark, span)?;
        self.emit(match place {
            Place::Local(offset) => Op::Local { dst, width, offset },
            Place::Global(slot) => Op::Global { dst, slot },
            Place::Register(view) if view.bits == 64 => Op::Register {
                dst,
                register: view.register,
            },
            Place::Register(view) => Op::RegisterPart { dst, view },
            Place::Memory(address) => Op::Load { dst, address, width },
        })?;
        Ok(Value::temp(dst, ty))
    }

    /// Writes `value`, which is of the place's type.
    pub(super) fn store(&mut self, place: Place, value: &Value, span: &Span) -> Result<(), ScriptError> {
        let Some(width) = value.ty.width() else {
            return invalid(span, format!("{} cannot be assigned", self.describe(&value.ty)));
        };
        let src = self.in_temp(value, span)?;
        self.emit(match place {
            Place::Local(offset) => Op::StoreLocal { src, width, offset },
            Place::Global(slot) => Op::StoreGlobal { src, slot },
            Place::Register(view) => Op::StoreRegister { src, view },
            Place::Memory(address) => Op::Store { src, address, width },
        })
    }

    /// The address of `place`, in the temporary `mark` if not constant. A register has address 0.
    pub(super) fn place_address(&mut self, place: Place, mark: u8, span: &Span) -> Result<Held, ScriptError> {
        Ok(match place {
            Place::Local(offset) => {
                let dst = self.result(mark, span)?;
                self.emit(Op::LocalAddress { dst, offset })?;
                Held::Temp(dst)
            }
            Place::Global(slot) => {
                let offset = u64::from(slot).wrapping_mul(8);
                Held::Const(address::GLOBALS.wrapping_add(offset))
            }
            Place::Register(_) => Held::Const(0),
            Place::Memory(address) => {
                let value = Value::temp(address, Type::Void);
                Held::Temp(self.settle(&value, mark, span)?)
            }
        })
    }

    /// `&of`.
    #[inline(never)]
    pub(super) fn address_of(&mut self, of: &Expr) -> Result<Value, ScriptError> {
        if !Self::is_place(of) {
            return invalid(&of.span, "'&' takes a variable, a register or a place in memory");
        }
        let mark = self.top;
        let (place, ty) = self.place(of)?;
        let held = self.place_address(place, mark, &of.span)?;
        Ok(Value {
            held,
            ty: Type::pointer(ty),
        })
    }
}
