//! `prealloc`: room for events, asked for in advance.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Events;
use crate::Group;
use crate::args::Args;
use alloc::format;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "prealloc",
    aliases: &["preallocate", "preallocation"],
    group: Group::Management,
    parameters: "TYPE COUNT",
    summary: "check that there is room for more events",
    details: "\
TYPE is thread-interception, monitor, epthook, epthook2, regular-event, big-event,
regular-safe-buffer or big-safe-buffer. Events are registered while the guest is stopped, so nothing
has to be reserved: for events this says whether COUNT more fit the table, for the rest that memory
is taken when an event is registered.",
    examples: &[("prealloc regular-event 10", "ask whether 16 more events fit")],
    keywords: &[
        "thread-interception",
        "monitor",
        "epthook",
        "epthook2",
        "regular-event",
        "big-event",
        "regular-safe-buffer",
        "big-safe-buffer",
    ],
    parse,
};

/// What room is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prealloc {
    /// The word of the type, one of the command's keywords.
    pub pool: &'static str,
    /// How many.
    pub count: u32,
}

impl fmt::Display for Prealloc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:x}", SPEC.name, self.pool, self.count)
    }
}

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let token = args.required(&args.incorrect_use("a type and a count are missing"))?;
    // HyperDbg takes the command's word for its pools as well.
    let word = token.text.strip_prefix('!').unwrap_or(&token.text);
    let pool = SPEC.keywords.iter().find(|pool| pool.eq_ignore_ascii_case(word));
    let Some(pool) = pool.filter(|_| token.is_plain()) else {
        return Err(args.error(token, format!("err, couldn't resolve error at '{}'", token.text)));
    };
    let count = args.required(&args.incorrect_use("a count is missing"))?;
    let count = args.u32(count, "count")?;
    args.end()?;
    Ok(Command::Prealloc(Prealloc { pool, count }))
}

pub(crate) fn execute(asked: Prealloc, events: &Events<'_>, out: &mut dyn Write) -> fmt::Result {
    if !asked.pool.ends_with("-event") {
        return writeln!(
            out,
            "the requested pools are allocated and reserved (nothing had to be done: memory for {} is taken when an \
             event is registered)",
            asked.pool
        );
    }
    let free = events.capacity().saturating_sub(events.len());
    if usize::try_from(asked.count).is_ok_and(|count| count <= free) {
        writeln!(out, "the requested pools are allocated and reserved")
    } else {
        writeln!(out, "err, there is room for {free:x} more events only")
    }
}
