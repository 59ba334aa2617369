//! `regs`: the registers of a CPU.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use crate::commands::event::no_such_cpu;
use core::fmt;
use core::fmt::Write;

/// Registers printed on one line.
const PER_LINE: usize = 3;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "regs",
    aliases: &[],
    group: Group::Session,
    parameters: "[CPU]",
    summary: "print the registers of a CPU",
    details: "\
CPU counts from 0; without it the CPU that gdb has selected. Values have 16 hexadecimal digits.",
    examples: &[("regs 1", "print the registers of CPU 1")],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    Ok(Command::Regs(args.only_cpu()?))
}

pub(crate) fn execute(cpu: Option<u32>, machine: &dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let cpu = cpu.unwrap_or_else(|| machine.current_cpu());
    if cpu >= machine.cpu_count() {
        return no_such_cpu(cpu, machine, out);
    }
    let (mut width, mut count) = (0, 0_usize);
    machine.registers(cpu, &mut |name, _| {
        width = name.len().max(width);
        count = count.saturating_add(1);
        Ok(())
    })?;
    if count == 0 {
        return writeln!(
            out,
            "CPU {cpu:x} is {}: it has no registers",
            machine.cpu_state(cpu).word()
        );
    }
    writeln!(out, "CPU {cpu:x}:")?;
    let mut column = 0_usize;
    machine.registers(cpu, &mut |name, value| {
        out.write_str(match column {
            0 => "",
            column if column % PER_LINE == 0 => "\n",
            _ => " ",
        })?;
        column = column.saturating_add(1);
        write!(out, "{name:>width$}={value:016x}")
    })?;
    out.write_char('\n')
}
