//! What is refused, where, and with which words.

use crate::asm::Bitness;
use crate::asm::assemble_for;

fn check(bitness: Bitness, rows: &[(&str, usize, &str)]) {
    for &(text, offset, message) in rows {
        let error = assemble_for(bitness, text, 0x1000, &|_| None)
            .map(|code| code.bytes)
            .expect_err(text);
        assert_eq!(
            (error.offset, error.message.as_str()),
            (offset, message),
            "{text}"
        );
    }
}

#[test]
fn words() {
    check(
        Bitness::Bits64,
        &[
            (
                "nop; movv eax, 1",
                5,
                "unknown instruction 'movv'; did you mean 'mov'?",
            ),
            ("frobnicate", 0, "unknown instruction 'frobnicate'"),
            ("jmp nowhere", 4, "'nowhere' is no register, label or symbol"),
            (
                "start: jmp strat",
                11,
                "'strat' is no register, label or symbol; did you mean 'start'?",
            ),
            ("jmp <nt!x>", 4, "no symbol is named 'nt!x'"),
            ("a: nop; a: nop", 8, "the label 'a' is there twice"),
            ("rax: nop", 0, "'rax' cannot be a label: it is a register"),
            ("rax", 0, "'rax' is a register; an instruction is expected here"),
            ("[rax]", 0, "an instruction, a label or data is expected here"),
            ("nop nop", 4, "'nop' is no register, label or symbol"),
            (
                "mov eax, 1 2",
                11,
                "the statement should end here, with ';' or a new line",
            ),
            (
                "mov eax,",
                8,
                "a number, register, label or '<symbol>' is missing here",
            ),
            (
                "mov eax, 2*rbx",
                11,
                "the register 'rbx' cannot be part of an expression",
            ),
            (
                "mov eax, 1f",
                9,
                "'1f' is not a number: decimal, hexadecimal as 0x10 or 10h, binary as 0b10, octal as 10o",
            ),
            ("mov eax, (1", 11, "a ')' is missing"),
            ("mov eax, 1/0", 10, "division by zero"),
            ("mov eax, 1<<64", 10, "a shift is by 0 to 63 bits"),
            (
                "mov eax, 0xffffffffffffffff*0xffffffffffffffff",
                27,
                "the value becomes too large here",
            ),
            (
                "mov eax, 'too long a text'",
                9,
                "a text of 1 to 8 bytes can stand for a number",
            ),
            ("db 256", 3, "0x100 does not fit 8 bits"),
            ("dw 1, -32769", 6, "-0x8001 does not fit 16 bits"),
        ],
    );
}

#[test]
fn operands() {
    check(
        Bitness::Bits64,
        &[
            (
                "lea eax, ebx",
                0,
                "'lea' does not take these operands; it takes r16, m | r32, m | r64, m",
            ),
            (
                "nop; cpuid eax",
                5,
                "'cpuid' does not take these operands; it takes no operands",
            ),
            ("mov al, 300", 0, "the number 0x12c does not fit 8 bits"),
            (
                "add rax, 0x80000000",
                0,
                "the number 0x80000000 does not fit 32 bits",
            ),
            ("int -129", 0, "the number -0x81 does not fit 8 bits"),
            (
                "mov [rax], 5",
                0,
                "the size of the memory operand of 'mov' is not known; write 'byte ptr' or 'word ptr' or \
                 'dword ptr' or 'qword ptr'",
            ),
            (
                "movs",
                0,
                "the size of the memory operand of 'movs' is not known; write 'byte ptr' or 'word ptr' or \
                 'dword ptr' or 'qword ptr'",
            ),
            (
                "movss xmm0, qword ptr [rax]",
                0,
                "'movss' does not take a memory operand of this size; it takes dword",
            ),
            ("pusha", 0, "'pusha' does not exist in 64-bit code"),
            (
                "push eax",
                0,
                "'push' does not take these operands; it takes r16 | r64 | imm16 | imm32 | imm8 | r/m16 | r/m64 | fs | ...",
            ),
            ("fld st(8)", 6, "the x87 registers are st(0) to st(7)"),
            ("mov eax, byte ptr ebx", 9, "a register takes no word before it"),
            (
                "mov eax, fs:5",
                12,
                "after 'fs:' an address in [brackets] is expected",
            ),
        ],
    );
    check(
        Bitness::Bits32,
        &[("swapgs", 0, "'swapgs' does not exist in 32-bit code")],
    );
}

