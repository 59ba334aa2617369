//! The memory commands: what they accept, what they refuse, what they print.

use super::output::session;
use crate::Events;
use crate::fake::FakeGuest;
use crate::fake::FakeMachine;
use crate::parse;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;

fn machine(build: impl FnOnce(&mut FakeGuest)) -> FakeMachine {
    let mut machine = FakeMachine::default();
    build(&mut machine.guests[0]);
    machine
}

fn check(machine: &mut FakeMachine, steps: &[(&str, &str)]) {
    session(machine, &mut Events::with_capacity(1), steps);
}

#[test]
fn dumps() {
    let mut machine = machine(|guest| {
        guest.map(0xffff_8000_0000_1000, b"Hello, world!\0\x01\x80abcdefgh");
        guest.map_physical(0x1000, &[0x11, 0x22, 0x33, 0x44]);
    });
    check(
        &mut machine,
        &[
            (
                "db ffff8000`00001000 l 12",
                "ffff8000`00001000  48 65 6C 6C 6F 2C 20 77 6F 72 6C 64 21 00 01 80  Hello, world!...\n\
                 ffff8000`00001010  61 62                                            ab\n",
            ),
            (
                "dc ffff800000001000 l 10",
                "ffff8000`00001000  6C6C6548 77202C6F 646C726F 80010021  Hello, world!...\n",
            ),
            ("dw ffff800000001010 l 5", "ffff8000`00001010  6261 6463 6665\n"),
            (
                "dd ffff800000001010 l 8",
                "ffff8000`00001010  64636261 68676665\n",
            ),
            (
                "dq ffff800000001008 l 10",
                "ffff8000`00001008  80010021646C726F 6867666564636261\n",
            ),
            (
                "dd ffff800000001014 l 8",
                "ffff8000`00001014  68676665 ????????\n",
            ),
            (
                "db ffff800000000fff l 3",
                "ffff8000`00000fff  ?? 48 65                                         .He\n",
            ),
            (
                "!db 1000 l 2",
                "#\t00000000`00001000  11 22                                            .\"\n",
            ),
            ("!dq 1000 l 8", "#\t00000000`00001000  ????????????????\n"),
            ("db 1000", "err, invalid address: 1000 is not accessible\n"),
        ],
    );
}

#[test]
fn a_dump_without_a_length_has_80_bytes() {
    let mut machine = machine(|guest| guest.map(0x1000, &[0; 0x100]));
    let mut out = String::new();
    crate::run(b"dq 1000", &mut machine, &mut Events::with_capacity(1), &mut out).unwrap();
    assert_eq!(out.lines().count(), 8);
    assert!(out.lines().last().unwrap().starts_with("00000000`00001070  "));
}

#[test]
fn addresses_wrap_at_the_top() {
    let mut machine = machine(|guest| {
        guest.map(u64::MAX - 1, &[1, 2]);
        guest.map(0, &[3, 4, 0, 0, 0, 0, 0, 0]);
    });
    check(
        &mut machine,
        &[
            ("dw fffffffffffffffe l 4", "ffffffff`fffffffe  0201 0403\n"),
            ("sb fffffffffffffffe l 4 2 3", "ffffffffffffffff\n"),
            (
                "eb ffffffffffffffff a b",
                "values written at ffffffffffffffff: 2\n",
            ),
            ("dw fffffffffffffffe l 4", "ffffffff`fffffffe  0A01 040B\n"),
            (
                "dl fffffffffffffffe l 2",
                "[0] fffffffffffffffe\n[1] 00000000040b0a01\nerr, address 40b0a01 is not accessible\n",
            ),
        ],
    );
}

#[test]
fn edits() {
    let mut machine = machine(|guest| {
        guest.map(0x1000, &[0; 24]);
        guest.map_physical(0x2000, &[0; 8]);
    });
    check(
        &mut machine,
        &[
            ("eb 1000 1 ff 0n16", "values written at 1000: 3\n"),
            ("ed 1004 deadbeef", "values written at 1004: 1\n"),
            ("eq 1008 1122334455667788 1", "values written at 1008: 2\n"),
            (
                "dq 1000 l 18",
                "00000000`00001000  DEADBEEF0010FF01 1122334455667788\n00000000`00001010  0000000000000001\n",
            ),
            ("!eq 2000 5", "values written at 2000: 1\n"),
            (
                "!ed 2004 6 7",
                "err, address 2008 is not accessible; values written: 1\n",
            ),
            ("!dq 2000 l 8", "#\t00000000`00002000  0000000600000005\n"),
            (
                "eb 5000 1",
                "err, address 5000 is not accessible; values written: 0\n",
            ),
        ],
    );
}

