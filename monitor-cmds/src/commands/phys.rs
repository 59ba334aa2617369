//! `phys`: physical or virtual memory packets.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "phys",
    aliases: &[],
    group: Group::Session,
    parameters: "[on|off]",
    summary: "make gdb's memory commands use guest physical addresses",
    details: "\
While it is on, every address that gdb reads or writes is a guest physical one; off, they are virtual
addresses of the selected CPU. Without a parameter it prints the mode. gdb caches memory: `maintenance
flush dcache` after a change.",
    examples: &[("phys on", "let `x/8gx 0x1000` show physical memory")],
    keywords: &["on", "off"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let mode = match args.next() {
        None => None,
        Some(token) if token.is("on") => Some(true),
        Some(token) if token.is("off") => Some(false),
        Some(token) => return Err(args.unknown(token)),
    };
    args.end()?;
    Ok(Command::Phys(mode))
}

pub(crate) fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

pub(crate) fn execute(mode: Option<bool>, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    if let Some(physical) = mode {
        machine.set_physical_memory(physical);
    }
    writeln!(out, "physical-memory: {}", on_off(machine.physical_memory()))
}
