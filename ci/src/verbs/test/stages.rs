//! The stages of `test`, in order: what fails fast comes first.

use std::process::Command;

use anyhow::{Context, Result};

use super::super::build;
use crate::workspace::{DEMO_GUEST, HYPERVISOR, Package, Workspace};
use crate::{checks, initrd, kernel};

/// The package of the tests that boot QEMU.
const E2E: &str = "e2e";

/// A named stage.
pub(super) struct Stage<'a> {
    pub(super) name: String,
    pub(super) work: Work<'a>,
}

/// What a stage does.
pub(super) enum Work<'a> {
    /// Prepares what the command needs, then runs it with its output in a log.
    Command(Box<dyn FnOnce() -> Result<Command> + 'a>),
    /// Something this process does itself.
    Function(Box<dyn FnOnce() -> Result<()> + 'a>),
}

impl<'a> Stage<'a> {
    fn cargo(name: impl Into<String>, workspace: &'a Workspace, words: Vec<String>) -> Self {
        let make = move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut command = workspace.cargo(&words);
            command.env("RUSTDOCFLAGS", "-D warnings");
            Ok(command)
        };
        Self {
            name: name.into(),
            work: Work::Command(Box::new(make)),
        }
    }
}

/// The stages for these options.
pub(super) fn list<'a>(
    workspace: &'a Workspace,
    quick: bool,
    bless: bool,
    filter: Option<&'a str>,
) -> Vec<Stage<'a>> {
    let mut stages = Vec::new();
    if filter.is_none() {
        stages.extend(static_checks(workspace, bless));
    }
    let units = workspace
        .packages
        .iter()
        .filter(|package| package.has_tests && package.name != E2E);
    stages.extend(units.map(|package| {
        let mut words = words(&["test", "-p", &package.name]);
        if let Some(filter) = filter {
            words.extend(["--".to_owned(), filter.to_owned()]);
        }
        Stage::cargo(format!("unit {}", package.name), workspace, words)
    }));
    if quick {
        return stages;
    }
    if filter.is_none() {
        let demo = || {
            let mut command = Command::new(&workspace.xtask);
            command.args(["demo", "--batch"]);
            Ok(command)
        };
        stages.push(Stage {
            name: "demo".to_owned(),
            work: Work::Command(Box::new(demo)),
        });
    }
    if workspace.packages.iter().any(|package| package.name == E2E) {
        let work = Work::Command(Box::new(move || end_to_end(workspace, filter)));
        stages.push(Stage {
            name: "end to end".to_owned(),
            work,
        });
    }
    stages
}

fn static_checks(workspace: &Workspace, bless: bool) -> Vec<Stage<'_>> {
    let each = |verb: &str, tail: &[&str], wanted: fn(&Package) -> bool| -> Vec<Stage<'_>> {
        let packages = workspace.packages.iter().filter(|package| wanted(package));
        packages
            .map(|package| {
                let mut words = words(&[verb, "-p", &package.name]);
                words.extend(tail.iter().map(|&word| word.to_owned()));
                let part = if tail.contains(&"--tests") { " tests" } else { "" };
                Stage::cargo(format!("{verb} {}{part}", package.name), workspace, words)
            })
            .collect()
    };
    let mut stages = vec![Stage::cargo(
        "fmt",
        workspace,
        words(&["fmt", "--all", "--check"]),
    )];
    stages.push(Stage {
        name: "house rules".to_owned(),
        work: Work::Function(Box::new(move || checks::sources(workspace, bless))),
    });
    // The tests apart from the rest: their dependencies bring the standard library, which a freestanding
    // binary must not meet.
    stages.extend(each("clippy", &["--", "-D", "warnings"], |_| true));
    stages.extend(each("clippy", &["--tests", "--", "-D", "warnings"], |_| true));
    stages.extend(each("doc", &["--no-deps", "--lib"], |package| {
        package.has_library
    }));
    let build = move || {
        let built = build::all(workspace)?;
        let (_, image) = built.first().context("nothing was built")?;
        checks::image(image)
    };
    stages.push(Stage {
        name: "build".to_owned(),
        work: Work::Function(Box::new(build)),
    });
    stages
}

/// The command of the tests that boot QEMU, with everything they boot made and named to them.
fn end_to_end(workspace: &Workspace, filter: Option<&str>) -> Result<Command> {
    let built = build::all(workspace)?;
    let file = |package: &str| {
        let found = built.iter().find(|(name, _)| name == package);
        found
            .map(|(_, file)| file.clone())
            .with_context(|| format!("package {package} was not built"))
    };
    let image = file(HYPERVISOR)?;
    let mut command = workspace.cargo(&["test", "-p", E2E, "--", "--test-threads=1"]);
    command.args(filter);
    command
        .env("STUB_HV_DEMO_GUEST", file(DEMO_GUEST)?)
        .env(
            "STUB_HV_GUESTS",
            image.parent().context("the image lies in no directory")?,
        )
        .env("STUB_HV_KERNEL", kernel::vmlinuz(workspace)?)
        .env("STUB_HV_INITRD", initrd::make(workspace)?)
        .env("STUB_HV_XTASK", &workspace.xtask)
        .env("STUB_HV_IMAGE", image);
    Ok(command)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
