//! Model-specific registers, with the forms that survive a register the CPU does not have.
#![expect(unsafe_code, reason = "RDMSR, WRMSR and XSETBV have no safe form")]

use core::arch::asm;

use super::recovery::Faulted;

/// IA32_APIC_BASE
pub const APIC_BASE: u32 = 0x1b;
/// IA32_PAT
pub const PAT: u32 = 0x277;
/// EFER
pub const EFER: u32 = 0xc000_0080;
/// VM_CR: bit 4 says that the firmware disabled SVM.
pub const VM_CR: u32 = 0xc001_0114;
/// VM_HSAVE_PA: where VMRUN saves the host's state.
pub const VM_HSAVE_PA: u32 = 0xc001_0117;
/// GS.Base
pub const GS_BASE: u32 = 0xc000_0101;
/// KernelGSBase
pub const KERNEL_GS_BASE: u32 = 0xc000_0102;
/// TSC_AUX: what RDTSCP gives beside the time stamp counter.
pub const TSC_AUX: u32 = 0xc000_0103;
/// The first x2APIC register; the others follow in steps of 16 bytes of the xAPIC's page.
pub const X2APIC: u32 = 0x800;
/// x2APIC interrupt command register
pub const X2APIC_ICR: u32 = 0x830;

/// Reads an MSR, or says that the CPU raised #GP.
pub fn read(msr: u32) -> Result<u64, Faulted> {
    let (low, high, faulted): (u32, u32, u32);
    // SAFETY: reading an MSR has no effect on memory; a fault resumes behind the instruction with the
    // flag still set.
    unsafe {
        asm!(
            "mov {flag:e}, 1",
            "2: rdmsr",
            "xor {flag:e}, {flag:e}",
            "3:",
            ".pushsection recovery, \"a\"",
            ".quad 2b, 3b",
            ".popsection",
            flag = out(reg) faulted,
            in("ecx") msr,
            inout("eax") 0u32 => low,
            inout("edx") 0u32 => high,
            options(nostack),
        );
    }
    if faulted == 0 {
        Ok(u64::from(high) << 32 | u64::from(low))
    } else {
        Err(Faulted)
    }
}

/// Writes an MSR, or says that the CPU raised #GP.
///
/// # Safety
/// The register and value must not change how the hypervisor itself runs (paging, its own GS base,
/// VM_HSAVE_PA, SVME): values that come from the guest are filtered by `guest::msr` before they get here.
pub unsafe fn write(msr: u32, value: u64) -> Result<(), Faulted> {
    let faulted: u32;
    // SAFETY: the caller keeps the promise above; a fault resumes behind the instruction.
    unsafe {
        asm!(
            "mov {flag:e}, 1",
            "2: wrmsr",
            "xor {flag:e}, {flag:e}",
            "3:",
            ".pushsection recovery, \"a\"",
            ".quad 2b, 3b",
            ".popsection",
            flag = out(reg) faulted,
            in("ecx") msr,
            in("eax") value as u32,
            in("edx") (value >> 32) as u32,
            options(nostack),
        );
    }
    if faulted == 0 { Ok(()) } else { Err(Faulted) }
}

/// Writes an extended control register on the guest's behalf, or says that the CPU raised #GP or #UD.
pub fn xsetbv(index: u32, value: u64) -> Result<(), Faulted> {
    let faulted: u32;
    // SAFETY: XCR0 only decides which states XSAVE handles; the hypervisor itself uses SSE alone, which
    // cannot be disabled there. A fault resumes behind the instruction.
    unsafe {
        asm!(
            "mov {flag:e}, 1",
            "2: xsetbv",
            "xor {flag:e}, {flag:e}",
            "3:",
            ".pushsection recovery, \"a\"",
            ".quad 2b, 3b",
            ".popsection",
            flag = out(reg) faulted,
            in("ecx") index,
            in("eax") value as u32,
            in("edx") (value >> 32) as u32,
            options(nostack),
        );
    }
    if faulted == 0 { Ok(()) } else { Err(Faulted) }
}