#[test]
fn searches() {
    let mut machine = machine(|guest| {
        let mut page = [0; 0x1000];
        page[0xffe..].copy_from_slice(&[0xde, 0xad]);
        guest.map(0x1000, &page);
        guest.map(0x2000, &[0xbe, 0xef, 0, 0, 0xde, 0xad, 0xbe, 0xef]);
        // A hole from 2008 to 3fff.
        guest.map(0x4000, &[0xde, 0xad]);
        guest.map_physical(0x10, &[1, 0, 0, 0, 1, 0, 0, 0]);
    });
    let many = (0x1000..0x1fff).step_by(1).take(0x1000);
    let mut many: String = many.map(|at| format!("{at:x}\n")).collect();
    check(
        &mut machine,
        &[
            ("sb 1000 l 4000 de ad", "1ffe\n2004\n4000\n"),
            ("sb de ad l 10", "not found\n"),
            ("sb 1000 de ad be ef l 4000", "1ffe\n2004\n"),
            ("sb l 1002 1ffe de ad be ef", "1ffe\n2004\n"),
            // A match must lie within the length.
            ("sb 1000 de ad be ef l 1001", "not found\n"),
            // Steps are of the number's size.
            ("sd 1ffe efbeadde l 100", "1ffe\n"),
            ("sd 1000 efbeadde l 2000", "2004\n"),
            ("!sd 10 1 l 8", "10\n14\n"),
            ("!sq 10 100000001 l 8", "10\n"),
            ("!sq 10 1 l 8", "not found\n"),
            ("sb 9000 l 10 1", "not found\n"),
        ],
    );
    machine.guests[0].map(0x1000, &[7; 0x1800]);
    many.clear();
    for at in 0x1000..0x2000 {
        many.push_str(&format!("{at:x}\n"));
    }
    many.push_str("there are more: the search ends after 1000 places\n");
    check(&mut machine, &[("sb 1000 l 1800 7", &many)]);
}

#[test]
fn lists() {
    let mut machine = machine(|guest| {
        guest.map(0x1000, &[0; 0x100]);
        for (at, next) in [
            (0x1000, 0x1010_u64),
            (0x1010, 0x1020),
            (0x1020, 0x1000),
            (0x1028, 0x1010),
            (0x1018, 0),
            (0x1040, 0x1050),
            (0x1050, 0x1060),
            (0x1060, 0x1050),
            (0x1070, 0x9000),
        ] {
            guest.map(at, &next.to_le_bytes());
        }
        guest.map_physical(0x10, &0x10_u64.to_le_bytes());
    });
    check(
        &mut machine,
        &[
            (
                "dl 1000",
                "[0] 0000000000001000\n[1] 0000000000001010\n[2] 0000000000001020\n\
                 0000000000001000 is [0] again: the list is circular\n",
            ),
            (
                "dl 1020 o 8",
                "[0] 0000000000001020\n[1] 0000000000001010\nnull pointer: the list ends\n",
            ),
            // A circle that the first node is not part of.
            (
                "dl 1040",
                "[0] 0000000000001040\n[1] 0000000000001050\n[2] 0000000000001060\n\
                 0000000000001050 is [1] again: the list is circular\n",
            ),
            (
                "dl 1000 l 2",
                "[0] 0000000000001000\n[1] 0000000000001010\n\
                 there are more: 'l COUNT' sets how many nodes are followed\n",
            ),
            (
                "dl 1000 l 3",
                "[0] 0000000000001000\n[1] 0000000000001010\n[2] 0000000000001020\n\
                 0000000000001000 is [0] again: the list is circular\n",
            ),
            (
                "dl 1070",
                "[0] 0000000000001070\n[1] 0000000000009000\nerr, address 9000 is not accessible\n",
            ),
            (
                "!dl 10",
                "[0] 0000000000000010\n0000000000000010 is [0] again: the list is circular\n",
            ),
            ("dl 0", "null pointer: the list ends\n"),
        ],
    );
}

#[test]
fn processes_memory() {
    let mut machine = machine(|guest| {
        guest.running.pid = 0x1a4;
        guest.map(0x1000, &[1]);
    });
    let refused =
        "err, pid is invalid: there is no process 5, or the guest's operating system is not known\n";
    check(
        &mut machine,
        &[
            (
                "db 1000 l 1 pid 1a4",
                "00000000`00001000  01                                               .\n",
            ),
            ("db 1000 pid 5", refused),
            ("eb 1000 2 pid 5", refused),
            ("sb 1000 l 1 2 pid 5", refused),
            ("dl 1000 pid 5", refused),
            ("!pte 1000 pid 5", refused),
        ],
    );
    assert_eq!(machine.guests[0].selected, None);
}

#[test]
fn a_cpu_without_a_guest_has_no_memory() {
    let mut machine = FakeMachine {
        current: 1,
        cpus: alloc::vec![crate::CpuState::Stopped, crate::CpuState::Waiting],
        ..FakeMachine::default()
    };
    machine.guests.truncate(1);
    let want = "CPU 1 is waiting: it has no registers and no memory to show\n";
    for input in [
        "db 0",
        "eb 0 1",
        "sb 0 l 1 1",
        "dl 0",
        "k",
        "!pte 0",
        "!va2pa 0",
        "!pa2va 0",
        "!idt",
        ".process",
    ] {
        check(&mut machine, &[(input, want)]);
    }
}

