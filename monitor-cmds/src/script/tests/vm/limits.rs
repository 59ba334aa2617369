//! Every limit, met and passed.

use super::World;
use super::fails;
use super::gives;
use super::values;
use alloc::format;

const STACK: &str = "Err, stack buffer overflow";
const COUNT: &str = "Err, exceeding the max execution count";

#[test]
fn endless_scripts_end() {
    for source in [
        "while (1) { }",
        "for (; 1;) { }",
        "do { } while (1);",
        "i = 0; while (i < 10) { i = 0; }",
        "microsleep(f4241);",
        "microsleep(ffffffffffffffff);",
        "char v[8] = {1, 1, 1, 1, 1, 1, 1, 1}; while (1) { x = strlen(&.zz); }",
    ] {
        assert_eq!(fails(source), COUNT, "{source}");
    }
    let mut world = World::new();
    world.guest.map(0, &alloc::vec![1; 0x10_0000]);
    world.scratch.budget = 10_000;
    for source in [
        "x = strlen(0);",
        "x = strcmp(0, 0);",
        "x = memcmp(0, 0, ffffffffffffffff);",
        "memcpy(0, 1, fffff);",
    ] {
        assert_eq!(world.run(source).unwrap_err(), COUNT, "{source}");
    }
}

#[test]
fn the_budget_is_exact() {
    let mut world = World::new();
    world.run("i = 0; while (i < 100) { i = i + 1; }").unwrap();
    // Storing is the one operation.
    world.scratch.budget = 2;
    world.run("x = 1;").unwrap();
    world.scratch.budget = 1;
    assert_eq!(world.run("x = 1;").unwrap_err(), COUNT);
    // Fetching operands is none: a sum and storing it are two, as in HyperDbg.
    world.scratch.budget = 3;
    world.run(".x = @rax + $context;").unwrap();
    world.scratch.budget = 2;
    assert_eq!(world.run(".x = @rax + $context;").unwrap_err(), COUNT);
}

#[test]
fn loops_that_hyperdbg_ends_in_time_end_here() {
    // Eight operations a turn there: compare, branch, sum, store, jump, increment, jump, jump.
    gives(
        "x = 0; for (i = 0; i < 0n120000; i++) { x = x + i; }",
        "x",
        7_199_940_000,
    );
    assert_eq!(fails("for (i = 0; i < 0n1000000; i++) { x = i; }"), COUNT);
}

#[test]
fn recursion_ends_at_the_stack() {
    assert_eq!(fails("void tt() { tt(); } tt();"), STACK);
    assert_eq!(fails("int tt(int n) { return tt(n + 1) + 1; } x = tt(0);"), STACK);
    // Two slots a call and one of the argument.
    let source = "int tt(int n) { if (n == 0) { return 0; } return tt(n - 1) + 1; }";
    gives(source, "tt(0n83)", 83);
    assert_eq!(fails(&format!("{source} x = tt(0n90);")), STACK);
    // The stack is whole again afterwards.
    assert_eq!(
        values(&format!(
            "{source} i = 0; while (i < 100) {{ x = tt(40); i++; }} test_statement(x);"
        )),
        [0x40]
    );
}

#[test]
fn locals_fill_the_stack() {
    let mut source = alloc::string::String::new();
    for index in 0..256 {
        source += &format!("v{index} = 0n{index};");
    }
    assert_eq!(values(&format!("{source} test_statement(v255);")), [255]);
    let error = fails(&format!("{source} v256 = 1;"));
    assert!(error.contains(STACK), "{error}");
    gives("char v[800] = {1};", "sizeof v", 0x800);
    assert!(fails("char v[801] = {1};").contains(STACK));
    assert!(fails("int v[10000][10000] = {{1}};").contains("Syntax Error: Undefined Variable Type"));
    // Names that are declared again need no more room.
    gives(
        "for (int i = 0; i < 2; i++) { long v = i; }".repeat(200).as_str(),
        "i",
        2,
    );
}

#[test]
fn values_in_one_expression() {
    let nested = |depth: usize| format!("{}1{}", "1 + (".repeat(depth), ")".repeat(depth));
    gives("", &nested(10), 11);
    // Parentheses, operators and the arguments of calls are all limited.
    let error = fails(&format!("x = {};", nested(200)));
    assert!(
        error.contains("split") || error.contains("Syntax Error") || error.contains("nest"),
        "{error}"
    );
    gives("", "1 + ".repeat(60).trim_end_matches(" + "), 60);
    let many = alloc::vec!["@rax"; 127].join(", ");
    let format = "%d".repeat(127);
    assert_eq!(
        super::prints(&format!("printf(\"{format}\", {many});")),
        "0".repeat(127)
    );
    let many = alloc::vec!["@rax"; 129].join(", ");
    let format = "%d".repeat(129);
    assert!(
        fails(&format!("printf(\"{format}\", {many});"))
            .contains("Please split the expression to many smaller expressions.")
    );
}

#[test]
fn a_tree_may_be_deeper_than_what_the_parser_makes() {
    use crate::script::ast::*;
    let mut expr = Expr {
        kind: ExprKind::Register("rax".into()),
        span: 0..0,
    };
    for _ in 0..100 {
        expr = Expr {
            kind: ExprKind::Unary(UnaryOp::Complement, alloc::boxed::Box::new(expr)),
            span: 0..0,
        };
    }
    let program = Program {
        items: alloc::vec![Item::Statement(Statement {
            kind: StatementKind::Expression(expr),
            span: 0..0,
        })],
    };
    let error = crate::script::Script::of_program(
        &program,
        &mut crate::script::Globals::new(),
        &crate::script::NoSymbols,
    )
    .unwrap_err();
    assert_eq!(
        error.message,
        "Please split the expression to many smaller expressions."
    );
}

#[test]
fn a_long_script_is_refused_and_not_cut() {
    let error = fails(&format!("x=1;{}", "x=!x;".repeat(12_000)));
    assert!(error.contains("too long") || error.contains("longer"), "{error}");
    let _ = values(&format!("x=1;{}", "x=!x;".repeat(10_000)));
}

/// Parsing, a long chain and giving a deep tree back take a small part of a CPU's stack, even without optimisation.
#[test]
fn the_deepest_trees_need_little_stack() {
    let work = || {
        for (open, more, close) in [
            ("x = 1", " + 1", ""),
            ("x = 1", " || 1", ""),
            ("x = y", "[1]", ""),
            ("x = y", ".z", ""),
            ("x = ", "~", "1"),
            ("x = ", "(int)", "1"),
        ] {
            let source = format!("{open}{}{close};", more.repeat(crate::script::MAX_DEPTH - 1));
            drop(crate::script::parse(&source).unwrap());
        }
        values(&format!("x = 1{}; test_statement(x);", " + @rax".repeat(127)))
    };
    let thread = std::thread::Builder::new().stack_size(64 * 1024);
    assert_eq!(thread.spawn(work).unwrap().join().unwrap(), [1]);
}
