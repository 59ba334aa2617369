//! Operators: the type they work in, the operation that does it, or the constant that comes out.

use super::Compiler;
use super::invalid;
use super::value::Value;
use crate::script::arith;
use crate::script::arith::Comparison;
use crate::script::arith::IntOp;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Span;
use crate::script::ast::UnaryOp;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::float;
use crate::script::float::FloatOp;
use crate::script::types::Type;
use crate::script::types::common;
use alloc::format;
use alloc::vec::Vec;

/// How the operators of integers are carried out.
enum Kind {
    Int(IntOp),
    Compare,
}

fn kind(op: BinaryOp) -> Option<Kind> {
    Some(Kind::Int(match op {
        BinaryOp::Add => IntOp::Add,
        BinaryOp::Subtract => IntOp::Subtract,
        BinaryOp::Multiply => IntOp::Multiply,
        BinaryOp::Divide => IntOp::Divide,
        BinaryOp::Remainder => IntOp::Remainder,
        BinaryOp::ShiftLeft => IntOp::ShiftLeft,
        BinaryOp::ShiftRight => IntOp::ShiftRight,
        BinaryOp::And => IntOp::And,
        BinaryOp::Xor => IntOp::Xor,
        BinaryOp::Or => IntOp::Or,
        BinaryOp::LogicalAnd | BinaryOp::LogicalOr => return None,
        _ => return Some(Kind::Compare),
    }))
}

pub(super) fn is_comparison(op: BinaryOp) -> bool {
    matches!(kind(op), Some(Kind::Compare))
}

/// A comparison of two values of one type.
pub(super) struct Compared {
    pub(super) comparison: Comparison,
    pub(super) left: Value,
    pub(super) right: Value,
}

impl Compared {
    /// Whether it holds, if both values are known.
    pub(super) fn decided(&self) -> Option<bool> {
        let (a, b) = (self.left.constant()?, self.right.constant()?);
        Some(self.comparison.holds(a, b))
    }
}

fn comparison(op: BinaryOp, signed: bool) -> Comparison {
    match (op, signed) {
        (BinaryOp::Less, true) => Comparison::LessSigned,
        (BinaryOp::Less, false) => Comparison::Less,
        (BinaryOp::LessEqual, true) => Comparison::LessEqualSigned,
        (BinaryOp::LessEqual, false) => Comparison::LessEqual,
        (BinaryOp::Greater, true) => Comparison::GreaterSigned,
        (BinaryOp::Greater, false) => Comparison::Greater,
        (BinaryOp::GreaterEqual, true) => Comparison::GreaterEqualSigned,
        (BinaryOp::GreaterEqual, false) => Comparison::GreaterEqual,
        (BinaryOp::NotEqual, _) => Comparison::NotEqual,
        _ => Comparison::Equal,
    }
}

