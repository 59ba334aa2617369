//! IRET while the guest handles an NMI: behind it the next NMI may be delivered.

use super::Outcome;
use crate::cpu::PerCpu;
use crate::guest::run::Local;
use crate::virt::Vcpu;

pub(super) fn handle<V: Vcpu>(cpu: &PerCpu, vcpu: &mut V, local: &mut Local) -> Outcome {
    vcpu.set_in_nmi(false);
    if cpu.state.has_guest_nmi() && !local.stepper.is_active() {
        // The IRET first: an NMI in front of it would be delivered on the stack that it is about to leave.
        local.stepper.over_instruction(vcpu);
    }
    Outcome::Retry
}
