//! Statements.

use super::Generator;
use super::MAX_COST;
use super::MAX_SLOTS;
use super::Place;
use super::assign;
use super::expr;
use super::expression::REGISTERS;
use super::expression::binary;
use super::global;
use super::integer;
use super::record;
use super::scalar_type;
use super::stmt;
use super::variable;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Initializer;
use crate::script::ast::Scalar;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Operators of compound assignments whose right side may be anything.
const COMPOUND: [BinaryOp; 6] = [
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
];

impl Generator<'_> {
    pub(super) fn statement(&mut self, out: &mut Vec<Statement>) {
        self.cost += self.times;
        let deep = self.scopes.len() > 3 || self.cost > MAX_COST || self.slots > MAX_SLOTS;
        let choices = if deep { 6 } else { 11 };
        match self.entropy.below(choices) {
            0 | 1 => self.assignment(out),
            2 => self.declaration(false, out),
            3 => {
                let value = self.integer(2);
                out.push(record(value));
            }
            4 => {
                let call = self.called(2);
                out.extend(call.map(|call| stmt(StatementKind::Expression(call))));
            }
            5 => self.jump(out),
            6 | 7 => self.branch(out),
            8 => self.for_loop(out),
            9 => self.counted(out),
            _ => {
                let body = self.block(1, |_| ());
                out.push(stmt(StatementKind::Block(body)));
            }
        }
    }

    /// Something that may be assigned to.
    fn target(&mut self) -> Expr {
        match self.entropy.below(4) {
            0 => global(self.entropy.below(self.globals)),
            1 => expr(ExprKind::Register(self.entropy.pick(&REGISTERS).into())),
            _ => self.place().unwrap_or_else(|| global(0)),
        }
    }

    fn assignment(&mut self, out: &mut Vec<Statement>) {
        if !self.doubles.is_empty() && self.entropy.below(8) == 7 {
            let index = self.entropy.below(self.doubles.len());
            let target = variable(&self.doubles[index]);
            let value = self.double(2);
            return out.push(assign(target, value));
        }
        let target = self.target();
        let mut targets = Vec::from([target]);
        let (operator, value) = match self.entropy.below(8) {
            0..=3 => (None, self.integer(3)),
            4 => {
                targets.push(self.target());
                (None, self.integer(2))
            }
            5 => {
                let op = self.entropy.pick(&[BinaryOp::ShiftLeft, BinaryOp::ShiftRight]);
                (Some(op), integer(self.entropy.below(32) as u64))
            }
            6 => {
                let op = self.entropy.pick(&[BinaryOp::Divide, BinaryOp::Remainder]);
                (Some(op), integer(self.entropy.below(100) as u64 + 1))
            }
            _ => (Some(self.entropy.pick(&COMPOUND)), self.integer(2)),
        };
        out.push(stmt(StatementKind::Assign {
            targets,
            operator,
            value,
        }));
    }

    /// Statements in braces, executed `times` times; `before` says what is known in them.
    fn block(&mut self, times: usize, before: impl FnOnce(&mut Self)) -> Vec<Statement> {
        let outside = self.times;
        let doubles = self.doubles.len();
        self.times = self.times.saturating_mul(times);
        self.scopes.push(Vec::new());
        before(self);
        let mut body = Vec::new();
        for _ in 0..self.entropy.below(4) {
            self.statement(&mut body);
        }
        self.scopes.pop();
        self.doubles.truncate(doubles);
        self.times = outside;
        body
    }

    fn branch(&mut self, out: &mut Vec<Statement>) {
        let count = self.entropy.below(3) + 1;
        let arms = (0..count)
            .map(|_| {
                let condition = self.integer(2);
                (condition, self.block(1, |_| ()))
            })
            .collect();
        let otherwise = (self.entropy.below(2) == 1).then(|| self.block(1, |_| ()));
        out.push(stmt(StatementKind::If { arms, otherwise }));
    }

    fn loop_body(&mut self, times: usize, before: impl FnOnce(&mut Self)) -> Vec<Statement> {
        self.loops += 1;
        let body = self.block(times, before);
        self.loops -= 1;
        body
    }

    /// Ends the innermost loop, or its turn, if a condition holds.
    fn jump(&mut self, out: &mut Vec<Statement>) {
        if self.loops == 0 {
            return;
        }
        let kind = match self.entropy.below(2) {
            0 => StatementKind::Break,
            _ => StatementKind::Continue,
        };
        let arms = Vec::from([(self.condition(2), Vec::from([stmt(kind)]))]);
        out.push(stmt(StatementKind::If {
            arms,
            otherwise: None,
        }));
    }

    /// `for (int i = 0; i < n; i += 1)`; the body can read `i` by way of a copy only, so it cannot change it.
    fn for_loop(&mut self, out: &mut Vec<Statement>) {
        let counter = self.fresh("i");
        let copy = self.fresh("copy");
        self.slots += 2;
        let times = self.entropy.below(4) + 1;
        let scalar = Scalar::Integer {
            size: 4,
            signed: true,
        };
        let init = stmt(StatementKind::Declare {
            type_name: scalar_type(scalar, 0),
            declarator: super::declarator(&counter, 0, Vec::new()),
            value: Some(Initializer::Value(integer(0))),
        });
        let step = stmt(StatementKind::Assign {
            targets: Vec::from([variable(&counter)]),
            operator: Some(BinaryOp::Add),
            value: integer(1),
        });
        let mut body = Vec::from([assign(variable(&copy), variable(&counter))]);
        body.extend(self.loop_body(times, |inside| {
            inside.add(Place::Variable(copy, super::Type::Implicit));
        }));
        out.push(stmt(StatementKind::For {
            init: Some(Box::new(init)),
            condition: binary(BinaryOp::Less, variable(&counter), integer(times as u64)),
            step: Some(Box::new(step)),
            body,
        }));
    }

    /// A `while` or `do` loop whose first statement counts down, so that `continue` cannot pass it by.
    fn counted(&mut self, out: &mut Vec<Statement>) {
        let counter: String = self.fresh("n");
        self.slots += 1;
        let times = self.entropy.below(4) + 1;
        out.push(assign(variable(&counter), integer(times as u64)));
        let mut body = Vec::from([stmt(StatementKind::Assign {
            targets: Vec::from([variable(&counter)]),
            operator: Some(BinaryOp::Subtract),
            value: integer(1),
        })]);
        let condition = binary(BinaryOp::Greater, variable(&counter), integer(0));
        let looped = self.entropy.below(2);
        body.extend(self.loop_body(times, |_| ()));
        out.push(stmt(match looped {
            0 => StatementKind::While { condition, body },
            _ => StatementKind::DoWhile { body, condition },
        }));
    }
}
