//! Numbers of assembly text: decimal unless something says otherwise, unlike the rest of the language.

/// Why a word that begins with a digit is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadNumber {
    /// A character is no digit of the base, which is 10 if nothing says otherwise.
    Digit,
    /// More than 64 bits.
    TooLarge,
}

/// The value of `word`: `0x10` and `10h` are hexadecimal, `0b10` and `10b` binary, `10o` and `10q` octal, `0n10`
/// and everything else decimal, leading zeros included. Backticks mean nothing, case does not matter.
pub(crate) fn parse(word: &str) -> Result<u64, BadNumber> {
    let (digits, base) = split(word);
    let mut value: Option<u64> = None;
    for c in digits.chars().filter(|&c| c != '`') {
        // No base is above 16, and to_digit panics only above 36.
        let digit = c.to_digit(base).ok_or(BadNumber::Digit)?;
        let next = value
            .unwrap_or(0)
            .checked_mul(base.into())
            .and_then(|high| high.checked_add(digit.into()));
        value = Some(next.ok_or(BadNumber::TooLarge)?);
    }
    value.ok_or(BadNumber::Digit)
}

fn split(word: &str) -> (&str, u32) {
    let prefix = |prefix: &str| {
        let head = word.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix)
            .then(|| word.get(prefix.len()..).unwrap_or_default())
    };
    let suffix = |suffix: char| word.strip_suffix([suffix, suffix.to_ascii_uppercase()]);
    if let Some(digits) = prefix("0x") {
        return (digits, 16);
    }
    if let Some(digits) = suffix('h') {
        return (digits, 16);
    }
    if let Some(digits) = prefix("0n") {
        return (digits, 10);
    }
    if let Some(digits) = prefix("0b").filter(|digits| !digits.is_empty()) {
        return (digits, 2);
    }
    if let Some(digits) = suffix('b') {
        return (digits, 2);
    }
    match suffix('o').or_else(|| suffix('q')) {
        Some(digits) => (digits, 8),
        None => (word, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        for (word, value) in [
            ("10", 10),
            ("010", 10),
            ("0n10", 10),
            ("0x10", 0x10),
            ("0XfF", 0xff),
            ("10h", 0x10),
            ("0FFH", 0xff),
            ("0bh", 0xb),
            ("0b101", 5),
            ("101b", 5),
            ("0x1b", 0x1b),
            ("0b", 0),
            ("17o", 15),
            ("17q", 15),
            ("0xfffff800`4ed6f010", 0xffff_f800_4ed6_f010),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse(word), Ok(value), "{word}");
        }
    }

    #[test]
    fn refused() {
        for (word, want) in [
            ("1f", BadNumber::Digit),
            ("0x", BadNumber::Digit),
            ("0xg", BadNumber::Digit),
            ("12b", BadNumber::Digit),
            ("8o", BadNumber::Digit),
            ("1é", BadNumber::Digit),
            ("18446744073709551616", BadNumber::TooLarge),
            ("0x10000000000000000", BadNumber::TooLarge),
        ] {
            assert_eq!(parse(word), Err(want), "{word}");
        }
    }
}
