//! `do=int3 [N]`, `do=tf [N]`, `do=nmi [N]`: the guest's own INT3, single-stepping and NMI, counted by its own
//! handlers.

use core::sync::atomic::Ordering;

use crate::actions::Context;
use crate::console::println;
use crate::tour::breakpoint::raise_int3;
use crate::tour::single_step;
use crate::traps::{BREAKPOINTS, NMIS};
use crate::{apic, per_cpu, pit};

/// N (1) times INT3.
pub(crate) fn int3(context: &Context<'_>) {
    let before = BREAKPOINTS.load(Ordering::Relaxed);
    let count = context.number_or(1);
    for _ in 0..count {
        raise_int3();
    }
    println!(
        "demo: int3 executed {count} taken {}",
        BREAKPOINTS.load(Ordering::Relaxed) - before
    );
}

/// N (1) times ten instructions under TF.
pub(crate) fn tf(context: &Context<'_>) {
    for _ in 0..context.number_or(1) {
        println!(
            "demo: tf stepped {} of {}",
            single_step::step_ten(),
            single_step::LENGTH
        );
    }
}

/// N (1) times an NMI to itself by IPI.
pub(crate) fn nmi(context: &Context<'_>) {
    let start = NMIS.load(Ordering::Relaxed);
    let count = context.number_or(1);
    for _ in 0..count {
        let before = NMIS.load(Ordering::Relaxed);
        apic::send_ipi(apic::NMI, per_cpu::boot_id());
        for _ in 0..100 {
            if NMIS.load(Ordering::Relaxed) != before {
                break;
            }
            pit::wait(1000);
        }
    }
    println!(
        "demo: nmi sent {count} taken {}",
        NMIS.load(Ordering::Relaxed) - start
    );
}
