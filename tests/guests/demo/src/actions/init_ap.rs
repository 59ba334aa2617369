//! `do=init-ap [N]`: resets a running processor by INIT and starts it again, N times (10).

use core::sync::atomic::Ordering;

use crate::actions::Context;
use crate::console::println;
use crate::per_cpu;
use crate::smp;

/// Prints how often the processor started and that its counter moves on after the last start.
pub(crate) fn run(context: &Context<'_>) {
    let Some(id) = smp::others().next() else {
        println!("demo: init-ap needs a second processor");
        return;
    };
    let block = per_cpu::of(id);
    let before = block.starts.load(Ordering::Acquire);
    let count = context.number_or(10);
    for _ in 0..count {
        block.online.store(0, Ordering::Release);
        smp::start(0, id);
        smp::wait_online(block);
    }
    let starts = block.starts.load(Ordering::Acquire) - before;
    let alive = smp::counter_moves(block);
    println!("demo: init-ap cpu {id} resets {count} starts {starts} alive {alive}");
}
