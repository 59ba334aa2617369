//! Frames on their way out: order, acknowledgement, retransmission.
//!
//! While acknowledgements are on, one frame is out at a time and stays in the ring until the client took it;
//! with them off, everything goes as fast as the line carries it. Acknowledgements of ours go between frames,
//! never inside one. A client that does not answer at all gets every frame a bounded number of times once,
//! and from then on frames flow past it: nobody waits for a cable that is not plugged in.

use heapless::Deque;
use managed::ManagedSlice;

use super::frame::FrameWriter;
use super::ring::Ring;

/// How many frames can wait; console frames may not take the last eight.
const FRAMES: usize = 128;
const FRAMES_FOR_REPLIES: usize = 8;
/// How many of our own `+` and `-` can wait for a frame to end.
const ACKS: usize = 64;
/// How often a frame is sent again because the client said `-`.
const NACK_LIMIT: u8 = 16;

/// There is no room for this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// How patiently frames are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Milliseconds without `+` or `-` after which a frame is sent again.
    pub timeout: u64,
    /// How often it is sent again before the sender goes on without an answer.
    pub retries: u8,
}

/// What has happened to frames so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames sent again, for a `-` or for silence.
    pub retransmitted: u64,
    /// Frames the client never acknowledged.
    pub unacknowledged: u64,
}

/// The queue of outgoing frames.
#[derive(Debug)]
pub struct Sender<'b> {
    ring: Ring<'b>,
    /// Lengths of the frames in the ring.
    frames: Deque<usize, FRAMES>,
    /// How much of the first frame is sent.
    sent: usize,
    /// Since when (milliseconds) the first frame, wholly sent, waits for `+`.
    waiting: Option<u64>,
    tries: u8,
    nacks: u8,
    /// The first frame is half out and acknowledged already: it must end, but nobody waits for its `+`.
    no_wait: bool,
    /// A frame was given up; nobody waits until the client shows itself.
    silent: bool,
    acks: bool,
    own: Deque<u8, ACKS>,
    patience: Patience,
    counters: Counters,
}

impl<'b> Sender<'b> {
    /// A sender with acknowledgements on, whose frames live in `memory`.
    pub fn new(memory: ManagedSlice<'b, u8>, patience: Patience) -> Self {
        Self {
            ring: Ring::new(memory),
            frames: Deque::new(),
            sent: 0,
            waiting: None,
            tries: 0,
            nacks: 0,
            no_wait: false,
            silent: false,
            acks: true,
            own: Deque::new(),
            patience,
            counters: Counters::default(),
        }
    }

    /// Whether the client acknowledges frames and wants its own acknowledged.
    pub const fn acks(&self) -> bool {
        self.acks
    }

    /// What has happened to frames so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Bytes of room for more frames.
    pub fn free(&self) -> usize {
        if self.frames.is_full() {
            0
        } else {
            self.ring.free()
        }
    }

    /// Whether a console frame may take one of the remaining places for frames.
    pub fn free_for_console(&self) -> usize {
        if self.frames.len() + FRAMES_FOR_REPLIES >= FRAMES {
            0
        } else {
            self.ring.free()
        }
    }

    /// Whether nothing is queued, half sent or unacknowledged.
    pub fn is_idle(&self) -> bool {
        self.frames.is_empty() && self.own.is_empty()
    }

    /// Switches acknowledgements; a frame that waits for one is done when they go off.
    pub fn set_acks(&mut self, on: bool) {
        self.acks = on;
        if !on && self.waiting.is_some() {
            self.pop();
        }
    }

    /// Queues one frame that `fill` writes.
    pub fn frame(&mut self, rle: bool, fill: impl FnOnce(&mut FrameWriter<'_, 'b>)) -> Result<(), Full> {
        if self.frames.is_full() {
            return Err(Full);
        }
        let mut writer = FrameWriter::begin(&mut self.ring, rle);
        fill(&mut writer);
        let len = writer.finish().ok_or(Full)?;
        self.frames.push_back(len).map_err(|_| Full)
    }

    /// Answers a packet of the client's with `+` or `-`. When too many wait, it is left out: the client asks again.
    pub fn acknowledge(&mut self, sign: u8) {
        let _ = self.own.push_back(sign);
    }

