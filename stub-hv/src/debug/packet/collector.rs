//! What the protocol engine writes, as frame bodies.
//!
//! The engine runs with acknowledgements on and run lengths off, so it writes `+$body#cs`. Its framing is
//! taken off again: acknowledging and encoding are the sender's, for every reply alike.

use core::convert::Infallible;

use gdbstub::conn::Connection;
use managed::ManagedSlice;

/// Bytes in front of each body: its length and whether it was cut.
const HEADER: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    Body,
    Checksum(u8),
}

/// Collects the frames of one request. Give the engine `&mut` of it, so that it outlives an engine that gives up.
#[derive(Debug)]
pub struct StubOutput<'b> {
    memory: ManagedSlice<'b, u8>,
    len: usize,
    /// Where the header of the frame that is being written lies.
    open: usize,
    cut: bool,
    state: State,
}

impl<'b> StubOutput<'b> {
    /// A collector for as many frames as fit into `memory`, which should hold twice [`super::PACKET_SIZE`].
    pub fn new(memory: ManagedSlice<'b, u8>) -> Self {
        Self {
            memory,
            len: 0,
            open: 0,
            cut: false,
            state: State::Outside,
        }
    }

    /// Forgets everything: what an engine wrote that then gave up, or what it answered to a replay.
    pub fn clear(&mut self) {
        self.len = 0;
        self.state = State::Outside;
    }

    /// Whether no frame is complete.
    pub fn is_empty(&self) -> bool {
        self.frames().next().is_none()
    }

    /// The complete frames in order: the body, and whether its end is missing because there was no room.
    pub fn frames(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let end = if self.state == State::Outside {
            self.len
        } else {
            self.open
        };
        let mut rest = self.memory.get(..end).unwrap_or(&[]);
        core::iter::from_fn(move || {
            let [low, high, cut, after @ ..] = rest else {
                return None;
            };
            let (body, after) = after.split_at_checked(usize::from(u16::from_le_bytes([*low, *high])))?;
            rest = after;
            Some((body, *cut != 0))
        })
    }

    fn push(&mut self, byte: u8) {
        match self.memory.get_mut(self.len) {
            Some(slot) if self.len - self.open < HEADER + usize::from(u16::MAX) => {
                *slot = byte;
                self.len += 1;
            }
            _ => self.cut = true,
        }
    }

    fn begin(&mut self) {
        self.open = self.len;
        self.cut = false;
        self.state = State::Body;
        for _ in 0..HEADER {
            self.push(0);
        }
    }

    fn end(&mut self) {
        self.state = State::Outside;
        let length = self.len.saturating_sub(self.open + HEADER);
        let [low, high] = u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
        match self.memory.get_mut(self.open..self.open + HEADER) {
            Some(header) => header.copy_from_slice(&[low, high, u8::from(self.cut)]),
            // Not even room for the header: the frame leaves no trace.
            None => self.len = self.open,
        }
    }

    fn take(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Outside, b'$') => return self.begin(),
            (State::Outside, _) => State::Outside,
            (State::Body, b'#') => State::Checksum(0),
            (State::Body, byte) => return self.push(byte),
            (State::Checksum(0), _) => State::Checksum(1),
            (State::Checksum(_), _) => return self.end(),
        };
    }
}

impl Connection for StubOutput<'_> {
    type Error = Infallible;

    fn write(&mut self, byte: u8) -> Result<(), Infallible> {
        self.take(byte);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Connection for &mut StubOutput<'_> {
    type Error = Infallible;

    fn write(&mut self, byte: u8) -> Result<(), Infallible> {
        self.take(byte);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(size: usize, bytes: &[u8]) -> Vec<(Vec<u8>, bool)> {
        let mut out = StubOutput::new(ManagedSlice::Owned(vec![0; size]));
        out.write_all(bytes).unwrap();
        out.frames().map(|(body, cut)| (body.to_vec(), cut)).collect()
    }

    #[test]
    fn several_frames_to_one_request() {
        let frames = collect(64, b"+$O6869#xx$OK#9a$half");
        assert_eq!(frames, [(b"O6869".to_vec(), false), (b"OK".to_vec(), false)]);
        assert_eq!(collect(64, b"+$#00"), [(vec![], false)]);
    }

    #[test]
    fn what_does_not_fit_is_cut_and_marked() {
        assert_eq!(collect(8, b"$0123456789#xx$OK#9a"), [(b"01234".to_vec(), true)]);
        assert_eq!(collect(10, b"$01234#xx$OK#9a"), [(b"01234".to_vec(), false)]);
    }

    #[test]
    fn clearing_forgets_half_a_frame() {
        let mut out = StubOutput::new(ManagedSlice::Owned(vec![0; 64]));
        out.write_all(b"+$m00").unwrap();
        out.clear();
        assert!(out.is_empty());
        out.write_all(b"$E01#a6").unwrap();
        assert_eq!(out.frames().next(), Some((&b"E01"[..], false)));
    }
}
