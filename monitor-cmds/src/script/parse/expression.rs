//! Expressions, by a stack of what is begun and waits for operands: only the heap grows with nesting.

use super::MAX_DEPTH;
use super::Parser;
use super::TOO_COMPLEX;
use super::operand::Prefix;
use crate::script::ScriptError;
use crate::script::ast::BinaryOp;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Name;
use crate::script::lex::Kind;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// An expression and the depth of its tree.
pub(super) type Node = (Expr, usize);

/// The operator that `mark` is between operands, and how tightly it binds.
fn operator(mark: &str) -> Option<BinaryOp> {
    Some(match mark {
        "||" => BinaryOp::LogicalOr,
        "&&" => BinaryOp::LogicalAnd,
        "|" => BinaryOp::Or,
        "^" => BinaryOp::Xor,
        "&" => BinaryOp::And,
        "==" => BinaryOp::Equal,
        "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterEqual,
        "<<" => BinaryOp::ShiftLeft,
        ">>" => BinaryOp::ShiftRight,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Remainder,
        _ => return None,
    })
}

/// What waits for an operand.
pub(super) enum Pending {
    /// An operator before it, and where that began.
    Prefix(Prefix, usize),
    /// An operator between the node and it.
    Binary(BinaryOp, Node),
    /// A parenthesis, and where it is.
    Parenthesis(usize),
    /// A call, and the depth of its arguments.
    Call(Name, Vec<Expr>, usize),
    /// The element of a node that began at a place.
    Index(Node, usize),
}

/// What comes next.
enum Step {
    /// Something after this operand, which began at a place.
    After(Node, usize),
    /// Another operand.
    Operand,
    /// Nothing.
    Done(Node),
}

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expression(&mut self) -> Result<Node, ScriptError> {
        self.enter()?;
        let node = self.operands(true)?;
        self.leave();
        Ok(node)
    }

    /// One operand with the operators before and after it, or a `whole` expression.
    pub(super) fn operands(&mut self, whole: bool) -> Result<Node, ScriptError> {
        let mut pending = Vec::new();
        loop {
            let mut next = self.operand(&mut pending)?;
            while let Some((node, start)) = next {
                next = match self.step(node, start, whole, &mut pending)? {
                    Step::After(node, start) => Some((node, start)),
                    Step::Operand => None,
                    Step::Done(node) => return Ok(node),
                };
            }
        }
    }

    /// Goes on after `node`, which began at `start`.
    #[inline(never)]
    fn step(
        &mut self,
        node: Node,
        start: usize,
        whole: bool,
        pending: &mut Vec<Pending>,
    ) -> Result<Step, ScriptError> {
        if self.token.is("[") {
            self.enter_expression()?;
            self.advance()?;
            pending.push(Pending::Index(node, start));
            return Ok(Step::Operand);
        }
        if self.token.is(".") || self.token.is("->") {
            return Ok(Step::After(self.member_of(node, start)?, start));
        }
        let mut node = node;
        while let Some(Pending::Prefix(prefix, start)) =
            pending.pop_if(|top| matches!(top, Pending::Prefix(..)))
        {
            node = self.prefixed(prefix, start, node)?;
        }
        if !whole && pending.is_empty() {
            return Ok(Step::Done(node));
        }
        let next = match self.token.kind {
            Kind::Mark(mark) => operator(mark),
            _ => None,
        };
        // What waits and binds at least as tightly as what comes next has both operands now.
        let ready = |top: &mut Pending| match top {
            Pending::Binary(op, _) => next.is_none_or(|next| op.binding() >= next.binding()),
            _ => false,
        };
        while let Some(Pending::Binary(op, left)) = pending.pop_if(ready) {
            node = self.join(op, left, node)?;
        }
        if let Some(next) = next {
            self.advance()?;
            pending.push(Pending::Binary(next, node));
            return Ok(Step::Operand);
        }
        match pending.pop() {
            Some(waiting) => self.close_operand(waiting, node, pending),
            None => Ok(Step::Done(node)),
        }
    }

    /// The end of what was opened, or of one argument, after `node`.
    #[inline(never)]
    fn close_operand(
        &mut self,
        opened: Pending,
        node: Node,
        pending: &mut Vec<Pending>,
    ) -> Result<Step, ScriptError> {
        match opened {
            Pending::Index(base, start) => {
                let end = self.expect("]")?.end;
                self.leave();
                let depth = base.1.max(node.1);
                let kind = ExprKind::Index(Box::new(base.0), Box::new(node.0));
                let span = start..end;
                Ok(Step::After(self.deeper(Expr { kind, span }, depth)?, start))
            }
            Pending::Call(name, mut arguments, depth) => {
                arguments.push(node.0);
                let depth = depth.max(node.1);
                if !self.token.is(")") {
                    self.comma()?;
                    pending.push(Pending::Call(name, arguments, depth));
                    return Ok(Step::Operand);
                }
                let start = name.span.start;
                let node = self.call(name, arguments, depth)?;
                Ok(Step::After(node, start))
            }
            Pending::Parenthesis(start) => {
                self.expect(")")?;
                self.leave();
                Ok(Step::After(node, start))
            }
            // These were taken off before.
            Pending::Prefix(..) | Pending::Binary(..) => Ok(Step::Done(node)),
        }
    }

    fn join(&self, op: BinaryOp, left: Node, right: Node) -> Result<Node, ScriptError> {
        let span = left.0.span.start..right.0.span.end;
        let depth = left.1.max(right.1);
        let kind = ExprKind::Binary(op, Box::new(left.0), Box::new(right.0));
        self.deeper(Expr { kind, span }, depth)
    }

    /// `expression`, one deeper than its deepest operand.
    pub(super) fn deeper(&self, expression: Expr, operands: usize) -> Result<Node, ScriptError> {
        if operands >= MAX_DEPTH {
            return Err(ScriptError::new(expression.span.start, TOO_COMPLEX));
        }
        Ok((expression, operands.saturating_add(1)))
    }
}
