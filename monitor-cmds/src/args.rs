//! The tokens after a command word, taken one by one, with errors that point at them.

use crate::CommandSpec;
use crate::Error;
use crate::NumberError;
use crate::Token;
use crate::TokenKind;
use crate::parse_u32;
use crate::parse_u64;
use alloc::format;
use alloc::string::String;

/// A cursor over the arguments of a command.
#[derive(Debug)]
pub(crate) struct Args<'t> {
    input: &'t str,
    /// The whole command, its word included.
    tokens: &'t [Token],
    next: usize,
    /// The command's row.
    spec: &'static CommandSpec,
}

impl<'t> Args<'t> {
    /// After the first of `tokens`.
    pub(crate) fn new(input: &'t str, tokens: &'t [Token], spec: &'static CommandSpec) -> Self {
        Self {
            input,
            tokens,
            next: 1,
            spec,
        }
    }

    /// The command word as typed.
    pub(crate) fn word(&self) -> &'t str {
        self.tokens.first().map_or("", |token| &token.text)
    }

    /// The command as typed, its tokens joined with single spaces, braces lost.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for token in self.tokens {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&token.text);
        }
        text
    }

    pub(crate) fn next(&mut self) -> Option<&'t Token> {
        let token = self.tokens.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(token)
    }

    /// The next token, which stays the next.
    pub(crate) fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.next)
    }

    /// All text that is left as it was typed, and where it begins; an error at the end of the text says what is
    /// missing if there is none.
    pub(crate) fn rest(&mut self, missing: &str) -> Result<(usize, &'t str), Error> {
        let start = self.required(missing)?.span.start;
        self.next = self.tokens.len();
        let end = self.tokens.last().map_or(start, |token| token.span.end);
        Ok((start, self.input.get(start..end).unwrap_or_default()))
    }

    /// The next token, or an error at the end of the text that says what is missing.
    pub(crate) fn required(&mut self, missing: &str) -> Result<&'t Token, Error> {
        self.next().ok_or_else(|| self.missing(missing))
    }

    /// Refuses whatever is left.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.next().map_or(Ok(()), |token| Err(self.unknown(token)))
    }

    /// An error at `token`.
    pub(crate) fn error(&self, token: &Token, message: impl Into<String>) -> Error {
        Error::new(self.input, token.span.start, message)
    }

    /// An error at byte `offset` of the command.
    pub(crate) fn error_at(&self, offset: usize, message: impl Into<String>) -> Error {
        Error::new(self.input, offset, message)
    }

    /// The whole command as it was sent.
    pub(crate) fn input(&self) -> &'t str {
        self.input
    }

    /// How many words and blocks the command has, its own word included.
    pub(crate) fn count(&self) -> usize {
        self.tokens.len()
    }

    /// Are there parameters at all?
    pub(crate) fn has_parameters(&self) -> bool {
        self.count() > 1
    }

    /// HyperDbg's sentence for a command with too few or too many words.
    pub(crate) fn incorrect_use(&self, reason: &str) -> String {
        format!("incorrect use of the '{}': {reason}", self.spec.name)
    }

    /// A parameter that the command does not take.
    pub(crate) fn unknown(&self, token: &Token) -> Error {
        self.error(
            token,
            format!("unknown parameter '{}'; usage: {}", token.text, self.spec.usage()),
        )
    }

    /// Something is missing at the end of the text.
    pub(crate) fn missing(&self, message: &str) -> Error {
        let end = self.tokens.last().map_or(0, |token| token.span.end);
        Error::new(
            self.input,
            end,
            format!("{message}; usage: {}", self.spec.usage()),
        )
    }

    /// A word where the command takes none, or another one.
    pub(crate) fn incorrect(&self, token: &Token) -> Error {
        let reason = self.incorrect_use(&format!("unknown parameter '{}'", token.text));
        self.error(token, format!("{reason}; usage: {}", self.spec.usage()))
    }

    /// The positional number in `token`; what is none is a parameter that the command does not take. `what` names it in
    /// the message.
    pub(crate) fn positional<T>(
        &self,
        token: &Token,
        what: &str,
        parse: fn(&str) -> Result<T, NumberError>,
    ) -> Result<T, Error> {
        parsed(token, parse).map_err(|reason| {
            let reason = match reason {
                NumberError::NotANumber => "is a number (hexadecimal, or 0n decimal)",
                NumberError::TooLarge => "has at most 32 bits",
            };
            let (text, usage) = (&token.text, self.spec.usage());
            let message = format!("unknown parameter '{text}': {what} {reason}; usage: {usage}");
            self.error(token, message)
        })
    }

    /// The CPU number that is all the command takes, if it is given.
    pub(crate) fn only_cpu(&mut self) -> Result<Option<u32>, Error> {
        let cpu = match self.next() {
            Some(token) => Some(self.u32(token, "core id")?),
            None => None,
        };
        self.end()?;
        Ok(cpu)
    }

    /// The 64-bit number in `token`; `what` names it in the message.
    pub(crate) fn u64(&self, token: &Token, what: &str) -> Result<u64, Error> {
        self.number(token, what, parse_u64)
    }

    /// The 32-bit number in `token`.
    pub(crate) fn u32(&self, token: &Token, what: &str) -> Result<u32, Error> {
        self.number(token, what, parse_u32)
    }

    fn number<T>(
        &self,
        token: &Token,
        what: &str,
        parse: fn(&str) -> Result<T, NumberError>,
    ) -> Result<T, Error> {
        parsed(token, parse).map_err(|reason| {
            let reason = match reason {
                NumberError::NotANumber => "is not a number (hexadecimal, or 0n decimal)",
                NumberError::TooLarge => "does not fit 32 bits",
            };
            self.error(
                token,
                format!("err, {what} is invalid: '{}' {reason}", token.text),
            )
        })
    }
}

/// The number in `token`, which a block never is.
fn parsed<T>(token: &Token, parse: fn(&str) -> Result<T, NumberError>) -> Result<T, NumberError> {
    match token.kind {
        TokenKind::Block => Err(NumberError::NotANumber),
        _ => parse(&token.text),
    }
}
