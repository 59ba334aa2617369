//! Whatever the text: no panic, an offset inside, and code that stays the same when it is assembled again.

use crate::asm::Bitness;
use crate::asm::assemble_for;
use crate::asm::table;
use alloc::string::String;
use alloc::vec::Vec;
use proptest::prelude::*;

fn check(text: &str, origin: u64) -> Result<(), TestCaseError> {
    let symbols = |name: &str| (name.len().is_multiple_of(3)).then_some(name.len() as u64);
    for bitness in [Bitness::Bits32, Bitness::Bits64] {
        match assemble_for(bitness, text, origin, &symbols) {
            Ok(code) => prop_assert!(code.bytes.is_empty() || code.statements > 0),
            Err(error) => {
                prop_assert!(error.offset <= text.len());
                prop_assert!(!error.message.is_empty());
                prop_assert!(
                    error.message.chars().all(|c| !c.is_control()),
                    "{:?}",
                    error.message
                );
            }
        }
    }
    Ok(())
}

fn nearly_code() -> impl Strategy<Value = String> {
    let pieces = alloc::vec![
        "mov",
        "jmp",
        "vaddps",
        "lea",
        "movs",
        "fadd",
        "xlat",
        "db",
        "dq",
        "eax",
        "rax",
        "al",
        "rip",
        "xmm1",
        "zmm31",
        "k1",
        "st",
        "st(1)",
        "fs:",
        "[",
        "]",
        "+",
        "-",
        "*",
        "4",
        "8",
        ",",
        ";",
        ":",
        "\n",
        "a",
        "b",
        "$",
        "<a>",
        "<",
        ">",
        "{",
        "}",
        "{k1}",
        "{z}",
        "{1to8}",
        "{rn-sae}",
        "0x7fffffff",
        "0xffffffffffffffff",
        "-1",
        "dword ptr",
        "short",
        "far",
        "rel",
        "lock",
        "rep",
        "data16",
        "addr32",
        "'abc'",
        "(",
        ")",
        "~",
        "<<",
        "/",
        "%",
        "é",
        "1f",
        "\\",
        "#",
        "/*",
        "offset",
        "bcst",
        "byte",
    ];
    let glue = prop::sample::select(alloc::vec![" ", "", " "]);
    prop::collection::vec((prop::sample::select(pieces), glue), 0..16)
        .prop_map(|list| list.into_iter().flat_map(|(piece, glue)| [piece, glue]).collect())
}

fn an_instruction() -> impl Strategy<Value = String> {
    let names: Vec<&str> = table::mnemonics().collect();
    let operands = alloc::vec![
        "al",
        "cx",
        "edx",
        "rbx",
        "r9",
        "xmm1",
        "ymm2",
        "zmm3",
        "mm4",
        "k5",
        "st(2)",
        "cr0",
        "es",
        "[rax]",
        "[rip+4]",
        "[0x1234]",
        "qword ptr [rbx+rcx*4-8]",
        "[rax+zmm2*2]",
        "[rax+ebx]",
        "[ax+si]",
        "[al+st]",
        "[rip+rax]",
        "[xmm1+xmm2]",
        "[eip+cr0]",
        "far [bx]",
        "1",
        "-1",
        "0x12345678",
        "$+8",
        "{k1}",
    ];
    (
        prop::sample::select(names),
        prop::collection::vec(prop::sample::select(operands), 0..5),
    )
        .prop_map(|(name, operands)| alloc::format!("{name} {}", operands.join(", ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text(text in "\\PC{0,60}", origin in any::<u64>()) {
        check(&text, origin)?;
    }

    #[test]
    fn nearly(text in nearly_code(), origin in any::<u64>()) {
        check(&text, origin)?;
    }

    #[test]
    fn instructions(text in an_instruction(), origin in any::<u64>()) {
        check(&text, origin)?;
    }
}

#[test]
fn deep_and_long() {
    let deep = ["(", "-", "~", "["].map(|mark| alloc::format!("mov eax, {}", mark.repeat(20_000)));
    for text in &deep {
        assert!(assemble_for(Bitness::Bits64, text, 0, &|_| None).is_err());
    }
    let sum = alloc::format!("mov eax, 0{}", "+1".repeat(20_000));
    let code = assemble_for(Bitness::Bits64, &sum, 0, &|_| None).unwrap();
    assert_eq!(code.bytes, [0xb8, 0x20, 0x4e, 0, 0]);
}

/// The fuzzer's corpus, which keeps every input that it ever found something with.
#[test]
fn corpus() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus/assemble");
    let mut files = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for origin in [0, 0xffff_ffff_8100_0000, u64::MAX] {
            check(&String::from_utf8_lossy(&bytes), origin).unwrap();
        }
        files += 1;
    }
    assert!(files >= 12, "{files}");
}
