//! Operands, and the operators before and after one.

use super::Parser;
use super::expression::Node;
use super::expression::Pending;
use crate::script::ScriptError;
use crate::script::ast::Expr;
use crate::script::ast::ExprKind;
use crate::script::ast::Name;
use crate::script::ast::TypeName;
use crate::script::ast::UnaryOp;
use crate::script::keywords;
use crate::script::lex::Kind;
use crate::script::lex::Lexer;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What may stand before an operand.
pub(super) enum Prefix {
    Operator(UnaryOp),
    Cast(TypeName),
    Sizeof,
}

impl Parser<'_> {
    /// An operand and where it begins, after the operators before it, which go to `pending`. `None` if that was the
    /// beginning of something with an operand in it.
    #[inline(never)]
    pub(super) fn operand(
        &mut self,
        pending: &mut Vec<Pending>,
    ) -> Result<Option<(Node, usize)>, ScriptError> {
        if matches!(pending.last(), Some(Pending::Call(..)))
            && let Some(text) = self.text_argument()?
        {
            return Ok(Some(text));
        }
        loop {
            let start = self.token.span.start;
            let op = match self.token.kind {
                Kind::Mark("-") => UnaryOp::Negate,
                Kind::Mark("+") => UnaryOp::Plus,
                Kind::Mark("~") => UnaryOp::Complement,
                Kind::Mark("!") => UnaryOp::Not,
                Kind::Mark("*") => UnaryOp::Dereference,
                Kind::Mark("&") => UnaryOp::AddressOf,
                Kind::Mark("(") => {
                    let cast = self.type_follows();
                    self.advance()?;
                    if !cast {
                        self.enter_expression()?;
                        pending.push(Pending::Parenthesis(start));
                        return Ok(None);
                    }
                    let type_name = self.type_name()?;
                    self.expect(")")?;
                    pending.push(Pending::Prefix(Prefix::Cast(type_name), start));
                    continue;
                }
                Kind::Word("sizeof") => {
                    self.advance()?;
                    if self.token.is("(") && self.type_follows() {
                        return Ok(Some((self.size_of_type(start)?, start)));
                    }
                    pending.push(Pending::Prefix(Prefix::Sizeof, start));
                    continue;
                }
                Kind::Word(word) if self.is_value(word) => return self.variable_or_call(pending),
                _ => return Ok(Some((self.value()?, start))),
            };
            self.advance()?;
            pending.push(Pending::Prefix(Prefix::Operator(op), start));
        }
    }

    /// At `(`: does a type follow it?
    fn type_follows(&self) -> bool {
        let next = self.lexer.clone().next();
        next.is_ok_and(|token| self.is_type(&token))
    }

    /// After `sizeof`, which began at `start`.
    fn size_of_type(&mut self, start: usize) -> Result<Node, ScriptError> {
        self.expect("(")?;
        let kind = ExprKind::SizeofType(self.type_name()?);
        self.expect(")")?;
        let span = self.since(start);
        Ok((Expr { kind, span }, 1))
    }

    /// `node` with an operator before it that began at `start`.
    pub(super) fn prefixed(&self, prefix: Prefix, start: usize, node: Node) -> Result<Node, ScriptError> {
        let (operand, depth) = node;
        let span = start..operand.span.end;
        let operand = Box::new(operand);
        let kind = match prefix {
            Prefix::Operator(op) => ExprKind::Unary(op, operand),
            Prefix::Cast(type_name) => ExprKind::Cast(type_name, operand),
            Prefix::Sizeof => ExprKind::SizeofExpr(operand),
        };
        self.deeper(Expr { kind, span }, depth)
    }

    /// At `.` or `->` after `node`, which began at `start`.
    pub(super) fn member_of(&mut self, node: Node, start: usize) -> Result<Node, ScriptError> {
        let (base, depth) = node;
        let arrow = self.advance()?.is("->");
        let member = self.member()?;
        let span = start..member.span.end;
        let base = Box::new(base);
        let kind = if arrow {
            ExprKind::Arrow(base, member)
        } else {
            ExprKind::Member(base, member)
        };
        self.deeper(Expr { kind, span }, depth)
    }

    /// An operand of one token that is no word.
    #[inline(never)]
    fn value(&mut self) -> Result<Node, ScriptError> {
        if self.token.is(".") {
            // After a cast's parenthesis a point was taken for a member's; here it begins an operand.
            let start = self.token.span.start;
            self.lexer = Lexer::operand_at(self.source, start);
            self.token = self.lexer.next()?;
        }
        let kind = match &self.token.kind {
            Kind::Number(value) => ExprKind::Integer(*value),
            Kind::Float(bits) => ExprKind::Float(*bits),
            Kind::Register(name) => ExprKind::Register((*name).into()),
            Kind::Pseudo(name) => ExprKind::Pseudo((*name).into()),
            Kind::Global(name) => ExprKind::Global((*name).into()),
            Kind::Symbol(name) => ExprKind::Symbol((*name).into()),
            Kind::Text(_) | Kind::WideText(_) => {
                return Err(ScriptError::syntax(
                    self.token.span.start,
                    "expected an expression; a string may only be an argument of a function",
                ));
            }
            _ => return Err(self.expected("an expression")),
        };
        let span = self.advance()?.span;
        Ok((Expr { kind, span }, 1))
    }

    /// May `word` begin an operand: a variable or a function?
    fn is_value(&self, word: &str) -> bool {
        let taken = keywords::STATEMENTS.contains(&word) || keywords::TYPES.contains(&word);
        !taken && self.alias(word).is_none()
    }

    #[inline(never)]
    fn variable_or_call(&mut self, pending: &mut Vec<Pending>) -> Result<Option<(Node, usize)>, ScriptError> {
        let text = self.text();
        let span = self.advance()?.span;
        let start = span.start;
        if !self.token.is("(") {
            if keywords::is_function(text) {
                return Err(self.expected(format_args!("'(' after the function '{text}'")));
            }
            let kind = ExprKind::Variable(text.into());
            return Ok(Some(((Expr { kind, span }, 1), start)));
        }
        self.enter_expression()?;
        self.advance()?;
        let name = Name {
            text: text.into(),
            span,
        };
        if self.token.is(")") {
            return Ok(Some((self.call(name, Vec::new(), 0)?, start)));
        }
        pending.push(Pending::Call(name, Vec::new(), 0));
        Ok(None)
    }

    /// At the parenthesis that ends a call.
    pub(super) fn call(
        &mut self,
        name: Name,
        arguments: Vec<Expr>,
        depth: usize,
    ) -> Result<Node, ScriptError> {
        let span = name.span.start..self.expect(")")?.end;
        self.leave();
        let kind = ExprKind::Call(name, arguments);
        self.deeper(Expr { kind, span }, depth)
    }

    /// An argument that is a string.
    fn text_argument(&mut self) -> Result<Option<(Node, usize)>, ScriptError> {
        let kind = match &self.token.kind {
            Kind::Text(text) => ExprKind::Text(text.clone()),
            Kind::WideText(text) => ExprKind::WideText(text.clone()),
            _ => return Ok(None),
        };
        let span = self.advance()?.span;
        if !self.token.is(",") && !self.token.is(")") {
            return Err(self.expected("',' or ')'"));
        }
        let start = span.start;
        Ok(Some(((Expr { kind, span }, 1), start)))
    }

    /// A comma, which must not be the last thing in the list.
    pub(super) fn comma(&mut self) -> Result<(), ScriptError> {
        if !self.accept(",")? {
            return Err(self.expected("',' or ')'"));
        }
        if self.token.is(")") {
            return Err(self.expected("an argument"));
        }
        Ok(())
    }
}
