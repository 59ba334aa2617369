//! Error replies the front end gives by itself.

/// Why a packet was refused: a number for every client, words for those that read them.
///
/// The numbers are the errno values a client prints by name (GDB manual, "Standard Replies").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Sent as two hexadecimal digits after `E`.
    pub code: u8,
    /// Sent after `E.` to clients that offered `error-message+`. Free of `#`, `$`, `*` and `}`.
    pub text: &'static str,
}

impl Fault {
    /// A packet whose shape is wrong: bad digits, missing fields, lengths that disagree.
    pub const MALFORMED: Self = Self::new(0x16, "malformed packet");
    /// A number that does not fit in 64 bits, or a length that no reply can carry.
    pub const TOO_BIG: Self = Self::new(0x22, "number out of range");
    /// A thread or process that does not exist.
    pub const NO_THREAD: Self = Self::new(0x03, "no such thread");
    /// A packet longer than the announced `PacketSize`.
    pub const TOO_LONG: Self = Self::new(0x5a, "packet longer than PacketSize");
    /// A packet damaged on a link where the client asked for no acknowledgements.
    pub const DAMAGED: Self = Self::new(0x05, "packet damaged on the way");
    /// A well-formed request for something this stub does not do.
    pub const REFUSED: Self = Self::new(0x5f, "operation not supported");
    /// Memory that cannot be read or written.
    pub const MEMORY: Self = Self::new(0x0e, "memory not accessible");
    /// A reply that did not fit into the send buffer.
    pub const REPLY_LOST: Self = Self::new(0x07, "reply too long");
    /// The protocol engine gave up on a packet and had to be rebuilt.
    pub const ENGINE: Self = Self::new(0x01, "packet could not be handled");

    /// A fault of the given errno value and wording.
    pub const fn new(code: u8, text: &'static str) -> Self {
        Self { code, text }
    }
}
