//! Every option: what it accepts and refuses, and where it says so.

use crate::Command;
use crate::EventOptions;
use crate::Stages;
use crate::parse;
use alloc::string::ToString;
use alloc::vec::Vec;

fn options(input: &str) -> EventOptions {
    match parse(input) {
        Ok(Command::Event(spec)) => spec.options,
        other => panic!("{input}: {other:?}"),
    }
}

#[test]
fn defaults() {
    let plain = options("!tsc");
    assert_eq!(plain, EventOptions::default());
    assert!(plain.immediate && plain.breaks() && plain.stages == Stages::Pre);
    for (input, canonical) in [
        (
            "!tsc pid all core ALL cr3 all imm yes sc off stage pre buffer 0",
            "!tsc",
        ),
        ("!tsc script {} code { } condition {\n}", "!tsc"),
    ] {
        assert_eq!(options(input), plain, "{input}");
        assert_eq!(parse(input).unwrap().to_string(), canonical);
    }
}

#[test]
fn accepted() {
    for (input, canonical) in [
        ("!tsc pid 0n420", "!tsc pid 1a4"),
        ("!tsc PID 1A4 core 0n10", "!tsc pid 1a4 core a"),
        ("!tsc cr3 1aa`000", "!tsc cr3 1aa000"),
        ("!tsc imm NO", "!tsc imm no"),
        ("!tsc imm no imm yes", "!tsc"),
        ("!tsc sc on stage pre", "!tsc sc on"),
        ("!tsc sc off stage all", "!tsc stage all"),
        ("!tsc buffer 14000 stage post", "!tsc stage post buffer 14000"),
        ("!tsc code {90 90 90}", "!tsc code {909090}"),
        ("!tsc code{909}", "!tsc code {0909}"),
        ("!tsc code { 0x90\\x90\n 0xC3 }", "!tsc code {9090c3}"),
        ("!tsc code {\\x48\\x31\\xc0}", "!tsc code {4831c0}"),
        ("!tsc code {xcc} condition {1}", "!tsc condition {01} code {cc}"),
        ("!tsc code {90} code {cc} code {}", "!tsc code {cc}"),
        ("!tsc script {.a=1;} script {.b=2;}", "!tsc script {.b=2;}"),
        ("!tsc output {a , b.c,d-e}", "!tsc output {a, b.c, d-e}"),
        ("!tsc output {a,b,c,d,e}", "!tsc output {a, b, c, d, e}"),
    ] {
        let command = parse(input).unwrap_or_else(|error| panic!("{input}: {error}"));
        assert_eq!(command.to_string(), canonical, "{input}");
    }
}

