//! Tables of texts and their tokens.

use super::*;
use alloc::string::ToString;

fn tokens(source: &str) -> Result<Vec<Kind<'_>>, ScriptError> {
    let mut lexer = Lexer::new(source);
    let mut kinds = Vec::new();
    loop {
        match lexer.next()?.kind {
            Kind::End => return Ok(kinds),
            kind => kinds.push(kind),
        }
    }
}

fn one(source: &str) -> Kind<'_> {
    match tokens(source)
        .unwrap_or_else(|e| panic!("{source}: {e:?}"))
        .as_slice()
    {
        [kind] => kind.clone(),
        kinds => panic!("{source}: {kinds:?}"),
    }
}

#[test]
fn integers() {
    for (source, value) in [
        ("0", 0),
        ("10", 0x10),
        ("3F8", 0x3f8),
        ("0x3f8", 0x3f8),
        ("0n1016", 1016),
        ("0o17", 15),
        ("0y1010", 10),
        ("0n010", 10),
        ("0b1", 0xb1),
        ("00", 0),
        ("fffff801`639b1030", 0xffff_f801_639b_1030),
        ("0x1`0", 0x10),
        ("0n1`0", 10),
        ("12`", 0x12),
        ("a", 10),
        ("add", 0xadd),
        ("dead", 0xdead),
        ("fade", 0xfade),
        ("FFFFFFFFFFFFF800", 0xffff_ffff_ffff_f800),
        ("ffffffffffffffff", u64::MAX),
        ("0n18446744073709551615", u64::MAX),
        ("0o1777777777777777777777", u64::MAX),
    ] {
        assert_eq!(one(source), Kind::Number(value), "{source}");
    }
}

#[test]
fn doubles() {
    for (source, value) in [
        ("11.5", 11.5),
        (".5", 0.5),
        ("11.", 11.0),
        ("0.5", 0.5),
        ("0.789", 0.789),
        ("00.25", 0.25),
        (
            "123456789012345678901234567890.0",
            123_456_789_012_345_678_901_234_567_890.0,
        ),
    ] {
        let value: f64 = value;
        assert_eq!(one(source), Kind::Float(value.to_bits()), "{source}");
    }
    assert_eq!(
        tokens("1.+2").unwrap(),
        [Kind::Float(1_f64.to_bits()), Kind::Mark("+"), Kind::Number(2)]
    );
}

#[test]
fn words() {
    for word in [
        "x",
        "my_variable",
        "face_it",
        "_",
        "_a",
        "a_b",
        "fadeg",
        "L",
        "RAX",
        "x1",
        "ref",
        "varf0",
    ] {
        assert_eq!(one(word), Kind::Word(word));
    }
    // Names of the language, though they are hexadecimal digits.
    for word in ["db", "dd", "eb", "ed", "if", "int"] {
        assert_eq!(one(word), Kind::Word(word));
    }
}

#[test]
fn registers_globals_and_symbols() {
    for (source, kind) in [
        ("@rax", Kind::Register("rax")),
        ("rcx", Kind::Register("rcx")),
        ("r8", Kind::Register("r8")),
        ("af", Kind::Register("af")),
        ("cf", Kind::Register("cf")),
        ("ch", Kind::Register("ch")),
        ("id", Kind::Register("id")),
        ("@if", Kind::Register("if")),
        ("@efer", Kind::Register("efer")),
        ("efer", Kind::Word("efer")),
        ("$pid", Kind::Pseudo("pid")),
        ("$event_stage", Kind::Pseudo("event_stage")),
        (".count", Kind::Global("count")),
        (".a", Kind::Global("a")),
        ("._x1", Kind::Global("_x1")),
        (
            "nt!ExAllocatePoolWithTag",
            Kind::Symbol("nt!ExAllocatePoolWithTag"),
        ),
        ("e1000!_probe", Kind::Symbol("e1000!_probe")),
    ] {
        assert_eq!(one(source), kind, "{source}");
    }
}

#[test]
fn points() {
    let dot = Kind::Mark(".");
    for source in ["v.x", "v .x", "v. x", "v/**/.x"] {
        assert_eq!(
            tokens(source).unwrap(),
            [Kind::Word("v"), dot.clone(), Kind::Word("x")],
            "{source}"
        );
    }
    assert_eq!(
        tokens("return .x").unwrap(),
        [Kind::Word("return"), Kind::Global("x")]
    );
    assert_eq!(tokens("+.x").unwrap(), [Kind::Mark("+"), Kind::Global("x")]);
    assert_eq!(tokens("].x").unwrap(), [Kind::Mark("]"), dot, Kind::Word("x")]);
}

