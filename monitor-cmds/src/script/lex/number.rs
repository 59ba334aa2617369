//! Integers and doubles.

use super::Kind;
use super::Lexer;
use crate::script::ScriptError;
use alloc::format;

impl<'s> Lexer<'s> {
    /// At a digit.
    pub(super) fn number(&mut self) -> Result<Kind<'s>, ScriptError> {
        let start = self.at;
        let word = self.take(|c| c.is_ascii_alphanumeric() || c == '_' || c == '`');
        let (prefix, base, kind) = match word.get(..2) {
            Some("0x") => (2, 16, "hexadecimal"),
            Some("0n") => (2, 10, "decimal"),
            Some("0o") => (2, 8, "octal"),
            Some("0y") => (2, 2, "binary"),
            _ => (0, 16, "hexadecimal"),
        };
        if self.rest().starts_with('.') {
            if prefix == 0 && word.bytes().all(|b| b.is_ascii_digit()) {
                self.skip(1);
                return self.fraction(start);
            }
            return Err(ScriptError::token(
                start,
                "only decimal digits without a prefix may stand before a '.'",
            ));
        }
        self.digits(start, word, prefix, base, kind)
    }

    /// The value of `word`, which begins at `start` and has hexadecimal digits and backticks only.
    pub(super) fn hexadecimal(&self, start: usize, word: &str) -> Result<Kind<'s>, ScriptError> {
        self.digits(start, word, 0, 16, "hexadecimal")
    }

    fn digits(
        &self,
        start: usize,
        word: &str,
        prefix: usize,
        base: u32,
        kind: &str,
    ) -> Result<Kind<'s>, ScriptError> {
        let mut value: Option<u64> = None;
        for (index, c) in word.char_indices().skip(prefix).filter(|&(_, c)| c != '`') {
            let place = start.saturating_add(index);
            let digit = c
                .to_digit(base)
                .ok_or_else(|| ScriptError::token(place, format!("'{c}' is no {kind} digit")))?;
            let high = value.unwrap_or(0);
            value = high
                .checked_mul(base.into())
                .and_then(|high| high.checked_add(digit.into()));
            if value.is_none() {
                return Err(ScriptError::token(start, "the number does not fit 64 bits"));
            }
        }
        value
            .map(Kind::Number)
            .ok_or_else(|| ScriptError::token(start, format!("expected {kind} digits after '{word}'")))
    }

    /// After the point of a floating-point literal that began at `start`.
    pub(super) fn fraction(&mut self, start: usize) -> Result<Kind<'s>, ScriptError> {
        self.take(|c| c.is_ascii_digit());
        let literal = self.source.get(start..self.at).unwrap_or_default();
        if let Some(c) = self.peek().filter(|&c| super::is_name(c) || c == '`' || c == '.') {
            return Err(ScriptError::token(
                self.at,
                format!(
                    "'{c}' may not follow '{literal}': a floating-point literal has decimal digits and one '.'"
                ),
            ));
        }
        let value: f64 = literal
            .parse()
            .map_err(|_| ScriptError::token(start, "expected decimal digits"))?;
        let nonzero = literal.bytes().any(|b| matches!(b, b'1'..=b'9'));
        if !value.is_finite() || (value == 0.0 && nonzero) {
            return Err(ScriptError::new(
                start,
                "Syntax Error: Floating-point literal is out of range",
            ));
        }
        Ok(Kind::Float(value.to_bits()))
    }
}
