//! Types: sizes, promotion, conversions, variables.

use super::fails;
use super::gives;
use super::values;
use alloc::format;

const NEGATIVE: u64 = -1_i64 as u64;

#[test]
fn sizes() {
    for (written, size) in [
        ("bool", 1),
        ("char", 1),
        ("unsigned char", 1),
        ("short", 2),
        ("int", 4),
        ("unsigned", 4),
        ("long", 8),
        ("long long", 8),
        ("unsigned long long", 8),
        ("float", 4),
        ("double", 8),
        ("char *", 8),
        ("void *", 8),
    ] {
        gives("", &format!("sizeof({written})"), size);
    }
    for (expression, size) in [
        ("(char)0", 1),
        ("!(char)0", 4),
        ("+(char)0", 4),
        ("(char)1 + (char)2", 4),
        ("1", 8),
        ("@al", 8),
        ("$pid", 8),
        ("1.5", 8),
        ("(float)1 + 1", 4),
        ("(float)1 + 1.0", 8),
        ("strlen(0)", 8),
        ("strcmp(0, 0)", 4),
        ("1 == 2", 4),
        ("1 && 2", 4),
        ("(unsigned)1 + (int)1", 4),
        ("(short)1 << 1", 4),
        ("sizeof(int)", 8),
    ] {
        gives("", &format!("sizeof({expression})"), size);
    }
    gives("x = 1;", "sizeof x", 8);
    gives("short s = 1;", "sizeof s", 2);
    gives("int w[3] = {1}; ", "sizeof w", 12);
    gives("int w[3] = {1}; ", "sizeof(w + 0)", 8);
    gives("int w[3] = {1}; ", "sizeof w[0]", 4);
}

#[test]
fn an_operand_of_sizeof_is_not_evaluated() {
    gives(
        "int fu() { .called = 1; return 0; } .called = 0; x = sizeof(fu());",
        ".called",
        0,
    );
    gives("", "sizeof(1 / 0)", 8);
}

#[test]
fn signed_and_unsigned_meet_as_in_c() {
    // Literals and registers are signed; a variable without a type is not.
    gives("", "-1 < 0", 1);
    gives("x = 0; x = x - 1;", "x < 0", 0);
    gives("x = 0;", "-1 < x", 0);
    gives("x = 0; x = x - 1;", "x >> 3c", 0xf);
    gives("", "-1 >> 3c", NEGATIVE);
    gives("unsigned int u = 1;", "(int)-1 < u", 0);
    gives("unsigned int u = 1;", "(long)-1 < u", 1);
    gives("unsigned char kc = 1;", "(int)-1 < kc", 1);
    gives("", "strlen(0) - 1 > 0", 1);
}

#[test]
fn conversions_cut_and_extend() {
    for (expression, value) in [
        ("(char)ff", NEGATIVE),
        ("(unsigned char)1ff", 0xff),
        ("(short)12345", 0x2345),
        ("(short)ffff", NEGATIVE),
        ("(unsigned short)-1", 0xffff),
        ("(int)ffffffff", NEGATIVE),
        ("(unsigned int)-1", 0xffff_ffff),
        ("(unsigned long)(int)-1", NEGATIVE),
        ("(unsigned long)(unsigned int)(int)-1", 0xffff_ffff),
        ("(long)(char)80", -128_i64 as u64),
        ("(unsigned int)(char)80", 0xffff_ff80),
        ("(unsigned short)(char)80", 0xff80),
        ("(bool)100", 1),
        ("(bool)0", 0),
        ("(bool)0.5", 1),
        ("(bool)0.0", 0),
        ("(int)11.9", 11),
        ("(int)-11.9", -11_i64 as u64),
        ("(char)(void *)180", -128_i64 as u64),
    ] {
        gives("", expression, value);
        // The same from a variable, where nothing is known at compile time.
        if let Some((cast, rest)) = expression.rsplit_once(')') {
            if !rest.contains('.') {
                gives(&format!("long v = {rest};"), &format!("{cast})v"), value);
            } else {
                gives(&format!("double v = {rest};"), &format!("{cast})v"), value);
            }
        }
    }
}

