//! `!syscall2`: SYSCALL, known by its address.

use crate::CommandSpec;
use crate::Group;
use crate::SyscallCheck;
use crate::commands::syscall;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!syscall2",
    aliases: &[],
    group: Group::Event,
    parameters: "[NUMBER]",
    summary: "as `!syscall`, but every undefined instruction of user code counts as SYSCALL",
    details: "\
NUMBER as for `!syscall`. This is faster, and wrong for a program that executes an undefined
instruction. The way is one for the whole machine: the event registered last decides it.",
    examples: &[("!syscall2 3b", "stop when a program is started")],
    keywords: &[],
    parse: |args| syscall::parse(args, SyscallCheck::Address),
};
