//! Runs commands: one arm each, the work is in the command's file.

use crate::Command;
use crate::Events;
use crate::ImmediateScript;
use crate::Machine;
use crate::commands;
use crate::parse_bytes;
use core::fmt;
use core::fmt::Write;

/// Runs `command` and writes what the user reads, in whole lines. What the machine or the table refuses is
/// such a line as well, beginning with `err,` as a rule.
///
/// # Errors
/// Only those of `out`; a command may have had its effect then.
pub fn execute(
    command: &Command,
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    match command {
        Command::Help(topic) => commands::help::execute(*topic, out),
        Command::Version => commands::version::execute(machine, out),
        Command::Status => commands::status::execute(machine, events, out),
        Command::Regs(cpu) => commands::regs::execute(*cpu, machine, out),
        Command::Phys(mode) => commands::phys::execute(*mode, machine, out),
        Command::Reset => commands::reset::execute(machine, out),
        Command::Event(spec) => commands::event::execute(spec, machine, events, out),
        Command::Events(action) => commands::events::execute(*action, machine, events, out),
        Command::Last => commands::last::execute(machine, out),
        Command::Output(action) => commands::output::execute(action, events, out),
        Command::Prealloc(asked) => commands::prealloc::execute(*asked, events, out),
        Command::Preactivate => commands::preactivate::execute(out),
        Command::Flush => commands::flush::execute(machine, out),
        Command::Dump(dump) => commands::dump::execute(dump, machine, events.globals_mut(), out),
        Command::Edit(edit) => commands::edit::execute(edit, machine, events.globals_mut(), out),
        Command::Search(search) => commands::search::execute(search, machine, events.globals_mut(), out),
        Command::List(list) => commands::list::execute(list, machine, events.globals_mut(), out),
        Command::Stack(stack) => commands::stack::execute(stack, machine, events.globals_mut(), out),
        Command::Translate(translate) => {
            commands::page_table::execute(translate, machine, events.globals_mut(), out)
        }
        Command::Idt(entry) => commands::idt::execute(*entry, machine, out),
        Command::Apic => commands::apic::execute(machine, out),
        Command::IoApic => commands::ioapic::execute(machine, out),
        Command::PciTree => commands::pci::tree(machine, out),
        Command::PciCam { at, dump } => commands::pci::cam(*at, *dump, machine, out),
        Command::Task(kind, action) => {
            commands::process::execute(*kind, action, machine, events.globals_mut(), out)
        }
        Command::Register(action) => commands::registers::execute(action, machine, events.globals_mut(), out),
        Command::Evaluate(script) => commands::evaluate::run(script, machine, events, out),
        Command::Print(expression) => {
            let script = ImmediateScript::printing(expression);
            commands::evaluate::run(&script, machine, events, out)
        }
        Command::Formats(expression) => {
            commands::evaluate::show_formats(expression, machine, events.globals_mut(), out)
        }
        Command::Core(cpu) => commands::core::execute(*cpu, machine, out),
        Command::Settings(action) => commands::settings::execute(*action, machine, out),
        Command::Test(action) => commands::test::execute(*action, machine, out),
        Command::Msr(access) => commands::msr::execute(*access, machine, out),
        Command::Cpuid {
            function,
            subfunction,
        } => commands::ucpuid::execute(*function, *subfunction, machine, out),
        Command::Cpu => commands::cpu::execute(machine, out),
        Command::Disassemble(command) => {
            commands::disassemble::execute(command, machine, events.globals_mut(), out)
        }
        Command::Assemble(command) => {
            commands::assemble::execute(command, machine, events.globals_mut(), out)
        }
        Command::Elsewhere(row) => commands::elsewhere::execute(row, out),
    }
}

/// Parses the bytes of a `monitor` packet and runs them; an [`crate::Error`] is written with its place.
///
/// # Errors
/// As [`execute`].
pub fn run(
    input: &[u8],
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    match parse_bytes(input) {
        Ok(command) => execute(&command, machine, events, out),
        Err(error) => writeln!(out, "{error}"),
    }
}
