//! Every event command: what it accepts and refuses, and what registering it prints.

use super::output::session;
use crate::Command;
use crate::Events;
use crate::Running;
use crate::fake::FakeMachine;
use crate::parse;
use alloc::string::ToString;

/// Texts and their canonical form.
const ACCEPTED: &[(&str, &str)] = &[
    ("!epthook fffff800`4ed6f010", "!epthook fffff8004ed6f010"),
    (
        "!epthook nt!ExAllocatePoolWithTag+5",
        "!epthook nt!ExAllocatePoolWithTag+5",
    ),
    ("!epthook2 pid 4 @rcx+8", "!epthook2 @rcx+8 pid 4"),
    ("!epthook2 0n16 stage pre", "!epthook2 10"),
    ("!monitor rw 1000 1fff", "!monitor rw 1000 1fff"),
    ("!monitor 1000 WR 1fff va", "!monitor rw 1000 1fff"),
    ("!monitor xwr 1000 l 1", "!monitor rwx 1000 l 1"),
    ("!monitor l 8 pa x @rsp", "!monitor pa x @rsp l 8"),
    ("!monitor wx nt!x nt!x+4", "!monitor wx nt!x nt!x+4"),
    (
        "!monitor rw nt!Kd_DEFAULT_Mask Kd_DEFAULT_Mask+5",
        "!monitor rw nt!Kd_DEFAULT_Mask nt!Kd_DEFAULT_Mask+5",
    ),
    ("!epthook zap-@rcx*2", "!epthook nt!zap-@rcx*2"),
    ("!monitor r 1000 1000", "!monitor r 1000 1000"),
    (
        "!monitor r ffffffffffffffff l 1",
        "!monitor r ffffffffffffffff l 1",
    ),
    ("!syscall", "!syscall"),
    ("!SYSCALL 0x55 pid 490", "!syscall 55 pid 490"),
    ("!syscall @rdx+1", "!syscall @rdx+1"),
    ("!syscall2 55", "!syscall2 55"),
    ("!sysret", "!sysret"),
    ("!sysret2 core 0", "!sysret2 core 0"),
    ("!mode u pid 1c0", "!mode u pid 1c0"),
    ("!mode cr3 1aa000 K", "!mode k cr3 1aa000"),
    ("!mode ku pid 4", "!mode uk pid 4"),
    ("!cpuid", "!cpuid"),
    ("!cpuid 80000002", "!cpuid 80000002"),
    ("!msrread c0000082", "!msrread c0000082"),
    ("!msread", "!msrread"),
    ("!msrwrite 0x174 stage all", "!msrwrite 174 stage all"),
    ("!tsc stage post", "!tsc stage post"),
    ("!pmc", "!pmc"),
    ("!vmcall sc on", "!vmcall sc on"),
    ("!exception", "!exception"),
    ("!exception 0n14", "!exception e"),
    ("!exception 1f", "!exception 1f"),
    ("!interrupt 20", "!interrupt 20"),
    ("!interrupt 0xff", "!interrupt ff"),
    ("!dr core 3 pid 490", "!dr pid 490 core 3"),
    ("!ioin", "!ioin"),
    ("!iout 3f8", "!ioout 3f8"),
    ("!crwrite 0", "!crwrite 0"),
    ("!crwrite 0x4 20", "!crwrite 4 20"),
    ("!crwrite 4 mask 0n32 sc on", "!crwrite 4 20 sc on"),
    ("!crwrite 4 ffffffffffffffff", "!crwrite 4"),
    ("!trace step", "!trace step-in"),
    ("!trace stepin", "!trace step-in"),
    ("!trace Step-Out stage all", "!trace step-out stage all"),
    ("!trace stepout", "!trace step-out"),
    ("!trace step-instrument", "!trace instrument-step"),
    ("!trace instrumentstep", "!trace instrument-step"),
    ("!trace instrument-step-in", "!trace instrument-step"),
    ("!xsetbv", "!xsetbv"),
    ("!xsetbv 0 pid 490 core 2", "!xsetbv 0 pid 490 core 2"),
];

