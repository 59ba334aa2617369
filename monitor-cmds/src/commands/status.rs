//! `status`: the machine and the session at a glance.

use crate::Command;
use crate::CommandSpec;
use crate::Events;
use crate::Group;
use crate::Machine;
use crate::commands::phys::on_off;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "status",
    aliases: &[".status"],
    group: Group::Session,
    parameters: "",
    summary: "print the state of CPUs, guest, transport and events, and the exit counters",
    details: "\
One `key: value` a line, in this order: version, processor, guest, transport, reserved (the memory that
the hypervisor keeps, decimal, in KiB), cpus (decimal count), `cpu N` for each CPU (offline, waiting,
running or stopped), selected-cpu, physical-memory (on or off), events (registered and room, decimal),
last (as `last` prints it), and `exits.KIND` (decimal) for each kind.",
    examples: &[],
    keywords: &[],
    parse: |args| args.end().map(|()| Command::Status),
};

pub(crate) fn execute(machine: &dyn Machine, events: &Events<'_>, out: &mut dyn Write) -> fmt::Result {
    let status = machine.status();
    for (key, value) in [
        ("version", status.version),
        ("processor", status.processor),
        ("guest", status.guest),
        ("transport", status.transport),
    ] {
        writeln!(out, "{key}: {value}")?;
    }
    writeln!(out, "reserved: {} KiB", status.reserved / 1024)?;
    writeln!(out, "cpus: {}", machine.cpu_count())?;
    for cpu in 0..machine.cpu_count() {
        writeln!(out, "cpu {cpu:x}: {}", machine.cpu_state(cpu).word())?;
    }
    writeln!(out, "selected-cpu: {:x}", machine.current_cpu())?;
    writeln!(out, "physical-memory: {}", on_off(machine.physical_memory()))?;
    writeln!(out, "events: {} of {}", events.len(), events.capacity())?;
    out.write_str("last: ")?;
    super::last::execute(machine, out)?;
    machine.exit_counters(&mut |name, count| writeln!(out, "exits.{name}: {count}"))
}
