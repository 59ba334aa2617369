//! Texts and their bytes. The first table is what GNU as makes of them.

use super::hex;
use crate::asm::Bitness;
use crate::asm::assemble_for;
use alloc::string::String;

fn bytes(bitness: Bitness, text: &str) -> String {
    let symbols = |name: &str| match name {
        "nt!ExAllocatePoolWithTag" => Some(0xffff_f800_1234_5000),
        "counter" => Some(0x1100),
        _ => None,
    };
    let code = assemble_for(bitness, text, 0x1000, &symbols);
    hex(&code.unwrap_or_else(|error| panic!("{text}: {error}")).bytes)
}

#[test]
fn as_the_usual_assembler_has_it() {
    for (text, want) in USUAL {
        assert_eq!(bytes(Bitness::Bits64, text), *want, "{text}");
    }
}

const USUAL: &[(&str, &str)] = &[
    ("mov eax, 10", "b80a000000"),
    ("mov rax, 0x1122334455667788", "48b88877665544332211"),
    ("mov rax, -1", "48c7c0ffffffff"),
    ("mov rax, 0xffffffff", "48b8ffffffff00000000"),
    ("mov eax, 0xffffffff", "b8ffffffff"),
    ("mov qword ptr [rsp+8], 99", "48c744240863000000"),
    ("add dword ptr [rsp+8], 0x99", "8144240899000000"),
    ("mov rax, [rbx+rcx*4-0x10]", "488b448bf0"),
    ("lea rax, [rip+8]", "488d0508000000"),
    ("mov al, gs:[0x188]", "658a042588010000"),
    ("mov rax, gs:[0x188]", "65488b042588010000"),
    ("push 5", "6a05"),
    ("push 0x1234", "6834120000"),
    ("push -1", "6aff"),
    ("push rbx", "53"),
    ("push fs", "0fa0"),
    ("pop r12", "415c"),
    ("xchg rax, rbx", "4893"),
    ("xchg rax, [rbx]", "488703"),
    ("xchg [rbx], rax", "488703"),
    ("test rax, rbx", "4885d8"),
    ("test [rbx], eax", "8503"),
    ("imul eax, 5", "6bc005"),
    ("imul eax, ebx, 500", "69c3f4010000"),
    ("shl eax", "d1e0"),
    ("shl eax, 1", "d1e0"),
    ("sar qword ptr [rax], 3", "48c13803"),
    ("rep movsb", "f3a4"),
    ("repne scasb", "f2ae"),
    ("lock cmpxchg [rdi], rsi", "f0480fb137"),
    ("lock inc dword ptr [rax]", "f0ff00"),
    ("movzx eax, byte ptr [rdi]", "0fb607"),
    ("movsx rax, word ptr [rdi]", "480fbf07"),
    ("movsxd rax, edi", "4863c7"),
    ("call rax", "ffd0"),
    ("call qword ptr [rax]", "ff10"),
    ("jmp [rax*8+0x1000]", "ff24c500100000"),
    ("in al, 0x60", "e460"),
    ("out dx, eax", "ef"),
    ("int3", "cc"),
    ("int 0x80", "cd80"),
    ("syscall", "0f05"),
    ("sysretq", "480f07"),
    ("iretq", "48cf"),
    ("cpuid", "0fa2"),
    ("rdmsr", "0f32"),
    ("vmcall", "0f01c1"),
    ("vmmcall", "0f01d9"),
    ("mov cr3, rax", "0f22d8"),
    ("mov rax, cr8", "440f20c0"),
    ("mov dr7, rcx", "0f23f9"),
    ("lgdt [rax]", "0f0110"),
    ("invlpg [rax]", "0f0138"),
    ("nop", "90"),
    ("nop dword ptr [rax+rax*1]", "0f1f0400"),
    ("pushfq", "9c"),
    ("popfq", "9d"),
    ("leave", "c9"),
    ("ret 8", "c20800"),
    ("enter 16, 0", "c8100000"),
    ("bswap r9", "490fc9"),
    ("setz al", "0f94c0"),
    ("cmovnz rax, [rcx]", "480f4501"),
    ("cvtsi2sd xmm0, rax", "f2480f2ac0"),
    ("movaps xmm0, [rsp]", "0f280424"),
    ("pxor xmm1, xmm1", "660fefc9"),
    ("cmpeqps xmm1, xmm2", "0fc2ca00"),
    ("vaddps ymm1, ymm2, [rax]", "c5ec5808"),
    ("vaddps zmm1{k1}{z}, zmm2, [rax]{1to16}", "62f16cd95808"),
    ("vaddps zmm1, zmm2, zmm3, {rz-sae}", "62f16c7858cb"),
    ("vmovdqu64 zmm0, [rsi+64]", "62f1fe486f4601"),
    ("vpgatherdd xmm1, [rax+xmm2*4], xmm3", "c4e261900c90"),
    ("fld qword ptr [rax]", "dd00"),
    ("fadd st, st(1)", "d8c1"),
    ("faddp", "dec1"),
    ("fxch st(2)", "d9ca"),
    ("fnstcw [rsp]", "d93c24"),
    ("xbegin $+6", "c7f800000000"),
    ("movabs rax, [0x1122334455667788]", "48a18877665544332211"),
    ("bt qword ptr [rax], 5", "480fba2005"),
    ("crc32 eax, cl", "f20f38f0c1"),
    ("popcnt rax, rbx", "f3480fb8c3"),
    ("rdtscp", "0f01f9"),
    ("xsave [rdi]", "0fae27"),
    ("clflush [rdi]", "0fae3f"),
    ("prefetcht0 [rdi]", "0f180f"),
    ("ud2", "0f0b"),
    ("hlt", "f4"),
    ("pause", "f390"),
    ("mfence", "0faef0"),
    ("stosq", "48ab"),
    ("lodsb", "ac"),
    ("xlatb", "d7"),
    ("mov ax, es", "668cc0"),
    ("mov [rdi], ds", "8c1f"),
    ("and rsp, -16", "4883e4f0"),
    ("sub rsp, 128", "4881ec80000000"),
    ("sub rsp, 0x80", "4881ec80000000"),
    ("cmp byte ptr [rdi], 0x41", "803f41"),
    ("adc al, 0xff", "14ff"),
    ("bndmov bnd0, bnd1", "660f1ac1"),
    ("vpcmpltub k1, zmm1, zmm2", "62f375483eca01"),
    ("kmovq k1, rax", "c4e1fb92c8"),
    ("endbr64", "f30f1efa"),
    ("wrgsbase rax", "f3480faed8"),
];

