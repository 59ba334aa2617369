//! `flush`: messages that were not delivered yet.

use crate::Command;
use crate::CommandSpec;
use crate::Group;
use crate::Machine;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "flush",
    aliases: &[],
    group: Group::Management,
    parameters: "",
    summary: "drop the messages of events that were not delivered yet",
    details: "\
These are the texts of events with `imm no`, and those that the line was too slow for. The count is
decimal.",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Flush),
};

pub(crate) fn execute(machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let count = machine.flush_messages();
    writeln!(
        out,
        "flushing buffers was successful, total {count} messages were cleared."
    )
}
