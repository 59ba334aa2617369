//! Conditions: jumps instead of values, and nothing evaluated that does not matter.

use super::Compiler;
use super::code::Label;
use super::depth;
use super::operator::Compared;
use super::operator::is_comparison;
use super::value::Value;
use crate::script::arith::Comparison;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Span;
use crate::script::ast::UnaryOp;
use crate::script::bytecode::Op;
use crate::script::error::ScriptError;
use crate::script::types::Type;
use alloc::vec::Vec;

impl Compiler<'_> {
    /// Jumps to `to` if `expr` is `when`, else goes on behind it.
    pub(super) fn branch(&mut self, expr: &Expr, when: bool, to: Label) -> Result<(), ScriptError> {
        let mark = self.top;
        let done = self.nested(&expr.span, depth::BRANCH, |this| this.any_branch(expr, when, to));
        self.top = mark;
        done
    }

    fn any_branch(&mut self, expr: &Expr, when: bool, to: Label) -> Result<(), ScriptError> {
        let span = &expr.span;
        match &expr.kind {
            ExprKind::Unary(UnaryOp::Not, of) => self.branch(of, !when, to),
            ExprKind::Binary(op @ (BinaryOp::LogicalAnd | BinaryOp::LogicalOr), ..) => {
                // What `&&` is decided by is a false operand, `||` a true one.
                let decides = *op == BinaryOp::LogicalOr;
                let operands = chain(expr, *op);
                if when == decides {
                    return operands
                        .iter()
                        .try_for_each(|operand| self.branch(operand, when, to));
                }
                let over = self.label()?;
                if let Some((last, before)) = operands.split_last() {
                    for operand in before {
                        self.branch(operand, decides, over)?;
                    }
                    self.branch(last, when, to)?;
                }
                self.put(over);
                Ok(())
            }
            ExprKind::Binary(op, left, right) if is_comparison(*op) => {
                let left = self.rvalue(left)?;
                let right = self.rvalue(right)?;
                let compared = self.compare(*op, left, right, span)?;
                self.branch_compared(compared, when, to, span)
            }
            _ => {
                let mut value = self.rvalue(expr)?;
                if value.ty.float().is_some() || !value.ty.is_scalar() {
                    value = self.convert(value, &Type::Bool, span)?;
                }
                let right = Value::of(0, value.ty.clone());
                let compared = Compared {
                    comparison: Comparison::NotEqual,
                    left: value,
                    right,
                };
                self.branch_compared(compared, when, to, span)
            }
        }
    }

    fn branch_compared(
        &mut self,
        compared: Compared,
        when: bool,
        to: Label,
        span: &Span,
    ) -> Result<(), ScriptError> {
        if let Some(holds) = compared.decided() {
            if holds == when {
                self.jump(to)?;
            }
            return Ok(());
        }
        let Compared {
            comparison,
            left,
            right,
        } = compared;
        let comparison = if when { comparison } else { comparison.negated() };
        let small = right.constant().and_then(|b| i16::try_from(b as i64).ok());
        let a = self.in_temp(&left, span)?;
        if let Some(value) = small {
            return self.emit(Op::BranchConst {
                comparison,
                a,
                value,
                to: to.0,
            });
        }
        let b = self.in_temp(&right, span)?;
        self.emit(Op::Branch {
            comparison,
            a,
            b,
            to: to.0,
        })
    }

    /// 1 or 0 of type `int`, for `!`, `&&` and `||` as values.
    #[inline(never)]
    pub(super) fn truth(&mut self, expr: &Expr) -> Result<Value, ScriptError> {
        let span = &expr.span;
        let (no, end) = (self.label()?, self.label()?);
        let dst = self.temp(span)?;
        self.branch(expr, false, no)?;
        self.constant(dst, 1)?;
        self.jump(end)?;
        self.put(no);
        self.constant(dst, 0)?;
        self.put(end);
        Ok(Value::temp(dst, Type::INT))
    }
}

/// The operands of `a && b && c`, first to last.
fn chain(expr: &Expr, op: BinaryOp) -> Vec<&Expr> {
    let mut operands = Vec::new();
    let mut first = expr;
    while let ExprKind::Binary(this, left, right) = &first.kind
        && *this == op
    {
        operands.push(&**right);
        first = left;
    }
    operands.push(first);
    operands.reverse();
    operands
}
