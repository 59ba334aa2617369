//! `events`: list, enable, disable and clear events.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Event;
use crate::Events;
use crate::Group;
use crate::Target;
use crate::Token;
use crate::args::Args;
use core::fmt;
use core::fmt::Write;

/// Characters of a command that the listing shows.
const SHOWN: usize = 70;

/// What `events` is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsAction {
    /// List every event.
    List,
    /// Let events act again.
    Enable(Target),
    /// Let events not act, but keep them.
    Disable(Target),
    /// Remove events.
    Clear(Target),
}

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "events",
    aliases: &["event"],
    group: Group::Management,
    parameters: "[e|d|c ID|all]",
    summary: "list events; enable (e), disable (d) or clear (c) one or all",
    details: "\
ID is the event's number as the list shows it, in hexadecimal. Numbers count from 0 and are never given
twice. What only disabled events asked for is not intercepted.",
    examples: &[
        ("events", "list the events"),
        ("events d 0", "disable event 0"),
        ("events c all", "clear all events"),
    ],
    keywords: &["e", "d", "c", "all"],
    parse,
};

/// A verb and the action it stands for.
type Verb = (&'static str, fn(Target) -> EventsAction);

const VERBS: [Verb; 3] = [
    ("e", EventsAction::Enable),
    ("d", EventsAction::Disable),
    ("c", EventsAction::Clear),
];

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let Some(verb) = args.next() else {
        return Ok(Command::Events(EventsAction::List));
    };
    let Some((_, action)) = VERBS.iter().find(|(word, _)| verb.is(word)) else {
        return Err(args.unknown(verb));
    };
    let token = args.required("incorrect use of the 'events': an event number or 'all' is missing")?;
    let target = target(args, token)?;
    args.end()?;
    Ok(Command::Events(action(target)))
}

fn target(args: &Args<'_>, token: &Token) -> Result<Target, Error> {
    if token.is("all") {
        return Ok(Target::All);
    }
    match args.u32(token, "tag id") {
        Ok(id) => Ok(Target::Id(id)),
        Err(_) => Err(args.error(
            token,
            "please specify a correct hex value for tag id (event number)",
        )),
    }
}

pub(crate) fn execute(action: EventsAction, events: &mut Events<'_>, out: &mut dyn Write) -> fmt::Result {
    let (done, target, word) = match action {
        EventsAction::List => return list(events, out),
        EventsAction::Enable(target) => (events.enable(target), target, "enabled"),
        EventsAction::Disable(target) => (events.disable(target), target, "disabled"),
        EventsAction::Clear(target) => (events.clear(target), target, "cleared"),
    };
    match (done, target) {
        (Err(error), _) => writeln!(out, "{error}"),
        (Ok(()), Target::All) => writeln!(out, "all events {word}"),
        (Ok(()), Target::Id(id)) => writeln!(out, "event {id:x} {word}"),
    }
}

fn list(events: &Events<'_>, out: &mut dyn Write) -> fmt::Result {
    if events.is_empty() {
        return writeln!(out, "no active/disabled events");
    }
    events.iter().try_for_each(|event| line(event, out))
}

fn line(event: &Event, out: &mut dyn Write) -> fmt::Result {
    let state = if event.is_enabled() { "enabled" } else { "disabled" };
    write!(out, "{:x}\t({state})\t    ", event.id())?;
    for c in event.text().chars().take(SHOWN) {
        out.write_char(if c.is_control() { ' ' } else { c })?;
    }
    let cut = event.text().chars().nth(SHOWN).is_some();
    writeln!(out, "{}", if cut { "..." } else { "" })
}
