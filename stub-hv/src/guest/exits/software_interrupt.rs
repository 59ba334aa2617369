//! INT3 and INT n while software breakpoints are set or a step is under way: a breakpoint of the
//! debugger's, or the guest's own instruction, which is delivered to it.

use super::Outcome;
use super::code;
use crate::debug::hits;
use crate::guest::emulate::flow;
use crate::guest::emulate::flow::Flow;
use crate::guest::run::Local;
use crate::virt::Injection;
use crate::virt::Vcpu;

/// #BP
const BREAKPOINT: u8 = 3;

pub(super) fn handle<V: Vcpu>(vcpu: &mut V, local: &mut Local) -> Outcome {
    // Stepping over a breakpoint, the CPU sees what is under it: an INT3 there is the guest's own.
    if !local.stepper.shows_original()
        && let Some(outcome) = hits::software_breakpoint(vcpu, local)
    {
        return outcome;
    }
    let delivered = code::fetch(vcpu, |_, code| match flow::classify(code) {
        Ok(Flow::Breakpoint) => Some((BREAKPOINT, 1)),
        Ok(Flow::SoftwareInterrupt { vector, length }) => Some((vector, u64::from(length))),
        _ => None,
    });
    let Some(Some((vector, length))) = delivered else {
        return Outcome::Retry;
    };
    local.stepper.delivers(vcpu);
    vcpu.skip(length);
    vcpu.inject(Injection::Software(vector));
    Outcome::Retry
}
