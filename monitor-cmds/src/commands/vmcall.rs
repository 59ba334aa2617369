//! `!vmcall`: VMCALL and VMMCALL.

use crate::CommandSpec;
use crate::Group;
use crate::Trigger;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!vmcall",
    aliases: &[],
    group: Group::Event,
    parameters: "",
    summary: "act when the guest executes VMCALL or VMMCALL",
    details: "\
Both instructions count on processors of both vendors.",
    examples: &[("!vmcall", "stop at each hypercall")],
    keywords: &[],
    parse: |args| event::bare(args, Trigger::Vmcall),
};
