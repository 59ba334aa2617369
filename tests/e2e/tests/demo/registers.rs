//! Registers: what is read, what is written, and that the guest works with what was written.

use anyhow::Result;
use e2e::remote::{EFLAGS, RIP};

use super::common::{DATA, RAX, RDI, Stand, TRAP_FLAG, tour};

const FS_BASE: u8 = 57;
const GS_BASE: u8 = 58;
const KERNEL_GS_BASE: u8 = 59;
const CR0: u8 = 60;
const CR2: u8 = 61;
const CR3: u8 = 62;
const CR4: u8 = 63;
const CR8: u8 = 64;
const EFER: u8 = 65;
const ST0: u8 = 24;
const FCTRL: u8 = 32;
const XMM3: u8 = 43;
const XMM15: u8 = 55;
const MXCSR: u8 = 56;
const YMM5_HIGH: u8 = 71;
const XMM5: u8 = 45;

#[test]
fn registers_are_read_written_and_kept() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    general(&mut stand)?;
    system(&mut stand)?;
    vectors_reach_the_guest(&mut stand)?;
    Ok(())
}

#[test]
fn an_argument_that_was_changed_changes_the_result() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("write_sync_word")?;
    let round = stand.client.register(RDI)?;
    stand.run_to("leaf")?;
    assert_eq!(stand.client.register(RDI)?, round);
    stand.set(RDI, round + 1000)?;
    stand.run_to("write_sync_word")?;
    assert_eq!(stand.word("LAST_RESULT")?, 19 * round + 21 + 6 * 1000);
    // And the next round is as it always was.
    stand.run_to("leaf")?;
    stand.run_to("write_sync_word")?;
    assert_eq!(stand.word("LAST_RESULT")?, 19 * (round + 1) + 21);
    Ok(())
}

fn general(stand: &mut Stand) -> Result<()> {
    let all = stand.client.ask("g")?;
    let words = stand.client.registers(17)?;
    for number in 0..17u8 {
        assert_eq!(
            stand.client.register(number)?,
            words[usize::from(number)],
            "register {number}"
        );
    }
    assert_eq!(all.len() % 2, 0);
    // Every general register but RSP and RBP takes a value and keeps it over a step.
    let old = words;
    let numbers: Vec<u8> = (0..6).chain(8..16).collect();
    for &number in &numbers {
        stand.set(number, 0x1122_3344_5566_7700 + u64::from(number))?;
    }
    stand.place(&[0x90, 0x90])?;
    stand.step("1")?;
    for &number in &numbers {
        assert_eq!(
            stand.client.register(number)?,
            0x1122_3344_5566_7700 + u64::from(number)
        );
    }
    // G writes what g reads.
    let block = stand.client.ask("g")?;
    stand.client.must(&format!("G{block}"))?;
    assert_eq!(stand.client.ask("g")?, block);
    // mov rax, rbx; lea rcx, [r8 + r9 * 2]
    stand.run_code(&[0x48, 0x89, 0xd8, 0x4b, 0x8d, 0x0c, 0x48])?;
    assert_eq!(stand.client.register(RAX)?, 0x1122_3344_5566_7701);
    let sum = 0x1122_3344_5566_7708u64.wrapping_add(2 * 0x1122_3344_5566_7709);
    assert_eq!(stand.client.register(2)?, sum);
    let flags = stand.client.register(EFLAGS)?;
    assert_eq!(flags & TRAP_FLAG, 0);
    stand
        .client
        .set_register_bytes(EFLAGS, &(flags as u32 ^ 1).to_le_bytes())?;
    assert_eq!(stand.client.register(EFLAGS)?, flags ^ 1);
    // setc al
    stand.run_code(&[0x0f, 0x92, 0xc0])?;
    assert_eq!(stand.client.register(RAX)? & 0xff, (flags ^ 1) & 1);
    for (number, value) in (0..).zip(old) {
        stand.set(number, value)?;
    }
    assert_eq!(stand.client.rip()?, stand.symbols.get("leaf")?);
    Ok(())
}

