//! What each rule refuses, with the place and the words.

use crate::script::MAX_DEPTH;
use crate::script::MAX_NESTING;
use crate::script::MAX_SOURCE;
use crate::script::ScriptError;
use crate::script::parse;
use crate::script::parse_expression;
use alloc::format;

fn refusal(source: &str) -> ScriptError {
    match parse(source) {
        Err(error) => error,
        Ok(program) => panic!("accepted: {source}\n{program}"),
    }
}

/// The text with a `^` before the place, and what the message must say after `Invalid Syntax`.
fn check(table: &[(&str, &str)]) {
    for (marked, says) in table {
        // A caret is an operator too: the last one is the mark.
        let place = marked.rfind('^').unwrap();
        let source = format!("{}{}", &marked[..place], &marked[place + 1..]);
        let error = refusal(&source);
        assert_eq!(error.offset, place, "{source}: {}", error.message);
        let rest = error.message.strip_prefix("Syntax Error: Invalid Syntax: ");
        let rest = rest.unwrap_or_else(|| panic!("{source}: {}", error.message));
        assert!(rest.contains(says), "{source}: {rest}");
    }
}

#[test]
fn statements() {
    check(&[
        ("x = 5^", "expected ';', found the end of the text"),
        ("x = 5;^;", "expected an expression, found ';'"),
        ("x = ^;", "expected an expression, found ';'"),
        ("x = 5 ^6;", "expected ';', found '6'"),
        ("x ^5;", "expected an assignment or a call, found '5'"),
        ("x^;", "expected an assignment or a call"),
        ("x ^+ 1;", "expected an assignment or a call"),
        ("^5 = x;", "expected a variable, a register"),
        ("^nt!Name = 5;", "expected a variable, a register"),
        ("^$pid = 5;", "'$pid' can only be read"),
        ("^f_() = 5;", "expected a variable, a register"),
        ("x = ^5 = 6;", "expected a variable, a register"),
        ("x += y ^= 6;", "expected ';'"),
        ("x = y ^+= 6;", "expected ';'"),
        ("^++x;", "expected an expression, found '++'"),
        ("^--x;", "expected an expression, found '--'"),
        ("x = y^++;", "expected ';', found '++'"),
        ("*p^++;", "expected '='"),
        ("x = 1^, y = 2;", "expected ';'"),
        ("x = 1 ^? 2;", "expected ';', found '?'"),
        ("x = ^\"text\";", "a string may only be an argument"),
        ("f_(1 ^2);", "expected ',' or ')'"),
        ("f_(1,^);", "expected an argument"),
        ("f_(^,1);", "expected an expression"),
        ("x = poi^;", "expected '(' after the function 'poi'"),
        ("x = dd ^+ 1;", "expected '(' after the function 'dd'"),
        ("x = ^int;", "expected an expression, found 'int'"),
        ("x = y[^];", "expected an expression"),
        ("x = y[1^;", "expected ']'"),
        ("x = (1^;", "expected ')'"),
        ("x = y.^5;", "expected a member's name"),
        ("x = y->^if;", "expected a member's name"),
        ("x = (int ^y;", "expected ')'"),
        ("^} x = 1;", "expected an expression, found '}'"),
        ("goto ^label;", "expected an assignment or a call"),
    ]);
}

#[test]
fn conditions_and_loops() {
    check(&[
        ("if (^) { }", "expected a condition"),
        ("if ^x { }", "expected '('"),
        ("if (x) ^y = 1;", "expected '{'"),
        ("if (x) { } elsif (^) { }", "expected a condition"),
        ("if (x) { } else ^y = 1;", "expected '{'"),
        ("^elsif (x) { }", "expected an expression, found 'elsif'"),
        ("^else { }", "expected an expression, found 'else'"),
        ("if (x) { } else { } ^elsif (y) { }", "found 'elsif'"),
        ("if (x ^= 1) { }", "expected ')'"),
        ("if (x) { y = 1; ^", "expected '}'"),
        ("while (^) { }", "expected a condition"),
        ("while (1) ^x = 1;", "expected '{'"),
        ("while (1)^;", "expected '{'"),
        ("do ^x = 1; while (1);", "expected '{'"),
        ("do { } ^(1);", "expected 'while'"),
        ("do { } while (1)^", "expected ';'"),
        ("for (;^;) { }", "expected a condition"),
        ("for (; ^;x) { }", "expected a condition"),
        ("for (x = 1;^;x++) { }", "expected a condition"),
        ("for (;1;x^) { }", "expected an assignment"),
        ("for (;1;^++x) { }", "expected an expression"),
        ("for (;1^) { }", "expected ';'"),
        ("for (x^;1;) { }", "expected an assignment"),
        ("for (f_()^;1;) { }", "expected an assignment"),
        ("for (int x^;1;) { }", "expected '=' and a value"),
        ("for (int x^[1] = {1};1;) { }", "top level"),
        ("for (struct T v^;1;) { }", "expected '=' and a value"),
        ("for (;1;) ^x = 1;", "expected '{'"),
        ("^break;", "'break' is not inside a loop"),
        ("if (1) { ^continue; }", "'continue' is not inside a loop"),
        ("while (1) { break ^x; }", "expected ';'"),
        ("return 1 ^2;", "expected ';'"),
    ]);
}

