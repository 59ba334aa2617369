//! Transports: how the debugger's bytes travel.
//!
//! Everything above sees a [`Transport`]: bytes in, bytes out, never waiting. Everything below sees hardware through
//! a trait small enough to fake, so each part runs on the host as it runs on the machine, and the fakes are part of
//! the crate: [`loopback`] returns what it is sent, [`fault`] makes any transport a bad line, and [`uart::fake`] is a
//! 16550 with a line to play on. A transport over TCP is one more module with one more implementation.
#![cfg_attr(not(test), no_std)]

pub mod fault;
pub mod loopback;
pub mod queue;
pub mod transport;
pub mod uart;

pub use transport::Transport;
