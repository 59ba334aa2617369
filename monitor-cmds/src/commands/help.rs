//! `help`: all commands, or one of them, from the table.

use crate::COMMANDS;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::OPTIONS;
use crate::args::Args;
use crate::command::with_suggestion;
use crate::commands::elsewhere;
use crate::commands::elsewhere::ELSEWHERE;
use crate::commands::find;
use alloc::format;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "help",
    aliases: &[".help", ".hh", "!help"],
    group: Group::Session,
    parameters: "[COMMAND]",
    summary: "list the commands, or explain one",
    details: "",
    examples: &[("help !ioout", "explain `!ioout`")],
    keywords: &[],
    parse,
};

/// Groups and their titles, in the order of the help.
pub(crate) const GROUPS: [(Group, &str); 6] = [
    (Group::Session, "Machine and session"),
    (Group::Registers, "Registers and expressions"),
    (Group::Memory, "Memory"),
    (Group::System, "Processes, tables and devices"),
    (Group::Event, "Events: stop the guest when something happens"),
    (Group::Management, "Existing events"),
];

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let Some(token) = args.next() else {
        return Ok(Command::Help(None));
    };
    if let Some(elsewhere) = elsewhere::find(&token.text) {
        return Ok(Command::Elsewhere(elsewhere));
    }
    let Some(topic) = find(&token.text) else {
        let message = format!("err, couldn't find the help for the command at '{}'", token.text);
        return Err(args.error(token, with_suggestion(message, &token.text)));
    };
    if let Some(token) = args.next() {
        return Err(args.incorrect(token));
    }
    Ok(Command::Help(Some(topic)))
}

pub(crate) fn execute(topic: Option<&CommandSpec>, out: &mut dyn Write) -> fmt::Result {
    match topic {
        Some(spec) => explain(spec, out),
        None => overview(out),
    }
}

/// Columns of a command and its parameters at most; a longer one moves its summary.
const HEAD_WIDTH: usize = 36;
/// Columns that the words done elsewhere take.
const WORDS_WIDTH: usize = 100;

fn overview(out: &mut dyn Write) -> fmt::Result {
    let heads = COMMANDS
        .iter()
        .map(|spec| spec.name.len().saturating_add(spec.parameters.len()));
    let width = heads.max().unwrap_or(0).saturating_add(1).min(HEAD_WIDTH);
    for (group, title) in GROUPS {
        writeln!(out, "{title}")?;
        for spec in COMMANDS.iter().filter(|spec| spec.group == group) {
            let head = format!("{} {}", spec.name, spec.parameters);
            writeln!(out, "  {head:width$}  {}", spec.summary)?;
        }
    }
    writeln!(out, "Done elsewhere, mostly by gdb ('help WORD' says how)")?;
    let mut column = 0_usize;
    for word in ELSEWHERE.iter().flat_map(|row| row.words) {
        let width = word.len().saturating_add(1);
        if column == 0 || column.saturating_add(width) > WORDS_WIDTH {
            out.write_str(if column == 0 { " " } else { "\n " })?;
            column = 1;
        }
        write!(out, " {word}")?;
        column = column.saturating_add(width);
    }
    writeln!(
        out,
        "\nNumbers are hexadecimal; 0n10 is decimal. 'help COMMAND' explains one command."
    )
}

fn explain(spec: &CommandSpec, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "{}", spec.usage())?;
    writeln!(out, "  {}", spec.summary)?;
    for alias in spec.aliases {
        writeln!(out, "  also: {alias}")?;
    }
    for line in spec.details.lines() {
        writeln!(out, "  {line}")?;
    }
    if spec.group == Group::Event {
        writeln!(out, "Options, in any order and place:")?;
        for option in OPTIONS {
            writeln!(out, "  {} {}  {}", option.name, option.value, option.summary)?;
        }
    }
    if !spec.examples.is_empty() {
        writeln!(out, "Examples:")?;
    }
    for (text, meaning) in spec.examples {
        writeln!(out, "  {text}")?;
        writeln!(out, "      {meaning}")?;
    }
    Ok(())
}
