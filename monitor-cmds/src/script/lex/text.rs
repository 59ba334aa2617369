//! String literals and the path of an include.

use super::Kind;
use super::Lexer;
use crate::script::ScriptError;
use crate::script::ast::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A character of a literal, or a number that was escaped.
enum Piece {
    Char(char),
    Code(u32),
}

impl<'s> Lexer<'s> {
    /// At the quote.
    pub(super) fn text(&mut self) -> Result<Kind<'s>, ScriptError> {
        let start = self.at;
        self.skip(1);
        let mut text = Vec::new();
        while let Some(piece) = self.piece(start, 2)? {
            match piece {
                Piece::Char(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                // Two digits at most were read.
                Piece::Code(code) => text.push(code as u8),
            }
        }
        Ok(Kind::Text(text))
    }

    /// At the `L` before the quote.
    pub(super) fn wide_text(&mut self) -> Result<Kind<'s>, ScriptError> {
        let start = self.at;
        self.skip(2);
        let mut text = Vec::new();
        while let Some(piece) = self.piece(start, 4)? {
            match piece {
                Piece::Char(c) => text.extend_from_slice(c.encode_utf16(&mut [0; 2])),
                // Four digits at most were read.
                Piece::Code(code) => text.push(code as u16),
            }
        }
        Ok(Kind::WideText(text))
    }

    /// The next piece of a literal that began at `start`; `None` after its closing quote.
    fn piece(&mut self, start: usize, digits: usize) -> Result<Option<Piece>, ScriptError> {
        let place = self.at;
        let Some(c) = self.pull() else {
            return Err(ScriptError::token(start, "this string is not closed with '\"'"));
        };
        let piece = match c {
            '"' => return Ok(None),
            '\\' => match self.pull() {
                Some('n') => Piece::Char('\n'),
                Some('t') => Piece::Char('\t'),
                Some(c @ ('\\' | '"')) => Piece::Char(c),
                Some('x') => {
                    let code = self.take(|c| c.is_ascii_hexdigit());
                    u32::from_str_radix(code, 16)
                        .ok()
                        .filter(|_| code.len() <= digits)
                        .map(Piece::Code)
                        .ok_or_else(|| {
                            ScriptError::token(
                                place,
                                format!("expected 1 to {digits} hexadecimal digits after '\\x'"),
                            )
                        })?
                }
                _ => {
                    return Err(ScriptError::token(
                        place,
                        "the escapes of a string are \\n \\t \\\\ \\\" and \\x with hexadecimal digits",
                    ));
                }
            },
            c => Piece::Char(c),
        };
        Ok(Some(piece))
    }

    /// The next character that is no carriage return.
    fn pull(&mut self) -> Option<char> {
        self.take(|c| c == '\r');
        let c = self.peek()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    /// The quoted path after `#include`, with its place. A backslash is one: paths of any system are taken as they
    /// stand.
    pub(crate) fn path(&mut self) -> Result<(String, Span), ScriptError> {
        self.skip_blank()?;
        let start = self.at;
        let body = self.rest().strip_prefix('"').and_then(|rest| {
            let length = rest.find(['"', '\n', '\r'])?;
            rest.get(length..)?.starts_with('"').then(|| rest.get(..length))?
        });
        let path = body
            .filter(|path| !path.is_empty())
            .ok_or_else(|| ScriptError::syntax(start, "expected a path in quotes after '#include'"))?;
        self.skip(path.len().saturating_add(2));
        self.after_operand = false;
        Ok((path.into(), start..self.at))
    }
}
