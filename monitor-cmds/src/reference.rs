//! What else is made from the command table: the reference for the README, and completion.

use crate::COMMANDS;
use crate::CommandSpec;
use crate::ELSEWHERE;
use crate::Group;
use crate::OPTIONS;
use crate::commands::find;
use crate::commands::help::GROUPS;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The command reference in Markdown: a `###` section per group, a `####` section per command, and a table of the
/// event options. It begins with a heading and ends with a newline.
pub fn reference_markdown() -> String {
    let mut text = String::new();
    for (group, title) in GROUPS {
        text.push_str(&format!("### {title}\n\n"));
        for spec in COMMANDS.iter().filter(|spec| spec.group == group) {
            text.push_str(&section(spec));
        }
        if group == Group::Event {
            text.push_str("#### Options of every event\n\n| option | meaning |\n|---|---|\n");
            for option in OPTIONS {
                // A bar would end the cell, even in a code span.
                let value = option.value.replace('|', "\\|");
                text.push_str(&format!("| `{} {value}` | {} |\n", option.name, option.summary));
            }
            text.push('\n');
        }
    }
    text.push_str("### Done elsewhere\n\nHyperDbg's other commands.\n\n| command | instead |\n|---|---|\n");
    for row in ELSEWHERE {
        let words = row.words.join("`, `");
        text.push_str(&format!("| `{words}` | {} |\n", row.instead));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn section(spec: &CommandSpec) -> String {
    let mut text = format!("#### `{}`\n\n", spec.usage());
    text.push_str(&sentence(spec.summary));
    if !spec.aliases.is_empty() {
        text.push_str(&format!(" Also `{}`.", spec.aliases.join("`, `")));
    }
    if !spec.details.is_empty() {
        text.push_str("\n\n");
        text.push_str(spec.details);
    }
    text.push_str("\n\n");
    for (command, meaning) in spec.examples {
        text.push_str(&format!("* `monitor {command}`: {meaning}\n"));
    }
    if !spec.examples.is_empty() {
        text.push('\n');
    }
    text
}

/// With a capital first letter and a full stop.
fn sentence(summary: &str) -> String {
    let mut chars = summary.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    let mut text: String = first.into_iter().chain(chars).collect();
    text.push('.');
    text
}

/// The words that may stand where `line` ends: every word of the table that begins with the last, unfinished word
/// of `line` (empty after a space), in the order of the table. Case does not matter.
///
/// The first word is a command; after `help` comes a command; after an event command what it takes and the
/// options; after others what they take.
pub fn completions(line: &str) -> Vec<&'static str> {
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let first = words.next();
    let unfinished = line.rsplit([' ', '\t']).next().unwrap_or_default();
    let only_word = words.next().is_none() && !unfinished.is_empty();
    let commands = || COMMANDS.iter().flat_map(|spec| spec.words());
    let candidates: Vec<&'static str> = match first.and_then(find) {
        _ if first.is_none() || only_word => commands().collect(),
        None => Vec::new(),
        Some(spec) if spec.name == "help" => commands().collect(),
        Some(spec) if spec.group == Group::Event => {
            let options = OPTIONS.iter().map(|option| option.name);
            spec.keywords.iter().copied().chain(options).collect()
        }
        Some(spec) => spec.keywords.to_vec(),
    };
    let begins = |word: &&str| {
        word.get(..unfinished.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(unfinished))
    };
    candidates.into_iter().filter(begins).collect()
}
