//! Statements that have no block in them.

use super::Parser;
use crate::script::ScriptError;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::ast::UnaryOp;
use crate::script::lex::Kind;
use alloc::vec;

/// The operator of a compound assignment.
fn compound(mark: &str) -> Option<BinaryOp> {
    Some(match mark {
        "+=" => BinaryOp::Add,
        "-=" => BinaryOp::Subtract,
        "*=" => BinaryOp::Multiply,
        "/=" => BinaryOp::Divide,
        "%=" => BinaryOp::Remainder,
        "<<=" => BinaryOp::ShiftLeft,
        ">>=" => BinaryOp::ShiftRight,
        "&=" => BinaryOp::And,
        "^=" => BinaryOp::Xor,
        "|=" => BinaryOp::Or,
        _ => return None,
    })
}

impl Parser<'_> {
    /// `(c)`.
    pub(super) fn condition(&mut self) -> Result<Expr, ScriptError> {
        self.expect("(")?;
        if self.token.is(")") {
            return Err(self.expected("a condition"));
        }
        let (condition, _) = self.expression()?;
        self.expect(")")?;
        Ok(condition)
    }

    /// `return;` or `return e;`.
    pub(super) fn return_statement(&mut self) -> Result<Statement, ScriptError> {
        let start = self.advance()?.span.start;
        let value = match self.token.is(";") {
            true => None,
            false => Some(self.expression()?.0),
        };
        self.expect(";")?;
        Ok(Statement {
            kind: StatementKind::Return(value),
            span: self.since(start),
        })
    }

    /// `break;` or `continue;`.
    pub(super) fn jump(&mut self, word: &str) -> Result<Statement, ScriptError> {
        let start = self.token.span.start;
        if self.loops == 0 {
            return Err(ScriptError::syntax(
                start,
                format_args!("'{word}' is not inside a loop"),
            ));
        }
        self.advance()?;
        self.expect(";")?;
        let kind = match word {
            "break" => StatementKind::Break,
            _ => StatementKind::Continue,
        };
        let span = self.since(start);
        Ok(Statement { kind, span })
    }

    /// An assignment or a call, without the semicolon.
    #[inline(never)]
    pub(super) fn simple(&mut self) -> Result<Statement, ScriptError> {
        let starred = self.token.is("*");
        let start = self.token.span.start;
        let (place, _) = self.operands(false)?;
        if matches!(place.kind, ExprKind::Call(..)) && self.token.is(";") {
            return Ok(Statement {
                kind: StatementKind::Expression(place),
                span: self.since(start),
            });
        }
        // C would take *p++ as *(p++).
        if starred && (self.token.is("++") || self.token.is("--")) {
            return Err(self.expected("'='"));
        }
        let mut statement = self.assignment_after(place)?;
        statement.span.start = start;
        Ok(statement)
    }

    /// An assignment without the semicolon.
    pub(super) fn assignment(&mut self) -> Result<Statement, ScriptError> {
        let statement = self.simple()?;
        match statement.kind {
            StatementKind::Assign { .. } => Ok(statement),
            _ => Err(self.expected("an assignment")),
        }
    }

    /// The rest of an assignment to `place`.
    pub(super) fn assignment_after(&mut self, place: Expr) -> Result<Statement, ScriptError> {
        let start = place.span.start;
        let one = match self.token.kind {
            Kind::Mark("++") => Some(BinaryOp::Add),
            Kind::Mark("--") => Some(BinaryOp::Subtract),
            _ => None,
        };
        let operator = match self.token.kind {
            Kind::Mark("=") => None,
            Kind::Mark(mark) if one.is_some() || compound(mark).is_some() => one.or(compound(mark)),
            _ => return Err(self.expected("an assignment or a call")),
        };
        assignable(&place)?;
        let span = self.advance()?.span;
        let mut targets = vec![place];
        let mut value = match one {
            Some(_) => Expr {
                kind: ExprKind::Integer(1),
                span,
            },
            None => self.expression()?.0,
        };
        while operator.is_none() && self.token.is("=") {
            assignable(&value)?;
            self.advance()?;
            let next = self.expression()?.0;
            targets.push(core::mem::replace(&mut value, next));
        }
        let kind = StatementKind::Assign {
            targets,
            operator,
            value,
        };
        let span = self.since(start);
        Ok(Statement { kind, span })
    }
}

fn assignable(place: &Expr) -> Result<(), ScriptError> {
    match place.kind {
        ExprKind::Register(_)
        | ExprKind::Variable(_)
        | ExprKind::Global(_)
        | ExprKind::Index(..)
        | ExprKind::Member(..)
        | ExprKind::Arrow(..)
        | ExprKind::Unary(UnaryOp::Dereference, _) => Ok(()),
        ExprKind::Pseudo(ref name) => Err(ScriptError::syntax(
            place.span.start,
            format_args!("'${name}' can only be read"),
        )),
        _ => Err(ScriptError::syntax(
            place.span.start,
            "expected a variable, a register, an element, a member or '*' and a pointer before the assignment",
        )),
    }
}
