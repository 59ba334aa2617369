//! The words of the multiboot command line.
//!
//! A word is `name` or `name=value`; numbers are decimal or `0x` hexadecimal. Unknown words are ignored,
//! because a loader may put the kernel's path in front.

/// The command line and what of it every part needs.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    line: &'static str,
}

impl Options {
    /// Wraps the command line.
    pub(crate) fn parse(line: &'static str) -> Self {
        Self { line }
    }

    /// Whether the word stands on the line exactly so.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.line
            .split_ascii_whitespace()
            .any(|candidate| candidate == word)
    }

    /// The value of the first `name=value`.
    pub(crate) fn value(&self, name: &str) -> Option<&'static str> {
        self.line
            .split_ascii_whitespace()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    /// The value of `name=N` as a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        parse_number(self.value(name)?)
    }

    /// The number that follows the word `do=…`.
    pub(crate) fn action_number(&self) -> Option<u64> {
        let mut words = self
            .line
            .split_ascii_whitespace()
            .skip_while(|word| !word.starts_with("do="));
        words.next();
        parse_number(words.next()?)
    }
}

fn parse_number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
