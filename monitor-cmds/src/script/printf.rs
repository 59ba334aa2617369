//! Format texts of `printf`, taken apart at compile time.
//!
//! Beside HyperDbg's conversions there are, as in C: flags `-0+ #`, a width, a precision, `%X` and `%%`. What is no
//! conversion is text.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// A format text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) pieces: Box<[Piece]>,
}

/// A part of a format text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Box<[u8]>),
    Value(Spec),
}

/// One conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) conversion: Conversion,
    pub(crate) bytes: u8,
    /// `-`.
    pub(crate) left: bool,
    /// `0`.
    pub(crate) zeros: bool,
    /// `+`.
    pub(crate) plus: bool,
    /// A space.
    pub(crate) space: bool,
    /// `#`.
    pub(crate) prefix: bool,
    pub(crate) width: u16,
    pub(crate) precision: Option<u16>,
}

/// What a conversion makes of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    Signed,
    Unsigned,
    Octal,
    Hex,
    UpperHex,
    Character,
    Pointer,
    Text,
    WideText,
    Float,
}

/// Longest first, so that `lld` is not taken for `l`.
const CONVERSIONS: &[(&[u8], Conversion, u8)] = &{
    use Conversion as C;
    [
        (b"lld", C::Signed, 8),
        (b"lli", C::Signed, 8),
        (b"llu", C::Unsigned, 8),
        (b"llo", C::Octal, 8),
        (b"llx", C::Hex, 8),
        (b"llX", C::UpperHex, 8),
        (b"ws", C::WideText, 8),
        (b"ls", C::WideText, 8),
        (b"ld", C::Signed, 8),
        (b"li", C::Signed, 8),
        (b"lu", C::Unsigned, 8),
        (b"lo", C::Octal, 8),
        (b"lx", C::Hex, 8),
        (b"lX", C::UpperHex, 8),
        (b"hd", C::Signed, 2),
        (b"hi", C::Signed, 2),
        (b"hu", C::Unsigned, 2),
        (b"ho", C::Octal, 2),
        (b"hx", C::Hex, 2),
        (b"hX", C::UpperHex, 2),
        (b"d", C::Signed, 4),
        (b"i", C::Signed, 4),
        (b"u", C::Unsigned, 4),
        (b"o", C::Octal, 4),
        (b"x", C::Hex, 4),
        (b"X", C::UpperHex, 4),
        (b"c", C::Character, 1),
        (b"p", C::Pointer, 8),
        (b"s", C::Text, 8),
        (b"f", C::Float, 8),
    ]
};

impl Format {
    /// Takes `text` apart.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut pieces = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text;
        while let Some((&byte, after)) = rest.split_first() {
            if byte == b'%' {
                if let Some(tail) = after.strip_prefix(b"%") {
                    literal.push(b'%');
                    rest = tail;
                    continue;
                }
                if let Some((spec, tail)) = conversion(after) {
                    if !literal.is_empty() {
                        pieces.push(Piece::Text(core::mem::take(&mut literal).into()));
                    }
                    pieces.push(Piece::Value(spec));
                    rest = tail;
                    continue;
                }
            }
            literal.push(byte);
            rest = after;
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal.into()));
        }
        Self {
            pieces: pieces.into(),
        }
    }

    /// The conversions in order.
    pub(crate) fn specs(&self) -> impl Iterator<Item = Spec> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(spec) => Some(*spec),
            Piece::Text(_) => None,
        })
    }
}

fn conversion(text: &[u8]) -> Option<(Spec, &[u8])> {
    let flags = text.iter().take_while(|byte| b"-0+ #".contains(byte)).count();
    let (flags, rest) = text.split_at_checked(flags)?;
    let (width, rest) = number(rest);
    let (precision, rest) = match rest.strip_prefix(b".") {
        Some(rest) => {
            let (precision, rest) = number(rest);
            (Some(precision.unwrap_or(0)), rest)
        }
        None => (None, rest),
    };
    let &(word, conversion, bytes) = CONVERSIONS.iter().find(|row| rest.starts_with(row.0))?;
    let has = |flag| flags.contains(&flag);
    let spec = Spec {
        conversion,
        bytes,
        left: has(b'-'),
        zeros: has(b'0'),
        plus: has(b'+'),
        space: has(b' '),
        prefix: has(b'#'),
        width: width.unwrap_or(0),
        precision,
    };
    Some((spec, rest.get(word.len()..)?))
}

/// A decimal number and what follows it. One too large to be met is held as the largest.
fn number(text: &[u8]) -> (Option<u16>, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let Some((digits, rest)) = text.split_at_checked(digits) else {
        return (None, text);
    };
    let value = digits.iter().fold(0_u16, |value, digit| {
        value
            .saturating_mul(10)
            .saturating_add(u16::from(digit.wrapping_sub(b'0')))
    });
    ((!digits.is_empty()).then_some(value), rest)
}
