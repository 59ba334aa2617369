//! The guest's instruction bytes, for exits that have to know the instruction.

use crate::guest::emulate::Code;
use crate::guest::emulate::LONGEST;
use crate::guest::emulate::Vendor;
use crate::guest::emulate::Width;
use crate::guest::emulate::length;
use crate::guest::emulate::length::Class;
use crate::guest::linear;
use crate::virt::Register;
use crate::virt::Segment;
use crate::virt::Vcpu;

/// Calls `with` with the code at the guest's instruction pointer, breakpoints of the debugger replaced by
/// what is under them. `None` when not one byte can be read.
pub fn fetch<V: Vcpu, R>(vcpu: &mut V, with: impl FnOnce(&mut V, &Code<'_>) -> R) -> Option<R> {
    let mut bytes = [0; LONGEST];
    let rip = vcpu.get(Register::Rip);
    let width = Width::of(vcpu);
    let base = if width == Width::Bits64 {
        0
    } else {
        vcpu.get(Register::Base(Segment::Cs))
    };
    let count = linear::read(vcpu, base.wrapping_add(rip), &mut bytes).unwrap_or(0);
    let bytes = bytes.get(..count).filter(|bytes| !bytes.is_empty())?;
    Some(with(
        vcpu,
        &Code {
            bytes,
            width,
            rip,
            vendor: Vendor::Amd,
        },
    ))
}

/// The length of the instruction at the instruction pointer, if it is what the exit says. `None`: another
/// CPU has changed it since; the guest decides again.
pub(super) fn length<V: Vcpu>(vcpu: &mut V, class: Class) -> Option<u64> {
    fetch(vcpu, |_, code| length::length(code, class))?
        .ok()
        .map(|length| length as u64)
}
