//! Waiting in ticks of the boot processor's timer.

use core::sync::atomic::Ordering;

use crate::cpu;
use crate::traps::TICKS;

/// Ticks in a second, about.
pub(crate) const TICKS_PER_SECOND: u64 = 100;

/// Ticks so far.
pub(crate) fn now() -> u64 {
    TICKS.load(Ordering::Relaxed)
}

/// Sleeps until the tick counter has reached `tick`; interrupts are on.
#[inline(never)]
pub(crate) fn sleep_until(tick: u64) {
    while now() < tick {
        cpu::halt();
    }
}
