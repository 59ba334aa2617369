//! Boot: what the boot loader and the firmware tell the hypervisor before any guest exists.

pub mod acpi;
pub mod console;
#[cfg(test)]
pub(crate) mod fake;
mod fetch;
pub mod image;
pub mod multiboot;
pub mod options;
pub mod reset;
mod start;

pub use start::start;
