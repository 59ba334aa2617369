//! An address as a command names it.

use crate::Error;
use crate::Expression;
use crate::Guest;
use crate::Token;
use crate::TokenKind;
use crate::args::Args;
use crate::parse_u64;
use crate::script::Globals;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::fmt::Write;

/// An address: a number, or what is one when the command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A number.
    Number(u64),
    /// An expression without spaces, as it was typed.
    Expression {
        /// Its text.
        text: String,
        /// What it means.
        value: Expression,
    },
}

impl Address {
    /// The address in `token`.
    pub(crate) fn parse(args: &Args<'_>, token: &Token) -> Result<Self, Error> {
        Self::parse_or(args, token, "err, couldn't resolve error at")
    }

    /// [`Self::parse`], with another beginning of the message for what is no address.
    pub(crate) fn parse_or(args: &Args<'_>, token: &Token, refusal: &str) -> Result<Self, Error> {
        // A word has spaces or comments only if a quote or a brace before it was not closed.
        let whole = ![" ", "\t", "//", "/*"]
            .iter()
            .any(|part| token.text.contains(part));
        if !matches!(token.kind, TokenKind::Number | TokenKind::Word) || !whole {
            return Err(args.error(token, format!("{refusal} '{}'", token.text)));
        }
        if let Ok(value) = parse_u64(&token.text) {
            return Ok(Self::Number(value));
        }
        let start = token.span.start;
        let mut text = token.text.clone();
        let value = Expression::parse(args, start, &text).or_else(|error| {
            if error.offset() == start && names_a_place(&text) {
                text.insert_str(0, DEFAULT_MODULE);
                if let Ok(value) = Expression::parse(args, start, &text) {
                    return Ok(value);
                }
            }
            let message = format!("{refusal} '{}': {}", token.text, error.message());
            Err(args.error_at(error.offset(), message))
        })?;
        Ok(Self::Expression { text, value })
    }

    /// Its value now; the error is a line for the user.
    pub(crate) fn resolve(&self, guest: &mut dyn Guest, globals: &mut Globals) -> Result<u64, String> {
        match self {
            Self::Number(value) => Ok(*value),
            Self::Expression { text, value } => value
                .evaluate(guest, globals)
                .map_err(|message| format!("err, couldn't resolve error at '{text}': {message}")),
        }
    }
}

/// The module of a symbol that names none.
const DEFAULT_MODULE: &str = "nt!";

/// Is `text` a name and a distance from it, such as `Kd_DEFAULT_Mask+5`? A name alone is refused: it is mostly a
/// parameter that the command does not have.
fn names_a_place(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let rest = end.and_then(|end| text.get(end..)).unwrap_or_default();
    end != Some(0) && rest.starts_with(['+', '-'])
}

impl fmt::Display for Address {
    /// One token, which [`crate::parse`] takes for the same address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value:x}"),
            Self::Expression { text, .. } => text.chars().try_for_each(|c| {
                if matches!(c, '{' | '}' | '"') {
                    f.write_char('\\')?;
                }
                f.write_char(c)
            }),
        }
    }
}
