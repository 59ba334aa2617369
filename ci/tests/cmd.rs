//! `cargo xtask cmd` as a user runs it: what is printed where, and the exit status.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::io::Write;
use std::process::{Command, Stdio};

/// Standard output, standard error and exit status of `cargo xtask cmd` with these words and this input.
fn cmd(words: &[&str], input: &str) -> (String, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("cmd")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its options does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code().unwrap(),
    )
}

/// What goes to standard output, nothing going to standard error.
fn prints(words: &[&str], input: &str, status: i32, want: &str) {
    assert_eq!(
        cmd(words, input),
        (want.to_owned(), String::new(), status),
        "{words:?} {input:?}"
    );
}

#[test]
fn tokens() {
    prints(
        &["tokens"],
        "!syscall script { x = \"}\"; } // comment\n",
        0,
        "\"!syscall\"\n\"script\"\n\" x = \\\"}\\\"; \"\n",
    );
}

#[test]
fn parse() {
    prints(&["parse"], "DB 0x1000 l 20\n", 0, "db 1000 l 20\n");
    prints(
        &["parse"],
        "db 1000 zap\n",
        1,
        "unknown parameter 'zap'; usage: db ADDRESS [l LENGTH] [pid X]\nat 1:9\n  db 1000 zap\n          ^\n",
    );
}

#[test]
fn resolve() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("count.ds");
    std::fs::write(&file, "? {\n  .n = .n + 1; // one more\n}\n").unwrap();
    prints(
        &["resolve"],
        &format!("!cpuid\n  script {{file:{}}}\n", file.display()),
        0,
        "!cpuid   script {    .n = .n + 1;    }\n",
    );
    let (text, _, status) = cmd(&["resolve"], "!cpuid script {file:/no/such/file}");
    assert_eq!(status, 1);
    assert!(text.contains("either script file is not found"), "{text}");
}

#[test]
fn run() {
    let words = ["run", "--reg", "rax=5", "--mem", "1000=0102", "--reg=cx=ff"];
    prints(
        &words,
        "? { .a = @rax + @rcx; }\n? { printf(\"%x %x\\n\", .a, dw(1000)); test_statement(.a); }\n",
        0,
        "104 201\ntest_statement: 104\n",
    );
    prints(
        &words,
        "print(1); print(poi(0));",
        2,
        "1\nErr, ScriptEngineExecute, function = FUNC_POI: address 0 is not accessible\n",
    );
    let (out, error, status) = cmd(&words, "x = 1");
    assert_eq!((error.as_str(), status), ("", 1));
    assert!(
        out.starts_with("Syntax Error: Invalid Syntax") && out.contains("at 1:6\n  x = 1\n"),
        "{out}"
    );
    for (option, want) in [
        ("--reg=xmm0=1", "no register 'xmm0'"),
        ("--mem=0=123", "pairs of hexadecimal digits"),
    ] {
        let (out, error, status) = cmd(&["run", option], "");
        assert_eq!((out.as_str(), status), ("", 2));
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn files_that_a_text_names_are_put_in() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "? { .a = 7; }").unwrap();
    let path = file.path().to_str().unwrap();
    prints(&["run"], &format!("#include \"{path}\"; print(.a);"), 0, "7\n");
    let (out, _, status) = cmd(&["run"], "#include \"/nowhere/file\";");
    assert_eq!(status, 1);
    assert!(out.contains("/nowhere/file"), "{out}");
}

#[test]
fn a_files_paths_are_relative_to_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("inner.ds"), "? { .a = 7; }").unwrap();
    let outer = directory.path().join("outer.ds");
    std::fs::write(&outer, "#include \"inner.ds\"; print(.a);").unwrap();
    prints(&["run", outer.to_str().unwrap()], "", 0, "7\n");
    let (out, _, status) = cmd(&["run"], "#include \"inner.ds\";");
    assert_eq!(status, 1);
    assert!(out.contains("inner.ds"), "{out}");
}

#[test]
fn text_comes_from_a_file_too() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "!idt 0n14").unwrap();
    let path = file.path().to_str().unwrap();
    prints(&["parse", path], "ignored", 0, "!idt e\n");
    let (out, error, status) = cmd(&["parse", "/nowhere/file"], "");
    assert_eq!((out.as_str(), status), ("", 1));
    assert!(error.contains("reading /nowhere/file"), "{error}");
}

#[test]
fn wrong_words_are_refused() {
    for words in [&["parse", "a", "b"][..], &["frob"], &[]] {
        let (out, error, status) = cmd(words, "");
        assert_eq!((out.as_str(), status), ("", 2), "{words:?}");
        assert!(error.contains("Usage"), "{error}");
    }
}
