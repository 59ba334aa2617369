//! [`execute`] against the processor the tests run on, and against tables where that cannot be done.
#![expect(unsafe_code, reason = "runs the instruction under test on the processor")]

use core::arch::asm;

use proptest::prelude::*;

use super::*;
use crate::guest::emulate::fake::Registers;
use crate::guest::emulate::fake::code;

/// Memory from a base address on, refusing everything else.
struct Memory {
    base: u64,
    bytes: Vec<u8>,
}

impl Memory {
    fn range(&self, at: u64, length: usize) -> Result<core::ops::Range<usize>, Refused> {
        let from = usize::try_from(at.checked_sub(self.base).ok_or(Refused)?).map_err(|_| Refused)?;
        let to = from
            .checked_add(length)
            .filter(|&to| to <= self.bytes.len())
            .ok_or(Refused)?;
        Ok(from..to)
    }

    fn word(&self, at: u64) -> u64 {
        u64::from_le_bytes(self.bytes[self.range(at, 8).unwrap()].try_into().unwrap())
    }
}

impl LinearMemory for Memory {
    fn read(&mut self, at: u64, into: &mut [u8]) -> Result<(), Refused> {
        into.copy_from_slice(&self.bytes[self.range(at, into.len())?]);
        Ok(())
    }

    fn write(&mut self, at: u64, from: &[u8]) -> Result<(), Refused> {
        let range = self.range(at, from.len())?;
        self.bytes[range].copy_from_slice(from);
        Ok(())
    }
}

fn memory() -> Memory {
    Memory {
        base: 0x8000,
        bytes: (0..=255).collect(),
    }
}

/// The encodings of RAX, RCX, RDX, RSI, RDI, R8 to R11, in the order the harness holds them.
const USED: [u8; 9] = [0, 1, 2, 6, 7, 8, 9, 10, 11];

/// Runs one instruction on the processor and in software, from the same registers and memory. The
/// harness finds the instruction's bytes between two labels of its own code.
macro_rules! compare {
    ($text:literal, $values:expr, $flags:expr, $buffer:expr) => {{
        let before: [u64; 9] = $values;
        let status: u64 = $flags & alu::STATUS | 2;
        let mut after = before;
        let mut flags = status;
        let (start, end): (u64, u64);
        let buffer: &mut Vec<u8> = $buffer;
        let mut software = Memory { base: buffer.as_ptr() as u64, bytes: buffer.clone() };
        // SAFETY: one instruction on the listed registers, whose memory operand (if any) is in `buffer`.
        unsafe {
            asm!(
                "push r15", "popfq", "2:", $text, "3:", "pushfq", "pop r15",
                "lea r12, [rip + 2b]", "lea r13, [rip + 3b]",
                inout("rax") after[0], inout("rcx") after[1], inout("rdx") after[2],
                inout("rsi") after[3], inout("rdi") after[4], inout("r8") after[5],
                inout("r9") after[6], inout("r10") after[7], inout("r11") after[8],
                inout("r15") flags, out("r12") start, out("r13") end,
            );
        }
        // SAFETY: the bytes between the two labels are this function's own code.
        let bytes = unsafe { core::slice::from_raw_parts(start as *const u8, (end - start) as usize) };
        let mut regs = Registers::long_mode();
        for (&index, &value) in USED.iter().zip(&before) {
            regs.put(Register::General(index), value);
        }
        regs.put(Register::Rip, start);
        regs.put(Register::Rflags, status);
        let at = Code { rip: start, ..code(bytes) };
        assert!(execute(&at, &mut regs, &mut software), "{} was not carried out", $text);
        for (&index, &value) in USED.iter().zip(&after) {
            assert_eq!(regs.get(Register::General(index)), value, "{} from {before:x?}, r{index}", $text);
        }
        assert_eq!(regs.get(Register::Rflags) & alu::STATUS, flags & alu::STATUS, "{} flags", $text);
        assert_eq!(regs.get(Register::Rip), end, "{}", $text);
        assert_eq!(&software.bytes, buffer, "{}", $text);
    }};
}

