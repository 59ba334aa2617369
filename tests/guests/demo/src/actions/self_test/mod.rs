//! `do=self-test`: the guest checks everything it can about its own environment.
//!
//! With `expect=hidden` it also checks what holds only under the hypervisor: no SVM, no COM2. One line for
//! each failure, then `demo: self-test ok` and 10h to port f4, or `demo: self-test failed` and 11h.

use crate::actions::Context;
use crate::console::println;
use crate::cpu;

mod boot_data;
mod features;
mod hidden;
mod memory;

/// Counts failures; the first lines of each check say what was wrong.
pub(crate) struct Report {
    failures: u32,
}

impl Report {
    /// Prints `what` as a failure unless `good`.
    pub(crate) fn check(&mut self, good: bool, what: core::fmt::Arguments<'_>) {
        if !good {
            // A broken map could fail a million times; the first lines say enough.
            if self.failures < 40 {
                println!("demo: self-test failure: {what}");
            }
            self.failures += 1;
        }
    }
}

type Check = fn(&Context<'_>, &mut Report);

const ALWAYS: &[Check] = &[boot_data::check, memory::check, features::check];

/// Ends QEMU with the outcome; idles where there is no exit port.
pub(crate) fn run(context: &Context<'_>) {
    let mut report = Report { failures: 0 };
    for check in ALWAYS {
        check(context, &mut report);
    }
    if context.options.has("expect=hidden") {
        hidden::check(context, &mut report);
    }
    if report.failures == 0 {
        println!("demo: self-test ok");
        cpu::exit_emulator(cpu::EXIT_OK);
    } else {
        println!("demo: self-test failed, {} failures", report.failures);
        cpu::exit_emulator(cpu::EXIT_FAILED);
    }
}
