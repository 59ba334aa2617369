//! `db dc dw dd dq`, and with `!`: memory as bytes, words, double words, quad words.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use crate::commands::memory;
use crate::commands::memory::Rules;
use crate::commands::memory::Space;
use crate::script::Globals;
use core::fmt;
use core::fmt::Write;

/// Bytes dumped without `l`.
const DEFAULT_LENGTH: u64 = 0x80;
/// The most bytes that one dump prints.
const MOST: u64 = 0x10000;
/// Bytes on a line.
const PER_LINE: usize = 16;

/// How a dump shows memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `db`: bytes, and as characters.
    Bytes,
    /// `dc`: four-byte numbers, and as characters.
    Characters,
    /// `dw`: two-byte numbers.
    Words,
    /// `dd`: four-byte numbers.
    DoubleWords,
    /// `dq`: eight-byte numbers.
    QuadWords,
}

impl Layout {
    const ALL: [Self; 5] = [
        Self::Bytes,
        Self::Characters,
        Self::Words,
        Self::DoubleWords,
        Self::QuadWords,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Bytes => "db",
            Self::Characters => "dc",
            Self::Words => "dw",
            Self::DoubleWords => "dd",
            Self::QuadWords => "dq",
        }
    }

    /// Bytes of one number.
    fn size(self) -> usize {
        match self {
            Self::Bytes => 1,
            Self::Words => 2,
            Self::Characters | Self::DoubleWords => 4,
            Self::QuadWords => 8,
        }
    }

    fn has_characters(self) -> bool {
        matches!(self, Self::Bytes | Self::Characters)
    }
}

/// A dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// How it looks.
    pub layout: Layout,
    /// Virtual or physical.
    pub space: Space,
    /// The first byte.
    pub address: Address,
    /// Bytes, at least 1; 80 if none are given.
    pub length: Option<u64>,
    /// The process whose memory it is.
    pub pid: Option<u32>,
}

const DETAILS: &str = "\
LENGTH is in bytes, up to 10000 (default 80). With '!' before the word ADDRESS is guest physical and
lines begin with '#'. What cannot be read is shown as '?'. ADDRESS may be an expression without
spaces, such as @rsp+10.";

/// What the rows of the family share.
const FAMILY: CommandSpec = CommandSpec {
    name: "",
    aliases: &[],
    group: Group::Memory,
    parameters: "ADDRESS [l LENGTH] [pid X]",
    summary: "",
    details: DETAILS,
    examples: &[],
    keywords: &["l", "pid"],
    parse,
};

pub(crate) static DB: CommandSpec = FAMILY.named(
    "db",
    &["!db"],
    "dump memory as bytes and characters ('!': physical)",
    &[
        ("db ffffffff81000000 l 40", "dump 64 bytes of the kernel's code"),
        ("!db 1000", "dump physical memory from 1000"),
    ],
);
pub(crate) static DC: CommandSpec = FAMILY.named(
    "dc",
    &["!dc"],
    "dump memory as 4-byte numbers and characters ('!': physical)",
    &[],
);
pub(crate) static DW: CommandSpec = FAMILY.named(
    "dw",
    &["!dw"],
    "dump memory as 2-byte numbers ('!': physical)",
    &[],
);
pub(crate) static DD: CommandSpec = FAMILY.named(
    "dd",
    &["!dd"],
    "dump memory as 4-byte numbers ('!': physical)",
    &[],
);
pub(crate) static DQ: CommandSpec = FAMILY.named(
    "dq",
    &["!dq"],
    "dump memory as 8-byte numbers ('!': physical)",
    &[("!dq fee00000 l 10 ", "dump 16 bytes of physical memory")],
);

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let space = Space::of(args.word());
    let name = args.word().trim_start_matches('!');
    let layout = Layout::ALL
        .into_iter()
        .find(|layout| layout.word().eq_ignore_ascii_case(name))
        .unwrap_or(Layout::Bytes);
    let (address, words) = memory::address_and_words(args, Rules::new(MOST, space))?;
    Ok(Command::Dump(Dump {
        layout,
        space,
        address,
        length: words.length,
        pid: words.pid,
    }))
}

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} {}", self.space.mark(), self.layout.word(), self.address)?;
        memory::write_words(f, self.length, self.pid)
    }
}

pub(crate) fn execute(
    dump: &Dump,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    let size = dump.layout.size() as u64;
    let length = dump.length.unwrap_or(DEFAULT_LENGTH).next_multiple_of(size);
    memory::at_address(
        machine,
        globals,
        (&dump.address, dump.pid),
        out,
        &mut |guest, start, out| {
            if (0..length).all(|offset| dump.space.number(guest, start.wrapping_add(offset), 1).is_err()) {
                return writeln!(out, "err, invalid address: {start:x} is not accessible");
            }
            for offset in (0..length).step_by(PER_LINE) {
                let count = length.saturating_sub(offset).min(PER_LINE as u64) as usize;
                let address = start.wrapping_add(offset);
                let cells = dump.space.cells(guest, address, count);
                line(dump, address, &cells, out)?;
            }
            Ok(())
        },
    )
}

fn line(dump: &Dump, address: u64, cells: &[Option<u8>], out: &mut dyn Write) -> fmt::Result {
    if dump.space == Space::Physical {
        out.write_str("#\t")?;
    }
    write!(out, "{:08x}`{:08x} ", address >> 32, address & 0xffff_ffff)?;
    let size = dump.layout.size();
    for number in cells.chunks(size) {
        out.write_char(' ')?;
        let value = number
            .iter()
            .rev()
            .try_fold(0_u64, |value, byte| byte.map(|byte| value << 8 | u64::from(byte)));
        let digits = size.saturating_mul(2);
        match value {
            Some(value) => write!(out, "{value:0digits$X}")?,
            None => write!(out, "{:?>digits$}", "")?,
        }
    }
    if dump.layout.has_characters() {
        let missing = PER_LINE.saturating_sub(cells.len()) / size;
        let width = missing.saturating_mul(size.saturating_mul(2).saturating_add(1));
        write!(out, "{:width$}  ", "")?;
        for cell in cells {
            let printable = cell.filter(|byte| (b' '..=b'~').contains(byte));
            out.write_char(printable.map_or('.', char::from))?;
        }
    }
    out.write_char('\n')
}
