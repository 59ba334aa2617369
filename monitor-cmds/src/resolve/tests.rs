//! Texts, files and what comes out.

use super::*;
use crate::script::parse;
use alloc::vec;

const FILES: &[(&str, &str)] = &[
    ("one.ds", "x = 1;"),
    (
        "wrapped.ds",
        "// A comment with } in it\n? {\n    y = 2; /* { */\n}\n",
    ),
    ("braces.ds", "{ z = 3; }"),
    ("two blocks.ds", "{ z = 3; } { w = 4; }"),
    ("function.ds", "? {\n  int twice(int v) { return v * 2; }\n}\n"),
    (
        "lib/user.ds",
        "? { #include \"helper.ds\"; #include \"../one.ds\"; u = 5; }",
    ),
    ("lib/helper.ds", "? { h = 6; }"),
    ("lib/../one.ds", "x = 1;"),
    ("cycle_a.ds", "? { #include \"cycle_b.ds\"; first = 1; }"),
    ("cycle_b.ds", "? { #include \"./cycle_a.ds\"; second = 2; }"),
    ("self.ds", "#include \"self.ds\"; x = 1;"),
    ("empty.ds", ""),
    ("blank.ds", " \n// only a comment\n"),
    ("broken.ds", "// one\n/* two\n*/\n? {\n  #include nothing;\n}"),
    ("deep/broken.ds", "#include \"../broken.ds\";"),
    ("missing_inside.ds", "a_ = 1;\n#include \"nowhere.ds\";"),
    ("strings.ds", "printf(\"// } #include \\\"one.ds\\\"; {\\n\");"),
    ("C:\\scripts\\new.ds", "n = 1;"),
    ("bom.ds", "\u{feff}? { x = 1; }"),
];

/// The files, by their paths as asked for, normalised as an operating system does.
fn read(path: &str) -> Result<String, String> {
    let wanted = super::path::normal(path);
    let found = FILES.iter().find(|(name, _)| super::path::normal(name) == wanted);
    found
        .map(|(_, text)| text.to_string())
        .ok_or_else(|| "No such file".into())
}

fn resolve(text: &str) -> Result<String, Error> {
    resolve_files(text, &mut read)
}

/// One line, single spaces.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_comes_out() {
    for (text, out) in [
        ("status", "status"),
        ("!syscall script { x = 1; }", "!syscall script { x = 1; }"),
        (
            "!syscall pid 4 script {file:one.ds} core 1",
            "!syscall pid 4 script { x = 1; } core 1",
        ),
        ("!syscall SCRIPT{file:wrapped.ds}", "!syscall SCRIPT{ y = 2; }"),
        ("!syscall script {file:braces.ds}", "!syscall script { z = 3; }"),
        (
            "!syscall script {file:two blocks.ds}",
            "!syscall script { { z = 3; } { w = 4; } }",
        ),
        ("!syscall script {file:bom.ds}", "!syscall script { x = 1; }"),
        (
            "!syscall script pid 4 {file:one.ds}",
            "!syscall script pid 4 { x = 1; }",
        ),
        ("!syscall script { file:one.ds}", "!syscall script { file:one.ds}"),
        (
            "!syscall condition {file:one.ds}",
            "!syscall condition {file:one.ds}",
        ),
        (
            "!syscall script {file:lib/user.ds}",
            "!syscall script { h = 6; x = 1; u = 5; }",
        ),
        ("? { #include \"one.ds\"; y = 2; }", "? { x = 1; y = 2; }"),
        ("#include\n\"one.ds\" ; y = 2;", "x = 1; y = 2;"),
        ("#include \"C:\\scripts\\new.ds\"; y = 2;", "n = 1; y = 2;"),
        // Once per path, however it is spelled.
        (
            "#include \"one.ds\"; #include \"./one.ds\"; #include \"lib/user.ds\";",
            "x = 1; h = 6; u = 5;",
        ),
        ("#include \"cycle_a.ds\";", "second = 2; first = 1;"),
        ("#include \"self.ds\";", "x = 1;"),
        // Not in strings and comments.
        (
            "printf(\"#include \\\"one.ds\\\";\");",
            "printf(\"#include \\\"one.ds\\\";\");",
        ),
        (
            "// #include \"one.ds\";\nx = 2;",
            "// #include \"one.ds\"; x = 2;",
        ),
        (
            "/* #include \"one.ds\"; */ x = 2;",
            "/* #include \"one.ds\"; */ x = 2;",
        ),
        (
            "!syscall script {file:strings.ds}",
            "!syscall script { printf(\"// } #include \\\"one.ds\\\"; {\\n\"); }",
        ),
    ] {
        assert_eq!(
            line(&resolve(text).unwrap_or_else(|e| panic!("{text}: {e}"))),
            out,
            "{text}"
        );
    }
}

#[test]
fn several_lines_stay_as_they_are() {
    let text = "!syscall script {\n\tx = 1;\r\n\n  y = 2; // end\n}";
    assert_eq!(resolve(text).unwrap(), text);
}

/// The documentation's example of two included files.
#[test]
fn included_functions_can_be_called() {
    let out = resolve("? { #include \"function.ds\"; printf(\"%d\", twice(4)); }").unwrap();
    assert_eq!(parse(&out).unwrap().items.len(), 2);
}

