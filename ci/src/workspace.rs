//! Where things are in the checkout, and cargo as a builder that says where it put the result.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Message, MetadataCommand};

/// The hypervisor's package.
pub(crate) const HYPERVISOR: &str = "stub-hv";
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
        })
    }

    /// A cargo command in the checkout.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(words).current_dir(&self.root);
        command
    }

    /// Builds the package's binary in the release profile and gives the ELF cargo made.
    ///
    /// One package at a time: built together, cargo would join the features of the freestanding
    /// images with those the host's tools want.
    pub(crate) fn build(&self, package: &str) -> Result<PathBuf> {
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
        let mut executable = None;
        for message in Message::parse_stream(output.stdout.as_slice()) {
            if let Message::CompilerArtifact(artifact) = message.context("reading cargo's messages")?
                && let Some(path) = artifact.executable
            {
                executable = Some(path.into_std_path_buf());
            }
        }
        executable.with_context(|| format!("package {package} has no binary; a bootable one is needed"))
    }
}