#[test]
fn a_variable_keeps_its_type() {
    gives("char kc = 7f; kc = kc + 1;", "kc", -128_i64 as u64);
    gives("unsigned char kc = ff; kc++;", "kc", 0);
    gives("short s = 7fff; s += 1;", "s", -32768_i64 as u64);
    gives("bool kb = 5;", "kb", 1);
    gives("int i = 1.9;", "i", 1);
    gives("x = 2.9;", "x", 2);
    gives("float kf = 0.1;", "kf == 0.1", 0);
    gives("double kd = 0.1;", "kd == 0.1", 1);
}

#[test]
fn several_targets() {
    assert_eq!(
        values("kax = kbx = 5; test_statement(kax); test_statement(kbx);"),
        [5, 5]
    );
    // Each target gets what the one to its right holds.
    assert_eq!(
        values("int i = 0; char kc = 0; i = kc = 1ff; test_statement(i); test_statement(kc);"),
        [NEGATIVE, NEGATIVE]
    );
    assert_eq!(
        values(".g = @rax = xx = 7; test_statement(.g + @rax + xx);"),
        [21]
    );
}

#[test]
fn locals_begin_anew_and_globals_stay() {
    let mut world = super::World::new();
    world
        .run(".g = .g + 1; struct S { int v; }; struct S s; s.v = s.v + 1; test_statement(s.v);")
        .unwrap();
    world
        .run(".g = .g + 1; struct S { int v; }; struct S s; s.v = s.v + 1; test_statement(s.v);")
        .unwrap();
    assert_eq!(world.control.tested, [1, 1]);
    assert_eq!(world.globals.get("g"), Some(2));
}

#[test]
fn names_that_mean_nothing() {
    for (source, text) in [
        (
            "x = y;",
            "4: Syntax Error: Unresolved Variable: 'y' was not assigned before",
        ),
        ("x = x + 1;", "4: Syntax Error: Unresolved Variable"),
        ("x += 1;", "0: Syntax Error: Unresolved Variable"),
        ("x++;", "0: Syntax Error: Unresolved Variable"),
        ("print(&zz);", "7: Syntax Error: Unresolved Variable"),
        (
            "while (n < 5) { n = n + 1; }",
            "7: Syntax Error: Unresolved Variable",
        ),
        (
            "t = 1; void fu() { print(t); }",
            "25: Syntax Error: Unresolved Variable",
        ),
    ] {
        let error = fails(source);
        assert!(error.starts_with(text), "{source}: {error}");
    }
}

#[test]
fn blocks_hide_and_keep_names() {
    gives("int i = 1; { int i = 2; i = 3; }", "i", 1);
    gives("int i = 1; { i = 2; }", "i", 2);
    gives("{ int i = 2; }", "i", 2);
    gives("if (1) { t = 4; }", "t", 4);
    gives(
        "for (int i = 0; i < 3; i++) { } for (int i = 0; i < 5; i++) { }",
        "i",
        5,
    );
    gives("int i = 1; { char i = 2; }", "sizeof i", 4);
    gives("int i = 1; char i = 2;", "sizeof i", 1);
}

#[test]
fn a_local_address_is_no_number() {
    for source in [
        "v = 1; int i = &v;",
        "v = 1; long i = 0; i = &v;",
        "v = 1; long i = 0; i = reference(v);",
        "v = 1; @rax = &v;",
        "int fu() { v = 1; return &v; }",
    ] {
        let error = fails(source);
        assert!(error.contains("address of a local variable"), "{source}: {error}");
    }
    gives("v = 7; p = &v;", "*p", 7);
    gives(".g = 7; long i = &.g;", "*i", 7);
}
