//! The canonical form of a trigger: the command word and its parameters, as few as say the same.

use super::AddressSpace;
use super::End;
use super::Trigger;
use core::fmt;

/// An address as commands write it.
pub(crate) trait Written {
    /// Writes it without a space around.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Written for u64 {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:x}")
    }
}

impl Written for crate::Address {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn word(f: &mut fmt::Formatter<'_>, value: &impl Written) -> fmt::Result {
    f.write_str(" ")?;
    value.write(f)
}

fn number(f: &mut fmt::Formatter<'_>, value: Option<impl Into<u64>>) -> fmt::Result {
    value.map_or(Ok(()), |value| word(f, &value.into()))
}

impl<A: Written> fmt::Display for Trigger<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "!{}", self.kind())?;
        match self {
            Self::Hook(hook) => word(f, &hook.address),
            Self::Monitor(monitor) => {
                if monitor.space == AddressSpace::Physical {
                    f.write_str(" pa")?;
                }
                write!(f, " {}", monitor.access)?;
                word(f, &monitor.first)?;
                match &monitor.end {
                    End::Last(last) => word(f, last),
                    End::Length(length) => write!(f, " l {length:x}"),
                }
            }
            Self::Syscall(syscall) => syscall.number.as_ref().map_or(Ok(()), |value| word(f, value)),
            Self::Mode(modes) => f.write_str(match (modes.to_user, modes.to_kernel) {
                (true, true) => " uk",
                (true, false) => " u",
                (false, _) => " k",
            }),
            Self::Cpuid(leaf) => number(f, *leaf),
            Self::Msr(msr) => number(f, msr.msr),
            Self::Exception(vector) => number(f, *vector),
            Self::Interrupt(vector) => number(f, Some(*vector)),
            Self::Io(port) => number(f, port.port),
            Self::Control(control) => {
                number(f, Some(control.register))?;
                number(f, (control.mask != u64::MAX).then_some(control.mask))
            }
            Self::Trace(step) => write!(f, " {}", step.word()),
            Self::Xsetbv(xcr) => number(f, *xcr),
            Self::Sysret(_) | Self::Tsc | Self::Pmc | Self::Vmcall | Self::DebugRegister => Ok(()),
        }
    }
}