#[test]
fn addresses() {
    check(
        Bitness::Bits64,
        &[
            ("mov eax, [rbx", 13, "a ']' is missing"),
            ("mov eax, [rbx*3]", 10, "a scale is 1, 2, 4 or 8"),
            ("mov eax, [rbx*x]", 13, "a scale is 1, 2, 4 or 8"),
            (
                "mov eax, [rax+rbx+rcx]",
                18,
                "an address has at most one base and one index",
            ),
            (
                "mov eax, [rax*2+rbx*2]",
                16,
                "an address has at most one base and one index",
            ),
            (
                "mov eax, [8-rbx]",
                12,
                "a register cannot be subtracted in an address",
            ),
            ("mov eax, [rax+ebx]", 0, REGISTERS),
            ("mov eax, [al]", 0, REGISTERS),
            ("mov eax, [cr0+rbx]", 0, REGISTERS),
            ("mov eax, [rax:5]", 10, "'rax' is no segment register"),
        ],
    );
    for text in [
        "mov eax, [rsp*2]",
        "mov eax, [bx]",
        "mov eax, [rbx+0x100000000]",
        "mov ecx, [0x1122334455667788]",
        "mov r8b, ah",
        "jmp short 0x2000",
        "vmovups xmm16, [xmm1]",
    ] {
        let error = assemble_for(Bitness::Bits64, text, 0x1000, &|_| None)
            .map(|code| code.bytes)
            .expect_err(text);
        assert_eq!(error.offset, 0, "{text}: {error}");
    }
}

#[test]
fn prefixes_and_braces() {
    check(
        Bitness::Bits64,
        &[
            ("lock mov [rax], eax", 0, "'mov' does not take lock here"),
            (
                "lock add eax, ebx",
                0,
                "'add' does not take lock without a memory destination here",
            ),
            ("rep add eax, 1", 0, "'add' does not take rep here"),
            (
                "hint-perhaps je 0",
                0,
                "the hints are 'hint-taken' and 'hint-not-taken'",
            ),
            ("vaddps xmm1{k1}{q}, xmm2, xmm3", 15, BRACES),
            (
                "vaddps xmm1{k0}, xmm2, xmm3",
                11,
                "k0 masks nothing: leave it out",
            ),
            (
                "vaddps xmm1{z}, xmm2, xmm3",
                0,
                "'vaddps' zeroes only under a mask, such as {k1}{z}",
            ),
            ("vmovups [rax]{k1}{z}, zmm1", 0, "'vmovups' cannot zero here"),
            ("addps xmm1{k1}, xmm2", 0, "'addps' takes no mask"),
            (
                "vaddps zmm1, zmm2, [rax]{1to8}",
                0,
                "'vaddps' broadcasts to another number of elements",
            ),
            (
                "vaddps zmm1, zmm2, [rax]{rn-sae}",
                0,
                "'vaddps' takes no rounding here",
            ),
            (
                "vpgatherdd zmm1, [rax+zmm2]",
                0,
                "'vpgatherdd' needs a mask, such as {k1}",
            ),
            (
                "{vex} vaddps zmm1, zmm2, zmm3",
                0,
                "'vaddps' cannot be encoded with a VEX prefix",
            ),
            ("vaddps zmm1{k1", 14, "a '}' is missing"),
        ],
    );
}

const REGISTERS: &str =
    "base and index of an address are general registers of one size, or the index a vector";

const BRACES: &str =
    "in braces there may be k1 to k7, z, 1toN, rn-sae, rd-sae, ru-sae, rz-sae, sae, vex or evex";
