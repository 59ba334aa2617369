//! `ucpuid`: one leaf of CPUID.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::args::Args;
use core::fmt;
use core::fmt::Write;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "ucpuid",
    aliases: &["cpuid"],
    group: Group::Registers,
    parameters: "FUNCTION [SUBFUNCTION]",
    summary: "print what CPUID gives the guest",
    details: "\
FUNCTION is what EAX has, SUBFUNCTION (0 if it is not given) what ECX has. Values are those of the CPU
that stopped.",
    examples: &[("ucpuid 7 0", "print the structured extended feature flags")],
    keywords: &[],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let token = args.required("incorrect use of the 'ucpuid': the function is missing")?;
    let function = args.u32(token, "function")?;
    let subfunction = match args.next() {
        Some(token) => args.u32(token, "subfunction")?,
        None => 0,
    };
    args.end()?;
    Ok(Command::Cpuid {
        function,
        subfunction,
    })
}

pub(crate) fn execute(
    function: u32,
    subfunction: u32,
    machine: &mut dyn Machine,
    out: &mut dyn Write,
) -> fmt::Result {
    match machine.cpuid(function, subfunction) {
        Some(leaf) => writeln!(
            out,
            "eax={:08x} ebx={:08x} ecx={:08x} edx={:08x}",
            leaf.eax, leaf.ebx, leaf.ecx, leaf.edx
        ),
        None => writeln!(out, "err, CPUID cannot be read here"),
    }
}
