//! Structures, arrays and pointers.

use super::World;
use super::fails;
use super::gives;
use super::values;
use alloc::format;

#[test]
fn layout_is_that_of_c() {
    for (members, size) in [
        ("", 1),
        ("char kc;", 1),
        ("char kc; int i;", 8),
        ("int i; char kc;", 8),
        ("char kc; short s; char kd;", 6),
        ("char kc; double kd;", 16),
        ("char kc[3]; int *p;", 16),
        ("char x1[3][5];", 15),
        ("bool kb, b2; float kf;", 8),
    ] {
        gives(&format!("struct S {{ {members} }};"), "sizeof(struct S)", size);
    }
    gives(
        "struct I { char kc; int i; }; struct S { char kc; struct I in[2]; char kd; };",
        "sizeof(struct S)",
        24,
    );
    let mut world = World::new();
    world.guest.map(
        0x1000,
        &[
            1, 0xee, 2, 0, 0xff, 0xff, 0xff, 0xff, 4, 0, 0, 0, 0, 0, 0, 0, 0x80,
        ],
    );
    world
        .run(
            "struct S { char kc; short s; int i; long l; unsigned char last; }; struct S *p = 1000; \
             test_statement(p->kc); test_statement(p->s); test_statement(p->i); test_statement(p->l); \
             test_statement(p->last); p->s = 1234;",
        )
        .unwrap();
    assert_eq!(world.control.tested, [1, 2, u64::MAX, 4, 0x80]);
    assert_eq!(world.guest.memory[&0x1002], 0x34);
    assert_eq!(world.guest.memory[&0x1003], 0x12);
    assert_eq!(world.guest.memory[&0x1001], 0xee);
}

#[test]
fn members_of_members() {
    let types = "struct P { int x1, y1; }; struct L { struct P from; struct P to; int w[2]; }; ";
    gives(
        &format!("{types} struct L l = {{{{1, 2}}, {{3, 4}}, {{5, 6}}}};"),
        "l.from.x1 + l.to.y1 + l.w[1]",
        11,
    );
    gives(
        &format!("{types} struct L l; l.to.x1 = 7; struct L *p = &l; p->to.x1 += 1;"),
        "l.to.x1 + p->from.y1",
        8,
    );
    gives(
        &format!("{types} struct L l; struct P q = {{8, 9}}; l.to = q; q.x1 = 0;"),
        "l.to.x1 * 10 + l.to.y1",
        0x89,
    );
    gives(
        &format!("{types} struct L l; l.to.y1 = 5; struct L m = l; l.to.y1 = 6;"),
        "m.to.y1",
        5,
    );
    gives(
        &format!("{types} struct P ps[3] = {{{{1, 2}}, {{3, 4}}}}; i = 1;"),
        "ps[i].y1 * 10 + ps[2].x1",
        0x40,
    );
    gives(
        &format!("{types} struct P ps[2] = {{{{1, 2}}, {{3, 4}}}}; ps[0] = ps[1];"),
        "ps[0].x1",
        3,
    );
    gives(
        "struct N { int v; struct N *next; }; struct N kb = {2, 0}; struct N n = {1, &kb};",
        "n.next->v",
        2,
    );
    gives(
        "typedef struct P Point; struct P { int x1; }; Point v = {4};",
        "v.x1",
        4,
    );
    gives("typedef unsigned char u8; u8 v = 1ff;", "v", 0xff);
    gives("typedef int *iptr; int v = 3; iptr p = &v;", "*p", 3);
}

#[test]
fn arrays() {
    gives("int v[3] = {1, 2, 3};", "v[0] + v[1] * 10 + v[2] * 100", 0x321);
    gives("int v[3] = {1};", "v[0] + v[1] + v[2]", 1);
    gives("int v[2][3] = {{1, 2, 3}, {4, 5, 6}}; i = 1;", "v[i][i + 1]", 6);
    gives("int v[2][3] = {{1, 2, 3}, {4, 5, 6}};", "sizeof v[0]", 12);
    gives("int v[3] = {1, 2, 3}; i = 2;", "*(i + v)", 3);
    gives("short v[3] = {1, 2, 3}; i = 1; v[i] = 1ffff; ", "v[1]", u64::MAX);
    gives("short v[3] = {1, 2, 3}; v[1] = ffff;", "v[0] + v[2]", 4);
    gives("char v[4] = {1, 2, 3, 4}; int *p = (int *)v;", "*p", 0x0403_0201);
}

