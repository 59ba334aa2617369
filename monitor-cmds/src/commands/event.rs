//! What the event commands share: building the event, and registering it.

use crate::Command;
use crate::Error;
use crate::EventSpec;
use crate::Events;
use crate::Machine;
use crate::Token;
use crate::Trigger;
use crate::args::Args;
use alloc::format;
use core::fmt;
use core::fmt::Write;

/// The command that registers `trigger`, once `args` has been read to its end.
pub(crate) fn command(args: &Args<'_>, trigger: Trigger, options: crate::EventOptions) -> Command {
    Command::Event(EventSpec {
        trigger,
        options,
        text: args.text(),
    })
}

/// A port number in `token`.
pub(crate) fn port(args: &Args<'_>, token: &Token) -> Result<u16, Error> {
    let value = args.u64(token, "port")?;
    u16::try_from(value).map_err(|_| {
        args.error(
            token,
            format!("err, port is invalid: {value:x} is above ffff, the last port"),
        )
    })
}

/// Registers `spec`, unless it names a CPU that does not exist.
pub(crate) fn execute(
    spec: &EventSpec,
    machine: &dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    if let Some(core) = spec.options.core
        && core >= machine.cpu_count()
    {
        return no_such_cpu(core, machine, out);
    }
    match events.add(spec.clone()) {
        Ok(id) => writeln!(out, "event {id:x} registered ({})", spec.trigger),
        Err(error) => writeln!(out, "{error}"),
    }
}

/// The refusal of a CPU number.
pub(crate) fn no_such_cpu(cpu: u32, machine: &dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let last = machine.cpu_count().saturating_sub(1);
    writeln!(
        out,
        "err, core id is invalid: there is no CPU {cpu:x}; CPUs are 0 to {last:x}"
    )
}
