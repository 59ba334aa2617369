//! The parts of an occurrence, from which both its forms are written.

use super::Occurrence;
use crate::AccessKind;
use crate::MsrDirection;
use crate::Step;

/// One part: a key and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) value: u64,
    /// Only in the `key=value` form: the name says it to people.
    pub(crate) machine_only: bool,
}

/// A part if its value is known.
fn known(key: &'static str, value: Option<impl Into<u64>>) -> Option<Field> {
    value.map(|value| Field {
        key,
        value: value.into(),
        machine_only: false,
    })
}

fn part(key: &'static str, value: impl Into<u64>) -> Option<Field> {
    known(key, Some(value))
}

/// `key=1` if it is so.
fn flag(key: &'static str, set: bool) -> Option<Field> {
    set.then_some(Field {
        key,
        value: 1,
        machine_only: true,
    })
}

impl Occurrence {
    /// The instruction in upper case, or what happened in lower case.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Io(io) => io.mnemonic(),
            Self::Hook(_) => "execution",
            Self::Memory(access) => match access.kind {
                AccessKind::Read => "read",
                AccessKind::Write => "write",
                AccessKind::Execute => "fetch",
            },
            Self::Syscall { .. } => "SYSCALL",
            Self::Sysret { .. } => "SYSRET",
            Self::Mode { user: true } => "user mode entered",
            Self::Mode { user: false } => "kernel mode entered",
            Self::Cpuid { .. } => "CPUID",
            Self::Msr(access) => match access.direction {
                MsrDirection::Read => "RDMSR",
                MsrDirection::Write => "WRMSR",
            },
            Self::Tsc { rdtscp: false } => "RDTSC",
            Self::Tsc { rdtscp: true } => "RDTSCP",
            Self::Pmc { .. } => "RDPMC",
            Self::Vmcall { .. } => "VMCALL",
            Self::Exception(_) => "exception",
            Self::Interrupt { .. } => "interrupt",
            Self::DebugRegister(access) if access.write => "write of a debug register",
            Self::DebugRegister(_) => "read of a debug register",
            Self::Control(_) => "write of a control register",
            Self::Trace { step } => match step {
                Step::In => "step",
                Step::Out => "step out",
                Step::Instrument => "instrumentation step",
            },
            Self::Xsetbv { .. } => "XSETBV",
        }
    }

    /// Its parts, in the order to write them.
    pub(crate) fn fields(&self) -> [Option<Field>; 5] {
        match *self {
            Self::Io(io) => [
                part("port", io.port),
                part("size", io.size),
                known("value", io.value),
                flag("string", io.string),
                flag("repeat", io.repeat),
            ],
            Self::Hook(hook) => [
                part("address", hook.address),
                known("physical", hook.physical),
                None,
                None,
                None,
            ],
            Self::Memory(access) => [
                known("address", access.address),
                part("physical", access.physical),
                part("size", access.size),
                flag(access.kind.word(), true),
                None,
            ],
            Self::Syscall { number } | Self::Vmcall { number } => one(part("number", number)),
            Self::Sysret { rip } => one(part("address", rip)),
            Self::Mode { user } => one(part("mode", if user { 3_u8 } else { 0 }).map(|field| Field {
                machine_only: true,
                ..field
            })),
            Self::Cpuid { leaf, subleaf } => two(part("leaf", leaf), part("subleaf", subleaf)),
            Self::Msr(access) => two(part("msr", access.msr), known("value", access.value)),
            Self::Tsc { rdtscp } => one(flag("rdtscp", rdtscp)),
            Self::Pmc { counter } => one(part("counter", counter)),
            Self::Exception(exception) => [
                part("vector", exception.vector),
                known("error", exception.error_code),
                known("address", exception.address),
                None,
                None,
            ],
            Self::Interrupt { vector } => one(part("vector", vector)),
            Self::DebugRegister(access) => [
                part("register", access.register),
                known("value", access.value),
                flag("write", access.write),
                None,
                None,
            ],
            Self::Control(write) => [
                part("register", write.register),
                part("old", write.old),
                part("new", write.new),
                None,
                None,
            ],
            Self::Trace { .. } => [None; 5],
            Self::Xsetbv { xcr, value } => two(part("xcr", xcr), part("value", value)),
        }
    }
}

fn one(field: Option<Field>) -> [Option<Field>; 5] {
    [field, None, None, None, None]
}

fn two(first: Option<Field>, second: Option<Field>) -> [Option<Field>; 5] {
    [first, second, None, None, None]
}
