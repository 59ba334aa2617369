//! `rdmsr`, `wrmsr`: model-specific registers.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use crate::commands::event::no_such_cpu;
use core::fmt;
use core::fmt::Write;

/// An access to a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsrAccess {
    /// Its number.
    pub msr: u32,
    /// What is written; none reads.
    pub value: Option<u64>,
    /// The CPU; none means every CPU.
    pub core: Option<u32>,
}

pub(crate) static READ: CommandSpec = CommandSpec {
    name: "rdmsr",
    aliases: &[],
    group: Group::Registers,
    parameters: "MSR [core X]",
    summary: "read a model-specific register, of every CPU or of one",
    details: "\
The value is what the guest would read. A register that does not exist is said to raise #GP. Without
a core every CPU is asked, a line each.",
    examples: &[("rdmsr c0000082", "show where SYSCALL leads, for every CPU")],
    keywords: &["core"],
    parse,
};
pub(crate) static WRITE: CommandSpec = CommandSpec {
    name: "wrmsr",
    aliases: &[],
    group: Group::Registers,
    parameters: "MSR VALUE [core X]",
    summary: "write a model-specific register, of every CPU or of one",
    details: "\
As if the guest wrote it: what the guest may not write is refused. Without a core every CPU's register
is written, a line each.",
    examples: &[("wrmsr 1d9 1 core 0", "switch branch records on, on CPU 0")],
    keywords: &["core"],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let writes = args.word().eq_ignore_ascii_case("wrmsr");
    let (mut msr, mut value, mut core) = (None, None, None);
    while let Some(token) = args.next() {
        if token.is("core") {
            let number = args.required("err, please specify a value for 'core'")?;
            core = Some(args.u32(number, "core id")?);
        } else if msr.is_none() {
            msr = Some(args.u32(token, "msr")?);
        } else if writes && value.is_none() {
            value = Some(args.u64(token, "value")?);
        } else {
            return Err(args.unknown(token));
        }
    }
    let msr =
        msr.ok_or_else(|| args.missing("please specify a correct hex value to be read or written: the MSR"))?;
    if writes && value.is_none() {
        return Err(args.missing("please specify a correct hex value to put on the msr"));
    }
    Ok(Command::Msr(MsrAccess { msr, value, core }))
}

impl fmt::Display for MsrAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => write!(f, "wrmsr {:x} {value:x}", self.msr)?,
            None => write!(f, "rdmsr {:x}", self.msr)?,
        }
        self.core.map_or(Ok(()), |core| write!(f, " core {core:x}"))
    }
}

pub(crate) fn execute(access: MsrAccess, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let count = machine.cpu_count();
    let cpus = match access.core {
        Some(core) if core >= count => return no_such_cpu(core, machine, out),
        Some(core) => core..core.saturating_add(1),
        None => 0..count,
    };
    let msr = access.msr;
    for cpu in cpus {
        let done = match access.value {
            Some(value) => machine.write_msr(cpu, msr, value).map(|()| value),
            None => machine.read_msr(cpu, msr),
        };
        match (done, access.value) {
            (Ok(value), None) => writeln!(out, "core: {cpu:x} - msr[{msr:x}] = {value:016x}")?,
            (Ok(value), Some(_)) => writeln!(out, "core: {cpu:x} - msr[{msr:x}] <- {value:016x}")?,
            (Err(error), _) => writeln!(out, "err, core {cpu:x}: msr {msr:x} {error}")?,
        }
    }
    Ok(())
}
