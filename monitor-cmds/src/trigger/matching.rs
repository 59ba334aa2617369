//! Does what happened fit what an event waits for?

use super::AddressSpace;
use super::HookMethod;
use super::Trigger;
use crate::Occurrence;

impl Trigger {
    /// Is `occurrence` what this waits for? Allocates nothing.
    pub fn matches(&self, occurrence: &Occurrence) -> bool {
        match (self, occurrence) {
            (Self::Hook(hook), Occurrence::Hook(at)) => match (hook.method, hook.physical, at.physical) {
                // The page may have been mapped elsewhere since.
                (HookMethod::Detour, Some(wanted), Some(physical)) => wanted == physical,
                _ => hook.address == at.address,
            },
            (Self::Monitor(monitor), Occurrence::Memory(access)) => {
                let address = match monitor.space {
                    AddressSpace::Virtual => access.address,
                    AddressSpace::Physical => Some(access.physical),
                };
                let touched = |address| monitor.touched(address, access.size.into()).is_some();
                monitor.access.has(access.kind) && address.is_some_and(touched)
            }
            (Self::Syscall(syscall), Occurrence::Syscall { number }) => {
                syscall.number.is_none_or(|wanted| wanted == *number)
            }
            (Self::Sysret(_), Occurrence::Sysret { .. })
            | (Self::Tsc, Occurrence::Tsc { .. })
            | (Self::Pmc, Occurrence::Pmc { .. })
            | (Self::Vmcall, Occurrence::Vmcall { .. })
            | (Self::DebugRegister, Occurrence::DebugRegister(_)) => true,
            (Self::Mode(modes), Occurrence::Mode { user }) => {
                if *user {
                    modes.to_user
                } else {
                    modes.to_kernel
                }
            }
            (Self::Cpuid(wanted), Occurrence::Cpuid { leaf, .. }) => {
                wanted.is_none_or(|wanted| wanted == *leaf)
            }
            (Self::Msr(msr), Occurrence::Msr(access)) => {
                msr.direction == access.direction && msr.msr.is_none_or(|wanted| wanted == access.msr)
            }
            (Self::Exception(wanted), Occurrence::Exception(exception)) => {
                wanted.is_none_or(|wanted| wanted == exception.vector)
            }
            (Self::Interrupt(wanted), Occurrence::Interrupt { vector }) => wanted == vector,
            (Self::Io(port), Occurrence::Io(io)) => {
                port.direction == io.direction && port.port.is_none_or(|port| io.touches(port))
            }
            (Self::Control(control), Occurrence::Control(write)) => {
                control.register == write.register && write.changed() & control.mask != 0
            }
            (Self::Trace(wanted), Occurrence::Trace { step }) => wanted == step,
            (Self::Xsetbv(wanted), Occurrence::Xsetbv { xcr, .. }) => {
                wanted.is_none_or(|wanted| wanted == *xcr)
            }
            _ => false,
        }
    }

    /// The value of `$context` for `occurrence`, which matches: as [`Occurrence::context`], but for a monitor the lowest
    /// watched address that was touched, of the kind the event names.
    pub fn context(&self, occurrence: &Occurrence) -> u64 {
        let (Self::Monitor(monitor), Occurrence::Memory(access)) = (self, occurrence) else {
            return occurrence.context();
        };
        let address = match (monitor.space, access.address) {
            (AddressSpace::Virtual, Some(address)) => address,
            (AddressSpace::Virtual, None) | (AddressSpace::Physical, _) => access.physical,
        };
        monitor.touched(address, access.size.into()).unwrap_or(address)
    }
}