#[test]
fn marks() {
    let source = "<<= >>= << >> <= >= == != && || ++ -- -> += -= *= /= %= &= ^= |= + - * / % & | ^ ~ ! < > = ( ) [ ] { } , ; ?";
    let kinds = tokens(source).unwrap();
    let again: Vec<_> = kinds
        .iter()
        .map(|kind| match kind {
            Kind::Mark(mark) => *mark,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(again.join(" "), source);
    // No spaces are needed around them.
    assert_eq!(
        tokens("x!=5").unwrap(),
        [Kind::Word("x"), Kind::Mark("!="), Kind::Number(5)]
    );
    assert_eq!(
        tokens("a>>=b").unwrap(),
        [Kind::Number(10), Kind::Mark(">>="), Kind::Number(11)]
    );
}

#[test]
fn strings() {
    for (source, text) in [
        (r#""""#, &b""[..]),
        (r#""a b""#, b"a b"),
        (r#""a\n\t\\\"b""#, b"a\n\t\\\"b"),
        (r#""\x4""#, b"\x04"),
        (r#""\x41\x0a g""#, b"A\n g"),
        ("\"a\r\nb\"", b"a\nb"),
        ("\"// /* \"", b"// /* "),
        ("\"é\"", "é".as_bytes()),
    ] {
        assert_eq!(one(source), Kind::Text(text.to_vec()), "{source}");
    }
    for (source, text) in [
        (r#"L"ab""#, &[0x61, 0x62][..]),
        (r#"L"\x1\xd83d!""#, &[1, 0xd83d, 0x21]),
        (r#"L"\n\"""#, &[10, 34]),
        ("L\"é😀\"", &[0xe9, 0xd83d, 0xde00]),
        (r#"L"""#, &[]),
    ] {
        assert_eq!(one(source), Kind::WideText(text.to_vec()), "{source}");
    }
    // With a space it is a name and a string.
    assert_eq!(tokens("L \"a\"").unwrap().len(), 2);
}

#[test]
fn what_separates() {
    for source in [
        "x y",
        "x\ty",
        "x\r\ny",
        " x\r\r y\r",
        "x//c\ny",
        "x/**/y",
        "x/* // *** \" \n*/y//",
        "//\nx y// '",
        "/***/x y",
    ] {
        assert_eq!(
            tokens(source).unwrap(),
            [Kind::Word("x"), Kind::Word("y")],
            "{source:?}"
        );
    }
}

#[test]
fn refusals() {
    for (source, offset, says) in [
        ("0x", 0, "expected hexadecimal digits"),
        ("0n`", 0, "expected decimal digits"),
        ("0n1f", 3, "'f' is no decimal digit"),
        ("0o18", 3, "'8' is no octal digit"),
        ("0y12", 3, "'2' is no binary digit"),
        ("0t17", 1, "'t' is no hexadecimal digit"),
        ("0X1", 1, "'X' is no hexadecimal digit"),
        ("12g", 2, "'g' is no hexadecimal digit"),
        ("3f8h", 3, "'h' is no hexadecimal digit"),
        ("10000000000000000", 0, "does not fit 64 bits"),
        ("0n18446744073709551616", 0, "does not fit 64 bits"),
        ("1.0f", 3, "'f' may not follow '1.0'"),
        ("1.5e3", 3, "'e' may not follow '1.5'"),
        ("1..2", 2, "'.' may not follow '1.'"),
        ("1.2.3", 3, "'.' may not follow '1.2'"),
        ("0x1.2", 0, "only decimal digits"),
        ("1a.5", 0, "only decimal digits"),
        ("1`0.5", 0, "only decimal digits"),
        (".", 0, "expected a global variable's name"),
        ("..5", 0, "expected a global variable's name"),
        ("@", 0, "there is no register '@'"),
        ("@raxx", 0, "did you mean '@rax'?"),
        ("@RAX", 0, "there is no register '@RAX'"),
        ("$argument", 0, "there is no pseudo-register '$argument'"),
        ("$contxt", 0, "did you mean '$context'?"),
        ("$", 0, "there is no pseudo-register"),
        ("#define", 0, "expected '#include'"),
        ("'a'", 0, "no character constants"),
        ("x`y", 1, "a backtick may stand in numbers only"),
        ("x \\ y", 2, "'\\' begins nothing"),
        ("é", 0, "'é' begins nothing"),
        (":", 0, "':' begins nothing"),
        ("\"abc", 0, "not closed"),
        ("\"abc\\\"", 0, "not closed"),
        ("L\"abc", 0, "not closed"),
        ("x /* y", 2, "not closed"),
        (r#""\r""#, 1, "the escapes of a string"),
        (r#""a\0""#, 2, "the escapes of a string"),
        (r#""\xg""#, 1, "1 to 2 hexadecimal digits"),
        (r#""\x123""#, 1, "1 to 2 hexadecimal digits"),
        (r#"L"\x12345""#, 2, "1 to 4 hexadecimal digits"),
    ] {
        let error = tokens(source).expect_err(source);
        assert_eq!(error.offset, offset, "{source}: {}", error.message);
        assert!(error.message.contains(says), "{source}: {}", error.message);
        assert!(
            error.message.starts_with("Syntax Error: Unknown Token: "),
            "{source}: {}",
            error.message
        );
    }
}

#[test]
fn a_double_out_of_range_is_refused() {
    let large = "9".repeat(400) + ".0";
    let small = "0.".to_string() + &"0".repeat(400) + "1";
    for source in [large, small] {
        let error = tokens(&source).expect_err(&source);
        assert_eq!(
            error.message,
            "Syntax Error: Floating-point literal is out of range"
        );
    }
    assert_eq!(one(&("0.".to_string() + &"0".repeat(400))), Kind::Float(0));
}
