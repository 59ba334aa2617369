//! What the guest is shown of the machine, and the instructions that are carried out for it.

pub mod access;
pub mod apic;
pub mod arming;
pub mod cpuid;
pub mod emulate;
pub mod exits;
pub mod hidden;
pub mod icr;
pub mod ioapic;
pub mod linear;
pub mod loader;
pub mod msr;
pub mod rights;
pub mod run;
pub mod space;
