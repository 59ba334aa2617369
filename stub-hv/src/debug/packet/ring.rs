//! The byte queue that outgoing frames lie in until they are acknowledged.
//!
//! A ring, so that a frame at the front can go while others are added at the back, without moving bytes.
//! A byte stays readable until it is discarded: that is what retransmission reads.

use managed::ManagedSlice;

/// A bounded queue of bytes over memory that the caller lends or owns.
#[derive(Debug)]
pub(super) struct Ring<'b> {
    memory: ManagedSlice<'b, u8>,
    start: usize,
    len: usize,
}

impl<'b> Ring<'b> {
    pub(super) fn new(memory: ManagedSlice<'b, u8>) -> Self {
        Self {
            memory,
            start: 0,
            len: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn free(&self) -> usize {
        self.memory.len().saturating_sub(self.len)
    }

    /// Where the byte `offset` places behind the front lies. `offset` is at most the capacity.
    fn place(&self, offset: usize) -> usize {
        let at = self.start.saturating_add(offset);
        let size = self.memory.len();
        if at >= size { at - size } else { at }
    }

    /// Appends one byte; false when there is no room.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        let at = self.place(self.len);
        if self.free() == 0 {
            return false;
        }
        let Some(slot) = self.memory.get_mut(at) else {
            return false;
        };
        *slot = byte;
        self.len += 1;
        true
    }

    /// Forgets what was appended after the queue was `len` bytes long.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Drops `count` bytes from the front.
    pub(super) fn discard(&mut self, count: usize) {
        let count = count.min(self.len);
        self.start = self.place(count);
        self.len -= count;
        if self.len == 0 {
            self.start = 0;
        }
    }

    /// The bytes `from..to` behind the front, as far as they lie in one piece.
    pub(super) fn piece(&self, from: usize, to: usize) -> &[u8] {
        let to = to.min(self.len);
        if from >= to {
            return &[];
        }
        let at = self.place(from);
        let end = at.saturating_add(to - from).min(self.memory.len());
        self.memory.get(at..end).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_order_across_the_seam() {
        let mut ring = Ring::new(ManagedSlice::Owned(vec![0; 5]));
        let mut next = 0_u8;
        let mut expect = 0_u8;
        for _ in 0..40 {
            while ring.push(next) {
                next = next.wrapping_add(1);
            }
            assert_eq!(ring.len(), 5);
            assert_eq!(ring.free(), 0);
            let piece = ring.piece(0, 3).to_vec();
            assert!(!piece.is_empty());
            for byte in &piece {
                assert_eq!(*byte, expect);
                expect = expect.wrapping_add(1);
            }
            ring.discard(piece.len());
        }
    }

    #[test]
    fn no_memory_means_no_room() {
        let mut ring = Ring::new(ManagedSlice::Owned(vec![]));
        assert!(!ring.push(1));
        assert!(ring.piece(0, 9).is_empty());
        ring.discard(3);
    }
}
