//! `r`, `?`, `print`, `.formats`, and expressions as addresses.

use super::output::session;
use crate::Events;
use crate::fake::FakeMachine;
use crate::parse;
use alloc::string::ToString;

fn machine() -> FakeMachine {
    let mut machine = FakeMachine::default();
    let guest = &mut machine.guests[0];
    guest.registers.extend([
        ("rax", 0x1122_3344_5566_7788),
        ("rcx", 0x1000),
        ("rip", 0xffff_ffff_8100_0000),
        ("rflags", 0x3246),
        ("cs", 0x10),
        ("gs", 0xffff),
    ]);
    guest.map(0x1000, &[0; 0x20]);
    guest.map(0x1008, &0x1010_u64.to_le_bytes());
    machine
}

fn check(steps: &[(&str, &str)]) -> FakeMachine {
    let mut machine = machine();
    session(&mut machine, &mut Events::with_capacity(1), steps);
    machine
}

#[test]
fn all_registers() {
    check(&[(
        "r",
        "RAX=1122334455667788 RBX=0000000000000000 RCX=0000000000001000\n\
         RDX=0000000000000000 RSI=0000000000000000 RDI=0000000000000000\n\
         RIP=ffffffff81000000 RSP=0000000000000000 RBP=0000000000000000\n\
         R8 =0000000000000000 R9 =0000000000000000 R10=0000000000000000\n\
         R11=0000000000000000 R12=0000000000000000 R13=0000000000000000\n\
         R14=0000000000000000 R15=0000000000000000 IOPL=03\n\
         OF 0  DF 0  IF 1  SF 0\nZF 1  PF 1  CF 0  AF 0\n\
         CS 0010 SS 0000 DS 0000 ES 0000 FS 0000 GS ffff\nRFLAGS=0000000000003246\n",
    )]);
}

#[test]
fn one_register() {
    let machine = check(&[
        ("r rax", "rax=1122334455667788\n"),
        ("r @AX", "ax=0000000000007788\n"),
        ("r zf", "zf=0000000000000001\n"),
        ("r efer", "efer=0000000000000000\n"),
        ("r eax = 5", "eax=0000000000000005\n"),
        ("r rax", "rax=1122334400000005\n"),
        ("r @ah=@rcx / 10 + 1", "ah=0000000000000001\n"),
        ("r rbx = poi(@rcx + 8) == 1010", "rbx=0000000000000001\n"),
        (
            "r rdx = 1 / 0",
            "Err, ScriptEngineExecute, function = FUNC_DIV: division by zero\n",
        ),
        ("r if = 0", "if=0000000000000000\n"),
    ]);
    assert_eq!(machine.guests[0].registers["rax"], 0x1122_3344_0000_0105);
    assert_eq!(machine.guests[0].registers["rflags"], 0x3046);
    assert!(!machine.guests[0].registers.contains_key("rdx"));
}

#[test]
fn addresses() {
    check(&[
        ("dq @rcx+8 l 8", "00000000`00001008  0000000000001010\n"),
        ("eb poi(@rcx+8) 7", "values written at 1010: 1\n"),
        (
            "db poi(@rcx+8) l 1",
            "00000000`00001010  07                                               .\n",
        ),
        ("sb @rcx l 20 7", "1010\n"),
        (
            "db poi(5)",
            "err, couldn't resolve error at 'poi(5)': Err, ScriptEngineExecute, function = FUNC_POI: address 5 is not \
             accessible\n",
        ),
        (
            "db nt!Foo",
            "err, couldn't resolve error at 'nt!Foo': Syntax Error: Unknown Token: symbol 'nt!Foo' is not known\n",
        ),
        (
            "!epthook Foo+5",
            "err, couldn't resolve error at 'nt!Foo+5': Syntax Error: Unknown Token: symbol 'nt!Foo' is not known\n",
        ),
        ("? .here = @rcx;", ""),
        ("dq .here+8 l 8", "00000000`00001008  0000000000001010\n"),
    ]);
}

