//! PUSHF while single-stepping: carried out here, because the CPU would push the debugger's trap flag.

use super::Outcome;
use super::code;
use crate::guest::emulate::Width;
use crate::guest::emulate::length::Class;
use crate::guest::linear;
use crate::virt::Injection;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;
use crate::virt::Vcpu;

const RSP: Register = Register::General(4);
/// VM and RF are pushed as 0.
const NOT_PUSHED: u64 = 3 << 16;
const OPERAND_SIZE_PREFIX: u8 = 0x66;
/// CR0.AM and the like do not matter here; a stack that cannot be written is the guest's #SS.
const STACK_FAULT: Injection = Injection::Exception {
    vector: 12,
    error: Some(0),
};

/// The mask of the stack pointer bits in use: by the width of the stack segment.
fn stack_mask(registers: &impl RegisterFile, width: Width) -> u64 {
    const BIG: u64 = 1 << 10;
    if width == Width::Bits64 {
        u64::MAX
    } else if registers.get(Register::Attributes(Segment::Ss)) & BIG != 0 {
        0xffff_ffff
    } else {
        0xffff
    }
}

pub(super) fn push<V: Vcpu>(vcpu: &mut V) -> Outcome {
    let Some(length) = code::length(vcpu, Class::PushFlags) else {
        return Outcome::Retry;
    };
    let Some((width, prefixed)) = code::fetch(vcpu, |_, code| {
        let prefixes = code.bytes.get(..length as usize).unwrap_or_default();
        (code.width, prefixes.contains(&OPERAND_SIZE_PREFIX))
    }) else {
        return Outcome::Retry;
    };
    let size = match (width, prefixed) {
        (Width::Bits64, false) => 8,
        (Width::Bits64, true) | (Width::Bits32, true) | (Width::Bits16, false) => 2,
        (Width::Bits32, false) | (Width::Bits16, true) => 4,
    };
    let mask = stack_mask(vcpu, width);
    let rsp = vcpu.get(RSP);
    let top = rsp.wrapping_sub(size) & mask;
    let base = if width == Width::Bits64 {
        0
    } else {
        vcpu.get(Register::Base(Segment::Ss))
    };
    let flags = (vcpu.get(Register::Rflags) & !NOT_PUSHED).to_le_bytes();
    let bytes = flags.get(..size as usize).unwrap_or_default();
    if linear::write(vcpu, base.wrapping_add(top), bytes).is_err() {
        vcpu.inject(STACK_FAULT);
        return Outcome::Retry;
    }
    // A general register takes any value.
    let _ = vcpu.set(RSP, rsp & !mask | top);
    vcpu.skip(length);
    Outcome::Emulated
}
