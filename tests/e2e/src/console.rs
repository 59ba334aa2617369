//! The guest's first serial port: a thread collects what comes, a test waits for what it expects.
//!
//! A reader has a place in the text and moves on with everything it finds, so that the same line is never
//! taken for the next one of its kind.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How much of the text an error shows.
const SHOWN: usize = 2000;

/// Everything a guest has printed.
#[derive(Debug, Clone, Default)]
pub struct Console {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    text: Mutex<Text>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Text {
    bytes: Vec<u8>,
    /// Up to here a test has found what it waited for.
    found: usize,
    ended: bool,
}

impl Console {
    /// Collects what `source` gives, in a thread of its own, until it ends.
    pub fn collect(mut source: impl Read + Send + 'static) -> Self {
        let console = Self::default();
        let writer = console.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let count = source.read(&mut buffer).unwrap_or(0);
                let mut text = writer.lock();
                text.bytes
                    .extend_from_slice(buffer.get(..count).unwrap_or_default());
                text.ended = count == 0;
                writer.shared.more.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        console
    }

    fn lock(&self) -> MutexGuard<'_, Text> {
        self.shared.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `wanted` behind what was found last; gives the line it stands in, without its line end.
    ///
    /// # Errors
    /// It has not come within `patience`, or the machine has ended without it.
    pub fn wait_for(&self, wanted: &str, patience: Duration) -> Result<String> {
        let deadline = Instant::now() + patience;
        let mut text = self.lock();
        loop {
            let from = text.found;
            let rest = text.bytes.get(from..).unwrap_or_default();
            if let Some(place) = find(rest, wanted.as_bytes()) {
                let whole = find(rest.get(place..).unwrap_or_default(), b"\n");
                if let Some(length) = whole.or(text.ended.then_some(rest.len() - place)) {
                    let start = rest.get(..place).unwrap_or_default();
                    let start = start
                        .iter()
                        .rposition(|&byte| byte == b'\n')
                        .map_or(0, |at| at + 1);
                    let line = lossy(rest.get(start..place + length).unwrap_or_default());
                    text.found = from + place + length.max(wanted.len());
                    return Ok(line.trim_end_matches('\r').to_owned());
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || text.ended {
                let why = if text.ended {
                    "the machine ended"
                } else {
                    "time ran out"
                };
                let printed = text.bytes.clone();
                drop(text);
                bail!("`{wanted}` did not come on COM1: {why}. {}", tail(&printed));
            }
            let waited = self.shared.more.wait_timeout(text, left);
            text = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// As [`Console::wait_for`], for text that no line end follows, such as a prompt.
    ///
    /// # Errors
    /// As [`Console::wait_for`].
    pub fn wait_for_prompt(&self, wanted: &str, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        let mut text = self.lock();
        loop {
            let from = text.found;
            if let Some(place) = find(text.bytes.get(from..).unwrap_or_default(), wanted.as_bytes()) {
                text.found = from + place + wanted.len();
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || text.ended {
                let printed = text.bytes.clone();
                drop(text);
                bail!("`{wanted}` did not come on COM1. {}", tail(&printed));
            }
            let waited = self.shared.more.wait_timeout(text, left);
            text = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Everything since the start.
    #[must_use]
    pub fn text(&self) -> String {
        lossy(&self.lock().bytes)
    }

    /// How many lines contain `wanted` so far.
    #[must_use]
    pub fn count(&self, wanted: &str) -> usize {
        self.text().lines().filter(|line| line.contains(wanted)).count()
    }

    /// The end of the text, for error messages.
    #[must_use]
    pub fn tail(&self) -> String {
        tail(&self.lock().bytes)
    }
}

fn tail(bytes: &[u8]) -> String {
    let from = bytes.len().saturating_sub(SHOWN);
    let shown = lossy(bytes.get(from..).unwrap_or_default());
    format!("COM1 so far:\n{}", shown.replace('\r', ""))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len().max(1))
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_given_whole_and_only_once() {
        let console = Console::collect(&b"one: 1\r\ntwo: 2\r\none: 3"[..]);
        let wait = |text: &str| console.wait_for(text, Duration::from_secs(1));
        assert_eq!(wait("ne:").unwrap(), "one: 1");
        assert_eq!(wait("one").unwrap(), "one: 3");
        let message = wait("two").unwrap_err().to_string();
        assert!(
            message.contains("the machine ended") && message.contains("two: 2"),
            "{message}"
        );
        assert_eq!(console.count("one"), 2);
    }
}
