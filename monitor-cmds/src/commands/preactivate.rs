//! `preactivate`: features that HyperDbg must be told of before they are used.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::args::Args;
use alloc::format;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "preactivate",
    aliases: &["preactive", "preactivation"],
    group: Group::Management,
    parameters: "mode",
    summary: "does nothing: `!mode` needs no activation",
    details: "\
HyperDbg's events on modes must be activated first. Here `!mode` arms what it needs when it is
registered.",
    examples: &[("preactivate mode", "say so")],
    keywords: &["mode"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let token = args.required(&args.incorrect_use("'mode' is missing"))?;
    if !token.is("mode") {
        return Err(args.error(token, format!("err, couldn't resolve error at '{}'", token.text)));
    }
    args.end()?;
    Ok(Command::Preactivate)
}

pub(crate) fn execute(out: &mut dyn Write) -> fmt::Result {
    writeln!(
        out,
        "the requested service is activated successfully! (nothing had to be done: '!mode' arms what it needs when it \
         is registered)"
    )
}
