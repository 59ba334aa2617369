//! `!syscall`: SYSCALL.

use crate::Address;
use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Syscall;
use crate::SyscallCheck;
use crate::Token;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!syscall",
    aliases: &[],
    group: Group::Event,
    parameters: "[NUMBER]",
    summary: "act when the guest executes SYSCALL",
    details: "\
NUMBER is what RAX holds: a number, a symbol or an expression; without it every call counts. The
moment before is in user code, the moment after is at the kernel's entry, not at the return. SYSCALL
is made to fault, and the instruction is read to tell its fault from others.",
    examples: &[
        (
            "!syscall 3b pid 1a4",
            "stop when process 1a4 starts a program (Linux call 3b, execve)",
        ),
        (
            "!syscall script { printf(\"%llx by %x\\n\", $context, $pid); }",
            "print each call and its process",
        ),
    ],
    keywords: &[],
    parse: |args| parse(args, SyscallCheck::Instruction),
};

/// `[NUMBER]` and options, for both ways of knowing the instruction.
pub(crate) fn parse(args: &mut Args<'_>, check: SyscallCheck) -> Result<Command, Error> {
    let (number, draft) = event::optional(args, number)?;
    event::command(args, Trigger::Syscall(Syscall { check, number }), draft)
}

fn number(args: &Args<'_>, token: &Token) -> Result<Address, Error> {
    Address::parse_or(args, token, "unknown parameter")
}