#[test]
fn spellings() {
    for (text, same) in [
        ("MOV EAX, 0Ah", "mov eax, 10"),
        ("mov eax,0b1010", "mov eax, 10"),
        ("mov eax, 1010b", "mov eax, 10"),
        ("mov eax, 0n10", "mov eax, 10"),
        ("mov eax, (2+3)*4/2%64 | 0 ^ 0 & 7", "mov eax, 10"),
        ("mov eax, 'AB'", "mov eax, 0x4241"),
        ("mov eax, -(~9)", "mov eax, 10"),
        ("mov eax, 1<<4>>1", "mov eax, 8"),
        (
            "mov rax, 0xfffff800`12345000",
            "mov rax, <nt!ExAllocatePoolWithTag>",
        ),
        (
            "mov rax, 0xfffff80012345010",
            "mov rax, <nt!ExAllocatePoolWithTag+10>",
        ),
        (
            "mov rax, 0xfffff80012344ff0",
            "mov rax, < nt!ExAllocatePoolWithTag - 10 >",
        ),
        ("mov eax, <ff>", "mov eax, 0xff"),
        ("jmp counter", "jmp 0x1100"),
        ("mov eax, [counter]", "mov eax, [rel counter]"),
        ("mov rax, [rsp+rax]", "mov rax, [rax+rsp]"),
        ("mov rax, [4*rcx+rbx+8]", "mov rax, [rbx+8+rcx*4]"),
        ("mov rax, 8[rbx][rcx*4]", "mov rax, [rbx+rcx*4+8]"),
        ("mov rax, [rbx+rcx*4+-8+16]", "mov rax, [rbx+rcx*4+8]"),
        ("mov dword [rax], 1", "mov dword ptr [rax], 1"),
        ("mov [dword ptr fs:rax], 1", "mov dword ptr fs:[rax], 1"),
        ("fs movsb", "movs byte ptr [rdi], byte ptr fs:[rsi]"),
        ("stos byte ptr [rdi], al", "stosb"),
        ("stosb [rdi]", "stosb"),
        ("addr32 lodsb", "lodsb al, [esi]"),
        ("xlat [rbx+al]", "xlatb"),
        ("je 0x1010", "jz 0x1010"),
        ("setnbe al", "seta al"),
        ("cmovc eax, ebx", "cmovb eax, ebx"),
        ("cmpzxadd [rax], ebx, ecx", "cmpexadd [rax], ebx, ecx"),
        ("vcmpneq_uqps xmm1, xmm2, xmm3", "vcmpps xmm1, xmm2, xmm3, 4"),
        ("vpcomgeuw xmm1, xmm2, xmm3", "vpcomuw xmm1, xmm2, xmm3, 3"),
        ("pclmulhqlqdq xmm1, xmm2", "pclmulqdq xmm1, xmm2, 1"),
        (
            "vaddps zmm1, zmm2, dword bcst [rax]",
            "vaddps zmm1, zmm2, [rax]{1to16}",
        ),
        (
            "vaddps zmm1{rn-sae}, zmm2, zmm3",
            "vaddps zmm1, zmm2, zmm3, {rne-sae}",
        ),
        (
            "vpgatherdd zmm1, k1, [rax+zmm2]",
            "vpgatherdd zmm1{k1}, [rax+zmm2]",
        ),
        ("fadd dword ptr [rax]", "fadd st, dword ptr [rax]"),
        ("fadd st(3)", "fadd st(0), st(3)"),
        ("faddp st(1), st", "faddp"),
        ("pushf; popf; iret", "pushfq; popfq; iretd"),
        ("push word 5", "data16 push 5"),
        ("pushw 5", "data16 push 5"),
        ("retfq", "data64 ret far"),
        ("vmrun rax; invlpga rax, ecx", "vmrun; invlpga"),
        ("nop // a\nnop # b\nnop /* c; d */; nop", "nop;nop;nop;nop;;"),
        (
            "dw 'ab', 1; .long -1",
            "db 'a', 98, 1, 0, 0xff, 255, -1, \"\\xff\"",
        ),
        ("dq $", "dq 0x1000"),
        ("notrack jmp [rax]", "db 0x3e; jmp [rax]"),
        ("bnd call rax", "db 0xf2; call rax"),
        (
            "xacquire lock inc dword ptr [rax]",
            "db 0xf0, 0xf2; inc dword ptr [rax]",
        ),
        (
            "{evex} vaddps xmm1, xmm2, xmm3",
            "db 0x62, 0xf1, 0x6c, 8, 0x58, 0xcb",
        ),
    ] {
        assert_eq!(
            bytes(Bitness::Bits64, text),
            bytes(Bitness::Bits64, same),
            "{text}"
        );
    }
}

