//! Port I/O in all sizes and directions, and string I/O.
//!
//! Port 80h takes POST codes and 3FFh is the UART's scratch register: nothing listens to either. E9h is
//! QEMU's debug console where one is set up, and nothing elsewhere.

use crate::console::println;
use crate::cpu;

/// A port whose writes nobody minds.
const POST: u16 = 0x80;
/// Scratch register of COM1: keeps the last byte written.
pub(crate) const SCRATCH: u16 = 0x3FF;
const DEBUG_CONSOLE: u16 = 0xE9;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(number: u64) {
    out_all_sizes(number);
    in_all_sizes();
    scratch_register(number as u8);
    strings();
}

#[inline(never)]
fn out_all_sizes(number: u64) {
    cpu::out8(POST, number as u8);
    cpu::out16(POST, 0x1200 | number as u16 & 0xFF);
    cpu::out32(POST, 0x1234_5600 | number as u32 & 0xFF);
}

#[inline(never)]
fn in_all_sizes() {
    cpu::in8(POST);
    cpu::in16(POST);
    cpu::in32(POST);
}

#[inline(never)]
fn scratch_register(value: u8) {
    cpu::out8(SCRATCH, value);
    let read = cpu::in8(SCRATCH);
    if read != value {
        println!("demo: scratch register has {read:02x} instead of {value:02x}");
    }
}

#[inline(never)]
fn strings() {
    cpu::out_string(DEBUG_CONSOLE, b"demo\n");
    let text = *b"scratch";
    cpu::out_string(SCRATCH, &text);
    let mut bytes = [0; 4];
    cpu::in_string(SCRATCH, &mut bytes);
    if bytes != *b"hhhh" {
        println!("demo: string input has {bytes:02x?}");
    }
}
