//! What the project's own tools and its end-to-end tests share: the QEMU command line, child
//! processes that cannot outlive their owner, and a raw client for the GDB remote protocol.
//!
//! The `xtask` binary is a thin layer of verbs over this. Everything here returns `Result`, because
//! a test wants a message and not a dead process.

pub mod process;
pub mod qemu;
pub mod rsp;
