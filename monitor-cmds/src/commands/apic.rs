//! `!apic`: the local APIC.

use crate::ApicMode;
use crate::Command;
use crate::CommandSpec;
use crate::Group;
use crate::Machine;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!apic",
    aliases: &["!lapic", "!localapic"],
    group: Group::System,
    parameters: "",
    summary: "show the local APIC of the selected CPU",
    details: "\
First mode, APIC id, version and whether software has enabled it; then its registers, and the
vectors that are in service (ISR), level-triggered (TMR) and requested (IRR).",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Apic),
};

const ID: u16 = 0x20;
const VERSION: u16 = 0x30;
const SPURIOUS: u16 = 0xf0;
const SOFTWARE_ENABLE: u32 = 1 << 8;
const DIRECTED_EOI: u32 = 1 << 12;

/// Registers shown as they are, in lines. "Local APIC Register Address Map" of Intel's SDM, volume 3.
const LINES: [&[(&str, u16)]; 6] = [
    &[("TPR", 0x80), ("PPR", 0xa0)],
    &[("LDR", 0xd0), ("SVR", SPURIOUS), ("ESR", 0x280)],
    &[("ICR_LOW", 0x300), ("ICR_HIGH", 0x310)],
    &[("LVT_LINT0", 0x350), ("LVT_LINT1", 0x360), ("LVT_ERROR", 0x370)],
    &[("LVT_TIMER", 0x320), ("LVT_THERMAL", 0x330), ("LVT_PMC", 0x340)],
    &[
        ("INITIAL_COUNT", 0x380),
        ("CURRENT_COUNT", 0x390),
        ("DIVIDE", 0x3e0),
    ],
];

/// Sets of vectors, eight registers of 32 each.
const SETS: [(&str, u16); 3] = [("ISR", 0x100), ("TMR", 0x180), ("IRR", 0x200)];

pub(crate) fn execute(machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let cpu = machine.current_cpu();
    let mode = match machine.local_apic_mode(cpu) {
        Some(ApicMode::Disabled) => return writeln!(out, "the local APIC of CPU {cpu:x} is disabled"),
        Some(mode) => mode,
        None => return writeln!(out, "err, the local APIC of CPU {cpu:x} cannot be read from here"),
    };
    let mut register = |offset| machine.local_apic_register(cpu, offset).unwrap_or(0);
    let (id, version, spurious) = (register(ID), register(VERSION), register(SPURIOUS));
    let (name, id) = match mode {
        ApicMode::X2Apic => ("x2APIC", id),
        _ => ("xAPIC", id >> 24),
    };
    let enabled = spurious & SOFTWARE_ENABLE != 0;
    writeln!(
        out,
        "{name} mode, id {id:x}, version {:x}, highest LVT entry {:x}, directed EOI {}, software {}",
        version & 0xff,
        version >> 16 & 0xff,
        if spurious & DIRECTED_EOI != 0 { "on" } else { "off" },
        if enabled { "enabled" } else { "disabled" }
    )?;
    for line in LINES {
        for (index, &(name, offset)) in line.iter().enumerate() {
            // In x2APIC mode the interrupt command is one register of 64 bits.
            if mode == ApicMode::X2Apic && offset == 0x310 {
                continue;
            }
            let comma = if index == 0 { "  " } else { ", " };
            write!(out, "{comma}{name} = {:08x}", register(offset))?;
        }
        writeln!(out)?;
    }
    for (name, first) in SETS {
        write!(out, "{name}:")?;
        for index in 0..8_u16 {
            let bits = register(first + index * 0x10);
            for bit in (0..32).filter(|bit| bits >> bit & 1 != 0) {
                write!(out, " {:02x}", index * 32 + bit)?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
