//! `!sysret`: SYSRET.

use crate::CommandSpec;
use crate::Group;
use crate::SyscallCheck;
use crate::Trigger;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!sysret",
    aliases: &[],
    group: Group::Event,
    parameters: "",
    summary: "act when the guest executes SYSRET",
    details: "\
The moment before is in the kernel, the moment after in user code. `$context` is the address of
SYSRET.",
    examples: &[(
        "!sysret pid 1a4 script { printf(\"returns %llx\\n\", @rax); }",
        "print what the calls of process 1a4 return",
    )],
    keywords: &[],
    parse: |args| event::bare(args, Trigger::Sysret(SyscallCheck::Instruction)),
};
