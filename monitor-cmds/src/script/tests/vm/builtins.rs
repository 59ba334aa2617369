//! Texts, interlocked operations, locks, instructions, time; and that every function counts its arguments.

use super::World;
use super::fails;
use super::values;
use crate::script::FUNCTIONS;
use crate::script::Parameter;
use alloc::format;

const LESS: u64 = -1_i64 as u64;

fn texts() -> World {
    let mut world = World::new();
    world.guest.map(0x1000, b"abc\0");
    world.guest.map(0x1ffe, b"abd\0");
    world.guest.map(0x3000, b"abc");
    world.guest.map(0x4000, b"a\0b\0c\0\0\0");
    world.guest.map(0x5000, &[b'x'; 0x200]);
    world.guest.map(0x5200, &[0]);
    world
}

#[test]
fn text_functions() {
    for (call, value) in [
        ("strlen(1000)", 3),
        ("strlen(1ffe)", 3),
        ("strlen(5000)", 0x200),
        ("strlen(3000)", 0),
        ("strlen(9000)", 0),
        ("strlen(\"four\")", 4),
        ("strlen(\"\")", 0),
        ("wcslen(4000)", 3),
        ("wcslen(L\"four\")", 4),
        ("wcslen(9000)", 0),
        ("strcmp(1000, \"abc\")", 0),
        ("strcmp(1000, 1ffe)", LESS),
        ("strcmp(1ffe, 1000)", 1),
        ("strcmp(\"ab\", 1000)", LESS),
        ("strcmp(3000, 1000)", 2),
        ("strcmp(1000, 9000)", 2),
        ("strncmp(1000, 1ffe, 2)", 0),
        ("strncmp(1000, 1ffe, 3)", LESS),
        ("strncmp(1000, 9000, 0)", 0),
        ("strncmp(\"ab\", \"ab\", ffff)", 0),
        ("wcscmp(4000, L\"abc\")", 0),
        ("wcscmp(L\"\\x100\", L\"\\xff\")", 1),
        ("wcsncmp(4000, L\"abd\", 2)", 0),
        ("wcsncmp(4000, L\"abd\", 3)", LESS),
        ("memcmp(1000, 3000, 3)", 0),
        ("memcmp(1000, 1ffe, 3)", LESS),
        ("memcmp(4000, \"a\", 2)", 0),
        ("memcmp(4000, \"a\", 3)", 2),
        ("memcmp(1ffe, 1000, 3)", 1),
        ("memcmp(1000, 9000, 1)", 2),
        ("memcmp(1000, 9000, 0)", 0),
    ] {
        let mut world = texts();
        world.run(&format!("test_statement({call});")).unwrap();
        assert_eq!(world.control.tested, [value], "{call}");
    }
    // A result below zero is below zero.
    let mut world = texts();
    world
        .run("if (strcmp(1000, 1ffe) < 0) { test_statement(1); }")
        .unwrap();
    assert_eq!(world.control.tested, [1]);
}

#[test]
fn interlocked() {
    for place in [".v", "v"] {
        let script = "P = 5; test_statement(interlocked_increment(&P)); test_statement(interlocked_decrement(&P)); \
             test_statement(interlocked_exchange(&P, 9)); test_statement(interlocked_exchange_add(&P, 3)); \
             test_statement(interlocked_compare_exchange(&P, 1, 2)); \
             test_statement(interlocked_compare_exchange(&P, 1, c)); test_statement(P); \
             interlocked_exchange(&P, ffffffffffffffff); test_statement(interlocked_increment(&P));";
        assert_eq!(
            values(&script.replace('P', place)),
            [6, 5, 5, 9, 12, 12, 1, 0],
            "{place}"
        );
    }
    let mut world = World::new();
    world.guest.map(0x1000, &[1, 0, 0, 0, 0, 0, 0, 0]);
    world.run("test_statement(interlocked_increment(1000));").unwrap();
    assert_eq!(world.guest.memory[&0x1000], 2);
    assert!(
        world
            .run("interlocked_increment(0);")
            .unwrap_err()
            .ends_with("FUNC_INTERLOCKED_INCREMENT: address 0 is not accessible")
    );
}

#[test]
fn locks() {
    for lock in ["&.lock", ".lock"] {
        let script = format!(
            "spinlock_lock({lock}); test_statement(.lock); spinlock_unlock({lock}); test_statement(.lock); \
             spinlock_lock_custom_wait({lock}, 10); test_statement(.lock);"
        );
        assert_eq!(values(&script), [1, 0, 1]);
    }
    // A lock has 32 bits.
    assert_eq!(
        values(
            ".lock = 500000000; spinlock_lock(&.lock); test_statement(.lock); spinlock_unlock(&.lock); test_statement(.lock);"
        ),
        [0x5_0000_0001, 0x5_0000_0000]
    );
    assert_eq!(
        values(
            ".lock = 400000000; int *p = &.lock; spinlock_lock(p + 1); spinlock_unlock(p + 1); test_statement(.lock);"
        ),
        [0]
    );
    for call in [
        "spinlock_lock(.lock)",
        "spinlock_lock_custom_wait(.lock, ffffffffffffffff)",
    ] {
        assert_eq!(
            fails(&format!(".lock = 1; {call};")),
            "Err, exceeding the max execution count"
        );
    }
    let mut world = World::new();
    world.guest.map(0x1000, &[0, 0, 0, 0, 9]);
    world
        .run(
            "spinlock_lock(1000); test_statement(dd(1000)); spinlock_unlock(1000); test_statement(dd(1000));",
        )
        .unwrap();
    assert_eq!(world.control.tested, [1, 0]);
}