proptest! {
    #[test]
    fn register_instructions_match_the_processor(values: [u64; 9], flags: u64) {
        macro_rules! each {
            ($($text:literal),+ $(,)?) => { $(compare!($text, values, flags, &mut Vec::new());)+ };
        }
        each!(
            "nop", "nop dword ptr [rax + rax]", "endbr64", "mov rax, r8", "mov eax, ecx", "mov ax, cx",
            "mov ah, dl", "mov dl, ah", "mov sil, cl", "mov rcx, 0x1122334455667788", "mov rcx, -2",
            "mov r9d, 0xfffffffe", "movzx eax, cl", "movzx r8, dx", "movsx rax, cl", "movsx ax, cl",
            "movsxd rax, ecx", "lea rax, [rcx + rdx*4 + 0x11]", "lea eax, [rcx + rdx]",
            "lea ax, [rcx + rdx]", "lea rax, [ecx + edx*8 - 5]", "lea rdi, [rip + 0x1234]",
            "add rax, rcx", "add eax, -1", "add al, 0x7f", "adc rdx, r10", "sub rax, 0x80", "sub cx, dx",
            "sbb esi, edi", "and rax, -16", "and ah, cl", "or r11, rsi", "or eax, 1", "xor eax, eax",
            "xor r8, r9", "cmp rax, rcx", "cmp al, 3", "cmp eax, 0x12345678", "test rax, rax",
            "test cl, 8", "test eax, 0x80000000", "inc rax", "inc cx", "dec r8d", "dec ah", "not rdx",
            "neg esi",
        );
    }

    #[test]
    fn memory_instructions_match_the_processor(
        bytes in proptest::collection::vec(any::<u8>(), 64),
        values: [u64; 9],
        flags: u64,
        index in 0..4u64,
    ) {
        macro_rules! each {
            ($($text:literal),+ $(,)?) => { $({
                let mut buffer = bytes.clone();
                let mut values = values;
                values[3] = buffer.as_ptr() as u64;
                values[4] = index;
                compare!($text, values, flags, &mut buffer);
            })+ };
        }
        each!(
            "mov rax, [rsi]", "mov eax, [rsi + rdi*8]", "mov ax, [rsi + 3]", "mov ah, [rsi + rdi]",
            "mov [rsi], rax", "mov [rsi + rdi*4 + 8], ecx", "mov [rsi + 1], cx", "mov [rsi], ah",
            "mov qword ptr [rsi], -7", "mov byte ptr [rsi + rdi], 0x55", "movzx eax, word ptr [rsi]",
            "movsx rax, byte ptr [rsi + rdi]", "movsxd rcx, dword ptr [rsi]", "add rax, [rsi]",
            "cmp dword ptr [rsi + 4], 0", "cmp [rsi], rax", "test byte ptr [rsi], 1", "inc dword ptr [rsi]",
            "add qword ptr [rsi], 8", "xor [rsi + rdi*8], r8",
        );
    }

    #[test]
    fn any_bytes_are_survived_and_refusal_changes_nothing(
        bytes in proptest::collection::vec(any::<u8>(), 0..=15),
        values: [u64; 9],
        cr4: u64,
    ) {
        let mut regs = Registers::long_mode();
        for (&index, &value) in USED.iter().zip(&values) {
            regs.put(Register::General(index), value);
        }
        regs.put(Register::General(4), 0x8080);
        regs.put(Register::Cr4, cr4);
        let before = regs.clone();
        let mut ram = memory();
        if !execute(&code(&bytes), &mut regs, &mut ram) {
            prop_assert_eq!(regs, before);
            prop_assert_eq!(ram.bytes, memory().bytes);
        }
    }
}

fn stack() -> Registers {
    let mut regs = Registers::long_mode();
    regs.put(Register::General(4), 0x8080);
    regs.put(Register::General(5), 0x80a0);
    regs
}

