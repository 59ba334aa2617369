//! The files that are booted, as `cargo xtask test` names them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The file or directory that the environment variable names.
///
/// # Errors
/// It is not set: the tests were not started by `cargo xtask test`.
pub fn named(variable: &str) -> Result<PathBuf> {
    let value = std::env::var_os(variable);
    value.map(PathBuf::from).with_context(|| {
        format!("{variable} is not set: run these tests through `cargo xtask test FILTER`, which builds what they boot")
    })
}

/// The hypervisor's packed image.
///
/// # Errors
/// As [`named`].
pub fn image() -> Result<PathBuf> {
    named("STUB_HV_IMAGE")
}

/// The demo guest's ELF, with symbols.
///
/// # Errors
/// As [`named`].
pub fn demo_guest() -> Result<PathBuf> {
    named("STUB_HV_DEMO_GUEST")
}

/// Where the other guests lie.
///
/// # Errors
/// As [`named`].
pub fn guests() -> Result<PathBuf> {
    named("STUB_HV_GUESTS")
}

/// Debian's kernel.
///
/// # Errors
/// As [`named`].
pub fn kernel() -> Result<PathBuf> {
    named("STUB_HV_KERNEL")
}

/// The initrd for it.
///
/// # Errors
/// As [`named`].
pub fn initrd() -> Result<PathBuf> {
    named("STUB_HV_INITRD")
}

/// The `xtask` binary.
///
/// # Errors
/// As [`named`].
pub fn xtask() -> Result<PathBuf> {
    named("STUB_HV_XTASK")
}

/// A gdb script of these tests, `gdb/NAME.py`.
#[must_use]
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("gdb")
        .join(format!("{name}.py"))
}

/// What a user loads into gdb.
#[must_use]
pub fn gdbinit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gdbinit/stub-hv.gdb")
}
