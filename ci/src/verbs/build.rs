//! `cargo xtask build`: the hypervisor and every guest under tests/guests, and on request the
//! Linux the tests boot.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::setup;
use crate::workspace::{HYPERVISOR, Workspace};
use crate::{initrd, kernel, needs};

/// Options of `build`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Also fetch the kernel and make the initrd that the tests boot
    #[arg(long)]
    kernel: bool,
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    if args.kernel {
        setup::ensure(&workspace, &[needs::LINUX])?;
        println!("kernel: {}", kernel::vmlinuz(&workspace)?.display());
        println!("initrd: {}", initrd::make(&workspace)?.display());
    }
    for (package, file) in all(&workspace)? {
        println!("{package}: {}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds everything bootable: package name and ELF, the hypervisor first.
pub(crate) fn all(workspace: &Workspace) -> Result<Vec<(String, PathBuf)>> {
    let guests = workspace.guests.iter().map(String::as_str);
    std::iter::once(HYPERVISOR)
        .chain(guests)
        .map(|package| Ok((package.to_owned(), workspace.build(package)?)))
        .collect()
}
