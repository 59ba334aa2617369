//! What a breakpoint, a watchpoint or the trap flag has hit: the debugger's business, or the guest's own.

use super::agent;
use super::breakpoints::hardware::Kind;
use super::breakpoints::software::Conditions;
use super::registers;
use super::registers::RegId;
use super::state;
use super::stop::StopReason;
use super::stop::WatchAccess;
use crate::guest::arming::guest_view;
use crate::guest::emulate::Width;
use crate::guest::emulate::simple;
use crate::guest::exits::Outcome;
use crate::guest::exits::fetch;
use crate::guest::linear;
use crate::guest::rights::Rights;
use crate::guest::run::Local;
use crate::memory::GuestPhysical;
use crate::virt::Injection;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;
use crate::virt::Vcpu;

/// DR6.BS: the trap flag.
const SINGLE_STEP: u64 = 1 << 14;
/// DR6.B0 to B3.
const HITS: u64 = 0xf;
/// gdb's numbers of the x87, SSE and control registers of the floating-point unit, and from where on there are
/// only vector registers: their values are not at hand while the guest runs.
const FLOATING_POINT: core::ops::Range<u16> = 24..57;
const VECTORS: u16 = 66;

/// The linear address of the instruction at RIP.
pub fn instruction_linear(registers: &impl RegisterFile) -> u64 {
    let rip = registers.get(Register::Rip);
    if Width::of(registers) == Width::Bits64 {
        rip
    } else {
        registers.get(Register::Base(Segment::Cs)).wrapping_add(rip) & 0xffff_ffff
    }
}

/// The physical address of the instruction at RIP.
pub fn instruction_physical(registers: &impl RegisterFile) -> Option<GuestPhysical> {
    linear::translate(registers, instruction_linear(registers))
        .ok()
        .map(|page| page.physical)
}

/// Whether a breakpoint of the debugger's is at RIP.
pub fn breakpoint_at(registers: &impl RegisterFile) -> bool {
    instruction_physical(registers)
        .is_some_and(|at| state::breakpoints().lock().patches.original(at).is_some())
}

/// An INT3 was about to be executed. `None`: it is the guest's own.
pub fn software_breakpoint<V: Vcpu>(vcpu: &mut V, local: &mut Local) -> Option<Outcome> {
    let at = instruction_physical(vcpu)?;
    let conditions = {
        let mut breakpoints = state::breakpoints().lock();
        breakpoints.patches.original(at)?;
        let hit = breakpoints.at(at).next()?;
        hit.hits += 1;
        hit.conditions.clone()
    };
    if !wanted(vcpu, &conditions) {
        if emulate_simple(vcpu) {
            return Some(Outcome::Emulated);
        }
        local.stepper.over_instruction(vcpu);
        return Some(Outcome::Retry);
    }
    if let Some(hit) = state::breakpoints().lock().at(at).next() {
        hit.stops += 1;
    }
    Some(Outcome::Stop(StopReason::SoftwareBreakpoint))
}

/// Whether the debugger wants to hear of a breakpoint: without conditions always, else when one is true, or
/// cannot be evaluated, so that the user learns of it.
fn wanted<V: Vcpu>(vcpu: &mut V, conditions: &Conditions) -> bool {
    let mut guest = Guest(vcpu);
    conditions.is_empty()
        || conditions
            .iter()
            .any(|code| agent::eval(code, &mut guest) != Ok(0))
}

/// The guest as an agent expression sees it.
struct Guest<'v, V>(&'v mut V);

impl<V: Vcpu> agent::Machine for Guest<'_, V> {
    fn register(&mut self, number: u16) -> Option<u64> {
        if FLOATING_POINT.contains(&number) || number >= VECTORS {
            return None;
        }
        let mut bytes = [0; 16];
        if registers::read(self.0, RegId::new(number.into())?, &mut bytes) > 8 {
            return None;
        }
        Some(u128::from_le_bytes(bytes) as u64)
    }

    fn read(&mut self, address: u64, into: &mut [u8]) -> bool {
        linear::read(self.0, address, into) == Ok(into.len())
    }
}

/// Carries out the instruction at RIP, breakpoints disregarded, if it is one of the simple ones.
pub fn emulate_simple<V: Vcpu>(vcpu: &mut V) -> bool {
    // The hardware would see what a watchpoint waits for, the emulation would not.
    if !state::watches().lock().is_empty() {
        return false;
    }
    let rights = Rights::of(vcpu);
    let done = fetch(vcpu, |vcpu, code| {
        simple::execute(code, vcpu, &mut rights.memory())
    });
    if done != Some(true) {
        return false;
    }
    vcpu.skip(0);
    true
}

/// A #DB was raised. What of it is the guest's is delivered.
pub fn debug_exception<V: Vcpu>(vcpu: &mut V, local: &mut Local) -> Outcome {
    let dr6 = vcpu.hardware_dr6();
    let view = guest_view(vcpu);
    let (watches, guest) = match &local.armed.debug {
        Some(shared) => {
            let sorted = shared.sort(dr6, &view);
            (sorted.watches, sorted.guest)
        }
        // Bits of registers that are not enabled mean nothing.
        None => match view.hits(dr6) {
            0 => (0, None),
            hits => (0, Some(view.dr6 & !HITS | hits)),
        },
    };
    let stepped = dr6 & SINGLE_STEP != 0;
    let ours = stepped && local.stepper.is_active();
    if ours {
        local.stepper.set_trapped();
    }
    let guest_step = stepped && (!ours || local.stepper.guest_steps());
    let guest = match (guest, guest_step) {
        (Some(dr6), true) => Some(dr6 | SINGLE_STEP),
        (None, true) => Some(view.dr6 | SINGLE_STEP),
        (guest, false) => guest,
    };
    if let Some(dr6) = guest {
        // Made of bits that DR6 has.
        let _ = vcpu.set(Register::Debug(6), dr6);
        if ours {
            local.stepper.end_trap(vcpu);
        }
        vcpu.inject(Injection::DEBUG);
    }
    if let Some(reason) = watch_hit(vcpu, watches) {
        if !ours {
            return Outcome::Stop(reason);
        }
        local.stepper.abandon(vcpu);
        return Outcome::Stop(reason);
    }
    if ours {
        return Outcome::Emulated;
    }
    if guest.is_none() && watches == 0 {
        // Neither a register's nor the trap flag's (ICEBP): the guest's.
        vcpu.inject(Injection::DEBUG);
    }
    Outcome::Retry
}

/// The first of the debugger's watches among `hits` (one bit each) that it wants to hear of.
fn watch_hit<V: Vcpu>(vcpu: &mut V, hits: u8) -> Option<StopReason> {
    for index in (0..4).filter(|index| hits >> index & 1 != 0) {
        let confirmed = {
            let mut watches = state::watches().lock();
            let confirmed = watches.confirm(index, |address, into| {
                linear::read(vcpu, address, into) == Ok(into.len())
            });
            watches
                .piece(index)
                .map(|piece| piece.watch)
                .filter(|_| confirmed)
        };
        let Some(watch) = confirmed else { continue };
        let access = match watch.kind {
            Kind::Execute => {
                let conditions = state::hardware_conditions(watch.address);
                if wanted(vcpu, &conditions) {
                    return Some(StopReason::HardwareBreakpoint);
                }
                vcpu.set_resume_flag();
                continue;
            }
            Kind::Write => WatchAccess::Write,
            Kind::Read => WatchAccess::Read,
            Kind::Access => WatchAccess::Access,
        };
        return Some(StopReason::Watch {
            address: watch.address,
            access,
        });
    }
    None
}
