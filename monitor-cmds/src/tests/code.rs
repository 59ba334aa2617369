//! The commands about instructions, MSRs, CPUID and the session: what they accept, refuse and print.

use super::output::session;
use crate::CpuState;
use crate::Cpuid;
use crate::Events;
use crate::Syntax;
use crate::asm;
use crate::asm::Bitness;
use crate::disassembler::Disassembler;
use crate::fake::FakeGuest;
use crate::fake::FakeMachine;
use crate::parse;
use alloc::string::String;
use alloc::string::ToString;

fn machine(build: impl FnOnce(&mut FakeGuest)) -> FakeMachine {
    let mut machine = FakeMachine::default();
    build(&mut machine.guests[0]);
    machine
}

fn check(machine: &mut FakeMachine, steps: &[(&str, &str)]) {
    session(machine, &mut Events::with_capacity(1), steps);
}

/// `push rbp; mov rbp, rsp; call 1000; mov eax, [rbx+18h]; ret`, and a byte that is no instruction.
const CODE: &[u8] = &[
    0x55, 0x48, 0x89, 0xe5, 0xe8, 0xf7, 0xff, 0xff, 0xff, 0x8b, 0x43, 0x18, 0xc3, 6,
];

#[test]
fn disassembly() {
    let mut machine = machine(|guest| {
        guest.map(0x1000, CODE);
        guest.map_physical(0x1000, &[6, 0xeb, 0xfe]);
        guest.registers.insert("rip", 0x1000);
        guest.running.pid = 0x1ea;
    });
    check(
        &mut machine,
        &[
            (
                "u @rip",
                "00000000`00001000  55                             push rbp\n\
                 00000000`00001001  48 89 E5                       mov rbp, rsp\n\
                 00000000`00001004  E8 F7 FF FF FF                 call 0x1000\n\
                 00000000`00001009  8B 43 18                       mov eax, [rbx+0x18]\n\
                 00000000`0000100c  C3                             ret\n\
                 00000000`0000100d  06                             (bad)\n\
                 err, invalid address: 100e is not accessible\n",
            ),
            (
                "u64 1009 l 1 pid 1ea",
                "00000000`00001009  8B 43 18                       mov eax, [rbx+0x18]\n",
            ),
            (
                "!u2 1000 l 2",
                "#\t00000000`00001000  06                             push es\n\
                 #\t00000000`00001001  EB FE                          jmp short 0x1001\n",
            ),
            ("settings syntax att", "syntax: att\n"),
            (
                "u 1009 l 1",
                "00000000`00001009  8B 43 18                       mov 0x18(%rbx), %eax\n",
            ),
            ("settings syntax masm", "syntax: masm\n"),
            (
                "u 1009 l 1",
                "00000000`00001009  8B 43 18                       mov eax, dword ptr [rbx+18h]\n",
            ),
            ("u 2000", "err, invalid address: 2000 is not accessible\n"),
            (
                "u 1000 pid 5",
                "err, pid is invalid: there is no process 5, or the guest's operating system is not known\n",
            ),
        ],
    );
}

#[test]
fn the_default_length_is_40_or_80_bytes() {
    let mut machine = machine(|guest| guest.map(0x1000, &[0x90; 0x200]));
    for (command, lines) in [("u 1000", 0x40), ("u32 1000", 0x80), ("u 1000 l 3", 3)] {
        let mut out = String::new();
        crate::run(
            command.as_bytes(),
            &mut machine,
            &mut Events::with_capacity(1),
            &mut out,
        )
        .unwrap();
        assert_eq!(out.lines().count(), lines, "{command}");
    }
}

#[test]
fn what_is_disassembled_assembles_to_the_same() {
    for syntax in [Syntax::Intel, Syntax::Masm] {
        let mut disassembler = Disassembler::new(syntax);
        let mut at = 0;
        while at < CODE.len() - 1 {
            let address = 0x1000 + at as u64;
            let (size, text) = disassembler.one(Bitness::Bits64, &CODE[at..], address);
            let bytes = asm::assemble(&text, address, &|_| None);
            assert_eq!(bytes.as_deref(), Ok(&CODE[at..at + size]), "{text}");
            at += size;
        }
    }
}

