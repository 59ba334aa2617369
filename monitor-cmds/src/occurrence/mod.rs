//! What happened in the guest.
//!
//! All types are small and `Copy`: they are made and formatted while a CPU is stopped in an exit, where nothing
//! may allocate. Every number is printed in hexadecimal without a prefix.

mod fields;
mod io;
mod kinds;
mod moment;

pub use io::Direction;
pub use io::Io;
pub use kinds::ControlWrite;
pub use kinds::DebugRegisterAccess;
pub use kinds::Exception;
pub use kinds::HookHit;
pub use kinds::MemoryAccess;
pub use kinds::MsrUse;
pub use moment::Moment;
pub use moment::Stage;

use crate::Step;
use core::fmt;

/// Something that events can be about.
///
/// `Display` gives the instruction or the name of what happened and then what is known of it, such as
/// `OUT port 3f8 size 1 value 41`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// A port access.
    Io(Io),
    /// A hooked address is executed.
    Hook(HookHit),
    /// Watched memory is accessed.
    Memory(MemoryAccess),
    /// SYSCALL.
    Syscall {
        /// RAX.
        number: u64,
    },
    /// SYSRET.
    Sysret {
        /// The address of the instruction.
        rip: u64,
    },
    /// A change of mode.
    Mode {
        /// User mode is entered, not kernel mode?
        user: bool,
    },
    /// CPUID.
    Cpuid {
        /// EAX before it ran.
        leaf: u32,
        /// ECX before it ran.
        subleaf: u32,
    },
    /// RDMSR or WRMSR.
    Msr(MsrUse),
    /// RDTSC or RDTSCP.
    Tsc {
        /// RDTSCP?
        rdtscp: bool,
    },
    /// RDPMC.
    Pmc {
        /// ECX: which counter.
        counter: u32,
    },
    /// VMCALL or VMMCALL.
    Vmcall {
        /// RAX.
        number: u64,
    },
    /// An exception or an NMI.
    Exception(Exception),
    /// An external interrupt.
    Interrupt {
        /// Its vector.
        vector: u8,
    },
    /// MOV to or from a debug register.
    DebugRegister(DebugRegisterAccess),
    /// MOV to CR0 or CR4.
    Control(ControlWrite),
    /// A step of a trace has been made.
    Trace {
        /// Which step.
        step: Step,
    },
    /// XSETBV.
    Xsetbv {
        /// ECX: which register.
        xcr: u32,
        /// EDX:EAX.
        value: u64,
    },
}

impl Occurrence {
    /// The value of `$context`: port, address, system call number, RIP of SYSRET, 3 for user and 0 for kernel mode,
    /// CPUID leaf, MSR, 1 for RDTSCP, vector, control register, XCR; 0 for the others.
    ///
    /// An event that watches physical memory sees another value: [`crate::Trigger::context`].
    pub fn context(&self) -> u64 {
        match *self {
            Self::Io(io) => io.port.into(),
            Self::Hook(hook) => hook.address,
            Self::Memory(access) => access.address.unwrap_or(access.physical),
            Self::Syscall { number } => number,
            Self::Sysret { rip } => rip,
            Self::Mode { user } => {
                if user {
                    3
                } else {
                    0
                }
            }
            Self::Cpuid { leaf, .. } => leaf.into(),
            Self::Msr(access) => access.msr.into(),
            Self::Tsc { rdtscp } => rdtscp.into(),
            Self::Exception(exception) => exception.vector.into(),
            Self::Interrupt { vector } => vector.into(),
            Self::Control(write) => write.register.into(),
            Self::Xsetbv { xcr, .. } => xcr.into(),
            Self::Pmc { .. } | Self::Vmcall { .. } | Self::DebugRegister(_) | Self::Trace { .. } => 0,
        }
    }
}

impl fmt::Display for Occurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        for field in self.fields().into_iter().flatten() {
            if !field.machine_only {
                write!(f, " {} {:x}", field.key, field.value)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
