//! XSETBV, where the CPU has it: once legal, once with a value that must raise #GP.

use crate::console::println;
use crate::cpu;
use crate::faultable;

const CR4_OSXSAVE: u64 = 1 << 18;
const CPUID_XSAVE: u32 = 1 << 26;
/// x87 and SSE state; every CPU with XSAVE takes this.
const X87_AND_SSE: u64 = 3;
const GENERAL_PROTECTION: u8 = 13;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(_number: u64) {
    if cpu::cpuid(1, 0).ecx & CPUID_XSAVE == 0 {
        return;
    }
    cpu::write_cr4(cpu::read_cr4() | CR4_OSXSAVE);
    if let Err(vector) = faultable::write_xcr(0, X87_AND_SSE) {
        println!("demo: XSETBV of {X87_AND_SSE} raised exception {vector}");
    }
    // Clearing the x87 bit is never allowed.
    let answer = faultable::write_xcr(0, 0);
    if answer != Err(GENERAL_PROTECTION) {
        println!("demo: XSETBV of 0 gave {answer:?}");
    }
}