#[test]
fn assembly() {
    let mut machine = machine(|guest| {
        guest.map(0x1000, &[0; 8]);
        guest.map_physical(0x2000, &[0; 2]);
        guest.registers.insert("rip", 0x1000);
    });
    check(
        &mut machine,
        &[
            (
                "a {nop; xor rax, rax; nop}",
                "warning, no start address provided to calculate relative asm commands\n\
                 generated assembly: 5 bytes, 3 statements = 90 48 31 c0 90\n",
            ),
            (
                "!a asm { jmp <1010+10> } 1000",
                "generated assembly: 2 bytes, 1 statements = eb 1e\n",
            ),
            (
                "a { jmp 0x1020 } @rip+10",
                "generated assembly: 2 bytes, 1 statements = eb 0e\n",
            ),
            (
                "a @rip+1 {x: jmp x}",
                "generated assembly: 2 bytes, 1 statements = eb fe\nsuccessfully assembled at 1001 address\n",
            ),
            (
                "db 1000 l 4",
                "00000000`00001000  00 EB FE 00                                      ....\n",
            ),
            (
                "!a 2000 {nop}",
                "generated assembly: 1 bytes, 1 statements = 90\nsuccessfully assembled at 2000 address\n",
            ),
            (
                "a2 1000 {push es}",
                "generated assembly: 1 bytes, 1 statements = 06\nsuccessfully assembled at 1000 address\n",
            ),
            (
                "a 1007 {nop; nop}",
                "generated assembly: 2 bytes, 2 statements = 90 90\n\
                 err, address 1008 is not accessible; the code may be there in part\n",
            ),
            (
                "a 1000 {nop\n  movv eax, 1}",
                "err, assemble error: unknown instruction 'movv'; did you mean 'mov'?\nat 2:3\n    movv eax, 1}\n    ^\n",
            ),
            (
                "a @rip {movv eax, 1}",
                "err, assemble error: unknown instruction 'movv'; did you mean 'mov'?\nat 1:9\n  a @rip {movv eax, 1}\n          ^\n",
            ),
            (
                "a @rip {jmp short 0x2000}",
                "err, assemble error: 'jmp' cannot be encoded: Branch distance is too far away: next_ip: 0x1003 target: 0x2000, \
                 diff = 4093, diff must fit in an i8\nat 1:1\n  jmp short 0x2000\n  ^\n",
            ),
            (
                "a {vaddps zmm1{k1}{z}, zmm2, [rax]{1to16}} 0",
                "generated assembly: 6 bytes, 1 statements = 62 f1 6c d9 58 08\n",
            ),
        ],
    );
    machine.guests.clear();
    check(
        &mut machine,
        &[
            (
                "a 1000 {nop}",
                "CPU 0 is stopped: it has no registers and no memory to show\n",
            ),
            ("a {nop} 0", "generated assembly: 1 bytes, 1 statements = 90\n"),
            (
                "u 1000",
                "CPU 0 is stopped: it has no registers and no memory to show\n",
            ),
        ],
    );
}

#[test]
fn model_specific_registers() {
    let mut machine = FakeMachine::default();
    machine.cpus.push(CpuState::Stopped);
    for (cpu, value) in [(0, 0xd01), (1, 0x501)] {
        machine.msrs.insert((cpu, 0xc000_0080), value);
    }
    check(
        &mut machine,
        &[
            (
                "rdmsr c0000080",
                "core: 0 - msr[c0000080] = 0000000000000d01\n\
                 core: 1 - msr[c0000080] = 0000000000000501\n\
                 err, core 2: msr c0000080 cannot be reached from the CPU that stopped\n",
            ),
            ("rdmsr 10 core 1", "err, core 1: msr 10 raises #GP\n"),
            (
                "wrmsr c0000080 1 core 1",
                "core: 1 - msr[c0000080] <- 0000000000000001\n",
            ),
            (
                "rdmsr core 1 c0000080",
                "core: 1 - msr[c0000080] = 0000000000000001\n",
            ),
            ("wrmsr 10 1 core 0", "err, core 0: msr 10 raises #GP\n"),
            (
                "rdmsr 10 core 3",
                "err, core id is invalid: there is no CPU 3; CPUs are 0 to 2\n",
            ),
        ],
    );
    assert_eq!(machine.msrs.get(&(0, 0xc000_0080)), Some(&0xd01));
}

/// EAX, EBX, ECX, EDX with four characters each.
fn characters(text: &[u8; 16]) -> Cpuid {
    let part = |at: usize| u32::from_le_bytes(text[at..at + 4].try_into().unwrap());
    Cpuid {
        eax: part(0),
        ebx: part(4),
        ecx: part(8),
        edx: part(12),
    }
}

