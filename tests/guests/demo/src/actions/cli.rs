//! `do=cli-spin` and `do=cli-hlt`: a CPU that only an NMI can reach.

#![expect(unsafe_code, reason = "symbols with plain names, loops of known instructions")]

use core::arch::asm;

use crate::actions::Context;
use crate::console::println;

/// Interrupts off and one instruction that jumps to itself.
pub(crate) fn spin(_: &Context<'_>) {
    println!("demo: spinning with interrupts off");
    spin_forever()
}

/// Interrupts off and HLT: returns from it only by NMI, and sleeps again.
pub(crate) fn hlt(_: &Context<'_>) {
    println!("demo: sleeping with interrupts off");
    halt_forever()
}

/// CLI, then a jump to itself.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) extern "C" fn spin_forever() -> ! {
    // SAFETY: changes nothing but the interrupt flag.
    unsafe { asm!("cli", "2: jmp 2b", options(noreturn, nostack)) }
}

/// CLI, then HLT for ever.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn halt_forever() -> ! {
    // SAFETY: changes nothing but the interrupt flag.
    unsafe { asm!("cli", "2: hlt", "jmp 2b", options(noreturn, nostack)) }
}
