//! README.md says what the program does: its commands parse, it names every option of `run`, and its
//! monitor reference is what the command table gives.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};

use crate::cli::Cli;

const COMMAND: &str = "cargo xtask";
const BEGIN: &str = "<!-- monitor reference: begin -->";
const END: &str = "<!-- monitor reference: end -->";

/// What README.md has wrong. With `bless` its generated part is written anew first.
pub(super) fn check(readme: &Path, bless: bool) -> Result<Vec<String>> {
    let text = fs::read_to_string(readme).with_context(|| format!("reading {}", readme.display()))?;
    let mut wrong: Vec<String> = commands(&text)
        .into_iter()
        .filter_map(|line| parse(&line).err())
        .collect();
    wrong.extend(unnamed_options(&text));
    match with_reference(&text, &monitor_cmds::reference_markdown()) {
        None => wrong.push(format!("README.md: the lines `{BEGIN}` and `{END}` are missing")),
        Some(fresh) if fresh == text => {}
        Some(fresh) if bless => {
            fs::write(readme, fresh).with_context(|| format!("writing {}", readme.display()))?;
        }
        Some(_) => {
            wrong.push("README.md: the monitor reference is old; `cargo xtask test --bless` renews it".into())
        }
    }
    Ok(wrong)
}

/// What is wrong with the command crate's reference, which is generated as a whole. With `bless` it is written anew.
pub(super) fn check_manual(file: &Path, bless: bool) -> Result<Option<String>> {
    let fresh = monitor_cmds::manual_markdown();
    if fs::read_to_string(file).is_ok_and(|text| text == fresh) {
        return Ok(None);
    }
    if bless {
        fs::write(file, fresh).with_context(|| format!("writing {}", file.display()))?;
        return Ok(None);
    }
    let complaint = format!(
        "{}: the reference is old; `cargo xtask test --bless` renews it",
        file.display()
    );
    Ok(Some(complaint))
}

/// README.md with `reference` between the markers.
fn with_reference(text: &str, reference: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}\n{END}{after}", reference.trim()))
}

/// The `cargo xtask ...` lines of code blocks, and code spans that begin with it.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            found.push(line.trim());
        } else {
            found.extend(line.split('`').skip(1).step_by(2));
        }
    }
    let xtask = |code: &&str| code.starts_with(COMMAND) && code.len() > COMMAND.len();
    found.into_iter().filter(xtask).map(str::to_owned).collect()
}

fn parse(line: &str) -> Result<(), String> {
    let words =
        shlex::split(line).ok_or_else(|| format!("README.md: `{line}` has an open quotation mark"))?;
    match Cli::try_parse_from(&words[1..]) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelp => Ok(()),
        Err(error) => Err(format!("README.md: `{line}`: {error}")),
    }
}

fn unnamed_options(text: &str) -> Vec<String> {
    let cli = Cli::command();
    let run = cli.find_subcommand("run");
    let options = run
        .into_iter()
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_long);
    options
        .filter(|option| *option != "help" && !text.contains(&format!("`--{option}")))
        .map(|option| format!("README.md: the option `--{option}` of `run` is not described"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_blocks_and_spans() {
        let text = "Use `cargo xtask demo` or `cargo`.\n```sh\ncargo xtask run --cpus 2  # two\n$ ls\n```\ncargo xtask no\n";
        assert_eq!(
            commands(text),
            ["cargo xtask demo", "cargo xtask run --cpus 2  # two"]
        );
    }

    #[test]
    fn an_old_reference_is_told_of_and_renewed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("REFERENCE.md");
        fs::write(&file, "old").unwrap();
        assert!(
            check_manual(&file, false)
                .unwrap()
                .is_some_and(|text| text.contains("--bless"))
        );
        assert_eq!(check_manual(&file, true).unwrap(), None);
        assert_eq!(check_manual(&file, false).unwrap(), None);
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        assert_eq!(parse("cargo xtask run --cpus 2  # two CPUs"), Ok(()));
        assert_eq!(parse("cargo xtask run --help"), Ok(()));
        let message = parse("cargo xtask fly").unwrap_err();
        assert!(message.contains("`cargo xtask fly`"), "{message}");
        assert!(
            parse("cargo xtask run --guest 'x")
                .unwrap_err()
                .contains("quotation")
        );
    }

    #[test]
    fn the_reference_is_put_between_the_markers() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let fresh = with_reference(&old, "new\n").unwrap();
        assert_eq!(fresh, format!("a\n{BEGIN}\nnew\n{END}\nb\n"));
        assert_eq!(with_reference(&fresh, "new\n").unwrap(), fresh);
        assert_eq!(with_reference("a", "new"), None);
    }

    #[test]
    fn an_option_that_is_not_described_is_named() {
        assert!(unnamed_options("").iter().any(|line| line.contains("--cpus")));
        assert!(
            !unnamed_options("| `--cpus N` | x |")
                .iter()
                .any(|line| line.contains("--cpus"))
        );
    }
}
