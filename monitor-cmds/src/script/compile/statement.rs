//! Statements.

use super::Compiler;
use super::depth;
use super::invalid;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Span;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::error::ScriptError;
use alloc::format;

impl Compiler<'_> {
    pub(super) fn statements(&mut self, statements: &[Statement]) -> Result<(), ScriptError> {
        statements
            .iter()
            .try_for_each(|statement| self.statement(statement))
    }

    #[inline(never)]
    fn block(&mut self, statements: &[Statement]) -> Result<(), ScriptError> {
        self.scope.enter();
        let done = self.statements(statements);
        self.scope.leave();
        done
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Result<(), ScriptError> {
        self.nested(&statement.span, depth::STATEMENT, |this| {
            this.any_statement(statement)
        })
    }

    fn any_statement(&mut self, statement: &Statement) -> Result<(), ScriptError> {
        let span = &statement.span;
        match &statement.kind {
            StatementKind::Block(statements) => self.block(statements),
            StatementKind::Declare {
                type_name,
                declarator,
                value,
            } => self.declare(type_name, declarator, value.as_ref()),
            StatementKind::Struct { name, members } => self.structure(name, members.as_deref()),
            StatementKind::Typedef { type_name, name } => self.typedef(type_name, name),
            StatementKind::Expression(expr) => self.dropped(expr),
            StatementKind::Assign {
                targets,
                operator,
                value,
            } => self.assign(targets, *operator, value),
            StatementKind::If { arms, otherwise } => self.choice(arms, otherwise.as_deref()),
            StatementKind::While { condition, body } => self.while_loop(condition, body),
            StatementKind::DoWhile { body, condition } => self.do_loop(body, condition),
            StatementKind::For {
                init,
                condition,
                step,
                body,
            } => self.for_loop(init.as_deref(), condition, step.as_deref(), body),
            StatementKind::Break => self.leave_loop(true, span),
            StatementKind::Continue => self.leave_loop(false, span),
            StatementKind::Return(value) => self.return_value(value.as_ref(), span),
            StatementKind::Include(path) => included(path, span),
        }
    }

    /// A statement that is an expression; its value is dropped.
    #[inline(never)]
    fn dropped(&mut self, expr: &Expr) -> Result<(), ScriptError> {
        let mark = self.top;
        match &expr.kind {
            ExprKind::Call(name, arguments) => {
                self.call(name, arguments, &expr.span)?;
            }
            _ => {
                self.rvalue(expr)?;
            }
        }
        self.top = mark;
        Ok(())
    }

    #[inline(never)]
    fn while_loop(&mut self, condition: &Expr, body: &[Statement]) -> Result<(), ScriptError> {
        let (again, end) = (self.label()?, self.label()?);
        self.put(again);
        self.branch(condition, false, end)?;
        self.loops.push((end, again));
        self.block(body)?;
        self.loops.pop();
        self.jump(again)?;
        self.put(end);
        Ok(())
    }

    #[inline(never)]
    fn do_loop(&mut self, body: &[Statement], condition: &Expr) -> Result<(), ScriptError> {
        let (again, test, end) = (self.label()?, self.label()?, self.label()?);
        self.put(again);
        self.loops.push((end, test));
        self.block(body)?;
        self.loops.pop();
        self.put(test);
        self.branch(condition, true, again)?;
        self.put(end);
        Ok(())
    }

    fn leave_loop(&mut self, end: bool, span: &Span) -> Result<(), ScriptError> {
        match self.loops.last() {
            Some(&(behind, _)) if end => self.jump(behind),
            Some(&(_, again)) => self.jump(again),
            None => invalid(span, "there is no loop around"),
        }
    }

    #[inline(never)]
    fn choice(
        &mut self,
        arms: &[(Expr, alloc::vec::Vec<Statement>)],
        otherwise: Option<&[Statement]>,
    ) -> Result<(), ScriptError> {
        let end = self.label()?;
        for (at, (condition, body)) in arms.iter().enumerate() {
            let next = self.label()?;
            self.branch(condition, false, next)?;
            self.block(body)?;
            if at.saturating_add(1) < arms.len() || otherwise.is_some() {
                self.jump(end)?;
            }
            self.put(next);
        }
        if let Some(body) = otherwise {
            self.block(body)?;
        }
        self.put(end);
        Ok(())
    }

    #[inline(never)]
    fn for_loop(
        &mut self,
        init: Option<&Statement>,
        condition: &Expr,
        step: Option<&Statement>,
        body: &[Statement],
    ) -> Result<(), ScriptError> {
        self.scope.enter();
        if let Some(init) = init {
            self.statement(init)?;
        }
        let (again, next, end) = (self.label()?, self.label()?, self.label()?);
        self.put(again);
        self.branch(condition, false, end)?;
        self.loops.push((end, next));
        self.block(body)?;
        self.loops.pop();
        self.put(next);
        if let Some(step) = step {
            self.statement(step)?;
        }
        self.jump(again)?;
        self.put(end);
        self.scope.leave();
        Ok(())
    }
}

fn included(path: &str, span: &Span) -> Result<(), ScriptError> {
    let why = format!("\"{path}\" was not put in: there are no files here, the client resolves '#include'");
    invalid(span, why)
}
