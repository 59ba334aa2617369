//! Operands of the instructions that access control and debug registers (APM volume 3, "MOV CRn",
//! "MOV DRn", "CLTS", "LMSW", "SMSW").

use iced_x86::Instruction;
use iced_x86::Mnemonic;

use super::Code;
use super::Fault;
use super::Width;
use super::operand::Gpr;
use super::operand::address;
use super::operand::mask;
use crate::virt::Register;
use crate::virt::RegisterFile;

const CR0_PE: u64 = 1;
const CR0_TS: u64 = 1 << 3;
/// CR4.DE: DR4 and DR5 are undefined instead of aliases.
pub const CR4_DE: u64 = 1 << 3;
/// DR7.GD: every access to a debug register raises #DB.
pub const DR7_GD: u64 = 1 << 13;

/// Which way the value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the control or debug register.
    Read,
    /// Into it.
    Write,
}

/// The instruction's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// MOV
    Mov,
    /// CLTS: no operand.
    Clts,
    /// LMSW: the low four bits of CR0, of which PE can only be set.
    Lmsw,
    /// SMSW: the low word of CR0, or more of it into a wide register.
    Smsw,
}

/// The other operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// CLTS has none.
    None,
    /// A general-purpose register.
    Gpr(Gpr),
    /// Two bytes at a linear address.
    Memory(u64),
}

/// One decoded access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlAccess {
    /// The instruction's form.
    pub form: Form,
    /// CR0, CR2, CR3, CR4, CR8, or `Debug` with the number as encoded (0 to 7): see [`debug_register`].
    pub register: Register,
    /// Which way the value goes.
    pub direction: Direction,
    /// Where it goes to or comes from.
    pub operand: Operand,
    /// The instruction's length in bytes.
    pub length: usize,
}

impl ControlAccess {
    /// What a write puts into the register, given its present value and that of the operand.
    pub const fn written(&self, present: u64, operand: u64) -> u64 {
        match self.form {
            Form::Mov | Form::Smsw => operand,
            Form::Clts => present & !CR0_TS,
            Form::Lmsw => present & !0xe | operand & 0xf | present & CR0_PE,
        }
    }
}

/// Decodes the access at the instruction pointer. A register that does not exist (CR1, DR8) is
/// [`Fault::Invalid`].
pub fn decode(code: &Code<'_>, regs: &impl RegisterFile) -> Result<ControlAccess, Fault> {
    let instruction = code.decode()?;
    let (form, register, direction, operand) = match instruction.mnemonic() {
        Mnemonic::Mov => {
            let (special, direction, other) = if instruction.op0_register().is_gpr() {
                (instruction.op1_register(), Direction::Read, 0)
            } else {
                (instruction.op0_register(), Direction::Write, 1)
            };
            let register = match special.number() as u8 {
                number @ 0..8 if special.is_dr() => Register::Debug(number),
                0 if special.is_cr() => Register::Cr0,
                2 if special.is_cr() => Register::Cr2,
                3 if special.is_cr() => Register::Cr3,
                4 if special.is_cr() => Register::Cr4,
                8 if special.is_cr() => Register::Cr8,
                _ if special.is_cr() || special.is_dr() => return Err(Fault::Invalid),
                _ => return Err(Fault::Unexpected(Mnemonic::Mov)),
            };
            let mut gpr = Gpr::operand(&instruction, other).ok_or(Fault::Invalid)?;
            // Operand-size prefixes do not count: the mode alone decides.
            gpr.size = if code.width == Width::Bits64 { 8 } else { 4 };
            (Form::Mov, register, direction, Operand::Gpr(gpr))
        }
        Mnemonic::Clts => (Form::Clts, Register::Cr0, Direction::Write, Operand::None),
        Mnemonic::Lmsw => (
            Form::Lmsw,
            Register::Cr0,
            Direction::Write,
            word(&instruction, regs)?,
        ),
        Mnemonic::Smsw => (
            Form::Smsw,
            Register::Cr0,
            Direction::Read,
            word(&instruction, regs)?,
        ),
        other => return Err(Fault::Unexpected(other)),
    };
    Ok(ControlAccess {
        form,
        register,
        direction,
        operand,
        length: instruction.len(),
    })
}

fn word(instruction: &Instruction, regs: &impl RegisterFile) -> Result<Operand, Fault> {
    if let Some(gpr) = Gpr::operand(instruction, 0) {
        return Ok(Operand::Gpr(gpr));
    }
    address(instruction, 0, regs)
        .map(Operand::Memory)
        .ok_or(Fault::Invalid)
}

/// The operand's value when it is a general-purpose register, else `None`.
pub fn gpr_value(access: &ControlAccess, regs: &impl RegisterFile) -> Option<u64> {
    match access.operand {
        Operand::Gpr(gpr) => Some(mask(gpr.get(regs), gpr.size)),
        _ => None,
    }
}

/// Why MOV DRn faults before it touches the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebugFault {
    /// #UD: DR4 or DR5 with CR4.DE set, or a register that does not exist.
    Undefined,
    /// #GP(0): not at privilege level 0.
    Protection,
    /// #DB with DR6.BD set: DR7.GD is set.
    Detect,
}

