//! What each rule of the grammar accepts, as the canonical text of its tree.

use crate::script::parse;
use crate::script::parse_expression;
use alloc::string::String;
use alloc::string::ToString;

/// The canonical text on one line.
fn canonical(source: &str) -> String {
    let program = parse(source).unwrap_or_else(|e| panic!("{source}\nat {}: {}", e.offset, e.message));
    let text = program.to_string();
    let again = parse(&text).unwrap_or_else(|e| panic!("{text}\nat {}: {}", e.offset, e.message));
    assert_eq!(again.without_spans(), program.without_spans(), "{text}");
    text.split_whitespace().collect::<alloc::vec::Vec<_>>().join(" ")
}

fn check(table: &[(&str, &str)]) {
    for (source, text) in table {
        assert_eq!(&canonical(source), text, "{source}");
    }
}

#[test]
fn assignments() {
    check(&[
        ("", ""),
        ("x = 10;", "x = 0x10;"),
        ("a1x=b;", "a1x = 0xb;"),
        ("@rax = 55; rbx = 1;", "@rax = 0x55; @rbx = 0x1;"),
        (".count = .count + 1;", ".count = .count + 0x1;"),
        ("x = y = 5;", "x = y = 0x5;"),
        (
            "@rax = .g = x[1] = p->m = *q = 0;",
            "@rax = .g = x[0x1] = p->m = *q = 0x0;",
        ),
        (
            "x += 1; x -= 1; x *= 1; x /= 1; x %= 1;",
            "x += 0x1; x -= 0x1; x *= 0x1; x /= 0x1; x %= 0x1;",
        ),
        (
            "x <<= 1; x >>= 1; x &= 1; x ^= 1; x |= 1;",
            "x <<= 0x1; x >>= 0x1; x &= 0x1; x ^= 0x1; x |= 0x1;",
        ),
        ("x++; .g--; @rcx++;", "x += 0x1; .g -= 0x1; @rcx += 0x1;"),
        ("v.x++; p->y[2]--;", "v.x += 0x1; p->y[0x2] -= 0x1;"),
        ("* ptr = 5;", "*ptr = 0x5;"),
        ("*(ptr + 1) = 5; **pp = 1;", "*(ptr + 0x1) = 0x5; * *pp = 0x1;"),
        ("(*ptr)++;", "*ptr += 0x1;"),
        ("*poi(x) |= 1;", "*poi(x) |= 0x1;"),
        ("x = nt!Name + 5;", "x = nt!Name + 0x5;"),
        ("x = - 1; y = $pid;", "x = -0x1; y = $pid;"),
    ]);
}

#[test]
fn calls() {
    check(&[
        ("pause();", "pause();"),
        ("printf(\"%x\\n\", @rax, 5);", "printf(\"%x\\n\", @rax, 0x5);"),
        (
            "x = strcmp(\"a\", @rcx) + wcslen(L\"b\");",
            "x = strcmp(\"a\", @rcx) + wcslen(L\"b\");",
        ),
        (
            "my_function(1 + 2, other(3));",
            "my_function(0x1 + 0x2, other(0x3));",
        ),
        ("eb(poi(@rcx)+8, 0x90);", "eb(poi(@rcx) + 0x8, 0x90);"),
    ]);
}

#[test]
fn binding() {
    check(&[
        (
            "x = 1 | 2 ^ 3 & 4 << 5 + 6 * 7;",
            "x = 0x1 | 0x2 ^ 0x3 & 0x4 << 0x5 + 0x6 * 0x7;",
        ),
        ("x = ((1 | 2) ^ 3) & 4;", "x = ((0x1 | 0x2) ^ 0x3) & 0x4;"),
        ("x = (1 * 2) + (3 / 4) % 5;", "x = 0x1 * 0x2 + 0x3 / 0x4 % 0x5;"),
        ("x = 1 - (2 - 3) - 4;", "x = 0x1 - (0x2 - 0x3) - 0x4;"),
        (
            "x = (1 >> 2) << 3; y = 1 >> (2 << 3);",
            "x = 0x1 >> 0x2 << 0x3; y = 0x1 >> (0x2 << 0x3);",
        ),
        (
            "x = 8 / (4 * 2); y = 8 / 4 * 2;",
            "x = 0x8 / (0x4 * 0x2); y = 0x8 / 0x4 * 0x2;",
        ),
        ("if (1 & 2 == 2) { }", "if (0x1 & 0x2 == 0x2) { }"),
        ("if ((1 & 2) == 2) { }", "if ((0x1 & 0x2) == 0x2) { }"),
        ("if (1 < 2 == 1) { }", "if (0x1 < 0x2 == 0x1) { }"),
        ("if (1 == (2 < 1)) { }", "if (0x1 == (0x2 < 0x1)) { }"),
        ("if (1 << 2 > 3) { }", "if (0x1 << 0x2 > 0x3) { }"),
        ("if (x || y && z | w) { }", "if (x || y && z | w) { }"),
        ("if ((x || y) && z) { }", "if ((x || y) && z) { }"),
        ("x = -1 - -2 + +3;", "x = -0x1 - -0x2 + +0x3;"),
        ("x = ~ ~y; x = -~!y; x = - -y;", "x = ~ ~y; x = - ~ !y; x = - -y;"),
        ("x = &y & &z; x = *p * *q;", "x = &y & &z; x = *p * *q;"),
        ("x = -(1 + 2); x = ~(y);", "x = -(0x1 + 0x2); x = ~y;"),
        (
            "x = -p->m[1]; x = (*p).m; x = *p.m;",
            "x = -p->m[0x1]; x = (*p).m; x = *p.m;",
        ),
    ]);
}

