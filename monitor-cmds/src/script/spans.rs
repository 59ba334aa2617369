//! The tree without places, to compare trees of different texts.

use super::ast::BaseType;
use super::ast::Declarator;
use super::ast::Expr;
use super::ast::ExprKind;
use super::ast::Initializer;
use super::ast::Item;
use super::ast::Name;
use super::ast::Program;
use super::ast::Statement;
use super::ast::StatementKind;
use super::ast::TypeName;

impl Program {
    /// The program with every place set to `0..0`.
    #[must_use]
    pub fn without_spans(mut self) -> Self {
        for item in &mut self.items {
            match item {
                Item::Statement(inner) => statement(inner),
                Item::Function(function) => {
                    type_name(&mut function.returns);
                    name(&mut function.name);
                    for (of, parameter) in &mut function.parameters {
                        type_name(of);
                        name(parameter);
                    }
                    statements(&mut function.body);
                }
            }
        }
        self
    }
}

impl Expr {
    /// The expression with every place set to `0..0`.
    #[must_use]
    pub fn without_spans(mut self) -> Self {
        expression(&mut self);
        self
    }
}

fn name(name: &mut Name) {
    name.span = 0..0;
}

fn type_name(type_name: &mut TypeName) {
    type_name.span = 0..0;
    if let BaseType::Struct(of) | BaseType::Alias(of) = &mut type_name.base {
        name(of);
    }
}

fn declarator(declarator: &mut Declarator) {
    name(&mut declarator.name);
    declarator.dimensions.iter_mut().for_each(expression);
}

fn initializer(value: &mut Initializer) {
    match value {
        Initializer::Value(value) => expression(value),
        Initializer::List(values, span) => {
            *span = 0..0;
            values.iter_mut().for_each(initializer);
        }
    }
}

fn statements(body: &mut [Statement]) {
    body.iter_mut().for_each(statement);
}

fn statement(of: &mut Statement) {
    of.span = 0..0;
    match &mut of.kind {
        StatementKind::Block(body) => statements(body),
        StatementKind::Declare {
            type_name: base,
            declarator: of,
            value,
        } => {
            type_name(base);
            declarator(of);
            value.iter_mut().for_each(initializer);
        }
        StatementKind::Struct { name: of, members } => {
            name(of);
            for (base, member) in members.iter_mut().flatten() {
                type_name(base);
                declarator(member);
            }
        }
        StatementKind::Typedef {
            type_name: base,
            name: of,
        } => {
            type_name(base);
            name(of);
        }
        StatementKind::Expression(value) => expression(value),
        StatementKind::Assign { targets, value, .. } => {
            targets.iter_mut().for_each(expression);
            expression(value);
        }
        StatementKind::If { arms, otherwise } => {
            for (condition, body) in arms {
                expression(condition);
                statements(body);
            }
            otherwise.iter_mut().for_each(|body| statements(body));
        }
        StatementKind::While { condition, body } | StatementKind::DoWhile { body, condition } => {
            expression(condition);
            statements(body);
        }
        StatementKind::For {
            init,
            condition,
            step,
            body,
        } => {
            init.iter_mut().chain(step).for_each(|part| statement(part));
            expression(condition);
            statements(body);
        }
        StatementKind::Return(value) => value.iter_mut().for_each(expression),
        StatementKind::Break | StatementKind::Continue | StatementKind::Include(_) => {}
    }
}

fn expression(of: &mut Expr) {
    of.span = 0..0;
    match &mut of.kind {
        ExprKind::Unary(_, inner) | ExprKind::SizeofExpr(inner) => expression(inner),
        ExprKind::Binary(_, left, right) | ExprKind::Index(left, right) => {
            expression(left);
            expression(right);
        }
        ExprKind::Cast(to, inner) => {
            type_name(to);
            expression(inner);
        }
        ExprKind::SizeofType(of) => type_name(of),
        ExprKind::Call(of, arguments) => {
            name(of);
            arguments.iter_mut().for_each(expression);
        }
        ExprKind::Member(base, of) | ExprKind::Arrow(base, of) => {
            expression(base);
            name(of);
        }
        ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::Text(_)
        | ExprKind::WideText(_)
        | ExprKind::Register(_)
        | ExprKind::Pseudo(_)
        | ExprKind::Variable(_)
        | ExprKind::Global(_)
        | ExprKind::Symbol(_) => {}
    }
}
