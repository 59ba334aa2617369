//! `version`: what is running.

use crate::Command;
use crate::CommandSpec;
use crate::Group;
use crate::Machine;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "version",
    aliases: &[],
    group: Group::Session,
    parameters: "",
    summary: "print the version of the hypervisor",
    details: "",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Version),
};

pub(crate) fn execute(machine: &dyn Machine, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "{}", machine.status().version)
}
