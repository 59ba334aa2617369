//! `do=triple-fault`: an exception with an empty interrupt table.

#![expect(unsafe_code, reason = "takes the interrupt table away on purpose")]

use core::arch::asm;

use crate::actions::Context;
use crate::console::println;
use crate::cpu;

/// Does not return: the CPU shuts down.
pub(crate) fn run(_: &Context<'_>) {
    println!("demo: triple fault follows");
    cpu::disable_interrupts();
    shut_down()
}

#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn shut_down() {
    let empty = [0u16; 5];
    // SAFETY: ends the machine, which is what this action is for.
    unsafe { asm!("lidt [{}]", "ud2", in(reg) &raw const empty) };
}
