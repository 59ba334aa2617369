//! The parser: text to tree.
//!
//! The language is HyperDbg's with these additions: `else if` beside `elsif`, comparisons, `&&` and `||` in every
//! expression (binding as in conditions), any number of unary operators before an operand, any operand after a
//! unary `*` that is assigned to, any word as a member's name.
//!
//! The parser does not recurse, so it needs the same small stack for every text. Whatever walks the tree may recurse:
//! nesting is limited, and so is the depth of an expression's tree, which a chain of operators makes without nesting.

use super::ScriptError;
use super::ast::Expr;
use super::ast::Name;
use super::ast::Program;
use super::ast::Span;
use super::keywords;
use super::lex::Kind;
use super::lex::Lexer;
use super::lex::Token;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

mod block;
mod declare;
mod expression;
mod operand;
mod statement;
mod structure;
mod types;

/// Most bytes of a script.
pub const MAX_SOURCE: usize = 0x1_0000;

/// Blocks, parentheses, arguments, indices and initializer lists may be nested this deep, all together.
pub const MAX_NESTING: usize = 32;

/// An expression's tree may be this deep: `a + b + c` is 3.
pub const MAX_DEPTH: usize = 128;

/// What is said of an expression beyond a limit.
const TOO_COMPLEX: &str = "Please split the expression to many smaller expressions.";

/// The tree of a script: statements and functions, or one `{ ... }` around them, with or without a `?` before.
///
/// # Errors
/// The first place that is no token or fits no rule, with what was expected there.
pub fn parse(source: &str) -> Result<Program, ScriptError> {
    let mut parser = Parser::new(source)?;
    if parser.token.is("?") {
        parser.advance()?;
    }
    let wrapped = parser.token.is("{") && parser.braces_reach_the_end();
    if wrapped {
        parser.advance()?;
    }
    let items = parser.items(wrapped)?;
    if wrapped {
        parser.expect("}")?;
    }
    parser.end("the end of the script")?;
    Ok(Program { items })
}

/// The tree of one expression that is the whole text, as commands take it.
///
/// # Errors
/// As [`parse`].
pub fn parse_expression(source: &str) -> Result<Expr, ScriptError> {
    let mut parser = Parser::new(source)?;
    let (expression, _) = parser.expression()?;
    parser.end("an operator or the end of the expression")?;
    Ok(expression)
}

/// What kind of code a statement stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Directly in the script.
    Top,
    /// In braces.
    Block,
    /// The first part of a `for`.
    Init,
}

struct Parser<'s> {
    source: &'s str,
    /// Stands after `token`.
    lexer: Lexer<'s>,
    /// The first token that is not used up.
    token: Token<'s>,
    /// Where the last used token ended.
    last: usize,
    nesting: usize,
    loops: usize,
    /// Typedef names, and whether a variable of that type may be without a value.
    aliases: Vec<(&'s str, bool)>,
}

impl<'s> Parser<'s> {
    fn new(source: &'s str) -> Result<Self, ScriptError> {
        if source.len() > MAX_SOURCE {
            return Err(ScriptError::new(
                0,
                format!("the script is longer than {MAX_SOURCE:x} bytes"),
            ));
        }
        let mut lexer = Lexer::new(source);
        let token = lexer.next()?;
        Ok(Self {
            source,
            lexer,
            token,
            last: 0,
            nesting: 0,
            loops: 0,
            aliases: Vec::new(),
        })
    }

