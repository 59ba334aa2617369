//! The commands about tables, devices and processes, and the words done elsewhere.

use super::output::session;
use crate::ApicMode;
use crate::COMMANDS;
use crate::ELSEWHERE;
use crate::Events;
use crate::Task;
use crate::TaskKind;
use crate::Wanted;
use crate::fake::FakeGuest;
use crate::fake::FakeMachine;
use crate::find;
use crate::parse;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;

fn check(machine: &mut FakeMachine, steps: &[(&str, &str)]) {
    session(machine, &mut Events::with_capacity(1), steps);
}

fn set(guest: &mut FakeGuest, registers: &[(&'static str, u64)]) {
    guest.registers.extend(registers.iter().copied());
}

#[test]
fn interrupt_descriptors_in_long_mode() {
    let mut machine = FakeMachine::default();
    let guest = &mut machine.guests[0];
    set(
        guest,
        &[
            ("efer", 0x500),
            ("cr0", 1),
            ("idtr", 0xffff_fe00_0000_0000),
            ("idtr_limit", 0x4f),
        ],
    );
    // Address ffffffff81a00b40: interrupt gate, IST 2; trap gate for user mode; not present; what it cannot be.
    for (entry, low, high) in [
        (0, 0x81a0_8e02_0010_0b40, 0xffff_ffff_u64),
        (1, 0x81a0_ef00_0010_0b50, 0xffff_ffff),
        (2, 0x81a0_0e00_0010_0b60, 0xffff_ffff),
        (3, 0x81a0_8c00_0010_0b70, 0xffff_ffff),
    ] {
        let at = 0xffff_fe00_0000_0000 + entry * 16;
        guest.map(at, &u64::to_le_bytes(low));
        guest.map(at + 8, &high.to_le_bytes());
    }
    let first = "IDT[0]\t: ffffffff`81a00b40\t0010 interrupt gate, dpl 0, ist 2\n";
    let second = "IDT[1]\t: ffffffff`81a00b50\t0010 trap gate, dpl 3, ist 0\n";
    let all = format!(
        "{first}{second}IDT[2]\t: not present\nIDT[3]\t: ffffffff`81a00b70\t0010 invalid gate, dpl 0, ist 0\n\
         IDT[4]\t: err, address fffffe0000000040 is not accessible\n"
    );
    check(
        &mut machine,
        &[
            ("!idt", &all),
            ("!idt 1", second),
            ("!idt 0", first),
            ("!idt ff", "IDT[ff]\t: beyond the limit 4f\n"),
        ],
    );
    set(&mut machine.guests[0], &[("idtr_limit", 0)]);
    check(
        &mut machine,
        &[("!idt", "err, the IDT is empty: its limit is 0\n")],
    );
}

#[test]
fn interrupt_descriptors_before_long_mode() {
    let mut machine = FakeMachine::default();
    let guest = &mut machine.guests[0];
    set(guest, &[("cr0", 1), ("idtr", 0x1000), ("idtr_limit", 7)]);
    guest.map(0x1000, &0x0010_8e00_0008_5678_u64.to_le_bytes());
    check(
        &mut machine,
        &[("!idt", "IDT[0]\t: 00105678\t0008 interrupt gate, dpl 0\n")],
    );
    set(&mut machine.guests[0], &[("cr0", 0)]);
    check(
        &mut machine,
        &[("!idt", "IDT[0]\t: 0008:5678\nIDT[1]\t: 0010:8e00\n")],
    );
}

#[test]
fn local_apic() {
    let mut machine = FakeMachine::default();
    check(
        &mut machine,
        &[("!apic", "err, the local APIC of CPU 0 cannot be read from here\n")],
    );
    machine.apic_mode = Some(ApicMode::XApic);
    machine.apic.extend([
        (0x20, 0x0300_0000),
        (0x30, 0x0105_0014),
        (0xf0, 0x1ff),
        (0x80, 0x20),
        (0x110, 1),
        (0x270, 0x8000_0001),
        (0x320, 0x400ec),
        (0x310, 0x0100_0000),
    ]);
    let registers = "  TPR = 00000020, PPR = 00000000\n  LDR = 00000000, SVR = 000001ff, ESR = 00000000\n\
                     \x20 ICR_LOW = 00000000, ICR_HIGH = 01000000\n\
                     \x20 LVT_LINT0 = 00000000, LVT_LINT1 = 00000000, LVT_ERROR = 00000000\n\
                     \x20 LVT_TIMER = 000400ec, LVT_THERMAL = 00000000, LVT_PMC = 00000000\n\
                     \x20 INITIAL_COUNT = 00000000, CURRENT_COUNT = 00000000, DIVIDE = 00000000\n\
                     ISR: 20\nTMR:\nIRR: e0 ff\n";
    let head = "mode, id 3, version 14, highest LVT entry 5, directed EOI off, software enabled\n";
    check(
        &mut machine,
        &[
            ("!apic", &format!("xAPIC {head}{registers}")),
            ("!LAPIC", &format!("xAPIC {head}{registers}")),
        ],
    );
    machine.apic_mode = Some(ApicMode::X2Apic);
    machine.apic.insert(0x20, 3);
    let registers = registers.replace(", ICR_HIGH = 01000000", "");
    check(
        &mut machine,
        &[("!localapic", &format!("x2APIC {head}{registers}"))],
    );
    machine.apic_mode = Some(ApicMode::Disabled);
    check(
        &mut machine,
        &[("!apic", "the local APIC of CPU 0 is disabled\n")],
    );
}

#[test]
fn io_apic() {
    let mut machine = FakeMachine::default();
    check(
        &mut machine,
        &[("!ioapic", "err, the I/O APIC cannot be read from here\n")],
    );
    machine.ioapic.extend([
        (0, 0x0200_0000),
        (1, 0x0001_0020),
        (0x10, 0x0001_0000),
        (0x12, 0xa931),
        (0x13, 0x0300_0000),
    ]);
    check(
        &mut machine,
        &[(
            "!ioapic",
            "I/O APIC id 2, version 20, inputs 0 to 1\n\
             00: 00000000`00010000\tvector 00, fixed, to physical 0, active high, edge, masked\n\
             01: 03000000`0000a931\tvector 31, lowest priority, to logical 3, active low, level\n",
        )],
    );
    // However many inputs it claims, there is an end.
    machine.ioapic.insert(1, 0xffff_ffff);
    let mut out = String::new();
    crate::run(b"!ioapic", &mut machine, &mut Events::with_capacity(1), &mut out).unwrap();
    assert_eq!(out.lines().count(), 1 + 0x78);
}

fn pci() -> FakeMachine {
    let mut machine = FakeMachine {
        pci_address: Some(0x8000_1234),
        ..FakeMachine::default()
    };
    let mut function = |bus: u32, device: u32, function: u32, words: &[(u32, u32)]| {
        let base = bus << 16 | device << 11 | function << 8;
        for offset in (0..0x100).step_by(4) {
            machine.pci.insert(base | offset, 0);
        }
        machine
            .pci
            .extend(words.iter().map(|&(offset, value)| (base | offset, value)));
    };
    function(0, 0, 0, &[(0, 0x29c0_8086), (8, 0x0600_0000)]);
    // A bridge, the first of two functions.
    function(
        0,
        1,
        0,
        &[
            (0, 0x000c_1b36),
            (8, 0x0604_0000),
            (0xc, 0x0081_0000),
            (0x18, 0x0002_0200),
        ],
    );
    function(0, 1, 3, &[(0, 0x0001_1234), (8, 0xff00_0000)]);
    // A second function that no first one announces.
    function(0, 0, 1, &[(0, 0x1111_2222)]);
    function(
        2,
        0,
        0,
        &[
            (0, 0x10d3_8086),
            (4, 0x0010_0007),
            (8, 0x0200_0003),
            (0x10, 0xfebc_000c),
            (0x14, 1),
            (0x18, 0xc001),
            (0x2c, 0xa01f_8086),
            (0x3c, 0x10b),
        ],
    );
    machine
}

#[test]
fn pci_functions() {
    let mut machine = FakeMachine::default();
    let refused = "err, the PCI ports cannot be used from here\n";
    check(&mut machine, &[("!pcitree", refused), ("!pcicam 0 0 0", refused)]);
    let mut machine = pci();
    check(
        &mut machine,
        &[
            (
                "!pcitree",
                "00:00.0  8086:29c0  060000  bridge\n\
                 00:01.0  1b36:000c  060400  bridge, to bus 02\n\
                 00:01.3  1234:0001  ff0000  other device\n\
                 \x20 02:00.0  8086:10d3  020000  network controller\n",
            ),
            ("!pcicam 0 2 0", "err, there is no PCI function 00:02.0\n"),
            (
                "!pcicam 2 0 0",
                "PCI configuration space of 02:00.0\nvendor             8086\ndevice             10d3\n\
                 command            0007\nstatus             0010\nrevision           03\n\
                 class code         020000\ncache line size    00\nlatency timer      00\n\
                 header type        00\nBAR0               febc000c memory at 1febc0000, 64-bit, prefetchable\n\
                 BAR2               0000c001 I/O ports from c000\nBAR3               00000000 unused\n\
                 BAR4               00000000 unused\nBAR5               00000000 unused\n\
                 cardbus CIS        00000000\nsubsystem vendor   8086\nsubsystem          a01f\n\
                 expansion ROM      00000000\ncapabilities       00\ninterrupt line     0b\n\
                 interrupt pin      01\nmin grant          00\nmax latency        00\n",
            ),
        ],
    );
    let mut out = String::new();
    crate::run(
        b"!pcicam 2 0 0 dump",
        &mut machine,
        &mut Events::with_capacity(1),
        &mut out,
    )
    .unwrap();
    assert!(out.starts_with(
        "PCI configuration space of 02:00.0\n00  86 80 D3 10 07 00 10 00 03 00 00 02 00 00 00 00\n10  0C 00"
    ));
    assert_eq!(out.lines().count(), 17);
    out.clear();
    crate::run(
        b"!pcicam 0 1 0",
        &mut machine,
        &mut Events::with_capacity(1),
        &mut out,
    )
    .unwrap();
    assert!(
        out.contains("secondary bus      02\n") && !out.contains("BAR2"),
        "{out}"
    );
    // The guest finds its own address as it was.
    assert_eq!(machine.pci_address, Some(0x8000_1234));
}

#[test]
fn no_pci_functions() {
    let mut machine = FakeMachine {
        pci_address: Some(0),
        ..FakeMachine::default()
    };
    check(&mut machine, &[("!pcitree", "there are no PCI functions\n")]);
}

#[test]
fn processes_and_threads() {
    let mut machine = FakeMachine::default();
    let unknown = "err, the guest's operating system is not known, so there are no processes to show\n";
    check(
        &mut machine,
        &[
            (".process", unknown),
            (".process list", unknown),
            (".thread", unknown),
            (
                ".thread tid 5",
                "err, there is no such thread, or the guest's operating system is not known\n",
            ),
        ],
    );
    let name = *b"sh\0\x07............";
    let task = |id, owner, object| Task {
        id,
        owner,
        name,
        object,
    };
    let running = &mut machine.guests[0].running;
    (running.pid, running.tid, running.name) = (0x1a4, 0x1a5, *b"a\x07bcdefghijklmno");
    (running.process, running.thread) = (0xffff_8880_0000_1000, 0xffff_8880_0000_2000);
    machine.tasks.extend([
        (TaskKind::Process, task(0x1a4, 0x1a4, 0xffff_8880_0000_1000)),
        (TaskKind::Process, task(1, 1, 0xffff_8880_0000_3000)),
        (TaskKind::Thread, task(0x1a5, 0x1a4, 0xffff_8880_0000_2000)),
        (TaskKind::Thread, task(2, 1, 0xffff_8880_0000_4000)),
    ]);
    let one = "tid 1a5\tpid 1a4\tthread ffff888000002000\tsh\n";
    check(
        &mut machine,
        &[
            (
                ".process",
                "pid 1a4\tprocess ffff888000001000\ta.bcdefghijklmno\n",
            ),
            (
                ".thread",
                "tid 1a5\tpid 1a4\tthread ffff888000002000\ta.bcdefghijklmno\n",
            ),
            (
                ".process2 list",
                "pid 1a4\tprocess ffff888000001000\tsh\npid 1\tprocess ffff888000003000\tsh\n",
            ),
            (
                ".thread list",
                &format!("{one}tid 2\tpid 1\tthread ffff888000004000\tsh\n"),
            ),
            (".thread2 list process ffff888000001000", one),
            (
                ".thread list process 5",
                "err, there is no process at 5, or the guest's operating system is not known\n",
            ),
            (
                ".process pid 1",
                "continue: the guest stops when that process runs\n",
            ),
        ],
    );
    assert_eq!(machine.stop_at, Some((TaskKind::Process, Wanted::Id(1))));
    check(
        &mut machine,
        &[(
            ".thread thread ffff888000004000",
            "continue: the guest stops when that thread runs\n",
        )],
    );
    assert_eq!(
        machine.stop_at,
        Some((TaskKind::Thread, Wanted::Object(0xffff_8880_0000_4000)))
    );
}

#[test]
fn canonical_forms() {
    for (input, canonical) in [
        ("!idt", "!idt"),
        ("!IDT 0n14", "!idt e"),
        ("!lapic", "!apic"),
        ("!ioapic", "!ioapic"),
        ("!pcietree", "!pcitree"),
        ("!pcicam 0 0x1f 0n3 X", "!pcicam 0 1f 3 dump"),
        ("!pcicam 1 2 3", "!pcicam 1 2 3"),
        ("process2 LIST", ".process list"),
        (".process2 pid 0n16", ".process pid 10"),
        (".process process 5", ".process process 5"),
        ("thread", ".thread"),
        (".thread list process 5", ".thread list process 5"),
        (".thread tid 5", ".thread tid 5"),
        (".thread2 thread 5", ".thread thread 5"),
        ("help iout", "help"),
        ("HELP !iout", "help !ioout"),
        ("help bp", "bp"),
        ("GO anywhere", "g"),
        ("events", "events"),
        ("event d 0n16", "events d 10"),
        ("events c ALL", "events c all"),
        ("phys ON", "phys on"),
        ("regs 0n10", "regs a"),
    ] {
        let Ok(command) = parse(input) else {
            // The one wrong line shows that a refused command is not taken for one.
            assert_eq!(input, "help iout");
            continue;
        };
        assert_eq!(command.to_string(), canonical, "{input}");
        assert_eq!(parse(canonical), Ok(command), "{input}");
    }
}

#[test]
fn refused() {
    for (input, offset, message) in [
        ("!idt 100", 5, "err, invalid IDT entry number: 100 is above ff"),
        ("!idt 1 2", 7, "unknown parameter '2'; usage: !idt [ENTRY]"),
        ("!apic 1", 6, "unknown parameter '1'; usage: !apic"),
        (
            "!pcicam 0 2",
            11,
            "incorrect use of the '!pcicam': the function is missing; usage: !pcicam BUS DEVICE FUNCTION [dump]",
        ),
        (
            "!pcicam 100 0 0",
            8,
            "err, bus number is invalid: 100 is above ff",
        ),
        (
            "!pcicam 0 20 0",
            10,
            "err, device number is invalid: 20 is above 1f",
        ),
        (
            "!pcicam 0 0 8",
            12,
            "err, function number is invalid: 8 is above 7",
        ),
        (
            "!pcicam 0 0 0 raw",
            14,
            "unknown parameter 'raw'; usage: !pcicam BUS DEVICE FUNCTION [dump]",
        ),
        (
            ".process all",
            9,
            "unknown parameter 'all'; usage: .process [list | pid X | process ADDRESS]",
        ),
        (
            ".process tid 5",
            9,
            "unknown parameter 'tid'; usage: .process [list | pid X | process ADDRESS]",
        ),
        (
            ".process list process 5",
            14,
            "unknown parameter 'process'; usage: .process [list | pid X | process ADDRESS]",
        ),
        (
            ".thread tid",
            11,
            "err, please specify a value for 'tid'; \
             usage: .thread [list [process ADDRESS] | tid X | thread ADDRESS]",
        ),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!((error.offset(), error.message()), (offset, message), "{input}");
    }
}

#[test]
fn words_done_elsewhere() {
    let mut seen = BTreeSet::new();
    for row in ELSEWHERE {
        assert!(!row.words.is_empty() && !row.instead.ends_with('.'));
        for word in row.words {
            assert!(seen.insert(*word), "{word} is there twice");
            assert!(find(word).is_none(), "{word} is a command");
        }
    }
    let mut machine = FakeMachine::default();
    for (input, want) in [
        ("bl", "'bl': use `info breakpoints` of gdb\n"),
        ("BE 3", "'be': use `enable NUMBER` of gdb\n"),
        (
            "help g",
            "'g', 'go', 'continue', 'cont', 'gg': use `continue` of gdb\n",
        ),
        (
            "!rev path {a}",
            "'!rev', 'rev': nothing here does that; `!monitor` shows who touches memory\n",
        ),
        (
            "!pt enable",
            "'!pt': nothing here does that: processor trace is not supported; `!pte` shows page tables\n",
        ),
    ] {
        check(&mut machine, &[(input, want)]);
    }
}

#[test]
fn help_is_grouped_and_names_every_word_done_elsewhere() {
    let mut out = String::new();
    crate::run(
        b"help",
        &mut FakeMachine::default(),
        &mut Events::with_capacity(1),
        &mut out,
    )
    .unwrap();
    for title in [
        "Memory",
        "Processes, tables and devices",
        "Done elsewhere, mostly by gdb ('help WORD' says how)",
    ] {
        assert!(out.lines().any(|line| line == title), "{title}");
    }
    let listed: BTreeSet<&str> = out.split_whitespace().collect();
    assert!(
        ELSEWHERE
            .iter()
            .flat_map(|row| row.words)
            .all(|word| listed.contains(word))
    );
    assert!(out.lines().count() < COMMANDS.len() + 24, "{out}");
}
