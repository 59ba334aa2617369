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
//!   (braces and quotes in them do not count). An unclosed `/*` is plain text;
//! * inside a block a `}` ends a `//` comment as well, so that a block with one can stand on a line. It does not if
//!   the comment opened it, if it is in a `"..."` of the comment, if it is written `\}`, or if enough braces follow on
//!   later lines to close the block there. HyperDbg asks for a quote behind it instead. `\{` and `\}` lose the
//!   backslash there too;
//! * the two characters `\n` where a token would begin are skipped, and so are they at the start of a block;
//! * an empty literal is dropped, an empty block is a token;
//! * an unclosed `"` or `{` is no error: the rest is one word.

mod map;

pub use map::SourceMap;

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
    /// The bytes of the input it was made from, marks included if both are there.
    pub span: Range<usize>,
    /// Where in the input the bytes of `text` stand.
    pub map: SourceMap,
}

impl Token {
    /// Is this the given keyword? Case does not matter; a block never is.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind != TokenKind::Block && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Is this a word or a number, not a literal or a block?
    pub fn is_plain(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Number)
    }

    /// The place in the input of byte `offset` of the text.
    pub fn place(&self, offset: usize) -> usize {
        self.map.place(offset)
    }
}

/// The white space that is trimmed from words.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// The tokens of `input`, in order. Never fails; the text of an unclosed quote or brace becomes one word.
pub fn tokenize(input: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        input,
        at: 0,
        tokens: Vec::new(),
        text: String::new(),
        map: SourceMap::default(),
        start: 0,
        unclosed_comment: false,
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
    /// Where its bytes came from.
    map: SourceMap,
    /// Where it began.
    start: usize,
    /// A `/*` had no end, so no later one has.
    unclosed_comment: bool,
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

    /// Adds `c`, which stands for the input from byte `from` on.
    fn push(&mut self, c: char, from: usize) {
        self.map.note(self.text.len(), from);
        self.text.push(c);
    }

    fn finish(&mut self, kind: TokenKind) {
        let text = core::mem::take(&mut self.text);
        let mut map = core::mem::take(&mut self.map);
        // The end of the text is its closing mark.
        map.note(text.len(), self.at.saturating_sub(1));
        self.tokens.push(Token {
            kind,
            text,
            span: self.start..self.at,
            map,
        });
    }

    /// Ends a word, if there is one.
    fn finish_word(&mut self) {
        let raw = core::mem::take(&mut self.text);
        let mut map = core::mem::take(&mut self.map);
        let text = raw.trim_matches(is_space);
        let Some((last, c)) = text.char_indices().next_back() else {
            return;
        };
        map.cut(raw.len().saturating_sub(raw.trim_start_matches(is_space).len()));
        let place = map.place(last);
        let escaped = c != '\\' && self.input.get(place..).is_some_and(|rest| rest.starts_with('\\'));
        let end = place.saturating_add(c.len_utf8()).saturating_add(escaped.into());
        map.note(text.len(), end);
        let kind = if parse_u64(text).is_ok() {
            TokenKind::Number
        } else {
            TokenKind::Word
        };
        self.tokens.push(Token {
            kind,
            text: text.into(),
            span: map.place(0)..end,
            map,
        });
    }

    fn top_level(&mut self) {
        loop {
            if let Some(length) = self.comment_ahead(0) {
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
                None => return self.finish_word(),
                Some(' ' | '\t') => self.finish_word(),
                Some('"') => {
                    self.finish_word();
                    self.start = from;
                    self.literal();
                }
                Some('{') => {
                    self.finish_word();
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
            let from = self.at;
            if let Some(quote) = escape(self.rest(), &['"']) {
                self.skip(2);
                self.push(quote, from);
                continue;
            }
            match self.next() {
                None => return self.finish_word(),
                Some('"') if self.text.is_empty() => return,
                Some('"') => return self.finish(TokenKind::Literal),
                Some(c) => self.push(c, from),
            }
        }
    }

    /// After an opening brace. `start` is the brace.
    fn block(&mut self) {
        let mut depth = 1_usize;
        let mut quoted = false;
        loop {
            if self.text.is_empty() && self.rest().starts_with("\\n") {
                self.skip(2);
                continue;
            }
            let from = self.at;
            if !quoted {
                if let Some(length) = self.comment_ahead(depth) {
                    self.comment(length);
                    continue;
                }
                if let Some(brace) = escape(self.rest(), &['{', '}']) {
                    self.skip(2);
                    self.push(brace, from);
                    continue;
                }
            }
            if self.rest().starts_with("\\\"") {
                self.skip(2);
                self.push('\\', from);
                self.push('"', from.saturating_add(1));
                continue;
            }
            let Some(c) = self.next() else {
                return self.finish_word();
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
            self.push(c, from);
        }
    }

    /// The length of the comment that begins here, inside so many braces.
    fn comment_ahead(&mut self, depth: usize) -> Option<usize> {
        if self.unclosed_comment && self.rest().starts_with("/*") {
            return None;
        }
        let length = comment_length(self.rest(), depth);
        self.unclosed_comment |= length.is_none() && self.rest().starts_with("/*");
        length
    }

    /// Copies a comment of `length` bytes into a block.
    fn comment(&mut self, length: usize) {
        let end = self.at.saturating_add(length);
        let one_line = self.rest().starts_with("//");
        while self.at < end {
            let from = self.at;
            let quoted = if one_line {
                quoted_length(self.rest())
            } else {
                None
            };
            if let Some(length) = quoted {
                let last = from.saturating_add(length);
                self.map.note(self.text.len(), from);
                self.text.push_str(self.input.get(from..last).unwrap_or_default());
                self.skip(length);
            } else if let (true, Some(brace)) = (one_line, escape(self.rest(), &['{', '}'])) {
                self.skip(2);
                self.push(brace, from);
            } else if let Some(c) = self.next() {
                self.push(c, from);
            } else {
                return;
            }
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

/// The length of the `"..."` that `rest` begins with, if it is closed on its line.
pub(crate) fn quoted_length(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('"')?;
    let line = body.split('\n').next()?;
    line.find('"').map(|end| end.saturating_add(2))
}

/// The length in bytes of the comment that `rest` begins with, inside `depth` braces; what ends a `//` comment is not
/// part of it.
fn comment_length(rest: &str, depth: usize) -> Option<usize> {
    if let Some(body) = rest.strip_prefix("/*") {
        return body.find("*/").map(|end| end.saturating_add(4));
    }
    if !rest.starts_with("//") {
        return None;
    }
    let mut at = 2_usize;
    let mut opened = 0_usize;
    // Whether a closing brace can be part of the comment; not asked yet.
    let mut goes_on = depth == 0;
    loop {
        let tail = rest.get(at..).unwrap_or_default();
        let Some(c) = tail.chars().next() else {
            return Some(rest.len());
        };
        let mut length = c.len_utf8();
        match c {
            '\n' => return Some(at),
            '\\' if tail.starts_with("\\n") => return Some(at),
            '\\' if escape(tail, &['{', '}']).is_some() => length = 2,
            '"' => length = quoted_length(tail).unwrap_or(1),
            '{' => opened = opened.saturating_add(1),
            '}' if opened > 0 => opened = opened.saturating_sub(1),
            '}' if !goes_on => {
                goes_on = closes_on_later_lines(tail, depth);
                if !goes_on {
                    return Some(at);
                }
            }
            _ => {}
        }
        at = at.saturating_add(length);
    }
}

/// Are there, after the first line of `tail`, as many closing braces more than opening ones as close `depth` blocks?
fn closes_on_later_lines(tail: &str, depth: usize) -> bool {
    let Some((_, later)) = tail.split_once('\n') else {
        return false;
    };
    let mut open = depth;
    let mut escaped = false;
    for c in later.chars() {
        match c {
            '{' if !escaped => open = open.saturating_add(1),
            '}' if !escaped => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return true;
        }
        escaped = c == '\\';
    }
    false
}

#[cfg(test)]
mod tests;
