//! `!interrupt`: external interrupts.

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
    name: "!interrupt",
    aliases: &[],
    group: Group::Event,
    parameters: "VECTOR",
    summary: "act when an external interrupt is about to reach the guest",
    details: "\
VECTOR is 20 to ff and must be given. Left undone, the interrupt is lost. All external interrupts
are intercepted while there is such an event, which costs time.",
    examples: &[(
        "!interrupt ec script { .ticks = .ticks + 1; }",
        "count the timer interrupts of Linux",
    )],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (vector, draft) = event::optional(args, vector)?;
    let Some(vector) = vector else {
        return Err(args.missing(
            "please specify an interrupt index to monitor, HyperDbg doesn't support to trigger events on all interrupts \
             because it's not reasonable and make the system unresponsive",
        ));
    };
    event::command(args, Trigger::Interrupt(vector), draft)
}

fn vector(args: &Args<'_>, token: &Token) -> Result<u8, Error> {
    let value = args.positional(token, "the vector", parse_u64)?;
    let vector = u8::try_from(value).ok().filter(|vector| *vector >= 0x20);
    vector.ok_or_else(|| {
        args.error(
            token,
            "the entry should be between 0x20 to 0xFF or the entries between 32 to 255",
        )
    })
}
