//! Splits assembly text into tokens.

use crate::asm::error::AsmError;
use crate::asm::number;
use crate::asm::number::BadNumber;
use alloc::format;
use alloc::vec::Vec;

/// What a [`Token`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'t> {
    /// A mnemonic, register, keyword or label.
    Word(&'t str),
    /// A number, or a quoted character outside of data.
    Number(u64),
    /// `"..."` or `'...'`, escapes resolved.
    Text(Vec<u8>),
    /// `<...>`, the text between the marks.
    Symbol(&'t str),
    /// `1to8`, the number of elements.
    Broadcast(u64),
    /// One mark.
    Mark(char),
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `;`, a newline, or the end of the text.
    Separator,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind<'t>,
    /// Byte offset of its first character.
    pub(crate) offset: usize,
}

const MARKS: &str = ",[](){}:+-*/%&|^~=";

fn begins_word(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '@' | '?' | '$' | '!')
}

/// The tokens of `text`, the last one a separator.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, AsmError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = skipped(rest) {
            at = at.saturating_add(length);
            continue;
        }
        let (kind, length) = token(rest, at)?;
        tokens.push(Token { kind, offset: at });
        at = at.saturating_add(length);
    }
    tokens.push(Token {
        kind: Kind::Separator,
        offset: text.len(),
    });
    Ok(tokens)
}

/// Bytes of white space or of a comment at the start of `rest`.
fn skipped(rest: &str) -> Option<usize> {
    let blank = rest.len().saturating_sub(
        rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n')
            .len(),
    );
    if blank > 0 {
        return Some(blank);
    }
    if rest.starts_with('#') || rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let body = rest.strip_prefix("/*")?;
    // An unclosed comment reaches to the end.
    Some(body.find("*/").map_or(rest.len(), |end| end.saturating_add(4)))
}

fn token(rest: &str, at: usize) -> Result<(Kind<'_>, usize), AsmError> {
    let first = rest.chars().next().unwrap_or_default();
    let length_of = |part: fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
    if first.is_ascii_digit() {
        let length = length_of(|c| c.is_ascii_alphanumeric() || matches!(c, '`' | '_'));
        let word = rest.get(..length).unwrap_or_default();
        if let Some(count) = broadcast(word) {
            return Ok((Kind::Broadcast(count), length));
        }
        let value = number::parse(word).map_err(|reason| bad_number(word, reason, at))?;
        return Ok((Kind::Number(value), length));
    }
    if begins_word(first) {
        let length = length_of(|c| begins_word(c) || c.is_ascii_digit());
        return Ok((Kind::Word(rest.get(..length).unwrap_or_default()), length));
    }
    for (text, kind) in [("<<", Kind::ShiftLeft), (">>", Kind::ShiftRight)] {
        if rest.starts_with(text) {
            return Ok((kind, 2));
        }
    }
    match first {
        ';' | '\n' => Ok((Kind::Separator, 1)),
        '<' => {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner
                .find(['>', '\n', ';'])
                .filter(|&end| inner.get(end..).is_some_and(|tail| tail.starts_with('>')))
                .ok_or_else(|| AsmError::new(at, "the symbol that begins here has no closing '>'"))?;
            let name = inner.get(..end).unwrap_or_default();
            Ok((Kind::Symbol(name), end.saturating_add(2)))
        }
        '"' | '\'' => quoted(rest, first, at),
        c if MARKS.contains(c) => Ok((Kind::Mark(c), 1)),
        c if c.is_control() => Err(AsmError::new(at, "a control character has no meaning here")),
        c => Err(AsmError::new(at, format!("'{c}' has no meaning here"))),
    }
}

/// N of `1toN`.
fn broadcast(word: &str) -> Option<u64> {
    let head = word.get(..3).filter(|head| head.eq_ignore_ascii_case("1to"));
    head.and_then(|_| word.get(3..)?.parse().ok())
}

fn bad_number(word: &str, reason: BadNumber, at: usize) -> AsmError {
    let message = match reason {
        BadNumber::TooLarge => format!("'{word}' does not fit 64 bits"),
        BadNumber::Digit => format!(
            "'{word}' is not a number: decimal, hexadecimal as 0x10 or 10h, binary as 0b10, octal as 10o"
        ),
    };
    AsmError::new(at, message)
}

/// The bytes between `quote` and the next one.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(Kind<'static>, usize), AsmError> {
    let open = || AsmError::new(at, format!("the text that begins here has no closing {quote}"));
    let mut bytes = Vec::new();
    let mut chars = rest.char_indices().skip(1);
    let mut buffer = [0; 4];
    loop {
        let (index, c) = chars.next().filter(|&(_, c)| c != '\n').ok_or_else(open)?;
        if c == quote {
            return Ok((Kind::Text(bytes), index.saturating_add(1)));
        }
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            continue;
        }
        let (escape, c) = chars.next().ok_or_else(open)?;
        let byte = match c {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            '0' => 0,
            '\\' => b'\\',
            '\'' => b'\'',
            '"' => b'"',
            'x' => {
                let digits = rest.get(escape.saturating_add(1)..escape.saturating_add(3));
                let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                chars.next();
                chars.next();
                value.ok_or_else(|| {
                    AsmError::new(at.saturating_add(escape), "\\x takes two hexadecimal digits")
                })?
            }
            _ => {
                let message = "unknown escape; there are \\n \\r \\t \\0 \\\\ \\' \\\" and \\xNN";
                return Err(AsmError::new(at.saturating_add(escape), message));
            }
        };
        bytes.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_places() {
        let list = tokens("x: mov [eax-1fh],\t<a!b+10> ; db 'a\\x41',1<<2 # rest\n/* no */nop//no").unwrap();
        let kinds: Vec<_> = list.iter().map(|token| token.kind.clone()).collect();
        let mark = Kind::Mark;
        assert_eq!(
            kinds,
            [
                Kind::Word("x"),
                mark(':'),
                Kind::Word("mov"),
                mark('['),
                Kind::Word("eax"),
                mark('-'),
                Kind::Number(0x1f),
                mark(']'),
                mark(','),
                Kind::Symbol("a!b+10"),
                Kind::Separator,
                Kind::Word("db"),
                Kind::Text(b"aA".to_vec()),
                mark(','),
                Kind::Number(1),
                Kind::ShiftLeft,
                Kind::Number(2),
                Kind::Separator,
                Kind::Word("nop"),
                Kind::Separator,
            ]
        );
        assert_eq!((list[2].offset, list[9].offset, list[18].offset), (3, 18, 60));
    }

    #[test]
    fn refused() {
        for (text, offset) in [
            ("nop \u{1b}", 4),
            ("nop é", 4),
            ("mov eax, 1f", 9),
            ("jmp <nt!x", 4),
            ("jmp <nt;x>", 4),
            ("db 'abc", 3),
            ("db '\\q'", 5),
            ("db '\\xg1'", 5),
            ("db 0x1ffffffffffffffff", 3),
        ] {
            assert_eq!(tokens(text).map_err(|error| error.offset), Err(offset), "{text}");
        }
    }
}
