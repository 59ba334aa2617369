//! What every way to the debugger can do.

use core::fmt;

/// A line that carries bytes both ways and never waits.
pub trait Transport {
    /// The next byte that has arrived.
    fn receive(&mut self) -> Option<u8>;

    /// Whether [`Transport::send`] would take at least one byte now.
    fn ready_to_send(&mut self) -> bool;

    /// Takes as many bytes from the front of `bytes` as there is room for, and tells how many.
    fn send(&mut self, bytes: &[u8]) -> usize;

    /// Puts on the way what was taken. A transport that sends packets waits for this, so that a reply is one packet.
    fn flush(&mut self) {}

    /// Whether an arriving byte raises the device's interrupt line. Off while the line is polled anyway.
    fn interrupts(&mut self, on: bool);

    /// Whether bytes arrive whole and in order or not at all, so that acknowledgements above are needless.
    fn is_reliable(&self) -> bool;

    /// Writes what this line is and how it fares, for people: one line without its end.
    fn describe(&self, out: &mut dyn fmt::Write) -> fmt::Result;
}
