//! Hexadecimal as the GDB remote protocol writes it.
//!
//! Numbers are big-endian digits without a prefix; data is two digits a byte. The parsers are strict:
//! whatever they let through can be handed to code that gives up on the first wrong digit.

/// The value of a hexadecimal digit of either case.
pub const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The lower-case digit for the low four bits of `value`.
pub const fn digit(value: u8) -> u8 {
    match value & 0xf {
        low @ 0..=9 => b'0' + low,
        low => b'a' + (low - 10),
    }
}

/// The two digits of one byte.
pub const fn pair(byte: u8) -> [u8; 2] {
    [digit(byte >> 4), digit(byte)]
}

/// A whole number: at least one digit, any number of leading zeros, `None` when it needs more than 64 bits.
pub fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, &c| {
        let low = u64::from(nibble(c)?);
        (value >> 60 == 0).then_some(value << 4 | low)
    })
}

/// How many bytes `text` spells when it is two hexadecimal digits a byte and nothing else.
pub fn data_len(text: &[u8]) -> Option<usize> {
    (text.len().is_multiple_of(2) && text.iter().all(|&c| nibble(c).is_some())).then_some(text.len() / 2)
}

/// The bytes that `text` spells; ends at the first pair that is not two digits.
pub fn bytes(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    text.chunks_exact(2).map_while(|pair| match pair {
        [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    })
}

/// The digits of `value` without leading zeros (`0` for zero).
pub fn digits(value: u64) -> impl Iterator<Item = u8> {
    let count = (64 - value.leading_zeros()).div_ceil(4).max(1);
    (0..count).rev().map(move |at| digit((value >> (at * 4)) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_strict_and_bounded() {
        assert_eq!(number(b"0"), Some(0));
        assert_eq!(number(b"ffffFFFFffffFFFF"), Some(u64::MAX));
        assert_eq!(number(b"000000000000000000001"), Some(1));
        assert_eq!(number(b"10000000000000000"), None);
        assert_eq!(number(b""), None);
        assert_eq!(number(b"0x1"), None);
        assert_eq!(number(b"-1"), None);
    }

    #[test]
    fn digits_are_the_inverse_of_number() {
        for value in [0, 1, 0xf, 0x10, 0xdead_beef, u64::MAX] {
            let text: Vec<u8> = digits(value).collect();
            assert_eq!(number(&text), Some(value));
            assert!(value == 0 || text[0] != b'0');
        }
    }

    #[test]
    fn data_is_pairs_of_digits() {
        assert_eq!(data_len(b"00fF"), Some(2));
        assert_eq!(data_len(b""), Some(0));
        assert_eq!(data_len(b"0"), None);
        assert_eq!(data_len(b"0g"), None);
        assert_eq!(bytes(b"00fF7").collect::<Vec<_>>(), [0, 0xff]);
    }
}
