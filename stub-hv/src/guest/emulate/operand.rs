//! Register and memory operands of a decoded instruction.

use iced_x86::Instruction;
use iced_x86::Mnemonic;
use iced_x86::OpKind;
use iced_x86::Register as Name;

use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;
use crate::virt::register::InvalidValue;

/// A general-purpose register, or part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gpr {
    /// Its encoding, 0 (RAX) to 15.
    pub index: u8,
    /// How many bytes of it: 1, 2, 4 or 8.
    pub size: u8,
    /// Bits 8 to 15 (AH, CH, DH, BH) instead of bits 0 to 7.
    pub high: bool,
}

impl Gpr {
    /// The decoder's register as one of ours; `None` when it is not a general-purpose register.
    pub fn named(name: Name) -> Option<Self> {
        if !name.is_gpr() {
            return None;
        }
        let high = matches!(name, Name::AH | Name::CH | Name::DH | Name::BH);
        let index = name.full_register().number() as u8;
        Some(Self {
            index,
            size: name.size() as u8,
            high,
        })
    }

    /// The operand `number` of an instruction.
    pub fn operand(instruction: &Instruction, number: u32) -> Option<Self> {
        (number < instruction.op_count() && instruction.op_kind(number) == OpKind::Register)
            .then(|| Self::named(instruction.op_register(number)))
            .flatten()
    }

    /// The register's part, zero-extended.
    pub fn get(self, regs: &impl RegisterFile) -> u64 {
        let whole = regs.get(Register::General(self.index));
        mask(if self.high { whole >> 8 } else { whole }, self.size)
    }

    /// Writes the register's part: 1 and 2 bytes leave the rest alone, 4 bytes clear the upper half (APM
    /// volume 3, "Operand Size, 64-bit mode").
    pub fn set(self, regs: &mut impl RegisterFile, value: u64) -> Result<(), InvalidValue> {
        let register = Register::General(self.index);
        let keep = regs.get(register);
        let value = mask(value, self.size);
        regs.set(
            register,
            match (self.size, self.high) {
                (1, true) => keep & !0xff00 | value << 8,
                (1, false) => keep & !0xff | value,
                (2, _) => keep & !0xffff | value,
                _ => value,
            },
        )
    }
}

/// The low `size` bytes of `value`; any size from 8 on keeps it whole.
pub const fn mask(value: u64, size: u8) -> u64 {
    match size {
        0..8 => value & ((1 << (size as u32 * 8)) - 1),
        _ => value,
    }
}

/// The low `size` bytes of `value`, sign-extended to 64 bits.
pub const fn sign_extend(value: u64, size: u8) -> u64 {
    match size {
        1..8 => {
            let unused = 64 - size as u32 * 8;
            ((value << unused) as i64 >> unused) as u64
        }
        _ => value,
    }
}

/// Whether operand `number` is an immediate of any width.
pub fn is_immediate(instruction: &Instruction, number: u32) -> bool {
    use OpKind::*;
    matches!(
        instruction.op_kind(number),
        Immediate8
            | Immediate16
            | Immediate32
            | Immediate64
            | Immediate8to16
            | Immediate8to32
            | Immediate8to64
            | Immediate32to64
    )
}

/// The linear address of memory operand `number`, or for LEA its offset without the segment. `None` when
/// it is not a memory operand or its address does not come from general-purpose registers.
pub fn address(instruction: &Instruction, number: u32, regs: &impl RegisterFile) -> Option<u64> {
    let offset_only = instruction.mnemonic() == Mnemonic::Lea;
    let long = instruction.code_size() == iced_x86::CodeSize::Code64;
    let linear = instruction.try_virtual_address(number, 0, |name, _, _| {
        if let Some(gpr) = Gpr::named(name) {
            return Some(gpr.get(regs));
        }
        let (segment, flat) = match name {
            Name::ES => (Segment::Es, long),
            Name::CS => (Segment::Cs, long),
            Name::SS => (Segment::Ss, long),
            Name::DS => (Segment::Ds, long),
            Name::FS => (Segment::Fs, false),
            Name::GS => (Segment::Gs, false),
            _ => return None,
        };
        Some(if flat || offset_only {
            0
        } else {
            regs.get(Register::Base(segment))
        })
    })?;
    Some(if long { linear } else { mask(linear, 4) })
}