#[test]
fn scripts() {
    check(&[
        ("? print(@rcx + 1);", "1001\n"),
        ("eval { .n = 5; }", ""),
        ("? .n += 1; printf(\"n is %x\\n\", .n);", "n is 6\n"),
        (
            "evaluate { for (int i = 0; i < 3; i++) { print(i); } }",
            "0\n1\n2\n",
        ),
        ("print .n * 2", "c\n"),
        ("print $pid", "0\n"),
        (
            "? { print(1); print(poi(5)); print(2); }",
            "1\nErr, ScriptEngineExecute, function = FUNC_POI: address 5 is not accessible\n",
        ),
        ("? @rcx = 9;", ""),
        ("r rcx", "rcx=0000000000000009\n"),
    ]);
}

#[test]
fn notations() {
    let mut out = alloc::string::String::new();
    crate::run(
        b".formats @rcx + 41",
        &mut machine(),
        &mut Events::with_capacity(1),
        &mut out,
    )
    .unwrap();
    for want in [
        "0000000000001041",
        "4161",
        "10101",
        "00010000 01000001",
        "A",
        "1970-01-01 01:09:21",
    ] {
        assert!(out.contains(want), "{want} is not in {out}");
    }
}

#[test]
fn canonical_forms() {
    for (input, canonical) in [
        ("R", "r"),
        ("r @RAX", "r rax"),
        ("r zf=1", "r zf = 0x1"),
        ("r rax = @rbx+0n10 == 5", "r rax = @rbx + 0xa == 0x5"),
        ("print 5", "print 0x5"),
        (".format (rax)", ".formats @rax"),
        ("? x=1;print(x);", "? x = 0x1;\nprint(x);"),
        ("eval { x=1; }", "? x = 0x1;"),
        ("? { { } }", "? {\n    {\n    }\n}"),
        (
            "? printf(\"} // \\\" %x\", 5); // end",
            "? printf(\"} // \\\" %x\", 0x5);",
        ),
        ("db @rcx+8", "db @rcx+8"),
        ("k base poi(@rsp)+5 l 8", "k base poi(@rsp)+5 l 8"),
    ] {
        let command = parse(input).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(command.to_string(), canonical, "{input}");
        assert_eq!(parse(canonical), Ok(command), "{input}");
    }
}

#[test]
fn refused() {
    for (input, offset, message) in [
        ("r zap", 2, "err, invalid register: 'zap'"),
        ("r xmm0 = 1", 2, "err, invalid register: 'xmm0'"),
        ("r rax rbx", 2, "err, invalid register: 'rax rbx'"),
        ("r = 5", 2, "err, invalid register: ''"),
        (
            "?",
            1,
            "incorrect use of the '?': a script is missing; usage: ? SCRIPT",
        ),
        ("print", 5, "an expression is missing; usage: print EXPRESSION"),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!((error.offset(), error.message()), (offset, message), "{input}");
    }
    for (input, offset, begins) in [
        ("r rax =", 7, "Syntax Error: "),
        ("r rax = 5 +", 11, "Syntax Error: "),
        ("r rax = zap", 8, "Syntax Error: Unresolved Variable"),
        ("print @zap", 6, "Syntax Error: Unknown Token"),
        ("? print(1)", 10, "Syntax Error: Invalid Syntax"),
        ("? {\n  x = y;\n}", 10, "Syntax Error: Unresolved Variable"),
        (
            "db @rcx+ l 8",
            8,
            "err, couldn't resolve error at '@rcx+': Syntax Error: ",
        ),
        (
            "db zap",
            3,
            "err, couldn't resolve error at 'zap': Syntax Error: Unresolved Variable",
        ),
        ("k base zap", 7, "err, couldn't resolve error at 'zap': "),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!(error.offset(), offset, "{input}: {error}");
        assert!(error.message().starts_with(begins), "{input}: {error}");
    }
}
