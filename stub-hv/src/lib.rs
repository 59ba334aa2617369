//! A thin bare-metal hypervisor that lets any GDB front-end debug the operating system above it.
//!
//! The guest owns the machine: its memory is mapped 1:1, its devices and interrupts are the real ones, and
//! nothing exits but what has to be hidden or what the user has asked for. The library is freestanding and
//! holds everything; the binary adds the entry code and the symbols a freestanding link needs. Whatever does
//! not touch hardware is pure, and tested on the host with `cargo test`.
//!
//! # The way through the code
//! * [`boot`]: multiboot entry, command line, ACPI, taking memory, starting CPUs, up to the guest's first
//!   instruction (`boot::start`);
//! * [`cpu`]: the host side of a CPU; [`memory`]: guest addresses, page walks, nested page tables;
//! * [`virt`]: the vendor-neutral traits and types; `virt::svm` behind them;
//! * [`guest`]: the run loop ([`guest::run`]), one file per exit reason ([`guest::exits`]), what is intercepted
//!   ([`guest::arming`]), the loaders, and what the guest is shown of CPUID, MSRs, APIC and I/O APIC;
//! * [`event`]: from an exit to the user's events;
//! * [`debug`]: stopping the world ([`debug::world`]), single steps ([`debug::stepping`]), breakpoints and what they
//!   hit ([`debug::hits`]), the session ([`debug::conversation`]) with the packet front end ([`debug::packet`]) before
//!   gdbstub and the target behind it ([`debug::target`]).
//!
//! # One exit, one stop
//! [`guest::run::run`] enters the guest, decodes the exit through [`virt::Vcpu::run`], and hands it to
//! [`guest::exits::handle`]. The outcome is that the guest tries again, that the instruction was carried out, or
//! that the guest is to be stopped; [`debug::stepping`] has a look at it in between. To stop, a CPU becomes the owner
//! of the world: it raises every other CPU's flag and sends each an NMI, they park, and the session runs on the
//! owner with all virtual CPUs to itself until the client resumes the guest.
//!
//! # NMIs
//! The hypervisor runs with the global interrupt flag clear and takes NMIs only where it says so. An NMI is
//! another CPU's call (a flag was set before it was sent), the debug UART's interrupt (its line is routed as an
//! NMI, so Ctrl-C works whatever the guest does with its interrupt flag), or the guest's own, which is then
//! delivered to it. The decision is in [`guest::run`], the counting handler in [`cpu::exceptions`].
//!
//! # Invariants
//! * Only the CPU that made a virtual CPU runs it; another CPU touches it only while its own is parked
//!   ([`debug::world::Stopped`] is the proof).
//! * No CPU parks while it holds a lock, and the NMI handler takes none.
//! * What the debugger has set changes only while the world is stopped, followed by [`guest::arming::changed`].
//! * Nothing the guest or the wire sends may panic: `unwrap`, `expect` and `panic!` are denied by lint.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod boot;
pub mod cpu;
pub mod debug;
pub mod event;
pub mod guest;
pub mod memory;
pub mod virt;
