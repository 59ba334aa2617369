//! `Z` and `z`: software breakpoints, and what the debug registers do. Conditions reach the tables through
//! the session, which has them from the packet front end.

use gdbstub::target::TargetError;
use gdbstub::target::TargetResult;
use gdbstub::target::ext::breakpoints::Breakpoints;
use gdbstub::target::ext::breakpoints::HwBreakpoint;
use gdbstub::target::ext::breakpoints::HwBreakpointOps;
use gdbstub::target::ext::breakpoints::HwWatchpoint;
use gdbstub::target::ext::breakpoints::HwWatchpointOps;
use gdbstub::target::ext::breakpoints::SwBreakpoint;
use gdbstub::target::ext::breakpoints::SwBreakpointOps;
use gdbstub::target::ext::breakpoints::WatchKind;

use super::CANNOT_ACCESS;
use super::INVALID;
use super::NO_ROOM;
use super::Target;
use crate::cpu::percpu;
use crate::debug::breakpoints::hardware;
use crate::debug::breakpoints::hardware::Kind;
use crate::debug::breakpoints::hardware::Watch;
use crate::debug::breakpoints::patch::PatchError;
use crate::debug::breakpoints::software;
use crate::debug::breakpoints::software::Conditions;
use crate::debug::breakpoints::software::Owners;
use crate::debug::state;
use crate::guest::arming;
use crate::guest::linear;
use crate::memory::GuestVirtual;
use crate::memory::host::Physical;

impl Breakpoints for Target {
    fn support_sw_breakpoint(&mut self) -> Option<SwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_breakpoint(&mut self) -> Option<HwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_watchpoint(&mut self) -> Option<HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl Target {
    /// Inserts a software breakpoint with its conditions, at the address as CPU `index` translates it.
    pub fn insert_software(&mut self, index: usize, at: u64, conditions: Conditions) -> Result<(), u8> {
        let vcpu = self.vcpu(index).ok_or(INVALID)?;
        let physical = linear::translate(vcpu, at).map_err(|_| CANNOT_ACCESS)?.physical;
        let inserted = state::breakpoints().lock().insert(
            Owners::GDB,
            GuestVirtual(at),
            physical,
            conditions,
            &mut Physical,
        );
        arming::changed();
        inserted.map_err(|error| match error {
            software::InsertError::Patch(PatchError::Full) | software::InsertError::ConditionsTooLong => {
                NO_ROOM
            }
            software::InsertError::Patch(_) => CANNOT_ACCESS,
        })
    }

    fn watch(&mut self, watch: Watch) -> TargetResult<bool, Self> {
        let mut guest = 0;
        for index in 0..percpu::count() {
            if let Some(vcpu) = self.vcpu(index) {
                guest = arming::guest_view(vcpu).enabled().max(guest);
            }
        }
        let current = self.current();
        let inserted = state::watches().lock().insert(watch, guest, |at, into| {
            self.read_memory(current, at, into) == into.len()
        });
        arming::changed();
        match inserted {
            Ok(()) => Ok(true),
            Err(hardware::InsertError::NoRegister { .. }) => Err(TargetError::Errno(NO_ROOM)),
            Err(hardware::InsertError::BadLength) => Err(TargetError::Errno(INVALID)),
        }
    }

    fn unwatch(watch: Watch) -> bool {
        let removed = state::watches().lock().remove(watch);
        arming::changed();
        removed
    }

    /// Takes everything out that the debugger has set with `Z` packets.
    pub fn remove_breakpoints(&mut self) {
        state::breakpoints().lock().remove_all(Owners::GDB, &mut Physical);
        let mut watches = state::watches().lock();
        watches.clear();
        arming::changed();
    }
}

impl SwBreakpoint for Target {
    fn add_sw_breakpoint(&mut self, at: u64, _: usize) -> TargetResult<bool, Self> {
        let current = self.current();
        self.insert_software(current, at, Conditions::new())
            .map(|()| true)
            .map_err(TargetError::Errno)
    }

    fn remove_sw_breakpoint(&mut self, at: u64, _: usize) -> TargetResult<bool, Self> {
        // One that is not there is as good as removed: the client may have lost count over a bad line.
        state::breakpoints()
            .lock()
            .remove(Owners::GDB, GuestVirtual(at), &mut Physical);
        arming::changed();
        Ok(true)
    }
}

impl HwBreakpoint for Target {
    fn add_hw_breakpoint(&mut self, at: u64, _: usize) -> TargetResult<bool, Self> {
        self.watch(Watch {
            kind: Kind::Execute,
            address: at,
            length: 1,
        })
    }

    fn remove_hw_breakpoint(&mut self, at: u64, _: usize) -> TargetResult<bool, Self> {
        state::set_hardware_conditions(at, Conditions::new());
        Self::unwatch(Watch {
            kind: Kind::Execute,
            address: at,
            length: 1,
        });
        Ok(true)
    }
}

fn kind(kind: WatchKind) -> Kind {
    match kind {
        WatchKind::Write => Kind::Write,
        WatchKind::Read => Kind::Read,
        WatchKind::ReadWrite => Kind::Access,
    }
}

impl HwWatchpoint for Target {
    fn add_hw_watchpoint(&mut self, at: u64, length: u64, of: WatchKind) -> TargetResult<bool, Self> {
        self.watch(Watch {
            kind: kind(of),
            address: at,
            length,
        })
    }

    fn remove_hw_watchpoint(&mut self, at: u64, length: u64, of: WatchKind) -> TargetResult<bool, Self> {
        Self::unwatch(Watch {
            kind: kind(of),
            address: at,
            length,
        });
        Ok(true)
    }
}
