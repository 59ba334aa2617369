//! Whatever comes over the wire: no panic, and a place that is inside it.

use crate::COMMANDS;
use crate::Command;
use crate::Events;
use crate::Trigger;
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
    prop_assert!(out.ends_with('\n'));
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
            "\"", "\\n", "\n", "//", "/*", "*/", "\\{", "é", "\u{1b}", "{a}", "\"1\"", "\t",
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
    fn a_printed_trigger_parses_to_itself(output in any::<bool>(), port in any::<Option<u16>>()) {
        let direction = if output { crate::Direction::Out } else { crate::Direction::In };
        let trigger = Trigger::Io { direction, port };
        let Ok(Command::Event(spec)) = parse(&trigger.to_string()) else {
            return Err(TestCaseError::fail(trigger.to_string()));
        };
        prop_assert_eq!(spec.trigger, trigger);
    }
}
