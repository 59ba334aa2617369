//! `!ioapic`: the I/O APIC.

use crate::Command;
use crate::CommandSpec;
use crate::Group;
use crate::Machine;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!ioapic",
    aliases: &[],
    group: Group::System,
    parameters: "",
    summary: "show the I/O APIC's redirection entries",
    details: "\
As the guest sees them: an input that the hypervisor uses shows what the guest has written there. A
line has the input's number, the entry, vector, delivery, destination, polarity, trigger and mask.",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::IoApic),
};

const ID: u8 = 0;
const VERSION: u8 = 1;
const FIRST_ENTRY: u8 = 0x10;

/// Delivery modes of an entry's bits 8 to 10, from the 82093AA's data sheet.
const DELIVERY: [&str; 8] = [
    "fixed",
    "lowest priority",
    "SMI",
    "reserved",
    "NMI",
    "INIT",
    "reserved",
    "ExtINT",
];

pub(crate) fn execute(machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let (Some(id), Some(version)) = (machine.ioapic_register(ID), machine.ioapic_register(VERSION)) else {
        return writeln!(out, "err, the I/O APIC cannot be read from here");
    };
    let last = version >> 16 & 0xff;
    writeln!(
        out,
        "I/O APIC id {:x}, version {:x}, inputs 0 to {last:x}",
        id >> 24 & 0xf,
        version & 0xff
    )?;
    // An index is a byte: 0x77 is the last input whose entry has one.
    for input in 0..=last.min(0x77) as u8 {
        let index = FIRST_ENTRY + input * 2;
        let low = machine.ioapic_register(index).unwrap_or(0);
        let high = machine.ioapic_register(index + 1).unwrap_or(0);
        entry(input, low, high, out)?;
    }
    Ok(())
}

fn entry(input: u8, low: u32, high: u32, out: &mut dyn Write) -> fmt::Result {
    let either = |bit: u32, set: &'static str, clear: &'static str| {
        if low >> bit & 1 != 0 { set } else { clear }
    };
    writeln!(
        out,
        "{input:02x}: {high:08x}`{low:08x}\tvector {:02x}, {}, to {} {:x}, active {}, {}{}{}{}",
        low & 0xff,
        DELIVERY.get((low >> 8 & 7) as usize).copied().unwrap_or_default(),
        either(11, "logical", "physical"),
        high >> 24,
        either(13, "low", "high"),
        either(15, "level", "edge"),
        either(12, ", pending", ""),
        either(14, ", remote IRR", ""),
        either(16, ", masked", "")
    )
}
