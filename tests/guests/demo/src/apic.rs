//! The local APIC: timer at about 100 Hz, end of interrupt, and IPIs, through the xAPIC page or, with the
//! word `apic=x2` on a CPU that has it, through the x2APIC registers.

#![expect(unsafe_code, reason = "the APIC page is memory-mapped")]

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::cpu;
use crate::pit;

/// Vector of the timer.
pub(crate) const TIMER_VECTOR: u8 = 0x40;
/// Vector of spurious interrupts; needs no end of interrupt.
pub(crate) const SPURIOUS_VECTOR: u8 = 0xFF;

const BASE_MSR: u32 = 0x1B;
const PAGE: u64 = 0xFEE0_0000;
const X2APIC_MSRS: u32 = 0x800;
const X2APIC_ENABLE: u64 = 1 << 10;

const TASK_PRIORITY: u32 = 0x80;
const END_OF_INTERRUPT: u32 = 0xB0;
const SPURIOUS: u32 = 0xF0;
const ICR_LOW: u32 = 0x300;
const ICR_HIGH: u32 = 0x310;
const TIMER: u32 = 0x320;
const INITIAL_COUNT: u32 = 0x380;
const CURRENT_COUNT: u32 = 0x390;
const DIVIDE: u32 = 0x3E0;
const MASKED: u32 = 1 << 16;
const PERIODIC: u32 = 1 << 17;
const DELIVERY_PENDING: u32 = 1 << 12;

/// ICR low word: NMI.
pub(crate) const NMI: u32 = 0x4400;
/// ICR low word: INIT, level asserted.
pub(crate) const INIT: u32 = 0x4500;
/// ICR low word: start-up IPI, without its vector.
pub(crate) const STARTUP: u32 = 0x4600;
/// ICR low word: shorthand "all excluding self".
pub(crate) const ALL_BUT_SELF: u32 = 3 << 18;

/// Counts (after division by 16) of one tick; the fallback is a 100 MHz bus.
static COUNTS_PER_TICK: AtomicU32 = AtomicU32::new(62_500);
static X2APIC: AtomicBool = AtomicBool::new(false);

fn read(register: u32) -> u32 {
    if X2APIC.load(Ordering::Relaxed) {
        return cpu::read_msr(X2APIC_MSRS + (register >> 4)) as u32;
    }
    // SAFETY: the page is mapped one to one and the offsets used are registers of every APIC.
    unsafe { core::ptr::read_volatile((PAGE + u64::from(register)) as *const u32) }
}

fn write(register: u32, value: u32) {
    if X2APIC.load(Ordering::Relaxed) {
        return cpu::write_msr(X2APIC_MSRS + (register >> 4), u64::from(value));
    }
    // SAFETY: as for `read`; the values written are legal for their registers.
    unsafe { core::ptr::write_volatile((PAGE + u64::from(register)) as *mut u32, value) };
}

/// Chooses the mode for all CPUs (x2APIC only when wanted and there) and enables this CPU's APIC.
pub(crate) fn enable(want_x2apic: bool) {
    let has_x2apic = cpu::cpuid(1, 0).ecx & 1 << 21 != 0;
    X2APIC.store(want_x2apic && has_x2apic, Ordering::Relaxed);
    enable_this();
}

/// Enables the APIC of the running CPU in the mode chosen before.
pub(crate) fn enable_this() {
    if X2APIC.load(Ordering::Relaxed) {
        cpu::write_msr(BASE_MSR, cpu::read_msr(BASE_MSR) | X2APIC_ENABLE);
    }
    write(TASK_PRIORITY, 0);
    write(SPURIOUS, 0x100 | u32::from(SPURIOUS_VECTOR));
}

/// Measures the timer against 10 ms of the PIT.
pub(crate) fn calibrate() {
    write(DIVIDE, 3);
    write(TIMER, MASKED);
    write(INITIAL_COUNT, u32::MAX);
    let measured = pit::wait(10_000);
    let counted = u32::MAX - read(CURRENT_COUNT);
    write(INITIAL_COUNT, 0);
    if measured && counted > 100 {
        COUNTS_PER_TICK.store(counted, Ordering::Relaxed);
    }
}

/// Starts this CPU's periodic timer interrupt.
pub(crate) fn start_timer() {
    write(DIVIDE, 3);
    write(TIMER, PERIODIC | u32::from(TIMER_VECTOR));
    write(INITIAL_COUNT, COUNTS_PER_TICK.load(Ordering::Relaxed));
}

/// Stops this CPU's timer interrupt.
pub(crate) fn stop_timer() {
    write(TIMER, MASKED);
    write(INITIAL_COUNT, 0);
}

/// Ends the interrupt in service.
pub(crate) fn end_of_interrupt() {
    write(END_OF_INTERRUPT, 0);
}

/// Sends an IPI: `low` is the ICR's low word, `destination` an APIC id (ignored with a shorthand).
#[inline(never)]
pub(crate) fn send_ipi(low: u32, destination: u32) {
    if X2APIC.load(Ordering::Relaxed) {
        let value = u64::from(destination) << 32 | u64::from(low);
        return cpu::write_msr(X2APIC_MSRS + (ICR_LOW >> 4), value);
    }
    write(ICR_HIGH, destination << 24);
    write(ICR_LOW, low);
    let mut left = 100_000;
    while read(ICR_LOW) & DELIVERY_PENDING != 0 && left > 0 {
        left -= 1;
    }
}
