//! Every form that the encoder knows: encoded by it, disassembled, assembled from that text, and disassembled again.

use super::instances::Memory;
use super::instances::instance;
use crate::asm::Bitness;
use crate::asm::assemble_for;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use iced_x86::Code;
use iced_x86::Decoder;
use iced_x86::DecoderOptions;
use iced_x86::Encoder;
use iced_x86::EncodingKind;
use iced_x86::Formatter;
use iced_x86::Instruction;
use iced_x86::IntelFormatter;
use iced_x86::OpCodeInfo;
use iced_x86::Register;
use iced_x86::RoundingControl;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

const ORIGIN: u64 = 0x1000;

/// The text of all instructions in `bytes`.
fn disassemble(bytes: &[u8], bits: u32, options: u32) -> String {
    let mut text = String::new();
    let mut formatter = IntelFormatter::new();
    for instruction in Decoder::with_ip(bits, bytes, ORIGIN, options) {
        if !text.is_empty() {
            text.push_str("; ");
        }
        formatter.format(&instruction, &mut text);
    }
    text
}

/// The text of `instruction`, which was never decoded.
fn format_alone(mut instruction: Instruction, length: usize) -> String {
    let mut text = String::new();
    instruction.set_len(length);
    instruction.set_next_ip(ORIGIN + length as u64);
    IntelFormatter::new().format(&instruction, &mut text);
    text
}

/// `plain`, and with every prefix and decoration that it takes.
fn decorated(plain: Instruction, info: &OpCodeInfo, memory: Memory) -> Vec<Instruction> {
    let mut all = alloc::vec![plain];
    let mut add = |change: &dyn Fn(&mut Instruction)| {
        let mut changed = plain;
        change(&mut changed);
        all.push(changed);
    };
    let has_memory = memory != Memory::None;
    if info.can_use_op_mask_register() {
        add(&|i| i.set_op_mask(Register::K5));
        if info.can_use_zeroing_masking() && plain.op0_kind() == iced_x86::OpKind::Register {
            add(&|i| {
                i.set_op_mask(Register::K2);
                i.set_zeroing_masking(true);
            });
        }
    }
    if info.can_broadcast() && has_memory {
        add(&|i| i.set_is_broadcast(true));
    }
    if !has_memory && info.can_use_rounding_control() {
        add(&|i| i.set_rounding_control(RoundingControl::RoundUp));
        add(&|i| i.set_rounding_control(RoundingControl::RoundToNearest));
    }
    if !has_memory && info.can_suppress_all_exceptions() && !info.can_use_rounding_control() {
        add(&|i| i.set_suppress_all_exceptions(true));
    }
    if plain.op0_kind() == iced_x86::OpKind::Memory {
        if info.can_use_lock_prefix() {
            add(&|i| i.set_has_lock_prefix(true));
        }
        if info.can_use_xacquire_prefix() && info.can_use_lock_prefix() {
            add(&|i| {
                i.set_has_lock_prefix(true);
                i.set_has_xacquire_prefix(true);
            });
        }
        if info.can_use_xrelease_prefix() && info.can_use_lock_prefix() {
            add(&|i| {
                i.set_has_lock_prefix(true);
                i.set_has_xrelease_prefix(true);
            });
        }
    }
    if info.can_use_rep_prefix() {
        add(&|i| i.set_has_rep_prefix(true));
    }
    if info.can_use_repne_prefix() || info.can_use_bnd_prefix() {
        add(&|i| i.set_has_repne_prefix(true));
    }
    if info.can_use_notrack_prefix() && memory != Memory::Segment {
        add(&|i| i.set_segment_prefix(Register::DS));
    }
    if info.can_use_hint_taken_prefix() {
        add(&|i| i.set_segment_prefix(Register::DS));
        add(&|i| i.set_segment_prefix(Register::CS));
    }
    all
}

