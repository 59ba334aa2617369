//! A raw client for the GDB remote protocol: what gdb does on the wire, without gdb.
//!
//! The bench and the end-to-end tests use it where gdb would hide what is measured or tested. Packets are
//! acknowledged together with the next one that is sent, in one segment, as long as the stub has not
//! switched acknowledgements off.

mod client;
mod packet;

pub use client::{Client, Stop};
pub use packet::{Decoder, Incoming, encode};
