//! From something that happened to the actions of the events that are about it.
//!
//! The rules, as HyperDbg documents them:
//! * events run in order of registration, each with its actions in order: code, script, or the break of an event that
//!   has neither;
//! * an event acts if it is enabled, its CPU, process and address space fit, its trigger matches, its stage is now, and
//!   its condition code, if there is any, does not return 0;
//! * each event begins with its own short-circuit state (`sc`), which its script may change; the state that the last
//!   event leaves decides whether the effect is left out;
//! * the moment after the effect comes only if an event of stage `post` or `all` waits for it and the effect was not left
//!   out, and only such events act then.
//!
//! What runs code and scripts is the caller's, so all of this is tested without a CPU. Nothing here allocates, and
//! nothing can panic.

mod control;

pub use control::EventControl;

use crate::Code;
use crate::Event;
use crate::Events;
use crate::Hit;
use crate::Moment;
use crate::Occurrence;
use crate::Stage;
use crate::script::Context;

/// An event that acts now.
#[derive(Clone, Copy, Debug)]
pub struct Firing<'e> {
    /// The event.
    pub event: &'e Event,
    /// Where and when.
    pub moment: Moment,
    /// What happened.
    pub occurrence: Occurrence,
    /// The value of `$context`.
    pub context: u64,
}

impl Firing<'_> {
    /// The numbers that the event's script sees; `buffer` is the address of its buffer, or 0.
    pub fn script_context(&self, buffer: u64) -> Context {
        Context {
            context: self.context,
            event_tag: self.event.tag().into(),
            event_id: self.event.id().into(),
            event_stage: match self.moment.stage {
                Stage::Pre => 0,
                Stage::Post => 1,
            },
            buffer,
        }
    }
}

/// What the actions of one event may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Leave the effect out. Means nothing after the effect.
    pub short_circuit: bool,
    /// Stop the guest when all events are done.
    pub stop: bool,
}

/// Runs what events ask for.
pub trait Actions {
    /// Runs condition code and says whether it returned something else than 0.
    fn condition(&mut self, firing: &Firing<'_>, code: &Code) -> bool;

    /// Runs custom code.
    fn code(&mut self, firing: &Firing<'_>, code: &Code, verdict: &mut Verdict);

    /// Runs the event's script, [`Event::script`]. `event_sc` and `pause` set the verdict; [`EventControl`] does that.
    fn script(&mut self, firing: &Firing<'_>, verdict: &mut Verdict);
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Leave the effect out: skip the instruction, swallow the interrupt.
    pub skip: bool,
    /// Call again with [`Stage::Post`] when the effect has happened.
    pub post: bool,
    /// Stop the guest: what to tell of the first event that wants it.
    pub stop: Option<Hit>,
}

/// Runs the events that are about `occurrence` at `moment`.
pub fn dispatch(
    events: &Events<'_>,
    moment: Moment,
    occurrence: Occurrence,
    actions: &mut dyn Actions,
) -> Outcome {
    let mut outcome = Outcome::default();
    for event in events.iter().filter(|event| event.is_about(&moment, &occurrence)) {
        let stages = event.options().stages;
        outcome.post |= moment.stage == Stage::Pre && stages.has(Stage::Post);
        if !stages.has(moment.stage) {
            continue;
        }
        let firing = Firing {
            event,
            moment,
            occurrence,
            context: event.trigger().context(&occurrence),
        };
        let Some(verdict) = act(&firing, actions) else {
            continue;
        };
        outcome.skip =
            verdict.short_circuit && moment.stage == Stage::Pre && event.trigger().can_short_circuit();
        if verdict.stop && outcome.stop.is_none() {
            outcome.stop = Some(event.hit(moment, occurrence));
        }
    }
    outcome.post &= !outcome.skip;
    outcome
}

/// Runs one event; none if its condition does not hold.
fn act(firing: &Firing<'_>, actions: &mut dyn Actions) -> Option<Verdict> {
    let options = firing.event.options();
    if let Some(condition) = &options.condition
        && !actions.condition(firing, condition)
    {
        return None;
    }
    let mut verdict = Verdict {
        short_circuit: options.short_circuit,
        stop: options.breaks(),
    };
    if let Some(code) = &options.code {
        actions.code(firing, code, &mut verdict);
    }
    if options.script.is_some() {
        actions.script(firing, &mut verdict);
    }
    Some(verdict)
}

#[cfg(test)]
mod tests;
