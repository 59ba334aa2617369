//! Single instructions as functions, each doing exactly one thing a debugger may want to trap.

#![expect(unsafe_code, reason = "privileged instructions have no safe spelling")]

use core::arch::asm;
use core::arch::x86_64::__cpuid_count;
use core::arch::x86_64::CpuidResult;

/// Port of QEMU's isa-debug-exit device; a write of N ends QEMU with status 2N+1.
const EXIT_PORT: u16 = 0xF4;
/// Everything went well (QEMU status 33).
pub(crate) const EXIT_OK: u32 = 0x10;
/// A check failed (QEMU status 35).
pub(crate) const EXIT_FAILED: u32 = 0x11;
/// An exception nobody expected, or a panic (QEMU status 37).
pub(crate) const EXIT_CRASH: u32 = 0x12;

macro_rules! port_access {
    ($input:ident, $output:ident, $type:ty, $register:tt, $in:literal, $out:literal) => {
        #[doc = concat!("One `", $in, "` from `port`.")]
        pub(crate) fn $input(port: u16) -> $type {
            let value: $type;
            // SAFETY: the guest owns its machine; callers pick ports whose reads disturb nothing.
            unsafe { asm!($in, out($register) value, in("dx") port, options(nomem, nostack, preserves_flags)) };
            value
        }

        #[doc = concat!("One `", $out, "` to `port`.")]
        pub(crate) fn $output(port: u16, value: $type) {
            // SAFETY: the guest owns its machine; no port it writes to makes a device touch memory.
            unsafe { asm!($out, in("dx") port, in($register) value, options(nomem, nostack, preserves_flags)) };
        }
    };
}

port_access!(in8, out8, u8, "al", "in al, dx", "out dx, al");
port_access!(in16, out16, u16, "ax", "in ax, dx", "out dx, ax");
port_access!(in32, out32, u32, "eax", "in eax, dx", "out dx, eax");

/// `rep outsb` of all of `bytes` to `port`.
pub(crate) fn out_string(port: u16, bytes: &[u8]) {
    // SAFETY: reads exactly the slice; the direction flag is clear by the calling convention.
    unsafe {
        asm!("rep outsb", in("dx") port, inout("rsi") bytes.as_ptr() => _, inout("rcx") bytes.len() => _,
             options(readonly, nostack, preserves_flags));
    }
}

/// `rep insb` from `port` until `bytes` is full.
pub(crate) fn in_string(port: u16, bytes: &mut [u8]) {
    // SAFETY: writes exactly the slice; the direction flag is clear by the calling convention.
    unsafe {
        asm!("rep insb", in("dx") port, inout("rdi") bytes.as_mut_ptr() => _, inout("rcx") bytes.len() => _,
             options(nostack, preserves_flags));
    }
}

macro_rules! register_access {
    ($read:ident, $write:ident, $name:literal) => {
        #[doc = concat!("Reads ", $name, ".")]
        #[inline(never)]
        pub(crate) fn $read() -> u64 {
            let value: u64;
            // SAFETY: reading the register changes nothing.
            unsafe { asm!(concat!("mov {}, ", $name), out(reg) value, options(nomem, nostack, preserves_flags)) };
            value
        }

        #[doc = concat!("Writes ", $name, "; the caller passes a value under which this kernel can go on.")]
        #[inline(never)]
        pub(crate) fn $write(value: u64) {
            // SAFETY: callers derive the value from the one read before, changing bits that keep every
            // mapping, stack and handler of this kernel valid.
            unsafe { asm!(concat!("mov ", $name, ", {}"), in(reg) value, options(nostack, preserves_flags)) };
        }
    };
}

