//! What is known of occurrences that have more than a number or two.

use crate::AccessKind;
use crate::MsrDirection;

/// A hooked address is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookHit {
    /// Guest virtual address.
    pub address: u64,
    /// Guest physical address, if it is known.
    pub physical: Option<u64>,
}

/// Watched memory is accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryAccess {
    /// What is done.
    pub kind: AccessKind,
    /// Guest virtual address of the first byte; `None` if it is not known, as for the CPU's own walk of page tables.
    pub address: Option<u64>,
    /// Guest physical address of the first byte.
    pub physical: u64,
    /// Bytes; the access is within one page.
    pub size: u16,
}

/// RDMSR or WRMSR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsrUse {
    /// Which instruction.
    pub direction: MsrDirection,
    /// ECX: the register.
    pub msr: u32,
    /// The value written or read; `None` for RDMSR before it ran.
    pub value: Option<u64>,
}

/// An exception or an NMI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its vector, below 20.
    pub vector: u8,
    /// Its error code, if it has one.
    pub error_code: Option<u32>,
    /// For a page fault, the address that CR2 has after it.
    pub address: Option<u64>,
}

/// MOV to or from a debug register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebugRegisterAccess {
    /// The register, 0 to 7.
    pub register: u8,
    /// Is it written?
    pub write: bool,
    /// The value; `None` for a read before it was done.
    pub value: Option<u64>,
}

/// MOV to CR0 or CR4, or an instruction that writes a part of it (CLTS, LMSW).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlWrite {
    /// 0 for CR0, 4 for CR4.
    pub register: u8,
    /// The value before.
    pub old: u64,
    /// The value written.
    pub new: u64,
}

impl ControlWrite {
    /// The bits that change.
    pub fn changed(&self) -> u64 {
        self.old ^ self.new
    }
}
