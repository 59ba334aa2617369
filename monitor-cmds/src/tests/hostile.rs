//! Whatever comes over the wire: no panic, and a place that is inside it.

use crate::COMMANDS;
use crate::Command;
use crate::Events;
use crate::fake::FakeMachine;
use crate::parse;
use crate::parse_bytes;
use crate::parse_u64;
use crate::run;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use proptest::prelude::*;

fn check(input: &[u8]) -> Result<(), TestCaseError> {
    let mut out = String::new();
    run(
        input,
        &mut FakeMachine::default(),
        &mut Events::with_capacity(2),
        &mut out,
    )
    .unwrap();
    // Only a script decides for itself what it prints.
    if !matches!(parse_bytes(input), Ok(Command::Evaluate(_))) {
        prop_assert!(out.ends_with('\n'));
    }
    prop_assert!(
        out.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'),
        "{:?}",
        out
    );
    let Err(error) = parse_bytes(input) else {
        return Ok(());
    };
    prop_assert!(error.offset() <= input.len());
    let newlines = input[..error.offset()]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count();
    prop_assert_eq!(error.line(), newlines + 1);
    prop_assert!(error.column() <= error.offset() + 1);
    Ok(())
}

/// Words that get past the first checks, and marks that break them.
fn nearly_a_command() -> impl Strategy<Value = String> {
    let words: Vec<&str> = COMMANDS.iter().flat_map(|spec| spec.words()).collect();
    let pieces = prop_oneof![
        3 => prop::sample::select(words.clone()),
        4 => prop::sample::select(alloc::vec![
            "core", "all", "c", "e", "d", "on", "off", "0", "3f8", "0n10", "10000", "ffffffffffffffffff", "{", "}",
            "pid 1", "cr3", "imm no", "sc on", "stage all", "buffer", "script", "code {90}", "asm", "output {a,b}", "rw",
            "l 10", "pa", "u", "@rsp+8", "mask", "step", "create a tcp", "{.x = 1;}", "1:2",             "\"", "\\n", "\n", "//", "/*", "*/", "\\{", "é", "\u{1b}", "{a}", "\"1\"", "\t",
            "l", "o", "pid", "base", "list", "process", "tid", "dump", "@rip", "@rcx+8", "(rax)", "=", "x=1;", "print(1);", "poi(0)", ".x", "1000", "ffffffffffffffff",
        ]),
    ];
    let glue = prop::sample::select(alloc::vec![" ", "", "  "]);
    (
        prop::sample::select(words),
        prop::collection::vec((glue, pieces), 0..8),
    )
        .prop_map(|(first, rest)| {
            let rest: String = rest.into_iter().flat_map(|(glue, piece)| [glue, piece]).collect();
            format!("{first}{rest}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn bytes(input in prop::collection::vec(any::<u8>(), 0..80)) {
        check(&input)?;
    }

    #[test]
    fn nearly_commands(input in nearly_a_command()) {
        check(input.as_bytes())?;
    }

    #[test]
    fn numbers_read_back(value in any::<u64>()) {
        prop_assert_eq!(parse_u64(&format!("{value:x}")), Ok(value));
        prop_assert_eq!(parse_u64(&format!("0n{value}")), Ok(value));
    }

    #[test]
    fn a_printed_command_parses_to_itself(input in nearly_a_command()) {
        let Ok(command) = parse(&input) else { return Ok(()) };
        prop_assert_eq!(parse(&command.to_string()), Ok(command.clone()), "{}", command);
    }

    #[test]
    fn a_printed_memory_command_parses_to_itself(
        word in prop::sample::select(alloc::vec![
            "db", "!dc", "dw", "!dd", "dq", "eb", "!ed", "eq", "sb", "!sd", "sq", "dl", "!dl", "k", "kd", "kq", "!pte",
            "!va2pa", "!pa2va",
        ]),
        numbers in prop::collection::vec(any::<u64>(), 1..4),
        small in any::<u8>(),
        words in prop::sample::subsequence(alloc::vec!["l", "pid", "o", "base", ""], 0..4).prop_shuffle(),
    ) {
        let mut input = String::from(word);
        for (index, keyword) in words.iter().enumerate() {
            let number = numbers[index % numbers.len()];
            match *keyword {
                "" => input += &format!(" {number:x}"),
                "base" => input += &format!(" base {number:#x}"),
                keyword => input += &format!(" {keyword} 0n{small}"),
            }
        }
        input += &format!(" {small:x}");
        if let Ok(command) = parse(&input) {
            prop_assert_eq!(parse(&command.to_string()), Ok(command.clone()), "{}", input);
        }
    }
}