#[test]
fn stack_instructions() {
    let mut ram = memory();
    let mut regs = stack();
    assert!(execute(&code(&[0x55]), &mut regs, &mut ram), "push rbp");
    assert_eq!(
        (ram.word(0x8078), regs.get(Register::General(4))),
        (0x80a0, 0x8078)
    );
    assert!(
        execute(&code(&[0x54]), &mut regs, &mut ram),
        "push rsp stores the old value"
    );
    assert_eq!(ram.word(0x8070), 0x8078);
    assert!(execute(&code(&[0x6a, 0xfe]), &mut regs, &mut ram), "push -2");
    assert_eq!(
        (ram.word(0x8068), regs.get(Register::General(4))),
        (0xffff_ffff_ffff_fffe, 0x8068)
    );
    assert!(execute(&code(&[0x41, 0x5f]), &mut regs, &mut ram), "pop r15");
    assert_eq!(regs.get(Register::General(15)), 0xffff_ffff_ffff_fffe);
    assert!(
        execute(&code(&[0x5c]), &mut regs, &mut ram),
        "pop rsp loads and does not add"
    );
    assert_eq!(regs.get(Register::General(4)), 0x8078);
    assert!(
        execute(&code(&[0xff, 0x75, 0x08]), &mut regs, &mut ram),
        "push [rbp+8]"
    );
    assert_eq!(ram.word(0x8070), 0xafae_adac_abaa_a9a8);
    assert!(execute(&code(&[0xc9]), &mut regs, &mut ram), "leave");
    assert_eq!(regs.get(Register::General(4)), 0x80a8);
    assert_eq!(regs.get(Register::General(5)), 0xa7a6_a5a4_a3a2_a1a0);
}

#[test]
fn calls_and_returns() {
    let mut ram = memory();
    let mut regs = stack();
    assert!(execute(&code(&[0xe8, 0xfb, 0x0f, 0, 0]), &mut regs, &mut ram));
    assert_eq!((regs.get(Register::Rip), ram.word(0x8078)), (0x2000, 0x1005));
    assert!(execute(&code(&[0xc3]), &mut regs, &mut ram));
    assert_eq!(
        (regs.get(Register::Rip), regs.get(Register::General(4))),
        (0x1005, 0x8080)
    );
    assert!(execute(&code(&[0xeb, 0xfe]), &mut regs, &mut ram));
    assert_eq!(regs.get(Register::Rip), 0x1000);
    let before = regs.clone();
    assert!(
        !execute(&code(&[0xc3]), &mut regs, &mut ram),
        "a return to a non-canonical address faults"
    );
    assert!(!execute(&code(&[0xff, 0xe0]), &mut regs, &mut ram), "jmp rax");
    regs.put(Register::Cr4, CR4_CET);
    assert!(
        !execute(&code(&[0xe8, 0, 0, 0, 0]), &mut regs, &mut ram),
        "the shadow stack is not ours"
    );
    regs.put(Register::Cr4, 0);
    assert_eq!(regs.get(Register::Rip), before.get(Register::Rip));
}

#[test]
fn conditional_jumps_match_the_processor() {
    for flags in 0..0x1000u64 {
        if flags & !alu::STATUS != 0 {
            continue;
        }
        macro_rules! each {
            ($($opcode:literal $set:literal),+ $(,)?) => { $({
                let mut expected = 0u8;
                // SAFETY: loads status flags and stores one of their conditions.
                unsafe {
                    asm!("push {f}", "popfq", concat!($set, " {r}"), f = in(reg) flags | 2, r = inout(reg_byte) expected);
                }
                let mut regs = stack();
                regs.put(Register::Rflags, flags | 2);
                assert!(execute(&code(&[$opcode, 0x10]), &mut regs, &mut memory()));
                let target = if expected == 1 { 0x1012 } else { 0x1002 };
                assert_eq!(regs.get(Register::Rip), target, "{} {flags:#x}", $set);
            })+ };
        }
        each!(
            0x70 "seto", 0x71 "setno", 0x72 "setb", 0x73 "setae", 0x74 "sete", 0x75 "setne", 0x76 "setbe",
            0x77 "seta", 0x78 "sets", 0x79 "setns", 0x7a "setp", 0x7b "setnp", 0x7c "setl", 0x7d "setge",
            0x7e "setle", 0x7f "setg",
        );
    }
}

