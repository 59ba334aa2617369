//! What the end-to-end tests share: machines in QEMU with the hypervisor in them, their console, and the
//! two debuggers that look at them, the real gdb and a raw client of its protocol.
//!
//! Every test boots its own machine and ends it. Waiting always has a limit, and an error tells what the
//! guest had printed. `cargo xtask test` builds what is booted and names it in the environment.

pub mod console;
pub mod files;
pub mod gdb;
pub mod guest;
pub mod remote;
pub mod symbols;

pub use console::Console;
pub use gdb::Transcript;
pub use guest::{Guest, Setup};
pub use remote::Remote;
pub use symbols::Symbols;

use std::time::Duration;

/// How long anything that ought to be quick may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long a boot may take.
pub const BOOT: Duration = Duration::from_secs(30);
/// Time in which what must not happen would have happened.
pub const QUIET: Duration = Duration::from_millis(300);
