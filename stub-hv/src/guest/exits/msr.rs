//! RDMSR, WRMSR and XSETBV: carried out on the hardware where the guest may, with its faults.
#![expect(unsafe_code, reason = "writes model-specific registers on the guest's behalf")]

use core::arch::x86_64::__cpuid;

use spin::Once;

use super::Outcome;
use super::code;
use crate::cpu::PerCpu;
use crate::cpu::msr as hardware;
use crate::guest::apic;
use crate::guest::emulate::length::Class;
use crate::guest::msr;
use crate::guest::msr::ApicMode;
use crate::guest::msr::GeneralProtection;
use crate::virt::Injection;
use crate::virt::Register;
use crate::virt::Vcpu;

const RAX: Register = Register::General(0);
const RCX: Register = Register::General(1);
const RDX: Register = Register::General(2);

fn state<V: Vcpu>(vcpu: &V, msr: u32) -> msr::State {
    static SUPPORTED: Once<u64> = Once::new();
    msr::State {
        efer: vcpu.get(Register::Efer),
        supported_efer: *SUPPORTED.call_once(|| msr::supported_efer(__cpuid)),
        cr0: vcpu.get(Register::Cr0),
        apic_base: if msr == msr::APIC_BASE {
            hardware::read(msr).unwrap_or(0)
        } else {
            0
        },
    }
}

fn value<V: Vcpu>(vcpu: &V) -> u64 {
    vcpu.get(RDX) << 32 | vcpu.get(RAX) & 0xffff_ffff
}

fn finish<V: Vcpu>(vcpu: &mut V, class: Class, done: Result<(), GeneralProtection>) -> Outcome {
    if done.is_err() {
        vcpu.inject(Injection::GENERAL_PROTECTION);
        return Outcome::Retry;
    }
    match code::length(vcpu, class) {
        Some(length) => {
            vcpu.skip(length);
            Outcome::Emulated
        }
        None => Outcome::Retry,
    }
}

pub(super) fn read<V: Vcpu>(vcpu: &mut V) -> Outcome {
    let msr = vcpu.get(RCX) as u32;
    let result = match msr::read(msr, &state(vcpu, msr)) {
        Ok(msr::Read::Value(value)) => Ok(value),
        Ok(msr::Read::PassThrough) => hardware::read(msr).map_err(|_| GeneralProtection),
        Err(fault) => Err(fault),
    };
    if let Ok(value) = result {
        // General registers take any value.
        let _ = vcpu.set(RAX, value & 0xffff_ffff);
        let _ = vcpu.set(RDX, value >> 32);
    }
    finish(vcpu, Class::ReadMsr, result.map(drop))
}

pub(super) fn write<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V) -> Outcome {
    let msr = vcpu.get(RCX) as u32;
    let value = value(vcpu);
    let pass = || {
        // SAFETY: `guest::msr` keeps back the registers that the hypervisor runs on; those that a world
        // switch swaps are not intercepted at all.
        unsafe { hardware::write(msr, value) }.map_err(|_| GeneralProtection)
    };
    let result = match msr::write(msr, value, &state(vcpu, msr)) {
        Ok(msr::Write::Efer(efer)) => vcpu
            .set(Register::Efer, efer & !msr::EFER_SVME)
            .map_err(|_| GeneralProtection),
        Ok(msr::Write::ApicBase(mode)) => {
            pass().inspect(|()| cpu.guest_apic.set_x2apic(mode == ApicMode::X2Apic))
        }
        Ok(msr::Write::Icr) if apic::x2apic_command(cpu, value) => Ok(()),
        Ok(msr::Write::Icr | msr::Write::PassThrough) => pass(),
        Err(fault) => Err(fault),
    };
    finish(vcpu, Class::WriteMsr, result)
}

pub(super) fn set_xcr<V: Vcpu>(vcpu: &mut V) -> Outcome {
    let result = if vcpu.privilege() == 0 {
        hardware::xsetbv(vcpu.get(RCX) as u32, value(vcpu)).map_err(|_| GeneralProtection)
    } else {
        Err(GeneralProtection)
    };
    finish(vcpu, Class::SetXcr, result)
}
