//! Splits the text of a script into tokens, one at a time.
//!
//! * Numbers are hexadecimal without a prefix; `0x` `0n` `0o` `0y` say hexadecimal, decimal, octal, binary. Backticks
//!   in them mean nothing. Decimal digits with a point are a double.
//! * A word of hexadecimal digits alone is a number, unless the language or a register has that name: `add` is
//!   add hexadecimal, `af` is a flag and `ed` a function.
//! * `name` of a register is that register with and without `@`; only the `@` form reaches `if`, the flag.
//! * `.name` is a global where an operand may stand; after an operand the point takes a member.
//! * Comments, spaces, tabs and newlines separate; a carriage return is as if it were not there.

use super::ScriptError;
use super::ast::Span;
use super::keywords;
use super::register;
use crate::suggest::nearest;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

mod number;
mod text;

/// What a [`Token`] is. Names come without `@`, `$` and the global's point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'s> {
    /// An integer.
    Number(u64),
    /// The bits of a double.
    Float(u64),
    /// `"..."`.
    Text(Vec<u8>),
    /// `L"..."`.
    WideText(Vec<u16>),
    /// A name or a word of the language.
    Word(&'s str),
    /// A register that exists.
    Register(&'s str),
    /// A pseudo-register that exists.
    Pseudo(&'s str),
    /// A global variable.
    Global(&'s str),
    /// `module!name`.
    Symbol(&'s str),
    /// `#include`; what follows is read by [`Lexer::path`].
    Include,
    /// Operators and separators.
    Mark(&'static str),
    /// After the last token.
    End,
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind<'s>,
    pub(crate) span: Span,
}

impl Token<'_> {
    /// Is this the given mark?
    pub(crate) fn is(&self, mark: &str) -> bool {
        matches!(self.kind, Kind::Mark(m) if m == mark)
    }

    /// Is this the given word of the language?
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word(w) if w == word)
    }
}

/// The mark that `rest` begins with, the longest that fits.
#[rustfmt::skip]
fn mark(rest: &[u8]) -> Option<&'static str> {
    Some(match rest {
        [b'<', b'<', b'=', ..] => "<<=",
        [b'>', b'>', b'=', ..] => ">>=",
        [b'<', b'<', ..] => "<<",
        [b'>', b'>', ..] => ">>",
        [b'<', b'=', ..] => "<=",
        [b'>', b'=', ..] => ">=",
        [b'=', b'=', ..] => "==",
        [b'!', b'=', ..] => "!=",
        [b'&', b'&', ..] => "&&",
        [b'|', b'|', ..] => "||",
        [b'+', b'+', ..] => "++",
        [b'-', b'-', ..] => "--",
        [b'-', b'>', ..] => "->",
        [b'+', b'=', ..] => "+=",
        [b'-', b'=', ..] => "-=",
        [b'*', b'=', ..] => "*=",
        [b'/', b'=', ..] => "/=",
        [b'%', b'=', ..] => "%=",
        [b'&', b'=', ..] => "&=",
        [b'^', b'=', ..] => "^=",
        [b'|', b'=', ..] => "|=",
        [b'+', ..] => "+",
        [b'-', ..] => "-",
        [b'*', ..] => "*",
        [b'/', ..] => "/",
        [b'%', ..] => "%",
        [b'&', ..] => "&",
        [b'|', ..] => "|",
        [b'^', ..] => "^",
        [b'~', ..] => "~",
        [b'!', ..] => "!",
        [b'<', ..] => "<",
        [b'>', ..] => ">",
        [b'=', ..] => "=",
        [b'(', ..] => "(",
        [b')', ..] => ")",
        [b'[', ..] => "[",
        [b']', ..] => "]",
        [b'{', ..] => "{",
        [b'}', ..] => "}",
        [b',', ..] => ",",
        [b';', ..] => ";",
        [b'?', ..] => "?",
        _ => return None,
    })
}

/// The tokens of a script.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'s> {
    source: &'s str,
    /// Next byte to read, always at a character's start.
    at: usize,
    /// Was the last token one that a member's point may follow?
    after_operand: bool,
    /// Was it a point or an arrow, so that a word of the language is a member now?
    after_point: bool,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            source,
            at: 0,
            after_operand: false,
            after_point: false,
        }
    }

    /// The tokens from byte `at` on, where an operand is expected.
    pub(crate) fn operand_at(source: &'s str, at: usize) -> Self {
        Self {
            at,
            ..Self::new(source)
        }
    }

    /// The next token; [`Kind::End`] again and again at the end.
    pub(crate) fn next(&mut self) -> Result<Token<'s>, ScriptError> {
        self.skip_blank()?;
        let start = self.at;
        let kind = self.kind(start)?;
        self.after_operand = match &kind {
            Kind::Word(word) => self.after_point || !keywords::is_reserved(word),
            Kind::Mark(mark) => matches!(*mark, ")" | "]"),
            Kind::Include | Kind::Text(_) | Kind::WideText(_) | Kind::End => false,
            _ => true,
        };
        self.after_point = matches!(kind, Kind::Mark("." | "->"));
        Ok(Token {
            kind,
            span: start..self.at,
        })
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.source.len());
    }

    /// Takes the characters that `wanted` holds for.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.skip(length);
        rest.get(..length).unwrap_or_default()
    }

    fn skip_blank(&mut self) -> Result<(), ScriptError> {
        loop {
            self.take(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            if self.rest().starts_with("//") {
                self.take(|c| c != '\n');
            } else if let Some(body) = self.rest().strip_prefix("/*") {
                let end = body
                    .find("*/")
                    .ok_or_else(|| ScriptError::token(self.at, "this comment is not closed with '*/'"))?;
                self.skip(end.saturating_add(4));
            } else {
                return Ok(());
            }
        }
    }

    fn kind(&mut self, start: usize) -> Result<Kind<'s>, ScriptError> {
        let Some(first) = self.peek() else {
            return Ok(Kind::End);
        };
        match first {
            '0'..='9' => self.number(),
            'L' if self.rest().starts_with("L\"") => self.wide_text(),
            '"' => self.text(),
            'a'..='z' | 'A'..='Z' | '_' => self.word(start),
            '.' => self.point(start),
            '@' => {
                self.skip(1);
                let name = self.take(is_name);
                if register::lookup(name).is_some() {
                    return Ok(Kind::Register(name));
                }
                Err(unknown(start, "register", "@", name, register::names()))
            }
            '$' => {
                self.skip(1);
                let name = self.take(is_name);
                if keywords::PSEUDO.contains(&name) {
                    return Ok(Kind::Pseudo(name));
                }
                let known = keywords::PSEUDO.iter().copied();
                Err(unknown(start, "pseudo-register", "$", name, known))
            }
            '#' => {
                self.skip(1);
                match self.take(is_name) {
                    "include" => Ok(Kind::Include),
                    other => Err(ScriptError::token(
                        start,
                        format!("'#{other}', expected '#include'"),
                    )),
                }
            }
            '\'' => Err(ScriptError::token(
                start,
                "there are no character constants; write the character's code, 'A' is 41",
            )),
            _ => {
                let mark = mark(self.rest().as_bytes());
                let mark = mark.ok_or_else(|| {
                    ScriptError::token(start, format!("'{first}' begins nothing in a script"))
                })?;
                self.skip(mark.len());
                Ok(Kind::Mark(mark))
            }
        }
    }

    /// At a letter or an underscore.
    fn word(&mut self, start: usize) -> Result<Kind<'s>, ScriptError> {
        let word = self.take(|c| is_name(c) || c == '`');
        if keywords::is_reserved(word) {
            return Ok(Kind::Word(word));
        }
        // Not before "=", so that x!=5 needs no spaces.
        let named = self.rest().strip_prefix('!').and_then(|rest| rest.chars().next());
        if named.is_some_and(|c| c.is_ascii_alphabetic() || c == '_') && !word.contains('`') {
            self.skip(1);
            self.take(is_name);
            let symbol = self.source.get(start..self.at).unwrap_or_default();
            return Ok(Kind::Symbol(symbol));
        }
        if register::bare(word).is_some() {
            return Ok(Kind::Register(word));
        }
        if word.chars().all(|c| c.is_ascii_hexdigit() || c == '`') {
            return self.hexadecimal(start, word);
        }
        if let Some(tick) = word.find('`') {
            let place = start.saturating_add(tick);
            return Err(ScriptError::token(place, "a backtick may stand in numbers only"));
        }
        Ok(Kind::Word(word))
    }

    /// At a point.
    fn point(&mut self, start: usize) -> Result<Kind<'s>, ScriptError> {
        self.skip(1);
        if self.after_operand {
            return Ok(Kind::Mark("."));
        }
        match self.peek() {
            Some('0'..='9') => self.fraction(start),
            Some('a'..='z' | 'A'..='Z' | '_') => Ok(Kind::Global(self.take(is_name))),
            _ => Err(ScriptError::token(
                start,
                "expected a global variable's name or decimal digits after '.'",
            )),
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn unknown(
    start: usize,
    what: &str,
    sign: &str,
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> ScriptError {
    let hint =
        nearest(name, known).map_or_else(String::new, |near| format!(", did you mean '{sign}{near}'?"));
    ScriptError::token(start, format!("there is no {what} '{sign}{name}'{hint}"))
}

#[cfg(test)]
mod tests;
