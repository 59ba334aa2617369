//! The host side of a physical CPU: descriptor tables, exceptions, the local APIC, per-CPU data and
//! starting the other CPUs.
//!
//! The hypervisor runs with the global interrupt flag clear and never sets RFLAGS.IF: the only events it
//! takes are NMIs, at the places that ask for them, and its own faults.

pub mod apic;
pub mod descriptors;
pub mod exceptions;
pub mod mmio;
pub mod msr;
pub mod paging;
pub mod percpu;
pub mod port;
pub mod recovery;
pub mod smp;
pub mod timer;

pub use percpu::PerCpu;

/// The most CPUs the hypervisor manages.
pub const MAX_CPUS: usize = 16;