/// Beyond HyperDbg: what it takes in conditions only is taken everywhere.
#[test]
fn comparisons_are_values() {
    check(&[
        ("x = (y == z);", "x = y == z;"),
        (
            "x = y != z || y <= 3 && z >= 4;",
            "x = y != z || y <= 0x3 && z >= 0x4;",
        ),
        ("print(@rax > 5);", "print(@rax > 0x5);"),
        ("if (~ ~x) { }", "if (~ ~x) { }"),
    ]);
}

#[test]
fn casts_and_sizes() {
    check(&[
        ("x = (int)y;", "x = (int)y;"),
        (
            "x = (int)(unsigned char)0x12345;",
            "x = (int)(unsigned char)0x12345;",
        ),
        (
            "x = (char*)y; x = (struct T *)y; x = (void **)0;",
            "x = (char *)y; x = (struct T *)y; x = (void **)0x0;",
        ),
        (
            "x = (int).g; x = (int) .g + 1; x = (double).5;",
            "x = (int).g; x = (int).g + 0x1; x = (double)0.5;",
        ),
        ("x = -(int)y * 2;", "x = -(int)y * 0x2;"),
        ("x = ((int)y).z;", "x = ((int)y).z;"),
        (
            "x = sizeof(int); x = sizeof(struct T); x = sizeof(long long*);",
            "x = sizeof(int); x = sizeof(struct T); x = sizeof(long *);",
        ),
        (
            "x = sizeof y; x = sizeof(y); x = sizeof(y + 1);",
            "x = sizeof y; x = sizeof y; x = sizeof (y + 0x1);",
        ),
        (
            "x = sizeof(!(char)0); x = sizeof((char)0);",
            "x = sizeof !(char)0x0; x = sizeof((char)0x0);",
        ),
        (
            "x = sizeof (y).m; x = sizeof sizeof y; x = -sizeof(int);",
            "x = sizeof y.m; x = sizeof sizeof y; x = -sizeof(int);",
        ),
        ("x = sizeof(probe()) == 4;", "x = sizeof probe() == 0x4;"),
    ]);
}

#[test]
fn types() {
    for (source, text) in [
        ("bool", "bool"),
        ("char", "char"),
        ("signed char", "char"),
        ("char unsigned", "unsigned char"),
        ("short", "short"),
        ("short int", "short"),
        ("unsigned short int", "unsigned short"),
        ("int", "int"),
        ("signed", "int"),
        ("unsigned", "unsigned int"),
        ("unsigned int", "unsigned int"),
        ("long", "long"),
        ("long int", "long"),
        ("long long", "long"),
        ("long unsigned long int", "unsigned long"),
        ("float", "float"),
        ("double", "double"),
        ("void *", "void *"),
        ("struct T **", "struct T **"),
    ] {
        let parsed = parse_expression(&alloc::format!("({source})0")).unwrap();
        assert_eq!(parsed.to_string(), alloc::format!("({text})0x0"), "{source}");
    }
}

#[test]
fn declarations() {
    check(&[
        ("int x = 1;", "int x = 0x1;"),
        (
            "unsigned char *p = 0; char **q = p;",
            "unsigned char *p = 0x0; char **q = p;",
        ),
        ("int a_ = b_ = 5;", "b_ = 0x5; int a_ = b_;"),
        ("int array[3] = {1,2,3};", "int array[0x3] = {0x1, 0x2, 0x3};"),
        (
            "int m[2][1+1] = {{1,2},{3,4,},};",
            "int m[0x2][0x1 + 0x1] = {{0x1, 0x2}, {0x3, 0x4}};",
        ),
        ("char *names[1] = {0};", "char *names[0x1] = {0x0};"),
        (
            "if (1) { int y = 2; char z = 3; }",
            "if (0x1) { int y = 0x2; char z = 0x3; }",
        ),
        (
            "typedef unsigned short word_t; word_t w = 1; x = (word_t)5 + sizeof(word_t);",
            "typedef unsigned short word_t; word_t w = 0x1; x = (word_t)0x5 + sizeof(word_t);",
        ),
        (
            "typedef struct T *ptr_t; ptr_t p; ptr_t *q = &p;",
            "typedef struct T *ptr_t; ptr_t p; ptr_t *q = &p;",
        ),
        (
            "typedef int one_t; typedef one_t two_t; two_t x = 1;",
            "typedef int one_t; typedef one_t two_t; two_t x = 0x1;",
        ),
    ]);
}

