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
        // A word has spaces or comments only if a quote or a brace before it was not closed.
        let whole = ![" ", "\t", "//", "/*"]
            .iter()
            .any(|part| token.text.contains(part));
        if !matches!(token.kind, TokenKind::Number | TokenKind::Word) || !whole {
            return Err(args.error(token, format!("err, couldn't resolve error at '{}'", token.text)));
        }
        if let Ok(value) = parse_u64(&token.text) {
            return Ok(Self::Number(value));
        }
        let value = Expression::parse(args, token.span.start, &token.text).map_err(|error| {
            let message = format!(
                "err, couldn't resolve error at '{}': {}",
                token.text,
                error.message()
            );
            args.error_at(error.offset(), message)
        })?;
        let text = token.text.clone();
        Ok(Self::Expression { text, value })
    }

    /// Its value now; the error is a line for the user.
    pub(crate) fn resolve(&self, guest: &mut dyn Guest, globals: &mut Globals) -> Result<u64, String> {
        match self {
            Self::Number(value) => Ok(*value),
            Self::Expression { value, .. } => value.evaluate(guest, globals),
        }
    }
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
