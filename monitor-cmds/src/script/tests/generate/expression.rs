//! Integer and double expressions.

use super::Generator;
use super::INTEGERS;
use super::MAX_COST;
use super::MEMBERS;
use super::Place;
use super::call;
use super::dereference;
use super::element;
use super::expr;
use super::global;
use super::integer;
use super::member_of;
use super::scalar_type;
use super::variable;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Scalar;
use crate::script::ast::UnaryOp;
use alloc::boxed::Box;

const ARITHMETIC: [BinaryOp; 6] = [
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
];

const LOGICAL: [BinaryOp; 8] = [
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::LogicalAnd,
    BinaryOp::LogicalOr,
];

/// Registers that a program may read and write.
pub(super) const REGISTERS: [&str; 8] = ["rax", "ecx", "dx", "bh", "r9", "r10d", "sil", "zf"];

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

fn unary(op: UnaryOp, operand: Expr) -> Expr {
    expr(ExprKind::Unary(op, Box::new(operand)))
}

impl Generator<'_> {
    /// An integer of any type.
    pub(super) fn integer(&mut self, depth: usize) -> Expr {
        let choices = if depth == 0 { 3 } else { 11 };
        match self.entropy.below(choices) {
            0 => integer(self.entropy.number()),
            1 | 2 => self.read(),
            3 | 4 => {
                let op = self.entropy.pick(&ARITHMETIC);
                binary(op, self.integer(depth - 1), self.integer(depth - 1))
            }
            5 => self.condition(depth),
            6 => {
                let op = self.entropy.pick(&[BinaryOp::ShiftLeft, BinaryOp::ShiftRight]);
                let count = match self.entropy.below(2) {
                    0 => integer(self.entropy.below(32) as u64),
                    _ => binary(BinaryOp::And, self.integer(depth - 1), integer(0x1f)),
                };
                binary(op, self.integer(depth - 1), count)
            }
            7 => {
                let op = self.entropy.pick(&[BinaryOp::Divide, BinaryOp::Remainder]);
                let divisor = integer(self.entropy.below(200) as u64 + 1);
                binary(op, self.integer(depth - 1), divisor)
            }
            8 => {
                let op =
                    self.entropy
                        .pick(&[UnaryOp::Negate, UnaryOp::Complement, UnaryOp::Not, UnaryOp::Plus]);
                unary(op, self.integer(depth - 1))
            }
            9 => self.cast(depth),
            _ => self.called(depth).unwrap_or_else(|| integer(1)),
        }
    }

    fn cast(&mut self, depth: usize) -> Expr {
        let to = scalar_type(self.entropy.pick(&INTEGERS), 0);
        match self.entropy.below(4) {
            0 => expr(ExprKind::SizeofType(to)),
            1 => expr(ExprKind::SizeofExpr(Box::new(self.integer(depth - 1)))),
            _ => expr(ExprKind::Cast(to, Box::new(self.integer(depth - 1)))),
        }
    }

    /// 0 or 1.
    pub(super) fn condition(&mut self, depth: usize) -> Expr {
        let op = self.entropy.pick(&LOGICAL);
        let inner = depth.saturating_sub(1);
        if !self.doubles.is_empty() && op.binding() == BinaryOp::Less.binding() && self.entropy.below(6) == 5
        {
            return binary(op, self.double(inner), self.double(inner));
        }
        binary(op, self.integer(inner), self.integer(inner))
    }

    /// A value that was stored.
    fn read(&mut self) -> Expr {
        match self.entropy.below(6) {
            0 if self.globals > 0 => global(self.entropy.below(self.globals)),
            1 => expr(ExprKind::Register(self.entropy.pick(&REGISTERS).into())),
            2 => expr(ExprKind::Pseudo(
                self.entropy.pick(&["pid", "core", "context", "event_id"]).into(),
            )),
            _ => self.place().unwrap_or_else(|| integer(2)),
        }
    }

    /// A place, which can also be assigned to.
    pub(super) fn place(&mut self) -> Option<Expr> {
        let places = self.places();
        if places.is_empty() {
            return None;
        }
        let place = &places[self.entropy.below(places.len().min(256))];
        let member = self.entropy.pick(&MEMBERS).0;
        Some(match place {
            Place::Variable(name, _) => variable(name),
            Place::Array(name) => element(name, self.index()),
            Place::Pointer(name) => dereference(variable(name)),
            Place::Struct(name) => member_of(name, member),
            Place::StructPointer(name) => super::arrow(name, member),
        })
    }

    fn index(&mut self) -> Expr {
        match self.entropy.below(2) {
            0 => integer(self.entropy.below(4) as u64),
            _ => binary(BinaryOp::And, self.integer(1), integer(3)),
        }
    }

    /// A call of a function that was defined, if there is time for one.
    pub(super) fn called(&mut self, depth: usize) -> Option<Expr> {
        if self.functions.is_empty() {
            return None;
        }
        let index = self.entropy.below(self.functions.len());
        let cost = self.cost + self.times * self.functions[index].cost;
        if cost > MAX_COST {
            return None;
        }
        self.cost = cost;
        let name = self.functions[index].name.clone();
        let count = self.functions[index].parameters.len();
        let arguments = (0..count)
            .map(|_| self.integer(depth.saturating_sub(1)))
            .collect();
        Some(call(&name, arguments))
    }

    /// A double that stays far from the ends of its range.
    pub(super) fn double(&mut self, depth: usize) -> Expr {
        let choices = if depth == 0 { 2 } else { 4 };
        match self.entropy.below(choices) {
            1 if !self.doubles.is_empty() => {
                let index = self.entropy.below(self.doubles.len());
                variable(&self.doubles[index])
            }
            0 | 1 => {
                let value = f64::from(self.entropy.byte()) + f64::from(self.entropy.byte()) / 256.0;
                expr(ExprKind::Float(value.to_bits()))
            }
            2 => {
                let op = self.entropy.pick(&[BinaryOp::Add, BinaryOp::Subtract]);
                binary(op, self.double(depth - 1), self.double(depth - 1))
            }
            _ => expr(ExprKind::Cast(
                scalar_type(Scalar::Double, 0),
                Box::new(binary(BinaryOp::And, self.integer(depth - 1), integer(0xffff))),
            )),
        }
    }
}
