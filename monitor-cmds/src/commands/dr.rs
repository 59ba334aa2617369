//! `!dr`: MOV to and from debug registers.

use crate::CommandSpec;
use crate::Group;
use crate::Trigger;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!dr",
    aliases: &[],
    group: Group::Event,
    parameters: "",
    summary: "act when the guest reads or writes a debug register",
    details: "\
Both directions count. Before, a write has not happened yet.",
    examples: &[("!dr pid 1a4", "stop when process 1a4 uses a debug register")],
    keywords: &[],
    parse: |args| event::bare(args, Trigger::DebugRegister),
};
