//! `events`: list, enable, disable and clear events.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Event;
use crate::Events;
use crate::Group;
use crate::Machine;
use crate::Target;
use crate::Token;
use crate::args::Args;
use crate::commands::phys::on_off;
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
    /// Leave what the event that stopped the guest is about undone, or do it; once.
    ShortCircuit(bool),
}

impl fmt::Display for EventsAction {
    /// What stands after `events`, with the space before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, target) = match self {
            Self::List => return Ok(()),
            Self::Enable(target) => ('e', target),
            Self::Disable(target) => ('d', target),
            Self::Clear(target) => ('c', target),
            Self::ShortCircuit(on) => return write!(f, " sc {}", on_off(*on)),
        };
        match target {
            Target::All => write!(f, " {verb} all"),
            Target::Id(id) => write!(f, " {verb} {id:x}"),
        }
    }
}

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "events",
    aliases: &["event"],
    group: Group::Management,
    parameters: "[e|d|c ID|all | sc on|off]",
    summary: "list events; enable (e), disable (d) or clear (c) one or all; set the short circuit",
    details: "\
ID is the event's number as the list shows it, in hexadecimal. Numbers count from 0 and are never
given twice. What only disabled events asked for is not intercepted. `sc on` leaves undone what the
event that has stopped the guest is about, `sc off` does it; that counts once, for this stop.",
    examples: &[
        ("events", "list the events"),
        ("events d 0", "disable event 0"),
        ("events c all", "clear all events"),
        (
            "events sc on",
            "skip the instruction that an event has stopped at",
        ),
    ],
    keywords: &["e", "d", "c", "all", "sc", "on", "off"],
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
    if verb.is("sc") {
        return short_circuit(args);
    }
    let Some((_, action)) = VERBS.iter().find(|(word, _)| verb.is(word)) else {
        return Err(args.incorrect(verb));
    };
    let token = args.required(&args.incorrect_use("an event number or 'all' is missing"))?;
    let target = target(args, token)?;
    end(args)?;
    Ok(Command::Events(action(target)))
}

/// More words than three are an incorrect use.
fn end(args: &mut Args<'_>) -> Result<(), Error> {
    args.next().map_or(Ok(()), |token| Err(args.incorrect(token)))
}

fn short_circuit(args: &mut Args<'_>) -> Result<Command, Error> {
    let message = "please specify a correct 'on' or 'off' state for the short-circuiting state";
    let token = args.required(&args.incorrect_use(message))?;
    let on = token.is("on");
    if !on && !token.is("off") {
        return Err(args.error(token, message));
    }
    end(args)?;
    Ok(Command::Events(EventsAction::ShortCircuit(on)))
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

pub(crate) fn execute(
    action: EventsAction,
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    let (done, target, word) = match action {
        EventsAction::ShortCircuit(on) => return set_short_circuit(on, machine, out),
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

fn set_short_circuit(on: bool, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    if !machine.set_short_circuit(on) {
        return writeln!(
            out,
            "err, the guest is not stopped by an event that can be left undone"
        );
    }
    writeln!(out, "short-circuiting is {} for this stop", on_off(on))
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
