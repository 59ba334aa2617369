//! Switching SVM on for a CPU.
#![expect(unsafe_code, reason = "writes EFER, VM_CR and VM_HSAVE_PA")]

use alloc::boxed::Box;
use core::arch::x86_64::__cpuid;

use super::registers::SVME;
use super::vcpu;
use super::vcpu::SvmVcpu;
use crate::cpu::msr;
use crate::cpu::paging;
use crate::virt::Extension;
use crate::virt::Unsupported;

/// VM_CR.SVMDIS: EFER.SVME cannot be set.
const SVM_DISABLED: u64 = 1 << 4;
/// VM_CR.R_INIT: an INIT raises #SX instead of resetting the CPU.
const REDIRECT_INIT: u64 = 1 << 1;

/// AMD SVM.
#[derive(Debug)]
pub struct Svm;

impl Extension for Svm {
    type Vcpu = SvmVcpu;

    fn check() -> Result<(), Unsupported> {
        if __cpuid(0x8000_0000).eax < 0x8000_000a || __cpuid(0x8000_0001).ecx & 1 << 2 == 0 {
            return Err(Unsupported::NoExtension);
        }
        if msr::read(msr::VM_CR).is_ok_and(|value| value & SVM_DISABLED != 0) {
            return Err(Unsupported::DisabledByFirmware);
        }
        if __cpuid(0x8000_000a).edx & 1 == 0 {
            return Err(Unsupported::NoNestedPaging);
        }
        Ok(())
    }

    fn enable(nested_root: u64) -> Result<Box<SvmVcpu>, Unsupported> {
        Self::check()?;
        let host_save = paging::allocate_frame().ok_or(Unsupported::OutOfMemory)?;
        let host_vmcb = paging::allocate_frame().ok_or(Unsupported::OutOfMemory)?;
        let efer = msr::read(msr::EFER).map_err(|_| Unsupported::NoExtension)?;
        // SAFETY: SVME only makes the SVM instructions available; the save area is a frame of this CPU's
        // own; redirecting INIT keeps the hypervisor from being reset. Not every CPU has VM_CR.
        unsafe {
            msr::write(msr::EFER, efer | SVME).map_err(|_| Unsupported::DisabledByFirmware)?;
            msr::write(msr::VM_HSAVE_PA, host_save).map_err(|_| Unsupported::NoExtension)?;
            if let Ok(vm_cr) = msr::read(msr::VM_CR) {
                let _ = msr::write(msr::VM_CR, vm_cr | REDIRECT_INIT);
            }
            core::arch::asm!("clgi", options(nostack));
            core::arch::asm!("vmsave rax", in("rax") host_vmcb, options(nostack));
        }
        vcpu::prepare_host();
        let mut vcpu = SvmVcpu::new(nested_root, host_vmcb).ok_or(Unsupported::OutOfMemory)?;
        vcpu.rehearse();
        Ok(vcpu)
    }
}
