//! The command table, and one file per command.
//!
//! A file has the command's row (`SPEC`), its parser, and the function that runs it. A new command is such a file,
//! its row in [`COMMANDS`], and its variant in [`crate::Command`].

pub(crate) mod apic;
pub(crate) mod assemble;
pub(crate) mod core;
pub(crate) mod cpu;
pub(crate) mod cpuid;
pub(crate) mod crwrite;
pub(crate) mod disassemble;
pub(crate) mod dr;
pub(crate) mod dump;
pub(crate) mod edit;
pub(crate) mod elsewhere;
pub(crate) mod epthook;
pub(crate) mod epthook2;
pub(crate) mod evaluate;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod exception;
pub(crate) mod flush;
pub(crate) mod help;
pub(crate) mod idt;
pub(crate) mod interrupt;
pub(crate) mod ioapic;
pub(crate) mod ioin;
pub(crate) mod ioout;
pub(crate) mod last;
pub(crate) mod list;
pub(crate) mod memory;
pub(crate) mod mode;
pub(crate) mod monitor;
pub(crate) mod msr;
pub(crate) mod msrread;
pub(crate) mod msrwrite;
pub(crate) mod output;
pub(crate) mod page_table;
pub(crate) mod pci;
pub(crate) mod phys;
pub(crate) mod pmc;
pub(crate) mod preactivate;
pub(crate) mod prealloc;
pub(crate) mod process;
pub(crate) mod registers;
pub(crate) mod regs;
pub(crate) mod reset;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod stack;
pub(crate) mod status;
pub(crate) mod syscall;
pub(crate) mod syscall2;
pub(crate) mod sysret;
pub(crate) mod sysret2;
pub(crate) mod test;
pub(crate) mod trace;
pub(crate) mod tsc;
pub(crate) mod ucpuid;
pub(crate) mod version;
pub(crate) mod vmcall;
pub(crate) mod xsetbv;

use crate::CommandSpec;

/// Every command, in the order of the help.
pub static COMMANDS: &[&CommandSpec] = &[
    &help::SPEC,
    &version::SPEC,
    &status::SPEC,
    &regs::SPEC,
    &phys::SPEC,
    &reset::SPEC,
    &core::SPEC,
    &settings::SPEC,
    &test::SPEC,
    &registers::SPEC,
    &evaluate::EVALUATE,
    &evaluate::PRINT,
    &evaluate::FORMATS,
    &msr::READ,
    &msr::WRITE,
    &ucpuid::SPEC,
    &cpu::SPEC,
    &dump::DB,
    &dump::DC,
    &dump::DW,
    &dump::DD,
    &dump::DQ,
    &edit::EB,
    &edit::ED,
    &edit::EQ,
    &search::SB,
    &search::SD,
    &search::SQ,
    &disassemble::U,
    &disassemble::U2,
    &assemble::A,
    &assemble::A2,
    &list::SPEC,
    &stack::SPEC,
    &page_table::PTE,
    &page_table::VA2PA,
    &page_table::PA2VA,
    &process::PROCESS,
    &process::THREAD,
    &idt::SPEC,
    &apic::SPEC,
    &ioapic::SPEC,
    &pci::TREE,
    &pci::CAM,
    &epthook::SPEC,
    &epthook2::SPEC,
    &monitor::SPEC,
    &syscall::SPEC,
    &syscall2::SPEC,
    &sysret::SPEC,
    &sysret2::SPEC,
    &mode::SPEC,
    &cpuid::SPEC,
    &msrread::SPEC,
    &msrwrite::SPEC,
    &tsc::SPEC,
    &pmc::SPEC,
    &vmcall::SPEC,
    &exception::SPEC,
    &interrupt::SPEC,
    &dr::SPEC,
    &ioin::SPEC,
    &ioout::SPEC,
    &crwrite::SPEC,
    &trace::SPEC,
    &xsetbv::SPEC,
    &events::SPEC,
    &last::SPEC,
    &output::SPEC,
    &prealloc::SPEC,
    &preactivate::SPEC,
    &flush::SPEC,
];

/// The command that `word` names, aliases included. Case does not matter.
pub fn find(word: &str) -> Option<&'static CommandSpec> {
    COMMANDS.iter().copied().find(|spec| spec.answers_to(word))
}
