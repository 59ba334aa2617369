//! The layout of the extended state: the FXSAVE image, and AVX behind it ("FXSAVE" and "Standard Format of
//! the XSAVE Area" in Intel's SDM).
//!
//! The image is expected as XSAVE or FXSAVE writes it, all components in place whether in use or not, and
//! in the 64-bit form, where the x87 pointers have 64 bits: their upper halves show as gdb's segments.

/// MXCSR
pub const MXCSR: usize = 24;
/// Which bits of MXCSR the CPU has.
pub const MXCSR_MASK: usize = 28;
/// ST0; the others follow every 16 bytes, 10 of which count.
pub const ST: usize = 32;
/// XMM0; the others follow.
pub const XMM: usize = 160;
/// The header's first word: which components XRSTOR loads from here, the rest it initializes.
pub const XSTATE_BV: usize = 512;
/// The upper half of YMM0 in the standard format; the others follow.
pub const YMM_HIGH: usize = 576;

/// Components of extended state, as bits of XCR0 and of the header.
pub mod component {
    /// x87
    pub const X87: u64 = 1;
    /// XMM registers and MXCSR
    pub const SSE: u64 = 2;
    /// Upper halves of the YMM registers
    pub const AVX: u64 = 4;
}

/// One of x87's control words, in gdb's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FpuWord {
    /// Control word
    Control,
    /// Status word
    Status,
    /// Tag word, two bits for each physical register; the image has one.
    Tag,
    /// Upper half of the last instruction's address
    CodeHigh,
    /// Lower half of the last instruction's address
    CodeLow,
    /// Upper half of the last operand's address
    DataHigh,
    /// Lower half of the last operand's address
    DataLow,
    /// The last instruction's opcode, 11 bits
    Opcode,
}

impl FpuWord {
    pub(super) const fn nth(n: u8) -> Self {
        match n {
            0 => Self::Control,
            1 => Self::Status,
            2 => Self::Tag,
            3 => Self::CodeHigh,
            4 => Self::CodeLow,
            5 => Self::DataHigh,
            6 => Self::DataLow,
            _ => Self::Opcode,
        }
    }

    /// Offset in the image and bytes there. The tag word's are those of its abridged form.
    pub const fn position(self) -> (usize, usize) {
        match self {
            Self::Control => (0, 2),
            Self::Status => (2, 2),
            Self::Tag => (4, 1),
            Self::Opcode => (6, 2),
            Self::CodeLow => (8, 4),
            Self::CodeHigh => (12, 4),
            Self::DataLow => (16, 4),
            Self::DataHigh => (20, 4),
        }
    }

    /// The largest value it can hold, the tag word in its full form.
    pub const fn max(self) -> u32 {
        match self {
            Self::Control | Self::Status | Self::Tag => 0xffff,
            Self::Opcode => 0x7ff,
            Self::CodeHigh | Self::CodeLow | Self::DataHigh | Self::DataLow => u32::MAX,
        }
    }
}

/// Builds the full tag word: 0 valid, 1 zero, 2 special, 3 empty, for physical registers 0 to 7 from the
/// lowest bits up.
///
/// `abridged` has a bit set for each physical register that is not empty; `st(i)` is the i-th register
/// from the top of the stack, `status` the x87 status word, which tells where the top is.
pub fn full_tag(abridged: u8, status: u16, st: impl Fn(usize) -> [u8; 10]) -> u16 {
    let top = usize::from(status >> 11) & 7;
    (0..8usize).fold(0, |word, physical| {
        let tag = match abridged >> physical & 1 {
            0 => 3,
            _ => tag_of(st(physical.wrapping_sub(top) & 7)),
        };
        word | tag << (2 * physical)
    })
}

/// The abridged tag word of a full one.
pub fn abridged_tag(full: u16) -> u8 {
    (0..8).fold(0, |bits, physical| {
        bits | u8::from(full >> (2 * physical) & 3 != 3) << physical
    })
}

fn tag_of(st: [u8; 10]) -> u16 {
    let [significand @ .., low, high] = st;
    let significand = u64::from_le_bytes(significand);
    let exponent = u16::from_le_bytes([low, high]) & 0x7fff;
    match exponent {
        0 if significand == 0 => 1,
        0 | 0x7fff => 2,
        // Without the integer bit it is none of the formats in use today.
        _ if significand >> 63 == 0 => 2,
        _ => 0,
    }
}
