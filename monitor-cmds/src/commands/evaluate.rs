//! `?`, `print`, `.formats`: the script language, at once.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Events;
use crate::Expression;
use crate::Group;
use crate::ImmediateScript;
use crate::Machine;
use crate::args::Args;

use crate::commands::memory;
use crate::script;
use crate::script::Globals;
use core::fmt;
use core::fmt::Write;

pub(crate) static EVALUATE: CommandSpec = CommandSpec {
    name: "?",
    aliases: &["eval", "evaluate"],
    group: Group::Registers,
    parameters: "SCRIPT",
    summary: "run a script now, on the selected CPU",
    details: "\
SCRIPT is statements, or one block of them in braces. Global variables (.name) are those of the
events' scripts and keep their values. A statement ends with a semicolon; numbers are hexadecimal.",
    examples: &[
        ("? print(@rax + 1);", "print the value of RAX plus one"),
        (
            "? { if (@rax > 10) { printf(\"%llx\\n\", poi(@rsp)); } }",
            "print what is on top of the stack, if RAX is above 10",
        ),
        ("? .count = 0;", "set a global variable"),
    ],
    keywords: &[],
    parse: |args| {
        let (start, text) = args.rest("incorrect use of the '?': a script is missing")?;
        ImmediateScript::parse(args, start, text).map(Command::Evaluate)
    },
};

pub(crate) static PRINT: CommandSpec = CommandSpec {
    name: "print",
    aliases: &[],
    group: Group::Registers,
    parameters: "EXPRESSION",
    summary: "print the value of an expression",
    details: "",
    examples: &[("print @rsp + 8", "print an address on the stack")],
    keywords: &[],
    parse: |args| expression(args).map(Command::Print),
};

pub(crate) static FORMATS: CommandSpec = CommandSpec {
    name: ".formats",
    aliases: &[".format"],
    group: Group::Registers,
    parameters: "EXPRESSION",
    summary: "show the value of an expression in every notation",
    details: "\
Lines are Hex, Decimal (signed), Octal, Binary, Char (highest byte first), Time (seconds since 1970,
UTC), and the value's bits as Float (lower half) and Double.",
    examples: &[(".formats @rcx", "show RCX in every notation")],
    keywords: &[],
    parse: |args| expression(args).map(Command::Formats),
};

fn expression(args: &mut Args<'_>) -> Result<Expression, Error> {
    let (start, text) = args.rest("an expression is missing")?;
    Expression::parse(args, start, text)
}

pub(crate) fn run(
    script: &ImmediateScript,
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    // A script changes globals and events at once, so the table goes without its globals meanwhile.
    let mut globals = core::mem::take(events.globals_mut());
    let done = memory::with_guest(machine, out, &mut |guest, out| {
        script.run(guest, &mut globals, events, out)
    });
    *events.globals_mut() = globals;
    done
}

pub(crate) fn show_formats(
    expression: &Expression,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::with_guest(
        machine,
        out,
        &mut |guest, out| match expression.bits(guest, globals) {
            Ok((value, _)) => script::formats(value, out),
            Err(message) => writeln!(out, "{message}"),
        },
    )
}
