//! The verbs as clap sees them. Each verb's options are in its own file.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::verbs::{bench, build, cmd, demo, image, run, setup, test};

/// Builds, boots, tests and measures stub-hv.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say which tools are missing and install them with apt-get (or name them where there is no apt)
    Setup(setup::Args),
    /// Build the hypervisor and the guests under tests/guests
    Build(build::Args),
    /// Boot a guest under the hypervisor in QEMU
    Run(run::Args),
    /// Boot the demo guest, attach gdb and stop at its next serial byte
    Demo(demo::Args),
    /// Everything CI runs: formatting, lints, documentation, house rules, unit and end-to-end tests
    Test(test::Args),
    /// Measure the hypervisor side by side with QEMU's own gdbstub
    Bench(bench::Args),
    /// Try a command or a script of the command language without a target
    Cmd(cmd::Args),
    /// Make a GRUB ISO (BIOS) that boots the same thing from a USB stick
    Image(image::Args),
}

impl Cli {
    /// Does what the verb says; the code is the process's exit code.
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.verb {
            Verb::Setup(args) => setup::main(&args),
            Verb::Build(args) => build::main(&args),
            Verb::Run(args) => run::main(&args),
            Verb::Demo(args) => demo::main(&args),
            Verb::Test(args) => test::main(&args),
            Verb::Bench(args) => bench::main(&args),
            Verb::Cmd(args) => cmd::main(&args),
            Verb::Image(args) => image::main(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    fn error(words: &[&str]) -> String {
        Cli::try_parse_from(words).unwrap_err().to_string()
    }

    #[test]
    fn wrong_options_say_what_would_be_right() {
        let message = error(&["xtask", "run", "--cpus", "17"]);
        assert!(message.contains("17") && message.contains("1..=16"), "{message}");
        let message = error(&["xtask", "run", "--memory", "64"]);
        assert!(message.contains("64") && message.contains("128"), "{message}");
        let message = error(&["xtask", "run", "--guest", "windows:x"]);
        assert!(
            message.contains("windows:x") && message.contains("linux:FILE"),
            "{message}"
        );
        let message = error(&["xtask", "run", "--accel", "hax"]);
        assert!(message.contains("hax") && message.contains("tcg"), "{message}");
    }

    #[test]
    fn what_follows_two_dashes_is_for_qemu() {
        assert!(Cli::try_parse_from(["xtask", "run", "--cpus", "2", "--", "-nic", "user"]).is_ok());
        assert!(Cli::try_parse_from(["xtask", "run", "-nic"]).is_err());
    }
}
