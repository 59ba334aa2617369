//! One round of everything: each step is one file and does one kind of thing a debugger may trap.

use crate::options::Options;

pub(crate) mod breakpoint;
pub(crate) mod calls;
pub(crate) mod control_registers;
pub(crate) mod cpuid;
pub(crate) mod debug_registers;
pub(crate) mod demand_paging;
pub(crate) mod hypercalls;
pub(crate) mod msrs;
pub(crate) mod ports;
pub(crate) mod single_step;
pub(crate) mod user_task;
pub(crate) mod xsetbv;

/// A step's name (for the word `only=NAME`) and the function that does it, given the round's number.
struct Step {
    name: &'static str,
    run: fn(u64),
}

const STEPS: &[Step] = &[
    Step {
        name: "calls",
        run: calls::round,
    },
    Step {
        name: "ports",
        run: ports::round,
    },
    Step {
        name: "debug-registers",
        run: debug_registers::round,
    },
    Step {
        name: "hypercalls",
        run: hypercalls::round,
    },
    Step {
        name: "cpuid",
        run: cpuid::round,
    },
    Step {
        name: "msrs",
        run: msrs::round,
    },
    Step {
        name: "control-registers",
        run: control_registers::round,
    },
    Step {
        name: "xsetbv",
        run: xsetbv::round,
    },
    Step {
        name: "breakpoint",
        run: breakpoint::round,
    },
    Step {
        name: "single-step",
        run: single_step::round,
    },
    Step {
        name: "demand-paging",
        run: demand_paging::round,
    },
    Step {
        name: "user-task",
        run: user_task::round,
    },
];

/// Whether the word `only=NAME`, when it is there, names a step.
pub(crate) fn is_possible(options: &Options) -> bool {
    options
        .value("only")
        .is_none_or(|name| STEPS.iter().any(|step| step.name == name))
}

/// Runs every step once, or the one the word `only=NAME` names.
#[inline(never)]
pub(crate) fn round(options: &Options, number: u64) {
    let only = options.value("only");
    for step in STEPS {
        if only.is_none_or(|name| name == step.name) {
            (step.run)(number);
        }
    }
}
