//! Assignments.

use super::Compiler;
use super::invalid;
use super::place::Place;
use super::refuse;
use super::value::Value;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Span;
use crate::script::ast::UnaryOp;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::types::Type;
use alloc::format;

impl Compiler<'_> {
    /// `a = b = value;` from right to left, or `a op= value;`, whose place is found once and before the value.
    #[inline(never)]
    pub(super) fn assign(
        &mut self,
        targets: &[Expr],
        operator: Option<BinaryOp>,
        value: &Expr,
    ) -> Result<(), ScriptError> {
        let mark = self.top;
        let done = match (operator, targets) {
            (None, _) => self.assign_all(targets, value),
            (Some(op), [target]) => self.assign_compound(target, op, value),
            (Some(_), _) => invalid(&value.span, "expected one place before the operator"),
        };
        self.top = mark;
        done
    }

    #[inline(never)]
    fn assign_all(&mut self, targets: &[Expr], from: &Expr) -> Result<(), ScriptError> {
        let mut value = self.rvalue(from)?;
        for target in targets.iter().rev() {
            if let ExprKind::Variable(name) = &target.kind
                && self.scope.find(name).is_none()
            {
                self.new_variable(name, &Type::UNSIGNED_LONG, true, &target.span)?;
            }
            let held = self.top;
            let (place, ty) = self.place(target)?;
            if !self.is_implicit(target) {
                self.check_local_address(from, &ty)?;
            }
            value = self.assign_place(place, &ty, value, &from.span)?;
            // A constant may have been put in a temporary behind the place; the value itself lies before it.
            self.top = held;
        }
        Ok(())
    }

    /// Writes `value` to a place of type `ty`; gives what was written.
    pub(super) fn assign_place(
        &mut self,
        place: Place,
        ty: &Type,
        value: Value,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        if matches!(ty, Type::Struct(_)) {
            if value.ty != *ty {
                let (from, to) = (self.describe(&value.ty), self.describe(ty));
                return invalid(span, format!("{from} cannot be assigned to {to}"));
            }
            let length = self.size(ty, span)?;
            let from = self.in_temp(&value, span)?;
            let mark = self.top;
            let to = self.place_address(place, mark, span)?;
            let to = Value {
                held: to,
                ty: Type::Void,
            };
            let to = self.in_temp(&to, span)?;
            self.emit(Op::Copy { to, from, length })?;
            return Ok(value);
        }
        let value = self.convert(value, ty, span)?;
        self.store(place, &value, span)?;
        Ok(value)
    }

    #[inline(never)]
    fn assign_compound(&mut self, target: &Expr, op: BinaryOp, from: &Expr) -> Result<(), ScriptError> {
        let (place, ty) = self.place(target)?;
        let mark = self.top;
        let current = self.load(place, ty.clone(), mark, &target.span)?;
        let value = self.rvalue(from)?;
        let value = self.operate(op, current, value, mark, &target.span)?;
        if !self.is_implicit(target) {
            self.check_local_address(from, &ty)?;
        }
        if !ty.is_scalar() {
            let why = format!("{} cannot be assigned with an operator", self.describe(&ty));
            return invalid(&target.span, why);
        }
        let value = self.convert(value, &ty, &target.span)?;
        self.store(place, &value, &target.span)
    }

    /// Gives a variable its place.
    pub(super) fn new_variable(
        &mut self,
        name: &str,
        ty: &Type,
        implicit: bool,
        span: &Span,
    ) -> Result<u16, ScriptError> {
        let size = self.size(ty, span)?;
        match self.scope.declare(name, ty, size, implicit) {
            Some(offset) => Ok(offset),
            None => Err(ScriptError::new(
                span.start,
                "Err, stack buffer overflow: local variables have 100 slots of 8 bytes",
            )),
        }
    }

    /// May the place hold whatever it is given? So it is with variables that have no type of their own.
    fn is_implicit(&self, target: &Expr) -> bool {
        match &target.kind {
            ExprKind::Variable(name) => self.scope.find(name).is_some_and(|variable| variable.implicit),
            ExprKind::Global(_) => true,
            _ => false,
        }
    }

    /// Refuses a local's address where the type says that it is kept as a number.
    pub(super) fn check_local_address(&self, value: &Expr, ty: &Type) -> Result<(), ScriptError> {
        if ty.is_pointer() {
            return Ok(());
        }
        let of = match &value.kind {
            ExprKind::Unary(UnaryOp::AddressOf, of) => of,
            ExprKind::Call(name, arguments) if name.text == "reference" => match arguments.as_slice() {
                [of] => of,
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        if !is_local(of) {
            return Ok(());
        }
        let why = format!(
            "the address of a local variable cannot be assigned to {}",
            self.describe(ty)
        );
        refuse(&value.span, "Invalid Type", why)
    }
}

fn is_local(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Member(of, _) | ExprKind::Index(of, _) => is_local(of),
        _ => false,
    }
}