#[test]
fn instructions() {
    let mut world = World::new();
    // mov rax, [rip+0]; ret; an opcode that 64-bit mode has not; the first byte of a longer one.
    world
        .guest
        .map(0x1000, &[0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xc3, 0x06]);
    world
        .run(
            "test_statement(disassemble_len(1000)); test_statement(disassemble_len64(1007)); \
             test_statement(disassemble_len(1008)); test_statement(disassemble_len32(1008)); \
             test_statement(disassemble_len32(1000)); test_statement(disassemble_len(1004)); \
             test_statement(disassemble_len(9000));",
        )
        .unwrap();
    assert_eq!(world.control.tested, [7, 1, 0, 1, 1, 2, 0]);
}

#[test]
fn time() {
    let mut world = World::new();
    world.guest.tsc = 0x1234;
    world
        .run("test_statement(rdtsc()); test_statement(rdtscp()); microsleep(5); microsleep(6);")
        .unwrap();
    assert_eq!(world.control.tested, [0x1234, 0x1234]);
    assert_eq!(world.guest.slept, 11);
}

#[test]
fn a_value_in_all_its_forms() {
    let mut world = World::new();
    world.run("formats(41424344); formats(-1); formats(0);").unwrap();
    let lines: alloc::vec::Vec<_> = world.out.lines().collect();
    assert_eq!(
        lines[..8],
        [
            "Hex     : 0000000041424344",
            "Decimal : 1094861636",
            "Octal   : 0000000000010120441504",
            "Binary  : 00000000 00000000 00000000 00000000 01000001 01000010 01000011 01000100",
            "Char    : ....ABCD",
            "Time    : 2004-09-11 00:13:56",
            "Float   : 1.2141422e1",
            "Double  : 5.409335213e-315",
        ]
    );
    assert_eq!(lines[8], "Hex     : ffffffffffffffff");
    assert_eq!(lines[9], "Decimal : -1");
    assert_eq!(lines[13], "Time    : -");
    assert_eq!(lines[21], "Time    : 1970-01-01 00:00:00");
    for (seconds, text) in [
        (951_782_400_u64, "2000-02-29 00:00:00"),
        (1_709_251_199, "2024-02-29 23:59:59"),
        (4_107_542_400, "2100-03-01 00:00:00"),
        (253_402_300_799, "9999-12-31 23:59:59"),
    ] {
        let mut out = alloc::string::String::new();
        crate::script::formats(seconds, &mut out).unwrap();
        assert!(out.contains(text), "{seconds}: {out}");
    }
}

#[test]
fn every_function_counts_its_arguments() {
    for spec in FUNCTIONS {
        for count in 0..=spec.parameters.len() + 1 {
            let arguments = alloc::vec!["0"; count].join(", ");
            let result = World::new().run(&format!("{}({arguments});", spec.name));
            let counted = result.as_ref().is_err_and(|error| error.contains("argument"));
            assert_eq!(
                counted,
                count != spec.parameters.len(),
                "{} {count}: {result:?}",
                spec.name
            );
        }
        // A value is one only where there is a result.
        let arguments = alloc::vec!["0"; spec.parameters.len()].join(", ");
        let result = World::new().run(&format!("x = {}({arguments});", spec.name));
        let none = result.is_err_and(|error| error.contains("gives no value"));
        assert_eq!(
            none,
            spec.returns == crate::script::Returns::Nothing,
            "{}",
            spec.name
        );
    }
    for source in ["x = not();", "x = neg(1, 2);", "x = reference();"] {
        assert!(fails(source).contains("takes 1 argument, not"), "{source}");
    }
}

#[test]
fn texts_stand_only_where_they_mean_something() {
    for spec in FUNCTIONS {
        for (place, (_, parameter)) in spec.parameters.iter().enumerate() {
            for (text, fitting) in [("\"t\"", Parameter::Text), ("L\"t\"", Parameter::Wide)] {
                let mut arguments = alloc::vec!["0"; spec.parameters.len()];
                arguments[place] = text;
                let result = World::new().run(&format!("{}({});", spec.name, arguments.join(", ")));
                let refused = result.is_err_and(|error| error.contains("a text cannot be given here"));
                // The front end may refuse it first, so only what fits is certain.
                if *parameter == fitting {
                    assert!(!refused, "{} {place} {text}", spec.name);
                }
            }
        }
    }
}

#[test]
fn the_front_end_and_the_compiler_know_the_same_functions() {
    for name in crate::script::keywords::FUNCTIONS {
        let here = FUNCTIONS.iter().any(|spec| spec.name == *name)
            || ["printf", "not", "neg", "reference"].contains(name);
        assert!(here, "{name}");
    }
    for spec in FUNCTIONS {
        assert!(
            crate::script::keywords::FUNCTIONS.contains(&spec.name),
            "{}",
            spec.name
        );
    }
}
