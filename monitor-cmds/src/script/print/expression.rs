//! Expressions.

use super::quoted;
use super::wide;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use alloc::format;
use core::fmt;
use core::fmt::Display;
use core::fmt::Formatter;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Integer(value) => write!(f, "{value:#x}"),
            ExprKind::Float(bits) => {
                let digits = format!("{}", f64::from_bits(*bits));
                let point = if digits.contains('.') { "" } else { ".0" };
                write!(f, "{digits}{point}")
            }
            ExprKind::Text(text) => quoted(f, &wide(text), 2),
            ExprKind::WideText(text) => {
                f.write_str("L")?;
                quoted(f, text, 4)
            }
            ExprKind::Register(name) => write!(f, "@{name}"),
            ExprKind::Pseudo(name) => write!(f, "${name}"),
            ExprKind::Variable(name) | ExprKind::Symbol(name) => f.write_str(name),
            ExprKind::Global(name) => write!(f, ".{name}"),
            ExprKind::Unary(op, operand) => {
                f.write_str(op.mark())?;
                // -- and && are marks of their own.
                if matches!(operand.kind, ExprKind::Unary(..)) {
                    f.write_str(" ")?;
                }
                Operand(operand).fmt(f)
            }
            ExprKind::Binary(op, left, right) => {
                // Operators associate to the left.
                enclosed(f, left, |inner| inner < op.binding())?;
                write!(f, " {} ", op.mark())?;
                enclosed(f, right, |inner| inner <= op.binding())
            }
            ExprKind::Cast(to, operand) => write!(f, "({to}){}", Operand(operand)),
            ExprKind::SizeofType(of) => write!(f, "sizeof({of})"),
            ExprKind::SizeofExpr(operand) => match operand.kind {
                // Without parentheses the cast's type would be measured.
                ExprKind::Cast(..) => write!(f, "sizeof({operand})"),
                _ => write!(f, "sizeof {}", Operand(operand)),
            },
            ExprKind::Call(name, arguments) => {
                write!(f, "{}(", name.text)?;
                for (index, argument) in arguments.iter().enumerate() {
                    f.write_str(if index > 0 { ", " } else { "" })?;
                    write!(f, "{argument}")?;
                }
                f.write_str(")")
            }
            ExprKind::Index(base, index) => write!(f, "{}[{index}]", Base(base)),
            ExprKind::Member(base, name) => write!(f, "{}.{}", Base(base), name.text),
            ExprKind::Arrow(base, name) => write!(f, "{}->{}", Base(base), name.text),
        }
    }
}

/// An operand of a binary operator, in parentheses if it is a binary operation that binds as `looser` says.
fn enclosed(f: &mut Formatter<'_>, operand: &Expr, looser: impl Fn(u8) -> bool) -> fmt::Result {
    match &operand.kind {
        ExprKind::Binary(op, ..) if looser(op.binding()) => write!(f, "({operand})"),
        _ => write!(f, "{operand}"),
    }
}

/// The operand of an operator before it.
struct Operand<'e>(&'e Expr);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            ExprKind::Binary(..) => write!(f, "({})", self.0),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// What `[i]`, `.m` or `->m` stands after.
struct Base<'e>(&'e Expr);

impl Display for Base<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            ExprKind::Binary(..)
            | ExprKind::Unary(..)
            | ExprKind::Cast(..)
            | ExprKind::SizeofType(_)
            | ExprKind::SizeofExpr(_)
            | ExprKind::Integer(_)
            | ExprKind::Float(_) => write!(f, "({})", self.0),
            _ => write!(f, "{}", self.0),
        }
    }
}
