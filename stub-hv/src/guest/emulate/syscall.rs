//! SYSCALL and SYSENTER carried out in software.
//!
//! Stepping into the kernel needs this: SYSCALL clears every flag of SFMASK, TF among them, so the trap
//! flag cannot follow the guest through it, and it would copy the debugger's TF into R11.

use super::Code;
use super::Fault;
use super::Width;
use super::alu::RESUME;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;
use crate::virt::register::InvalidValue;

const EFER_SCE: u64 = 1;
const EFER_LMA: u64 = 1 << 10;
const CR4_CET: u64 = 1 << 23;
const RFLAGS_VM: u64 = 1 << 17;
const RFLAGS_IF: u64 = 1 << 9;
/// Present, DPL 0, execute/read, accessed, L, 4 KiB granular.
const CODE_64: u64 = 0xa9b;
/// Present, DPL 0, execute/read, accessed, D, 4 KiB granular.
const CODE_32: u64 = 0xc9b;
/// Present, DPL 0, read/write, accessed, B, 4 KiB granular.
const STACK: u64 = 0xc93;

/// The MSRs that say where SYSCALL leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyscallMsrs {
    /// STAR, C000_0081
    pub star: u64,
    /// LSTAR, C000_0082: the entry for 64-bit code.
    pub lstar: u64,
    /// CSTAR, C000_0083: the entry for compatibility mode.
    pub cstar: u64,
    /// SFMASK, C000_0084: the flags to clear.
    pub sfmask: u64,
}

/// The MSRs that say where SYSENTER leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SysenterMsrs {
    /// SYSENTER_CS, 174h
    pub cs: u64,
    /// SYSENTER_ESP, 175h
    pub esp: u64,
    /// SYSENTER_EIP, 176h
    pub eip: u64,
}

/// Why the call was not carried out. The registers are unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The code at the instruction pointer is something else.
    Code(Fault),
    /// #UD: the instruction is switched off.
    Undefined,
    /// #GP(0): SYSENTER without a code segment.
    Protection,
    /// Legacy-mode SYSCALL, or shadow stacks are on: let the hardware do it.
    Unsupported,
    /// The virtual CPU could not hold a new value.
    Register(InvalidValue),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Code(fault)
    }
}

/// RIP comes first in `changes`: it is the one value a virtual CPU may refuse.
fn apply(regs: &mut impl RegisterFile, changes: &[(Register, u64)]) -> Result<(), Refused> {
    changes
        .iter()
        .try_for_each(|&(register, value)| regs.set(register, value))
        .map_err(Refused::Register)
}

/// Carries out the SYSCALL at the instruction pointer in long mode (APM volume 3, "SYSCALL"). The DPL
/// in the attributes of SS, and with it the privilege level, becomes 0.
pub fn syscall(code: &Code<'_>, regs: &mut impl RegisterFile, msrs: &SyscallMsrs) -> Result<(), Refused> {
    let instruction = code.decode()?;
    if instruction.mnemonic() != iced_x86::Mnemonic::Syscall {
        return Err(Fault::Unexpected(instruction.mnemonic()).into());
    }
    let efer = regs.get(Register::Efer);
    if efer & EFER_SCE == 0 {
        return Err(Refused::Undefined);
    }
    if efer & EFER_LMA == 0 || regs.get(Register::Cr4) & CR4_CET != 0 {
        return Err(Refused::Unsupported);
    }
    let flags = regs.get(Register::Rflags) & !RESUME;
    let selector = msrs.star >> 32 & 0xfffc;
    let entry = if code.width == Width::Bits64 {
        msrs.lstar
    } else {
        msrs.cstar
    };
    let changes = [
        (Register::Rip, entry),
        (Register::General(1), code.after(instruction.len())),
        (Register::General(11), flags),
        (Register::Rflags, flags & !msrs.sfmask | 2),
        (Register::Selector(Segment::Cs), selector),
        (Register::Base(Segment::Cs), 0),
        (Register::Limit(Segment::Cs), 0xffff_ffff),
        (Register::Attributes(Segment::Cs), CODE_64),
        (Register::Selector(Segment::Ss), selector.wrapping_add(8) & 0xffff),
        (Register::Base(Segment::Ss), 0),
        (Register::Limit(Segment::Ss), 0xffff_ffff),
        (Register::Attributes(Segment::Ss), STACK),
    ];
    apply(regs, &changes)
}

