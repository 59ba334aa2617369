//! Debian's kernel under the hypervisor: that it boots as it does without, and what a debugger can do to it.

mod boot;
mod breakpoints;
mod cpus;
mod events;
mod interrupt;
mod messages;
mod multi;
mod shell;
mod steps;