#[test]
fn declarations() {
    check(&[
        ("int x^;", "expected '=' and a value"),
        ("int *p^;", "expected '=' and a value"),
        ("int x = ^;", "expected an expression"),
        ("int x = 1^, y = 2;", "expected ';'"),
        ("int x = ^{1};", "expected an expression"),
        ("int ^5 = 1;", "expected a name"),
        ("int ^add = 1;", "'add' is a hexadecimal number"),
        ("int ^id = 1;", "'id' is a register"),
        ("int ^poi = 1;", "'poi' is a word of the language"),
        ("int ^.g = 1;", "expected a name"),
        ("int ^@rax = 1;", "expected a name, found '@rax'"),
        ("typedef int t_t; int ^t_t = 1;", "'t_t' is a type"),
        ("int x[2]^;", "expected '=' and an initializer list"),
        ("int x[2] = ^5;", "expected '{'"),
        ("int x[^] = {1};", "expected an expression"),
        ("int x[1] = {^};", "expected an expression"),
        ("int x[1] = {1 ^2};", "expected ',' or '}'"),
        ("int x[1] = {1,^,};", "expected an expression"),
        (
            "if (1) { int x^[1] = {1}; }",
            "an array may be declared at the top level",
        ),
        (
            "int f_() { int x^[1] = {1}; return 1; }",
            "an array may be declared at the top level",
        ),
        (
            "if (1) { int ^f_() { return 1; } }",
            "a function may be defined at the top level",
        ),
        (
            "int f_() { int ^g_() { return 1; } return 1; }",
            "a function may be defined at the top level",
        ),
        ("int f_(^5) { }", "expected a type"),
        ("int f_(int^) { }", "expected a parameter's name"),
        ("int f_(int x,^) { }", "expected a type"),
        ("int f_(int x ^int y) { }", "expected ',' or ')'"),
        (
            "int f_(int ^&value) { return value; }",
            "expected a parameter's name",
        ),
        ("int f_(int x^[2]) { }", "expected ',' or ')'"),
        ("int f_()^;", "expected '{'"),
        ("int f_() ^return 1;", "expected '{'"),
        ("typedef ^t_t;", "expected a type"),
        ("typedef int ^;", "expected a name for the type"),
        ("typedef int t_t ^= 5;", "expected ';'"),
        (
            "typedef int t_t; x = ^t_t;",
            "expected an expression, found 't_t'",
        ),
        ("const ^int x = 5;", "expected an assignment"),
        ("int ****************^*x = 1;", "at most 10 '*'"),
    ]);
}

#[test]
fn structures() {
    check(&[
        ("struct ^{ int x; };", "expected a struct's name"),
        ("struct ^5 { int x; };", "expected a struct's name"),
        ("struct T { int x; }^", "expected ';'"),
        ("struct T { int x; } ^v;", "expected ';'"),
        ("struct T { int x ^};", "expected ';'"),
        ("struct T { int x ^= 1; };", "expected ';'"),
        ("struct T { int ^; };", "expected a member's name"),
        ("struct T { ^x; };", "expected a type"),
        ("struct T { struct ^{ int x; } y; };", "expected a struct's name"),
        ("struct T { int x; ^", "expected a type"),
        ("struct T v[2]^;", "expected '=' and an initializer list"),
        ("union_ ^T;", "expected an assignment"),
        ("if (1) { ^#include \"a\"; }", "top level"),
        ("#include ^a;", "expected a path in quotes"),
        ("#include ^\"a", "expected a path in quotes"),
        ("#include ^\"\";", "expected a path in quotes"),
        ("#include \"a\"^", "expected ';'"),
        ("{ x = 1; ^", "expected '}'"),
        ("? ^? x = 1;", "expected an expression"),
        ("? { x = 1; } ^}", "expected an expression, found '}'"),
    ]);
}

