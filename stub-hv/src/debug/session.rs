//! The debug session: the line, the packet front end, gdbstub's engine, and the stopped world.
//!
//! Bytes that arrive while the guest runs stop the world for as long as it takes to handle them. A stop the
//! client waits for is reported, and the world stays stopped until the client resumes it. Whichever CPU stops
//! the world runs the session; the lock around it is only ever taken by the owner of the stop.

use alloc::boxed::Box;
use core::sync::atomic::AtomicU16;
use core::sync::atomic::Ordering;

use spin::Mutex;

use super::conversation::Conversation;
use super::stop::StopReason;
use super::world;
use crate::cpu::PerCpu;
use crate::cpu::exceptions;
use crate::cpu::percpu;
use crate::cpu::port;
use crate::event::messages;
use crate::guest::run::VcpuCell;
use crate::virt::Vcpu;

/// The UART's interrupt identification register; bit 0 is clear while an interrupt is pending.
const INTERRUPT_ID: u16 = 2;
/// The CPU that the debug UART's interrupt is sent to.
const INTERRUPTED: usize = 0;

static SESSION: Mutex<Option<Box<Conversation>>> = Mutex::new(None);
/// First port of the debug UART; 0 while there is none.
static UART: AtomicU16 = AtomicU16::new(0);

/// Opens the session over the UART at `base`.
pub fn open(base: u16, conversation: Box<Conversation>) {
    *SESSION.lock() = Some(conversation);
    UART.store(base, Ordering::Release);
}

/// Whether the debug line's interrupt is pending on this CPU.
pub fn input_waits(cpu: &PerCpu) -> bool {
    cpu.index == INTERRUPTED && is_pending()
}

fn is_pending() -> bool {
    let base = UART.load(Ordering::Acquire);
    base != 0 && port::read8(base + INTERRUPT_ID) & 1 == 0
}

/// Whether an NMI without another cause is the debug line's: while the world is stopped its bytes are read
/// without waiting for the interrupt, which may come after them. A CPU that is still parked may take it when the world
/// has just been let go.
pub fn owns_interrupt(cpu: &PerCpu) -> bool {
    cpu.index == INTERRUPTED && (world::is_stopped() || cpu.state.is_parked())
}

/// Sees to input of the debugger that came while the guest ran.
pub fn attend_input<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    enter(cpu, vcpu, None);
}

/// Stops the world for a reason of this CPU's, and returns when it goes on. When another CPU has stopped it
/// already, the reason is kept unless the guest will run into it again.
pub fn stop_for<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>, reason: StopReason) {
    if !enter(cpu, vcpu, Some(reason)) && !reason.recurs() {
        cpu.state.set_pending(reason);
    }
}

/// Lets the debugger have what scripts have printed on this CPU, if it listens. Otherwise that waits.
pub fn deliver_messages<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>) {
    // An owner that is about to stop this CPU takes them along; one that is about to let go of the world does not.
    while messages::is_listening() && !cpu.state.stop_wanted() {
        if enter(cpu, vcpu, None) {
            return;
        }
        core::hint::spin_loop();
    }
}

fn enter<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut VcpuCell<V>, reason: Option<StopReason>) -> bool {
    // A CPU that parks under scheduler locking has been captured already.
    let was_parked = cpu.state.is_parked();
    vcpu.get().capture();
    let Some(stopped) = world::stop(cpu) else {
        if !was_parked {
            vcpu.get().release();
        }
        return false;
    };
    if let Some(session) = SESSION.lock().as_mut() {
        session.hold(stopped, reason);
    } else {
        stopped.resume();
    }
    if cpu.index == INTERRUPTED {
        // An interrupt of bytes that were read while polling.
        exceptions::take_pending_nmi();
        world::take_kicks(cpu);
    }
    if !was_parked {
        vcpu.get().release();
    }
    if is_pending() {
        // Bytes came after the last look at the line, and their interrupt went by unheeded. The line stays
        // raised, so that no other follows.
        if let Some(attentive) = percpu::get(INTERRUPTED) {
            world::kick(attentive);
        }
    }
    true
}
