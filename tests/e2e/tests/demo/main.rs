//! Sessions with the demo guest: everything a debugger asks of the hypervisor, on the wire and through gdb.

mod breakpoints;
mod commands;
mod common;
mod conditions;
mod cpus;
mod events;
mod harness;
mod interrupt;
mod memory;
mod modes;
mod monitor;
mod own_debugging;
mod registers;
mod scripts;
mod session;
mod source_level;
mod stepping;
mod watchpoints;
