//! `!ioin`: stop at port reads.

use crate::Command;
use crate::CommandSpec;
use crate::Direction;
use crate::Error;
use crate::Group;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::options::parse_event_args;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!ioin",
    aliases: &[],
    group: Group::Event,
    parameters: "[PORT]",
    summary: "stop when the guest executes IN or INS",
    details: "\
PORT is a port number up to ffff; without it every port counts. An access of 2 or 4 bytes counts if it
touches PORT anywhere. The guest is stopped before the instruction reads the port.",
    examples: &[
        ("!ioin 60", "stop at reads of the keyboard controller's data port"),
        ("!ioin core 1", "stop at any port read of CPU 1"),
    ],
    keywords: &[],
    parse: |args| parse(args, Direction::In),
};

/// `[PORT]` and options, for both directions.
pub(crate) fn parse(args: &mut Args<'_>, direction: Direction) -> Result<Command, Error> {
    let mut port = None;
    let options = parse_event_args(args, |args, token| {
        if port.is_some() {
            return Err(args.unknown(token));
        }
        port = Some(event::port(args, token)?);
        Ok(())
    })?;
    Ok(event::command(args, Trigger::Io { direction, port }, options))
}
