use super::*;
use crate::Events;
use crate::fake::FakeMachine;
use alloc::string::String;

#[test]
fn calls() {
    for bytes in [
        &[0xe8, 1, 2, 3, 4][..],
        &[0xff, 0xd0],
        &[0xff, 0x10],
        &[0xff, 0x14, 0x24],
        &[0xff, 0x50, 8],
        &[0xff, 0x54, 0x24, 8],
        &[0xff, 0x15, 1, 2, 3, 4],
        &[0xff, 0x90, 1, 2, 3, 4],
        &[0xff, 0x94, 0x24, 1, 2, 3, 4],
        &[0xff, 0x14, 0xc5, 1, 2, 3, 4],
    ] {
        assert!(is_call(bytes), "{bytes:x?}");
    }
    for bytes in [
        &[][..],
        &[0xe8, 1, 2, 3],
        &[0xe9, 1, 2, 3, 4],
        &[0xff],
        // JMP, and a CALL that is longer or shorter.
        &[0xff, 0xe0],
        &[0xff, 0xd0, 0],
        &[0xff, 0x14],
        &[0xff, 0x15, 1, 2, 3],
        &[0xff, 0x50],
        &[0xff, 0x14, 0xc5],
    ] {
        assert!(!is_call(bytes), "{bytes:x?}");
    }
}

/// Paging is off, so all memory is executable.
fn machine() -> FakeMachine {
    let mut machine = FakeMachine::default();
    let guest = &mut machine.guests[0];
    guest.registers.extend([("rsp", 0x8000), ("efer", 0x400)]);
    guest.map(0x1000, &[0xe8, 0, 0, 0, 0, 0x90]);
    // A CALL at the very start of what is mapped.
    guest.map(0x2000, &[0xff, 0xd0]);
    for (at, value) in [
        (0x8000, 0x1005_u64),
        (0x8008, 0x1006),
        (0x8010, 0x2002),
        (0x8018, 0),
    ] {
        guest.map(at, &value.to_le_bytes());
    }
    machine
}

fn output(machine: &mut FakeMachine, input: &str) -> String {
    let mut out = String::new();
    crate::run(input.as_bytes(), machine, &mut Events::with_capacity(1), &mut out).unwrap();
    out
}

#[test]
fn stacks() {
    let mut machine = machine();
    let call = "[$+000] 0000000000001005    (from 0000000000001000)\n";
    let other = "[$+010] 0000000000002002    (from 0000000000002000)\n";
    for (input, want) in [
        ("k l 20", alloc::format!("{call}{other}")),
        (
            "kq l 20",
            alloc::format!("{call}[$+008] 0000000000001006\n{other}[$+018] 0000000000000000\n"),
        ),
        (
            "kd base 8000 l 8",
            "[$+000] 00001005    (from 00001000)\n[$+004] 00000000\n".into(),
        ),
        (
            "k base 8018 l 8",
            "no return address in 8 bytes from 8018; 'kq' shows every number\n".into(),
        ),
        // Behind the last number there is no memory.
        (
            "k",
            alloc::format!("{call}{other}err, address 8020 is not accessible\n"),
        ),
        ("kq base 9000", "err, address 9000 is not accessible\n".into()),
    ] {
        assert_eq!(output(&mut machine, input), want, "{input}");
    }
}

#[test]
fn numbers_have_four_bytes_outside_long_mode() {
    let mut machine = machine();
    machine.guests[0].registers.insert("efer", 0);
    assert_eq!(
        output(&mut machine, "k l 8"),
        "[$+000] 00001005    (from 00001000)\n"
    );
}

#[test]
fn what_cannot_be_executed_is_no_return_address() {
    let mut machine = machine();
    let guest = &mut machine.guests[0];
    guest
        .registers
        .extend([("cr0", 0x8000_0001), ("cr4", 0x20), ("cr3", 0x1000)]);
    guest.map_physical(0x1000, &0x2003_u64.to_le_bytes());
    guest.map_physical(0x2000, &0x8000_0000_0000_0083_u64.to_le_bytes());
    assert!(output(&mut machine, "k l 20").starts_with("no return address in 20 bytes"));
    machine.guests[0].map_physical(0x2000, &0x83_u64.to_le_bytes());
    assert!(output(&mut machine, "k l 20").starts_with("[$+000] "));
}
