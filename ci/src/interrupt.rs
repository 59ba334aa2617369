//! Ctrl-C, SIGTERM and SIGHUP: a flag that everything that waits looks at.
//!
//! Nothing is done in the handler, so that the guards around QEMU and gdb run as on any other way out.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Takes the signals over; called once, first thing.
pub(crate) fn install() -> Result<()> {
    ctrlc::set_handler(|| REQUESTED.store(true, Ordering::SeqCst)).context("taking over Ctrl-C")
}

/// Whether the user asked for the end.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// An error when the user asked for the end.
pub(crate) fn check() -> Result<()> {
    if requested() {
        bail!("interrupted");
    }
    Ok(())
}
