//! The little of a script's text that the resolver must understand: strings, comments and braces.

use alloc::string::String;
use core::ops::Range;

/// A stretch of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A string with its quotes.
    Text,
    /// A comment; the newline that ends one is not part of it.
    Comment,
    /// One other character.
    Other,
}

/// The piece that `rest` begins with and its length in bytes, which is at least 1 unless `rest` is empty.
fn piece(rest: &str) -> (Piece, usize) {
    if rest.starts_with("//") {
        return (Piece::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if let Some(body) = rest.strip_prefix("/*") {
        let end = body.find("*/").map_or(rest.len(), |end| end.saturating_add(4));
        return (Piece::Comment, end);
    }
    let Some(body) = rest.strip_prefix('"') else {
        return (Piece::Other, rest.chars().next().map_or(0, char::len_utf8));
    };
    let mut escaped = false;
    for (index, c) in body.char_indices() {
        if c == '"' && !escaped {
            return (Piece::Text, index.saturating_add(2));
        }
        escaped = c == '\\' && !escaped;
    }
    (Piece::Text, rest.len())
}

/// Bytes of the comment or the string that `rest`, a part of a script, begins with; 0 if it begins with neither. What is
/// not closed reaches to the end.
pub fn comment_or_text(rest: &str) -> usize {
    match piece(rest) {
        (Piece::Other, _) => 0,
        (Piece::Comment | Piece::Text, length) => length,
    }
}

/// An include in a script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Include<'s> {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after its semicolon.
    pub(super) end: usize,
    /// `None` if no path in quotes and no semicolon follow.
    pub(super) path: Option<&'s str>,
}

/// The first include of `text` that is in no string and no comment.
pub(super) fn include(text: &str) -> Option<Include<'_>> {
    const WORD: &str = "#include";
    let mut at = 0_usize;
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        if let Some(after) = rest.strip_prefix(WORD) {
            let named = quoted(after);
            let length = named.map_or(0, |(_, length)| length);
            return Some(Include {
                start: at,
                end: at.saturating_add(WORD.len()).saturating_add(length),
                path: named.map(|(path, _)| path),
            });
        }
        at = at.saturating_add(piece(rest).1);
    }
}

/// The path of `"path" ;` and the length of it all. A backslash is one, as in paths of any system.
fn quoted(after: &str) -> Option<(&str, usize)> {
    let (path, tail) = after.trim_start().strip_prefix('"')?.split_once('"')?;
    let tail = tail.trim_start().strip_prefix(';')?;
    let fits = !path.is_empty() && !path.contains(['\n', '\r']);
    fits.then(|| (path, after.len().saturating_sub(tail.len())))
}

/// `text` with a space for every comment, and all its newlines.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        // The path of an include is no string: its backslashes are no escapes.
        let (piece, length) = match rest.strip_prefix("#include").and_then(quoted) {
            Some((_, length)) => (Piece::Other, "#include".len().saturating_add(length)),
            None => piece(rest),
        };
        let (this, next) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        if piece == Piece::Comment {
            out.push(' ');
            out.extend(this.chars().filter(|&c| c == '\n'));
        } else {
            out.push_str(this);
        }
        rest = next;
    }
    out
}

/// Appends `text` with a space for every comment and `between` for every newline.
pub(super) fn join(text: &str, between: &str, out: &mut String) {
    for (index, line) in without_comments(text).split('\n').enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        out.push_str(line.trim_end_matches('\r'));
    }
}

/// Where in `text`, which has no comments, the inside of `? { ... }` or `{ ... }` is, if that is the whole of it; else
/// where all of it but the `?` is.
pub(super) fn unwrapped(text: &str) -> Range<usize> {
    let body = text.trim_start();
    let body = body.strip_prefix('?').unwrap_or(body).trim_start();
    let start = text.len().saturating_sub(body.len());
    let body = body.trim_end();
    let whole = start..start.saturating_add(body.len());
    let Some(inside) = body.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return whole;
    };
    let mut depth = 0_usize;
    let mut rest = inside;
    while let Some(c) = rest.chars().next() {
        let (piece, length) = piece(rest);
        match (piece, c) {
            (Piece::Other, '{') => depth = depth.saturating_add(1),
            // The first brace ends before the last.
            (Piece::Other, '}') if depth == 0 => return whole,
            (Piece::Other, '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    whole.start.saturating_add(1)..whole.end.saturating_sub(1)
}
