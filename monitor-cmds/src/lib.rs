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
//! Every command and function, with an example: [`reference_of_the_language`].
//!
//! # Parts
//! * [`tokenize`]: words, numbers, quoted literals and brace blocks with their places;
//! * [`COMMANDS`]: the one table that the parser, `help`, [`completions`] and [`reference_markdown`] are made from;
//!   a command is one file under `src/commands/` plus a row there;
//! * [`OPTIONS`]: the options that every event command takes, one row each;
//! * [`Guest`]: one CPU's registers and memory, all that the commands about memory and page tables need;
//! * [`asm`]: the assembler behind `a` and `asm` blocks, every instruction that `iced-x86` encodes;
//! * [`Settings`]: what `settings` changes; the [`Machine`] keeps them, as they live as long as the session;
//! * [`ELSEWHERE`]: HyperDbg's other command words, and what does their work here;
//! * [`Events`]: the event table, in storage that the caller supplies; [`Events::intercepts`] says what a CPU must
//!   trap, [`dispatch()`] runs the events that an [`Occurrence`] is about, in their stages, without allocating;
//! * [`script`]: the language of scripts;
//! * [`resolve_files`]: puts the files that a command names into it, for whoever sends commands;
//! * [`Hit`]: what happened at a break, as a line for people and as `key=value` for scripts.
//!
//! # Where it differs from HyperDbg on purpose
//! * A tab separates words as a space does.
//! * A symbol without a module is one of `nt` only if a distance follows (`Name+5`).
//! * A port above ffff is refused instead of registering an event that can never fire.
//! * An event number is used up only by an event that was registered, so numbers have no gaps.
//! * A disabled event costs nothing: what only it asked for is no longer intercepted.
//! * A core that does not exist is refused with the list of those that do. `cr3 X` binds an event to an address space.
//! * Hexadecimal code may have white space between its bytes. `asm` counts for the next block only.
//! * A block follows its keyword at once. A buffer has at most 14000 bytes.
//! * `!exception 1f` is accepted, and ranges of one byte; `wx` watches both; `!crwrite` takes the word `mask`; `!mode`
//!   takes `cr3` in place of `pid`; `!sysret` refuses parameters.
//! * The moment after the effect is for events of stage `post` and `all` only, and does not come if the effect was left
//!   out. Masks of several `!crwrite` add up.
//! * Output sources are delivered by the client, from lines that begin with `#output`.
//! * What ends a `//` comment in a block does not depend on quotes behind it.
//! * Dumps, stacks, searches and lists have limits, which the help names, and a number above is refused. A search
//!   passes over pages that cannot be read, and a dump shows what cannot be read as `?`.
//! * `eb` and its like say what they wrote. `pid` is refused where addresses are physical.
//! * `!pte` works in every paging mode, shows where entries are in physical memory, and decodes their flags.
//! * `k` knows no symbols; it shows what has a CALL before it.
//! * `.formats` shows all 64 bits (HyperDbg: 32) as a signed number, the value (HyperDbg: the present) as a time, and
//!   the value's bits as floating-point numbers.
//! * `a` reads Intel syntax as Keystone does, numbers in decimal, and says where and why it refuses a text; `a2`
//!   assembles 32-bit code. A memory operand whose size nothing says is refused, not guessed.
//! * `settings syntax masm` is Intel's syntax with numbers as `10h` and all sizes. The other settings only remember.
//! * `~ N` names the command of gdb that selects a CPU: gdb would not notice if it were done behind its back.
//! * `.process` and `.process2` do the same, so do `.thread` and `.thread2`.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
mod args;
pub mod asm;
mod block;
mod command;
mod commands;
mod disassembler;
mod dispatch;
mod error;
mod event;
mod events;
mod execute;
mod expression;
pub mod fake;
mod guest;
mod hit;
mod intercepts;
mod machine;
mod manual;
mod number;
mod occurrence;
mod options;
mod outputs;
mod paging;
mod reference;
mod resolve;
pub mod script;
mod settings;
mod suggest;
mod token;
mod trigger;

