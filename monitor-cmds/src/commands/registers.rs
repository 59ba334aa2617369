//! `r`: shows and sets registers.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Expression;
use crate::Group;
use crate::Guest;
use crate::Machine;
use crate::Register;
use crate::args::Args;
use crate::commands::memory;
use crate::script::Globals;
use crate::script::register;
use alloc::format;
use core::fmt;
use core::fmt::Write;

/// What `r` is asked to do. Names are those of [`register::names`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterAction {
    /// Show the usual ones.
    ShowAll,
    /// Show one.
    Show(&'static str),
    /// Set one.
    Set(&'static str, Expression),
}

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "r",
    aliases: &[],
    group: Group::Registers,
    parameters: "[REGISTER [= EXPRESSION]]",
    summary: "show the registers of the selected CPU, or one, or set one",
    details: "\
REGISTER is a name that scripts know, with or without '@': rax, eax, al, rip, rflags, a flag such as
zf, a segment, a control or debug register, idtr, gdtr, ldtr, tr, fs_base, gs_base, k_gs_base, efer.
Setting a part of a register keeps the rest.",
    examples: &[
        ("r", "show registers and flags"),
        ("r @rip", "show the instruction pointer"),
        ("r rax = @rbx + 0n10", "set RAX to the value of RBX plus ten"),
    ],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let Some(token) = args.peek() else {
        return Ok(Command::Register(RegisterAction::ShowAll));
    };
    let (start, text) = args.rest("")?;
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let name = name.trim();
    let bare = name.strip_prefix('@').unwrap_or(name);
    let known = register::names().find(|known| known.eq_ignore_ascii_case(bare));
    let Some(known) = known else {
        return Err(args.error(token, format!("err, invalid register: '{name}'")));
    };
    Ok(Command::Register(match value {
        None => RegisterAction::Show(known),
        Some(value) => {
            let at = start.saturating_add(text.len()).saturating_sub(value.len());
            RegisterAction::Set(known, Expression::parse(args, at, value)?)
        }
    }))
}

impl fmt::Display for RegisterAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShowAll => f.write_str("r"),
            Self::Show(name) => write!(f, "r {name}"),
            Self::Set(name, value) => write!(f, "r {name} = {value}"),
        }
    }
}

pub(crate) fn execute(
    action: &RegisterAction,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::with_guest(machine, out, &mut |guest, out| match action {
        RegisterAction::ShowAll => show_all(guest, out),
        RegisterAction::Show(name) => show(guest, name, out),
        RegisterAction::Set(name, value) => match value.evaluate(guest, globals) {
            Ok(value) if set(guest, name, value) => show(guest, name, out),
            Ok(value) => writeln!(out, "err, register {name} does not take {value:x}"),
            Err(message) => writeln!(out, "{message}"),
        },
    })
}

fn value(guest: &dyn Guest, name: &str) -> u64 {
    register::lookup(name).map_or(0, |view| view.get(guest.register(view.register)))
}

fn show(guest: &dyn Guest, name: &str, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "{name}={:016x}", value(guest, name))
}

fn set(guest: &mut dyn Guest, name: &str, value: u64) -> bool {
    register::lookup(name).is_some_and(|view| {
        let whole = guest.register(view.register);
        guest.set_register(view.register, view.set(whole, value))
    })
}

const LINES: [[&str; 3]; 6] = [
    ["rax", "rbx", "rcx"],
    ["rdx", "rsi", "rdi"],
    ["rip", "rsp", "rbp"],
    ["r8", "r9", "r10"],
    ["r11", "r12", "r13"],
    ["r14", "r15", "iopl"],
];
const FLAGS: [[&str; 4]; 2] = [["of", "df", "if", "sf"], ["zf", "pf", "cf", "af"]];
const SEGMENTS: [&str; 6] = ["cs", "ss", "ds", "es", "fs", "gs"];

fn show_all(guest: &dyn Guest, out: &mut dyn Write) -> fmt::Result {
    for line in LINES {
        for (index, name) in line.into_iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let digits = if name == "iopl" { 2 } else { 16 };
            let value = value(guest, name);
            write!(out, "{space}{:3}={value:0digits$x}", Upper(name))?;
        }
        writeln!(out)?;
    }
    for line in FLAGS {
        for (index, name) in line.into_iter().enumerate() {
            let space = if index == 0 { "" } else { "  " };
            write!(out, "{space}{} {:x}", Upper(name), value(guest, name))?;
        }
        writeln!(out)?;
    }
    for (index, name) in SEGMENTS.into_iter().enumerate() {
        let space = if index == 0 { "" } else { " " };
        write!(out, "{space}{} {:04x}", Upper(name), value(guest, name))?;
    }
    writeln!(out, "\nRFLAGS={:016x}", guest.register(Register::Rflags))
}

/// A name in capital letters.
struct Upper(&'static str);

impl fmt::Display for Upper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_ascii_uppercase())
    }
}
