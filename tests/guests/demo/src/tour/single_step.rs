//! The guest's own single-stepping by TF, over exactly ten instructions.

#![expect(unsafe_code, reason = "sets TF and names the labels of the stepped code")]

use core::sync::atomic::{AtomicU64, Ordering};

use crate::console::println;
use crate::traps::Frame;

/// Instructions between the labels `stepped_start` and `stepped_end`.
pub(crate) const LENGTH: u64 = 10;
const TRAP_FLAG: u64 = 1 << 8;

/// Steps that ended behind one of the ten instructions, since the guest started.
#[unsafe(no_mangle)]
pub(crate) static STEPS_COUNTED: AtomicU64 = AtomicU64::new(0);

core::arch::global_asm!(
    ".section .text.stepped, \"ax\"",
    ".globl stepped_code",
    ".globl stepped_start",
    ".globl stepped_end",
    "stepped_code:",
    "pushfq",
    "or qword ptr [rsp], 0x100",
    "popfq",
    "stepped_start:",
    ".rept 10",
    "nop",
    ".endr",
    "stepped_end:",
    "ret",
);

unsafe extern "C" {
    static stepped_start: [u8; 0];
    static stepped_end: [u8; 0];
    fn stepped_code();
}

/// Called for each single-step #DB: counts it when it belongs to the ten, and ends the stepping after them.
pub(crate) fn after_step(frame: &mut Frame) {
    let start = (&raw const stepped_start) as u64;
    let end = (&raw const stepped_end) as u64;
    if start < frame.rip && frame.rip <= end {
        STEPS_COUNTED.fetch_add(1, Ordering::Relaxed);
    }
    if frame.rip < start || frame.rip >= end {
        frame.rflags &= !TRAP_FLAG;
    }
}

/// Steps over the ten instructions and returns how many single-step traps that took.
#[inline(never)]
pub(crate) fn step_ten() -> u64 {
    let before = STEPS_COUNTED.load(Ordering::Relaxed);
    // SAFETY: changes only flags, and the handler clears TF behind the tenth instruction.
    unsafe { stepped_code() };
    STEPS_COUNTED.load(Ordering::Relaxed) - before
}

/// The step of the tour.
pub(crate) fn round(_number: u64) {
    let steps = step_ten();
    if steps != LENGTH {
        println!("demo: {LENGTH} instructions took {steps} steps");
    }
}
