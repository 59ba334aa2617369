//! Instructions the hypervisor has to understand or carry out for the guest.
//!
//! Everything here is a pure function of code bytes and a [`RegisterFile`]: whoever calls fetched the
//! bytes through the guest's page tables. The bytes are hostile twice over. They may be any bytes, and
//! another CPU may have replaced the instruction between the exit and the fetch, so a caller that knows
//! what exit it handles says so and gets [`Fault::Unexpected`] when the code no longer agrees.
//!
//! Decoding is left to `iced-x86`. It builds its opcode tables on first use, on the heap; nothing after
//! that allocates, so the first decode belongs into the boot path.

pub mod alu;
pub mod control;
pub mod flow;
pub mod length;
pub mod mmio;
pub mod operand;
pub mod simple;
pub mod syscall;

use iced_x86::Decoder;
use iced_x86::DecoderError;
use iced_x86::DecoderOptions;
use iced_x86::Instruction;
use iced_x86::Mnemonic;

use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;

/// The longest instruction the processor accepts, in bytes (APM volume 3, "Instruction Encoding").
pub const LONGEST: usize = 15;

/// Whose rules decide where AMD and Intel processors decode the same bytes differently: operand-size
/// prefixes on near branches, `LOCK MOV CR0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// AMD, and Hygon.
    Amd,
    /// Intel.
    Intel,
}

/// How wide the code segment makes addresses and operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Real mode, virtual-8086 mode, or a code segment with D = 0.
    Bits16,
    /// A code segment with D = 1.
    Bits32,
    /// Long mode and a code segment with L = 1.
    Bits64,
}

impl Width {
    /// The width the virtual CPU executes with, from EFER.LMA and the attributes of CS.
    pub fn of(regs: &impl RegisterFile) -> Self {
        const LMA: u64 = 1 << 10;
        const LONG: u64 = 1 << 9;
        const DEFAULT_32: u64 = 1 << 10;
        let code = regs.get(Register::Attributes(Segment::Cs));
        if regs.get(Register::Efer) & LMA != 0 && code & LONG != 0 {
            Self::Bits64
        } else if code & DEFAULT_32 != 0 {
            Self::Bits32
        } else {
            Self::Bits16
        }
    }

    const fn bits(self) -> u32 {
        match self {
            Self::Bits16 => 16,
            Self::Bits32 => 32,
            Self::Bits64 => 64,
        }
    }

    /// `address` as the instruction pointer of this width holds it.
    pub const fn wrap(self, address: u64) -> u64 {
        match self {
            Self::Bits16 => address & 0xffff,
            Self::Bits32 => address & 0xffff_ffff,
            Self::Bits64 => address,
        }
    }
}

/// The privilege level of the virtual CPU, 0 to 3: the DPL of SS, which is what the hardware keeps equal
/// to it (APM volume 2, "Segment State in the VMCB").
pub fn privilege(regs: &impl RegisterFile) -> u8 {
    (regs.get(Register::Attributes(Segment::Ss)) >> 5 & 3) as u8
}

/// Instruction bytes as fetched at the guest's instruction pointer.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// Up to [`LONGEST`] bytes; fewer where the next page cannot be read.
    pub bytes: &'a [u8],
    /// The width they are executed with.
    pub width: Width,
    /// RIP: the offset in the code segment of the first byte.
    pub rip: u64,
    /// Whose decoder executes them.
    pub vendor: Vendor,
}

/// Why an instruction could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end within the instruction.
    Truncated,
    /// The bytes are no instruction: the processor would raise #UD.
    Invalid,
    /// An instruction, but not one of those the caller allows. It is not one we emulate, or another CPU
    /// has changed the code since the exit.
    Unexpected(Mnemonic),
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Truncated => f.write_str("the instruction runs into memory that cannot be read"),
            Self::Invalid => f.write_str("not a valid instruction"),
            Self::Unexpected(mnemonic) => write!(f, "instruction {mnemonic:?} cannot be emulated here"),
        }
    }
}

impl Code<'_> {
    /// The first instruction of the bytes.
    pub fn decode(&self) -> Result<Instruction, Fault> {
        let bytes = self.bytes.get(..LONGEST).unwrap_or(self.bytes);
        let options = match self.vendor {
            Vendor::Amd => DecoderOptions::AMD,
            Vendor::Intel => DecoderOptions::NONE,
        };
        let mut decoder = Decoder::with_ip(self.width.bits(), bytes, self.rip, options);
        let instruction = decoder.decode();
        match decoder.last_error() {
            DecoderError::None => Ok(instruction),
            DecoderError::NoMoreBytes if self.bytes.len() < LONGEST => Err(Fault::Truncated),
            _ => Err(Fault::Invalid),
        }
    }

    /// Where the instruction after one of `length` bytes begins.
    pub const fn after(&self, length: usize) -> u64 {
        self.width.wrap(self.rip.wrapping_add(length as u64))
    }
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
