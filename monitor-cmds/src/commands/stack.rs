//! `k kd kq`: the call stack, as far as memory alone tells it.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Guest;
use crate::Machine;
use crate::Register;
use crate::args::Args;
use crate::commands::memory;
use crate::commands::memory::Rules;
use crate::commands::memory::Space;
use crate::paging;
use crate::script::Globals;
use core::fmt;
use core::fmt::Write;

const EFER_LMA: u64 = 1 << 10;
/// The most bytes of stack that one command shows.
const MOST: u64 = 0x10000;
/// Bytes of the longest CALL.
const LONGEST_CALL: usize = 7;

/// Which numbers on the stack are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// `k`: return addresses, their size by the CPU's mode.
    Returns,
    /// `kd`: every 4-byte number.
    DoubleWords,
    /// `kq`: every 8-byte number.
    QuadWords,
}

/// A stack to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// What of it.
    pub show: Show,
    /// Its lowest address; RSP if none is given.
    pub base: Option<Address>,
    /// Bytes of it, at least 1; 200 (32 bits: 100) if none are given.
    pub length: Option<u64>,
}

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "k",
    aliases: &["kd", "kq"],
    group: Group::Memory,
    parameters: "[base ADDRESS] [l LENGTH]",
    summary: "show the return addresses on the stack; 'kd' and 'kq' every number",
    details: "\
A number on the stack is taken for a return address if it leads to executable memory just behind a
CALL; a stale one looks the same. Each line has the place relative to the base, the number, and
where the CALL is. 'kd' shows 4-byte numbers, 'kq' 8-byte ones. The base is RSP unless given; LENGTH
is in bytes, up to 10000 (default 200, with 4-byte numbers 100). `backtrace` of gdb, which knows the
symbols, does better.",
    examples: &[
        ("k", "show the return addresses from RSP on"),
        ("kq base @rsp l 40", "show the lowest 64 bytes of the stack"),
    ],
    keywords: &["base", "l"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let show = match args.word().as_bytes().get(1) {
        None => Show::Returns,
        Some(b'd' | b'D') => Show::DoubleWords,
        Some(_) => Show::QuadWords,
    };
    let (mut base, mut keyword) = (None, false);
    let rules = Rules::new(MOST, Space::Physical);
    let words = memory::words(args, rules, |args, token| {
        if core::mem::take(&mut keyword) {
            base = Some(Address::parse(args, token)?);
            return Ok(());
        }
        keyword = token.is("base");
        if keyword { Ok(()) } else { Err(args.unknown(token)) }
    })?;
    if keyword {
        return Err(args.missing("err, please specify a value for 'base'"));
    }
    Ok(Command::Stack(Stack {
        show,
        base,
        length: words.length,
    }))
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.show {
            Show::Returns => "k",
            Show::DoubleWords => "kd",
            Show::QuadWords => "kq",
        })?;
        if let Some(base) = &self.base {
            write!(f, " base {base}")?;
        }
        memory::write_words(f, self.length, None)
    }
}

pub(crate) fn execute(
    stack: &Stack,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::with_guest(machine, out, &mut |guest, out| {
        let base = match &stack.base {
            None => guest.register(Register::Rsp),
            Some(base) => match base.resolve(guest, globals) {
                Ok(base) => base,
                Err(message) => return writeln!(out, "{message}"),
            },
        };
        let long = guest.register(Register::Efer) & EFER_LMA != 0;
        let size = match stack.show {
            Show::DoubleWords => 4,
            Show::QuadWords => 8,
            Show::Returns if long => 8,
            Show::Returns => 4,
        };
        let length = stack.length.unwrap_or(size as u64 * 0x40);
        let mut shown = false;
        for offset in (0..length).step_by(size) {
            let value = match Space::Virtual.number(guest, base.wrapping_add(offset), size) {
                Ok(value) => value,
                Err(error) => return writeln!(out, "err, {error}"),
            };
            let call = call_before(guest, value);
            if call.is_none() && stack.show == Show::Returns {
                continue;
            }
            shown = true;
            let digits = size * 2;
            write!(out, "[$+{offset:03x}] {value:0digits$x}")?;
            match call {
                Some(call) => writeln!(out, "    (from {call:0digits$x})")?,
                None => writeln!(out)?,
            }
        }
        if shown {
            return Ok(());
        }
        writeln!(
            out,
            "no return address in {length:x} bytes from {base:x}; 'kq' shows every number"
        )
    })
}

/// The address of the CALL that returns to `address`, if there is one in executable memory.
fn call_before(guest: &mut dyn Guest, address: u64) -> Option<u64> {
    let page = paging::walk(guest, address.wrapping_sub(1), &mut |_| ()).ok()?;
    if !page.executable {
        return None;
    }
    // The bytes before may begin on a page that is not mapped: take as many as there are.
    let mut bytes = [0; LONGEST_CALL];
    let readable = (2..=LONGEST_CALL).rev().find(|&count| {
        let at = address.wrapping_sub(count as u64);
        let into = bytes.get_mut(LONGEST_CALL - count..).unwrap_or_default();
        guest.read_virtual(at, into).is_ok()
    })?;
    (2..=readable)
        .find(|&count| bytes.get(LONGEST_CALL - count..).is_some_and(is_call))
        .map(|count| address.wrapping_sub(count as u64))
}

/// Is this one near CALL, without prefixes? E8 with a displacement, or FF /2 with any operand.
fn is_call(bytes: &[u8]) -> bool {
    match *bytes {
        [0xe8, _, _, _, _] => true,
        [0xff, modrm, ref rest @ ..] if modrm >> 3 & 7 == 2 => {
            let (mode, rm) = (modrm >> 6, modrm & 7);
            let index = usize::from(mode != 3 && rm == 4);
            let no_base = match (index, rest.first()) {
                (1, Some(sib)) => sib & 7 == 5,
                (1, None) => return false,
                _ => rm == 5,
            };
            let displacement = match mode {
                0 if no_base => 4,
                1 => 1,
                2 => 4,
                _ => 0,
            };
            rest.len() == index + displacement
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
