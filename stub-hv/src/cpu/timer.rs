//! Time: delays while the hypervisor starts, and a clock for the debug session.

use core::arch::x86_64::_rdtsc;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;

use super::port;

/// Frequency of the programmable interval timer, in Hz.
const PIT_FREQUENCY: u64 = 1_193_182;
const PIT_COMMAND: u16 = 0x43;
const PIT_CHANNEL_2: u16 = 0x42;
const GATE: u16 = 0x61;
/// How long the time stamp counter is measured. The clock is for patience with a line, not for the guest: a few
/// percent do.
const CALIBRATION_MS: u64 = 2;

static TICKS_PER_MS: AtomicU64 = AtomicU64::new(1_000_000);

/// The time stamp counter.
#[expect(unsafe_code, reason = "RDTSC is an intrinsic")]
pub fn now() -> u64 {
    // SAFETY: RDTSC has no side effect.
    unsafe { _rdtsc() }
}

/// Milliseconds since some point in the past, monotonic on one CPU.
pub fn milliseconds() -> u64 {
    now() / TICKS_PER_MS.load(Ordering::Relaxed).max(1)
}

/// Waits `microseconds` (at most 50,000) on channel 2 of the interval timer, whose gate and speaker bits
/// are put back.
pub fn delay(microseconds: u64) {
    let count = (microseconds * PIT_FREQUENCY / 1_000_000).clamp(1, 0xffff);
    let gate = port::read8(GATE);
    port::write8(GATE, gate & !3);
    port::write8(PIT_COMMAND, 0xb0);
    port::write8(PIT_CHANNEL_2, count as u8);
    port::write8(PIT_CHANNEL_2, (count >> 8) as u8);
    port::write8(GATE, gate & !2 | 1);
    // Bounded: a machine without the timer must not hang here.
    for _ in 0..10_000_000 {
        if port::read8(GATE) & 0x20 != 0 {
            break;
        }
    }
    port::write8(GATE, gate);
}

/// Waits `microseconds`, by the time stamp counter, which leaves the guest's timers alone. At most a second.
pub fn wait(microseconds: u64) {
    let ticks = TICKS_PER_MS.load(Ordering::Relaxed) * microseconds.min(1_000_000) / 1000;
    let start = now();
    while now().wrapping_sub(start) < ticks {
        core::hint::spin_loop();
    }
}

/// Does nothing for `turns` turns of a loop. Not PAUSE: emulators take that for a sign to look at everything
/// else, which costs more than it gives.
pub fn linger(turns: u32) {
    for turn in 0..turns {
        core::hint::black_box(turn);
    }
}

/// Measures the time stamp counter against the interval timer.
pub fn calibrate() {
    let start = now();
    delay(CALIBRATION_MS * 1000);
    TICKS_PER_MS.store(
        (now().wrapping_sub(start) / CALIBRATION_MS).max(1),
        Ordering::Relaxed,
    );
}
