//! What a CPU's scripts work with, of fixed size: running one allocates nothing.

use core::fmt;

use monitor_cmds::script::Scratch;

use super::messages::LINE;
use super::messages::Messages;

/// One CPU's working memory for scripts.
#[derive(Debug)]
pub struct Work {
    /// The virtual machine's.
    pub scratch: Scratch,
    /// What has been printed of a line.
    pub line: Line,
}

impl Work {
    /// Fresh memory.
    pub const fn new() -> Self {
        Self {
            scratch: Scratch::new(),
            line: Line {
                bytes: [0; LINE],
                used: 0,
            },
        }
    }
}

impl Default for Work {
    fn default() -> Self {
        Self::new()
    }
}

/// The line that is being printed.
#[derive(Debug)]
pub struct Line {
    bytes: [u8; LINE],
    used: usize,
}

impl Line {
    /// Prints into `messages` from here on.
    pub fn print_to<'a>(&'a mut self, messages: &'a Messages) -> Printer<'a> {
        Printer { line: self, messages }
    }
}

/// Takes text and puts it into a CPU's messages line by line.
#[derive(Debug)]
pub struct Printer<'a> {
    line: &'a mut Line,
    messages: &'a Messages,
}

impl Printer<'_> {
    /// Whether nothing has been printed since the last line's end.
    pub fn is_at_start(&self) -> bool {
        self.line.used == 0
    }

    /// Hands over what has been printed of a line.
    pub fn finish(&mut self) {
        let used = core::mem::take(&mut self.line.used);
        if let Some(text) = self.line.bytes.get(..used).filter(|text| !text.is_empty()) {
            self.messages.add(text);
        }
    }
}

impl fmt::Write for Printer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if let Some(slot) = self.line.bytes.get_mut(self.line.used) {
                *slot = byte;
                self.line.used += 1;
            }
            if byte == b'\n' || self.line.used == LINE {
                self.finish();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write;

    #[test]
    fn text_is_handed_over_by_lines_and_long_lines_in_parts() {
        let messages = Messages::new().unwrap();
        let mut work = Work::new();
        let mut printer = work.line.print_to(&messages);
        write!(printer, "a").unwrap();
        assert!(!messages.is_waiting() && !printer.is_at_start());
        write!(printer, "b\nc").unwrap();
        assert!(messages.is_waiting());
        printer.finish();
        assert!(printer.is_at_start());
        assert_eq!(messages.clear(), 2);
        write!(printer, "{}", "x".repeat(LINE + 1)).unwrap();
        assert_eq!(messages.clear(), 1);
        printer.finish();
        printer.finish();
        assert_eq!(messages.clear(), 1);
    }
}
