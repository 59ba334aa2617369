//! The registers as gdb numbers, sizes and describes them.
//!
//! One table ([`table`]) says everything about each register; the target description, the packets `g`, `G`,
//! `p` and `P`, and the printed dump all come from it, so they cannot disagree. The numbers are part of what
//! users' tools rely on: new registers go to the end.
//!
//! The first 57 are gdb's own amd64 layout and the contents of `g`. The others are fetched one by one, so
//! they cost nothing until somebody asks. The layout is always the 64-bit one, also while the guest runs
//! 16- or 32-bit code: gdb cannot change its mind about it within a session.

mod access;
mod core_regs;
mod description;
mod dump;
#[cfg(test)]
pub(crate) mod fake;
pub mod image;
pub mod table;
#[cfg(test)]
mod tests;

use core::num::NonZeroUsize;

pub use access::RegisterError;
pub use access::read;
pub use access::write;
pub use core_regs::from_core_regs;
pub use core_regs::to_core_regs;
pub use description::description;
pub use dump::Value;
pub use dump::dump;
use gdbstub_arch::x86::reg::X86_64CoreRegs;
pub use table::Group;
pub use table::Info;

/// The x86-64 that gdbstub is told about.
///
/// It has no description of its own: which registers there are depends on the CPU, so the target hands out
/// [`description`] by overriding.
#[derive(Clone, Copy, Debug)]
pub enum Amd64 {}

impl gdbstub::arch::Arch for Amd64 {
    type Usize = u64;
    type Registers = X86_64CoreRegs;
    type BreakpointKind = usize;
    type RegId = RegId;
}

/// The number of a register in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegId(u8);

impl RegId {
    /// RSP, for stop replies.
    pub const RSP: Self = Self(7);
    /// RIP, for stop replies.
    pub const RIP: Self = Self(16);

    /// The register with this number, if there is one.
    pub fn new(number: usize) -> Option<Self> {
        let id = Self(u8::try_from(number).ok()?);
        id.info().is_some().then_some(id)
    }

    /// The register gdb knows by this name.
    pub fn by_name(name: &str) -> Option<Self> {
        table::all().find(|info| info.name == name).map(|info| info.id)
    }

    /// What the table says about it.
    pub fn info(self) -> Option<Info> {
        table::info(self)
    }

    /// gdb's number of it.
    pub fn number(self) -> usize {
        self.0.into()
    }
}

impl gdbstub::arch::RegId for RegId {
    fn from_raw_id(id: usize) -> Option<(Self, Option<NonZeroUsize>)> {
        let id = Self::new(id)?;
        Some((id, NonZeroUsize::new(id.info()?.bytes())))
    }

    fn to_raw_id(&self) -> Option<usize> {
        Some(self.number())
    }
}
