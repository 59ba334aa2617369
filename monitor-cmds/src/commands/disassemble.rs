//! `u u2`, and with `!`: memory as instructions.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Guest;
use crate::Machine;
use crate::Syntax;
use crate::args::Args;
use crate::asm::Bitness;
use crate::commands::memory;
use crate::commands::memory::Rules;
use crate::commands::memory::Space;
use crate::disassembler::Disassembler;
use crate::disassembler::LONGEST;
use crate::script::Globals;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// The most bytes that one command goes through.
const MOST: u64 = 0x10000;
/// Columns of the bytes; a longer instruction moves its text.
const BYTES_WIDTH: usize = 30;

/// Instructions to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disassemble {
    /// The size of the code.
    pub bitness: Bitness,
    /// Virtual or physical.
    pub space: Space,
    /// The first byte.
    pub address: Address,
    /// Bytes, at least 1; if none are given 40 of 64-bit code, 80 of 32-bit code.
    pub length: Option<u64>,
    /// The process whose memory it is.
    pub pid: Option<u32>,
}

/// What the rows of the family share.
const FAMILY: CommandSpec = CommandSpec {
    name: "",
    aliases: &[],
    group: Group::Memory,
    parameters: "ADDRESS [l LENGTH] [pid X]",
    summary: "",
    details: "\
LENGTH is in bytes, up to 10000 (default 40, for 32-bit code 80); the last instruction may reach past
it. With '!' before the word ADDRESS is guest physical and lines begin with '#'. ADDRESS may be an
expression without spaces, such as @rip. `settings syntax` chooses how instructions are written.",
    examples: &[],
    keywords: &["l", "pid"],
    parse,
};

pub(crate) static U: CommandSpec = FAMILY.named(
    "u",
    &["u64", "!u", "!u64"],
    "disassemble 64-bit code ('!': physical)",
    &[
        ("u @rip l 20", "show the instructions that come next"),
        ("!u 100000", "show the code at a physical address"),
    ],
);
pub(crate) static U2: CommandSpec = FAMILY.named(
    "u2",
    &["u32", "!u2", "!u32"],
    "disassemble 32-bit code ('!': physical)",
    &[],
);

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let space = Space::of(args.word());
    let bitness = Bitness::of(args.word());
    let (address, words) = memory::address_and_words(args, Rules::new(MOST, space))?;
    Ok(Command::Disassemble(Disassemble {
        bitness,
        space,
        address,
        length: words.length,
        pid: words.pid,
    }))
}

impl fmt::Display for Disassemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}u{} {}",
            self.space.mark(),
            self.bitness.mark(),
            self.address
        )?;
        memory::write_words(f, self.length, self.pid)
    }
}

pub(crate) fn execute(
    command: &Disassemble,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    let syntax = machine.settings().syntax;
    memory::at_address(
        machine,
        globals,
        (&command.address, command.pid),
        out,
        &mut |guest, start, out| run(command, syntax, guest, start, out),
    )
}

fn run(
    command: &Disassemble,
    syntax: Syntax,
    guest: &mut dyn Guest,
    start: u64,
    out: &mut dyn Write,
) -> fmt::Result {
    let length = command.length.unwrap_or(match command.bitness {
        Bitness::Bits64 => 0x40,
        Bitness::Bits32 => 0x80,
    });
    let mut disassembler = Disassembler::new(syntax);
    let mut done = 0_u64;
    while done < length {
        let address = start.wrapping_add(done);
        // An instruction may end where memory does.
        let bytes: Vec<u8> = command
            .space
            .cells(guest, address, LONGEST)
            .into_iter()
            .map_while(|cell| cell)
            .collect();
        if bytes.is_empty() {
            return writeln!(out, "err, invalid address: {address:x} is not accessible");
        }
        let (size, text) = disassembler.one(command.bitness, &bytes, address);
        if command.space == Space::Physical {
            out.write_str("#\t")?;
        }
        write!(out, "{:08x}`{:08x}  ", address >> 32, address & 0xffff_ffff)?;
        let mut width = 0;
        for byte in bytes.iter().take(size) {
            write!(out, "{byte:02X} ")?;
            width += 3;
        }
        writeln!(out, "{:1$} {text}", "", BYTES_WIDTH.saturating_sub(width))?;
        done = done.saturating_add(size as u64);
    }
    Ok(())
}
