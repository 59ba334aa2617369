//! Exceptions that are intercepted: the debugger's #DB, and any exception while a step is under way.
//! What is not the debugger's is delivered to the guest.

use super::Outcome;
use crate::debug::hits;
use crate::guest::run::Local;
use crate::virt::Injection;
use crate::virt::Register;
use crate::virt::Vcpu;

const DEBUG: u8 = 1;
const PAGE_FAULT: u8 = 14;

/// An exception that was raised and not delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raised {
    pub(super) vector: u8,
    pub(super) error: u32,
    /// For a page fault, the address.
    pub(super) address: u64,
}

pub(super) fn handle<V: Vcpu>(vcpu: &mut V, local: &mut Local, raised: Raised) -> Outcome {
    if raised.vector == DEBUG {
        return hits::debug_exception(vcpu, local);
    }
    if raised.vector == PAGE_FAULT {
        // The CPU sets CR2 when it delivers the exception, and so must whoever delivers it instead.
        let _ = vcpu.set(Register::Cr2, raised.address);
    }
    local.stepper.delivers(vcpu);
    vcpu.inject(Injection::exception(raised.vector, raised.error));
    Outcome::Retry
}