/// Texts that stand for two instructions, and how the other one is written.
fn respelled(code: Code, text: String) -> String {
    match code {
        Code::Iretw => "iretw".into(),
        Code::Pushfw => "pushfw".into(),
        Code::Pushaw => "pushaw".into(),
        Code::Popaw => "popaw".into(),
        Code::Popfw => "popfw".into(),
        Code::Pmulhrw_mm_mmm64 => text.replacen("pmulhrw", "pmulhrwc", 1),
        Code::Smint_0F7E => "db 0x0f, 0x7e".into(),
        Code::Montmul_16 => format!("addr16 {text}"),
        code if format!("{code:?}").starts_with("Cyrix_D") && text == "undoc" => {
            format!("{code:?}").replacen("Cyrix", "undoc", 1)
        }
        Code::Jmpe_disp16 => format!("data16 {text}"),
        _ => text,
    }
}

fn check(bitness: Bitness) -> (usize, usize, BTreeMap<String, Vec<String>>) {
    let bits = bitness.bits();
    let mut tried = BTreeSet::new();
    let mut texts = 0;
    let mut failures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for code in Code::values() {
        let info = code.op_code();
        if !info.is_instruction() || !info.is_available_in_mode(bits) || info.encoding() == EncodingKind::MVEX
        {
            continue;
        }
        for memory in Memory::ALL {
            if bits == 32 && memory == Memory::Rip {
                continue;
            }
            let numbers: &[u32] = match memory {
                Memory::None | Memory::Full => &[1, 9],
                _ => &[1],
            };
            for &first in numbers {
                let Some(plain) = instance(code, bits, memory, first) else {
                    continue;
                };
                for instruction in decorated(plain, info, memory) {
                    let mut encoder = Encoder::new(bits);
                    if let Err(error) = encoder.encode(&instruction, ORIGIN) {
                        panic!("{code:?} {memory:?} {error}");
                    }
                    let mut options = info.decoder_option();
                    let bytes = encoder.take_buffer();
                    let mut want = disassemble(&bytes, bits, options);
                    if want.contains("(bad)") {
                        // The operand size of near branches is what the vendors disagree on.
                        options |= DecoderOptions::AMD;
                        want = disassemble(&bytes, bits, options);
                    }
                    let bounds = matches!(
                        code,
                        Code::Bndldx_bnd_mib | Code::Bndstx_mib_bnd | Code::Bndmk_bnd_m64
                    );
                    if bounds && memory == Memory::Rip {
                        // The encoder lets it pass, no processor does.
                        continue;
                    }
                    if want.contains("(bad)") {
                        // Not even its decoder takes it: the bytes must be the encoder's.
                        want = format!("{bytes:x?}");
                    }
                    tried.insert(code as usize);
                    texts += 1;
                    let text = match want.starts_with('[') {
                        true => respelled(code, format_alone(instruction, bytes.len())),
                        false => respelled(code, want.clone()),
                    };
                    let got = assemble_for(bitness, &text, ORIGIN, &|_| None)
                        .map(|code| match want.starts_with('[') {
                            true => format!("{:x?}", code.bytes),
                            false => disassemble(&code.bytes, bits, options),
                        })
                        .unwrap_or_else(|error| format!("error: {error}"));
                    if got != want {
                        failures
                            .entry(format!("{code:?}"))
                            .or_default()
                            .push(format!("{text} -> {got}, not {bytes:x?}"));
                    }
                }
            }
        }
        if !tried.contains(&(code as usize)) {
            failures
                .entry(format!("{code:?}"))
                .or_default()
                .push("never tried".into());
        }
    }
    (tried.len(), texts, failures)
}

fn assert_all(bitness: Bitness, least_forms: usize) {
    let (forms, texts, failures) = check(bitness);
    let first: Vec<_> = failures.iter().take(20).collect();
    assert!(
        failures.is_empty(),
        "{} of {forms} fail: {first:#?}",
        failures.len()
    );
    assert!(
        forms >= least_forms && texts > 10 * forms,
        "{forms} forms, {texts} texts"
    );
}

#[test]
fn every_form_of_64_bit_code() {
    assert_all(Bitness::Bits64, 4483);
}

#[test]
fn every_form_of_32_bit_code() {
    assert_all(Bitness::Bits32, 4169);
}
