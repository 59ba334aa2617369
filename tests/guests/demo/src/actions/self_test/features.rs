//! What CPUID says must follow what the guest set up.

use crate::actions::Context;
use crate::actions::self_test::Report;
use crate::cpu;

const CPUID_XSAVE: u32 = 1 << 26;
const CPUID_OSXSAVE: u32 = 1 << 27;
const CPUID_PKU: u32 = 1 << 3;
const CPUID_OSPKE: u32 = 1 << 4;
const CR4_OSXSAVE: u64 = 1 << 18;
const CR4_PKE: u64 = 1 << 22;

/// The two CPUID bits that mirror CR4 bits.
pub(crate) fn check(_: &Context<'_>, report: &mut Report) {
    mirrors(
        "OSXSAVE",
        || cpu::cpuid(1, 0).ecx,
        [CPUID_XSAVE, CPUID_OSXSAVE],
        CR4_OSXSAVE,
        report,
    );
    mirrors(
        "OSPKE",
        || cpu::cpuid(7, 0).ecx,
        [CPUID_PKU, CPUID_OSPKE],
        CR4_PKE,
        report,
    );
}

fn mirrors(name: &str, leaf: fn() -> u32, [has, mirror]: [u32; 2], cr4_bit: u64, report: &mut Report) {
    if leaf() & has == 0 {
        return;
    }
    let before = cpu::read_cr4();
    for (value, on) in [(before & !cr4_bit, false), (before | cr4_bit, true)] {
        cpu::write_cr4(value);
        let shown = leaf() & mirror != 0;
        report.check(
            shown == on,
            format_args!("{name} reads {shown} when its CR4 bit is {on}"),
        );
    }
    cpu::write_cr4(before);
}
