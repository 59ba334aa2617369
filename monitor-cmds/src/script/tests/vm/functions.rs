//! User functions.

use super::World;
use super::fails;
use super::gives;
use super::values;

#[test]
fn recursion() {
    gives(
        "int fact(int n) { if (n <= 1) { return 1; } return n * fact(n - 1); }",
        "fact(a)",
        3_628_800,
    );
    gives(
        "int fib(int n) { if (n < 2) { return n; } return fib(n - 1) + fib(n - 2); }",
        "fib(0n15)",
        610,
    );
    gives(
        "int ack(int m, int n) { if (m == 0) { return n + 1; } if (n == 0) { return ack(m - 1, 1); } return ack(m - 1, ack(m, n - 1)); }",
        "ack(2, 3)",
        9,
    );
}

#[test]
fn arguments_and_results_are_converted() {
    gives("char fu(char kc) { return kc + 1; }", "fu(7f)", -128_i64 as u64);
    gives("int fu(double kd) { return kd * 2; }", "fu(3)", 6);
    gives("double fu(int i) { return i; }", "fu(2.9) == 2.0", 1);
    gives("bool fu(int i) { return i; }", "fu(4)", 1);
    gives("float fu(float v) { return v / 4; }", "fu(1) == 0.25", 1);
}

#[test]
fn parameters_are_copies() {
    gives("void fu(int v) { v = 9; } int v = 1; fu(v);", "v", 1);
    gives("void fu(int *p) { *p = 9; } int v = 1; fu(&v);", "v", 9);
    gives(
        "struct S { int x1; int y1; }; int fu(struct S s) { s.x1 = s.x1 + 1; return s.x1 + s.y1; } struct S s = {1, 2}; r = fu(s);",
        "r * 10 + s.x1",
        0x41,
    );
}

#[test]
fn callers_keep_their_temporaries_and_locals() {
    gives(
        "int fu(int n) { int v = n; int w = 5; v = v * w; return v; }",
        "1 + fu(2) * (3 + fu(fu(1) + 1)) + fu(1)",
        1 + 10 * (3 + 30) + 5,
    );
    gives(
        "int g(int ka, int kb, int kc) { return ka * 100 + kb * 10 + kc; }",
        "g(1, g(0, 0, 2), 3)",
        0x123,
    );
}

#[test]
fn locals_of_a_function_begin_at_zero() {
    assert_eq!(
        values(
            "struct S { int v; }; void fu() { struct S s; test_statement(s.v); s.v = 7; } void g() { long ka = 5; long kb = 6; } fu(); g(); fu(); fu();"
        ),
        [0, 0, 0]
    );
}

#[test]
fn void_functions() {
    assert_eq!(
        values("void fu(int n) { if (n) { return; } test_statement(n); } fu(1); fu(0);"),
        [0]
    );
    for (source, text) in [
        (
            "void fu() { return 1; }",
            "19: Syntax Error: Returning a value in void function",
        ),
        (
            "int fu() { return; }",
            "11: Syntax Error: Not returning a value in noo-void function",
        ),
        (
            "void fu() { } x = fu();",
            "18: Syntax Error: Invalid Syntax: 'fu' gives no value",
        ),
    ] {
        assert_eq!(fails(source), text, "{source}");
    }
}

#[test]
fn calls_that_are_refused() {
    for (source, text) in [
        (
            "nope(1);",
            "0: Syntax Error: Undefined Function: 'nope' is no function",
        ),
        (
            "x = nope();",
            "4: Syntax Error: Undefined Function: 'nope' is no function",
        ),
        (
            "tt(); void tt() { }",
            "0: Syntax Error: Undefined Function: 'tt' is no function",
        ),
        (
            "int tt(int n) { return n; } tt();",
            "28: Syntax Error: Invalid Syntax: 'tt' takes 1 argument, not 0",
        ),
        (
            "int tt(int n) { return n; } int tt() { return 1; }",
            "32: Syntax Error: Invalid Syntax",
        ),
    ] {
        let error = fails(source);
        assert!(error.starts_with(text), "{source}: {error}");
    }
}

#[test]
fn a_function_without_return_gives_zero() {
    gives("int tt() { int v = 5; v = 6; }", "tt() + 1", 1);
}

#[test]
fn a_compiled_script_can_be_kept_and_compared() {
    let mut world = World::new();
    let source = "int tt(int n) { return n * 2; } .g = tt(.g + 1); printf(\"%d\\n\", .g);";
    let script =
        crate::script::Script::compile(source, &mut world.globals, &crate::script::NoSymbols).unwrap();
    let again =
        crate::script::Script::compile(source, &mut world.globals, &crate::script::NoSymbols).unwrap();
    assert_eq!(script.clone(), again);
    for _ in 0..3 {
        world.run_script(&script).unwrap();
    }
    assert_eq!(world.out, "2\n6\n14\n");
}
