//! `stepi` over every instruction that could see, lose or leak the trap flag.

use anyhow::{Context, Result, ensure};
use e2e::remote::{EFLAGS, RIP};
use xtask::rsp::Stop;

use super::common::{CODE, CS, DATA, RAX, RCX, RDI, RDX, RSI, RSP, SS, STACK, Stand, TRAP_FLAG, stand, tour};

/// One instruction, and where the step over it ends.
struct Row {
    name: &'static str,
    code: &'static [u8],
    /// Length of what the step executes.
    length: u64,
}

const fn row(name: &'static str, code: &'static [u8], length: u64) -> Row {
    Row { name, code, length }
}

/// Registers before each: RAX 0, RCX C0000080h (EFER), RDX 3ffh, RSI and RDI in scratch memory.
const ROWS: [Row; 18] = [
    row("nop", &[0x90], 1),
    row("cpuid", &[0x0f, 0xa2], 2),
    row("hlt", &[0xf4], 1),
    row("out dx, al", &[0xee], 1),
    row("in al, dx", &[0xec], 1),
    row("rdmsr", &[0x0f, 0x32], 2),
    row("rdtsc", &[0x0f, 0x31], 2),
    row("mov rax, cr0", &[0x0f, 0x20, 0xc0], 3),
    row("mov rax, dr7", &[0x0f, 0x21, 0xf8], 3),
    row("mov rax, dr6", &[0x0f, 0x21, 0xf0], 3),
    row("cli", &[0xfa], 1),
    row("lahf", &[0x9f], 1),
    row("movsb", &[0xa4], 1),
    row("outsb", &[0x6e], 1),
    row("insb", &[0x6c], 1),
    row("wbinvd", &[0x0f, 0x09], 2),
    row("jmp +0", &[0xeb, 0x00], 2),
    row("xgetbv or #UD", &[0x0f, 0x1f, 0x00], 3),
];

fn prepare(stand: &mut Stand, code: &[u8]) -> Result<()> {
    for (register, value) in [
        (RAX, 0),
        (RCX, 0xc000_0080),
        (RDX, 0x3ff),
        (RSI, DATA),
        (RDI, DATA + 0x100),
        (RSP, STACK),
    ] {
        stand.set(register, value)?;
    }
    let mut bytes = code.to_vec();
    bytes.extend([0x90; 16]);
    stand.place(&bytes)
}

fn no_trap_flag(stand: &mut Stand, name: &str) -> Result<()> {
    let flags = stand.client.register(EFLAGS)?;
    ensure!(flags & TRAP_FLAG == 0, "{name}: RFLAGS {flags:x}");
    Ok(())
}

#[test]
fn one_instruction_at_a_time() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    for row in &ROWS {
        prepare(&mut stand, row.code)?;
        let rip = stand.step("1")?;
        assert_eq!(rip, CODE + row.length, "{}", row.name);
        no_trap_flag(&mut stand, row.name)?;
        // And the next one is one step as well.
        assert_eq!(stand.step("1")?, rip + 1, "behind {}", row.name);
    }
    // The step did what the instruction does.
    prepare(&mut stand, &[0x0f, 0xa2])?;
    stand.step("1")?;
    assert!(stand.client.register(RAX)? >= 1);
    Ok(())
}

#[test]
fn flags_on_the_stack_have_no_trap_flag() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    // pushfq
    prepare(&mut stand, &[0x9c])?;
    assert_eq!(stand.step("1")?, CODE + 1);
    let pushed = stand.client.word(STACK - 8)?;
    assert_eq!(pushed & TRAP_FLAG, 0, "pushed {pushed:x}");
    assert_eq!(pushed & 0xfff, stand.client.register(EFLAGS)? & 0xfff);
    // pushf with 16 bits
    prepare(&mut stand, &[0x66, 0x9c])?;
    assert_eq!(stand.step("1")?, CODE + 2);
    assert_eq!(stand.client.word(STACK - 2)? & TRAP_FLAG, 0);
    // popfq: carry and direction come, the step ends behind it
    prepare(&mut stand, &[0x9d])?;
    stand.client.write_memory(STACK, &0x403u64.to_le_bytes())?;
    assert_eq!(stand.step("1")?, CODE + 1);
    let flags = stand.client.register(EFLAGS)?;
    assert_eq!(flags & 0xf01, 0x401, "RFLAGS {flags:x}");
    // iretq to behind the code
    prepare(&mut stand, &[0x48, 0xcf])?;
    let (cs, ss) = (stand.client.register(CS)?, stand.client.register(SS)?);
    for (place, value) in (0u64..).zip([CODE + 8, cs & 0xffff, 0x203, STACK + 64, ss & 0xffff]) {
        stand
            .client
            .write_memory(STACK + 8 * place, &value.to_le_bytes())?;
    }
    assert_eq!(stand.step("1")?, CODE + 8);
    assert_eq!(stand.client.register(RSP)?, STACK + 64);
    assert_eq!(stand.client.register(EFLAGS)? & 0xf01, 0x201);
    no_trap_flag(&mut stand, "iretq")?;
    assert_eq!(stand.step("1")?, CODE + 9);
    Ok(())
}

