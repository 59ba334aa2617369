//! Stages, short-circuiting, conditions and the order of actions, without a CPU.

use super::*;
use crate::EventOptions;
use crate::EventState;
use crate::Registration;
use crate::Stages;
use crate::Target;
use crate::Trigger;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Writes down what runs. The first byte of condition code is what it returns, the first character of a script what
/// it does.
#[derive(Default)]
struct Log(Vec<String>);

impl Actions for Log {
    fn condition(&mut self, firing: &Firing<'_>, code: &Code) -> bool {
        self.0.push(format!("{}?", firing.event.id()));
        code.bytes[0] != 0
    }

    fn code(&mut self, firing: &Firing<'_>, _: &Code, _: &mut Verdict) {
        self.0.push(format!("{} code", firing.event.id()));
    }

    fn script(&mut self, firing: &Firing<'_>, verdict: &mut Verdict) {
        self.0
            .push(format!("{} script {:x}", firing.event.id(), firing.context));
        match firing.event.options().script.as_ref().unwrap().text.as_str() {
            "skip" => verdict.short_circuit = true,
            "do" => verdict.short_circuit = false,
            "stop" => verdict.stop = true,
            _ => {}
        }
    }
}

fn on(stage: Stage) -> Moment {
    Moment {
        stage,
        ..Moment::default()
    }
}

const LEAF: Occurrence = Occurrence::Cpuid {
    leaf: 0xd,
    subleaf: 0,
};

fn table(options: Vec<EventOptions>) -> Events<'static> {
    let mut events = Events::with_capacity(options.len());
    for options in options {
        let registration = Registration {
            trigger: Trigger::Cpuid(None),
            options,
            script: None,
            text: String::new(),
        };
        events.add(registration).unwrap();
    }
    events
}

fn script(text: &str, stages: Stages) -> EventOptions {
    EventOptions {
        script: Some(text.into()),
        stages,
        ..EventOptions::default()
    }
}

fn run(events: &Events<'_>, stage: Stage) -> (Vec<String>, Outcome) {
    let mut log = Log::default();
    let outcome = dispatch(events, on(stage), LEAF, &mut log);
    (log.0, outcome)
}

#[test]
fn an_event_without_actions_stops() {
    let events = table(vec![EventOptions::default(); 2]);
    let (log, outcome) = run(&events, Stage::Pre);
    assert!(log.is_empty());
    assert_eq!(
        outcome.stop.map(|hit| (hit.event, hit.occurrence)),
        Some((0, LEAF))
    );
    assert_eq!((outcome.skip, outcome.post), (false, false));
    assert_eq!(run(&events, Stage::Post), (vec![], Outcome::default()));
}

#[test]
fn code_runs_before_the_script_and_only_if_the_condition_holds() {
    let code = |byte| Some(Code { bytes: vec![byte] });
    let mut options = script("", Stages::Pre);
    options.code = code(0x90);
    options.condition = code(1);
    let mut never = options.clone();
    never.condition = code(0);
    let events = table(vec![options, never]);
    let (log, outcome) = run(&events, Stage::Pre);
    assert_eq!(log, ["0?", "0 code", "0 script d", "1?"]);
    assert_eq!(outcome, Outcome::default());
}

#[test]
fn a_false_condition_neither_stops_nor_skips() {
    let options = EventOptions {
        condition: Some(Code { bytes: vec![0] }),
        short_circuit: true,
        ..EventOptions::default()
    };
    assert_eq!(run(&table(vec![options]), Stage::Pre).1, Outcome::default());
}

#[test]
fn stages() {
    let events = table(vec![
        script("", Stages::Pre),
        script("", Stages::Post),
        script("", Stages::All),
    ]);
    let (log, outcome) = run(&events, Stage::Pre);
    assert_eq!(log, ["0 script d", "2 script d"]);
    assert!(outcome.post && !outcome.skip);
    // The event of stage pre has no part in the second pass.
    let (log, outcome) = run(&events, Stage::Post);
    assert_eq!(log, ["1 script d", "2 script d"]);
    assert_eq!(outcome, Outcome::default());
}

#[test]
fn the_last_event_decides_whether_the_effect_is_left_out() {
    for (scripts, skip) in [
        (&["skip"][..], true),
        (&["skip", "", "skip"], true),
        (&["skip", ""], false),
        (&["", "skip"], true),
    ] {
        let events = table(scripts.iter().map(|text| script(text, Stages::Pre)).collect());
        assert_eq!(run(&events, Stage::Pre).1.skip, skip, "{scripts:?}");
    }
    let default_on = EventOptions {
        short_circuit: true,
        ..script("", Stages::Pre)
    };
    let undone = EventOptions {
        short_circuit: true,
        ..script("do", Stages::Pre)
    };
    assert!(run(&table(vec![default_on]), Stage::Pre).1.skip);
    assert!(!run(&table(vec![undone]), Stage::Pre).1.skip);
}

#[test]
fn nothing_comes_after_an_effect_that_was_left_out() {
    let events = table(vec![script("", Stages::Post), script("skip", Stages::Pre)]);
    let (_, outcome) = run(&events, Stage::Pre);
    assert!(outcome.skip && !outcome.post);
}

#[test]
fn short_circuiting_means_nothing_after_the_effect_and_for_hooks() {
    let events = table(vec![script("skip", Stages::Post)]);
    let (log, outcome) = run(&events, Stage::Post);
    assert_eq!((log.len(), outcome.skip), (1, false));

    let mut events = Events::with_capacity(1);
    let hook = Registration {
        trigger: Trigger::Hook(crate::Hook::new(crate::HookMethod::Breakpoint, 1)),
        options: script("skip", Stages::Pre),
        script: None,
        text: String::new(),
    };
    events.add(hook).unwrap();
    let occurrence = Occurrence::Hook(crate::HookHit {
        address: 1,
        physical: None,
    });
    let mut log = Log::default();
    assert!(!dispatch(&events, on(Stage::Pre), occurrence, &mut log).skip);
    assert_eq!(log.0, ["0 script 1"]);
}

#[test]
fn a_script_can_stop_and_the_first_to_do_so_is_told() {
    let events = table(vec![
        script("", Stages::Pre),
        script("stop", Stages::Pre),
        EventOptions::default(),
        script("", Stages::Pre),
    ]);
    let (log, outcome) = run(&events, Stage::Pre);
    assert_eq!(log, ["0 script d", "1 script d", "3 script d"]);
    assert_eq!(outcome.stop.map(|hit| hit.event), Some(1));
}

#[test]
fn disabled_and_cleared_events_do_not_act() {
    let mut events = table(vec![script("", Stages::All), script("", Stages::Pre)]);
    events.disable(Target::Id(1)).unwrap();
    assert_eq!(run(&events, Stage::Pre).0, ["0 script d"]);
    events.set_state(0, EventState::Cleared);
    assert_eq!(run(&events, Stage::Pre), (vec![], Outcome::default()));
}
