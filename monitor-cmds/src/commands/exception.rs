//! `!exception`: exceptions and NMIs.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Token;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::parse_u64;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!exception",
    aliases: &[],
    group: Group::Event,
    parameters: "[VECTOR]",
    summary: "act when an exception or an NMI is about to reach the guest",
    details: "\
VECTOR is 0 to 1f; without it all of them count. Left undone, the exception is lost. For a page
fault CR2 has the address only after. What the debugger's own breakpoints cause does not count.",
    examples: &[
        (
            "!exception e stage post script { printf(\"%llx\\n\", @cr2); }",
            "print the address of every page fault",
        ),
        (
            "!exception 0 pid 1a4 core 1",
            "stop when process 1a4 divides by 0 on CPU 1",
        ),
    ],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (vector, draft) = event::optional(args, vector)?;
    event::command(args, Trigger::Exception(vector), draft)
}

fn vector(args: &Args<'_>, token: &Token) -> Result<u8, Error> {
    let value = args.positional(token, "the vector", parse_u64)?;
    let vector = u8::try_from(value).ok().filter(|vector| *vector <= 0x1f);
    vector.ok_or_else(|| {
        args.error(
            token,
            "the entry should be between 0x0 to 0x1f or first 32 entries",
        )
    })
}
