//! `reset`: start the machine anew.

use crate::Command;
use crate::CommandSpec;
use crate::Group;
use crate::Machine;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "reset",
    aliases: &[],
    group: Group::Session,
    parameters: "",
    summary: "reset the machine, hypervisor included",
    details: "\
The whole machine starts again from its firmware: breakpoints and events are gone, and gdb has to connect
again. Killing or detaching gdb does not reset it; only this does.",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Reset),
};

pub(crate) fn execute(machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "resetting the machine")?;
    machine.request_reset();
    Ok(())
}
