//! `!msrwrite`: WRMSR.

use crate::CommandSpec;
use crate::Group;
use crate::MsrDirection;
use crate::commands::msrread;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!msrwrite",
    aliases: &[],
    group: Group::Event,
    parameters: "[MSR]",
    summary: "act when the guest executes WRMSR",
    details: "\
MSR is the register's number; without it every MSR counts but c0000102, e7, e8, 48 and 49. Before,
the value in EDX:EAX can be changed.",
    examples: &[(
        "!msrwrite c0000082 sc on script { printf(\"%x%08x\\n\", @edx, @eax); }",
        "print and drop writes of the system call entry",
    )],
    keywords: &[],
    parse: |args| msrread::parse(args, MsrDirection::Write),
};