/// Texts, the place of the error, and how its message begins.
const REFUSED: &[(&str, usize, &str)] = &[
    (
        "!epthook",
        8,
        "incorrect use of the '!epthook': please choose an address to put the hidden breakpoint on it",
    ),
    (
        "!epthook pid 4",
        14,
        "please choose an address to put the hidden breakpoint on it; usage: !epthook ADDRESS [OPTIONS]",
    ),
    ("!epthook zap", 9, "err, couldn't resolve error at 'zap'"),
    ("!epthook zap+yak", 9, "err, couldn't resolve error at 'zap+yak'"),
    ("!epthook zap(5)", 9, "err, couldn't resolve error at 'zap(5)'"),
    ("!epthook \"10\"", 9, "err, couldn't resolve error at '10'"),
    ("!epthook {10}", 9, "err, couldn't resolve error at '10'"),
    (
        "!epthook \"@rax + 1",
        10,
        "err, couldn't resolve error at '@rax + 1'",
    ),
    ("!epthook 10 20", 12, "unknown parameter '20'"),
    (
        "!epthook 10 stage post",
        18,
        "the utilization of 'post' or 'all' event calling stages is not meaningful for the hidden hook; therefore, \
         this command does not support them",
    ),
    (
        "!epthook2 pid 4",
        15,
        "please choose an address to put the hook on it",
    ),
    ("!epthook2 stage all 10", 16, "the utilization of 'post' or 'all'"),
    ("!monitor", 8, "incorrect use of the '!monitor'"),
    (
        "!monitor rw",
        11,
        "incorrect use of the '!monitor': please choose the 'from' or 'to' values or specify the length",
    ),
    (
        "!monitor rw 1000",
        16,
        "incorrect use of the '!monitor': please choose the 'from' or 'to' values or specify the length",
    ),
    (
        "!monitor va rw 1000",
        19,
        "please choose the 'from' or 'to' values or specify the length",
    ),
    (
        "!monitor va pid 4",
        17,
        "please choose the 'from' or 'to' values or specify the length",
    ),
    (
        "!monitor 1000 2000",
        18,
        "incorrect use of the '!monitor': please specify the attribute(s) that you want to monitor",
    ),
    (
        "!monitor 1000 2000 pid 4",
        24,
        "please specify the attribute(s) that you want to monitor (r, w, x, rw, rx, wx, rwx)",
    ),
    (
        "!monitor 2000 1000 pid 4",
        9,
        "please choose the 'from' value first, then choose the 'to' value",
    ),
    (
        "!monitor r 2000 1000",
        11,
        "please choose the 'from' value first, then choose the 'to' value",
    ),
    ("!monitor r 1000 l 0", 18, "err, you should enter a valid length"),
    (
        "!monitor r 1000 l zap",
        18,
        "err, you should enter a valid length",
    ),
    ("!monitor r 1000 l", 17, "err, you should enter a valid length"),
    (
        "!monitor r ffffffffffffffff l 2",
        11,
        "err, you should enter a valid length",
    ),
    ("!monitor r 1000 2000 l 2", 21, "unknown parameter 'l'"),
    ("!monitor r 1000 2000 w", 21, "unknown parameter 'w'"),
    ("!monitor rr 1000 2000", 9, "err, couldn't resolve error at 'rr'"),
    ("!monitor r 1 2 3", 15, "unknown parameter '3'"),
    ("!syscall zap", 9, "unknown parameter 'zap': "),
    ("!syscall {1}", 9, "unknown parameter '1'"),
    ("!syscall @rax+zap", 14, "unknown parameter '@rax+zap': "),
    ("!syscall 1 2", 11, "unknown parameter '2'"),
    (
        "!sysret 1",
        8,
        "incorrect use of the '!sysret': unknown parameter '1'",
    ),
    ("!sysret2 all", 9, "incorrect use of the '!sysret2'"),
    (
        "!mode",
        5,
        "please specify the mode(s) that you want to intercept their execution (u, k, ku)",
    ),
    (
        "!mode pid 4",
        11,
        "please specify the mode(s) that you want to intercept their execution (u, k, ku)",
    ),
    (
        "!mode u",
        7,
        "this event only applies to the selected process(es). please specify the 'pid'",
    ),
    (
        "!mode u pid all",
        15,
        "this event only applies to the selected process(es)",
    ),
    (
        "!mode u k pid 4",
        8,
        "incorrect use of the '!mode': unknown parameter 'k'; usage: ",
    ),
    ("!mode stage all", 12, "the utilization of 'post' or 'all'"),
    ("!mode u stage post", 14, "the utilization of 'post' or 'all'"),
    ("!mode z pid 4", 6, "unknown parameter 'z'"),
    (
        "!mode u pid 4 stage post",
        20,
        "the utilization of 'post' or 'all'",
    ),
    (
        "!cpuid 100000000",
        7,
        "unknown parameter '100000000': the leaf has at most 32 bits; usage: !cpuid [LEAF] [OPTIONS]",
    ),
    ("!cpuid 1 2", 9, "unknown parameter '2'"),
    (
        "!msrread zap",
        9,
        "unknown parameter 'zap': the MSR is a number (hexadecimal, or 0n decimal); usage: !msrread [MSR] [OPTIONS]",
    ),
    ("!msrwrite {1}", 10, "unknown parameter '1': the MSR is a number"),
    ("!msrwrite 1 2", 12, "unknown parameter '2'"),
    ("!tsc 1", 5, "incorrect use of the '!tsc': unknown parameter '1'"),
    ("!pmc x", 5, "incorrect use of the '!pmc'"),
    ("!vmcall {x}", 8, "incorrect use of the '!vmcall'"),
    ("!dr 7", 4, "incorrect use of the '!dr'"),
    (
        "!exception 20",
        11,
        "the entry should be between 0x0 to 0x1f or first 32 entries",
    ),
    (
        "!exception zap",
        11,
        "unknown parameter 'zap': the vector is a number",
    ),
    (
        "!interrupt zap",
        11,
        "unknown parameter 'zap': the vector is a number",
    ),
    (
        "!interrupt",
        10,
        "please specify an interrupt index to monitor, HyperDbg doesn't support to trigger events on all interrupts \
         because it's not reasonable and make the system unresponsive",
    ),
    (
        "!interrupt 1f",
        11,
        "the entry should be between 0x20 to 0xFF or the entries between 32 to 255",
    ),
    ("!interrupt 100", 11, "the entry should be between 0x20 to 0xFF"),
    ("!ioin 10000", 6, "err, port is invalid: 10000 is above ffff"),
    (
        "!crwrite",
        8,
        "incorrect use of the '!crwrite': please choose either 0 for cr0 or 4 for cr4",
    ),
    ("!crwrite 3", 9, "please choose either 0 for cr0 or 4 for cr4"),
    (
        "!crwrite mask 3",
        9,
        "unknown parameter 'mask': the control register is a number",
    ),
    (
        "!crwrite core 1",
        15,
        "please choose either 0 for cr0 or 4 for cr4; usage: ",
    ),
    ("!crwrite 4 mask", 15, "err, please specify a value for 'mask'"),
    (
        "!crwrite 4 zap",
        11,
        "unknown parameter 'zap': the mask is a number",
    ),
    ("!crwrite 4 1 mask 2", 13, "unknown parameter 'mask'"),
    ("!trace", 6, "please specify the trace type"),
    ("!trace sideways", 7, "unknown parameter 'sideways'"),
    (
        "!trace step stepout",
        12,
        "incorrect use of the '!trace': unknown parameter 'stepout'; usage: ",
    ),
    ("!xsetbv 0 1", 10, "unknown parameter '1'"),
    ("!xsetbv zap", 8, "unknown parameter 'zap': the XCR is a number"),
    ("!epthook stage post", 15, "the utilization of 'post' or 'all'"),
];

