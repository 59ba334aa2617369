//! The 8254 timer as a stopwatch, and the 8259 pair put to sleep.
//!
//! Channel 2 is gated by port 61h and its output can be polled there, so no interrupt is needed.

use crate::cpu;

const FREQUENCY: u32 = 1_193_182;
const CONTROL: u16 = 0x61;
/// Polls after which a missing timer is given up.
const PATIENCE: u32 = 10_000_000;

/// Moves the PICs' vectors to 20h-2Fh and masks all lines: the BIOS may leave one pending.
pub(crate) fn mask_pics() {
    for (port, value) in [
        (0x20, 0x11),
        (0xA0, 0x11),
        (0x21, 0x20),
        (0xA1, 0x28),
        (0x21, 4),
        (0xA1, 2),
        (0x21, 1),
        (0xA1, 1),
        (0x21, 0xFF),
        (0xA1, 0xFF),
    ] {
        cpu::out8(port, value);
    }
}

/// Waits `microseconds`, at most 50,000. `false` when the timer did not answer.
pub(crate) fn wait(microseconds: u32) -> bool {
    let count = (u64::from(FREQUENCY) * u64::from(microseconds.min(50_000)) / 1_000_000) as u16;
    // Gate off, speaker off; channel 2, low then high byte, mode 0; then gate on.
    let control = cpu::in8(CONTROL) & 0xFC;
    cpu::out8(CONTROL, control);
    cpu::out8(0x43, 0xB0);
    cpu::out8(0x42, count as u8);
    cpu::out8(0x42, (count >> 8) as u8);
    cpu::out8(CONTROL, control | 1);
    let mut left = PATIENCE;
    while cpu::in8(CONTROL) & 0x20 == 0 {
        left -= 1;
        if left == 0 {
            return false;
        }
    }
    true
}
