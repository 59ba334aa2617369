//! Instruction length for exits that do not come with the address of the next instruction.

use iced_x86::Mnemonic;

use super::Code;
use super::Fault;

/// What an exit says was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// CPUID
    Cpuid,
    /// RDMSR
    ReadMsr,
    /// WRMSR
    WriteMsr,
    /// HLT
    Halt,
    /// VMMCALL or VMCALL: each vendor's processor raises #UD on the other's, which is how the foreign one
    /// arrives here.
    Hypercall,
    /// XSETBV
    SetXcr,
    /// PUSHF in any width.
    PushFlags,
    /// POPF in any width.
    PopFlags,
    /// IRET in any width.
    InterruptReturn,
    /// INT3 (CC), INT n, INTO or ICEBP (F1).
    SoftwareInterrupt,
    /// MOV to or from a control register, CLTS, LMSW, SMSW.
    ControlRegister,
    /// MOV to or from a debug register.
    DebugRegister,
    /// RDTSC
    ReadTsc,
    /// RDTSCP
    ReadTscp,
    /// RDPMC
    ReadPmc,
    /// INVLPG
    InvalidatePage,
    /// IN, OUT, INS, OUTS
    Port,
    /// SYSCALL
    Syscall,
    /// SYSRET
    Sysret,
    /// WBINVD, WBNOINVD or INVD.
    CacheFlush,
    /// MONITOR or MONITORX.
    Monitor,
    /// MWAIT or MWAITX.
    Wait,
    /// VMRUN, VMLOAD, VMSAVE, STGI, CLGI, SKINIT, INVLPGA.
    Svm,
    /// The VMX instructions other than VMCALL.
    Vmx,
}

impl Class {
    /// The mnemonics of the class.
    pub const fn mnemonics(self) -> &'static [Mnemonic] {
        use Mnemonic::*;
        match self {
            Self::Cpuid => &[Cpuid],
            Self::ReadMsr => &[Rdmsr],
            Self::WriteMsr => &[Wrmsr],
            Self::Halt => &[Hlt],
            Self::Hypercall => &[Vmmcall, Vmcall],
            Self::SetXcr => &[Xsetbv],
            Self::PushFlags => &[Pushf, Pushfd, Pushfq],
            Self::PopFlags => &[Popf, Popfd, Popfq],
            Self::InterruptReturn => &[Iret, Iretd, Iretq],
            Self::SoftwareInterrupt => &[Int3, Int, Into, Int1],
            // MOV to a segment or general register is excluded by its operands.
            Self::ControlRegister => &[Mov, Clts, Lmsw, Smsw],
            Self::DebugRegister => &[Mov],
            Self::ReadTsc => &[Rdtsc],
            Self::ReadTscp => &[Rdtscp],
            Self::ReadPmc => &[Rdpmc],
            Self::InvalidatePage => &[Invlpg],
            Self::Port => &[In, Out, Insb, Insw, Insd, Outsb, Outsw, Outsd],
            Self::Syscall => &[Syscall],
            Self::Sysret => &[Sysret, Sysretq],
            Self::CacheFlush => &[Wbinvd, Wbnoinvd, Invd],
            Self::Monitor => &[Monitor, Monitorx],
            Self::Wait => &[Mwait, Mwaitx],
            Self::Svm => &[Vmrun, Vmload, Vmsave, Stgi, Clgi, Skinit, Invlpga],
            Self::Vmx => &[
                Vmxon, Vmxoff, Invept, Invvpid, Vmclear, Vmptrld, Vmptrst, Vmread, Vmwrite, Vmlaunch,
                Vmresume, Vmfunc,
            ],
        }
    }
}

