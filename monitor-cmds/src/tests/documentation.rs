//! Commands as HyperDbg's documentation of its events shows them; each of them parses, and prints as a command that
//! parses to the same.
//!
//! Where a page has a word in place of a script, or a path, a script stands here. `!interrupt` without a vector is in the pages
//! too, but not in the language.

use crate::Command;
use crate::Stages;
use crate::parse;
use alloc::format;
use alloc::string::ToString;

/// What every event's page shows after the command word and its parameters.
const OPTIONS: &[&str] = &[
    "",
    "pid 490",
    "pid all",
    "core 2",
    "pid 490 core 2",
    "core 1 pid 490",
    "script { print($context); }",
    "script { print($context); } imm no",
    "pid 490 code {90 90 90}",
    "pid 490 asm code {nop; nop; nop}",
    "pid 490 code {90 90 90} condition {90 90 90}",
    "pid 490 asm code {nop; nop; nop} asm condition {nop; nop; nop}",
    "buffer 100 code {90 90 90}",
    "script { printf(\"%llx\\n\", @rip); } output {MyOutputName1}",
    "script { print(@rax); } output {MyOutputName1 , MyOutputName2 , MyOutputName3}",
];

/// The commands with their parameters, as the pages give them.
const COMMANDS: &[&str] = &[
    "!epthook fffff800`4ed6f010",
    "!epthook nt!ExAllocatePoolWithTag",
    "!epthook nt!ExAllocatePoolWithTag+5",
    "!epthook nt!KiSystemCall64+3",
    "!epthook2 fffff800`4ed6f010",
    "!epthook2 nt!ExAllocatePoolWithTag",
    "!monitor w fffff800`4ed60000 fffff800`4ed60100",
    "!monitor r fffff800`4ed60000 fffff800`4ed60100",
    "!monitor rw fffff800`4ed60000 fffff800`4ed60100",
    "!monitor x fffff800`4ed60000 fffff800`4ed60100",
    "!monitor rwx fffff800`4ed60000 l 100",
    "!monitor rw nt!Kd_DEFAULT_Mask nt!Kd_DEFAULT_Mask+4",
    "!monitor pa rw 1000 l 8",
    "!syscall",
    "!syscall 55",
    "!syscall2 55",
    "!sysret",
    "!sysret2",
    "!cpuid",
    "!cpuid 1",
    "!msrread",
    "!msrread 0xc0000082",
    "!msrwrite",
    "!msrwrite 0xc0000082",
    "!tsc",
    "!pmc",
    "!vmcall",
    "!exception",
    "!exception 0xe",
    "!exception 0x0",
    "!interrupt 0x25",
    "!dr",
    "!ioin",
    "!ioin 0x64",
    "!ioout",
    "!ioout 0x64",
    "!xsetbv",
];

/// Whole examples of the pages on scripts, calling stages and short-circuiting.
const EXAMPLES: &[&str] = &[
    "!mode u pid 0x1c0 script {\n\n\t//\n\t// The user-mode part of the process is held\n\t//\n\tevent_sc(1);\n}",
    "!mode ku pid 0x1c0",
    "!monitor rw nt!kd_default_mask nt!kd_default_mask+8 stage post",
    "!msrwrite c0000082 stage all",
    "!monitor w 7ff71f118210 7ff71f118210+4 stage all script {\n  if ($event_stage == 1) {\n    curr_memory = \
     dq($context);\n    printf(\"current memory: %llx\\n\", curr_memory);\n  } else {\n    prev_memory = \
     dq($context);\n    printf(\"thread id: %x , from (RIP): %llx modified address: %llx, previous memory: \
     %llx\", $tid, @rip, $context, prev_memory);\n  }\n}",
    "!cpuid stage post script {\n  if ($context == 1) {\n    @ecx = @ecx & ~(1 << 5);\n  }\n}",
    "!msrwrite 0xc000084 stage pre script {\n    @eax = @eax | (1 << 9);\n}",
    "!exception e stage post script {\n  printf(\"page-fault happens at: %llx\", @cr2);\n}",
    "!epthook nt!DbgBreakPointWithStatus script {\n\n\t@rip = poi(@rsp); // the return address\n\t@rsp = @rsp + 8; // {{{}}}{}\n\n}",
    "!epthook2 fffff800`4ed6f010 code {488B5A404881FB484442477402EB0848C7424048444232C3}",
    "!epthook fffff801deadbeef code {488B5A404881FB484442477402EB0848C7424048444232C3} condition \
     {65488B042588010000488B80B8000000488B805004000048B9737663686F73742E4839C874054831C0EB0748C7C001000000C3}",
    "!syscall pid 1c38 script {\n\n\tprintf(\"Syscall number : %llx\\n\", @rax);\n\n\tif ($context == 0x55) {\n\t\tpause();\n\t}\n\n}",
    "!msrread c0000082 script {\n\n\t@rdx = f0f0f0f0;\n\t@rax = 10203040;\n\n\tevent_sc(1);\n\n\tprintf(\"%llx is read!\\n\", @rcx);\n}",
    "!interrupt d1 script {\n\tprintf(\"core: %x, rip: %llx, %x\\n\", $core, @rip, $pid );\n}",
    "!monitor rw ffffc105`a506b0a8 ffffc105`a506b0a8+7 script {\n\tif (@rip != nt!SwapContext+0x25b && @rip != \
     nt!KiDetachProcess+0x184) {\n\t\tpause();\n\t}\n}",
    "!monitor rw $proc $proc+0xb80 script {\n  printf(\"{ \\\"rip\\\": 0x%llx, \\\"context\\\": 0x%llx }\\n\", @rip, $context);\n}",
    "!msrwrite 80 code {90}",
];

fn check(input: &str) {
    let command = parse(input).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(command, Command::Event(_)), "{input}");
    assert_eq!(parse(&command.to_string()), Ok(command), "{input}");
}

#[test]
fn every_command_with_every_set_of_options() {
    for command in COMMANDS {
        for options in OPTIONS {
            check(&format!("{command} {options}"));
        }
    }
}

#[test]
fn stages_and_short_circuiting_where_they_are_supported() {
    for command in COMMANDS.iter().filter(|command| !command.starts_with("!epthook")) {
        for options in ["sc on", "stage pre", "stage post", "stage all"] {
            check(&format!("{command} {options}"));
        }
    }
}

#[test]
fn whole_examples() {
    EXAMPLES.iter().for_each(|example| check(example));
    let Ok(Command::Event(spec)) = parse(EXAMPLES[4]) else {
        panic!("{}", EXAMPLES[4])
    };
    assert_eq!((spec.options.stages, spec.options.pid), (Stages::All, None));
}

#[test]
fn an_interrupt_needs_its_vector() {
    for input in ["!interrupt code {90 90 90}", "!interrupt pid 490"] {
        let error = parse(input).unwrap_err();
        assert!(
            error
                .message()
                .starts_with("please specify an interrupt index to monitor")
        );
    }
}
