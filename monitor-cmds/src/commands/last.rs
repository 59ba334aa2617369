//! `last`: the last event that stopped the guest, for scripts.

use crate::Command;
use crate::CommandSpec;
use crate::Group;
use crate::Machine;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "last",
    aliases: &[],
    group: Group::Management,
    parameters: "",
    summary: "print the last event that stopped the guest as `key=value` words",
    details: "\
One line, numbers in hexadecimal: event, kind, then what the kind knows (for ports: port, size, value if it
is known, string=1 and repeat=1 for INS, OUTS and REP), then cpu, rip and stage. `event=none` before the
first one.",
    examples: &[(
        "last",
        "print, say, `event=0 kind=ioout port=3f8 size=1 value=41 cpu=0 rip=ffffffff81000000 stage=pre`",
    )],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Last),
};

pub(crate) fn execute(machine: &dyn Machine, out: &mut dyn Write) -> fmt::Result {
    match machine.last_hit() {
        Some(hit) => writeln!(out, "{}", hit.key_values()),
        None => writeln!(out, "event=none"),
    }
}