#[test]
fn canonical_forms() {
    for (input, canonical) in [
        ("DB 0x1000", "db 1000"),
        ("!Dc l 0n16 fffff800`4ed6f010", "!dc fffff8004ed6f010 l 10"),
        ("dq pid 0n10 l 8 5 l 9", "dq 5 l 9 pid a"),
        ("dl o 8 1000 l 2 pid 4", "dl 1000 o 8 l 2 pid 4"),
        ("!dl 1000", "!dl 1000"),
        ("eb pid 4 1000 0x1 02", "eb 1000 1 2 pid 4"),
        ("!EQ 1 ffffffffffffffff", "!eq 1 ffffffffffffffff"),
        ("sd l 10 1000 pid 3 5 6", "sd 1000 5 6 l 10 pid 3"),
        ("k", "k"),
        ("K l 10 base 5", "k base 5 l 10"),
        ("kd base 5", "kd base 5"),
        ("kq l 8", "kq l 8"),
        ("!pte pid 4 5", "!pte 5 pid 4"),
        ("!va2pa 5", "!va2pa 5"),
        ("!PA2VA 5 pid 1", "!pa2va 5 pid 1"),
    ] {
        let command = parse(input).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(command.to_string(), canonical, "{input}");
        assert_eq!(parse(canonical), Ok(command), "{input}");
    }
}

#[test]
fn refused() {
    for (input, offset, message) in [
        (
            "db",
            2,
            "incorrect use of the 'db': an address is missing; usage: db ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "db zap",
            3,
            "err, couldn't resolve error at 'zap': \
             Syntax Error: Unresolved Variable: 'zap' was not assigned before",
        ),
        ("db {10}", 3, "err, couldn't resolve error at '10'"),
        (
            "db 1 2",
            5,
            "unknown parameter '2'; usage: db ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "db 1 l",
            6,
            "err, please specify a value for 'l'; usage: db ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "db 1 l 0",
            7,
            "err, you should enter a valid length: 0 is not in 1 to 10000",
        ),
        (
            "db 1 l 10001",
            7,
            "err, you should enter a valid length: 10001 is not in 1 to 10000",
        ),
        (
            "db 1 l x!",
            7,
            "err, length is invalid: 'x!' is not a number (hexadecimal, or 0n decimal)",
        ),
        (
            "db 1 pid",
            8,
            "err, please specify a value for 'pid'; usage: db ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "db 1 pid 100000000",
            9,
            "err, pid is invalid: '100000000' does not fit 32 bits",
        ),
        // Physical addresses belong to no process.
        (
            "!db 1 pid 4",
            6,
            "unknown parameter 'pid'; usage: db ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "db 1 o 8",
            5,
            "unknown parameter 'o'; usage: db ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "eb 1",
            4,
            "please specify a correct hex value as the content to edit; usage: eb ADDRESS VALUE... [pid X]",
        ),
        (
            "eb 1 100",
            5,
            "please specify a byte (hex) value for 'eb': 100 is above ff",
        ),
        (
            "!ed 1 2 100000000",
            8,
            "please specify a dword (hex) value for '!ed': 100000000 is above ffffffff",
        ),
        (
            "eq 1 zap",
            5,
            "err, value is invalid: 'zap' is not a number (hexadecimal, or 0n decimal)",
        ),
        (
            "eb 1 l 5",
            5,
            "err, value is invalid: 'l' is not a number (hexadecimal, or 0n decimal)",
        ),
        (
            "sb 1 2",
            6,
            "please specify a correct hex value as the length; usage: sb START l LENGTH VALUE... [pid X]",
        ),
        (
            "sb 1 l 2",
            8,
            "please specify a correct hex value as the content to search; \
             usage: sb START l LENGTH VALUE... [pid X]",
        ),
        (
            "sb 1 l 40000001 2",
            7,
            "err, you should enter a valid length: 40000001 is not in 1 to 40000000",
        ),
        (
            "k 5",
            2,
            "unknown parameter '5'; usage: k [base ADDRESS] [l LENGTH]",
        ),
        (
            "kq base",
            7,
            "err, please specify a value for 'base'; usage: k [base ADDRESS] [l LENGTH]",
        ),
        (
            "!pte",
            4,
            "incorrect use of the '!pte': an address is missing; usage: !pte ADDRESS [pid X]",
        ),
        (
            "!va2pa 1 2",
            9,
            "unknown parameter '2'; usage: !va2pa ADDRESS [pid X]",
        ),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!((error.offset(), error.message()), (offset, message), "{input}");
    }
}
