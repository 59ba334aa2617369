//! The packet front end: it stands between the line and `gdbstub`.
//!
//! `gdbstub` gives its connection up on any byte it does not expect, drops breakpoint conditions while it says
//! `OK`, and resumes one thread where the client means all. So the line never reaches it: the front end owns
//! framing, checksums and acknowledgements, checks the shape of every packet, rewrites the ones that would go
//! wrong, answers what needs nobody, and hands out what `gdbstub` does not know as typed requests. It is pure:
//! bytes and milliseconds go in, requests and bytes come out, and nothing is allocated after construction.
//!
//! How to drive it:
//!
//! * feed every byte of the line to [`FrontEnd::receive`] while [`Replies::ready`] says that a reply fits;
//! * a [`Request::Stub`]: give [`StubPacket::bytes`] to the engine, then its output to [`Replies::stub`]; when the
//!   engine gives up, clear the output, make a new engine, give it [`Session::replay`] and clear the output once
//!   more, then [`Replies::engine_failed`];
//! * a [`Request::Local`]: answer through [`Replies`];
//! * a stop: let the engine write the stop reply, then [`Replies::stub`] again;
//! * send [`FrontEnd::pending_output`] as the line takes it, and call [`FrontEnd::poll`] now and then.
//!
//! The engine's packet buffer must hold [`ENGINE_BUFFER`] bytes, so that it reads memory in one piece.

pub mod breakpoint;
pub mod collector;
pub mod crc;
pub mod deframer;
pub mod fault;
pub mod frame;
pub mod front;
pub mod hex;
pub mod options;
pub mod replies;
pub mod request;
mod ring;
mod route;
pub mod sender;
pub mod session;
pub mod supported;
mod thread_id;

pub use breakpoint::BreakpointChange;
pub use breakpoint::BreakpointType;
pub use breakpoint::Conditions;
pub use collector::StubOutput;
pub use crc::Crc;
pub use fault::Fault;
pub use frame::FrameWriter;
pub use frame::framed;
pub use front::Exchange;
pub use front::FrontEnd;
pub use options::Options;
pub use replies::Losses;
pub use replies::Replies;
pub use replies::StubAnswer;
pub use request::Escaped;
pub use request::HexText;
pub use request::LocalRequest;
pub use request::Request;
pub use request::StubPacket;
pub use sender::Patience;
pub use session::Session;
pub use supported::amend_qsupported;

/// The longest packet either side may send, framing included; the client learns it as `PacketSize`.
pub const PACKET_SIZE: usize = 0x4000;

/// The longest body: the packet without `$`, `#` and checksum.
pub const MAX_BODY: usize = PACKET_SIZE - 4;

/// The most bytes of memory one reply can carry: two characters each, and a letter in front.
pub const MAX_READ: usize = (MAX_BODY - 1) / 2;

/// How large the protocol engine's packet buffer must be.
pub const ENGINE_BUFFER: usize = PACKET_SIZE + 64;
