//! What `--guest` names, checked before QEMU starts, and turned into modules and hypervisor options.

mod bzimage;
mod multiboot;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use xtask::qemu::Module;

use crate::workspace::{DEMO_GUEST, Workspace};

/// The command line a Linux guest gets when the user gives none.
const LINUX_APPEND: &str = "console=ttyS0";

/// What `--guest` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Guest {
    /// The guest under tests/guests that shows everything the hypervisor can stop on.
    Demo,
    /// A Linux bzImage.
    Linux(PathBuf),
    /// A multiboot 1 kernel.
    Multiboot(PathBuf),
}

impl FromStr for Guest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "demo" => Ok(Self::Demo),
            Some(("linux", file)) if !file.is_empty() => Ok(Self::Linux(file.into())),
            Some(("multiboot", file)) if !file.is_empty() => Ok(Self::Multiboot(file.into())),
            _ => Err(format!(
                "`{text}` is no guest; it is `demo`, `linux:FILE` or `multiboot:FILE`"
            )),
        }
    }
}

/// A guest that passed its checks.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The guest's image and its initrd, as the boot loader shall load them.
    pub(crate) modules: Vec<Module>,
    /// The value of the hypervisor's `guest=` option.
    pub(crate) kind: &'static str,
    /// An ELF with symbols for gdb, where there is one.
    pub(crate) symbols: Option<PathBuf>,
}

impl Guest {
    /// Builds or checks the guest's files.
    pub(crate) fn prepare(
        &self,
        workspace: &Workspace,
        initrd: Option<&Path>,
        append: Option<&str>,
    ) -> Result<Prepared> {
        let (file, kind, args) = match self {
            Self::Demo => (
                workspace.build(DEMO_GUEST)?,
                "multiboot",
                append.unwrap_or_default(),
            ),
            Self::Linux(file) => (file.clone(), "linux", append.unwrap_or(LINUX_APPEND)),
            Self::Multiboot(file) => (file.clone(), "multiboot", append.unwrap_or_default()),
        };
        let image = read(&file)?;
        let wrong = match self {
            Self::Linux(_) => bzimage::check(&image),
            Self::Demo | Self::Multiboot(_) => multiboot::check(&image),
        };
        if let Err(wrong) = wrong {
            bail!("{}: {wrong}", file.display());
        }
        let symbols =
            (!matches!(self, Self::Linux(_)) && image.starts_with(b"\x7fELF")).then(|| file.clone());
        let mut modules = vec![Module {
            file,
            args: args.to_owned(),
        }];
        if let Some(initrd) = initrd {
            read(initrd)?;
            modules.push(Module::plain(initrd));
        }
        Ok(Prepared {
            modules,
            kind,
            symbols,
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let image = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    if image.is_empty() {
        bail!("{} is empty", file.display());
    }
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_a_kind_and_a_file() {
        assert_eq!("demo".parse(), Ok(Guest::Demo));
        assert_eq!("linux:/boot/a:b".parse(), Ok(Guest::Linux("/boot/a:b".into())));
        assert_eq!("multiboot:k".parse(), Ok(Guest::Multiboot("k".into())));
        for wrong in ["", "linux", "linux:", "demo:x", "/boot/vmlinuz"] {
            let message = wrong.parse::<Guest>().unwrap_err();
            assert!(message.contains("linux:FILE"), "{wrong}: {message}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let message = format!("{:#}", read(&dir.path().join("gone")).unwrap_err());
        assert!(message.contains("gone cannot be read: No such file"), "{message}");
        let message = format!("{:#}", read(dir.path()).unwrap_err());
        assert!(message.contains("cannot be read: Is a directory"), "{message}");
        let empty = dir.path().join("empty");
        fs::write(&empty, "").unwrap();
        assert!(format!("{:#}", read(&empty).unwrap_err()).contains("empty is empty"));
    }
}
