//! Why the guest stopped.

use monitor_cmds::Hit;

/// What a watchpoint watches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchAccess {
    /// Writes.
    Write,
    /// Reads.
    Read,
    /// Both.
    Access,
}

/// Why a CPU stops the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// A single step is done.
    Step,
    /// The debugger asked.
    Interrupt,
    /// A software breakpoint; RIP is at it.
    SoftwareBreakpoint,
    /// A hardware breakpoint; RIP is at it.
    HardwareBreakpoint,
    /// A watchpoint.
    Watch {
        /// The watched address that was touched.
        address: u64,
        /// What the watchpoint is for.
        access: WatchAccess,
    },
    /// An event of the event table.
    Event(Hit),
    /// The guest's CPU has shut down: a triple fault.
    Shutdown,
    /// The CPU refused to run the guest.
    EntryFailed,
    /// An exit the hypervisor did not ask for.
    Unexpected {
        /// The vendor's exit code.
        code: u64,
        /// The vendor's further information.
        info: [u64; 2],
    },
    /// An instruction that touched a device of the hypervisor's could not be emulated.
    Emulation {
        /// The guest-physical address.
        address: u64,
    },
    /// The guest waits at its first instruction, because the command line says so.
    Wait,
}

impl StopReason {
    /// Whether the guest runs into the same stop again when it goes on: then a stop that another CPU's
    /// stop forestalled needs no remembering. An event's does not come again, as its scripts have run.
    pub const fn recurs(&self) -> bool {
        matches!(
            self,
            Self::SoftwareBreakpoint | Self::HardwareBreakpoint | Self::Interrupt
        )
    }

    /// Whether the guest must stay stopped even if there is no debugger to tell: it cannot run on, or was
    /// to be held for one. What a debugger wanted to hear of ends with it.
    pub const fn needs_no_client(&self) -> bool {
        match self {
            Self::Wait
            | Self::Shutdown
            | Self::EntryFailed
            | Self::Unexpected { .. }
            | Self::Emulation { .. } => true,
            Self::Step
            | Self::Interrupt
            | Self::SoftwareBreakpoint
            | Self::HardwareBreakpoint
            | Self::Watch { .. }
            | Self::Event(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_run_on_stops_for_nobody() {
        for reason in [StopReason::Wait, StopReason::Shutdown, StopReason::EntryFailed] {
            assert!(reason.needs_no_client(), "{reason:?}");
        }
        let watch = StopReason::Watch {
            address: 0x1000,
            access: WatchAccess::Write,
        };
        for reason in [
            StopReason::Step,
            StopReason::Interrupt,
            StopReason::SoftwareBreakpoint,
            StopReason::HardwareBreakpoint,
            watch,
        ] {
            assert!(!reason.needs_no_client(), "{reason:?}");
        }
    }
}