    /// Uses up the token and returns it.
    fn advance(&mut self) -> Result<Token<'s>, ScriptError> {
        let next = self.lexer.next()?;
        self.last = self.token.span.end;
        Ok(core::mem::replace(&mut self.token, next))
    }

    /// Uses up the token if it is `mark`.
    fn accept(&mut self, mark: &str) -> Result<bool, ScriptError> {
        let is = self.token.is(mark);
        if is {
            self.advance()?;
        }
        Ok(is)
    }

    /// Uses up `mark`, which must be here.
    fn expect(&mut self, mark: &str) -> Result<Span, ScriptError> {
        if self.token.is(mark) {
            return Ok(self.advance()?.span);
        }
        Err(self.expected(format_args!("'{mark}'")))
    }

    fn expect_word(&mut self, word: &str) -> Result<Span, ScriptError> {
        if self.token.is_word(word) {
            return Ok(self.advance()?.span);
        }
        Err(self.expected(format_args!("'{word}'")))
    }

    fn end(&self, what: &str) -> Result<(), ScriptError> {
        match self.token.kind {
            Kind::End => Ok(()),
            _ => Err(self.expected(format_args!("{what}"))),
        }
    }

    /// From `start` to the end of the last used token.
    fn since(&self, start: usize) -> Span {
        start..self.last.max(start)
    }

    /// The error that something else than `what` is here.
    fn expected(&self, what: impl core::fmt::Display) -> ScriptError {
        let found = self.found();
        ScriptError::syntax(
            self.token.span.start,
            format_args!("expected {what}, found {found}"),
        )
    }

    fn found(&self) -> String {
        if matches!(self.token.kind, Kind::End) {
            return "the end of the text".into();
        }
        let text = self.text();
        let shown: String = text.chars().take(24).collect();
        let more = if shown.len() < text.len() { "..." } else { "" };
        format!("'{shown}{more}'")
    }

    /// The token as it stands in the source.
    fn text(&self) -> &'s str {
        self.source.get(self.token.span.clone()).unwrap_or_default()
    }

    /// Goes one level deeper; [`Parser::leave`] comes back. An error ends the parse, so it needs no way back.
    fn enter(&mut self) -> Result<(), ScriptError> {
        self.nesting = self.nesting.saturating_add(1);
        if self.nesting <= MAX_NESTING {
            return Ok(());
        }
        let place = self.token.span.start;
        Err(ScriptError::syntax(
            place,
            format_args!("nested deeper than {MAX_NESTING:x} levels"),
        ))
    }

    /// As [`Parser::enter`], for a level of an expression.
    fn enter_expression(&mut self) -> Result<(), ScriptError> {
        self.enter()
            .map_err(|error| ScriptError::new(error.offset, TOO_COMPLEX))
    }

    fn leave(&mut self) {
        self.nesting = self.nesting.saturating_sub(1);
    }

    /// At `{`: is its closing brace the last token? A text that has an error on the way is taken as if it were,
    /// since parsing it comes to the same error.
    fn braces_reach_the_end(&self) -> bool {
        let mut lexer = self.lexer.clone();
        let mut depth = 1_usize;
        while depth > 0 {
            let Ok(token) = lexer.next() else { return true };
            match token.kind {
                Kind::Mark("{") => depth = depth.saturating_add(1),
                Kind::Mark("}") => depth = depth.saturating_sub(1),
                Kind::Include if lexer.path().is_err() => return true,
                Kind::End => return true,
                _ => {}
            }
        }
        lexer.next().map_or(true, |token| matches!(token.kind, Kind::End))
    }

    /// A new name for `what`; the language's words, registers, types and numbers are none.
    fn name(&mut self, what: &str) -> Result<Name, ScriptError> {
        let text = self.text();
        let place = self.token.span.start;
        match self.token.kind {
            Kind::Word(word) if keywords::is_reserved(word) => Err(ScriptError::syntax(
                place,
                format_args!("expected {what}, but '{word}' is a word of the language"),
            )),
            Kind::Word(word) if self.alias(word).is_some() => Err(ScriptError::syntax(
                place,
                format_args!("expected {what}, but '{word}' is a type"),
            )),
            Kind::Word(word) => {
                let span = self.advance()?.span;
                Ok(Name {
                    text: word.into(),
                    span,
                })
            }
            Kind::Register(_) if !text.starts_with('@') => Err(ScriptError::syntax(
                place,
                format_args!("expected {what}, but '{text}' is a register"),
            )),
            Kind::Number(_) if text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Err(ScriptError::syntax(
                    place,
                    format_args!(
                        "expected {what}, but '{text}' is a hexadecimal number; a name needs another letter than a to f"
                    ),
                ))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// A member's name: it cannot be confused with anything, so any word that the language does not use will do.
    fn member(&mut self) -> Result<Name, ScriptError> {
        let text = self.text();
        let letters = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !text.contains('`');
        let fits = match self.token.kind {
            Kind::Word(word) => !keywords::STATEMENTS.contains(&word) && !keywords::TYPES.contains(&word),
            Kind::Register(_) | Kind::Number(_) => letters,
            _ => false,
        };
        if !fits {
            return Err(self.expected("a member's name"));
        }
        let span = self.advance()?.span;
        Ok(Name {
            text: text.into(),
            span,
        })
    }

    /// For a typedef name: may a variable of it be without a value?
    fn alias(&self, word: &str) -> Option<bool> {
        let found = self.aliases.iter().find(|(name, _)| *name == word);
        found.map(|&(_, empty)| empty)
    }
}