#[test]
fn structures() {
    check(&[
        ("struct T;", "struct T;"),
        ("struct T { };", "struct T { };"),
        (
            "struct T { int x, *y, z[2][3]; unsigned short w; struct T *next; struct U in; void *any; };",
            "struct T { int x; int *y; int z[0x2][0x3]; unsigned short w; struct T *next; struct U in; void *any; };",
        ),
        (
            "struct T v; struct T w = {1, 2}; struct T *p; struct T *q = &v; struct T u = v;",
            "struct T v; struct T w = {0x1, 0x2}; struct T *p; struct T *q = &v; struct T u = v;",
        ),
        (
            "struct T v = {{1}, 2}; v.x = p->in.y; w = v;",
            "struct T v = {{0x1}, 0x2}; v.x = p->in.y; w = v;",
        ),
        (
            "struct T a_[2] = {{1}, {2}};",
            "struct T a_[0x2] = {{0x1}, {0x2}};",
        ),
        // Members may have names that variables may not.
        (
            "struct T { int a, add, id, rax, e5; }; x = v.a + v.add + p->id + v.e5;",
            "struct T { int a; int add; int id; int rax; int e5; }; x = v.a + v.add + p->id + v.e5;",
        ),
        ("x = v.poi.ed.y + p->print.x;", "x = v.poi.ed.y + p->print.x;"),
        (
            "do { struct T { int x; }; typedef struct T t_t; t_t v; } while (0);",
            "do { struct T { int x; }; typedef struct T t_t; t_t v; } while (0x0);",
        ),
    ]);
}

#[test]
fn conditions_and_loops() {
    check(&[
        (
            "if (x) { } elsif (y) { z = 1; } else { z = 2; }",
            "if (x) { } elsif (y) { z = 0x1; } else { z = 0x2; }",
        ),
        (
            "if (x) { } else if (y) { } else if (z) { } else { }",
            "if (x) { } elsif (y) { } elsif (z) { } else { }",
        ),
        ("while (x) { x--; break; }", "while (x) { x -= 0x1; break; }"),
        (
            "do { continue; } while (x < 5);",
            "do { continue; } while (x < 0x5);",
        ),
        (
            "for (int i = 0; i < 3; i++) { }",
            "for (int i = 0x0; i < 0x3; i += 0x1) { }",
        ),
        (
            "for (i = j = 0; i; i -= 1) { }",
            "for (i = j = 0x0; i; i -= 0x1) { }",
        ),
        ("for (; 1; ) { break; }", "for (; 0x1; ) { break; }"),
        (
            "for (;x;p->n = 1) { if (x) { break; } }",
            "for (; x; p->n = 0x1) { if (x) { break; } }",
        ),
        ("x = 1; { y = 2; { } }", "x = 0x1; { y = 0x2; { } }"),
        ("{ x = 1; } { y = 2; }", "{ x = 0x1; } { y = 0x2; }"),
    ]);
}

#[test]
fn functions() {
    check(&[
        ("void f_() { return; }", "void f_() { return; }"),
        (
            "int sum(int x, unsigned char *y, struct T z) { return x + *y + z.m; }",
            "int sum(int x, unsigned char *y, struct T z) { return x + *y + z.m; }",
        ),
        (
            "struct T *make() { return 0; } x = make();",
            "struct T *make() { return 0x0; } x = make();",
        ),
        (
            "typedef long t_t; t_t *f_(t_t x) { return (x); }",
            "typedef long t_t; t_t *f_(t_t x) { return x; }",
        ),
    ]);
}

#[test]
fn what_may_be_around_a_script() {
    check(&[
        (
            "? { x = 1; int g_() { return 1; } }",
            "x = 0x1; int g_() { return 0x1; }",
        ),
        ("{ x = 1; }", "x = 0x1;"),
        ("? x = 1;", "x = 0x1;"),
        ("// comment\n? {\r\n\tx = 1;\r\n} // end", "x = 0x1;"),
        ("{ }", ""),
        ("?", ""),
        ("{ { x = 1; } }", "{ { x = 0x1; } }"),
        (
            "? { #include \"a.ds\"; #include \"C:\\Users\\b.ds\" ; x = 1; }",
            "#include \"a.ds\"; #include \"C:\\Users\\b.ds\"; x = 0x1;",
        ),
    ]);
}

#[test]
fn expressions_alone() {
    for (source, text) in [
        ("@rax", "@rax"),
        ("dq(poi(r8 + 10) + 0x8)", "dq(poi(@r8 + 0x10) + 0x8)"),
        ("@rcx+8", "@rcx + 0x8"),
        (".my_counter", ".my_counter"),
        ("nt!Name+5", "nt!Name + 0x5"),
        ("1.5*2.", "1.5 * 2.0"),
        ("x > 5 && y", "x > 0x5 && y"),
        ("fffff801`639b1030", "0xfffff801639b1030"),
    ] {
        assert_eq!(parse_expression(source).unwrap().to_string(), text, "{source}");
    }
}
