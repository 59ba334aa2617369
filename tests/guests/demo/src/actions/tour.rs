//! `do=tour [ROUNDS]`: a round of everything, one line, a rest; `period=N` ticks apart (100); with
//! `only=NAME` each round is that one step.

use crate::actions::Context;
use crate::console::println;
use crate::cpu;
use crate::smp;
use crate::time;
use crate::tour;

/// Goes on for ever without a number of rounds.
#[inline(never)]
pub(crate) fn run(context: &Context<'_>) {
    if !tour::is_possible(context.options) {
        println!("demo: no step of the tour has the name given by 'only='");
        cpu::exit_emulator(cpu::EXIT_FAILED);
        return;
    }
    let rounds = context.number_or(u64::MAX);
    let period = context.options.number("period").unwrap_or(time::TICKS_PER_SECOND);
    let mut next = time::now();
    for number in 1..=rounds {
        tour::round(context.options, number);
        println!("demo: tick {} cpus {}", time::now(), smp::online());
        next = next.saturating_add(period).max(time::now());
        time::sleep_until(next);
    }
}
