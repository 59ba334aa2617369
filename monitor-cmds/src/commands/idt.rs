//! `!idt`: the interrupt descriptor table.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Guest;
use crate::Machine;
use crate::Register;
use crate::args::Args;
use crate::commands::memory;
use alloc::format;
use core::fmt;
use core::fmt::Write;

const EFER_LMA: u64 = 1 << 10;
const CR0_PE: u64 = 1;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!idt",
    aliases: &[],
    group: Group::System,
    parameters: "[ENTRY]",
    summary: "show the interrupt descriptor table, or one entry",
    details: "\
Each line has the entry's number (0 to ff) and the address of its handler, then selector, kind,
privilege level and, in long mode, interrupt stack. In real mode the handlers are SEGMENT:OFFSET.",
    examples: &[("!idt e", "show where page faults go")],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let entry = match args.next() {
        None => None,
        Some(token) => {
            let value = args.u64(token, "IDT entry number")?;
            let entry = u8::try_from(value).map_err(|_| {
                let message = format!("err, invalid IDT entry number: {value:x} is above ff");
                args.error(token, message)
            })?;
            Some(entry)
        }
    };
    args.end()?;
    Ok(Command::Idt(entry))
}

/// How the CPU reads the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Real,
    Protected,
    Long,
}

impl Shape {
    fn of(guest: &dyn Guest) -> Self {
        if guest.register(Register::Efer) & EFER_LMA != 0 {
            Self::Long
        } else if guest.register(Register::Cr0) & CR0_PE != 0 {
            Self::Protected
        } else {
            Self::Real
        }
    }

    /// Bytes of an entry.
    fn size(self) -> u64 {
        match self {
            Self::Real => 4,
            Self::Protected => 8,
            Self::Long => 16,
        }
    }
}

pub(crate) fn execute(entry: Option<u8>, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    memory::with_guest(machine, out, &mut |guest, out| {
        let shape = Shape::of(guest);
        let base = guest.register(Register::Idtr);
        let limit = guest.register(Register::IdtrLimit);
        // An entry counts only if its last byte is within the limit.
        let count = limit.saturating_add(1) / shape.size();
        let entries = match entry {
            Some(entry) => u64::from(entry)..u64::from(entry) + 1,
            None => 0..count.min(0x100),
        };
        if count == 0 {
            return writeln!(out, "err, the IDT is empty: its limit is {limit:x}");
        }
        for number in entries {
            write!(out, "IDT[{number:x}]\t: ")?;
            if number >= count {
                writeln!(out, "beyond the limit {limit:x}")?;
                continue;
            }
            let at = base.wrapping_add(number * shape.size());
            let mut bytes = [0; 16];
            let into = bytes.get_mut(..shape.size() as usize).unwrap_or_default();
            match guest.read_virtual(at, into) {
                Ok(()) => gate(shape, u128::from_le_bytes(bytes), out)?,
                Err(error) => writeln!(out, "err, {error}")?,
            }
        }
        Ok(())
    })
}

/// "64-Bit IDT Gate Descriptors" and "IDT Descriptors" of Intel's SDM, volume 3.
fn gate(shape: Shape, gate: u128, out: &mut dyn Write) -> fmt::Result {
    let low = gate as u64;
    if shape == Shape::Real {
        return writeln!(out, "{:04x}:{:04x}", low >> 16 & 0xffff, low & 0xffff);
    }
    if low >> 47 & 1 == 0 {
        return writeln!(out, "not present");
    }
    let offset = low & 0xffff | low >> 32 & 0xffff_0000;
    let selector = low >> 16 & 0xffff;
    let kind = match low >> 40 & 0x1f {
        0x5 => "task gate",
        0x6 => "16-bit interrupt gate",
        0x7 => "16-bit trap gate",
        0xe => "interrupt gate",
        0xf => "trap gate",
        _ => "invalid gate",
    };
    let level = low >> 45 & 3;
    if shape == Shape::Protected {
        return writeln!(out, "{offset:08x}\t{selector:04x} {kind}, dpl {level}");
    }
    let high = (gate >> 64) as u64 & 0xffff_ffff;
    let stack = low >> 32 & 7;
    writeln!(
        out,
        "{high:08x}`{offset:08x}\t{selector:04x} {kind}, dpl {level}, ist {stack}"
    )
}
