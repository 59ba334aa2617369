//! `.process`, `.thread`: who runs, who else there is, and stopping when somebody runs.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::Task;
use crate::TaskKind;
use crate::Wanted;
use crate::args::Args;
use crate::commands::memory;
use crate::script::Globals;
use alloc::format;
use core::fmt;
use core::fmt::Write;

/// What is asked about processes or threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskAction {
    /// Who runs on the selected CPU.
    Show,
    /// All, or the threads of the process with this kernel object.
    List(Option<Address>),
    /// Stop when the one with this number runs.
    StopAtId(u32),
    /// Stop when the one with this kernel object runs.
    StopAtObject(Address),
}

pub(crate) static PROCESS: CommandSpec = CommandSpec {
    name: ".process",
    aliases: &[".process2", "process", "process2"],
    group: Group::System,
    parameters: "[list | pid X | process ADDRESS]",
    summary: "show the running process, list all, or stop when one runs",
    details: "\
Without a word the process of the selected CPU. With 'pid' or 'process' (the address of its kernel
object) the guest is to be continued, and stops when that process runs next. Needs a guest whose
operating system is known.",
    examples: &[
        (".process list", "list the processes"),
        (".process pid 1a4", "stop when process 1a4 runs next"),
    ],
    keywords: &["list", "pid", "process"],
    parse: |args| parse(args, TaskKind::Process),
};

pub(crate) static THREAD: CommandSpec = CommandSpec {
    name: ".thread",
    aliases: &[".thread2", "thread", "thread2"],
    group: Group::System,
    parameters: "[list [process ADDRESS] | tid X | thread ADDRESS]",
    summary: "show the running thread, list threads, or stop when one runs",
    details: "\
As '.process', for threads; 'list process ADDRESS' lists those of one process, by the address of its
kernel object.",
    examples: &[(".thread tid 1a5", "stop when thread 1a5 runs next")],
    keywords: &["list", "process", "tid", "thread"],
    parse: |args| parse(args, TaskKind::Thread),
};

/// The keywords for a number and for a kernel object.
fn keywords(kind: TaskKind) -> (&'static str, &'static str) {
    match kind {
        TaskKind::Process => ("pid", "process"),
        TaskKind::Thread => ("tid", "thread"),
    }
}

fn parse(args: &mut Args<'_>, kind: TaskKind) -> Result<Command, Error> {
    let (id, object) = keywords(kind);
    let action = match args.next() {
        None => TaskAction::Show,
        Some(token) if token.is("list") => TaskAction::List(owner(args, kind)?),
        Some(token) if token.is(id) => {
            let value = args.required(&format!("err, please specify a value for '{id}'"))?;
            TaskAction::StopAtId(args.u32(value, id)?)
        }
        Some(token) if token.is(object) => {
            let value = args.required(&format!("err, please specify a value for '{object}'"))?;
            TaskAction::StopAtObject(Address::parse(args, value)?)
        }
        Some(token) => return Err(args.unknown(token)),
    };
    args.end()?;
    Ok(Command::Task(kind, action))
}

/// `process ADDRESS` after the `list` of threads.
fn owner(args: &mut Args<'_>, kind: TaskKind) -> Result<Option<Address>, Error> {
    let Some(token) = args.next() else { return Ok(None) };
    if kind == TaskKind::Process || !token.is("process") {
        return Err(args.unknown(token));
    }
    let value = args.required("err, please specify a value for 'process'")?;
    Address::parse(args, value).map(Some)
}

/// The canonical command.
pub(crate) fn write_command(f: &mut fmt::Formatter<'_>, kind: TaskKind, action: &TaskAction) -> fmt::Result {
    let (id, object) = keywords(kind);
    write!(f, ".{object}")?;
    match action {
        TaskAction::Show => Ok(()),
        TaskAction::List(None) => write!(f, " list"),
        TaskAction::List(Some(process)) => write!(f, " list process {process}"),
        TaskAction::StopAtId(number) => write!(f, " {id} {number:x}"),
        TaskAction::StopAtObject(address) => write!(f, " {object} {address}"),
    }
}

const UNKNOWN: &str = "err, the guest's operating system is not known, so there are no processes to show";

pub(crate) fn execute(
    kind: TaskKind,
    action: &TaskAction,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    match action {
        TaskAction::Show => show(kind, machine, out),
        TaskAction::List(None) => list(kind, None, machine, out),
        TaskAction::StopAtId(id) => stop(machine, kind, Wanted::Id(*id), out),
        TaskAction::List(Some(address)) => match value(address, machine, globals, out)? {
            Some(process) => list(kind, Some(process), machine, out),
            None => Ok(()),
        },
        TaskAction::StopAtObject(address) => match value(address, machine, globals, out)? {
            Some(object) => stop(machine, kind, Wanted::Object(object), out),
            None => Ok(()),
        },
    }
}

/// What an address stands for; the reason is written if there is no value.
fn value(
    address: &Address,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> Result<Option<u64>, fmt::Error> {
    let mut value = None;
    memory::at_address(machine, globals, (address, None), out, &mut |_, at, _| {
        value = Some(at);
        Ok(())
    })?;
    Ok(value)
}

fn show(kind: TaskKind, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    memory::with_guest(machine, out, &mut |guest, out| {
        let running = guest.running();
        let (id, object) = match kind {
            TaskKind::Process => (running.pid, running.process),
            TaskKind::Thread => (running.tid, running.thread),
        };
        // Process 0 is a kernel's idle task, which has a kernel object all the same.
        if running.pid == 0 && running.process == 0 {
            return writeln!(out, "{UNKNOWN}");
        }
        line(
            &Task {
                id,
                owner: running.pid,
                name: running.name,
                object,
            },
            kind,
            out,
        )
    })
}

fn list(kind: TaskKind, process: Option<u64>, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let mut known = false;
    machine.tasks(kind, process, &mut |task| {
        known = true;
        line(task, kind, out)
    })?;
    match (known, process) {
        (true, _) => Ok(()),
        (false, Some(process)) => writeln!(
            out,
            "err, there is no process at {process:x}, or the guest's operating system is not known"
        ),
        (false, None) => writeln!(out, "{UNKNOWN}"),
    }
}

fn line(task: &Task, kind: TaskKind, out: &mut dyn Write) -> fmt::Result {
    let (id, object) = keywords(kind);
    write!(out, "{id} {:x}\t", task.id)?;
    if kind == TaskKind::Thread {
        write!(out, "pid {:x}\t", task.owner)?;
    }
    write!(out, "{object} {:016x}\t", task.object)?;
    for byte in task.name.into_iter().take_while(|byte| *byte != 0) {
        let printable = (b' '..=b'~').contains(&byte);
        out.write_char(if printable { byte.into() } else { '.' })?;
    }
    writeln!(out)
}

fn stop(machine: &mut dyn Machine, kind: TaskKind, wanted: Wanted, out: &mut dyn Write) -> fmt::Result {
    let (_, object) = keywords(kind);
    if machine.stop_at_task(kind, wanted) {
        writeln!(out, "continue: the guest stops when that {object} runs")
    } else {
        writeln!(
            out,
            "err, there is no such {object}, or the guest's operating system is not known"
        )
    }
}
