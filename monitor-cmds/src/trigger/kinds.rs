//! The parameters of the remaining kinds of events.

use crate::Direction;

/// How a #UD is known to be SYSCALL or SYSRET, which the cleared EFER.SCE makes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyscallCheck {
    /// The plain words: the instruction is read.
    Instruction,
    /// The words that end in 2: RIP decides. SYSRET in the upper half of the address space, SYSCALL in the lower.
    Address,
}

/// SYSCALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syscall<A = u64> {
    /// How it is told from other #UD.
    pub check: SyscallCheck,
    /// The number in RAX; `None` is every number.
    pub number: Option<A>,
}

/// Changes of mode, at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transitions {
    /// `u`: user mode is entered.
    pub to_user: bool,
    /// `k`: kernel mode is entered.
    pub to_kernel: bool,
}

/// RDMSR or WRMSR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MsrDirection {
    /// RDMSR.
    Read,
    /// WRMSR.
    Write,
}

/// Accesses to model-specific registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msr {
    /// Which instruction.
    pub direction: MsrDirection,
    /// The register; `None` is every one but those of [`crate::Msrs::EXCLUDED`].
    pub msr: Option<u32>,
}

/// Accesses to ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// In or out.
    pub direction: Direction,
    /// The port; `None` is every port.
    pub port: Option<u16>,
}

/// Writes to a control register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// 0 for CR0, 4 for CR4.
    pub register: u8,
    /// Bits whose change counts.
    pub mask: u64,
}

/// The steps of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `step-in`: the next instruction, calls entered.
    In,
    /// `step-out`: until the function returns.
    Out,
    /// `instrument-step`: the next instruction, other CPUs and interrupts held.
    Instrument,
}

impl Step {
    /// Every step, its word and its other words.
    pub(crate) const WORDS: [(Self, &'static [&'static str]); 3] = [
        (Self::In, &["step-in", "step", "stepin"]),
        (Self::Out, &["step-out", "stepout"]),
        (
            Self::Instrument,
            &[
                "instrument-step",
                "step-instrument",
                "instrumentstep",
                "instrument-step-in",
            ],
        ),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::In => "step-in",
            Self::Out => "step-out",
            Self::Instrument => "instrument-step",
        }
    }
}
