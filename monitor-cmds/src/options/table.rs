//! The option table.

use super::OptionSpec;
use super::blocks;
use super::values;

/// Every option, in the order of the help and of the canonical form.
pub static OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "pid",
        value: "X|all",
        summary: "only in process X (default: every process)",
        set: values::pid,
    },
    OptionSpec {
        name: "core",
        value: "X|all",
        summary: "only on CPU X, counted from 0 (default: every CPU)",
        set: values::core,
    },
    OptionSpec {
        name: "cr3",
        value: "X|all",
        summary: "only while CR3 holds the page tables at X, for guests of unknown systems",
        set: values::cr3,
    },
    OptionSpec {
        name: "imm",
        value: "yes|no",
        summary: "deliver printed text at once, or collect it (default: yes)",
        set: values::imm,
    },
    OptionSpec {
        name: "sc",
        value: "on|off",
        summary: "leave undone what the event is about (default: off)",
        set: values::sc,
    },
    OptionSpec {
        name: "stage",
        value: "pre|post|all",
        summary: "act before, after, or before and after the effect (default: pre)",
        set: values::stage,
    },
    OptionSpec {
        name: "buffer",
        value: "X",
        summary: "give each action a buffer of X bytes, up to 14000",
        set: values::buffer,
    },
    OptionSpec {
        name: "condition",
        value: "{HEX}",
        summary: "act only if this machine code returns other than 0 (RCX: registers, RDX: context)",
        set: blocks::condition,
    },
    OptionSpec {
        name: "code",
        value: "{HEX}",
        summary: "run this machine code, do not stop (RCX: buffer, RDX: registers, R8: context)",
        set: blocks::code,
    },
    OptionSpec {
        name: "script",
        value: "{SCRIPT}",
        summary: "run this script, do not stop; after the code if both are given",
        set: blocks::script,
    },
    OptionSpec {
        name: "asm",
        value: "code|condition {ASSEMBLY}",
        summary: "the same in Intel syntax, statements separated by `;`",
        set: blocks::assembly,
    },
    OptionSpec {
        name: "output",
        value: "{NAME, ...}",
        summary: "send printed text to up to 5 sources made with the command `output`",
        set: blocks::output,
    },
];
