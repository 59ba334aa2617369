//! HLT while single-stepping: with interrupts held back nothing would end it, so it ends at once, as if
//! an interrupt had come and gone.

use super::Outcome;
use super::code;
use crate::guest::emulate::length::Class;
use crate::virt::Vcpu;

pub(super) fn handle<V: Vcpu>(vcpu: &mut V) -> Outcome {
    match code::length(vcpu, Class::Halt) {
        Some(length) => {
            vcpu.skip(length);
            Outcome::Emulated
        }
        None => Outcome::Retry,
    }
}
