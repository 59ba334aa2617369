//! From the event table to what one CPU must intercept.
//!
//! [`Intercepts`] has one field per hardware control, in the vendor's-neutral sense: sets of ports and MSRs, vectors, register
//! masks, memory, flags. It borrows from the table instead of copying, so that deriving it never allocates and costs
//! one pass per question.

mod memory;
mod msrs;
mod ports;

pub use memory::Bound;
pub use memory::List;
pub use msrs::MsrList;
pub use msrs::Msrs;
pub use ports::PortList;
pub use ports::Ports;

use crate::Direction;
use crate::Event;
use crate::Hook;
use crate::Monitor;
use crate::MsrDirection;
use crate::SyscallCheck;
use crate::Transitions;
use crate::Trigger;

/// The bit of #UD in [`Intercepts::exceptions`].
pub const UNDEFINED_OPCODE: u32 = 1 << 6;

/// What a CPU must intercept for the events that are live on it.
#[derive(Clone, Copy, Debug)]
pub struct Intercepts<'e> {
    /// Ports whose reads (IN, INS) are watched.
    pub io_in: Ports<'e>,
    /// Ports whose writes (OUT, OUTS) are watched. The permission maps of both vendors have one bit for both
    /// directions: arm the union.
    pub io_out: Ports<'e>,
    /// MSRs whose reads are watched.
    pub msr_read: Msrs<'e>,
    /// MSRs whose writes are watched.
    pub msr_write: Msrs<'e>,
    /// One bit a vector, 0 to 1f. #UD is there for [`Intercepts::syscall`] as well.
    pub exceptions: u32,
    /// External interrupts. The controls know no vectors: all exit, and those nobody watches are injected again.
    pub interrupts: bool,
    /// Bits of CR0 whose change is watched.
    pub cr0_write: u64,
    /// Bits of CR4 whose change is watched.
    pub cr4_write: u64,
    /// CPUID.
    pub cpuid: bool,
    /// RDTSC and RDTSCP.
    pub tsc: bool,
    /// RDPMC.
    pub pmc: bool,
    /// VMCALL and VMMCALL. Where one of them is #UD, that has to be intercepted too.
    pub vmcall: bool,
    /// MOV to and from debug registers.
    pub debug_registers: bool,
    /// XSETBV.
    pub xsetbv: bool,
    /// SYSCALL and SYSRET: EFER.SCE is to be clear, and their #UD told from others in this way. Of events that ask for
    /// different ways the last decides.
    pub syscall: Option<SyscallCheck>,
    /// Changes of mode.
    pub modes: List<'e, Transitions>,
    /// Hooked addresses.
    pub hooks: List<'e, Hook>,
    /// Watched memory.
    pub memory: List<'e, Monitor>,
}

/// The live events of a CPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live<'e> {
    slots: &'e [Option<Event>],
    cpu: u32,
}

impl<'e> Live<'e> {
    fn events(self) -> impl Iterator<Item = &'e Event> {
        self.slots
            .iter()
            .flatten()
            .filter(move |event| event.is_live_on(self.cpu))
    }

    fn triggers(self) -> impl Iterator<Item = Trigger> + 'e {
        self.events().map(Event::trigger)
    }
}

impl<'e> Intercepts<'e> {
    /// For the events in `slots` that are live on `cpu`.
    pub(crate) fn of(slots: &'e [Option<Event>], cpu: u32) -> Self {
        let live = Live { slots, cpu };
        let mut all = Self {
            io_in: Ports::of(live, Direction::In),
            io_out: Ports::of(live, Direction::Out),
            msr_read: Msrs::of(live, MsrDirection::Read),
            msr_write: Msrs::of(live, MsrDirection::Write),
            exceptions: 0,
            interrupts: false,
            cr0_write: 0,
            cr4_write: 0,
            cpuid: false,
            tsc: false,
            pmc: false,
            vmcall: false,
            debug_registers: false,
            xsetbv: false,
            syscall: None,
            modes: List::new(live, |trigger| match trigger {
                Trigger::Mode(modes) => Some(modes),
                _ => None,
            }),
            hooks: List::new(live, |trigger| match trigger {
                Trigger::Hook(hook) => Some(hook),
                _ => None,
            }),
            memory: List::new(live, |trigger| match trigger {
                Trigger::Monitor(monitor) => Some(monitor),
                _ => None,
            }),
        };
        live.triggers().for_each(|trigger| all.add(trigger));
        if all.syscall.is_some() {
            all.exceptions |= UNDEFINED_OPCODE;
        }
        all
    }

    fn add(&mut self, trigger: Trigger) {
        match trigger {
            Trigger::Syscall(syscall) => self.syscall = Some(syscall.check),
            Trigger::Sysret(check) => self.syscall = Some(check),
            Trigger::Cpuid(_) => self.cpuid = true,
            Trigger::Tsc => self.tsc = true,
            Trigger::Pmc => self.pmc = true,
            Trigger::Vmcall => self.vmcall = true,
            Trigger::Exception(None) => self.exceptions = u32::MAX,
            Trigger::Exception(Some(vector)) => {
                self.exceptions |= 1_u32.checked_shl(vector.into()).unwrap_or(0);
            }
            Trigger::Interrupt(_) => self.interrupts = true,
            Trigger::DebugRegister => self.debug_registers = true,
            Trigger::Control(control) if control.register == 0 => self.cr0_write |= control.mask,
            Trigger::Control(control) => self.cr4_write |= control.mask,
            Trigger::Xsetbv(_) => self.xsetbv = true,
            // In lists, or armed by the script function that asks for a step.
            Trigger::Io(_)
            | Trigger::Msr(_)
            | Trigger::Mode(_)
            | Trigger::Hook(_)
            | Trigger::Monitor(_)
            | Trigger::Trace(_) => {}
        }
    }

    /// Is there nothing to intercept?
    pub fn is_empty(&self) -> bool {
        let flags = [
            self.interrupts,
            self.cpuid,
            self.tsc,
            self.pmc,
            self.vmcall,
            self.debug_registers,
            self.xsetbv,
            self.syscall.is_some(),
        ];
        matches!((self.io_in, self.io_out), (Ports::None, Ports::None))
            && matches!((self.msr_read, self.msr_write), (Msrs::None, Msrs::None))
            && (self.cr0_write, self.cr4_write, self.exceptions) == (0, 0, 0)
            && flags == [false; 8]
            && self.modes.is_empty()
            && self.hooks.is_empty()
            && self.memory.is_empty()
    }
}

#[cfg(test)]
mod tests;
