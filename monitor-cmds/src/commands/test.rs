//! `test`: the states that HyperDbg's self-test shows, as far as there is something to show.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::Register;
use crate::args::Args;
use crate::commands::phys::on_off;
use alloc::format;
use core::fmt;
use core::fmt::Write;

/// What `test` is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestAction {
    /// `query`: the state of every CPU.
    Query,
    /// `trap-status`: RFLAGS.TF of every CPU.
    TrapStatus,
    /// `pool`: the hypervisor's memory.
    Pool,
    /// `breakpoint on|off`.
    Breakpoint(bool),
    /// `trap on|off`.
    Trap(bool),
}

/// RFLAGS.TF.
const TRAP_FLAG: u64 = 1 << 8;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "test",
    aliases: &[".test"],
    group: Group::Session,
    parameters: "query|trap-status|pool|breakpoint on|off|trap on|off",
    summary: "show states that matter when the debugger itself is in doubt",
    details: "\
query prints what every CPU does, trap-status whether its guest has set the trap flag, pool the memory
that the hypervisor keeps. Breakpoints and single steps are gdb's: for the last two the answer is the
command of gdb that does it.",
    examples: &[(
        "test trap-status",
        "see which guest code is being single-stepped by the guest",
    )],
    keywords: &["query", "trap-status", "pool", "breakpoint", "trap", "on", "off"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let what = args.required("incorrect use of the 'test': what to show is missing")?;
    let switch: Option<fn(bool) -> TestAction> = if what.is("breakpoint") {
        Some(TestAction::Breakpoint)
    } else if what.is("trap") {
        Some(TestAction::Trap)
    } else {
        None
    };
    let action = if let Some(action) = switch {
        let token = args.required(&format!(
            "incorrect use of the 'test': 'on' or 'off' is missing after '{}'",
            what.text
        ))?;
        match (token.is("on"), token.is("off")) {
            (true, _) => action(true),
            (_, true) => action(false),
            _ => return Err(args.unknown(token)),
        }
    } else if what.is("query") {
        TestAction::Query
    } else if what.is("trap-status") {
        TestAction::TrapStatus
    } else if what.is("pool") {
        TestAction::Pool
    } else {
        return Err(args.unknown(what));
    };
    args.end()?;
    Ok(Command::Test(action))
}

impl fmt::Display for TestAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Query => f.write_str("test query"),
            Self::TrapStatus => f.write_str("test trap-status"),
            Self::Pool => f.write_str("test pool"),
            Self::Breakpoint(on) => write!(f, "test breakpoint {}", on_off(on)),
            Self::Trap(on) => write!(f, "test trap {}", on_off(on)),
        }
    }
}

pub(crate) fn execute(action: TestAction, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    match action {
        TestAction::Query => (0..machine.cpu_count())
            .try_for_each(|cpu| writeln!(out, "cpu {cpu:x}: {}", machine.cpu_state(cpu).word())),
        TestAction::TrapStatus => (0..machine.cpu_count()).try_for_each(|cpu| {
            let state = machine.cpu_state(cpu).word();
            match machine.guest(cpu) {
                Some(guest) => {
                    let set = guest.register(Register::Rflags) & TRAP_FLAG != 0;
                    writeln!(out, "cpu {cpu:x}: trap flag {}", on_off(set))
                }
                None => writeln!(out, "cpu {cpu:x}: {state}, it has no registers"),
            }
        }),
        TestAction::Pool => writeln!(out, "reserved: {} KiB", machine.status().reserved / 1024),
        TestAction::Breakpoint(true) => {
            writeln!(out, "'test breakpoint on': use `enable breakpoints` of gdb")
        }
        TestAction::Breakpoint(false) => {
            writeln!(out, "'test breakpoint off': use `disable breakpoints` of gdb")
        }
        TestAction::Trap(true) => writeln!(out, "'test trap on': use `stepi` of gdb"),
        TestAction::Trap(false) => writeln!(out, "'test trap off': use `continue` of gdb"),
    }
}