#[test]
fn addresses() {
    for (text, want) in [
        // Absolute where 32 bits reach, signed or not.
        ("mov eax, [0x1000]", "8b042500100000"),
        ("mov eax, [0xffffffff81000000]", "8b042500000081"),
        ("mov eax, [0x81000000]", "678b042500000081"),
        // Further away: the accumulator has all bits, others are relative.
        ("mov eax, [0x1122334455667788]", "a18877665544332211"),
        ("mov eax, [rel 0x1106]", "8b0500010000"),
        ("mov eax, [abs counter]", "8b042500110000"),
        ("mov eax, [rip]", "8b0500000000"),
        ("mov eax, [rip+0x10]", "8b0510000000"),
        ("mov eax, [rip-6]", "8b05faffffff"),
        ("x: mov eax, [rip+x]", "8b05faffffff"),
        ("x: mov dword ptr [x], 1", "c705f6ffffff01000000"),
        ("lea rax, [eip+8]", "67488d0508000000"),
        ("mov eax, [ebx-8]", "678b43f8"),
        ("mov eax, [rbp]", "8b4500"),
        ("mov eax, [rbp+rax]", "8b440500"),
        ("mov eax, [r13]", "418b4500"),
        ("mov eax, [rsp]", "8b0424"),
        ("mov eax, [r12]", "418b0424"),
        ("mov eax, [rcx*2]", "8b044d00000000"),
        ("vmovups zmm1, [rax+0x40]", "62f17c48104801"),
        ("vmovups zmm1, [rax+0x41]", "62f17c48108841000000"),
    ] {
        assert_eq!(bytes(Bitness::Bits64, text), want, "{text}");
    }
}

#[test]
fn code_of_32_bits() {
    for (text, want) in [
        ("push eax; pop ecx; inc edx; pusha", "50594260"),
        ("mov eax, [0x12345678]", "a178563412"),
        ("mov ecx, [bx+si+4]", "678b4804"),
        ("mov ecx, [si+bx]", "678b08"),
        ("call 0x33:0x12345678", "9a785634123300"),
        ("jmp far 0x12345678, 0x33", "ea785634123300"),
        ("call far ptr [eax]", "ff18"),
        ("call 0x2000", "e8fb0f0000"),
        ("les eax, [ebx]", "c403"),
        ("aam; aad 16", "d40ad510"),
        ("pushf; popf; iret", "9c9dcf"),
        ("push cs; pop es", "0e07"),
    ] {
        assert_eq!(bytes(Bitness::Bits32, text), want, "{text}");
    }
}
