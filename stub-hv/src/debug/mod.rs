//! The debugger's side: what gdb sees of the stopped machine.

pub mod agent;
pub mod breakpoints;
pub mod conversation;
pub mod hits;
pub mod local;
pub mod monitor;
pub mod packet;
pub mod registers;
pub mod session;
pub mod state;
pub mod stepping;
pub mod stop;
pub mod target;
pub mod world;
