//! `!sysret2`: SYSRET, known by its address.

use crate::CommandSpec;
use crate::Group;
use crate::SyscallCheck;
use crate::Trigger;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!sysret2",
    aliases: &[],
    group: Group::Event,
    parameters: "",
    summary: "as `!sysret`, but every undefined instruction of the kernel counts as SYSRET",
    details: "\
What `!syscall2` says of its way holds here too.",
    examples: &[("!sysret2 pid 1a4", "stop when a call of process 1a4 returns")],
    keywords: &[],
    parse: |args| event::bare(args, Trigger::Sysret(SyscallCheck::Address)),
};
