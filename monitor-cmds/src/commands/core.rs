//! `~`: the CPU that commands are about.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use crate::commands::event::no_such_cpu;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "~",
    aliases: &["core"],
    group: Group::Session,
    parameters: "[CPU]",
    summary: "print the selected CPU, or how gdb selects another",
    details: "\
Commands are about the CPU that gdb has selected: thread N of gdb is CPU N-1, and only gdb's own
command `thread` can change which it is.",
    examples: &[("~", "print the selected CPU")],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    Ok(Command::Core(args.only_cpu()?))
}

pub(crate) fn execute(cpu: Option<u32>, machine: &dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let current = machine.current_cpu();
    match cpu {
        Some(cpu) if cpu >= machine.cpu_count() => no_such_cpu(cpu, machine, out),
        Some(cpu) if cpu != current => writeln!(
            out,
            "'~': use `thread {}` of gdb, which selects CPU {cpu:x}",
            u64::from(cpu).saturating_add(1)
        ),
        _ => writeln!(out, "selected-cpu: {current:x}"),
    }
}