impl Compiler<'_> {
    /// A binary expression. A chain `a + b + c` is gone through without nesting, so that it may be long.
    #[inline(never)]
    pub(super) fn binary(&mut self, expr: &Expr) -> Result<Value, ScriptError> {
        let mark = self.top;
        let mut chain = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(op, left, right) = &first.kind {
            if kind(*op).is_none() {
                break;
            }
            chain.push((*op, right, &first.span));
            first = left;
        }
        if chain.is_empty() {
            return self.truth(expr);
        }
        let mut value = self.rvalue(first)?;
        for (op, right, span) in chain.into_iter().rev() {
            let right = self.rvalue(right)?;
            value = self.operate(op, value, right, mark, span)?;
        }
        Ok(value)
    }

    /// `left op right` in the temporary `mark`.
    #[inline(never)]
    pub(super) fn operate(
        &mut self,
        op: BinaryOp,
        left: Value,
        right: Value,
        mark: u8,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        let Some(Kind::Int(int_op)) = kind(op) else {
            let compared = self.compare(op, left, right, span)?;
            return self.comparison_value(compared, mark, span);
        };
        if left.ty.is_pointer() || right.ty.is_pointer() {
            match (op, left.ty.is_pointer(), right.ty.is_pointer()) {
                (BinaryOp::Add, true, false) => return self.offset(left, right, false, mark, span),
                (BinaryOp::Add, false, true) => return self.offset(right, left, false, mark, span),
                (BinaryOp::Subtract, true, false) => return self.offset(left, right, true, mark, span),
                (BinaryOp::Subtract, true, true) => return self.distance(left, right, mark, span),
                _ => (),
            }
        }
        if left.ty.float().is_some() || right.ty.float().is_some() {
            return self.float_operate(op, left, right, mark, span);
        }
        let (Some(a), Some(b)) = (left.ty.promoted(), right.ty.promoted()) else {
            return self.no_operand(&left, &right, span);
        };
        let shift = matches!(int_op, IntOp::ShiftLeft | IntOp::ShiftRight);
        let ty = if shift { a } else { common(a, b) };
        let left = self.convert(left, &ty.into(), span)?;
        let count = if shift { b } else { ty };
        let right = self.convert(right, &count.into(), span)?;
        self.integers(int_op, left, right, mark, span)
    }

    #[inline(never)]
    fn no_operand<T>(&self, left: &Value, right: &Value, span: &Span) -> Result<T, ScriptError> {
        let (left, right) = (self.describe(&left.ty), self.describe(&right.ty));
        invalid(span, format!("there is no such operator for {left} and {right}"))
    }

    /// An operator of two integers of the left one's type (a shift's count may be of another).
    #[inline(never)]
    fn integers(
        &mut self,
        op: IntOp,
        left: Value,
        right: Value,
        mark: u8,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        let Some(ty) = left.ty.promoted() else {
            return self.no_operand(&left, &right, span);
        };
        if let (Some(a), Some(b)) = (left.constant(), right.constant())
            && let Ok(value) = arith::binary(op, ty, a, b)
        {
            self.top = mark;
            return Ok(Value::of(value, ty.into()));
        }
        if ty.bits() == 64
            && let Some(by) = right.constant()
        {
            let by = match op {
                IntOp::Add => i32::try_from(by as i64).ok(),
                IntOp::Subtract => i32::try_from((by as i64).wrapping_neg()).ok(),
                _ => None,
            };
            if let Some(value) = by {
                let a = self.in_temp(&left, span)?;
                let dst = self.result(mark, span)?;
                self.emit(Op::AddConst { dst, a, value })?;
                return Ok(Value::temp(dst, ty.into()));
            }
        }
        let a = self.in_temp(&left, span)?;
        let b = self.in_temp(&right, span)?;
        let dst = self.result(mark, span)?;
        self.emit(if op == IntOp::Add && ty.bits() == 64 {
            Op::Add { dst, a, b }
        } else {
            Op::Int { op, ty, dst, a, b }
        })?;
        Ok(Value::temp(dst, ty.into()))
    }

    #[inline(never)]
    fn float_operate(
        &mut self,
        op: BinaryOp,
        left: Value,
        right: Value,
        mark: u8,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        let op = match op {
            BinaryOp::Add => FloatOp::Add,
            BinaryOp::Subtract => FloatOp::Subtract,
            BinaryOp::Multiply => FloatOp::Multiply,
            BinaryOp::Divide => FloatOp::Divide,
            _ => return self.unsupported_float(span),
        };
        let (left, right, common) = self.floats(left, right, span)?;
        let Some(ty) = common.float() else {
            return self.unsupported_float(span);
        };
        if let (Some(a), Some(b)) = (left.constant(), right.constant())
            && let Ok(value) = float::binary(op, ty, a, b)
        {
            self.top = mark;
            return Ok(Value::of(value, common));
        }
        let a = self.in_temp(&left, span)?;
        let b = self.in_temp(&right, span)?;
        let dst = self.result(mark, span)?;
        self.emit(Op::Float { op, ty, dst, a, b })?;
        Ok(Value::temp(dst, common))
    }

    /// Both operands in the floating-point type of the one, or the larger of both.
    #[inline(never)]
    fn floats(
        &mut self,
        left: Value,
        right: Value,
        span: &Span,
    ) -> Result<(Value, Value, Type), ScriptError> {
        if left.ty.is_pointer() || right.ty.is_pointer() {
            return self.unsupported_float(span);
        }
        let double = left.ty == Type::Double || right.ty == Type::Double;
        let common = if double { Type::Double } else { Type::Float };
        let left = self.convert(left, &common, span)?;
        let right = self.convert(right, &common, span)?;
        Ok((left, right, common))
    }

    /// Two operands made ready to be compared.
    #[inline(never)]
    pub(super) fn compare(
        &mut self,
        op: BinaryOp,
        left: Value,
        right: Value,
        span: &Span,
    ) -> Result<Compared, ScriptError> {
        if left.ty.float().is_some() || right.ty.float().is_some() {
            let (left, right, common) = self.floats(left, right, span)?;
            let Some(ty) = common.float() else {
                return self.unsupported_float(span);
            };
            let order = match (left.constant(), right.constant()) {
                (Some(a), Some(b)) => float::order(ty, a, b).ok(),
                _ => None,
            };
            let left = match order {
                Some(order) => Value::of(order, Type::INT),
                None => {
                    let a = self.in_temp(&left, span)?;
                    let b = self.in_temp(&right, span)?;
                    let dst = a.min(b);
                    self.emit(Op::FloatOrder { dst, a, b, ty })?;
                    Value::temp(dst, Type::INT)
                }
            };
            return Ok(Compared {
                comparison: comparison(op, true),
                left,
                right: Value::of(0, Type::INT),
            });
        }
        let (Some(a), Some(b)) = (left.ty.promoted(), right.ty.promoted()) else {
            return self.no_operand(&left, &right, span);
        };
        let ty = common(a, b);
        let left = self.convert(left, &ty.into(), span)?;
        let right = self.convert(right, &ty.into(), span)?;
        Ok(Compared {
            comparison: comparison(op, ty.signed()),
            left,
            right,
        })
    }

    #[inline(never)]
    fn comparison_value(&mut self, compared: Compared, mark: u8, span: &Span) -> Result<Value, ScriptError> {
        if let Some(holds) = compared.decided() {
            self.top = mark;
            return Ok(Value::of(holds.into(), Type::INT));
        }
        let Compared {
            comparison,
            left,
            right,
        } = compared;
        let a = self.in_temp(&left, span)?;
        let b = self.in_temp(&right, span)?;
        let dst = self.result(mark, span)?;
        self.emit(Op::Compare {
            comparison,
            dst,
            a,
            b,
        })?;
        Ok(Value::temp(dst, Type::INT))
    }

    /// `-`, `+` and `~`.
    #[inline(never)]
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        value: Value,
        mark: u8,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        if let Some(ty) = value.ty.float() {
            return match op {
                UnaryOp::Plus => Ok(value),
                UnaryOp::Negate => {
                    if let Some(constant) = value.constant()
                        && let Ok(bits) = ty.value(constant).and_then(|number| ty.bits(-number))
                    {
                        return Ok(Value::of(bits, value.ty));
                    }
                    let a = self.in_temp(&value, span)?;
                    let dst = self.result(mark, span)?;
                    self.emit(Op::FloatNegate { dst, a, ty })?;
                    Ok(Value::temp(dst, value.ty))
                }
                _ => self.unsupported_float(span),
            };
        }
        let Some(ty) = value.ty.promoted() else {
            let why = format!("there is no such operator for {}", self.describe(&value.ty));
            return invalid(span, why);
        };
        let value = self.convert(value, &ty.into(), span)?;
        match op {
            UnaryOp::Negate => {
                let zero = Value::of(0, ty.into());
                self.integers(IntOp::Subtract, zero, value, mark, span)
            }
            UnaryOp::Complement => {
                let ones = Value::of(ty.wrap(u64::MAX), ty.into());
                self.integers(IntOp::Xor, value, ones, mark, span)
            }
            _ => Ok(value),
        }
    }

    /// `pointer + index` or `pointer - index`, in elements.
    #[inline(never)]
    pub(super) fn offset(
        &mut self,
        pointer: Value,
        index: Value,
        back: bool,
        mark: u8,
        span: &Span,
    ) -> Result<Value, ScriptError> {
        if index.ty.float().is_some() {
            return self.unsupported_float(span);
        }
        let size = self.element_size(&pointer.ty, span)?;
        let ty = pointer.ty.clone();
        let number = |held| Value {
            held,
            ty: Type::UNSIGNED_LONG,
        };
        let index = self.convert(index, &Type::UNSIGNED_LONG, span)?;
        let bytes = if size == 1 {
            index
        } else {
            let scratch = self.top;
            let size = Value::of(size.into(), Type::UNSIGNED_LONG);
            self.integers(IntOp::Multiply, index, size, scratch, span)?
        };
        let op = if back { IntOp::Subtract } else { IntOp::Add };
        let sum = self.integers(op, number(pointer.held), bytes, mark, span)?;
        Ok(Value { held: sum.held, ty })
    }

    /// `left - right` in elements.
    #[inline(never)]
    fn distance(&mut self, left: Value, right: Value, mark: u8, span: &Span) -> Result<Value, ScriptError> {
        let size = self.element_size(&left.ty, span)?;
        if self.element_size(&right.ty, span)? != size {
            return invalid(span, "the pointers are of different types");
        }
        let number = |value: Value| Value {
            held: value.held,
            ty: Type::LONG,
        };
        let bytes = self.integers(IntOp::Subtract, number(left), number(right), mark, span)?;
        if size == 1 {
            return Ok(bytes);
        }
        let size = Value::of(size.into(), Type::LONG);
        self.integers(IntOp::Divide, bytes, size, mark, span)
    }

    fn element_size(&self, pointer: &Type, span: &Span) -> Result<u32, ScriptError> {
        match pointer {
            Type::Pointer(to) if **to == Type::Void => Ok(1),
            Type::Pointer(to) => self.size(to, span),
            other => invalid(span, format!("expected a pointer, not {}", self.describe(other))),
        }
    }
}
