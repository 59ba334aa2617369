//! Labels, and branches that are as short as reaches.

use super::hex;
use crate::asm::assemble;
use alloc::format;
use alloc::string::String;

fn bytes(text: &str) -> String {
    hex(&assemble(text, 0x1000, &|_| None).unwrap_or_else(|error| panic!("{text}: {error}")))
}

/// `count` bytes.
fn gap(count: usize) -> String {
    "nop;".repeat(count)
}

#[test]
fn forward_and_backward() {
    for (text, want) in [
        ("again: dec ecx; jnz again", "ffc975fc"),
        ("jmp over; int3; over: ret", "eb01ccc3"),
        ("a: b: jmp a; jmp b", "ebfeebfc"),
        ("jmp end; end:", "eb00"),
        ("a:\n  nop\n  loop a", "90e2fd"),
        ("jrcxz a; a: ret", "e300c3"),
        ("call f; ret; f: ret", "e801000000c3c3"),
        ("jmp near x; x:", "e900000000"),
        ("jmp near ptr x; x:", "e900000000"),
        ("jmp short x; x:", "eb00"),
        ("jmp $", "ebfe"),
        ("nop; jmp $-1", "90ebfd"),
        ("lea rax, [x]; x: dq x", "488d05000000000710000000000000"),
        ("mov rax, offset x; x:", "48c7c007100000"),
        ("db end - start; start: nop; nop; end:", "029090"),
        ("xbegin x; x:", "c7f800000000"),
        ("Label: jmp Label; label: jmp label", "ebfeebfe"),
    ] {
        assert_eq!(bytes(text), want, "{text}");
    }
}

#[test]
fn the_shortest_that_reaches() {
    for (count, want) in [(0x7f, "eb7f"), (0x80, "e980000000")] {
        let text = format!("jmp x; {} x:", gap(count));
        assert_eq!(bytes(&text), format!("{want}{}", "90".repeat(count)), "{count:x}");
    }
    for (count, want) in [(0x7e, "7480"), (0x7f, "0f847bffffff")] {
        let text = format!("x: {} je x", gap(count));
        assert_eq!(bytes(&text), format!("{}{want}", "90".repeat(count)), "{count:x}");
    }
    let far = format!("x: {} loop x", gap(0x80));
    let error = assemble(&far, 0x1000, &|_| None).expect_err("loop has one byte");
    assert!(error.message.starts_with("'loop' cannot be encoded: "), "{error}");
}

/// Each jump's target is behind the next jump: it is short only if that one is.
#[test]
fn growing_one_makes_others_grow() {
    for (last, opcode, size) in [(0x7d, 0xeb, 2), (0x80, 0xe9, 5)] {
        let mut text = String::from("jmp a0;");
        for number in 1..60 {
            text.push_str(&format!("{} jmp a{number}; a{}:", gap(0x7d), number - 1));
        }
        text.push_str(&format!("{} a59:", gap(last)));
        let code = assemble(&text, 0, &|_| None).unwrap();
        for number in 0..60 {
            assert_eq!(code[number * (0x7d + size)], opcode, "jump {number}");
        }
        assert_eq!(code.len(), 59 * (0x7d + size) + size + last);
    }
}

#[test]
fn sizes_that_depend_on_themselves_settle() {
    // The longer the jump, the nearer its target.
    let code = assemble("jmp $+0x82-(e-b); b: jmp b; e:", 0, &|_| None).unwrap();
    assert_eq!(code, [0xe9, 0x7b, 0, 0, 0, 0xeb, 0xfe]);
    // What becomes shorter again keeps its room.
    let code = assemble("a: add rbx, 0x80 - (e - a)*16; e: nop", 0, &|_| None).unwrap();
    let add = usize::from(code[0] == 0x48 && code[1] == 0x81) * 3 + 4;
    assert_eq!(
        code.len(),
        code.iter().rev().take_while(|&&byte| byte == 0x90).count() + add
    );
    for count in 0x70..0x90 {
        let text = format!(
            "a: mov eax, [rbx + b - a]; {} b: add rax, b - a; jmp a",
            gap(count)
        );
        let code = assemble(&text, 0, &|_| None).unwrap();
        let size = if count + 3 < 0x80 { 3 } else { 6 };
        assert_eq!(usize::from(code[2]), count + size, "{count:x}");
    }
}

#[test]
fn code_at_the_end_of_the_address_space() {
    let code = assemble("jmp x; x: jmp 0xfffffffffffffff0", 0xffff_ffff_ffff_fff0, &|_| {
        None
    });
    assert_eq!(code, Ok(alloc::vec![0xeb, 0, 0xeb, 0xfc]));
    let wrapped = assemble("nop; x: jmp x", u64::MAX, &|_| None);
    assert_eq!(wrapped, Ok(alloc::vec![0x90, 0xeb, 0xfe]));
}