fn system(stand: &mut Stand) -> Result<()> {
    let [cr0, cr3, cr4, efer] = [CR0, CR3, CR4, EFER].map(|number| stand.client.register(number));
    let (cr0, cr3, cr4, efer) = (cr0?, cr3?, cr4?, efer?);
    assert_eq!(cr0 & 0x8000_0001, 0x8000_0001, "CR0 {cr0:x}");
    assert_eq!(cr4 & 0x20, 0x20, "CR4 {cr4:x}");
    // LME and LMA; SVME is the hypervisor's and is not shown.
    assert_eq!(efer & 0x500, 0x500, "EFER {efer:x}");
    assert_eq!(efer & 0x1000, 0, "EFER {efer:x}");
    // mov rax, cr0; mov rbx, cr3; mov rcx, cr4; mov rdx, cr2; mov rsi, cr8
    let read = [
        0x0f, 0x20, 0xc0, 0x0f, 0x20, 0xdb, 0x0f, 0x20, 0xe1, 0x0f, 0x20, 0xd2, 0x44, 0x0f, 0x20, 0xc6,
    ];
    stand.set(CR2, 0x0123_4567_89ab)?;
    stand.set(CR8, 2)?;
    // CR4.PCE and CR0.WP turned over.
    stand.set(CR4, cr4 ^ 0x100)?;
    stand.set(CR0, cr0 ^ 0x1_0000)?;
    stand.run_code(&read)?;
    let seen = stand.client.registers(6)?;
    assert_eq!(seen[0], cr0 ^ 0x1_0000);
    assert_eq!(seen[1], cr3);
    assert_eq!(seen[2], cr4 ^ 0x100);
    assert_eq!(seen[3], 0x0123_4567_89ab);
    assert_eq!(seen[4], 2);
    stand.set(CR8, 0)?;
    stand.set(CR4, cr4)?;
    stand.set(CR0, cr0)?;
    // Bases, by RDMSR of C0000100h to C0000102h: mov eax, edx after a shift gives all 64 bits.
    for (register, low) in [(FS_BASE, 0u8), (GS_BASE, 1), (KERNEL_GS_BASE, 2)] {
        let before = stand.client.register(register)?;
        let value = 0xffff_8000_0000_0000 | (DATA + u64::from(low));
        stand.set(register, value)?;
        // mov ecx, c0000100h + n; rdmsr; shl rdx, 32; or rax, rdx
        stand.place(&[
            0xb9, low, 1, 0, 0xc0, 0x0f, 0x32, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0, 0x90,
        ])?;
        // By steps: no interrupt may come while GS is not the guest's.
        for _ in 0..4 {
            stand.step("1")?;
        }
        assert_eq!(stand.client.register(RAX)?, value, "base {low}");
        stand.set(register, before)?;
    }
    // A write that no CPU would take is refused, and the session lives.
    let reply = stand.client.ask(&format!("P{CR0:x}={}", "00".repeat(8)))?;
    assert!(reply == "OK" || reply.starts_with('E'), "{reply}");
    if reply == "OK" {
        stand.set(CR0, cr0)?;
    }
    assert_eq!(stand.client.register(CR0)?, cr0);
    Ok(())
}

fn vectors_reach_the_guest(stand: &mut Stand) -> Result<()> {
    let cr4 = stand.client.register(CR4)?;
    // CR4.OSFXSR, OSXMMEXCPT, OSXSAVE, then XCR0 = 7 by XSETBV in the guest.
    stand.set(CR4, cr4 | 0x4_0600)?;
    // xor ecx, ecx; xor edx, edx; mov eax, 7; xsetbv
    stand.run_code(&[0x31, 0xc9, 0x31, 0xd2, 0xb8, 7, 0, 0, 0, 0x0f, 0x01, 0xd1])?;
    let pattern = |seed: u8, len: u8| (0..len).map(|i| seed.wrapping_add(i * 7)).collect::<Vec<u8>>();
    stand.client.set_register_bytes(XMM3, &pattern(1, 16))?;
    stand.client.set_register_bytes(XMM15, &pattern(2, 16))?;
    stand.client.set_register_bytes(XMM5, &pattern(3, 16))?;
    stand.client.set_register_bytes(YMM5_HIGH, &pattern(4, 16))?;
    // 1.5 as an 80-bit number.
    let one_and_a_half = [0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0x3f];
    // fninit; fld1
    stand.run_code(&[0xdb, 0xe3, 0xd9, 0xe8])?;
    assert_eq!(
        stand.client.register_bytes(ST0)?,
        [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]
    );
    assert_eq!(stand.client.register(FCTRL)?, 0x37f);
    stand.client.set_register_bytes(ST0, &one_and_a_half)?;
    stand.client.set_register_bytes(MXCSR, &0x1fa0u32.to_le_bytes())?;
    stand.set(RDI, DATA)?;
    stand.client.write_memory(DATA, &[0; 128])?;
    // movups [rdi], xmm3; movups [rdi+16], xmm15; vmovups [rdi+32], ymm5; fstp tbyte [rdi+64];
    // stmxcsr [rdi+80]
    stand.run_code(&[
        0x0f, 0x11, 0x1f, 0x44, 0x0f, 0x11, 0x7f, 0x10, 0xc5, 0xfc, 0x11, 0x6f, 0x20, 0xdb, 0x7f, 0x40, 0x0f,
        0xae, 0x5f, 0x50,
    ])?;
    let stored = stand.client.read_memory(DATA, 84)?;
    assert_eq!(stored[..16], pattern(1, 16));
    assert_eq!(stored[16..32], pattern(2, 16));
    assert_eq!(stored[32..48], pattern(3, 16));
    assert_eq!(stored[48..64], pattern(4, 16));
    assert_eq!(stored[64..74], one_and_a_half);
    assert_eq!(stored[80..84], 0x1fa0u32.to_le_bytes());
    // They are still there after the guest has run.
    assert_eq!(stand.client.register_bytes(XMM3)?, pattern(1, 16));
    assert_eq!(stand.client.register_bytes(YMM5_HIGH)?, pattern(4, 16));
    assert_eq!(stand.client.register(MXCSR)?, 0x1fa0);
    // A register that does not exist is an error.
    assert!(stand.client.ask("pff")?.starts_with('E'));
    assert!(stand.client.rip().is_ok_and(|rip| rip != 0), "register {RIP:x}");
    Ok(())
}
