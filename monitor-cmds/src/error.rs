//! A refused command: what was wrong, and where in the text.
//!
//! The text that a user typed may come over a noisy line, so everything echoed is made printable, one character
//! for one, which also keeps the caret below the character it means.

use alloc::string::String;
use core::fmt;
use core::fmt::Write;

/// Why a command was refused, and the place in its text.
///
/// `Display` gives the message, then `LINE:COLUMN`, then the input line and a caret line below it. The text ends
/// without a newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
    offset: usize,
    line: usize,
    column: usize,
    text: String,
}

impl Error {
    /// An error at byte `offset` of `input`. An offset past the end, or inside a character, is moved back to the
    /// nearest boundary.
    pub fn new(input: &str, offset: usize, message: impl Into<String>) -> Self {
        let offset = input.floor_char_boundary(offset);
        let before = input.get(..offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let rest = input.get(start..).unwrap_or_default();
        Self {
            message: message.into().chars().map(printable).collect(),
            offset,
            line: before.matches('\n').count().saturating_add(1),
            column: before
                .get(start..)
                .unwrap_or_default()
                .chars()
                .count()
                .saturating_add(1),
            text: rest
                .split('\n')
                .next()
                .unwrap_or_default()
                .chars()
                .map(printable)
                .collect(),
        }
    }

    /// The message alone, without place or caret.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Byte offset into the command text, at most its length (an error at the end means "something is missing").
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Line of the place, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column of the place in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '.',
        c => c,
    }
}

/// Characters of the input line shown before the place, and in all: a line that wraps would put the caret below
/// the wrong character.
const SHOWN_BEFORE: usize = 60;
const SHOWN: usize = 90;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message)?;
        writeln!(f, "at {}:{}", self.line, self.column)?;
        let cut = self.column.saturating_sub(SHOWN_BEFORE.saturating_add(1));
        f.write_str("  ")?;
        self.text
            .chars()
            .skip(cut)
            .take(SHOWN)
            .try_for_each(|c| f.write_char(c))?;
        write!(f, "\n  {:>1$}", '^', self.column.saturating_sub(cut))
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn marks_the_character() {
        let error = Error::new("!ioin 3f8 zap", 10, "unknown parameter 'zap'");
        assert_eq!(
            error.to_string(),
            "unknown parameter 'zap'\nat 1:11\n  !ioin 3f8 zap\n            ^"
        );
    }

    #[test]
    fn counts_lines_and_characters() {
        let error = Error::new("a\né\tx", 5, "m");
        assert_eq!((error.line(), error.column()), (2, 3));
        assert_eq!(error.to_string(), "m\nat 2:3\n  é x\n    ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let input = alloc::format!("{}!{}", "a".repeat(200), "b".repeat(200));
        let text = Error::new(&input, 200, "m").to_string();
        let lines: alloc::vec::Vec<_> = text.lines().collect();
        let [_, place, shown, caret] = lines.as_slice() else {
            panic!("{text}")
        };
        assert_eq!(
            (*place, shown.len(), shown.find('!')),
            ("at 1:201", 92, caret.find('^'))
        );
    }

    #[test]
    fn nothing_unprintable_is_echoed() {
        let text = Error::new("a\u{7}\u{1b}b", 2, "bad 'a\u{7}'").to_string();
        assert_eq!(text, "bad 'a.'\nat 1:3\n  a..b\n    ^");
    }

    #[test]
    fn an_offset_outside_is_moved_in() {
        assert_eq!(Error::new("ab", 9, "m").offset(), 2);
        assert_eq!(Error::new("é", 1, "m").offset(), 0);
    }
}