#[test]
fn left_to_the_hardware() {
    let nop: &[u8] = &[0x90];
    let mut ram = memory();
    for flag in [alu::TRAP, alu::ALIGNMENT] {
        let mut regs = stack();
        regs.put(Register::Rflags, 2 | flag);
        assert!(!execute(&code(nop), &mut regs, &mut ram));
    }
    let mut old = code(nop);
    old.width = Width::Bits16;
    assert!(!execute(&old, &mut stack(), &mut ram));
    let cases: [&[u8]; 9] = [
        &[0xf0, 0x48, 0xff, 0x04, 0x24], // lock inc
        &[0x8e, 0xd8],                   // mov ds, eax
        &[0x0f, 0x20, 0xc0],             // mov rax, cr0
        &[0x9c],                         // pushf
        &[0x66, 0x50],                   // push ax
        &[0x0f, 0xa2],                   // cpuid
        &[0xcc],
        &[0xf4],
        &[0x8b, 0x04, 0x25, 0, 0, 0, 0], // mov eax, [0]: memory that refuses
    ];
    for bytes in cases {
        assert!(!execute(&code(bytes), &mut stack(), &mut ram), "{bytes:x?}");
    }
    let mut regs = stack();
    regs.put(Register::Rflags, 2 | alu::RESUME);
    assert!(execute(&code(nop), &mut regs, &mut ram));
    assert_eq!(regs.get(Register::Rflags), 2, "a finished instruction clears RF");
}

#[test]
fn registers_alone_in_32_bit_code() {
    let run = |bytes: &[u8], rip: u64| {
        let mut regs = stack();
        regs.put(Register::General(1), 0xffff_ffff);
        regs.put(Register::General(3), 7);
        let code = Code {
            width: Width::Bits32,
            rip,
            ..code(bytes)
        };
        execute(&code, &mut regs, &mut memory()).then_some(regs)
    };
    let done: [(&[u8], u8, u64); 5] = [
        (&[0x41], 1, 0),                             // inc ecx: a prefix in 64-bit code
        (&[0x89, 0xd9], 1, 7),                       // mov ecx, ebx
        (&[0x0f, 0x1f, 0x44, 0, 0], 1, 0xffff_ffff), // nop with an operand
        (&[0x83, 0xeb, 0x09], 3, 0xffff_fffe),       // sub ebx, 9
        (&[0xb1, 0x12], 1, 0xffff_ff12),             // mov cl, 12h
    ];
    for (bytes, number, value) in done {
        let regs = run(bytes, 0x1000).unwrap_or_else(|| panic!("{bytes:x?}"));
        assert_eq!(regs.get(Register::General(number)), value, "{bytes:x?}");
        assert_eq!(regs.get(Register::Rip), 0x1000 + bytes.len() as u64);
    }
    let refused: [&[u8]; 8] = [
        &[0x50],             // push eax
        &[0x58],             // pop eax
        &[0xc9],             // leave
        &[0xc3],             // ret
        &[0xeb, 0xfe],       // jmp
        &[0x74, 0x02],       // je
        &[0x8b, 0x03],       // mov eax, [ebx]
        &[0xe8, 0, 0, 0, 0], // call
    ];
    for bytes in refused {
        assert_eq!(run(bytes, 0x1000), None, "{bytes:x?}");
    }
    assert_eq!(
        run(&[0x41], 0xffff_ffff),
        None,
        "EIP would leave the address space"
    );
}