register_access!(read_cr0, write_cr0, "cr0");
register_access!(read_cr3, write_cr3, "cr3");
register_access!(read_cr4, write_cr4, "cr4");
register_access!(read_cr8, write_cr8, "cr8");
register_access!(read_dr0, write_dr0, "dr0");
register_access!(read_dr1, write_dr1, "dr1");
register_access!(read_dr2, write_dr2, "dr2");
register_access!(read_dr3, write_dr3, "dr3");
register_access!(read_dr6, write_dr6, "dr6");
register_access!(read_dr7, write_dr7, "dr7");

/// Reads CR2, the address of the last page fault.
pub(crate) fn read_cr2() -> u64 {
    let value: u64;
    // SAFETY: reading the register changes nothing.
    unsafe { asm!("mov {}, cr2", out(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}

/// RDMSR of a register that exists.
pub(crate) fn read_msr(msr: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: callers name registers every long-mode CPU has; reading changes nothing.
    unsafe {
        asm!("rdmsr", in("ecx") msr, out("eax") low, out("edx") high, options(nomem, nostack, preserves_flags));
    }
    u64::from(high) << 32 | u64::from(low)
}

/// WRMSR of a register that exists, with a value it takes.
pub(crate) fn write_msr(msr: u32, value: u64) {
    // SAFETY: callers name registers every long-mode CPU has and keep this kernel able to run.
    unsafe {
        asm!("wrmsr", in("ecx") msr, in("eax") value as u32, in("edx") (value >> 32) as u32,
             options(nostack, preserves_flags));
    }
}

/// CPUID `leaf`, subleaf `subleaf`.
#[inline(never)]
pub(crate) fn cpuid(leaf: u32, subleaf: u32) -> CpuidResult {
    __cpuid_count(leaf, subleaf)
}

/// The initial APIC id of this CPU, from CPUID leaf 1; below 256.
pub(crate) fn apic_id() -> u32 {
    cpuid(1, 0).ebx >> 24
}

/// The time-stamp counter.
pub(crate) fn time_stamp() -> u64 {
    // SAFETY: CR4.TSD is clear, and RDTSC has no other condition.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// STI.
pub(crate) fn enable_interrupts() {
    // SAFETY: every caller runs after the interrupt table was loaded.
    unsafe { asm!("sti", options(nomem, nostack)) };
}

/// CLI.
pub(crate) fn disable_interrupts() {
    // SAFETY: only delays interrupts.
    unsafe { asm!("cli", options(nomem, nostack)) };
}

/// HLT with interrupts as they are.
pub(crate) fn halt() {
    // SAFETY: waits for an interrupt; nothing else changes.
    unsafe { asm!("hlt", options(nomem, nostack, preserves_flags)) };
}

/// INVLPG of the page of `address`.
pub(crate) fn invalidate_page(address: u64) {
    // SAFETY: forgetting a translation never changes what the page tables say.
    unsafe { asm!("invlpg [{}]", in(reg) address, options(nostack, preserves_flags)) };
}

/// Writes `code` to QEMU's exit port; returns where there is no such device.
pub(crate) fn exit_emulator(code: u32) {
    out32(EXIT_PORT, code);
}

/// Sleeps for ever with interrupts off.
pub(crate) fn stop() -> ! {
    loop {
        disable_interrupts();
        halt();
    }
}

/// Turns interrupts off and says whether they were on.
pub(crate) fn save_and_disable_interrupts() -> bool {
    let flags: u64;
    // SAFETY: pushes and pops one word; no `nostack`, so the compiler keeps its red zone out of the way.
    unsafe { asm!("pushfq", "pop {}", "cli", out(reg) flags) };
    flags & 1 << 9 != 0
}

/// Turns interrupts on again when `on`, the answer of [`save_and_disable_interrupts`].
pub(crate) fn restore_interrupts(on: bool) {
    if on {
        enable_interrupts();
    }
}

/// Runs `body` with interrupts off.
pub(crate) fn without_interrupts<T>(body: impl FnOnce() -> T) -> T {
    let were_on = save_and_disable_interrupts();
    let result = body();
    restore_interrupts(were_on);
    result
}
