//! `!msrread`: RDMSR.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Msr;
use crate::MsrDirection;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::parse_u32;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!msrread",
    aliases: &["!msread"],
    group: Group::Event,
    parameters: "[MSR]",
    summary: "act when the guest executes RDMSR",
    details: "\
MSR is the register's number; without it every MSR counts but c0000102, e7 and e8, which systems
read too often or measure themselves by. After, the value in EDX:EAX can be changed.",
    examples: &[(
        "!msrread c0000082",
        "stop when the address of the system call entry is read",
    )],
    keywords: &[],
    parse: |args| parse(args, MsrDirection::Read),
};

/// `[MSR]` and options, for both directions.
pub(crate) fn parse(args: &mut Args<'_>, direction: MsrDirection) -> Result<Command, Error> {
    let (msr, draft) = event::optional(args, |args, token| args.positional(token, "the MSR", parse_u32))?;
    event::command(args, Trigger::Msr(Msr { direction, msr }), draft)
}
