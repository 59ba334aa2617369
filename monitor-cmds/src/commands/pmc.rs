//! `!pmc`: RDPMC.

use crate::CommandSpec;
use crate::Group;
use crate::Trigger;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!pmc",
    aliases: &[],
    group: Group::Event,
    parameters: "",
    summary: "act when the guest executes RDPMC",
    details: "\
ECX says which counter. After, the value in EDX:EAX can be changed.",
    examples: &[("!pmc core 1", "stop at RDPMC on CPU 1")],
    keywords: &[],
    parse: |args| event::bare(args, Trigger::Pmc),
};
