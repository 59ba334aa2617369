//! The frame around a packet (gdb manual, "Overview" of the remote protocol): `$body#checksum`, with `}`
//! escapes in both directions and run lengths from the stub.

/// What the stub's bytes turn out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A packet with a right checksum; its body with escapes and run lengths undone.
    Packet(Vec<u8>),
    /// A packet with a wrong checksum; its raw body.
    Damaged(Vec<u8>),
    /// `+`.
    Ack,
    /// `-`.
    Nack,
    /// A byte between packets that has no meaning.
    Stray(u8),
}

/// `body` as a packet, ready to be sent.
#[must_use]
pub fn encode(body: &[u8]) -> Vec<u8> {
    let mut packet = vec![b'$'];
    for &byte in body {
        match byte {
            b'$' | b'#' | b'}' | b'*' => packet.extend([b'}', byte ^ 0x20]),
            _ => packet.push(byte),
        }
    }
    let sum = checksum(&packet[1..]);
    packet.extend(format!("#{sum:02x}").bytes());
    packet
}

fn checksum(raw: &[u8]) -> u8 {
    raw.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}

/// Cuts a stream of bytes into packets.
#[derive(Debug, Default)]
pub struct Decoder {
    raw: Vec<u8>,
    state: State,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Between,
    Body,
    FirstDigit,
    SecondDigit(u8),
}

impl Decoder {
    /// Takes the next bytes; gives what they complete.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Incoming> {
        let mut complete = Vec::new();
        while let Some((&byte, rest)) = bytes.split_first() {
            // The inside of a body is most of the traffic: it is taken in one piece.
            let plain = match self.state {
                State::Body => bytes
                    .iter()
                    .take_while(|byte| !matches!(byte, b'#' | b'$'))
                    .count(),
                _ => 0,
            };
            let (piece, after) = bytes.split_at(plain);
            self.raw.extend_from_slice(piece);
            bytes = if plain == 0 { rest } else { after };
            if plain == 0 {
                complete.extend(self.push(byte));
            }
        }
        complete
    }

    /// Takes the next byte; gives what it completes, if anything.
    pub fn push(&mut self, byte: u8) -> Option<Incoming> {
        match (self.state, byte) {
            (_, b'$') => {
                self.raw.clear();
                self.state = State::Body;
                None
            }
            (State::Between, b'+') => Some(Incoming::Ack),
            (State::Between, b'-') => Some(Incoming::Nack),
            (State::Between, other) => Some(Incoming::Stray(other)),
            (State::Body, b'#') => {
                self.state = State::FirstDigit;
                None
            }
            (State::Body, other) => {
                self.raw.push(other);
                None
            }
            (State::FirstDigit, digit) => {
                self.state = State::SecondDigit(digit);
                None
            }
            (State::SecondDigit(first), second) => {
                self.state = State::Between;
                let raw = std::mem::take(&mut self.raw);
                let right = format!("{:02x}", checksum(&raw)).into_bytes();
                let given = [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
                Some(if right == given {
                    Incoming::Packet(unpack(&raw))
                } else {
                    Incoming::Damaged(raw)
                })
            }
        }
    }
}

/// Undoes escapes (`}` and the byte xor 20h) and run lengths (`x*n`: n-29 further x).
fn unpack(raw: &[u8]) -> Vec<u8> {
    let mut body: Vec<u8> = Vec::with_capacity(raw.len());
    if !raw.iter().any(|byte| matches!(byte, b'}' | b'*')) {
        return raw.to_vec();
    }
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'}' => body.extend(bytes.next().map(|escaped| escaped ^ 0x20)),
            b'*' => {
                let count = bytes.next().unwrap_or(0).saturating_sub(29);
                if let Some(&last) = body.last() {
                    body.extend(std::iter::repeat_n(last, usize::from(count)));
                }
            }
            _ => body.push(byte),
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> Vec<Incoming> {
        Decoder::default().feed(bytes)
    }

    #[test]
    fn known_packets() {
        assert_eq!(encode(b"OK"), b"$OK#9a");
        assert_eq!(
            decode(b"+$OK#9a-"),
            [Incoming::Ack, Incoming::Packet(b"OK".to_vec()), Incoming::Nack]
        );
        assert_eq!(decode(b"$OK#9b"), [Incoming::Damaged(b"OK".to_vec())]);
        assert_eq!(decode(b"x"), [Incoming::Stray(b'x')]);
    }

    #[test]
    fn run_lengths_are_undone() {
        let sum = checksum(b"0* ");
        assert_eq!(
            decode(format!("$0* #{sum:02x}").as_bytes()),
            [Incoming::Packet(b"0000".to_vec())]
        );
    }

    #[test]
    fn a_new_packet_ends_one_that_was_cut_off() {
        assert_eq!(decode(b"$abc$OK#9a"), [Incoming::Packet(b"OK".to_vec())]);
    }

    proptest! {
        #[test]
        fn any_body_survives(body: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&body)), [Incoming::Packet(body)]);
        }

        #[test]
        fn bytes_and_pieces_say_the_same(bytes in "[$#+}*a0-9-]{0,40}") {
            let mut single = Decoder::default();
            let one_by_one: Vec<_> = bytes.bytes().filter_map(|byte| single.push(byte)).collect();
            prop_assert_eq!(decode(bytes.as_bytes()), one_by_one);
        }
    }
}
