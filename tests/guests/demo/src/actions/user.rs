//! `do=user-loop [N]`: N rounds (for ever) of SYSCALL and INT 80h from ring 3.

use core::sync::atomic::Ordering;

use crate::actions::Context;
use crate::console::println;
use crate::ring3;
use crate::traps::{INT80_CALLS, SYSCALLS};

/// Prints the counts afterwards.
pub(crate) fn run(context: &Context<'_>) {
    println!("demo: user task begins");
    ring3::run_user_task(context.number_or(u64::MAX));
    let (syscalls, interrupts) = (
        SYSCALLS.load(Ordering::Relaxed),
        INT80_CALLS.load(Ordering::Relaxed),
    );
    println!("demo: user task made {syscalls} syscalls {interrupts} interrupts");
}
