//! `!xsetbv`: XSETBV.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::parse_u32;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!xsetbv",
    aliases: &[],
    group: Group::Event,
    parameters: "[XCR]",
    summary: "act when the guest executes XSETBV",
    details: "\
XCR is the register's number, the value of ECX; without it every one counts. Before, the value in
EDX:EAX can be changed. XGETBV cannot be watched.",
    examples: &[("!xsetbv 0", "stop when XCR0 is written")],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (xcr, draft) = event::optional(args, |args, token| args.positional(token, "the XCR", parse_u32))?;
    event::command(args, Trigger::Xsetbv(xcr), draft)
}
