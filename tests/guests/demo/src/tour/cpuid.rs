//! CPUID.

use crate::console::println;
use crate::cpu;

/// The step of the tour: vendor, features, extended topology, address sizes.
#[inline(never)]
pub(crate) fn round(_number: u64) {
    let vendor = cpu::cpuid(0, 0);
    cpu::cpuid(1, 0);
    cpu::cpuid(0xB, 0);
    cpu::cpuid(0x8000_0008, 0);
    if vendor != cpu::cpuid(0, 0) {
        println!("demo: CPUID leaf 0 changed");
    }
}