    /// Forgets every frame and starts with acknowledgements on. A half sent frame is ended with a checksum
    /// that is wrong, so that the new client finds the start of the next.
    pub fn reset(&mut self) {
        self.own.clear();
        if self.sent > 0 && self.waiting.is_none() {
            for byte in *b"#zz" {
                self.acknowledge(byte);
            }
        }
        self.frames.clear();
        self.ring.discard(self.ring.len());
        self.sent = 0;
        self.settle();
        self.silent = false;
        self.acks = true;
    }

    fn settle(&mut self) {
        self.waiting = None;
        self.tries = 0;
        self.nacks = 0;
        self.no_wait = false;
    }

    fn pop(&mut self) {
        if let Some(len) = self.frames.pop_front() {
            self.ring.discard(len);
        }
        self.sent = 0;
        self.settle();
    }

    fn again(&mut self) {
        self.sent = 0;
        self.waiting = None;
        self.counters.retransmitted += 1;
    }

    /// Whether frames wait to be sent, or for `+`.
    pub fn is_waiting(&self) -> bool {
        !self.frames.is_empty() || self.waiting.is_some()
    }

    /// The client sent `+`. False when there was nothing to acknowledge.
    pub fn on_ack(&mut self) -> bool {
        self.silent = false;
        let expected = self.waiting.is_some();
        if expected {
            self.pop();
        }
        expected
    }

    /// The client sent `-`.
    pub fn on_nack(&mut self) {
        self.silent = false;
        if self.waiting.is_none() {
            return;
        }
        self.nacks = self.nacks.saturating_add(1);
        if self.nacks > NACK_LIMIT {
            self.counters.unacknowledged += 1;
            self.pop();
        } else {
            self.again();
        }
    }

    /// The client sent a packet, so it has what was sent to it before.
    pub fn on_packet(&mut self) {
        if self.waiting.is_some() {
            self.pop();
        } else if self.sent > 0 {
            self.no_wait = true;
        }
    }

    /// Lets time pass: sends again what stayed unanswered. `now` is in milliseconds.
    pub fn poll(&mut self, now: u64) {
        let Some(since) = self.waiting else { return };
        if now.saturating_sub(since) < self.patience.timeout {
            return;
        }
        if self.tries < self.patience.retries {
            self.tries += 1;
            self.again();
        } else {
            self.counters.unacknowledged += 1;
            self.silent = true;
            self.pop();
        }
    }

    /// When [`Sender::poll`] next has something to do, in milliseconds.
    pub fn deadline(&self) -> Option<u64> {
        self.waiting
            .map(|since| since.saturating_add(self.patience.timeout))
    }

    fn waits(&self) -> bool {
        self.acks && !self.silent && !self.no_wait
    }

    /// The bytes to send next, in one piece; empty when there are none now. Tell [`Sender::sent`] how many went.
    pub fn pending(&self) -> &[u8] {
        if self.sent == 0 {
            let (first, second) = self.own.as_slices();
            if !first.is_empty() {
                return first;
            }
            if !second.is_empty() {
                return second;
            }
        }
        if self.waiting.is_some() {
            return &[];
        }
        let end = if self.waits() || !self.own.is_empty() || self.no_wait {
            self.frames.front().copied().unwrap_or(0)
        } else {
            self.ring.len()
        };
        self.ring.piece(self.sent, end)
    }

    /// `count` bytes of [`Sender::pending`] were sent at `now` (milliseconds). Nothing may be queued between the two
    /// calls: an acknowledgement goes before a frame that has not begun.
    pub fn sent(&mut self, count: usize, now: u64) {
        if self.sent == 0 && !self.own.is_empty() {
            for _ in 0..count {
                self.own.pop_front();
            }
            return;
        }
        self.sent = self.sent.saturating_add(count).min(self.ring.len());
        while let Some(&len) = self.frames.front()
            && self.sent >= len
        {
            if self.waits() {
                self.sent = len;
                self.waiting = Some(now);
                return;
            }
            let rest = self.sent - len;
            self.pop();
            self.sent = rest;
        }
    }
}

#[cfg(test)]
mod tests;
