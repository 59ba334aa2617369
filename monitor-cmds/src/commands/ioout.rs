//! `!ioout`: stop at port writes.

use crate::CommandSpec;
use crate::Direction;
use crate::Group;
use crate::commands::ioin;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!ioout",
    aliases: &["!iout"],
    group: Group::Event,
    parameters: "[PORT]",
    summary: "act when the guest executes OUT or OUTS",
    details: "\
PORT is a port number up to ffff; without it every port counts. An access of 2 or 4 bytes counts if
it touches PORT anywhere. The value can be changed before, in AL, AX or EAX.",
    examples: &[
        (
            "!ioout 3f8",
            "stop at the next byte written to the first serial port",
        ),
        (
            "!ioout 0n128 core 0",
            "stop when CPU 0 writes port 80 (decimal 128)",
        ),
    ],
    keywords: &[],
    parse: |args| ioin::parse(args, Direction::Out),
};
