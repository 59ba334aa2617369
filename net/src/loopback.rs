//! A transport that returns what it is sent: one direction of a line between two parts of a test.

use core::fmt;

use crate::Transport;
use crate::queue::Queue;

/// What is sent comes back, at most `N` bytes behind.
#[derive(Debug, Default)]
pub struct Loopback<const N: usize> {
    line: Queue<N>,
    interrupts: bool,
}

impl<const N: usize> Loopback<N> {
    /// An empty line.
    pub const fn new() -> Self {
        Self {
            line: Queue::new(),
            interrupts: false,
        }
    }

    /// The level of the interrupt line.
    pub const fn interrupt_raised(&self) -> bool {
        self.interrupts && !self.line.is_empty()
    }
}

impl<const N: usize> Transport for Loopback<N> {
    fn receive(&mut self) -> Option<u8> {
        self.line.pop()
    }

    fn ready_to_send(&mut self) -> bool {
        !self.line.is_full()
    }

    fn send(&mut self, bytes: &[u8]) -> usize {
        bytes.iter().take_while(|&&byte| self.line.push(byte)).count()
    }

    fn interrupts(&mut self, on: bool) {
        self.interrupts = on;
    }

    fn is_reliable(&self) -> bool {
        true
    }

    fn describe(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        write!(out, "loopback, {} of {N} bytes on the way", self.line.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut line = Loopback::<4>::new();
        assert_eq!(line.send(b"abcdef"), 4);
        assert!(!line.ready_to_send() && !line.interrupt_raised());
        line.interrupts(true);
        assert!(line.interrupt_raised());
        assert_eq!(
            core::iter::from_fn(|| line.receive()).collect::<Vec<_>>(),
            b"abcd"
        );
        assert!(line.ready_to_send() && !line.interrupt_raised());
    }
}
