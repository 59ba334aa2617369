//! CPUID: the machine's own answer, with what the guest must not see taken out.

use core::arch::x86_64::__cpuid_count;

use super::Outcome;
use super::code;
use crate::guest::cpuid;
use crate::guest::emulate::length::Class;
use crate::virt::Register;
use crate::virt::Vcpu;

const RAX: Register = Register::General(0);
const RBX: Register = Register::General(3);
const RCX: Register = Register::General(1);
const RDX: Register = Register::General(2);

pub(super) fn handle<V: Vcpu>(vcpu: &mut V) -> Outcome {
    let Some(length) = code::length(vcpu, Class::Cpuid) else {
        return Outcome::Retry;
    };
    let (leaf, subleaf) = (vcpu.get(RAX) as u32, vcpu.get(RCX) as u32);
    let result = cpuid::filter(
        leaf,
        subleaf,
        __cpuid_count(leaf, subleaf),
        vcpu.get(Register::Cr4),
    );
    for (register, value) in [
        (RAX, result.eax),
        (RBX, result.ebx),
        (RCX, result.ecx),
        (RDX, result.edx),
    ] {
        // A general register takes any value.
        let _ = vcpu.set(register, value.into());
    }
    vcpu.skip(length);
    Outcome::Emulated
}
