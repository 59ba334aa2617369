//! VMMCALL and VMCALL: #UD on bare hardware, and under a hypervisor that leaves them alone.

#![expect(unsafe_code, reason = "symbols with plain names")]

use core::sync::atomic::{AtomicU64, Ordering};

use crate::faultable;

/// Hypercalls of either kind that went through without #UD.
#[unsafe(no_mangle)]
static HYPERCALLS_ANSWERED: AtomicU64 = AtomicU64::new(0);

/// RAX of the hypercalls: easy to recognise.
pub(crate) const NUMBER: u64 = 0xD3_0000;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(number: u64) {
    for answer in [
        faultable::vmmcall(NUMBER | number & 0xFFFF),
        faultable::vmcall(NUMBER | number & 0xFFFF),
    ] {
        if answer.is_ok() {
            HYPERCALLS_ANSWERED.fetch_add(1, Ordering::Relaxed);
        }
    }
}
