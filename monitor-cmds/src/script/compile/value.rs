//! Expressions for their value.

use super::Compiler;
use super::depth;
use super::invalid;
use super::refuse;
use crate::script::address;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Name;
use crate::script::ast::Span;
use crate::script::ast::TypeName;
use crate::script::ast::UnaryOp;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::pseudo::Pseudo;
use crate::script::types::Type;
use alloc::format;

/// What an expression gave: a constant, or what a temporary holds at run time. A structure is given as its address.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) held: Held,
    pub(super) ty: Type,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Held {
    Const(u64),
    Temp(u8),
}

impl Value {
    pub(super) fn of(value: u64, ty: Type) -> Self {
        Self {
            held: Held::Const(value),
            ty,
        }
    }

    pub(super) fn temp(temp: u8, ty: Type) -> Self {
        Self {
            held: Held::Temp(temp),
            ty,
        }
    }

    pub(super) fn constant(&self) -> Option<u64> {
        match self.held {
            Held::Const(value) => Some(value),
            Held::Temp(_) => None,
        }
    }
}

impl Compiler<'_> {
    /// The value of `expr`; arrays give their address. Temporaries are taken from `top` on, and only the one that
    /// the value is in, if any, stays taken.
    pub(super) fn rvalue(&mut self, expr: &Expr) -> Result<Value, ScriptError> {
        self.nested(&expr.span, depth::VALUE, |this| this.any_value(expr))
    }

    fn any_value(&mut self, expr: &Expr) -> Result<Value, ScriptError> {
        let span = &expr.span;
        match &expr.kind {
            ExprKind::Integer(value) => Ok(Value::of(*value, Type::LONG)),
            ExprKind::Float(bits) => Ok(Value::of(*bits, Type::Double)),
            ExprKind::Text(text) => Ok(self.text(text)),
            ExprKind::WideText(text) => Ok(self.wide_text(text)),
            ExprKind::Pseudo(name) => self.pseudo(name, span),
            ExprKind::Symbol(name) => self.symbol(name, span),
            ExprKind::Variable(_)
            | ExprKind::Global(_)
            | ExprKind::Register(_)
            | ExprKind::Index(..)
            | ExprKind::Member(..)
            | ExprKind::Arrow(..)
            | ExprKind::Unary(UnaryOp::Dereference, _) => self.place_value(expr),
            ExprKind::Unary(UnaryOp::AddressOf, of) => self.address_of(of),
            ExprKind::Unary(UnaryOp::Not, _) => self.truth(expr),
            ExprKind::Unary(op, of) => self.unary_value(*op, of, span),
            ExprKind::Binary(..) => self.binary(expr),
            ExprKind::Cast(to, of) => self.cast(to, of, span),
            ExprKind::SizeofType(written) => {
                let ty = self.type_of(written)?;
                self.size_value(&ty, span)
            }
            ExprKind::SizeofExpr(of) => self.size_of_value(of, span),
            ExprKind::Call(name, arguments) => self.call_value(name, arguments, span),
        }
    }

    #[inline(never)]
    fn call_value(&mut self, name: &Name, arguments: &[Expr], span: &Span) -> Result<Value, ScriptError> {
        match self.call(name, arguments, span)? {
            Some(value) => Ok(value),
            None => invalid(span, format!("'{}' gives no value", name.text)),
        }
    }

    #[inline(never)]
    fn place_value(&mut self, expr: &Expr) -> Result<Value, ScriptError> {
        let mark = self.top;
        let (place, ty) = self.place(expr)?;
        self.load(place, ty, mark, &expr.span)
    }

    #[inline(never)]
    fn unary_value(&mut self, op: UnaryOp, of: &Expr, span: &Span) -> Result<Value, ScriptError> {
        let mark = self.top;
        let value = self.rvalue(of)?;
        self.unary(op, value, mark, span)
    }

    #[inline(never)]
    fn cast(&mut self, to: &TypeName, of: &Expr, span: &Span) -> Result<Value, ScriptError> {
        let to = self.type_of(to)?;
        let value = self.rvalue(of)?;
        self.convert(value, &to, span)
    }

    /// The size of `of`, which is compiled for its type alone.
    #[inline(never)]
    fn size_of_value(&mut self, of: &Expr, span: &Span) -> Result<Value, ScriptError> {
        let ty = self.quiet(|this| {
            if Self::is_place(of) {
                this.place(of).map(|(_, ty)| ty)
            } else {
                this.rvalue(of).map(|value| value.ty)
            }
        })?;
        self.size_value(&ty, span)
    }

    fn size_value(&mut self, ty: &Type, span: &Span) -> Result<Value, ScriptError> {
        let size = self.size(ty, span)?;
        Ok(Value::of(size.into(), Type::UNSIGNED_LONG))
    }

    #[inline(never)]
    fn symbol(&mut self, name: &str, span: &Span) -> Result<Value, ScriptError> {
        match self.symbols.address(name) {
            Some(address) => Ok(Value::of(address, Type::LONG)),
            None => refuse(span, "Unknown Token", format!("symbol '{name}' is not known")),
        }
    }

    #[inline(never)]
    fn text(&mut self, text: &[u8]) -> Value {
        let address = self.literal(text.iter().copied().chain([0]));
        Value::of(address, Type::text())
    }

    #[inline(never)]
    fn wide_text(&mut self, text: &[u16]) -> Value {
        let bytes = text.iter().chain(&[0]).flat_map(|unit| unit.to_le_bytes());
        let address = self.literal(bytes);
        let unit = Type::Int {
            size: 2,
            signed: false,
        };
        Value::of(address, Type::pointer(unit))
    }

    fn literal(&mut self, bytes: impl Iterator<Item = u8>) -> u64 {
        let at = self.literals.len() as u64;
        self.literals.extend(bytes);
        address::LITERALS.wrapping_add(at)
    }

    #[inline(never)]
    fn pseudo(&mut self, name: &str, span: &Span) -> Result<Value, ScriptError> {
        let Some(pseudo) = Pseudo::find(name) else {
            return refuse(span, "Unknown Token", format!("there is no '${name}'"));
        };
        let dst = self.temp(span)?;
        self.emit(match pseudo {
            Pseudo::Context => Op::Context { dst },
            _ => Op::Pseudo { dst, pseudo },
        })?;
        let ty = if pseudo.is_text() {
            Type::text()
        } else {
            Type::LONG
        };
        Ok(Value::temp(dst, ty))
    }

    /// The temporary that holds `value`; a constant gets one.
    pub(super) fn in_temp(&mut self, value: &Value, span: &Span) -> Result<u8, ScriptError> {
        match value.held {
            Held::Temp(temp) => Ok(temp),
            Held::Const(constant) => {
                let dst = self.temp(span)?;
                self.constant(dst, constant)?;
                Ok(dst)
            }
        }
    }

    /// Frees all temporaries from `mark` on and takes the first of them for a result.
    pub(super) fn result(&mut self, mark: u8, span: &Span) -> Result<u8, ScriptError> {
        self.top = mark;
        self.temp(span)
    }

    /// Puts `value` into temporary `mark` and frees those behind it.
    pub(super) fn settle(&mut self, value: &Value, mark: u8, span: &Span) -> Result<u8, ScriptError> {
        let dst = self.result(mark, span)?;
        match value.held {
            Held::Const(constant) => self.constant(dst, constant)?,
            Held::Temp(temp) if temp != dst => self.emit(Op::Move { dst, src: temp })?,
            Held::Temp(_) => (),
        }
        Ok(dst)
    }
}
