//! `do=exit N`: writes N to port f4, where QEMU's isa-debug-exit makes it status 2N+1.

use crate::actions::Context;
use crate::cpu;

/// Without a number: 10h.
pub(crate) fn run(context: &Context<'_>) {
    cpu::exit_emulator(context.number_or(u64::from(cpu::EXIT_OK)) as u32);
}