#[test]
fn accepted() {
    for (input, canonical) in ACCEPTED {
        let command = parse(input).unwrap_or_else(|error| panic!("{input}: {error}"));
        assert_eq!(command.to_string(), *canonical, "{input}");
    }
}

#[test]
fn refused() {
    for (input, offset, message) in REFUSED {
        let error = parse(input).expect_err(input);
        assert_eq!(error.offset(), *offset, "{input}: {error}");
        assert!(
            error.message().starts_with(message),
            "{input}: {}",
            error.message()
        );
    }
}

#[test]
fn every_event_word_is_in_both_tables() {
    let events = crate::COMMANDS
        .iter()
        .filter(|spec| spec.group == crate::Group::Event);
    for spec in events {
        let begins = |text: &str| text.split(' ').next() == Some(spec.name);
        assert!(ACCEPTED.iter().any(|row| begins(row.1)), "{}", spec.name);
        let taking = spec.name != "!syscall2" && spec.name != "!ioout";
        assert_eq!(REFUSED.iter().any(|row| begins(row.0)), taking, "{}", spec.name);
    }
}

fn machine() -> FakeMachine {
    let mut machine = FakeMachine::default();
    for guest in &mut machine.guests {
        guest.registers.insert("rsp", 0x1ff8);
        guest.pages.insert(0x1000, 0x8000);
        guest.pages.insert(0x2000, 0xa000);
        guest.running = Running {
            pid: 0x1a4,
            ..Running::default()
        };
    }
    machine
}

