//! Lines on COM1, 115200 8N1, by polling.
//!
//! One CPU at a time: the lock is held with interrupts off, so a handler on the same CPU cannot wait for
//! a line it interrupted. A CPU that waited long takes the lock by force, so that a line about a crash comes out.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, Ordering};

use crate::cpu;

/// Base port of the console UART.
pub(crate) const COM1: u16 = 0x3F8;
const LINE_STATUS: u16 = 5;
const TRANSMIT_EMPTY: u8 = 0x20;
/// Polls of the line status after which a byte is sent regardless, so that a missing UART hangs nothing.
const PATIENCE: u32 = 100_000;

static LOCKED: AtomicBool = AtomicBool::new(false);

struct Port;

impl Write for Port {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                send(b'\r');
            }
            send(byte);
        }
        Ok(())
    }
}

/// Sets COM1 to 115200 8N1 with FIFOs, without interrupts.
pub(crate) fn init() {
    for (register, value) in [(1, 0), (3, 0x80), (0, 1), (1, 0), (3, 3), (2, 7), (4, 3)] {
        cpu::out8(COM1 + register, value);
    }
}

/// Waits until the transmitter is empty.
pub(crate) fn wait_empty() {
    let mut left = PATIENCE;
    while cpu::in8(COM1 + LINE_STATUS) & TRANSMIT_EMPTY == 0 && left > 0 {
        left -= 1;
    }
}

#[inline(never)]
fn send(byte: u8) {
    wait_empty();
    cpu::out8(COM1, byte);
}

/// Prints under the lock; the target of [`println!`].
pub(crate) fn print(arguments: fmt::Arguments<'_>) {
    let flags = cpu::save_and_disable_interrupts();
    let mut left = PATIENCE;
    while LOCKED.swap(true, Ordering::Acquire) && left > 0 {
        left -= 1;
        core::hint::spin_loop();
    }
    let _ = Port.write_fmt(arguments);
    LOCKED.store(false, Ordering::Release);
    cpu::restore_interrupts(flags);
}

/// A line on COM1.
macro_rules! println {
    ($($argument:tt)*) => {
        $crate::console::print(format_args!("{}\n", format_args!($($argument)*)))
    };
}

pub(crate) use println;
