//! `!tsc`: RDTSC and RDTSCP.

use crate::CommandSpec;
use crate::Group;
use crate::Trigger;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!tsc",
    aliases: &[],
    group: Group::Event,
    parameters: "",
    summary: "act when the guest executes RDTSC or RDTSCP",
    details: "\
`$context` is 0 for RDTSC and 1 for RDTSCP. After, the value in EDX:EAX can be changed.",
    examples: &[(
        "!tsc pid 1a4 stage post script { @rax = 0; @rdx = 0; }",
        "stop the clock of process 1a4",
    )],
    keywords: &[],
    parse: |args| event::bare(args, Trigger::Tsc),
};