#[test]
fn registering_resolves_addresses() {
    let mut events = Events::with_capacity(8);
    session(
        &mut machine(),
        &mut events,
        &[
            ("!epthook 1010", "event 0 registered (!epthook 1010)\n"),
            ("!epthook 3000", "err, the address 3000 is not mapped\n"),
            (
                "!epthook2 @rsp+8 pid 1a4",
                "event 1 registered (!epthook2 @rsp+8)\n",
            ),
            (
                "!monitor w @rsp l 10",
                "event 2 registered (!monitor w @rsp l 10)\n",
            ),
            ("!monitor w @rsp l 2000", "err, the address 3ff7 is not mapped\n"),
            (
                "!monitor w @rsp 1000",
                "please choose the 'from' value first, then choose the 'to' value: 1ff8 is above 1000\n",
            ),
            (
                "!monitor pa w 30000 l 1",
                "event 3 registered (!monitor pa w 30000 l 1)\n",
            ),
            (
                "!monitor x nt!zap 1000",
                "err, couldn't resolve error at 'nt!zap': Syntax Error: Unknown Token: symbol 'nt!zap' is not known\n",
            ),
            ("!syscall @rsp", "event 4 registered (!syscall @rsp)\n"),
            ("!tsc pid 5", "err, pid is invalid: there is no process 5\n"),
            (
                "!epthook 1000 sc on",
                "event 5 registered (!epthook 1000)\nnote: 'sc on' has no effect on !epthook\n",
            ),
        ],
    );
    let triggers: alloc::vec::Vec<_> = events.iter().map(|event| event.trigger().to_string()).collect();
    assert_eq!(
        triggers,
        [
            "!epthook 1010",
            "!epthook2 2000",
            "!monitor w 1ff8 2007",
            "!monitor pa w 30000 30000",
            "!syscall 1ff8",
            "!epthook 1000",
        ]
    );
    let crate::Trigger::Hook(hook) = events.get(1).unwrap().trigger() else {
        panic!("no hook")
    };
    assert_eq!(hook.physical, Some(0xa000));
    assert!(machine().guests.iter().all(|guest| guest.selected.is_none()));
}

#[test]
fn without_a_stopped_guest_only_numbers_resolve() {
    let mut machine = machine();
    machine.guests.clear();
    session(
        &mut machine,
        &mut Events::with_capacity(2),
        &[
            ("!epthook 3000", "event 0 registered (!epthook 3000)\n"),
            (
                "!epthook @rip",
                "err, couldn't resolve error at '@rip': the selected CPU has no stopped guest\n",
            ),
        ],
    );
}

#[test]
fn what_the_machine_cannot_do_is_refused() {
    let mut machine = machine();
    machine.unsupported = Some("'!tsc' is not there");
    let mut events = Events::with_capacity(2);
    session(
        &mut machine,
        &mut events,
        &[
            ("!tsc", "err, '!tsc' is not there\n"),
            ("events", "no active/disabled events\n"),
        ],
    );
}

#[test]
fn output_sources() {
    let mut events = Events::with_capacity(2);
    session(
        &mut machine(),
        &mut events,
        &[
            ("output", "output forwarding list is empty\n"),
            ("output create log file /tmp/x", "output source log created\n"),
            ("output create net tcp 10.0.0.1:80", "output source net created\n"),
            (
                "output create log tcp [::1]:8080",
                "err, the name you entered, already exists, please choose another name\n",
            ),
            (
                "!tsc output {log}",
                "note: output source 'log' is not opened; nothing is sent to it before 'output open log'\n\
                 event 0 registered (!tsc)\n",
            ),
            ("output open log", "output source log opened\n"),
            ("output open log", "err, output source already opened\n"),
            ("output close net", "err, output source is not opened\n"),
            ("!tsc output { log }", "event 1 registered (!tsc)\n"),
            (
                "output",
                "0  file        opened    \tlog\n1  tcp         not opened\tnet\n",
            ),
            ("output close log", "output source log closed\n"),
            (
                "output open log",
                "err, output source already closed; create another one with the same address\n",
            ),
            ("!tsc output {log}", "err, output source already closed ('log')\n"),
            (
                "!tsc output {Log}",
                "err, the name you entered, not found. Did you use 'output' command to create it? ('Log')\n",
            ),
            ("output open Log", "err, the name you entered, not found\n"),
        ],
    );
}