#[test]
fn types_that_do_not_exist() {
    for (source, offset) in [
        ("long double x = 1.0;", 5),
        ("double long x = 1.0;", 7),
        ("unsigned float x = 1.0;", 9),
        ("signed double x = 1.0;", 7),
        ("long long long x = 1;", 10),
        ("unsigned signed x = 1;", 9),
        ("int int x = 1;", 4),
        ("short long x = 1;", 6),
        ("char int x = 1;", 5),
        ("short char x = 1;", 6),
        ("unsigned bool x = 1;", 9),
        ("unsigned void *x = 1;", 9),
        ("void x = 1;", 0),
        ("struct T { void x; };", 11),
        ("x = (long double)y;", 10),
        ("x = sizeof(unsigned float);", 20),
    ] {
        let error = refusal(source);
        assert_eq!(error.offset, offset, "{source}: {}", error.message);
        assert!(
            error
                .message
                .starts_with("Syntax Error: Undefined Variable Type: "),
            "{source}: {}",
            error.message
        );
    }
}

#[test]
fn tokens() {
    for (source, offset) in [
        ("float x = 1.0f;", 13),
        ("x = @foo;", 4),
        ("x = $foo;", 4),
        ("x = $arg0;", 4),
        ("x = 'a';", 4),
        ("x = 0x1.2;", 4),
        ("x = 1..2;", 6),
        ("printf(\"a);", 7),
    ] {
        let error = refusal(source);
        assert_eq!(error.offset, offset, "{source}: {}", error.message);
        assert!(
            error.message.starts_with("Syntax Error: Unknown Token: "),
            "{source}: {}",
            error.message
        );
    }
}

#[test]
fn expressions_alone() {
    for (source, offset) in [
        ("", 0),
        ("@rax;", 4),
        ("x = 5", 2),
        ("1 2", 2),
        ("\"a\"", 0),
        ("{ 1 }", 0),
    ] {
        assert_eq!(parse_expression(source).unwrap_err().offset, offset, "{source}");
    }
}

#[test]
fn nesting_is_limited() {
    let n = MAX_NESTING;
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    // The expression itself is one level.
    let parentheses = |depth| format!("x = {};", nested("(", "1", ")", depth));
    assert!(parse(&parentheses(n - 1)).is_ok());
    for source in [
        parentheses(n),
        parentheses(MAX_SOURCE / 4),
        format!("x = {}", "(".repeat(60_000)),
        format!("x = {}", "f_(".repeat(20_000)),
        format!("x = {}", "y[".repeat(30_000)),
        "{".repeat(60_000),
        "if (1) {".repeat(7_000),
        format!("int x[1] = {}", "{".repeat(60_000)),
        nested("x = (", "", "", 5000),
        nested("while (1) { ", "", " }", n + 1),
    ] {
        let error = refusal(&source);
        assert!(
            error.message.contains("nested deeper than 20 levels")
                || error.message.starts_with("Please split the expression")
                || error.message.contains("expected"),
            "{}",
            error.message
        );
    }
    assert_eq!(
        refusal(&parentheses(n)).message,
        "Please split the expression to many smaller expressions."
    );
    assert!(
        refusal(&"{ x = 1; ".repeat(1000))
            .message
            .contains("nested deeper than 20 levels")
    );
    assert!(parse(&nested("while (1) { ", "", " }", n)).is_ok());
}

#[test]
fn depth_is_limited() {
    let d = MAX_DEPTH;
    for (open, more) in [
        ("x = 1", " + 1"),
        ("x = y", ".z"),
        ("x = y", "[1]"),
        ("x = y", "->z"),
    ] {
        let chain = |count| format!("{open}{};", more.repeat(count));
        assert!(parse(&chain(d - 1)).is_ok(), "{more}");
        for count in [d, 5000] {
            let error = refusal(&chain(count));
            assert_eq!(
                error.message, "Please split the expression to many smaller expressions.",
                "{more}"
            );
        }
    }
    for prefix in ["~", "- ", "(int)", "sizeof "] {
        assert!(
            parse(&format!("x = {}1;", prefix.repeat(d - 1))).is_ok(),
            "{prefix}"
        );
        let error = refusal(&format!("x = {}1;", prefix.repeat(9000)));
        assert!(error.message.starts_with("Please split"), "{prefix}");
    }
}

#[test]
fn length_is_limited() {
    assert!(parse(&" ".repeat(MAX_SOURCE)).is_ok());
    assert!(
        refusal(&" ".repeat(MAX_SOURCE + 1))
            .message
            .contains("longer than 10000 bytes")
    );
}
