//! Numbers as the language writes them: hexadecimal unless a prefix says decimal.
//!
//! Prefixes, in either case: `0x` `\x` `x` are hexadecimal, `0n` `\n` `n` decimal. Backticks may stand anywhere
//! and mean nothing. There is no sign, no octal and no binary at this level.

/// Why a word is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Nothing is left after the prefix, or a character is no digit of the base.
    NotANumber,
    /// The value needs more than the 32 bits asked for.
    TooLarge,
}

const PREFIXES: [(&str, u64); 6] = [
    ("0x", 16),
    ("\\x", 16),
    ("x", 16),
    ("0n", 10),
    ("\\n", 10),
    ("n", 10),
];

/// The value of `word`; a value of more than 64 bits saturates to all ones, as HyperDbg has it.
///
/// # Errors
/// [`NumberError::NotANumber`].
pub fn parse_u64(word: &str) -> Result<u64, NumberError> {
    let (prefix, base) = PREFIXES
        .iter()
        .find(|(prefix, _)| {
            word.get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        })
        .map_or((0, 16), |&(prefix, base)| (prefix.len(), base));
    let mut value: Option<u64> = None;
    for c in word.chars().skip(prefix).filter(|&c| c != '`') {
        // Both bases are below 37, where to_digit would panic.
        let digit = c.to_digit(base as u32).ok_or(NumberError::NotANumber)?;
        let high = value.unwrap_or(0);
        value = Some(
            high.checked_mul(base)
                .and_then(|high| high.checked_add(digit.into()))
                .unwrap_or(u64::MAX),
        );
    }
    value.ok_or(NumberError::NotANumber)
}

/// The value of `word` if it fits 32 bits.
///
/// # Errors
/// [`NumberError::NotANumber`], or [`NumberError::TooLarge`] above ffffffff.
pub fn parse_u32(word: &str) -> Result<u32, NumberError> {
    u32::try_from(parse_u64(word)?).map_err(|_| NumberError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_and_prefixes() {
        for (word, value) in [
            ("10", 0x10),
            ("3F8", 0x3f8),
            ("0x3f8", 0x3f8),
            ("0X3f8", 0x3f8),
            ("x1f", 0x1f),
            ("\\X1f", 0x1f),
            ("0n10", 10),
            ("0N1016", 1016),
            ("n16", 16),
            ("\\n16", 16),
            ("fffff800`4ed6f010", 0xffff_f800_4ed6_f010),
            ("`1`", 1),
            ("0", 0),
            ("ffffffffffffffff", u64::MAX),
            ("1ffffffffffffffff", u64::MAX),
            ("0n99999999999999999999", u64::MAX),
        ] {
            assert_eq!(parse_u64(word), Ok(value), "{word}");
        }
    }

    #[test]
    fn refusals() {
        for word in [
            "", "0x", "0n", "n", "`", "-1", "+1", "0n1f", "0o17", "12g", "3f8h", "0x0x1", "1 2", "é",
        ] {
            assert_eq!(parse_u64(word), Err(NumberError::NotANumber), "{word}");
        }
        assert_eq!(parse_u32("100000000"), Err(NumberError::TooLarge));
        assert_eq!(parse_u32("ffffffff"), Ok(u32::MAX));
    }
}
