//! The guest's own INT3.

#![expect(unsafe_code, reason = "raises #BP")]

use core::arch::asm;
use core::sync::atomic::Ordering;

use crate::console::println;
use crate::traps::BREAKPOINTS;

/// One INT3; the handler counts it in `BREAKPOINTS`.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) extern "C" fn raise_int3() {
    // SAFETY: the handler for #BP only counts, on a stack of its own.
    unsafe { asm!("int3", options(nostack)) };
}

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(_number: u64) {
    let before = BREAKPOINTS.load(Ordering::Relaxed);
    raise_int3();
    let taken = BREAKPOINTS.load(Ordering::Relaxed) - before;
    if taken != 1 {
        println!("demo: one INT3 was taken {taken} times");
    }
}
