//! The loop of a CPU: attend to what the others ask, enter the guest, handle the exit.
//!
//! Generic over the vendor's virtual CPU, so that nothing on the way of an exit is called through a
//! pointer.
#![expect(
    unsafe_code,
    reason = "a virtual CPU is shared with the owner of a stop while its own CPU is parked"
)]

use core::sync::atomic::Ordering;

use super::apic;
use super::arming::Armed;
use super::exits;
use super::exits::Outcome;
use crate::cpu::PerCpu;
use crate::cpu::exceptions;
use crate::debug::conversation;
use crate::debug::session;
use crate::debug::stepping::Stepper;
use crate::debug::world;
use crate::debug::world::Activity;
use crate::virt::Exit;
use crate::virt::Injection;
use crate::virt::Register;
use crate::virt::StartState;
use crate::virt::Vcpu;

/// The virtual CPU of this CPU. A reference from [`VcpuCell::get`] must not be kept across anything that
/// parks the CPU or stops the world: others change the virtual CPU then.
#[derive(Debug)]
pub struct VcpuCell<V>(*mut V);

impl<V: Vcpu> VcpuCell<V> {
    /// The virtual CPU, for as long as its CPU does not park.
    pub fn get(&mut self) -> &mut V {
        // SAFETY: the pointer comes from a leaked box; other CPUs use it only while this one is parked or
        // waits in the session it has started, and then no reference from here is alive.
        unsafe { &mut *self.0 }
    }
}

/// DR6.BS
const DR6_SINGLE_STEP: u64 = 1 << 14;

/// What a CPU keeps from one exit to the next.
#[derive(Debug, Default)]
pub struct Local {
    /// What is intercepted.
    pub armed: Armed,
    /// The single step that is under way.
    pub stepper: Stepper,
}

/// Runs a CPU's guest for ever.
pub fn run<V: Vcpu>(cpu: &'static PerCpu, vcpu: *mut V) -> ! {
    let mut vcpu = VcpuCell(vcpu);
    let mut local = Local::default();
    loop {
        attend(cpu, &mut vcpu);
        if let Some(reason) = once(cpu, vcpu.get(), &mut local) {
            match reason {
                Next::Stop(reason) => session::stop_for(cpu, &mut vcpu, reason),
                Next::Nmi => nmi(cpu, &mut vcpu),
            }
        }
        if cpu.messages.is_waiting() {
            session::deliver_messages(cpu, &mut vcpu);
        }
    }
}

/// What is left to do after an exit that the virtual CPU must not be borrowed for.
enum Next {
    Stop(crate::debug::stop::StopReason),
    Nmi,
}

/// Enters the guest once and handles the exit.
fn once<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, local: &mut Local) -> Option<Next> {
    local.armed.refresh(cpu, vcpu);
    if let Some(reason) = local.stepper.before_entry(cpu, vcpu) {
        return Some(Next::Stop(reason));
    }
    // One NMI at a time, as in hardware: the next waits for the handler's IRET.
    let free = vcpu.pending().is_none() && !vcpu.in_nmi() && !local.stepper.is_active();
    if free && cpu.state.take_guest_nmi() {
        vcpu.set_in_nmi(true);
        vcpu.inject(Injection::Nmi);
    }
    let exit = vcpu.run();
    cpu.counters.count(exit.kind());
    if exit == Exit::Nmi {
        exceptions::take_pending_nmi();
        if let Some(reason) = local.stepper.after_delivery(cpu, vcpu) {
            return Some(Next::Stop(reason));
        }
        return Some(Next::Nmi);
    }
    let guest_steps = vcpu.guest_trap_flag();
    let outcome = exits::handle(cpu, vcpu, local, &exit);
    let trap = matches!(exit, Exit::Exception { vector: 1, .. });
    let emulated = matches!(outcome, Outcome::Emulated | Outcome::EmulatedStop(_));
    if emulated && guest_steps && !trap {
        // The CPU would have trapped behind the instruction that was carried out here.
        let dr6 = vcpu.get(Register::Debug(6)) | DR6_SINGLE_STEP;
        // DR6 with one more of its bits.
        let _ = vcpu.set(Register::Debug(6), dr6);
        vcpu.inject(Injection::DEBUG);
    }
    let outcome = local.stepper.after_exit(cpu, vcpu, outcome);
    match outcome {
        Outcome::Retry | Outcome::Emulated => None,
        Outcome::Stop(reason) | Outcome::EmulatedStop(reason) => Some(Next::Stop(reason)),
    }
}

/// Does what other CPUs have asked for; returns when the guest is to run.
fn attend<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    loop {
        if cpu.state.stop_wanted() {
            park(cpu, vcpu);
        } else if let Some(reason) = cpu.state.take_pending() {
            session::stop_for(cpu, vcpu, reason);
        } else if cpu.state.take_init() {
            init(cpu, vcpu);
        } else {
            match cpu.state.activity() {
                Activity::Running => return,
                Activity::WaitForStartUp => match cpu.state.take_startup() {
                    Some(vector) => {
                        vcpu.get().start(&StartState::StartUp { vector });
                        cpu.state.set_activity(Activity::Running);
                    }
                    None => wait(cpu, vcpu),
                },
                Activity::Shutdown => wait(cpu, vcpu),
            }
        }
    }
}

/// INIT: the boot CPU starts at the reset vector, the others wait for a start-up IPI.
fn init<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    let seen = cpu.nmis.load(Ordering::Relaxed);
    cpu.state.keep_event_pass(None);
    apic::reset(cpu);
    if cpu.index == 0 {
        vcpu.get().start(&StartState::Reset);
        cpu.state.set_activity(Activity::Running);
    } else {
        vcpu.get().start(&StartState::StartUp { vector: 0 });
        cpu.state.set_activity(Activity::WaitForStartUp);
    }
    cpu.state.take_guest_nmi();
    if cpu.nmis.load(Ordering::Relaxed) != seen {
        // One came while the reset threw pending interrupts away: the start-up IPI follows the INIT closely.
        nmi(cpu, vcpu);
    }
}

/// Waits, halted, for the next NMI and sees to it.
fn wait<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    let seen = cpu.nmis.load(Ordering::Relaxed);
    // What an NMI is about was set before it was sent: with the count read, look once more.
    if !cpu.state.stop_wanted() && !cpu.state.has_requests() {
        exceptions::wait_for_nmi(seen);
        nmi(cpu, vcpu);
    }
}

/// Stays in the hypervisor until the stop flag is lowered.
fn park<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    vcpu.get().capture();
    cpu.state.set_parked(true);
    loop {
        let seen = cpu.nmis.load(Ordering::Relaxed);
        if !cpu.state.stop_wanted() {
            break;
        }
        exceptions::wait_for_nmi(seen);
        nmi(cpu, vcpu);
    }
    cpu.state.set_parked(false);
    cpu.state.take_resent();
    vcpu.get().release();
}

/// Decides what an NMI that was taken meant: another CPU's call, the debugger's input, or the guest's own.
fn nmi<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    let called = world::take_kicks(cpu) || cpu.state.take_resent();
    if session::input_waits(cpu) {
        if world::is_stopped() {
            conversation::pass_interrupt_on();
        } else {
            session::attend_input(cpu, vcpu);
        }
    } else if !called && !session::owns_interrupt(cpu) {
        cpu.state.hold_guest_nmi();
    }
}
