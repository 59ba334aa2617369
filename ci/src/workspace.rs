//! Where things are in the checkout, and cargo as a builder that says where it put the result.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Message, MetadataCommand};

use crate::pack;

/// The hypervisor's package.
pub(crate) const HYPERVISOR: &str = "stub-hv";
/// The hypervisor's binary that unpacks the other one.
const UNPACKER: &str = "unpacker";
/// The file of the two, beside them.
const PACKED: &str = "stub-hv-packed";
/// The package of the guest that is booted when none is named.
pub(crate) const DEMO_GUEST: &str = "demo-guest";

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// As cargo's `-p` takes it.
    pub(crate) name: String,
    /// Whether it has a library, which is what is documented.
    pub(crate) has_library: bool,
    /// Whether `cargo test` finds anything in it.
    pub(crate) has_tests: bool,
}

/// The checkout.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The directory of the root Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target directory.
    pub(crate) target: PathBuf,
    /// The workspace's packages, sorted by name.
    pub(crate) packages: Vec<Package>,
    /// Those of them that lie under tests/guests, sorted.
    pub(crate) guests: Vec<String>,
    /// This program's file. Asked for at the start: cargo may write another one with that name, and it does as well.
    pub(crate) xtask: PathBuf,
}

impl Package {
    fn of(package: &cargo_metadata::Package) -> Self {
        Self {
            name: package.name.to_string(),
            has_library: package.targets.iter().any(cargo_metadata::Target::is_lib),
            has_tests: package.targets.iter().any(|target| target.test),
        }
    }
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .no_deps()
            .exec()
            .context("asking cargo about the workspace")?;
        let root = metadata.workspace_root.as_std_path().to_owned();
        let guests_dir = root.join("tests/guests");
        let mut packages: Vec<Package> = metadata.packages.iter().map(Package::of).collect();
        let mut guests: Vec<String> = metadata
            .packages
            .iter()
            .filter(|package| package.manifest_path.as_std_path().starts_with(&guests_dir))
            .map(|package| package.name.to_string())
            .collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        guests.sort();
        Ok(Self {
            target: metadata.target_directory.into_std_path_buf(),
            root,
            packages,
            guests,
            xtask: std::env::current_exe().context("finding xtask itself")?,
        })
    }

    /// A cargo command in the checkout.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(words).current_dir(&self.root);
        command
    }

    /// Builds the package in the release profile and gives the file a boot loader takes: the ELF cargo made, of
    /// the hypervisor a packed one beside it.
    pub(crate) fn build(&self, package: &str) -> Result<PathBuf> {
        let built = self.executables(package)?;
        if package == HYPERVISOR {
            return pack(&built);
        }
        let last = built.into_iter().next_back();
        last.map(|(_, file)| file)
            .with_context(|| format!("package {package} has no binary; a bootable one is needed"))
    }

    /// Builds the package's binaries: name and file of each.
    ///
    /// One package at a time: built together, cargo would join the features of the freestanding
    /// images with those the host's tools want.
    fn executables(&self, package: &str) -> Result<Vec<(String, PathBuf)>> {
        if !self.packages.iter().any(|known| known.name == package) {
            let names: Vec<&str> = self
                .packages
                .iter()
                .map(|package| package.name.as_str())
                .collect();
            bail!(
                "the workspace has no package `{package}`; it has {}",
                names.join(", ")
            );
        }
        let output = self
            .cargo(&[
                "build",
                "--release",
                "--message-format=json-render-diagnostics",
                "-p",
                package,
            ])
            .stderr(Stdio::inherit())
            .output()
            .context("starting cargo build")?;
        if !output.status.success() {
            bail!("building {package} failed; cargo's messages are above");
        }
        let mut executables = Vec::new();
        for message in Message::parse_stream(output.stdout.as_slice()) {
            if let Message::CompilerArtifact(artifact) = message.context("reading cargo's messages")?
                && let Some(path) = artifact.executable
            {
                executables.push((artifact.target.name, path.into_std_path_buf()));
            }
        }
        Ok(executables)
    }
}

/// Packs the hypervisor.
fn pack(built: &[(String, PathBuf)]) -> Result<PathBuf> {
    let file = |name: &str| -> Result<&Path> {
        let found = built.iter().find(|(known, _)| known == name);
        let (_, file) = found.with_context(|| format!("package {HYPERVISOR} has no binary `{name}`"))?;
        Ok(file)
    };
    let read = |file: &Path| fs::read(file).with_context(|| format!("reading {}", file.display()));
    let hypervisor = file(HYPERVISOR)?;
    let packed = pack::pack(&read(file(UNPACKER)?)?, &read(hypervisor)?)
        .with_context(|| format!("packing {}", hypervisor.display()))?;
    let target = hypervisor.with_file_name(PACKED);
    // A machine that boots at this moment may be reading it.
    if fs::read(&target).is_ok_and(|present| present == packed) {
        return Ok(target);
    }
    let dir = target.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o644))
        .tempfile_in(dir)
        .context("making a file for the packed image")?;
    new.write_all(&packed).context("writing the packed image")?;
    new.persist(&target)
        .with_context(|| format!("writing {}", target.display()))?;
    Ok(target)
}
