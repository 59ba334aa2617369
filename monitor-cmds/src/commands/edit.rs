//! `eb ed eq`, and with `!`: writes numbers to memory.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::Token;
use crate::args::Args;
use crate::commands::memory;
use crate::commands::memory::Space;
use crate::script::Globals;
use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// The size of the numbers that `e*` writes and `s*` looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One byte: `eb`, `sb`.
    Byte,
    /// Four bytes: `ed`, `sd`.
    DoubleWord,
    /// Eight bytes: `eq`, `sq`.
    QuadWord,
}

impl Unit {
    /// The unit that the last letter of a command word stands for.
    pub(crate) fn of(word: &str) -> Self {
        match word.as_bytes().last() {
            Some(b'd' | b'D') => Self::DoubleWord,
            Some(b'q' | b'Q') => Self::QuadWord,
            _ => Self::Byte,
        }
    }

    pub(crate) fn letter(self) -> char {
        match self {
            Self::Byte => 'b',
            Self::DoubleWord => 'd',
            Self::QuadWord => 'q',
        }
    }

    pub(crate) fn size(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::DoubleWord => 4,
            Self::QuadWord => 8,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Byte => "a byte",
            Self::DoubleWord => "a dword",
            Self::QuadWord => "a qword",
        }
    }

    /// The number in `token`, if the unit holds it.
    pub(crate) fn value(self, args: &Args<'_>, token: &Token) -> Result<u64, Error> {
        let value = args.u64(token, "value")?;
        let most = u64::MAX >> (64 - self.size() * 8);
        if value <= most {
            return Ok(value);
        }
        let message = format!(
            "please specify {} (hex) value for '{}': {value:x} is above {most:x}",
            self.name(),
            args.word()
        );
        Err(args.error(token, message))
    }

    /// The little-endian bytes of `values`.
    pub(crate) fn bytes(self, values: &[u64]) -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes().into_iter().take(self.size()))
            .collect()
    }
}

/// Numbers to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Their size.
    pub unit: Unit,
    /// Virtual or physical.
    pub space: Space,
    /// Where the first one goes; the others follow.
    pub address: Address,
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
    parameters: "ADDRESS VALUE... [pid X]",
    summary: "",
    details: "\
Values follow each other in memory, lowest byte first. With '!' before the word ADDRESS is guest
physical. Write protection by the guest's page tables does not count.",
    examples: &[],
    keywords: &["pid"],
    parse,
};

pub(crate) static EB: CommandSpec = FAMILY.named(
    "eb",
    &["!eb"],
    "write bytes to memory ('!': physical)",
    &[("eb @rip 90 90", "write two NOPs at the instruction pointer")],
);
pub(crate) static ED: CommandSpec = FAMILY.named(
    "ed",
    &["!ed"],
    "write 4-byte numbers to memory ('!': physical)",
    &[],
);
pub(crate) static EQ: CommandSpec = FAMILY.named(
    "eq",
    &["!eq"],
    "write 8-byte numbers to memory ('!': physical)",
    &[(
        "!eq 100000 9090909090909090",
        "write eight bytes to physical memory",
    )],
);

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let (unit, space) = (Unit::of(args.word()), Space::of(args.word()));
    let mut address = None;
    let mut values = Vec::new();
    let mut pid = None;
    while let Some(token) = args.next() {
        if space == Space::Virtual && token.is("pid") {
            pid = Some(memory::pid(args)?);
        } else if address.is_none() {
            address = Some(Address::parse(args, token)?);
        } else {
            values.push(unit.value(args, token)?);
        }
    }
    let address = memory::required(address, args)?;
    if values.is_empty() {
        return Err(args.missing("please specify a correct hex value as the content to edit"));
    }
    Ok(Command::Edit(Edit {
        unit,
        space,
        address,
        values,
        pid,
    }))
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}e{} {}", self.space.mark(), self.unit.letter(), self.address)?;
        self.values.iter().try_for_each(|value| write!(f, " {value:x}"))?;
        memory::write_words(f, None, self.pid)
    }
}

pub(crate) fn execute(
    edit: &Edit,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::at_address(
        machine,
        globals,
        (&edit.address, edit.pid),
        out,
        &mut |guest, start, out| {
            let mut at = start;
            for (written, value) in edit.values.iter().enumerate() {
                let bytes = edit.unit.bytes(core::slice::from_ref(value));
                if let Err(error) = edit.space.write(guest, at, &bytes) {
                    return writeln!(out, "err, {error}; values written: {written:x}");
                }
                at = at.wrapping_add(bytes.len() as u64);
            }
            writeln!(out, "values written at {start:x}: {:x}", edit.values.len())
        },
    )
}
