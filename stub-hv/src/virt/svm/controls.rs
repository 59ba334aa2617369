//! Which intercepts are set: one pure function from what is wanted to the VMCB's intercept words.

use super::vmcb::Misc1;
use super::vmcb::Misc2;
use crate::virt::Intercepts;

/// #DB
const DEBUG: u32 = 1 << 1;
/// #BP
const BREAKPOINT: u32 = 1 << 3;
/// #SX: an INIT that VM_CR.R_INIT redirects. INIT itself would reset the CPU, hypervisor and all.
const SECURITY: u32 = 1 << 30;
/// Reads and writes of DR0 to DR7.
const ALL_DEBUG_REGISTERS: u32 = 0x00ff_00ff;
/// Writes of DR7, always: QEMU keeps a list of breakpoints that only MOV DR7 changes, and loses step with it
/// when the guest's DR7 is swapped for the host's in between. So the host makes every change itself.
const WRITE_DR7: u32 = 1 << 23;
/// Exceptions that must never be taken from the guest: vector 2 is the NMI intercept's business, and a
/// machine check is the guest's.
const NEVER: u32 = 1 << 2 | 1 << 18;

/// The VMCB's intercept words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Offset 000h.
    pub cr: u32,
    /// Offset 004h.
    pub dr: u32,
    /// Offset 008h.
    pub exceptions: u32,
    /// Offset 00Ch.
    pub misc1: Misc1,
    /// Offset 010h.
    pub misc2: Misc2,
}

/// What the virtual CPU itself needs to see at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// A single step is under way.
    pub stepping: bool,
    /// An NMI is being handled: its end is to be known, before which no other may be delivered.
    pub in_nmi: bool,
}

/// What the hypervisor always intercepts, plus `wanted`, plus what the phase needs.
///
/// While stepping, everything that would carry the trap flag out of the stepped instruction is taken: any
/// exception (the flag would be pushed with the frame), INT n, PUSHF, and HLT (no interrupt would end it).
pub fn words(wanted: &Intercepts<'_>, phase: Phase) -> Words {
    let stepping = phase.stepping;
    let mut misc1 = Misc1::NMI | Misc1::CPUID | Misc1::INVLPGA | Misc1::IOIO | Misc1::MSR | Misc1::SHUTDOWN;
    let mut misc2 = Misc2::VMRUN | Misc2::VMLOAD | Misc2::VMSAVE | Misc2::STGI | Misc2::CLGI | Misc2::SKINIT;
    misc1.set(Misc1::SWINT, wanted.software_interrupts || stepping);
    misc1.set(Misc1::HLT, wanted.halt || stepping);
    misc1.set(Misc1::PUSHF, stepping);
    misc1.set(Misc1::IRET, phase.in_nmi);
    misc2.set(Misc2::VMMCALL, wanted.hypercall);
    let mut exceptions = SECURITY | wanted.exceptions;
    if wanted.software_interrupts {
        exceptions |= BREAKPOINT;
    }
    if stepping {
        exceptions |= u32::MAX;
    }
    if wanted.debug_registers {
        exceptions |= DEBUG;
    }
    Words {
        cr: 0,
        dr: if wanted.debug_registers || stepping {
            ALL_DEBUG_REGISTERS
        } else {
            WRITE_DR7
        },
        exceptions: exceptions & !NEVER,
        misc1,
        misc2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_wanted_takes_no_exception_but_the_redirected_init() {
        let idle = words(&Intercepts::default(), Phase::default());
        assert_eq!(idle.exceptions, SECURITY);
        assert_eq!((idle.cr, idle.dr), (0, WRITE_DR7));
        assert!(
            !idle
                .misc1
                .intersects(Misc1::INTR | Misc1::HLT | Misc1::PUSHF | Misc1::SWINT)
        );
        assert!(!idle.misc2.contains(Misc2::VMMCALL));
    }

    #[test]
    fn what_the_guest_must_not_execute_is_always_taken() {
        let idle = words(&Intercepts::default(), Phase::default());
        assert!(
            idle.misc2
                .contains(Misc2::VMRUN | Misc2::VMLOAD | Misc2::VMSAVE | Misc2::CLGI | Misc2::STGI)
        );
        assert!(idle.misc1.contains(Misc1::INVLPGA | Misc1::NMI | Misc1::SHUTDOWN));
    }

    #[test]
    fn the_end_of_an_nmi_is_seen() {
        let idle = words(&Intercepts::default(), Phase::default());
        let handling = words(
            &Intercepts::default(),
            Phase {
                stepping: false,
                in_nmi: true,
            },
        );
        assert_eq!(handling.misc1 ^ idle.misc1, Misc1::IRET);
    }

    #[test]
    fn stepping_leaves_nmi_and_machine_check_alone() {
        let step = words(
            &Intercepts::default(),
            Phase {
                stepping: true,
                in_nmi: false,
            },
        );
        assert_eq!(step.exceptions, !NEVER);
        assert!(step.misc1.contains(Misc1::SWINT | Misc1::PUSHF | Misc1::HLT));
    }
}