#[test]
fn cpuid() {
    let mut machine = FakeMachine::default();
    check(
        &mut machine,
        &[
            ("cpuid 0", "err, CPUID cannot be read here\n"),
            ("cpu", "err, CPUID cannot be read here\n"),
        ],
    );
    let mut first = characters(b"\x01\0\0\0AuthcAMDenti");
    for (function, leaf) in [
        (0, first),
        (
            0x8000_0000,
            Cpuid {
                eax: 0x8000_0008,
                ..Cpuid::default()
            },
        ),
        (0x8000_0002, characters(b"  A Processor\x01..")),
        (0x8000_0003, characters(b" at work\0       ")),
        (
            1,
            Cpuid {
                eax: 0x00a2_0f12,
                edx: 1 << 25 | 1,
                ecx: 1 << 20,
                ebx: 0,
            },
        ),
        (
            7,
            Cpuid {
                ebx: !0,
                ..Cpuid::default()
            },
        ),
        (
            0x8000_0001,
            Cpuid {
                edx: 1 << 29,
                ..Cpuid::default()
            },
        ),
        (
            0x8000_0008,
            Cpuid {
                eax: 0x3028,
                ..Cpuid::default()
            },
        ),
    ] {
        machine.cpuid.insert((function, 0), leaf);
    }
    machine.cpuid.insert(
        (7, 1),
        Cpuid {
            eax: 1,
            ebx: 2,
            ecx: 3,
            edx: 0xffff_ffff,
        },
    );
    check(
        &mut machine,
        &[
            (
                "ucpuid 7 1",
                "eax=00000001 ebx=00000002 ecx=00000003 edx=ffffffff\n",
            ),
            (
                "CPUID 0n8",
                "eax=00000000 ebx=00000000 ecx=00000000 edx=00000000\n",
            ),
            (
                "cpu",
                "vendor: AuthenticAMD\nname: A Processor... at work\nfamily: 19\nmodel: 21\nstepping: 2\n\
                 physical-address-bits: 40\nvirtual-address-bits: 48\nfeatures: sse4.2 fpu sse long-mode\n",
            ),
        ],
    );
    // With leaf 7 there is more than fits a line.
    first.eax = 7;
    machine.cpuid.insert((0, 0), first);
    let mut out = String::new();
    crate::run(b"cpu", &mut machine, &mut Events::with_capacity(1), &mut out).unwrap();
    let features = out.lines().filter(|line| line.starts_with("features: ")).count();
    assert_eq!(features, 2, "{out}");
    assert!(
        out.contains(" avx512f ") && out.lines().all(|line| line.len() <= 130),
        "{out}"
    );
}

#[test]
fn the_session() {
    let mut machine = FakeMachine::default();
    machine.guests[1].registers.insert("rflags", 0x102);
    machine.guests.truncate(2);
    machine.cpus.push(CpuState::Offline);
    check(
        &mut machine,
        &[
            (
                "settings",
                "autounpause: on\nautoflush: off\naddressconversion: on\nsyntax: intel\n",
            ),
            ("setting AutoFlush ON", "autoflush: on\n"),
            ("settings autoflush", "autoflush: on\n"),
            ("settings addressconversion off", "addressconversion: off\n"),
            ("settings syntax", "syntax: intel\n"),
            ("~", "selected-cpu: 0\n"),
            ("~ 0", "selected-cpu: 0\n"),
            ("core 1", "'~': use `thread 2` of gdb, which selects CPU 1\n"),
            (
                "~ 3",
                "err, core id is invalid: there is no CPU 3; CPUs are 0 to 2\n",
            ),
            ("test query", "cpu 0: stopped\ncpu 1: stopped\ncpu 2: offline\n"),
            (
                "test trap-status",
                "cpu 0: trap flag off\ncpu 1: trap flag on\ncpu 2: offline, it has no registers\n",
            ),
            (".test pool", "reserved: 16384 KiB\n"),
            (
                "test breakpoint off",
                "'test breakpoint off': use `disable breakpoints` of gdb\n",
            ),
            ("test trap on", "'test trap on': use `stepi` of gdb\n"),
        ],
    );
    assert!(machine.settings.auto_flush && !machine.settings.address_conversion);
}

