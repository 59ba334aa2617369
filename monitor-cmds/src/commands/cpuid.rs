//! `!cpuid`: CPUID.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::parse_u32;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!cpuid",
    aliases: &[],
    group: Group::Event,
    parameters: "[LEAF]",
    summary: "act when the guest executes CPUID",
    details: "\
LEAF is the value of EAX; without it every leaf counts. Before, EAX and ECX can be changed; after,
the results in EAX, EBX, ECX and EDX. `$context` is the leaf at both moments.",
    examples: &[
        (
            "!cpuid 1 stage post script { @ecx = @ecx & ~(1 << 5); }",
            "hide VMX from the guest",
        ),
        ("!cpuid pid 1a4", "stop at each CPUID of process 1a4"),
    ],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (leaf, draft) = event::optional(args, |args, token| args.positional(token, "the leaf", parse_u32))?;
    event::command(args, Trigger::Cpuid(leaf), draft)
}
