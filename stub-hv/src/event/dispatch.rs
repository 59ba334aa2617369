//! From something that happened in the guest to the events that asked for it, and their actions.
//!
//! Everything here runs while the CPU is in an exit: nothing allocates, and the lock of the event table is never
//! contended, because commands change the table only while every CPU is parked.

use core::fmt::Write;

use monitor_cmds::Actions;
use monitor_cmds::Code;
use monitor_cmds::EventControl;
use monitor_cmds::Events;
use monitor_cmds::Firing;
use monitor_cmds::Moment;
use monitor_cmds::Occurrence;
use monitor_cmds::Outcome;
use monitor_cmds::Stage;
use monitor_cmds::Verdict;
use monitor_cmds::script::Control;
use monitor_cmds::script::Run;

use super::guest::LiveGuest;
use super::messages;
use crate::cpu::PerCpu;
use crate::cpu::percpu;
use crate::debug::state;
use crate::debug::stop::StopReason;
use crate::debug::world;
use crate::debug::world::Activity;
use crate::guest::arming;
use crate::virt::Register;
use crate::virt::Vcpu;

/// What the events want done about an instruction that has not taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Carry it out.
    CarryOut {
        /// Then call [`after`].
        post: bool,
    },
    /// Leave it out: go on behind it.
    Skip,
    /// A script has moved RIP: the guest goes on there.
    Moved,
    /// Stop the guest before it. When the guest goes on, this is asked again, and does what was decided now without
    /// running the events a second time.
    Stop(StopReason),
}

/// Runs the events that fire before the instruction at RIP takes effect.
pub fn before<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, occurrence: Occurrence) -> Before {
    let rip = vcpu.get(Register::Rip);
    match cpu.state.take_event_pass(rip) {
        Some(true) => return Before::Skip,
        // Events for the moment after it may have been registered during the stop.
        Some(false) => return Before::CarryOut { post: true },
        None => {}
    }
    let outcome = run(cpu, vcpu, Stage::Pre, occurrence);
    let moved = vcpu.get(Register::Rip) != rip;
    if let Some(hit) = outcome.stop {
        if !moved {
            cpu.state.set_event_pass(rip, outcome.skip);
        }
        return Before::Stop(StopReason::Event(hit));
    }
    if moved {
        Before::Moved
    } else if outcome.skip {
        Before::Skip
    } else {
        Before::CarryOut { post: outcome.post }
    }
}

/// Runs the events that fire now that the instruction has taken effect and RIP is behind it. `Some`: one of them stops
/// the guest there.
pub fn after<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, occurrence: Occurrence) -> Option<StopReason> {
    run(cpu, vcpu, Stage::Post, occurrence)
        .stop
        .map(StopReason::Event)
}

fn run<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, stage: Stage, occurrence: Occurrence) -> Outcome {
    let moment = Moment {
        cpu: cpu.index as u32,
        rip: vcpu.get(Register::Rip),
        stage,
        pid: None,
        cr3: vcpu.get(Register::Cr3),
    };
    let events = state::events().read();
    let generation = events.generation();
    let mut actions = Live {
        cpu,
        vcpu,
        events: &events,
    };
    let outcome = monitor_cmds::dispatch(&events, moment, occurrence, &mut actions);
    let changed = events.generation() != generation;
    drop(events);
    if changed {
        arm_everywhere(cpu);
    }
    outcome
}

/// A script has changed what is to be intercepted: this CPU arms before its next entry, and the others exit to do so.
fn arm_everywhere(cpu: &'static PerCpu) {
    arming::changed();
    for other in percpu::all() {
        if other.index != cpu.index && other.state.activity() == Activity::Running {
            world::kick(other);
        }
    }
}

/// Runs the actions of events on a CPU that is in an exit.
struct Live<'a, 'e, V: Vcpu> {
    cpu: &'static PerCpu,
    vcpu: &'a mut V,
    events: &'a Events<'e>,
}

impl<V: Vcpu> Actions for Live<'_, '_, V> {
    fn condition(&mut self, _: &Firing<'_>, _: &Code) -> bool {
        // Events with code are refused when they are to be registered.
        false
    }

    fn code(&mut self, _: &Firing<'_>, _: &Code, _: &mut Verdict) {}

    fn script(&mut self, firing: &Firing<'_>, verdict: &mut Verdict) {
        let Some(script) = firing.event.script() else {
            return;
        };
        let mut work = self.cpu.work.lock();
        let work = &mut *work;
        let mut out = work.line.print_to(&self.cpu.messages);
        let mut guest = LiveGuest::new(self.cpu.index, self.vcpu);
        let mut control = EventControl {
            events: self.events,
            verdict,
            machine: &mut Machine,
        };
        let done = script.run(&mut Run {
            guest: &mut guest,
            control: &mut control,
            globals: self.events.globals(),
            scratch: &mut work.scratch,
            context: firing.script_context(0),
            out: &mut out,
        });
        if let Err(error) = done {
            let new_line = if out.is_at_start() { "" } else { "\n" };
            // It takes everything.
            let _ = writeln!(out, "{new_line}event {:x}: {error}", firing.event.id());
        }
        out.finish();
    }
}

/// What scripts change beside events. What is not here is refused when the event is to be registered.
struct Machine;

impl Control for Machine {
    fn flush(&mut self) {
        messages::clear_all();
    }
}
