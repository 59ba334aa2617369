//! Splits the text of a command into tokens.
//!
//! Rules, all HyperDbg's except the tab:
//! * a space or a tab ends a word; a newline does not, it is only trimmed from a word's ends;
//! * `"..."` is one literal, `{...}` one block; the outer marks are dropped, and either may be glued to the text
//!   before and after it. Inside a block everything is kept as it stands, inner braces nest, and braces inside
//!   quotes do not count;
//! * `\{` and `\}` lose the backslash and open or close nothing; so does `\"` outside a block. Inside a block `\"`
//!   keeps its backslash, because the text is read once more by the script lexer;
//! * `// ...` up to a newline or the two characters `\n`, and `/* ... */`, are skipped; inside a block they are kept
//!   (braces and quotes in them do not count) and a `}` also ends the first form; an unclosed `/*` is plain text;
//! * the two characters `\n` where a token would begin are skipped;
//! * an empty literal is dropped, an empty block is a token;
//! * an unclosed `"` or `{` is no error: the rest is one word.

use crate::number::parse_u64;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word that is also a number (`3f8`, `0n10`, but `add` and `c` as well: the command decides).
    Number,
    /// Any other word.
    Word,
    /// `"..."`, without the quotes.
    Literal,
    /// `{...}`, without the outer braces.
    Block,
}

/// One token of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Its text: without quotes, outer braces and removed backslashes; words are trimmed.
    pub text: String,
    /// The bytes of the input it was made from, marks included.
    pub span: Range<usize>,
}

impl Token {
    /// Is this the given keyword? Case does not matter; a block never is.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind != TokenKind::Block && self.text.eq_ignore_ascii_case(keyword)
    }
}

/// The tokens of `input`, in order. Never fails; the text of an unclosed quote or brace becomes one word.
pub fn tokenize(input: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        input,
        at: 0,
        tokens: Vec::new(),
        text: String::new(),
        start: 0,
    };
    scanner.top_level();
    scanner.tokens
}

struct Scanner<'i> {
    input: &'i str,
    /// Next byte to read, always at a character's start.
    at: usize,
    tokens: Vec<Token>,
    /// The token being collected.
    text: String,
    /// Where it began.
    start: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.input.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.input.len());
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    fn push(&mut self, c: char, from: usize) {
        if self.text.is_empty() {
            self.start = from;
        }
        self.text.push(c);
    }

    fn finish(&mut self, kind: TokenKind) {
        let text = core::mem::take(&mut self.text);
        self.tokens.push(Token {
            kind,
            text,
            span: self.start..self.at,
        });
    }

    /// Ends the word that stops before byte `end`.
    fn finish_word(&mut self, end: usize) {
        let raw = core::mem::take(&mut self.text);
        let text = raw.trim();
        if text.is_empty() {
            return;
        }
        // A word's trimmed white space was copied byte for byte, so its span shrinks by as much.
        let lead = raw.len().saturating_sub(raw.trim_start().len());
        let tail = raw.len().saturating_sub(raw.trim_end().len());
        let span = self.start.saturating_add(lead)..end.saturating_sub(tail);
        let kind = if parse_u64(text).is_ok() {
            TokenKind::Number
        } else {
            TokenKind::Word
        };
        self.tokens.push(Token {
            kind,
            text: text.into(),
            span,
        });
    }

    fn top_level(&mut self) {
        loop {
            if let Some(length) = comment_length(self.rest(), false) {
                self.skip(length);
                continue;
            }
            if self.text.is_empty() && self.rest().starts_with("\\n") {
                self.skip(2);
                continue;
            }
            let from = self.at;
            if let Some(escaped) = escape(self.rest(), &['{', '}', '"']) {
                self.skip(2);
                self.push(escaped, from);
                continue;
            }
            match self.next() {
                None => return self.finish_word(from),
                Some(' ' | '\t') => self.finish_word(from),
                Some('"') => {
                    self.finish_word(from);
                    self.start = from;
                    self.literal();
                }
                Some('{') => {
                    self.finish_word(from);
                    self.start = from;
                    self.block();
                }
                Some(c) => self.push(c, from),
            }
        }
    }

    /// After an opening quote outside a block. `start` is the quote.
    fn literal(&mut self) {
        loop {
            if let Some(quote) = escape(self.rest(), &['"']) {
                self.skip(2);
                self.text.push(quote);
                continue;
            }
            match self.next() {
                None => return self.finish_word(self.at),
                Some('"') if self.text.is_empty() => return,
                Some('"') => return self.finish(TokenKind::Literal),
                Some(c) => self.text.push(c),
            }
        }
    }

    /// After an opening brace. `start` is the brace.
    fn block(&mut self) {
        let mut depth = 1_usize;
        let mut quoted = false;
        loop {
            if !quoted {
                if let Some(length) = comment_length(self.rest(), true) {
                    let comment = self.at..self.at.saturating_add(length);
                    self.text.push_str(self.input.get(comment).unwrap_or_default());
                    self.skip(length);
                    continue;
                }
                if let Some(brace) = escape(self.rest(), &['{', '}']) {
                    self.skip(2);
                    self.text.push(brace);
                    continue;
                }
            }
            if self.rest().starts_with("\\\"") {
                self.skip(2);
                self.text.push_str("\\\"");
                continue;
            }
            let Some(c) = self.next() else {
                return self.finish_word(self.at);
            };
            match c {
                '"' => quoted = !quoted,
                '{' if !quoted => depth = depth.saturating_add(1),
                '}' if !quoted => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return self.finish(TokenKind::Block);
                    }
                }
                _ => {}
            }
            self.text.push(c);
        }
    }
}

/// The character after a backslash at the start of `rest`, if it is one of `set`.
fn escape(rest: &str, set: &[char]) -> Option<char> {
    rest.strip_prefix('\\')?
        .chars()
        .next()
        .filter(|c| set.contains(c))
}

/// The length in bytes of the comment that `rest` begins with; what ends a `//` comment is not part of it.
fn comment_length(rest: &str, in_block: bool) -> Option<usize> {
    if let Some(body) = rest.strip_prefix("/*") {
        return body.find("*/").map(|end| end.saturating_add(4));
    }
    if !rest.starts_with("//") {
        return None;
    }
    let mut previous = '/';
    for (index, c) in rest.char_indices() {
        let ends = match c {
            '\n' => true,
            '\\' => rest.get(index..).is_some_and(|tail| tail.starts_with("\\n")),
            '}' => in_block && previous != '\\',
            _ => false,
        };
        if ends {
            return Some(index);
        }
        previous = c;
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests;
