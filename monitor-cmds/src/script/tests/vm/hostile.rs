//! Whatever is compiled and run: no panic, and an end.

use super::World;
use crate::script::Expression;
use crate::script::Script;
use crate::script::Symbols;
use crate::script::ast::Program;
use crate::script::tests::generate;
use alloc::string::ToString;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Knows every symbol.
struct Any;

impl Symbols for Any {
    fn address(&self, name: &str) -> Option<u64> {
        Some(name.len() as u64)
    }
}

fn world() -> World {
    let mut world = World::new();
    world.scratch.budget = 20_000;
    world.guest.map(0, b"text\0and more, as bytes\xff\xc3\0");
    world.guest.map(0x1000, &[0x41; 0x80]);
    world.guest.map_physical(0x10, &[1; 0x20]);
    world
}

/// Runs what compiles. Did it compile?
fn check(program: &Program) -> Result<bool, TestCaseError> {
    let mut world = world();
    let Ok(script) = Script::of_program(program, &mut world.globals, &Any) else {
        prop_assert_eq!(world.globals.iter().count(), 0);
        return Ok(false);
    };
    for _ in 0..2 {
        if let Err(error) = world.run_script(&script) {
            prop_assert!(error.starts_with("Err, "), "{}", error);
        }
    }
    Ok(true)
}

#[test]
fn the_corpus() -> Result<(), TestCaseError> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/script_vm");
    let mut count = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let Ok(source) = core::str::from_utf8(&bytes) else {
            continue;
        };
        if let Ok(program) = crate::script::parse(source) {
            check(&program)?;
        }
        let mut world = world();
        if let Ok(expression) = Expression::compile(source, &mut world.globals, &Any) {
            let _ = expression.value(&mut crate::script::Run {
                guest: &mut world.guest,
                control: &mut world.control,
                globals: &world.globals,
                scratch: &mut world.scratch,
                context: world.context,
                out: &mut world.out,
            });
        }
        count += 1;
    }
    // Were the directory moved, nothing would be tested.
    assert!(count >= 20, "{count}");
    Ok(())
}

/// Statements that mean something together, in any order.
fn statements() -> impl Strategy<Value = alloc::string::String> {
    let pieces = prop::sample::select(alloc::vec![
        "x = @rax;",
        "y = x * 3 - 5;",
        "x = *x;",
        "*x = 5;",
        "p = &x;",
        "p = p + 8;",
        "*p = y;",
        "x++;",
        "y <<= 7;",
        "int v[3] = {1, 2, 3};",
        "v[x] = y;",
        "x = v[y & 3];",
        "x = v[y];",
        "struct S { int m; char t; };",
        "struct S s;",
        "struct S *q = &s;",
        "q->m = x;",
        "s.t += y;",
        "q++;",
        "q = x;",
        "double u = 1.5;",
        "u = u * u;",
        "x = u;",
        "u = x;",
        "while (x < 20) { x++; }",
        "for (i = 0; i < 3; i++) { y += i; if (y > 5) { break; } }",
        "if (x > y) { x = y; } else { y = x; }",
        "int tt(int n) { if (n < 2) { return n; } return tt(n - 1) + tt(n - 2); }",
        "x = tt(y & f);",
        ".g = x;",
        "x = .g;",
        "printf(\"%d %llx\\n\", x, y);",
        "printf(\"%s\", x);",
        "printf(\"%f\", u);",
        "x = strlen(p);",
        "memcpy(p, x, y);",
        "x = y / x;",
        "x = y % 7;",
        "x = x << y;",
        "x = (char)x;",
        "x = interlocked_increment(p);",
        "spinlock_lock(p);",
        "x = -1;",
        "y = x >> 3;",
        "{ int x = 5; y = x; }",
        "return;",
        "x = disassemble_len(x);",
        "x = sizeof(v);",
        "x = &v[2] - v;",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_tree(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&generate::syntax::program(&bytes))?;
    }

    #[test]
    fn any_statements(source in statements()) {
        let mut text = alloc::string::String::from("x = 1; y = 2; p = 0;");
        // What cannot stand where it stands is left out, so that most programs run.
        for piece in source.split_inclusive(';') {
            let longer = alloc::format!("{text}{piece}");
            let mut globals = crate::script::Globals::new();
            if Script::compile(&longer, &mut globals, &Any).is_ok() {
                text = longer;
            }
        }
        let program = crate::script::parse(&text).unwrap();
        prop_assert!(check(&program)?, "{}", program.to_string());
    }
}