#[test]
fn management() {
    let mut machine = machine();
    machine.messages = 12;
    session(
        &mut machine,
        &mut Events::with_capacity(3),
        &[
            (
                "prealloc regular-event 3",
                "the requested pools are allocated and reserved\n",
            ),
            (
                "prealloc big-event 4",
                "err, there is room for 3 more events only\n",
            ),
            (
                "prealloc !monitor 10",
                "the requested pools are allocated and reserved (nothing had to be done: memory for monitor is taken when \
                 an event is registered)\n",
            ),
            (
                "preactivate mode",
                "the requested service is activated successfully! (nothing had to be done: '!mode' arms what it needs when \
                 it is registered)\n",
            ),
            (
                "flush",
                "flushing buffers was successful, total 12 messages were cleared.\n",
            ),
            (
                "flush",
                "flushing buffers was successful, total 0 messages were cleared.\n",
            ),
            (
                "events sc on",
                "err, the guest is not stopped by an event that can be left undone\n",
            ),
        ],
    );
    machine.short_circuit = Some(false);
    session(
        &mut machine,
        &mut Events::with_capacity(3),
        &[("events sc on", "short-circuiting is on for this stop\n")],
    );
    assert_eq!(machine.short_circuit, Some(true));
}

#[test]
fn management_refusals() {
    for (input, offset, message) in [
        (
            "events sc",
            9,
            "incorrect use of the 'events': please specify a correct 'on' or 'off' state",
        ),
        (
            "events sc yes",
            10,
            "please specify a correct 'on' or 'off' state for the short-circuiting state",
        ),
        (
            "events sc on off",
            13,
            "incorrect use of the 'events': unknown parameter 'off'",
        ),
        (
            "events zap",
            7,
            "incorrect use of the 'events': unknown parameter 'zap'",
        ),
        ("prealloc", 8, "incorrect use of the 'prealloc'"),
        ("prealloc zap 1", 9, "err, couldn't resolve error at 'zap'"),
        ("prealloc monitor", 16, "incorrect use of the 'prealloc'"),
        ("prealloc monitor zap", 17, "err, count is invalid"),
        ("preactivate zap", 12, "err, couldn't resolve error at 'zap'"),
        ("preactivate", 11, "incorrect use of the 'preactivate'"),
        ("output zap", 7, "incorrect option at 'zap'"),
        ("output create", 13, "incorrect use of the 'output'"),
        (
            "output create a/b file x",
            14,
            "err, a name has letters, digits, '_', '-' and '.', not '/'",
        ),
        ("output create a disk x", 16, "incorrect type near 'disk'"),
        ("output create a file", 20, "incorrect use of the 'output'"),
        (
            "output create a tcp host",
            20,
            "err, invalid address or cannot open or find the address: ADDRESS:PORT",
        ),
        ("output create a tcp :1", 20, "err, invalid address"),
        ("output create a tcp h:0", 20, "err, invalid address"),
        ("output create a file {x}", 21, "err, invalid address"),
        ("output create a file c:\\", 21, "err, invalid address"),
        ("output open a b", 14, "unknown parameter 'b'"),
        ("flush 1", 6, "unknown parameter '1'"),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!(error.offset(), offset, "{input}: {error}");
        assert!(
            error.message().starts_with(message),
            "{input}: {}",
            error.message()
        );
    }
    for input in [
        "output create a file \"/a b//c\"",
        "output create a namedpipe \\\\.\\pipe\\new",
    ] {
        let command = parse(input).unwrap();
        assert!(matches!(command, Command::Output(_)));
        assert_eq!(parse(&command.to_string()), Ok(command));
    }
}

#[test]
fn a_script_is_compiled_when_its_event_is_registered() {
    let mut events = Events::with_capacity(2);
    session(
        &mut machine(),
        &mut events,
        &[
            (
                "!tsc script { .count = .count + 1; }",
                "event 0 registered (!tsc)\n",
            ),
            (
                "!tsc script {\n.x = nt!zap; }",
                "Syntax Error: Unknown Token: symbol 'nt!zap' is not known\nat 2:6\n  .x = nt!zap; }\n       ^\n",
            ),
            ("!tsc code {90}", "event 1 registered (!tsc)\n"),
        ],
    );
    let scripts: alloc::vec::Vec<_> = events.iter().map(|event| event.script().is_some()).collect();
    assert_eq!(scripts, [true, false]);
    assert_eq!(events.globals().get("count"), Some(0));
}
