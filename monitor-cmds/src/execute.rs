//! Runs commands: one arm each, the work is in the command's file.

use crate::Command;
use crate::Events;
use crate::Machine;
use crate::commands;
use crate::parse_bytes;
use core::fmt;
use core::fmt::Write;

/// Runs `command` and writes what the user reads, in whole lines. What the machine or the table refuses is
/// such a line as well, beginning with `err,` as a rule.
///
/// # Errors
/// Only those of `out`; a command may have had its effect then.
pub fn execute(
    command: &Command,
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    match command {
        Command::Help(topic) => commands::help::execute(*topic, out),
        Command::Version => commands::version::execute(machine, out),
        Command::Status => commands::status::execute(machine, events, out),
        Command::Regs(cpu) => commands::regs::execute(*cpu, machine, out),
        Command::Phys(mode) => commands::phys::execute(*mode, machine, out),
        Command::Reset => commands::reset::execute(machine, out),
        Command::Event(spec) => commands::event::execute(spec, machine, events, out),
        Command::Events(action) => commands::events::execute(*action, events, out),
        Command::Last => commands::last::execute(machine, out),
    }
}

/// Parses the bytes of a `monitor` packet and runs them; an [`crate::Error`] is written with its place.
///
/// # Errors
/// As [`execute`].
pub fn run(
    input: &[u8],
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    match parse_bytes(input) {
        Ok(command) => execute(&command, machine, events, out),
        Err(error) => writeln!(out, "{error}"),
    }
}
