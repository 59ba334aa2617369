//! `cargo xtask`: builds, boots, tests and measures stub-hv.
//!
//! One file per verb under `verbs`; what several verbs need is a module beside them, and what the
//! end-to-end tests need too is in the library half of this package.

mod apt;
mod bench;
mod checks;
mod cli;
mod guest;
mod initrd;
mod interrupt;
mod kernel;
mod needs;
mod pack;
mod port;
mod steps;
mod verbs;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match interrupt::install().and_then(|()| cli::Cli::parse().run()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
