//! A short visit to ring 3.

use core::sync::atomic::Ordering;

use crate::console::println;
use crate::ring3;
use crate::traps::{INT80_CALLS, SYSCALLS};

const ROUNDS: u64 = 3;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(_number: u64) {
    let before = calls();
    ring3::run_user_task(ROUNDS);
    let made = calls() - before;
    if made != 2 * ROUNDS {
        println!("demo: ring 3 made {made} calls");
    }
}

fn calls() -> u64 {
    SYSCALLS.load(Ordering::Relaxed) + INT80_CALLS.load(Ordering::Relaxed)
}