#[test]
fn a_move_to_ss_takes_the_next_instruction_along() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    // mov eax, ss; mov ss, eax; nop; nop
    prepare(&mut stand, &[0x8c, 0xd0, 0x8e, 0xd0])?;
    assert_eq!(stand.step("1")?, CODE + 2);
    let rip = stand.step("1")?;
    assert!([CODE + 4, CODE + 5].contains(&rip), "{rip:#x}");
    no_trap_flag(&mut stand, "mov ss")?;
    assert_eq!(stand.step("1")?, rip + 1);
    // mov ss, eax; pushfq: the flags it stores are the guest's
    prepare(&mut stand, &[0x8c, 0xd0, 0x8e, 0xd0, 0x9c])?;
    while stand.step("1")? < CODE + 5 {}
    assert_eq!(stand.client.word(STACK - 8)? & TRAP_FLAG, 0);
    Ok(())
}

#[test]
fn repeated_string_instructions_end() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    stand.client.write_memory(DATA, b"0123456789")?;
    // rep movsb
    prepare(&mut stand, &[0xf3, 0xa4])?;
    stand.set(RCX, 5)?;
    let mut steps = 0;
    while stand.step("1")? == CODE {
        steps += 1;
        assert_eq!(stand.client.register(RCX)?, 5 - steps);
    }
    assert!(steps <= 5, "{steps}");
    assert_eq!(stand.client.register(RCX)?, 0);
    assert_eq!(stand.client.rip()?, CODE + 2);
    assert_eq!(stand.client.read_memory(DATA + 0x100, 6)?, b"01234\0");
    Ok(())
}

#[test]
fn a_fault_is_stepped_into_its_handler() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    // Name, code, and the bytes the CPU pushes below RIP: an error code or nothing.
    let rows: [(&str, &[u8], u64); 5] = [
        ("ud2", &[0x0f, 0x0b], 0),
        ("mov al, [rsi] of an unmapped page", &[0x8a, 0x06], 8),
        ("div cl", &[0xf6, 0xf1], 0),
        ("int3", &[0xcc], 0),
        ("int 80h", &[0xcd, 0x80], 0),
    ];
    for (name, code, error) in rows {
        prepare(&mut stand, code)?;
        stand.set(RSI, 0x0000_1234_5000_0000)?;
        stand.set(RCX, 0)?;
        let rip = stand.step("1")?;
        assert!(
            rip != CODE && !(CODE..CODE + 16).contains(&rip),
            "{name}: {rip:#x}"
        );
        no_trap_flag(&mut stand, name)?;
        let top = stand.client.register(RSP)?;
        let returns = if name.starts_with("int") {
            CODE + code.len() as u64
        } else {
            CODE
        };
        assert_eq!(stand.client.word(top + error)?, returns, "{name}");
        assert_eq!(stand.client.word(top + error + 16)? & TRAP_FLAG, 0, "{name}");
        assert_eq!(stand.client.word(top + error + 24)?, STACK, "{name}");
    }
    Ok(())
}

#[test]
fn system_calls_are_stepped_into_and_out_of() -> Result<()> {
    let mut stand = stand("do=user-loop", 1, "demo: user task begins")?;
    let user = stand.symbols.get("user_loop")?;
    let entry = stand.symbols.get("syscall_entry")?;
    for _ in 0..2 {
        stand.run_to("user_loop")?;
        // mov eax, 1 is five bytes, SYSCALL two.
        assert_eq!(stand.step("1")?, user + 5);
        assert_eq!(stand.step("1")?, entry);
        assert_eq!(stand.client.register(RCX)?, user + 7);
        assert_eq!(stand.client.register(11)? & TRAP_FLAG, 0, "R11");
        assert_eq!(stand.client.register(CS)? & 3, 0);
        no_trap_flag(&mut stand, "syscall")?;
        let mut steps = 0;
        let mut rip = entry;
        while rip != user + 7 {
            rip = stand
                .step("1")
                .with_context(|| format!("step {steps} behind {rip:#x}"))?;
            steps += 1;
            assert!(steps < 5000, "SYSRET does not come");
        }
        assert_eq!(stand.client.register(CS)? & 3, 3);
        no_trap_flag(&mut stand, "sysret")?;
        // mov eax, 2; int 80h, and its IRET.
        assert_eq!(stand.step("1")?, user + 12);
        let rip = stand.step("1")?;
        assert!(rip != user + 14, "INT 80h was stepped over");
        let top = stand.client.register(RSP)?;
        assert_eq!(stand.client.word(top)?, user + 14);
        assert_eq!(stand.client.word(top + 16)? & TRAP_FLAG, 0);
        let mut steps = 0;
        while stand.step("1")? != user + 14 {
            steps += 1;
            assert!(steps < 5000, "IRET does not come");
        }
        no_trap_flag(&mut stand, "iret")?;
    }
    Ok(())
}

#[test]
fn a_range_is_stepped_in_one_go() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    stand.run_to("leaf")?;
    // Forty NOPs, then a jump to itself outside of the range.
    let mut code = vec![0x90; 40];
    code.extend([0xeb, 0xfe]);
    stand.place(&code)?;
    let end = CODE + 40;
    stand
        .client
        .send(format!("vCont;r{CODE:x},{end:x}:1").as_bytes())?;
    let stop: Stop = stand.client.wait_stop(e2e::PATIENCE)?;
    assert_eq!((stop.signal, stand.client.rip()?), (5, end), "{stop:?}");
    // A breakpoint inside of the range ends it.
    stand.set(RIP, CODE)?;
    stand.client.insert(0, CODE + 20, 1)?;
    stand
        .client
        .send(format!("vCont;r{CODE:x},{end:x}:1").as_bytes())?;
    stand.client.wait_stop(e2e::PATIENCE)?;
    assert_eq!(stand.client.rip()?, CODE + 20);
    Ok(())
}