/// Carries out the SYSENTER at the instruction pointer (APM volume 3, "SYSENTER"; AMD processors raise
/// #UD for it in long mode, Intel's do not).
pub fn sysenter(code: &Code<'_>, regs: &mut impl RegisterFile, msrs: &SysenterMsrs) -> Result<(), Refused> {
    let instruction = code.decode()?;
    if instruction.mnemonic() != iced_x86::Mnemonic::Sysenter {
        return Err(Fault::Unexpected(instruction.mnemonic()).into());
    }
    let long = regs.get(Register::Efer) & EFER_LMA != 0;
    if long && code.vendor == super::Vendor::Amd {
        return Err(Refused::Undefined);
    }
    if regs.get(Register::Cr4) & CR4_CET != 0 {
        return Err(Refused::Unsupported);
    }
    let selector = msrs.cs & 0xfffc;
    if selector == 0 || regs.get(Register::Cr0) & 1 == 0 {
        return Err(Refused::Protection);
    }
    let width = |value: u64| if long { value } else { value & 0xffff_ffff };
    let changes = [
        (Register::Rip, width(msrs.eip)),
        (
            Register::Rflags,
            regs.get(Register::Rflags) & !(RESUME | RFLAGS_VM | RFLAGS_IF),
        ),
        (Register::Selector(Segment::Cs), selector),
        (Register::Base(Segment::Cs), 0),
        (Register::Limit(Segment::Cs), 0xffff_ffff),
        (
            Register::Attributes(Segment::Cs),
            if long { CODE_64 } else { CODE_32 },
        ),
        (Register::Selector(Segment::Ss), selector.wrapping_add(8) & 0xffff),
        (Register::Base(Segment::Ss), 0),
        (Register::Limit(Segment::Ss), 0xffff_ffff),
        (Register::Attributes(Segment::Ss), STACK),
        (Register::General(4), width(msrs.esp)),
    ];
    apply(regs, &changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::emulate::Vendor;
    use crate::guest::emulate::fake::Registers;
    use crate::guest::emulate::fake::code;
    use crate::guest::emulate::privilege;

    fn user() -> Registers {
        let mut regs = Registers::long_mode();
        regs.put(Register::Attributes(Segment::Cs), 0xafb);
        regs.put(Register::Attributes(Segment::Ss), 0xcf3);
        regs.put(Register::Selector(Segment::Cs), 0x33);
        regs.put(Register::Cr0, 0x8000_0001);
        regs.put(Register::Rflags, 0x1_0346);
        regs.put(Register::General(4), 0x7fff_0000);
        regs
    }

    const MSRS: SyscallMsrs = SyscallMsrs {
        star: 0x0023_0010_0000_0000,
        lstar: 0xffff_ffff_8100_0000,
        cstar: 0xffff_ffff_8200_0000,
        sfmask: 0x4_7700,
    };

    #[test]
    fn syscall_as_linux_sets_it_up() {
        let mut regs = user();
        assert_eq!(privilege(&regs), 3);
        syscall(&code(&[0x0f, 0x05]), &mut regs, &MSRS).unwrap();
        assert_eq!(regs.get(Register::Rip), MSRS.lstar);
        assert_eq!(regs.get(Register::General(1)), 0x1002);
        assert_eq!(
            regs.get(Register::General(11)),
            0x346,
            "the guest's own TF, no RF"
        );
        assert_eq!(regs.get(Register::Rflags), 0x46);
        assert_eq!(regs.get(Register::Selector(Segment::Cs)), 0x10);
        assert_eq!(regs.get(Register::Selector(Segment::Ss)), 0x18);
        assert_eq!(regs.get(Register::General(4)), 0x7fff_0000, "the stack stays");
        assert_eq!(privilege(&regs), 0);
        assert_eq!(Width::of(&regs), Width::Bits64);
    }

    #[test]
    fn compatibility_mode_enters_at_cstar() {
        let mut regs = user();
        let mut compat = code(&[0x0f, 0x05]);
        compat.width = Width::Bits32;
        compat.rip = 0xffff_fffe;
        syscall(&compat, &mut regs, &MSRS).unwrap();
        assert_eq!(regs.get(Register::Rip), MSRS.cstar);
        assert_eq!(regs.get(Register::General(1)), 0);
        assert_eq!(Width::of(&regs), Width::Bits64);
    }

    #[test]
    fn refusals_change_nothing() {
        for (register, value, why) in [
            (Register::Efer, 0x500, Refused::Undefined),
            (Register::Efer, 1, Refused::Unsupported),
            (Register::Cr4, CR4_CET, Refused::Unsupported),
        ] {
            let mut regs = user();
            regs.put(register, value);
            let before = regs.clone();
            assert_eq!(syscall(&code(&[0x0f, 0x05]), &mut regs, &MSRS), Err(why));
            assert_eq!(regs, before);
        }
        let changed = Refused::Code(Fault::Unexpected(iced_x86::Mnemonic::Nop));
        assert_eq!(syscall(&code(&[0x90]), &mut user(), &MSRS), Err(changed));
    }

    #[test]
    fn sysenter_by_vendor_and_mode() {
        let msrs = SysenterMsrs {
            cs: 0x10,
            esp: 0xffff_8800_0000_1000,
            eip: 0xffff_ffff_8100_0040,
        };
        let mut at = code(&[0x0f, 0x34]);
        assert_eq!(sysenter(&at, &mut user(), &msrs), Err(Refused::Undefined));
        at.vendor = Vendor::Intel;
        let mut regs = user();
        sysenter(&at, &mut regs, &msrs).unwrap();
        assert_eq!(regs.get(Register::Rip), msrs.eip);
        assert_eq!(regs.get(Register::General(4)), msrs.esp);
        assert_eq!(regs.get(Register::Rflags), 0x146, "IF is clear, TF is kept");
        assert_eq!(privilege(&regs), 0);
        assert_eq!(
            sysenter(&at, &mut user(), &SysenterMsrs::default()),
            Err(Refused::Protection)
        );
        at.vendor = Vendor::Amd;
        at.width = Width::Bits32;
        let mut regs = user();
        regs.put(Register::Efer, 0);
        sysenter(&at, &mut regs, &msrs).unwrap();
        assert_eq!(regs.get(Register::Rip), 0x8100_0040);
        assert_eq!(Width::of(&regs), Width::Bits32);
    }
}
