//! What the event commands share: their parameters, and registering the event.

use crate::Address;
use crate::Command;
use crate::Error;
use crate::EventSpec;
use crate::Events;
use crate::Machine;
use crate::Token;
use crate::TypedTrigger;
use crate::args::Args;
use crate::options::Draft;
use crate::options::parse_event_args;
use alloc::boxed::Box;
use alloc::format;
use core::fmt;
use core::fmt::Write;

/// The command that registers `trigger`, once `args` has been read to its end.
pub(crate) fn command(args: &Args<'_>, trigger: TypedTrigger, draft: Draft) -> Result<Command, Error> {
    let spec = EventSpec::new(args, trigger, draft.options);
    Ok(Command::Event(Box::new(spec)))
}

/// One parameter that may be left out, and options.
pub(crate) fn optional<T>(
    args: &mut Args<'_>,
    read: impl Fn(&Args<'_>, &Token) -> Result<T, Error>,
) -> Result<(Option<T>, Draft), Error> {
    let mut value = None;
    let draft = parse_event_args(args, |args, token| {
        if value.is_some() {
            return Err(args.unknown(token));
        }
        value = Some(read(args, token)?);
        Ok(())
    })?;
    Ok((value, draft))
}

/// One word of a few that must be there, and options; `missing` says what to do about it. `check` is asked first.
pub(crate) fn word<T>(
    args: &mut Args<'_>,
    missing: &str,
    check: impl Fn(&Args<'_>, &Draft) -> Result<(), Error>,
    read: impl Fn(&Args<'_>, &Token) -> Result<T, Error>,
) -> Result<(T, Draft), Error> {
    let mut value = None;
    let draft = parse_event_args(args, |args, token| {
        if value.is_some() {
            return Err(args.incorrect(token));
        }
        value = Some(read(args, token)?);
        Ok(())
    })?;
    check(args, &draft)?;
    let value = value.ok_or_else(|| args.missing(missing))?;
    Ok((value, draft))
}

/// No parameters, only options.
pub(crate) fn none(args: &mut Args<'_>) -> Result<Draft, Error> {
    parse_event_args(args, |args, token| {
        let reason = format!("unknown parameter '{}'", token.text);
        Err(args.error(token, args.incorrect_use(&reason)))
    })
}

/// A command without parameters.
pub(crate) fn bare(args: &mut Args<'_>, trigger: TypedTrigger) -> Result<Command, Error> {
    let draft = none(args)?;
    command(args, trigger, draft)
}

/// An address in `token`.
pub(crate) fn address(args: &Args<'_>, token: &Token) -> Result<Address, Error> {
    Address::parse(args, token)
}

/// Registers `spec`, unless it names what does not exist or the machine cannot do.
pub(crate) fn execute(
    spec: &EventSpec,
    machine: &mut dyn Machine,
    events: &mut Events<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    if let Some(reason) = machine.unsupported(spec) {
        return writeln!(out, "err, {reason}");
    }
    if let Some(core) = spec.options.core
        && core >= machine.cpu_count()
    {
        return no_such_cpu(core, machine, out);
    }
    if !outputs_exist(spec, events, out)? {
        return Ok(());
    }
    let cpu = spec.options.core.unwrap_or_else(|| machine.current_cpu());
    let registration = match spec.resolve(machine.guest(cpu), events.globals_mut()) {
        Ok(registration) => registration,
        Err(message) => return writeln!(out, "{message}"),
    };
    match events.add(registration) {
        Ok(id) => writeln!(out, "event {id:x} registered ({})", spec.trigger)?,
        Err(error) => return writeln!(out, "{error}"),
    }
    if spec.options.short_circuit && !spec.trigger.can_short_circuit() {
        writeln!(out, "note: 'sc on' has no effect on !{}", spec.trigger.kind())?;
    }
    Ok(())
}

/// Are the sources that `spec` names there and not closed? If not, says so.
fn outputs_exist(spec: &EventSpec, events: &Events<'_>, out: &mut dyn Write) -> Result<bool, fmt::Error> {
    for name in &spec.options.output {
        match events.outputs().get(name).map(|output| output.state) {
            None => {
                writeln!(
                    out,
                    "err, the name you entered, not found. Did you use 'output' command to create it? ('{name}')"
                )?;
                return Ok(false);
            }
            Some(crate::OutputState::Closed) => {
                writeln!(out, "err, output source already closed ('{name}')")?;
                return Ok(false);
            }
            Some(crate::OutputState::NotOpened) => writeln!(
                out,
                "note: output source '{name}' is not opened; nothing is sent to it before 'output open {name}'"
            )?,
            Some(crate::OutputState::Opened) => {}
        }
    }
    Ok(true)
}

/// The refusal of a CPU number.
pub(crate) fn no_such_cpu(cpu: u32, machine: &dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let last = machine.cpu_count().saturating_sub(1);
    writeln!(
        out,
        "err, core id is invalid: there is no CPU {cpu:x}; CPUs are 0 to {last:x}"
    )
}
