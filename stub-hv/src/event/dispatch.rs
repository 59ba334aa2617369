//! From something that happened in the guest to the events that asked for it.

use monitor_cmds::Moment;
use monitor_cmds::Occurrence;

use crate::cpu::PerCpu;
use crate::debug::state;
use crate::debug::stop::StopReason;

/// Runs the events that fire. `Some`: one of them stops the guest, before the instruction has taken effect;
/// when the guest goes on, the instruction is executed without asking again.
pub fn dispatch(cpu: &PerCpu, moment: &Moment, occurrence: &Occurrence) -> Option<StopReason> {
    if cpu.state.passes_event(moment.rip) {
        return None;
    }
    let events = state::events().read();
    let event = events.matching(*moment, *occurrence).next()?;
    Some(StopReason::Event(event.hit(*moment, *occurrence)))
}
