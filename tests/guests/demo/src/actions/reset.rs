//! `do=reset`: the guest resets its machine, as an operating system does on reboot.

use crate::actions::Context;
use crate::console::println;
use crate::cpu;

/// Reset control register of the chipset; 6 asks for a hard reset.
const RESET_CONTROL: u16 = 0xCF9;

/// Returns only where the register does nothing.
pub(crate) fn run(_: &Context<'_>) {
    println!("demo: reset follows");
    cpu::out8(RESET_CONTROL, 2);
    cpu::out8(RESET_CONTROL, 6);
}
