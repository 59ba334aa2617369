//! `print` and `printf`.

use super::World;
use super::fails;
use super::prints;
use alloc::format;

#[test]
fn integers() {
    for (format, value, text) in [
        ("%d", "ffffffff", "-1"),
        ("%d", "1ffffffff", "-1"),
        ("%i", "-5", "-5"),
        ("%u", "-1", "4294967295"),
        ("%o", "8", "10"),
        ("%x", "123456789abcdef0", "9abcdef0"),
        ("%X", "abcd", "ABCD"),
        ("%hd", "18000", "-32768"),
        ("%hi", "7fff", "32767"),
        ("%hu", "1ffff", "65535"),
        ("%ho", "10008", "10"),
        ("%hx", "123456", "3456"),
        ("%ld", "-1", "-1"),
        ("%li", "7fffffffffffffff", "9223372036854775807"),
        ("%lu", "-1", "18446744073709551615"),
        ("%lo", "8", "10"),
        ("%lx", "-1", "ffffffffffffffff"),
        ("%lld", "8000000000000000", "-9223372036854775808"),
        ("%lli", "1", "1"),
        ("%llu", "-1", "18446744073709551615"),
        ("%llo", "-1", "1777777777777777777777"),
        ("%llx", "fffff800`4ed6f010", "fffff8004ed6f010"),
        ("%llX", "ab", "AB"),
        ("%p", "1234", "0000000000001234"),
        ("%c", "41", "A"),
        ("%c", "141", "A"),
        ("%c", "7", "."),
        ("%x", "0", "0"),
        // Width, precision and flags.
        ("%5d|", "5", "    5|"),
        ("%-5d|", "5", "5    |"),
        ("%05d|", "-5", "-0005|"),
        ("%-05d|", "5", "5    |"),
        ("%+d", "5", "+5"),
        ("% d", "5", " 5"),
        ("%+d", "-5", "-5"),
        ("%.3d", "5", "005"),
        ("%6.3d|", "-5", "  -005|"),
        ("%06.3d|", "5", "   005|"),
        ("%.0d|", "0", "|"),
        ("%#x", "1f", "0x1f"),
        ("%#X", "1f", "0X1F"),
        ("%#x", "0", "0"),
        ("%#o", "8", "010"),
        ("%#06x", "1f", "0x001f"),
        ("%08llx", "1f", "0000001f"),
        ("%20p|", "1", "    0000000000000001|"),
        ("%3c|", "41", "  A|"),
        ("%-3c|", "41", "A  |"),
    ] {
        assert_eq!(
            prints(&format!("printf(\"{format}\", {value});")),
            text,
            "{format} {value}"
        );
    }
    assert_eq!(
        prints("char v = -1; unsigned char w = -1; printf(\"%d %d %x %llx\", v, w, v, v);"),
        "-1 255 ffffffff ffffffffffffffff"
    );
    assert_eq!(
        prints("print(1f); print(-1); char v = -2; print(v);"),
        "1f\nffffffffffffffff\nfffffffffffffffe\n"
    );
}

#[test]
fn what_is_no_conversion_is_text() {
    for (format, text) in [
        ("plain\\n", "plain\n"),
        ("100%", "100%"),
        ("%%", "%"),
        ("%%d", "%d"),
        ("%y %", "%y %"),
        ("%5", "%5"),
        ("%-", "%-"),
        ("%ll", "%ll"),
        ("%D %S", "%D %S"),
        ("", ""),
        ("%5%", "%5%"),
        ("caf\\xc3\\xa9 \\xff", "café \u{fffd}"),
    ] {
        assert_eq!(prints(&format!("printf(\"{format}\");")), text, "{format}");
    }
    assert_eq!(prints("printf(\"%d%d%%%d\", 1, 2, 3);"), "12%3");
}

#[test]
fn texts() {
    let mut world = World::new();
    world.guest.map(0x1000, b"abc\x1b[1m\0");
    world.guest.map(0x2ffd, b"end\0");
    world.guest.map(
        0x4000,
        &[
            b'w', 0, 0x3d, 0xd8, 0x00, 0xde, 0xe9, 0, 0x00, 0xd8, b'!', 0, 0x01, 0xdc, 0, 0,
        ],
    );
    world.guest.map(0x5000, b"no end");
    for (call, text) in [
        ("printf(\"%s\", 1000)", "abc.[1m"),
        ("printf(\"<%s>\", 2ffd)", "<end>"),
        (
            "printf(\"%.2s|%5.1s|%-5.2s|\", 1000, 1000, 1000)",
            "ab|    a|ab   |",
        ),
        ("printf(\"%.6s\", 5000)", "no end"),
        ("printf(\"%ws\", 4000)", "w\u{1f600}é\u{fffd}!\u{fffd}"),
        ("printf(\"%ls\", 4000)", "w\u{1f600}é\u{fffd}!\u{fffd}"),
        ("printf(\"%.1ws\", 4000)", "w"),
        ("printf(\"%.2ws\", 4000)", "w\u{fffd}"),
    ] {
        world.out.clear();
        world.run(&format!("{call};")).unwrap();
        assert_eq!(world.out, text, "{call}");
    }
    for call in [
        "printf(\"before %s\", 5000)",
        "printf(\"before %s\", 0)",
        "printf(\"before %ws\", 5001)",
    ] {
        world.out.clear();
        let error = world.run(&format!("{call}; print(1);")).unwrap_err();
        assert!(
            error.starts_with("Err, ScriptEngineExecute, function = FUNC_PRINTF: address "),
            "{error}"
        );
        assert_eq!(world.out, "", "a text that ends early is not printed");
    }
}

#[test]
fn the_text_has_a_limit() {
    assert_eq!(prints("printf(\"%4096d\", 1);").len(), 4096);
    for source in [
        "printf(\"%4097d\", 1);",
        "printf(\"%4095d%2d\", 1, 1);",
        "printf(\"%.4097d\", 1);",
        "printf(\"%99999999999d\", 1);",
        "printf(\"%.4096f\", 1.0);",
        "printf(\"%.9999f\", 1.0);",
    ] {
        assert_eq!(
            fails(source),
            "Err, ScriptEngineExecute, function = FUNC_PRINTF: the text is longer than 1000 bytes",
            "{source}"
        );
    }
    let mut world = World::new();
    world.guest.map(0x1000, &[b'x'; 0x2000]);
    assert!(
        world
            .run("printf(\"%s\", 1000);")
            .unwrap_err()
            .contains("longer than")
    );
}

#[test]
fn values_must_fit() {
    for (source, text) in [
        ("printf(\"%d\");", "the format text takes 1 values, not 0"),
        ("printf(\"%d\", 1, 2);", "the format text takes 1 values, not 2"),
        ("printf(\"%%\", 1);", "the format text takes 0 values, not 1"),
        ("printf(\"%s\", \"text\");", "Syntax Error: Invalid Syntax"),
        ("printf(1);", "Syntax Error: Invalid Syntax"),
        ("printf();", "Syntax Error: Invalid Syntax"),
        (
            "struct S { int v; }; struct S s; printf(\"%d\", s);",
            "struct S cannot become",
        ),
    ] {
        let error = fails(source);
        assert!(error.contains(text), "{source}: {error}");
    }
    for source in [
        "printf(\"%d\", 1.5);",
        "printf(\"%f\", 1);",
        "printf(\"%d %f\", 1.5, 1);",
    ] {
        assert_eq!(
            fails(source),
            "Err, ScriptEngineExecute, function = FUNC_PRINTF: %f takes a floating-point value and such a value takes %f"
        );
    }
}
