//! `!pte`, `!va2pa`, `!pa2va`: the guest's page tables.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use crate::commands::memory;
use crate::paging;
use crate::paging::Step;
use crate::script::Globals;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write;

/// What is asked about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// `!pte`: the entries of the way.
    Entries,
    /// `!va2pa`: the physical address.
    ToPhysical,
    /// `!pa2va`: a virtual address.
    ToVirtual,
}

impl Question {
    fn word(self) -> &'static str {
        match self {
            Self::Entries => "!pte",
            Self::ToPhysical => "!va2pa",
            Self::ToVirtual => "!pa2va",
        }
    }
}

/// A question about the page tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translate {
    /// Which one.
    pub question: Question,
    /// The address, physical for [`Question::ToVirtual`].
    pub address: Address,
    /// The process whose tables they are.
    pub pid: Option<u32>,
}

pub(crate) static PTE: CommandSpec = CommandSpec {
    name: "!pte",
    aliases: &[],
    group: Group::Memory,
    parameters: "ADDRESS [pid X]",
    summary: "show the page-table entries of a virtual address",
    details: "\
For each level the physical address of the entry, what it contains, its page frame and its flags: G
global, L large page, D dirty, A accessed, N not cached, T write-through, U user or K kernel, W
writable or R read-only, E executable, V valid (present); '-' where a flag is clear. The last line
is the physical address, or why there is none.",
    examples: &[("!pte @rip", "show how the current instruction is mapped")],
    keywords: &["pid"],
    parse: |args| parse(args, Question::Entries),
};

pub(crate) static VA2PA: CommandSpec = CommandSpec {
    name: "!va2pa",
    aliases: &[],
    group: Group::Memory,
    parameters: "ADDRESS [pid X]",
    summary: "translate a virtual address to the physical one",
    details: "",
    examples: &[("!va2pa @rsp", "print where the stack is in physical memory")],
    keywords: &["pid"],
    parse: |args| parse(args, Question::ToPhysical),
};

pub(crate) static PA2VA: CommandSpec = CommandSpec {
    name: "!pa2va",
    aliases: &[],
    group: Group::Memory,
    parameters: "ADDRESS [pid X]",
    summary: "find a virtual address of a physical one",
    details: "Any virtual address that is mapped to it will do; there may be others.",
    examples: &[("!pa2va 1000", "print a virtual address of physical address 1000")],
    keywords: &["pid"],
    parse: |args| parse(args, Question::ToVirtual),
};

fn parse(args: &mut Args<'_>, question: Question) -> Result<Command, Error> {
    let (mut address, mut pid) = (None, None);
    while let Some(token) = args.next() {
        if token.is("pid") {
            pid = Some(memory::pid(args)?);
        } else {
            memory::only_address(&mut address, args, token)?;
        }
    }
    Ok(Command::Translate(Translate {
        question,
        address: memory::required(address, args)?,
        pid,
    }))
}

impl fmt::Display for Translate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.question.word(), self.address)?;
        memory::write_words(f, None, self.pid)
    }
}

pub(crate) fn execute(
    command: &Translate,
    machine: &mut dyn Machine,
    globals: &mut Globals,
    out: &mut dyn Write,
) -> fmt::Result {
    memory::at_address(
        machine,
        globals,
        (&command.address, command.pid),
        out,
        &mut |guest, address, out| match command.question {
            Question::Entries => {
                let mut steps = Vec::new();
                let end = paging::walk(guest, address, &mut |step| steps.push(*step));
                writeln!(out, "VA {address:x}")?;
                steps.iter().try_for_each(|step| entry(step, out))?;
                match end {
                    Ok(page) if page.size == 0 => {
                        writeln!(out, "PA {:x}, paging is off", page.physical)
                    }
                    Ok(page) => writeln!(out, "PA {:x}, page of {:x} bytes", page.physical, page.size),
                    Err(fault) => writeln!(out, "{fault}"),
                }
            }
            Question::ToPhysical => match paging::walk(guest, address, &mut |_| ()) {
                Ok(page) => writeln!(out, "{:x}", page.physical),
                Err(fault) => writeln!(out, "err, {fault}"),
            },
            Question::ToVirtual => match guest.physical_to_virtual(address) {
                Some(address) => writeln!(out, "{address:x}"),
                None => writeln!(
                    out,
                    "err, no virtual address found for physical address {address:x}"
                ),
            },
        },
    )
}

fn entry(step: &Step, out: &mut dyn Write) -> fmt::Result {
    let Step {
        name, address, value, ..
    } = *step;
    let frame = value >> 12 & 0xff_ffff_ffff;
    writeln!(
        out,
        "{name:5} at {address:016x}\tcontains {value:016x}\tpfn {frame:x}\t{}",
        flags(step)
    )
}

/// The flags as letters, in the order of their bits from the top as debuggers have it.
fn flags(step: &Step) -> String {
    let bit = |number: u32| step.value >> number & 1 != 0;
    let flag = |set: bool, letter: char| if set { letter } else { '-' };
    [
        flag(bit(8) && step.leaf, 'G'),
        flag(step.leaf && step.size > 0x1000, 'L'),
        flag(bit(6) && step.leaf, 'D'),
        flag(bit(5), 'A'),
        flag(bit(4), 'N'),
        flag(bit(3), 'T'),
        if step.value & paging::USER != 0 { 'U' } else { 'K' },
        if step.value & paging::WRITABLE != 0 {
            'W'
        } else {
            'R'
        },
        flag(step.value & paging::NO_EXECUTE == 0, 'E'),
        flag(step.value & paging::PRESENT != 0, 'V'),
    ]
    .into_iter()
    .collect()
}