#[test]
fn pointers() {
    gives("int v[4] = {1, 2, 3, 4}; int *p = v; p++;", "*p", 2);
    gives("int v[4] = {1, 2, 3, 4}; int *p = v; p += 3; p--;", "*p", 3);
    gives("int v[4] = {1, 2, 3, 4}; int *p = &v[3];", "p - v", 3);
    gives("int v[4] = {1, 2, 3, 4}; int *p = v;", "p - &v[2]", -2_i64 as u64);
    gives("int v[4] = {1, 2, 3, 4}; int *p = &v[3];", "*(p - 1)", 3);
    gives(
        "int v[4] = {1, 2, 3, 4}; int *p = v;",
        "p < &v[1] && p == v && p != &v[1]",
        1,
    );
    gives("int *p = 1000;", "(p + 2) - 0", 0x1008);
    gives("void *p = 1000;", "p + 2", 0x1002);
    // Addresses have no sign.
    gives("int *p = ffff800000000000; int *q = 1000;", "p > q", 1);
    gives(
        "v = 7; int **pp = 0; int *p = (int *)&v; pp = &p; **pp = 9;",
        "v",
        9,
    );
    gives(
        "v = 1; p = &v; *p = 1122334455667788;",
        "v",
        0x1122_3344_5566_7788,
    );
    gives(".g = 5; p = &.g; *p = *p + 1;", ".g", 6);
    gives(".g = 0; int *p = &.g; p = p + 1; *p = 7;", ".g", 7 << 32);
    gives("", "&@rax", 0);
    gives("x = 5;", "*reference(x)", 5);
    gives("struct S { int v; }; struct S s = {3};", "(*&s).v", 3);
    gives("v = 3;", "*&*&v", 3);
    gives("char kc = -1;", "*&kc", u64::MAX);
}

#[test]
fn the_stack_has_an_end() {
    for source in [
        "v = 1; p = &v; p = p + 7f8; x = *p; test_statement(1);",
        "int v[2] = {1, 2}; i = 1ff; v[i] = 1; test_statement(1);",
    ] {
        let _ = values(source);
    }
    for (source, address) in [
        ("v = 1; p = &v; p = p + 7f9; x = *p;", "5c10000000000800"),
        ("v = 1; p = &v; p = p - 1; *p = 1;", "5c0fffffffffffff"),
        ("int v[2] = {1, 2}; i = 200; v[i] = 1;", "5c10000000000800"),
        ("int v[2] = {1, 2}; v[200] = 1;", "5c10000000000800"),
        ("p = &.g; p = p + 1000; x = *p;", "5c20000000001000"),
    ] {
        let error = fails(source);
        assert!(
            error.ends_with(&format!("address {address} is not accessible")),
            "{source}: {error}"
        );
    }
}

#[test]
fn what_a_pointer_reached_is_zero_in_the_next_run() {
    let mut world = World::new();
    world.run("v = 1; p = &v; p = p + 100; *p = 77;").unwrap();
    world
        .run("v = 1; p = &v; p = p + 100; test_statement(*p);")
        .unwrap();
    assert_eq!(world.control.tested, [0]);
}

#[test]
fn what_is_refused() {
    for (source, text) in [
        (
            "struct S { int v; }; struct S s; x = s;",
            "struct S cannot become unsigned long",
        ),
        (
            "struct S { int v; }; struct S s; s = 1;",
            "long cannot be assigned to struct S",
        ),
        (
            "struct S { int v; }; struct S s; s.w = 1;",
            "struct S has no member 'w'",
        ),
        (
            "struct S { int v; }; struct S s; s->v = 1;",
            "'->' takes a pointer, not struct S",
        ),
        (
            "struct S { int v; }; struct S s; s += 1;",
            "there is no such operator",
        ),
        ("struct S { int v, v; };", "member 'v' is there twice"),
        (
            "struct S { int v; }; struct S { int w; };",
            "struct S has its members already",
        ),
        ("struct S { struct S s; };", "struct S has no size"),
        ("struct T s;", "struct T has no size"),
        ("struct T *p = 0; x = p->m;", "struct T has no members"),
        ("int v[2] = {1, 2, 3};", "expected at most 2 values, not 3"),
        ("int v[0] = {1};", "a dimension is a constant above 0"),
        ("n = 3; int v[n] = {1};", "a dimension is a constant above 0"),
        ("int v[2] = {1, {2, 3}};", "expected one value"),
        ("int v[2] = {1, 2}; v = 1;", "int[2]"),
        ("void *p = 0; x = *p;", "a 'void *' cannot be dereferenced"),
        ("x = *1.5;", "'*' takes a pointer, not double"),
        (
            "x = 1; y = x[0];",
            "'[' takes an array or a pointer, not unsigned long",
        ),
        (
            "int *p = 0; short *q = 0; x = p - q;",
            "the pointers are of different types",
        ),
        (
            "struct S { int v; }; struct S tt() { }",
            "a function cannot return struct S",
        ),
        ("1 = 2;", "Syntax Error"),
        ("x = &5;", "Syntax Error"),
        ("int v;", "Syntax Error"),
    ] {
        let error = fails(source);
        assert!(error.contains(text), "{source}: {error}");
    }
}