/// The register a MOV DRn of `number` really accesses (0 to 3, 6 or 7), by the rules of APM volume 2,
/// "Debug Registers": DR4 and DR5 are DR6 and DR7 unless CR4.DE is set.
pub const fn debug_register(number: u8, privilege: u8, cr4: u64, dr7: u64) -> Result<u8, DebugFault> {
    let real = match number {
        4 | 5 if cr4 & CR4_DE != 0 => return Err(DebugFault::Undefined),
        4 | 5 => number + 2,
        0..=3 | 6 | 7 => number,
        _ => return Err(DebugFault::Undefined),
    };
    if privilege != 0 {
        Err(DebugFault::Protection)
    } else if dr7 & DR7_GD != 0 {
        Err(DebugFault::Detect)
    } else {
        Ok(real)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::emulate::fake::Registers;
    use crate::guest::emulate::fake::code;
    use crate::virt::Segment;

    const fn gpr(index: u8) -> Operand {
        Operand::Gpr(Gpr {
            index,
            size: 8,
            high: false,
        })
    }

    #[test]
    fn moves() {
        use Direction::*;
        let regs = Registers::long_mode();
        let cases: &[(&[u8], Register, Direction, Operand)] = &[
            (&[0x0f, 0x20, 0xc0], Register::Cr0, Read, gpr(0)),
            (&[0x0f, 0x22, 0xd9], Register::Cr3, Write, gpr(1)),
            (&[0x41, 0x0f, 0x22, 0xe7], Register::Cr4, Write, gpr(15)),
            (&[0x44, 0x0f, 0x20, 0xc2], Register::Cr8, Read, gpr(2)),
            (&[0xf0, 0x0f, 0x20, 0xc2], Register::Cr8, Read, gpr(2)),
            (&[0x0f, 0x20, 0xd7], Register::Cr2, Read, gpr(7)),
            (&[0x0f, 0x23, 0xf8], Register::Debug(7), Write, gpr(0)),
            (&[0x0f, 0x21, 0xe6], Register::Debug(4), Read, gpr(6)),
        ];
        for &(bytes, register, direction, operand) in cases {
            let length = bytes.len();
            let expected = ControlAccess {
                form: Form::Mov,
                register,
                direction,
                operand,
                length,
            };
            assert_eq!(decode(&code(bytes), &regs), Ok(expected), "{bytes:x?}");
        }
        assert_eq!(
            decode(&code(&[0x44, 0x0f, 0x21, 0xc0]), &regs),
            Err(Fault::Invalid),
            "DR8"
        );
        assert_eq!(
            decode(&code(&[0x0f, 0x20, 0xc8]), &regs),
            Err(Fault::Invalid),
            "CR1"
        );
        assert_eq!(
            decode(&code(&[0x8c, 0xd8]), &regs),
            Err(Fault::Unexpected(Mnemonic::Mov))
        );
        assert_eq!(
            decode(&code(&[0x48, 0x89, 0xd8]), &regs),
            Err(Fault::Unexpected(Mnemonic::Mov))
        );
    }

    #[test]
    fn machine_status_word() {
        let mut regs = Registers::long_mode();
        regs.put(Register::Base(Segment::Gs), 0x10_0000);
        regs.put(Register::General(3), 0x20);
        let clts = decode(&code(&[0x0f, 0x06]), &regs).unwrap();
        assert_eq!((clts.form, clts.operand), (Form::Clts, Operand::None));
        assert_eq!(clts.written(0x8005_003b, 0), 0x8005_0033);
        // lmsw word ptr gs:[rbx+8]
        let lmsw = decode(&code(&[0x65, 0x0f, 0x01, 0x73, 0x08]), &regs).unwrap();
        assert_eq!(lmsw.operand, Operand::Memory(0x10_0028));
        assert_eq!(
            lmsw.written(0x8000_0011, 0xfff8),
            0x8000_0019,
            "PE stays set, upper bits stay"
        );
        assert_eq!(lmsw.written(0x10, 3), 0x13, "PE can be set");
        // smsw eax
        let smsw = decode(&code(&[0x0f, 0x01, 0xe0]), &regs).unwrap();
        assert_eq!(
            smsw.operand,
            Operand::Gpr(Gpr {
                index: 0,
                size: 4,
                high: false
            })
        );
        assert_eq!(smsw.direction, Direction::Read);
        assert_eq!(gpr_value(&smsw, &regs), Some(0));
    }

    #[test]
    fn legacy_code_moves_32_bits() {
        let mut old = code(&[0x0f, 0x22, 0xc0]);
        old.width = Width::Bits16;
        let access = decode(&old, &Registers::default()).unwrap();
        assert_eq!(
            access.operand,
            Operand::Gpr(Gpr {
                index: 0,
                size: 4,
                high: false
            })
        );
    }

    #[test]
    fn debug_register_rules() {
        assert_eq!(debug_register(0, 0, 0, 0), Ok(0));
        assert_eq!(debug_register(4, 0, 0, 0), Ok(6));
        assert_eq!(debug_register(5, 0, 0, 0), Ok(7));
        assert_eq!(debug_register(5, 3, CR4_DE, DR7_GD), Err(DebugFault::Undefined));
        assert_eq!(debug_register(7, 3, CR4_DE, DR7_GD), Err(DebugFault::Protection));
        assert_eq!(debug_register(7, 0, CR4_DE, DR7_GD), Err(DebugFault::Detect));
        assert_eq!(debug_register(8, 0, 0, 0), Err(DebugFault::Undefined));
    }
}