pub use address::Address;
pub use command::Command;
pub use command::CommandSpec;
pub use command::Group;
pub use command::command_text;
pub use command::parse;
pub use command::parse_bytes;
pub use commands::COMMANDS;
pub use commands::assemble::Assemble;
pub use commands::assemble::Destination;
pub use commands::disassemble::Disassemble;
pub use commands::dump::Dump;
pub use commands::dump::Layout;
pub use commands::edit::Edit;
pub use commands::edit::Unit;
pub use commands::elsewhere::ELSEWHERE;
pub use commands::elsewhere::Elsewhere;
pub use commands::events::EventsAction;
pub use commands::find;
pub use commands::list::List;
pub use commands::memory::Space;
pub use commands::msr::MsrAccess;
pub use commands::output::OutputAction;
pub use commands::page_table::Question;
pub use commands::page_table::Translate;
pub use commands::pci::PciFunction;
pub use commands::prealloc::Prealloc;
pub use commands::process::TaskAction;
pub use commands::registers::RegisterAction;
pub use commands::search::Search;
pub use commands::settings::SettingsAction;
pub use commands::settings::Switch;
pub use commands::stack::Show;
pub use commands::stack::Stack;
pub use commands::test::TestAction;
pub use dispatch::Actions;
pub use dispatch::EventControl;
pub use dispatch::Firing;
pub use dispatch::Outcome;
pub use dispatch::Verdict;
pub use dispatch::dispatch;
pub use error::Error;
pub use event::Event;
pub use event::EventSpec;
pub use event::EventState;
pub use event::Registration;
pub use event::TAG_BASE;
pub use event::Target;
pub use events::Events;
pub use events::EventsError;
pub use execute::execute;
pub use execute::run;
pub use expression::Expression;
pub use expression::ImmediateScript;
pub use guest::DateTime;
pub use guest::Guest;
pub use guest::MemoryError;
pub use guest::Register;
pub use guest::Running;
pub use hit::Hit;
pub use hit::KeyValues;
pub use intercepts::Bound;
pub use intercepts::Intercepts;
pub use intercepts::List as InterceptList;
pub use intercepts::MsrList;
pub use intercepts::Msrs;
pub use intercepts::PortList;
pub use intercepts::Ports;
pub use intercepts::UNDEFINED_OPCODE;
pub use machine::ApicMode;
pub use machine::CpuState;
pub use machine::Cpuid;
pub use machine::Machine;
pub use machine::MsrError;
pub use machine::Status;
pub use machine::Task;
pub use machine::TaskKind;
pub use machine::Wanted;
pub use manual::manual_markdown;
pub use number::NumberError;
pub use number::parse_u32;
pub use number::parse_u64;
pub use occurrence::ControlWrite;
pub use occurrence::DebugRegisterAccess;
pub use occurrence::Direction;
pub use occurrence::Exception;
pub use occurrence::HookHit;
pub use occurrence::Io;
pub use occurrence::MemoryAccess;
pub use occurrence::Moment;
pub use occurrence::MsrUse;
pub use occurrence::Occurrence;
pub use occurrence::Stage;
pub use options::Code;
pub use options::EventOptions;
pub use options::MAX_BUFFER;
pub use options::MAX_EVENT_OUTPUTS;
pub use options::OPTIONS;
pub use options::OptionSpec;
pub use options::ScriptSource;
pub use options::Stages;
pub use outputs::Forwarded;
pub use outputs::MAX_OUTPUT_NAME;
pub use outputs::MAX_OUTPUTS;
pub use outputs::Output;
pub use outputs::OutputKind;
pub use outputs::OutputState;
pub use outputs::Outputs;
pub use outputs::OutputsError;
pub use paging::find_virtual;
pub use reference::completions;
pub use reference::reference_markdown;
pub use resolve::FILE_PREFIX;
pub use resolve::FILES_ARE_THE_CLIENTS;
pub use resolve::comment_or_text;
pub use resolve::resolve_files;
pub use resolve::single_line;
pub use settings::Settings;
pub use settings::Syntax;
pub use token::SourceMap;
pub use token::Token;
pub use token::TokenKind;
pub use token::tokenize;
pub use trigger::Access;
pub use trigger::AccessKind;
pub use trigger::AddressSpace;
pub use trigger::Control;
pub use trigger::End;
pub use trigger::Hook;
pub use trigger::HookMethod;
pub use trigger::Monitor;
pub use trigger::Msr;
pub use trigger::MsrDirection;
pub use trigger::Port;
pub use trigger::Step;
pub use trigger::Syscall;
pub use trigger::SyscallCheck;
pub use trigger::Transitions;
pub use trigger::Trigger;
pub use trigger::TypedTrigger;

#[doc = include_str!("../REFERENCE.md")]
pub mod reference_of_the_language {}

#[cfg(test)]
mod tests;
