//! The command language of the debugger's `monitor` packets.
//!
//! Text of a `monitor` packet goes in, a typed [`Command`] or an [`Error`] that points at the character comes
//! out; [`execute()`] runs a command over the [`Machine`] trait and writes what the user reads. The crate knows
//! nothing of gdb, of VMX or of SVM: it is pure, so all of it is tested and fuzzed on the host.
//!
//! The language is HyperDbg's: command words and option keywords compare without case, **numbers are hexadecimal**
//! unless they begin with `0n`. Output keeps the base: ports, addresses, register values and CPU numbers are
//! printed in hexadecimal, so that they can be typed back; counters in `status` are decimal.
//!
//! # Parts
//! * [`tokenize`]: words, numbers, quoted literals and brace blocks with their places;
//! * [`COMMANDS`]: the one table that the parser, `help`, [`completions`] and [`reference_markdown`] are made from;
//!   a command is one file under `src/commands/` plus a row there;
//! * [`OPTIONS`]: the options that every event command takes, one row each;
//! * [`Events`]: the event table, in storage that the caller supplies; [`Events::intercepts`] says what a CPU must
//!   trap, [`Events::matching`] which events an [`Occurrence`] fires, without allocating;
//! * [`Hit`]: what happened at a break, as a line for people and as `key=value` for scripts.
//!
//! # Where it differs from HyperDbg on purpose
//! * A tab separates words as a space does.
//! * A port above ffff is refused instead of registering an event that can never fire.
//! * An event number is used up only by an event that was registered, so numbers have no gaps.
//! * A disabled event costs nothing: what only it asked for is no longer intercepted.
//! * `core` takes `0n` decimal, and a core that does not exist is refused with the list of those that do.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod args;
mod command;
mod commands;
mod error;
mod event;
mod events;
mod execute;
pub mod fake;
mod intercepts;
mod machine;
mod number;
mod occurrence;
mod options;
mod reference;
mod suggest;
mod token;

pub use command::Command;
pub use command::CommandSpec;
pub use command::Group;
pub use command::parse;
pub use command::parse_bytes;
pub use commands::COMMANDS;
pub use commands::events::EventsAction;
pub use commands::find;
pub use error::Error;
pub use event::Event;
pub use event::EventSpec;
pub use event::TAG_BASE;
pub use event::Target;
pub use event::Trigger;
pub use events::Events;
pub use events::EventsError;
pub use execute::execute;
pub use execute::run;
pub use intercepts::Intercepts;
pub use intercepts::PortList;
pub use intercepts::Ports;
pub use machine::CpuState;
pub use machine::Machine;
pub use machine::Status;
pub use number::NumberError;
pub use number::parse_u32;
pub use number::parse_u64;
pub use occurrence::Direction;
pub use occurrence::Hit;
pub use occurrence::Io;
pub use occurrence::KeyValues;
pub use occurrence::Moment;
pub use occurrence::Occurrence;
pub use occurrence::Stage;
pub use options::EventOptions;
pub use options::OPTIONS;
pub use options::OptionSpec;
pub use reference::completions;
pub use reference::reference_markdown;
pub use token::Token;
pub use token::TokenKind;
pub use token::tokenize;

#[cfg(test)]
mod tests;