#[test]
fn refused() {
    for (input, offset, message) in [
        (
            "u",
            1,
            "incorrect use of the 'u': an address is missing; usage: u ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "u 1000 2000",
            7,
            "unknown parameter '2000'; usage: u ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "u 1000 l 10001",
            9,
            "err, you should enter a valid length: 10001 is not in 1 to 10000",
        ),
        (
            "!u 1000 pid 1",
            8,
            "unknown parameter 'pid'; usage: u ADDRESS [l LENGTH] [pid X]",
        ),
        (
            "a 1000",
            6,
            "no assembly snippet provided; usage: a ADDRESS {INSTRUCTION; ...} [pid X] | {INSTRUCTION; ...} [START]",
        ),
        (
            "a {nop} pid 1",
            13,
            "'pid' needs an address before the assembly snippet; usage: a ADDRESS {INSTRUCTION; ...} [pid X] | \
             {INSTRUCTION; ...} [START]",
        ),
        (
            "a 1 {nop} 2",
            10,
            "unknown parameter '2'; usage: a ADDRESS {INSTRUCTION; ...} [pid X] | {INSTRUCTION; ...} [START]",
        ),
        (
            "rdmsr",
            5,
            "please specify a correct hex value to be read or written: the MSR; usage: rdmsr MSR [core X]",
        ),
        (
            "rdmsr 10 20",
            9,
            "unknown parameter '20'; usage: rdmsr MSR [core X]",
        ),
        (
            "rdmsr 100000000",
            6,
            "err, msr is invalid: '100000000' does not fit 32 bits",
        ),
        (
            "wrmsr 10",
            8,
            "please specify a correct hex value to put on the msr; usage: wrmsr MSR VALUE [core X]",
        ),
        (
            "ucpuid",
            6,
            "incorrect use of the 'ucpuid': the function is missing; usage: ucpuid FUNCTION [SUBFUNCTION]",
        ),
        ("cpu 1", 4, "unknown parameter '1'; usage: cpu"),
        (
            "settings syntax nasm",
            16,
            "incorrect assembly syntax 'nasm'; there are intel, att and masm",
        ),
        (
            "settings autoflush maybe",
            19,
            "please use 'on' or 'off' as the argument",
        ),
        (
            "settings colour on",
            9,
            "incorrect use of the 'settings': 'colour' is none of autounpause, autoflush, addressconversion and \
             syntax",
        ),
        (
            "test",
            4,
            "incorrect use of the 'test': what to show is missing; usage: test query|trap-status|pool|breakpoint \
             on|off|trap on|off",
        ),
        (
            "test trap",
            9,
            "incorrect use of the 'test': 'on' or 'off' is missing after 'trap'; usage: test \
             query|trap-status|pool|breakpoint on|off|trap on|off",
        ),
        (
            "~ zap",
            2,
            "err, core id is invalid: 'zap' is not a number (hexadecimal, or 0n decimal)",
        ),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!((error.offset(), error.message()), (offset, message), "{input}");
    }
}

#[test]
fn canonical_forms() {
    for (input, canonical) in [
        ("u64 0x1000 PID 1 L 10", "u 1000 l 10 pid 1"),
        ("!U32 @rip", "!u2 @rip"),
        ("assembly 1000 asm {nop} pid 2", "a 1000 {nop} pid 2"),
        ("!asm {a: jmp a} 0n16", "!a {a: jmp a} 10"),
        (
            "a32 {vaddps zmm1{k1}{z}, zmm2, zmm3}",
            "a2 {vaddps zmm1{k1}{z}, zmm2, zmm3}",
        ),
        ("a {nop # \\}\n}", "a {nop # \\}\n}"),
        ("a 1 {}", "a 1 {}"),
        ("rdmsr core 1 0x10", "rdmsr 10 core 1"),
        ("wrmsr 10 0n16", "wrmsr 10 10"),
        ("cpuid 7", "ucpuid 7 0"),
        ("core 0n10", "~ a"),
        ("setting SYNTAX Att", "settings syntax att"),
        ("settings", "settings"),
        ("settings autounpause OFF", "settings autounpause off"),
        (".test trap-status", "test trap-status"),
        ("test breakpoint on", "test breakpoint on"),
        ("cpu", "cpu"),
    ] {
        let command = parse(input).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(command.to_string(), canonical, "{input}");
        assert_eq!(parse(canonical), Ok(command), "{input}");
    }
}