/// What comes out is one block again, whatever braces the file had in strings and comments.
#[test]
fn the_block_ends_where_it_did() {
    for file in ["wrapped.ds", "strings.ds", "two blocks.ds", "function.ds"] {
        let out = resolve(&format!("!syscall script {{file:{file}}} pid 4")).unwrap();
        let kinds: Vec<_> = tokenize(&out).into_iter().map(|token| token.kind).collect();
        let words = [
            TokenKind::Word,
            TokenKind::Word,
            TokenKind::Block,
            TokenKind::Word,
            TokenKind::Number,
        ];
        assert_eq!(kinds, words, "{out}");
    }
}

#[test]
fn refusals() {
    const MISSING: &str = "err, either script file is not found or it's empty: ";
    for (text, offset, message) in [
        (
            "!syscall script {file:nowhere.ds}",
            16,
            format!("{MISSING}'nowhere.ds' (No such file)"),
        ),
        ("!syscall script {file:}", 16, format!("{MISSING}''")),
        (
            "!syscall script {file:empty.ds}",
            16,
            format!("{MISSING}'empty.ds'"),
        ),
        (
            "!syscall script {file:blank.ds}",
            16,
            format!("{MISSING}'blank.ds'"),
        ),
        (
            "? { x = 1; #include \"nowhere.ds\"; }",
            11,
            format!("{MISSING}'nowhere.ds' (No such file)"),
        ),
        (
            "#include one.ds;",
            0,
            "Syntax Error: Invalid Syntax: expected a path in quotes and ';' after '#include'".into(),
        ),
        (
            "x = 1; #include \"one.ds\"",
            7,
            "Syntax Error: Invalid Syntax: expected a path in quotes and ';' after '#include'".into(),
        ),
    ] {
        let error = resolve(text).expect_err(text);
        assert_eq!(
            (error.offset(), error.message()),
            (offset, message.as_str()),
            "{text}"
        );
    }
}

#[test]
fn an_error_in_a_file_names_the_file_and_its_line() {
    let error = resolve("!syscall script {file:broken.ds}").unwrap_err();
    assert!(
        error.message().starts_with("in 'broken.ds': Syntax Error"),
        "{error}"
    );
    let error = resolve("#include \"deep/broken.ds\";").unwrap_err();
    assert!(
        error
            .message()
            .starts_with("in 'deep/../broken.ds': Syntax Error"),
        "{error}"
    );
    let error = resolve("#include \"missing_inside.ds\";").unwrap_err();
    assert!(
        error
            .message()
            .starts_with("in 'missing_inside.ds': err, either script file"),
        "{error}"
    );
    assert_eq!((error.line(), error.column()), (2, 1));
}

#[test]
fn paths_are_asked_for_as_seen_from_the_including_file() {
    let mut asked = vec![];
    let mut read = |path: &str| {
        asked.push(path.to_string());
        read(path)
    };
    resolve_files("!syscall script {file:lib/user.ds}", &mut read).unwrap();
    assert_eq!(asked, ["lib/user.ds", "lib/helper.ds", "lib/../one.ds"]);
}

#[test]
fn an_endless_chain_ends() {
    let mut count = 0;
    let mut read = |_: &str| {
        count += 1;
        Ok(format!("#include \"{count}.ds\";"))
    };
    let error = resolve_files("#include \"start.ds\";", &mut read).unwrap_err();
    assert!(error.message().contains("through more than 20 files"), "{error}");
    let mut read = |_: &str| Ok("x = 1;".repeat(0x10_0000));
    let error = resolve_files("#include \"start.ds\";", &mut read).unwrap_err();
    assert!(error.message().contains("longer than 100000 bytes"), "{error}");
}

#[test]
fn one_line_means_the_same() {
    for (text, line) in [
        ("status", "status"),
        ("\n!dr // all of them\n pid 490\r\n", "!dr    pid 490"),
        (
            "!syscall script {\n  x = 1; // one }\n  printf(\"// no\\n\");\n}",
            "!syscall script {   x = 1;     printf(\"// no\\n\"); }",
        ),
        (
            "!dr asm code {\nnop\nret // done\n} script {\nx=1;\n}",
            "!dr asm code {;nop;ret  ;} script { x=1; }",
        ),
        ("a 1000 {\nnop\nnop}", "a 1000 {;nop;nop}"),
        (
            "!dr asm condition {nop\n} code {\n90\n}",
            "!dr asm condition {nop;} code { 90 }",
        ),
    ] {
        let one = single_line(text);
        assert_eq!(one, line, "{text}");
        assert_eq!(single_line(&one), one);
    }
}

proptest::proptest! {
    #[test]
    fn hostile_text(text in "[a\"\\\\/*{}?;# \n]{0,40}|(#include|\"a\"|;|\\{file:a\\}|script| |//|/\\*){0,12}") {
        let mut read = |_: &str| Ok::<String, String>(text.clone());
        let out = resolve_files(&text, &mut read);
        if !text.contains("#include") && !text.contains("{file:") {
            proptest::prop_assert_eq!(out, Ok(text));
        }
    }
}
