//! `!epthook`: a hidden breakpoint.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Hook;
use crate::HookMethod;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!epthook",
    aliases: &[],
    group: Group::Event,
    parameters: "ADDRESS",
    summary: "act when the guest executes the instruction at an address, without changing memory",
    details: "\
ADDRESS is a guest virtual address of kernel or user code, mapped now: a number, a symbol or an
expression without spaces. Reads and writes see the memory as it was. There is no moment after it
and nothing to leave undone; to skip a function, set the registers: `@rip = poi(@rsp); @rsp = @rsp +
8;`.",
    examples: &[
        ("!epthook fffff800`4ed6f010", "stop at that address"),
        (
            "!epthook 401000 pid 1a4 script { printf(\"%llx\\n\", @rdi); }",
            "print RDI whenever process 1a4 gets there",
        ),
    ],
    keywords: &[],
    parse: |args| {
        parse(
            args,
            HookMethod::Breakpoint,
            "please choose an address to put the hidden breakpoint on it",
        )
    },
};

/// `ADDRESS` and options, for both methods.
pub(crate) fn parse(args: &mut Args<'_>, method: HookMethod, missing: &str) -> Result<Command, Error> {
    let (address, draft) = event::optional(args, event::address)?;
    draft.only_pre(args, "the hidden hook")?;
    let address = match address {
        Some(address) => address,
        None if args.has_parameters() => return Err(args.missing(missing)),
        None => return Err(args.missing(&args.incorrect_use(missing))),
    };
    event::command(args, Trigger::Hook(Hook::new(method, address)), draft)
}
