//! `!epthook2`: a hidden detour.

use crate::CommandSpec;
use crate::Group;
use crate::HookMethod;
use crate::commands::epthook;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!epthook2",
    aliases: &[],
    group: Group::Event,
    parameters: "ADDRESS",
    summary: "as `!epthook`, for kernel code, without an exit for each pass where the machine can",
    details: "\
ADDRESS as for `!epthook`. The event follows the physical page: it fires wherever that is mapped.",
    examples: &[(
        "!epthook2 fffff800`4ed6f010 script { .count = .count + 1; }",
        "count how often the function runs",
    )],
    keywords: &[],
    parse: |args| {
        epthook::parse(
            args,
            HookMethod::Detour,
            "please choose an address to put the hook on it",
        )
    },
};
