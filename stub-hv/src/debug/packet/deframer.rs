//! Bytes in, packets out: finds `$body#cs` in whatever the line delivers.
//!
//! It can be in the middle of nothing or in the middle of a packet; every other state heals by itself. A `$`
//! always starts a packet, because inside one it would be escaped. A packet that outgrows the buffer is
//! followed to its checksum, so that what comes after it is not taken for packets.

use managed::ManagedSlice;

use super::hex;

/// How long a started packet may pause before it counts as lost, in milliseconds. Shorter than any client's
/// own patience, so that a Ctrl-C after a lost `#` is not swallowed as data.
const PAUSE_LIMIT: u64 = 2_000;

/// What a byte completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A packet with the right checksum: its body is [`Deframer::body`].
    Packet,
    /// A packet with a wrong or unreadable checksum.
    Damaged,
    /// A packet with the right checksum that was longer than the buffer.
    TooLong,
    /// `+`
    Ack,
    /// `-`
    Nack,
    /// 03 outside a packet: the client wants the target to stop.
    Interrupt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    Body,
    FirstDigit,
    SecondDigit(u8),
}

/// Finds packets in a stream of bytes.
#[derive(Debug)]
pub struct Deframer<'b> {
    memory: ManagedSlice<'b, u8>,
    state: State,
    len: usize,
    sum: u8,
    last: u64,
}

impl<'b> Deframer<'b> {
    /// Whether a packet has begun and not ended.
    pub const fn is_inside(&self) -> bool {
        !matches!(self.state, State::Outside)
    }

    /// A deframer for packets whose bodies are at most as long as `memory`.
    pub fn new(memory: ManagedSlice<'b, u8>) -> Self {
        Self {
            memory,
            state: State::Outside,
            len: 0,
            sum: 0,
            last: 0,
        }
    }

    /// The body of the packet that the last [`Event::Packet`] announced; binary escapes are left in.
    pub fn body(&self) -> &[u8] {
        self.memory.get(..self.len).unwrap_or(&[])
    }

    /// Takes one byte that came at `now` (milliseconds). `lossy` tells that bytes may get lost on this line,
    /// so that a packet which pauses for two seconds is given up.
    pub fn push(&mut self, byte: u8, now: u64, lossy: bool) -> Option<Event> {
        if lossy && now.saturating_sub(self.last) > PAUSE_LIMIT {
            self.state = State::Outside;
        }
        self.last = now;
        if byte == b'$' {
            self.state = State::Body;
            self.len = 0;
            self.sum = 0;
            return None;
        }
        match self.state {
            State::Outside => match byte {
                b'+' => Some(Event::Ack),
                b'-' => Some(Event::Nack),
                0x03 => Some(Event::Interrupt),
                _ => None,
            },
            State::Body if byte == b'#' => {
                self.state = State::FirstDigit;
                None
            }
            State::Body => {
                if let Some(slot) = self.memory.get_mut(self.len) {
                    *slot = byte;
                }
                // One past the end is enough to know that it was too long.
                self.len = self
                    .len
                    .saturating_add(1)
                    .min(self.memory.len().saturating_add(1));
                self.sum = self.sum.wrapping_add(byte);
                None
            }
            State::FirstDigit => {
                self.state = State::SecondDigit(byte);
                None
            }
            State::SecondDigit(first) => {
                self.state = State::Outside;
                Some(self.judge(first, byte))
            }
        }
    }

    fn judge(&self, first: u8, second: u8) -> Event {
        if hex::number(&[first, second]) != Some(u64::from(self.sum)) {
            Event::Damaged
        } else if self.len > self.memory.len() {
            Event::TooLong
        } else {
            Event::Packet
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::framed;
    use super::*;
    use proptest::prelude::*;

    fn deframer(size: usize) -> Deframer<'static> {
        Deframer::new(ManagedSlice::Owned(vec![0; size]))
    }

    fn feed(d: &mut Deframer<'_>, bytes: &[u8]) -> Vec<Event> {
        bytes.iter().filter_map(|&b| d.push(b, 0, true)).collect()
    }

    #[test]
    fn a_packet_and_what_may_stand_outside_it() {
        let mut d = deframer(16);
        assert_eq!(
            feed(&mut d, b"+\x03xy-$g#67"),
            [Event::Ack, Event::Interrupt, Event::Nack, Event::Packet]
        );
        assert_eq!(d.body(), b"g");
        assert_eq!(feed(&mut d, b"$g#68"), [Event::Damaged]);
        assert_eq!(feed(&mut d, b"$g#zz$g#6"), [Event::Damaged]);
        assert_eq!(feed(&mut d, b"7"), [Event::Packet]);
    }

    #[test]
    fn interrupt_is_data_inside_a_packet() {
        let mut d = deframer(16);
        assert_eq!(feed(&mut d, b"$X\x03#5b"), [Event::Packet]);
        assert_eq!(d.body(), b"X\x03");
    }

    #[test]
    fn a_dollar_starts_again() {
        let mut d = deframer(16);
        assert_eq!(feed(&mut d, b"$m12$g#67"), [Event::Packet]);
        assert_eq!(d.body(), b"g");
        assert_eq!(feed(&mut d, b"$m#$g#67"), [Event::Packet]);
    }

    #[test]
    fn too_long_is_followed_to_its_end() {
        let mut d = deframer(4);
        let long: Vec<u8> = framed(b"0123456789+\x03").collect();
        assert_eq!(feed(&mut d, &long), [Event::TooLong]);
        assert_eq!(feed(&mut d, b"$0123#c6"), [Event::Packet]);
        assert_eq!(d.body(), b"0123");
    }

    #[test]
    fn a_pause_gives_a_started_packet_up_only_on_a_lossy_line() {
        for (lossy, expect) in [(true, Some(Event::Interrupt)), (false, None)] {
            let mut d = deframer(16);
            for &byte in b"$m12" {
                d.push(byte, 10, lossy);
            }
            assert_eq!(d.push(0x03, 3_000, lossy), expect);
        }
    }

    proptest! {
        #[test]
        fn a_packet_after_any_noise_is_found(
            noise in proptest::collection::vec(any::<u8>(), 0..64),
            body in proptest::collection::vec(any::<u8>().prop_filter("framing", |b| !b"$#".contains(b)), 0..40),
        ) {
            let mut d = deframer(40);
            feed(&mut d, &noise);
            let frame: Vec<u8> = framed(&body).collect();
            prop_assert_eq!(feed(&mut d, &frame).pop(), Some(Event::Packet));
            prop_assert_eq!(d.body(), &body[..]);
        }
    }
}