#[test]
fn refused() {
    let long = alloc::format!("!tsc output {{{}}}", "n".repeat(50));
    for (input, offset, message) in [
        ("!tsc pid", 8, "err, please specify a value for 'pid'"),
        ("!tsc pid zap", 9, "err, pid is invalid"),
        ("!tsc pid 100000000", 9, "err, pid is invalid"),
        ("!tsc pid {1}", 9, "err, pid is invalid"),
        ("!tsc core", 9, "err, please specify a value for 'core'"),
        ("!tsc core -1", 10, "err, core id is invalid"),
        ("!tsc cr3 zap", 9, "err, cr3 is invalid"),
        ("!tsc imm", 8, "err, please specify a value for 'imm'"),
        ("!tsc imm on", 9, "err, immediate messaging token is invalid"),
        (
            "!tsc sc yes",
            8,
            "err, the specified short-circuiting state is invalid; you can either choose 'on' or 'off'",
        ),
        (
            "!tsc stage now",
            11,
            "err, the specified execution mode is invalid; you can either choose 'pre' or 'post'",
        ),
        ("!tsc buffer zap", 12, "err, buffer size is invalid"),
        (
            "!tsc buffer 14001",
            12,
            "err, buffer size is invalid: 14001 is above 14000",
        ),
        (
            "!tsc sc on stage post",
            17,
            "err, using the short-circuiting mechanism with 'post' or 'all' stage events doesn't make sense; it's not \
             supported!",
        ),
        (
            "!tsc stage all sc on",
            18,
            "err, using the short-circuiting mechanism",
        ),
        (
            "!tsc imm no output {a}",
            9,
            "err, non-immediate message passing is not supported in 'output-forwarding mode'",
        ),
        ("!tsc script", 11, "err, please specify a value for 'script'"),
        (
            "!tsc script now",
            12,
            "err, please specify a value for 'script': a block in braces must follow it, not 'now'",
        ),
        (
            "!tsc script {\n.a = 1;",
            12,
            "err, please specify a value for 'script': this '{' is not closed",
        ),
        (
            "!tsc script {file:c:\\a b.ds}",
            13,
            "err, either script file is not found or it's empty",
        ),
        (
            "!tsc code 90",
            10,
            "err, please specify a value for 'code': a block",
        ),
        (
            "!tsc code {90 9g}",
            15,
            "please enter condition code in a hex notation: in 'code', '9g' is not a hexadecimal number",
        ),
        (
            "!tsc code {90 9 90}",
            14,
            "please enter condition code in a hex notation: in 'code', '9' has an odd",
        ),
        (
            "!tsc code {0x}",
            10,
            "please enter condition code in a hex notation: in 'code', there is no digit",
        ),
        (
            "!tsc code {\\}é}",
            11,
            "please enter condition code in a hex notation",
        ),
        (
            "!tsc condition {zap}",
            16,
            "please enter condition code in a hex notation: in 'condition', 'zap' is not",
        ),
        ("!tsc asm", 8, "err, please specify a value for 'asm'"),
        (
            "!tsc asm script {nop}",
            9,
            "'asm' stands before 'code' or 'condition', not before 'script'",
        ),
        ("!tsc asm code", 13, "err, please specify a value for 'code'"),
        (
            "!tsc asm code nop",
            14,
            "err, please specify a value for 'code': a block",
        ),
        ("!tsc output {}", 12, "err, no input found"),
        ("!tsc output {a,,b}", 15, "err, no input found"),
        (
            "!tsc output {a,b,c,d,e,f}",
            12,
            "err, based on this build of HyperDbg, the maximum input sources for a single event is 0x5 sources but you \
             entered 0x6 sources",
        ),
        ("!tsc output {a, b/c}", 16, "err, a name has letters, digits"),
        (&long, 13, "err, the name is longer than 49 characters"),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!(error.offset(), offset, "{input}: {error}");
        assert!(
            error.message().starts_with(message),
            "{input}: {}",
            error.message()
        );
    }
}

#[test]
fn code_is_followed_by_a_return() {
    let code = options("!tsc code {90 cc}").code.unwrap();
    assert_eq!(code.with_return().collect::<Vec<_>>(), [0x90, 0xcc, 0xc3]);
}

#[test]
fn code_and_script_go_together() {
    let both = options("!tsc script {.a = 1;} code {90}");
    assert!(both.code.is_some() && both.script.is_some() && !both.breaks());
}

#[test]
fn a_script_knows_its_place() {
    let script = options("!tsc script {if (1) \\{.x=1;\\}}").script.unwrap();
    assert_eq!(script.text, "if (1) {.x=1;}");
    let places: Vec<_> = [0, 7, 8, 13].map(|offset| script.map.place(offset)).into();
    assert_eq!(places, [13, 20, 22, 27]);
}

#[test]
fn what_is_wrong_in_a_block_is_shown_where_it_stands() {
    for (input, line, column, message) in [
        ("!tsc script {.x = ;}", 1, 19, "Syntax Error: "),
        ("!tsc script {\n\tzap = 1\n}", 3, 1, "Syntax Error: "),
        (
            "!tsc script {if (1) \\{.x=1;\\} .y = zap;}",
            1,
            36,
            "Syntax Error: Unresolved Variable",
        ),
        ("!tsc script { #include \"x\"; }", 1, 15, "Syntax Error: "),
        ("!tsc asm code {nop; mov rax}", 1, 21, "err, assemble error: "),
        ("!tsc asm condition {nop;\nzap}", 2, 1, "err, assemble error: "),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!((error.line(), error.column()), (line, column), "{input}: {error}");
        assert!(
            error.message().starts_with(message),
            "{input}: {}",
            error.message()
        );
    }
}

#[test]
fn assembly_counts_for_the_next_block_only() {
    for (input, canonical) in [
        ("!tsc asm code {nop; nop; nop}", "!tsc code {909090}"),
        (
            "!tsc asm code {nop} condition {90 c3}",
            "!tsc condition {90c3} code {90}",
        ),
        (
            "!tsc asm condition {xor eax, eax} asm code {int3}",
            "!tsc condition {31c0} code {cc}",
        ),
        (
            "!tsc code {90} asm condition {again: jmp again}",
            "!tsc condition {ebfe} code {90}",
        ),
        ("!tsc asm code {}", "!tsc"),
    ] {
        let command = parse(input).unwrap_or_else(|error| panic!("{input}: {error}"));
        assert_eq!(command.to_string(), canonical, "{input}");
    }
}
