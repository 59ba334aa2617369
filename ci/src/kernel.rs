//! The kernel the tests boot: the distribution's own, fetched once and kept under the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{apt, steps};

/// Debian's kernel for virtual machines first, then Ubuntu's names for the same thing.
const PACKAGES: &[&str] = &[
    "linux-image-cloud-amd64",
    "linux-image-virtual",
    "linux-image-generic",
];

/// The cached kernel (a bzImage), downloaded when it is not there yet.
pub(crate) fn vmlinuz(workspace: &Workspace) -> Result<PathBuf> {
    let dir = workspace.target.join("kernel");
    let cached = dir.join("vmlinuz");
    if cached.is_file() {
        return Ok(cached);
    }
    if !apt::available() {
        bail!(
            "the tests boot a distribution kernel that is fetched with apt-get, which this machine lacks; \
             put a bzImage at {} instead",
            cached.display()
        );
    }
    let logs = workspace.target.join("xtask");
    let package = match image_package()? {
        Some(package) => package,
        None => {
            apt::update(&logs)?;
            image_package()?.with_context(|| format!("apt knows none of {}", PACKAGES.join(", ")))?
        }
    };
    fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let work = tempfile::tempdir_in(&dir).context("making a directory for the download")?;
    let download = || -> Result<()> {
        let mut command = Command::new("apt-get");
        command.args(["download", &package]).current_dir(work.path());
        steps::must(
            &format!("downloading {package}"),
            &mut command,
            &logs.join("kernel-download.log"),
        )
    };
    // Package lists that are older than the mirror's last update name files that are gone.
    if download().is_err() {
        apt::update(&logs)?;
        download()?;
    }
    let deb = only_file(work.path(), "deb")?;
    let tree = work.path().join("tree");
    let mut unpack = Command::new("dpkg-deb");
    unpack.arg("-x").arg(&deb).arg(&tree);
    steps::must(
        &format!("unpacking {package}"),
        &mut unpack,
        &logs.join("kernel-unpack.log"),
    )?;
    let found = vmlinuz_in(&tree.join("boot"))?;
    fs::write(dir.join("package"), format!("{package}\n")).context("noting the kernel's package")?;
    // Renamed last, so that a half-made cache is never taken for a whole one.
    fs::rename(&found, &cached).with_context(|| format!("keeping {}", cached.display()))?;
    Ok(cached)
}

fn image_package() -> Result<Option<String>> {
    for meta in PACKAGES {
        let found = apt::depends(meta)?
            .into_iter()
            .find(|name| name.starts_with("linux-image-"));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn only_file(dir: &Path, extension: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|found| found == extension))
        .with_context(|| format!("apt-get download left no .{extension} file in {}", dir.display()))
}

fn vmlinuz_in(boot: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(boot).with_context(|| format!("reading {}", boot.display()))?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz"))
        })
        .with_context(|| format!("the kernel's package has no vmlinuz in {}", boot.display()))
}
