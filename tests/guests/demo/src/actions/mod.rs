//! What the guest can be told to do: `do=NAME` on its command line, one file for each.

use crate::boot_info::BootInfo;
use crate::console::println;
use crate::cpu;
use crate::options::Options;

mod cli;
mod debug_registers;
mod exit;
mod init_ap;
mod loops;
mod modes;
mod reset;
mod self_test;
mod steps;
mod tour;
mod triple_fault;
mod user;

/// What an action is given.
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options,
    pub(crate) info: &'a BootInfo,
}

impl Context<'_> {
    /// The number after `do=NAME`, or `default`.
    pub(crate) fn number_or(&self, default: u64) -> u64 {
        self.options.action_number().unwrap_or(default)
    }
}

struct Action {
    name: &'static str,
    about: &'static str,
    run: fn(&Context<'_>),
}

const ACTIONS: &[Action] = &[
    Action {
        name: "tour",
        about: "[N] rounds of everything, one line each",
        run: tour::run,
    },
    Action {
        name: "self-test",
        about: "checks its environment, ends with 10h or 11h",
        run: self_test::run,
    },
    Action {
        name: "idle",
        about: "sleeps with its timer running",
        run: |_| {},
    },
    Action {
        name: "exit",
        about: "N to port f4",
        run: exit::run,
    },
    Action {
        name: "cli-spin",
        about: "interrupts off, jumps to itself",
        run: cli::spin,
    },
    Action {
        name: "cli-hlt",
        about: "interrupts off, sleeps",
        run: cli::hlt,
    },
    Action {
        name: "cpuid-loop",
        about: "N times CPUID",
        run: loops::cpuid,
    },
    Action {
        name: "out-loop",
        about: "N times OUT to port 3ff",
        run: loops::out,
    },
    Action {
        name: "vmmcall-loop",
        about: "N times VMMCALL",
        run: loops::vmmcall,
    },
    Action {
        name: "call-loop",
        about: "N times a call of `leaf`",
        run: loops::call,
    },
    Action {
        name: "int3",
        about: "[N] times its own INT3, prints the count",
        run: steps::int3,
    },
    Action {
        name: "tf",
        about: "steps itself over ten instructions, prints the count",
        run: steps::tf,
    },
    Action {
        name: "nmi",
        about: "[N] times an NMI to itself, prints the count",
        run: steps::nmi,
    },
    Action {
        name: "debug-registers",
        about: "keeps watching its debug registers",
        run: debug_registers::run,
    },
    Action {
        name: "user-loop",
        about: "[N] system calls of both kinds from ring 3",
        run: user::run,
    },
    Action {
        name: "init-ap",
        about: "[N] times INIT and SIPI to a running processor",
        run: init_ap::run,
    },
    Action {
        name: "triple-fault",
        about: "an exception without an interrupt table",
        run: triple_fault::run,
    },
    Action {
        name: "reset",
        about: "resets the machine by port cf9",
        run: reset::run,
    },
    Action {
        name: "pae",
        about: "32-bit PAE paging, then spins",
        run: modes::pae,
    },
    Action {
        name: "32bit",
        about: "32-bit two-level paging, then spins",
        run: modes::legacy,
    },
    Action {
        name: "real",
        about: "real mode, then spins",
        run: modes::real,
    },
    Action {
        name: "la57",
        about: "5-level paging, then spins",
        run: modes::five_level,
    },
];

/// Runs the chosen action; when it returns, ends QEMU (`then=exit`) or idles.
pub(crate) fn run(options: &Options, info: &BootInfo) -> ! {
    let name = options.value("do").unwrap_or("tour");
    match ACTIONS.iter().find(|action| action.name == name) {
        Some(action) => (action.run)(&Context { options, info }),
        None => {
            println!("demo: no action is called '{name}'; there are:");
            for action in ACTIONS {
                println!("demo:   do={} {}", action.name, action.about);
            }
            cpu::exit_emulator(cpu::EXIT_FAILED);
        }
    }
    if options.has("then=exit") {
        cpu::exit_emulator(cpu::EXIT_OK);
    }
    println!("demo: idle");
    idle_forever()
}

/// HLT with interrupts on, for ever.
#[inline(never)]
pub(crate) fn idle_forever() -> ! {
    loop {
        cpu::halt();
    }
}
