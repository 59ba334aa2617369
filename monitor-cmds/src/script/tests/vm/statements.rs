//! Statements, and which of them run.

use super::fails;
use super::gives;
use super::values;
use alloc::format;

#[test]
fn choices() {
    for (x, value) in [(1, 0xa), (2, 0xb), (3, 0xc), (4, 0xd)] {
        let source = format!(
            "x = {x}; if (x == 1) {{ r = a; }} elsif (x == 2) {{ r = b; }} else if (x == 3) {{ r = c; }} else {{ r = d; }}"
        );
        gives(&source, "r", value);
    }
    gives("r = 1; if (0) { r = 2; }", "r", 1);
    gives("r = 1; if (0) { r = 2; } elsif (0) { r = 3; }", "r", 1);
}

#[test]
fn loops() {
    gives("s = 0; for (i = 0; i < 5; i++) { s += i; }", "s", 10);
    gives(
        "s = 0; i = 0; while (i < 5) { i++; if (i == 3) { continue; } s += i; }",
        "s",
        12,
    );
    gives(
        "s = 0; for (i = 0; i < 5; i++) { if (i == 3) { continue; } s += i; }",
        "s",
        7,
    );
    gives(
        "s = 0; for (i = 0; i < 5; i++) { if (i == 3) { break; } s += i; }",
        "s",
        3,
    );
    gives("s = 0; do { s++; } while (s < 5);", "s", 5);
    gives(
        "s = 0; do { s++; if (s == 2) { continue; } } while (s < 5);",
        "s",
        5,
    );
    gives("s = 0; do { s++; break; } while (1);", "s", 1);
    gives("s = 9; while (0) { s = 1; }", "s", 9);
    gives(
        "s = 0; for (i = 0; i < 3; i++) { for (j = 0; j < 3; j++) { if (j == 2) { break; } s++; } }",
        "s",
        6,
    );
    gives("s = 0; for (; s < 4;) { s++; }", "s", 4);
    assert_eq!(
        values("i = 0; while (1) { i++; if (i > 3) { return; } test_statement(i); }"),
        [1, 2, 3]
    );
}

#[test]
fn only_what_decides_is_evaluated() {
    let functions = "int yes() { .calls = .calls + 1; return 1; } int no() { .calls = .calls + 10; return 0; } .calls = 0; r = 0; ";
    for (condition, value, calls) in [
        ("yes() && yes()", 1, 2),
        ("no() && yes()", 0, 0x10),
        ("yes() || no()", 1, 1),
        ("no() || no()", 0, 0x20),
        ("no() || yes() && no()", 0, 0x21),
        ("yes() && no() || yes()", 1, 0x12),
        ("no() && no() || yes() && yes()", 1, 0x12),
        ("!(yes() && no()) && !(no() || no())", 1, 0x31),
        ("!(no() || yes()) || yes()", 1, 0x12),
        ("yes() && yes() && yes() && no() && yes()", 0, 0x13),
        ("no() || no() || yes() || yes()", 1, 0x21),
    ] {
        gives(&format!("{functions} if ({condition}) {{ r = 1; }}"), "r", value);
        gives(
            &format!("{functions} if ({condition}) {{ r = 1; }}"),
            ".calls",
            calls,
        );
        gives(&format!("{functions} r = {condition};"), "r", value);
        gives(&format!("{functions} r = {condition};"), ".calls", calls);
    }
    gives("p = 0; r = 1; if (p != 0 && *p == 5) { r = 2; }", "r", 1);
}

#[test]
fn conditions_of_every_type() {
    for (condition, value) in [
        ("0.0", 0),
        ("0.25", 1),
        ("(float)0", 0),
        ("-1", 1),
        ("10000000000", 1),
        ("(bool)8", 1),
        ("(void *)0", 0),
        ("!0.0", 1),
        ("!5", 0),
        ("!!5", 1),
        ("1.5 > 1", 1),
        ("1 > 1.5", 0),
        ("(float)1 != 1.0", 0),
    ] {
        gives(&format!("r = 0; if ({condition}) {{ r = 1; }}"), "r", value);
        gives("", &format!("!!({condition})"), value);
    }
}

#[test]
fn assignments_with_operators() {
    for (statement, value) in [
        ("v += 3;", 10),
        ("v -= 3;", 4),
        ("v *= 3;", 21),
        ("v /= 3;", 2),
        ("v %= 3;", 1),
        ("v <<= 3;", 56),
        ("v >>= 1;", 3),
        ("v &= 3;", 3),
        ("v ^= 3;", 4),
        ("v |= 8;", 15),
        ("v++;", 8),
        ("v--;", 6),
    ] {
        gives(&format!("v = 7; {statement}"), "v", value);
        let global = statement.replace('v', ".v");
        gives(&format!(".v = 7; {global}"), ".v", value);
        let register = statement.replace('v', "@rcx");
        gives(&format!("@rcx = 7; {register}"), "@rcx", value);
        let element = statement.replace('v', "w[1]");
        gives(&format!("int w[2] = {{0, 7}}; {element}"), "w[1]", value);
        let member = statement.replace('v', "p->m");
        gives(
            &format!("struct S {{ char ka; short m; }}; struct S s = {{1, 7}}; struct S *p = &s; {member}"),
            "p->m",
            value,
        );
    }
    // The place is found once, before the value.
    gives(
        "int fu() { .n = .n + 1; return .n; } .n = 0; int w[3] = {1, 1, 1}; w[fu()] += fu();",
        "w[1] * 10 + .n",
        0x32,
    );
}

#[test]
fn jumps_out_of_place() {
    for source in ["break;", "continue;", "void fu() { break; } fu();"] {
        assert!(fails(source).contains("Syntax Error: Invalid Syntax"), "{source}");
    }
    assert!(fails("return 5;").contains("Returning a value in void function"));
}
