//! `sb sd sq`, and with `!`: looks for numbers in memory.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Guest;
use crate::Machine;
use crate::args::Args;
use crate::commands::edit::Unit;
use crate::commands::memory;
use crate::commands::memory::Rules;
use crate::commands::memory::Space;
use crate::script::Globals;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// The most bytes that one search looks through: it stops the world for as long.
const MOST: u64 = 0x4000_0000;
/// The most places that one search prints.
const RESULTS: usize = 0x1000;
/// What is readable ends at multiples of this.
const PAGE: u64 = 0x1000;

/// Numbers to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Their size, and the distance of the places looked at.
    pub unit: Unit,
    /// Virtual or physical.
    pub space: Space,
    /// The first place looked at.
    pub start: Address,
    /// Bytes looked through.
    pub length: u64,
    /// The numbers, at least one, each fits the unit.
    pub values: Vec<u64>,
    /// The process whose memory it is.
    pub pid: Option<u32>,
}

/// What the rows of the family share.
const FAMILY: CommandSpec = CommandSpec {
    name: "",
    aliases: &[],
    group: Group::Memory,
    parameters: "START l LENGTH VALUE... [pid X]",
    summary: "",
    details: "\
The words may stand in any order; of those without a keyword the first is START. Places are looked
at from START on in steps of the number's size, over LENGTH bytes (up to 40000000); pages that
cannot be read are passed over. Prints the addresses, at most 1000. With '!' before the word START
is guest physical.",
    examples: &[],
    keywords: &["l", "pid"],
    parse,
};

pub(crate) static SB: CommandSpec = FAMILY.named(
    "sb",
    &["!sb"],
    "look for bytes in memory ('!': physical)",
    &[(
        "sb ffffffff81000000 l 100000 0f 05",
        "look for SYSCALL in a megabyte of the kernel",
    )],
);
pub(crate) static SD: CommandSpec = FAMILY.named(
    "sd",
    &["!sd"],
    "look for 4-byte numbers in memory ('!': physical)",
    &[],
);
pub(crate) static SQ: CommandSpec = FAMILY.named(
    "sq",
    &["!sq"],
    "look for 8-byte numbers in memory ('!': physical)",
    &[(
        "!sq e0000 2052545020445352 l 20000",
        "look for the RSDP in the BIOS's memory",
    )],
);

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (unit, space) = (Unit::of(args.word()), Space::of(args.word()));
    let mut start = None;
    let mut values = Vec::new();
    let words = memory::words(args, Rules::new(MOST, space), |args, token| {
        if start.is_none() {
            start = Some(Address::parse(args, token)?);
        } else {
            values.push(unit.value(args, token)?);
        }
        Ok(())
    })?;
    let start = memory::required(start, args)?;
    if values.is_empty() {
        return Err(args.missing("please specify a correct hex value as the content to search"));
    }
    let length = words
        .length
        .ok_or_else(|| args.missing("please specify a correct hex value as the length"))?;
    Ok(Command::Search(Search {
        unit,
        space,
        start,
        length,
        values,
        pid: words.pid,
    }))
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = self.unit.letter();
        write!(f, "{}s{letter} {}", self.space.mark(), self.start)?;
        self.values.iter().try_for_each(|value| write!(f, " {value:x}"))?;
        memory::write_words(f, Some(self.length), self.pid)
    }
}

pub(crate) fn execute(
    search: &Search,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::at_address(
        machine,
        globals,
        (&search.start, search.pid),
        out,
        &mut |guest, start, out| run(search, guest, start, out),
    )
}

/// Pages go through a window that keeps what a match could have begun in.
fn run(search: &Search, guest: &mut dyn Guest, start: u64, out: &mut dyn Write) -> fmt::Result {
    let wanted = search.unit.bytes(&search.values);
    let step = search.unit.size() as u64;
    let mut window: Vec<u8> = Vec::new();
    let mut found = 0_usize;
    let mut done = 0_u64;
    while done < search.length {
        let at = start.wrapping_add(done);
        let in_page = PAGE.wrapping_sub(at % PAGE);
        let count = in_page.min(search.length.saturating_sub(done));
        let keep = window.len().min(wanted.len().saturating_sub(1));
        window.drain(..window.len().saturating_sub(keep));
        // Of the window's first byte, counted from `start`.
        let base = done.saturating_sub(keep as u64);
        let readable = extend(&mut window, search.space, guest, at, count);
        for (place, bytes) in (base..).zip(window.windows(wanted.len())) {
            if bytes != wanted || place % step != 0 {
                continue;
            }
            if found == RESULTS {
                return writeln!(out, "there are more: the search ends after {RESULTS:x} places");
            }
            found = found.saturating_add(1);
            writeln!(out, "{:x}", start.wrapping_add(place))?;
        }
        if readable < count {
            window.clear();
        }
        done = done.saturating_add(count);
    }
    if found == 0 {
        return writeln!(out, "not found");
    }
    Ok(())
}

/// Appends up to `count` bytes of one page and returns how many: those before the first that cannot be read.
fn extend(window: &mut Vec<u8>, space: Space, guest: &mut dyn Guest, at: u64, count: u64) -> u64 {
    let old = window.len();
    window.resize(old.saturating_add(count as usize), 0);
    let read = |guest: &mut dyn Guest, window: &mut Vec<u8>| match window.get_mut(old..) {
        Some(into) => space.read(guest, at, into),
        None => Ok(()),
    };
    let readable = match read(guest, window) {
        Ok(()) => count,
        Err(error) => {
            let prefix = error.address.wrapping_sub(at).min(count);
            window.truncate(old.saturating_add(prefix as usize));
            match read(guest, window) {
                Ok(()) => prefix,
                Err(_) => 0,
            }
        }
    };
    window.truncate(old.saturating_add(readable as usize));
    readable
}
