//! Model-specific registers of a stopped guest, as commands see them.
//!
//! What a world switch swaps lies in the virtual CPU and can be reached of every CPU; what stays in the hardware only
//! of the CPU that stopped the world, which is the one that runs this.
#![expect(unsafe_code, reason = "writes model-specific registers on the guest's behalf")]

use monitor_cmds::MsrError;

use super::View;
use crate::cpu::msr as hardware;
use crate::debug::world;
use crate::guest::msr;
use crate::virt::Register;
use crate::virt::Segment;

/// STAR, LSTAR, CSTAR and SFMASK.
const SYSTEM_CALL: core::ops::RangeInclusive<u32> = 0xc000_0081..=0xc000_0084;
/// SYSENTER_CS, SYSENTER_ESP and SYSENTER_EIP.
const SYSENTER: core::ops::RangeInclusive<u32> = 0x174..=0x176;

/// The virtual CPU's register that is this MSR.
fn place(msr: u32) -> Option<Register> {
    match msr {
        hardware::EFER => Some(Register::Efer),
        0xc000_0100 => Some(Register::Base(Segment::Fs)),
        hardware::GS_BASE => Some(Register::Base(Segment::Gs)),
        hardware::KERNEL_GS_BASE => Some(Register::KernelGsBase),
        _ => None,
    }
}

/// Does the hardware have the hypervisor's own value while the guest is stopped?
fn is_swapped(msr: u32) -> bool {
    SYSTEM_CALL.contains(&msr) || SYSENTER.contains(&msr) || msr == hardware::PAT
}

/// An error unless the hardware's register is the guest's of CPU `cpu`.
fn owned(cpu: u32, msr: u32) -> Result<(), MsrError> {
    match world::owner() == Some(cpu as usize) && !is_swapped(msr) {
        true => Ok(()),
        false => Err(MsrError::Unreachable),
    }
}

pub(super) fn read(view: &View<'_>, cpu: u32, msr: u32) -> Result<u64, MsrError> {
    let vcpu = view.target.peek(cpu as usize).ok_or(MsrError::Unreachable)?;
    if let Some(register) = place(msr) {
        return Ok(vcpu.get(register));
    }
    if SYSTEM_CALL.contains(&msr) {
        let index = msr.wrapping_sub(*SYSTEM_CALL.start()) as usize;
        let value = vcpu.system_call_registers().get(index).copied();
        return value.ok_or(MsrError::Unreachable);
    }
    match msr::read(msr, &msr::State::default()) {
        Ok(msr::Read::Value(value)) => Ok(value),
        Ok(msr::Read::PassThrough) => {
            owned(cpu, msr)?;
            hardware::read(msr).map_err(|_| MsrError::GeneralProtection)
        }
        Err(msr::GeneralProtection) => Err(MsrError::GeneralProtection),
    }
}

pub(super) fn write(view: &mut View<'_>, cpu: u32, msr: u32, value: u64) -> Result<(), MsrError> {
    let vcpu = view.target.vcpu(cpu as usize).ok_or(MsrError::Unreachable)?;
    if let Some(register) = place(msr) {
        return vcpu.set(register, value).map_err(|_| MsrError::GeneralProtection);
    }
    let state = msr::State {
        apic_base: hardware::read(msr::APIC_BASE).unwrap_or(0),
        ..msr::State::default()
    };
    match msr::write(msr, value, &state) {
        Ok(msr::Write::PassThrough) => {
            owned(cpu, msr)?;
            // SAFETY: `guest::msr` keeps back the registers that the hypervisor runs on, and `owned` those that a
            // world switch swaps.
            unsafe { hardware::write(msr, value) }.map_err(|_| MsrError::GeneralProtection)
        }
        // Commands to other CPUs, and a change of how they are sent, are the guest's own business.
        Ok(msr::Write::Efer(_) | msr::Write::ApicBase(_) | msr::Write::Icr) => Err(MsrError::Unreachable),
        Err(msr::GeneralProtection) => Err(MsrError::GeneralProtection),
    }
}
