//! Help, reference and completion all follow the table.

use crate::COMMANDS;
use crate::Events;
use crate::OPTIONS;
use crate::completions;
use crate::fake::FakeMachine;
use crate::parse;
use crate::reference_markdown;
use crate::run;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

fn output(input: &str) -> String {
    let mut out = String::new();
    run(
        input.as_bytes(),
        &mut FakeMachine::default(),
        &mut Events::with_capacity(1),
        &mut out,
    )
    .unwrap();
    out
}

#[test]
fn every_word_is_there_once_and_in_lower_case() {
    let mut words: Vec<_> = COMMANDS.iter().flat_map(|spec| spec.words()).collect();
    assert!(
        words
            .iter()
            .all(|word| *word == word.to_ascii_lowercase() && !word.contains(' '))
    );
    words.sort_unstable();
    let count = words.len();
    words.dedup();
    assert_eq!(words.len(), count);
}

#[test]
fn every_row_is_explained_everywhere() {
    let (overview, reference) = (output("help"), reference_markdown());
    for spec in COMMANDS {
        assert!(overview.contains(&format!("  {} ", spec.name)), "{}", spec.name);
        assert!(overview.contains(spec.summary), "{}", spec.name);
        assert!(
            reference.contains(&format!("#### `{}`\n", spec.usage())),
            "{}",
            spec.name
        );
        let explained = output(&format!("help {}", spec.name));
        assert!(explained.starts_with(&format!("{}\n  {}\n", spec.usage(), spec.summary)));
        for alias in spec.aliases {
            assert!(reference.contains(&format!("`{alias}`")));
            assert_eq!(output(&format!("help {alias}")), explained);
        }
    }
    for option in OPTIONS {
        assert!(output("help !ioin").contains(option.summary));
        let value = option.value.replace('|', "\\|");
        let row = format!("| `{} {value}` | {} |", option.name, option.summary);
        assert!(reference.contains(&row), "{row}");
    }
}

#[test]
fn examples_parse_and_lines_fit() {
    for spec in COMMANDS {
        for (text, _) in spec.examples {
            parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert!(reference_markdown().contains(&format!("* `monitor {text}`: ")));
        }
        assert!(
            output(&format!("help {}", spec.name))
                .lines()
                .all(|line| line.len() <= 110),
            "{}",
            spec.name
        );
    }
    for line in output("help").lines() {
        assert!(line.len() <= 130, "{line}");
    }
}

#[test]
fn completion() {
    for (line, want) in [
        ("!ioo", &["!ioout"][..]),
        ("!IO", &["!ioapic", "!ioin", "!ioout", "!iout"]),
        ("!iou", &["!iout"]),
        ("st", &["status"]),
        ("help !ioi", &["!ioin"]),
        ("phys ", &["on", "off"]),
        ("phys OF", &["off"]),
        ("events c a", &["all"]),
        ("!db 1000 ", &["l", "pid"]),
        ("!iout 3f8 co", &["core", "condition", "code"]),
        ("!monitor r", &["r", "rw", "rx", "rwx"]),
        ("!crwrite 4 mas", &["mask"]),
        ("nonsense ", &[]),
        ("version ", &[]),
    ] {
        assert_eq!(completions(line), want, "{line}");
    }
    assert_eq!(
        completions("").len(),
        COMMANDS.iter().flat_map(|spec| spec.words()).count()
    );
}
