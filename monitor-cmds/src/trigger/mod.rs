//! What an event waits for: its command word and positional parameters, as typed values.
//!
//! [`Trigger`] is generic over its addresses: as a command is parsed they are [`Address`], text that may need the
//! guest; in a registered event they are numbers, and then the whole is small and `Copy`.

mod display;
mod hook;
mod kinds;
mod matching;
mod monitor;
mod resolve;

pub use hook::Hook;
pub use hook::HookMethod;
pub use kinds::Control;
pub use kinds::Msr;
pub use kinds::MsrDirection;
pub use kinds::Port;
pub use kinds::Step;
pub use kinds::Syscall;
pub use kinds::SyscallCheck;
pub use kinds::Transitions;
pub use monitor::Access;
pub use monitor::AccessKind;
pub use monitor::AddressSpace;
pub use monitor::End;
pub use monitor::Monitor;

use crate::Address;
use crate::Direction;

/// What an event waits for.
///
/// `Display` gives the canonical command, such as `!ioout 3f8`, without options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger<A = u64> {
    /// `!epthook`, `!epthook2`: an address is executed.
    Hook(Hook<A>),
    /// `!monitor`: memory is read, written or executed.
    Monitor(Monitor<A>),
    /// `!syscall`, `!syscall2`: SYSCALL.
    Syscall(Syscall<A>),
    /// `!sysret`, `!sysret2`: SYSRET.
    Sysret(SyscallCheck),
    /// `!mode`: a process goes from user to kernel mode, or back.
    Mode(Transitions),
    /// `!cpuid`: CPUID of the leaf, or of any.
    Cpuid(Option<u32>),
    /// `!msrread`, `!msrwrite`: RDMSR, WRMSR.
    Msr(Msr),
    /// `!tsc`: RDTSC, RDTSCP.
    Tsc,
    /// `!pmc`: RDPMC.
    Pmc,
    /// `!vmcall`: VMCALL, VMMCALL.
    Vmcall,
    /// `!exception`: an exception or NMI of the vector, or of any below 20.
    Exception(Option<u8>),
    /// `!interrupt`: an external interrupt of the vector.
    Interrupt(u8),
    /// `!dr`: MOV to or from a debug register.
    DebugRegister,
    /// `!ioin`, `!ioout`: port accesses.
    Io(Port),
    /// `!crwrite`: MOV to a control register that changes a bit of the mask.
    Control(Control),
    /// `!trace`: a step that another event's script asked for.
    Trace(Step),
    /// `!xsetbv`: XSETBV of the register, or of any.
    Xsetbv(Option<u32>),
}

/// A trigger as it was typed.
pub type TypedTrigger = Trigger<Address>;

impl<A> Trigger<A> {
    /// The event's kind as one word: its command without the exclamation mark (`ioin`, `syscall2`).
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Hook(hook) => match hook.method {
                HookMethod::Breakpoint => "epthook",
                HookMethod::Detour => "epthook2",
            },
            Self::Monitor(_) => "monitor",
            Self::Syscall(syscall) => match syscall.check {
                SyscallCheck::Instruction => "syscall",
                SyscallCheck::Address => "syscall2",
            },
            Self::Sysret(SyscallCheck::Instruction) => "sysret",
            Self::Sysret(SyscallCheck::Address) => "sysret2",
            Self::Mode(_) => "mode",
            Self::Cpuid(_) => "cpuid",
            Self::Msr(msr) => match msr.direction {
                MsrDirection::Read => "msrread",
                MsrDirection::Write => "msrwrite",
            },
            Self::Tsc => "tsc",
            Self::Pmc => "pmc",
            Self::Vmcall => "vmcall",
            Self::Exception(_) => "exception",
            Self::Interrupt(_) => "interrupt",
            Self::DebugRegister => "dr",
            Self::Io(port) => match port.direction {
                Direction::In => "ioin",
                Direction::Out => "ioout",
            },
            Self::Control(_) => "crwrite",
            Self::Trace(_) => "trace",
            Self::Xsetbv(_) => "xsetbv",
        }
    }

    /// Can what it waits for be left undone? Not where control only passes: a hook's script sets `@rip` instead.
    pub fn can_short_circuit(&self) -> bool {
        !matches!(self, Self::Hook(_) | Self::Trace(_))
    }

    /// Is there a moment after the effect? Not for hooks and mode changes.
    pub fn has_post(&self) -> bool {
        !matches!(self, Self::Hook(_) | Self::Mode(_))
    }
}

#[cfg(test)]
mod tests;
