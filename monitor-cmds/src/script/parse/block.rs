//! Items and statements, by a stack of the blocks that are open: only the heap grows with nesting.

use super::Parser;
use super::Place;
use crate::script::ScriptError;
use crate::script::ast::Expr;
use crate::script::ast::Function;
use crate::script::ast::Item;
use crate::script::ast::Statement;
use crate::script::ast::StatementKind;
use crate::script::lex::Kind;
use alloc::boxed::Box;
use alloc::vec::Vec;

type Arms = Vec<(Expr, Vec<Statement>)>;

/// What a block belongs to.
pub(super) enum Open {
    Block,
    /// The arms before this one, and its condition.
    If(Arms, Expr),
    Else(Arms),
    While(Expr),
    Do,
    /// The three parts before the body.
    For(Option<Box<Statement>>, Expr, Option<Box<Statement>>),
    /// A function whose body is this.
    Function(Box<Function>),
}

impl Open {
    fn is_loop(&self) -> bool {
        matches!(self, Self::While(_) | Self::Do | Self::For(..))
    }
}

/// A block that is not closed.
struct Frame {
    open: Open,
    /// Where the statement began.
    start: usize,
    /// The statements before it.
    before: Vec<Statement>,
}

impl Parser<'_> {
    /// Items up to the end of the text, or to a closing brace if the script is `wrapped` in braces.
    pub(super) fn items(&mut self, wrapped: bool) -> Result<Vec<Item>, ScriptError> {
        let mut items = Vec::new();
        let mut frames: Vec<Frame> = Vec::new();
        let mut statements = Vec::new();
        loop {
            let mut start = self.token.span.start;
            let mut open = None;
            if frames.is_empty() {
                items.extend(statements.drain(..).map(Item::Statement));
                if matches!(self.token.kind, Kind::End) || wrapped && self.token.is("}") {
                    return Ok(items);
                }
                open = self.statement(Place::Top, &mut statements)?;
            } else if matches!(self.token.kind, Kind::End) {
                return Err(self.expected("'}'"));
            } else if !self.token.is("}") {
                open = self.statement(Place::Block, &mut statements)?;
            } else if let Some(frame) = frames.pop() {
                self.advance()?;
                self.leave();
                start = frame.start;
                let body = core::mem::replace(&mut statements, frame.before);
                if frame.open.is_loop() {
                    self.loops = self.loops.saturating_sub(1);
                }
                match frame.open {
                    Open::Function(mut function) => {
                        function.body = body;
                        items.push(Item::Function(*function));
                    }
                    other => open = self.close(other, start, body, &mut statements)?,
                }
            }
            if let Some(open) = open {
                self.enter()?;
                self.expect("{")?;
                self.loops = self.loops.saturating_add(open.is_loop().into());
                let before = core::mem::take(&mut statements);
                frames.push(Frame { open, start, before });
            }
        }
    }

    /// A statement, which goes to `out`, or the part of one that is before its block.
    #[inline(never)]
    fn statement(&mut self, place: Place, out: &mut Vec<Statement>) -> Result<Option<Open>, ScriptError> {
        match self.token.kind {
            Kind::Mark("{") => return Ok(Some(Open::Block)),
            Kind::Word("if") => {
                self.advance()?;
                let condition = self.condition()?;
                return Ok(Some(Open::If(Vec::new(), condition)));
            }
            Kind::Word("while") => {
                self.advance()?;
                return Ok(Some(Open::While(self.condition()?)));
            }
            Kind::Word("do") => {
                self.advance()?;
                return Ok(Some(Open::Do));
            }
            Kind::Word("for") => return Ok(Some(self.for_header()?)),
            Kind::Word("struct") => return self.structure(place, out),
            _ if self.is_type(&self.token) => return self.declaration(place, out),
            Kind::Word("typedef") => out.push(self.typedef()?),
            Kind::Word("return") => out.push(self.return_statement()?),
            Kind::Word(word @ ("break" | "continue")) => out.push(self.jump(word)?),
            Kind::Include => out.push(self.include(place)?),
            _ => {
                let mut statement = self.simple()?;
                statement.span.end = self.expect(";")?.end;
                out.push(statement);
            }
        }
        Ok(None)
    }

    /// After the closing brace of `open`'s block: the statement goes to `out`, or goes on with another block.
    #[inline(never)]
    fn close(
        &mut self,
        open: Open,
        start: usize,
        body: Vec<Statement>,
        out: &mut Vec<Statement>,
    ) -> Result<Option<Open>, ScriptError> {
        let kind = match open {
            // A function is no statement; it was taken before.
            Open::Block | Open::Function(_) => StatementKind::Block(body),
            Open::If(mut arms, condition) => {
                arms.push((condition, body));
                let other = self.token.is_word("else");
                if other || self.token.is_word("elsif") {
                    self.advance()?;
                    if other && !self.token.is_word("if") {
                        return Ok(Some(Open::Else(arms)));
                    }
                    if other {
                        self.advance()?;
                    }
                    let condition = self.condition()?;
                    return Ok(Some(Open::If(arms, condition)));
                }
                let otherwise = None;
                StatementKind::If { arms, otherwise }
            }
            Open::Else(arms) => StatementKind::If {
                arms,
                otherwise: Some(body),
            },
            Open::While(condition) => StatementKind::While { condition, body },
            Open::Do => {
                self.expect_word("while")?;
                let condition = self.condition()?;
                self.expect(";")?;
                StatementKind::DoWhile { body, condition }
            }
            Open::For(init, condition, step) => StatementKind::For {
                init,
                condition,
                step,
                body,
            },
        };
        let span = self.since(start);
        out.push(Statement { kind, span });
        Ok(None)
    }

    #[inline(never)]
    fn for_header(&mut self) -> Result<Open, ScriptError> {
        self.advance()?;
        self.expect("(")?;
        let init = self.for_init()?;
        self.expect(";")?;
        if self.token.is(";") {
            return Err(self.expected("a condition"));
        }
        let (condition, _) = self.expression()?;
        self.expect(";")?;
        let step = match self.token.is(")") {
            true => None,
            false => Some(Box::new(self.assignment()?)),
        };
        self.expect(")")?;
        Ok(Open::For(init, condition, step))
    }

    fn for_init(&mut self) -> Result<Option<Box<Statement>>, ScriptError> {
        if self.token.is(";") {
            return Ok(None);
        }
        if !self.is_type(&self.token) {
            return Ok(Some(Box::new(self.assignment()?)));
        }
        let mut out = Vec::new();
        self.declaration(Place::Init, &mut out)?;
        Ok(out.pop().map(Box::new))
    }
}
