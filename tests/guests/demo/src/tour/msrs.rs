//! RDMSR and WRMSR that work, and accesses that raise #GP.

use crate::console::println;
use crate::cpu;
use crate::faultable;
use crate::ring3::{SFMASK, SFMASK_VALUE};

const TSC_AUX: u32 = 0xC000_0103;
/// In no manual; real CPUs raise #GP, QEMU reads 0.
const NOWHERE: u32 = 0xDEAD_BEEF;
/// Not canonical under 4-level and under 5-level paging.
const NOT_CANONICAL: u64 = 0x8000_0000_0000_0000;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(number: u64) {
    syscall_mask();
    if cpu::cpuid(0x8000_0001, 0).edx & 1 << 27 != 0 {
        tsc_aux(number & 0xFFFF);
    }
    let _ = faultable::read_msr(NOWHERE);
    if faultable::read_byte(NOT_CANONICAL).is_ok() {
        println!("demo: a read at a non-canonical address went through");
    }
}

#[inline(never)]
fn syscall_mask() {
    cpu::write_msr(SFMASK, SFMASK_VALUE | 1 << 18);
    let read = cpu::read_msr(SFMASK);
    cpu::write_msr(SFMASK, SFMASK_VALUE);
    if read != SFMASK_VALUE | 1 << 18 {
        println!("demo: SFMASK reads {read:x}");
    }
}

#[inline(never)]
fn tsc_aux(value: u64) {
    if faultable::write_msr(TSC_AUX, value).is_ok() && faultable::read_msr(TSC_AUX) != Ok(value) {
        println!("demo: TSC_AUX does not hold {value:x}");
    }
}
