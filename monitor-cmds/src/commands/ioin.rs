//! `!ioin`: stop at port reads.

use crate::Command;
use crate::CommandSpec;
use crate::Direction;
use crate::Error;
use crate::Group;
use crate::Port;
use crate::Token;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::parse_u64;
use alloc::format;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!ioin",
    aliases: &[],
    group: Group::Event,
    parameters: "[PORT]",
    summary: "act when the guest executes IN or INS",
    details: "\
PORT is a port number up to ffff; without it every port counts. An access of 2 or 4 bytes counts if
it touches PORT anywhere. The value read can be changed after, in AL, AX or EAX.",
    examples: &[
        ("!ioin 60", "stop at reads of the keyboard controller's data port"),
        ("!ioin core 1", "stop at any port read of CPU 1"),
    ],
    keywords: &[],
    parse: |args| parse(args, Direction::In),
};

/// `[PORT]` and options, for both directions.
pub(crate) fn parse(args: &mut Args<'_>, direction: Direction) -> Result<Command, Error> {
    let (port, draft) = event::optional(args, port)?;
    event::command(args, Trigger::Io(Port { direction, port }), draft)
}

fn port(args: &Args<'_>, token: &Token) -> Result<u16, Error> {
    let value = args.positional(token, "the port", parse_u64)?;
    u16::try_from(value).map_err(|_| {
        args.error(
            token,
            format!("err, port is invalid: {value:x} is above ffff, the last port"),
        )
    })
}