/// The length in bytes (1 to 15) of the instruction at the exit, if it still is of the class the exit
/// names. An instruction that is not means the code was changed under us: run the guest on without
/// advancing it, and the processor decides again.
pub fn length(code: &Code<'_>, class: Class) -> Result<usize, Fault> {
    let instruction = code.decode()?;
    let mnemonic = instruction.mnemonic();
    let special = |test: fn(iced_x86::Register) -> bool| {
        mnemonic != Mnemonic::Mov || test(instruction.op0_register()) || test(instruction.op1_register())
    };
    let operands = match class {
        Class::ControlRegister => special(iced_x86::Register::is_cr),
        Class::DebugRegister => special(iced_x86::Register::is_dr),
        _ => true,
    };
    if operands && class.mnemonics().contains(&mnemonic) {
        Ok(instruction.len())
    } else {
        Err(Fault::Unexpected(mnemonic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::emulate::Width;
    use crate::guest::emulate::fake::code;

    #[test]
    fn lengths_by_class() {
        let cases: &[(&[u8], Class, usize)] = &[
            (&[0x0f, 0xa2], Class::Cpuid, 2),
            (&[0x0f, 0x32], Class::ReadMsr, 2),
            (&[0x0f, 0x30], Class::WriteMsr, 2),
            (&[0xf4], Class::Halt, 1),
            (&[0x0f, 0x01, 0xd9], Class::Hypercall, 3),
            (&[0x0f, 0x01, 0xc1], Class::Hypercall, 3),
            (&[0x0f, 0x01, 0xd1], Class::SetXcr, 3),
            (&[0x9c], Class::PushFlags, 1),
            (&[0x66, 0x9c], Class::PushFlags, 2),
            (&[0x9d], Class::PopFlags, 1),
            (&[0x48, 0xcf], Class::InterruptReturn, 2),
            (&[0xcc], Class::SoftwareInterrupt, 1),
            (&[0xcd, 0x80], Class::SoftwareInterrupt, 2),
            (&[0xf1], Class::SoftwareInterrupt, 1),
            (&[0x66, 0x0f, 0x38, 0x80, 0x00], Class::Vmx, 5),
            (&[0x0f, 0x22, 0xd8], Class::ControlRegister, 3),
            (&[0x44, 0x0f, 0x20, 0xc0], Class::ControlRegister, 4),
            (&[0xf0, 0x0f, 0x20, 0xc0], Class::ControlRegister, 4),
            (&[0x0f, 0x06], Class::ControlRegister, 2),
            (&[0x0f, 0x01, 0xf0], Class::ControlRegister, 3),
            (&[0x0f, 0x23, 0xf8], Class::DebugRegister, 3),
            (&[0x0f, 0x01, 0xd8], Class::Svm, 3),
            (&[0x0f, 0x01, 0xf9], Class::ReadTscp, 3),
            (&[0xf3, 0x6c], Class::Port, 2),
            // Prefixes that mean nothing still count.
            (&[0x2e, 0x66, 0x0f, 0xa2], Class::Cpuid, 4),
        ];
        for &(bytes, class, expected) in cases {
            assert_eq!(length(&code(bytes), class), Ok(expected), "{class:?} {bytes:x?}");
            for cut in 0..bytes.len() {
                assert_eq!(
                    length(&code(&bytes[..cut]), class),
                    Err(Fault::Truncated),
                    "{bytes:x?}"
                );
            }
        }
    }

    #[test]
    fn changed_code_is_noticed() {
        assert_eq!(
            length(&code(&[0x90]), Class::Cpuid),
            Err(Fault::Unexpected(Mnemonic::Nop))
        );
        // MOV AX, DS is a MOV, but of no control register.
        assert_eq!(
            length(&code(&[0x8c, 0xd8]), Class::ControlRegister),
            Err(Fault::Unexpected(Mnemonic::Mov))
        );
        assert_eq!(
            length(&code(&[0x0f, 0x22, 0xd8]), Class::DebugRegister),
            Err(Fault::Unexpected(Mnemonic::Mov))
        );
        assert_eq!(length(&code(&[0x06, 0, 0]), Class::Cpuid), Err(Fault::Invalid));
    }

    #[test]
    fn sixteen_bit_code() {
        let mut real = code(&[0x66, 0x0f, 0x22, 0xc0]);
        real.width = Width::Bits16;
        assert_eq!(length(&real, Class::ControlRegister), Ok(4));
        real.rip = 0xfffe;
        assert_eq!(real.after(4), 2, "IP wraps at 64 KiB");
    }
}
