//! The table against a plain model, and what it makes a CPU intercept.

use super::*;
use crate::Direction;
use crate::EventOptions;
use crate::Io;
use crate::Port;
use crate::Ports;
use crate::Stage;
use crate::Trigger;
use alloc::boxed::Box;
use alloc::vec;
use proptest::prelude::*;

fn spec(direction: Direction, port: Option<u16>, core: Option<u32>) -> Registration {
    Registration {
        trigger: Trigger::Io(Port { direction, port }),
        options: EventOptions {
            core,
            ..EventOptions::default()
        },
        script: None,
        text: "x".into(),
    }
}

fn out(port: u16) -> Registration {
    spec(Direction::Out, Some(port), None)
}

fn on(cpu: u32) -> Moment {
    Moment {
        cpu,
        ..Moment::default()
    }
}

fn fired(events: &Events<'_>, moment: Moment, io: Io) -> Vec<u32> {
    events
        .matching(moment, Occurrence::Io(io))
        .map(Event::id)
        .collect()
}

#[test]
fn numbers_are_not_given_twice() {
    let mut slots = [None, None];
    let mut events = Events::new(&mut slots[..]);
    assert_eq!((events.add(out(1)), events.add(out(2))), (Ok(0), Ok(1)));
    assert_eq!(events.add(out(3)), Err(EventsError::Full { capacity: 2 }));
    assert_eq!(events.clear(Target::Id(0)), Ok(()));
    assert_eq!(events.add(out(3)), Ok(2));
    assert_eq!(events.iter().map(Event::id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(events.get(2).map(Event::tag), Some(0x100_0002));
    assert_eq!(events.clear(Target::All), Ok(()));
    assert_eq!(events.add(out(4)), Ok(3));
    events.unload();
    assert_eq!(events.add(out(5)), Ok(0));
}

#[test]
fn refusals() {
    let mut events = Events::with_capacity(1);
    for change in [Events::enable, Events::disable, Events::clear] {
        assert_eq!(change(&mut events, Target::All), Err(EventsError::Empty));
        assert_eq!(change(&mut events, Target::Id(0)), Err(EventsError::Unknown));
    }
    assert_eq!(events.generation(), 0);
}

#[test]
fn used_slots_are_dropped() {
    let mut slots = [Some(Event::new(0, out(1))), None];
    assert!(Events::new(&mut slots[..]).is_empty());
    assert!(slots.iter().all(Option::is_none));
}

#[test]
fn scripts_change_events_through_a_shared_reference() {
    let mut events = Events::with_capacity(2);
    events.add(out(1)).unwrap();
    events.add(out(2)).unwrap();
    let shared = &events;
    let mut generation = shared.generation();
    for (id, state, done) in [
        (0, EventState::Disabled, true),
        (0, EventState::Enabled, true),
        (0, EventState::Cleared, true),
        (0, EventState::Enabled, false),
        (7, EventState::Disabled, false),
    ] {
        assert_eq!(shared.set_state(id, state), done, "{id} {state:?}");
        assert_eq!(shared.generation() != generation, done);
        generation = shared.generation();
    }
    assert_eq!((shared.len(), shared.get(0).is_some()), (1, false));
    assert_eq!(fired(shared, on(0), Io::output(1, 1, 0)), [0_u32; 0]);
    assert_eq!(events.add(out(3)), Ok(2));
    assert_eq!(events.iter().map(Event::id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(events.clear(Target::Id(0)), Err(EventsError::Unknown));
}

#[test]
fn bound_to_a_process() {
    let mut events = Events::with_capacity(3);
    let mut bound = out(1);
    bound.options.pid = Some(0x1a4);
    events.add(bound.clone()).unwrap();
    bound.options.pid = None;
    bound.options.cr3 = Some(0x1000);
    bound.options.core = Some(1);
    events.add(bound).unwrap();
    assert!(events.asks_for_process(0));
    let moment = |pid, cr3| Moment { pid, cr3, ..on(1) };
    for (moment, want) in [
        (moment(None, 0), &[][..]),
        (moment(Some(0x1a4), 0), &[0]),
        (moment(Some(4), 0x8000_0000_0000_1fff), &[1]),
        (moment(Some(0x1a4), 0x2000), &[0]),
    ] {
        assert_eq!(fired(&events, moment, Io::output(1, 1, 0)), want, "{moment:?}");
    }
    events.disable(Target::Id(0)).unwrap();
    assert!(!events.asks_for_process(0));
}

#[test]
fn kinds_of_port_sets() {
    let mut events = Events::with_capacity(4);
    assert!(events.intercepts(0).is_empty());
    events.add(out(0x3f8)).unwrap();
    events.add(spec(Direction::Out, Some(0x80), Some(1))).unwrap();
    events.add(spec(Direction::In, None, Some(1))).unwrap();

    let of0 = events.intercepts(0);
    assert!(matches!((of0.io_in, of0.io_out), (Ports::None, Ports::Some(_))));
    assert!(of0.io_out.contains(0x3f8) && !of0.io_out.contains(0x80));
    let of1 = events.intercepts(1);
    assert!(matches!(of1.io_in, Ports::All));
    let Ports::Some(list) = of1.io_out else {
        panic!("{of1:?}")
    };
    assert_eq!(list.iter().collect::<Vec<_>>(), [0x3f8, 0x80]);

    events.disable(Target::All).unwrap();
    assert!(events.intercepts(1).is_empty());
}

#[test]
fn who_fires() {
    let mut events = Events::with_capacity(4);
    events.add(out(0x3f8)).unwrap();
    events.add(spec(Direction::Out, None, Some(1))).unwrap();
    events.add(spec(Direction::In, Some(0x3f8), None)).unwrap();

    assert_eq!(fired(&events, on(0), Io::output(0x3f8, 1, 0)), [0]);
    assert_eq!(fired(&events, on(1), Io::output(0x3f8, 1, 0)), [0, 1]);
    assert_eq!(fired(&events, on(1), Io::output(0x3f7, 2, 0)), [0, 1]);
    assert_eq!(fired(&events, on(1), Io::output(0x3f7, 1, 0)), [1]);
    assert_eq!(fired(&events, on(0), Io::input(0x3f8, 1)), [2]);
    let after = Moment {
        stage: Stage::Post,
        ..on(0)
    };
    assert_eq!(fired(&events, after, Io::output(0x3f8, 1, 0)), [0_u32; 0]);
    events.disable(Target::Id(0)).unwrap();
    assert_eq!(fired(&events, on(0), Io::output(0x3f8, 1, 0)), [0_u32; 0]);
}

fn io() -> impl Strategy<Value = Io> {
    (0..8_u16, prop::sample::select(vec![1, 2, 4]), any::<bool>()).prop_map(|(port, size, output)| {
        if output {
            Io::output(port, size, 0)
        } else {
            Io::input(port, size)
        }
    })
}

fn any_spec() -> impl Strategy<Value = Registration> {
    let direction = prop::sample::select(vec![Direction::In, Direction::Out]);
    (
        direction,
        prop::option::weighted(0.9, 0..12_u16),
        prop::option::of(0..3_u32),
    )
        .prop_map(|(direction, port, core)| spec(direction, port, core))
}

#[derive(Clone, Debug)]
enum Step {
    Add(Box<Registration>),
    Enable(Target),
    Disable(Target),
    Clear(Target),
}

fn step() -> impl Strategy<Value = Step> {
    let target = || prop_oneof![1 => Just(Target::All), 6 => (0..10_u32).prop_map(Target::Id)];
    prop_oneof![
        4 => any_spec().prop_map(|spec| Step::Add(Box::new(spec))),
        1 => target().prop_map(Step::Enable),
        1 => target().prop_map(Step::Disable),
        1 => target().prop_map(Step::Clear),
    ]
}

proptest! {
    #[test]
    fn agrees_with_a_list(steps in prop::collection::vec(step(), 0..30)) {
        let mut events = Events::with_capacity(5);
        let mut model: Vec<(u32, bool)> = Vec::new();
        let mut next = 0;
        for step in steps {
            let before = events.generation();
            let meant = |target, id| target == Target::All || target == Target::Id(id);
            let (done, expected) = match step {
                Step::Add(spec) => {
                    let room = model.len() < 5;
                    if room {
                        model.push((next, true));
                        next += 1;
                    }
                    (events.add(*spec).is_ok(), room)
                }
                Step::Enable(target) | Step::Disable(target) => {
                    let enable = matches!(step, Step::Enable(_));
                    let hit = model.iter().any(|&(id, _)| meant(target, id));
                    model.iter_mut().filter(|(id, _)| meant(target, *id)).for_each(|entry| entry.1 = enable);
                    let done = if enable { events.enable(target) } else { events.disable(target) };
                    (done.is_ok(), hit)
                }
                Step::Clear(target) => {
                    let hit = model.iter().any(|&(id, _)| meant(target, id));
                    model.retain(|&(id, _)| !meant(target, id));
                    (events.clear(target).is_ok(), hit)
                }
            };
            prop_assert_eq!(done, expected);
            prop_assert_eq!(events.generation() != before, done);
            prop_assert_eq!(events.len(), model.len());
            let listed: Vec<_> = events.iter().map(|event| (event.id(), event.is_enabled())).collect();
            prop_assert_eq!(&listed, &model);
        }
    }

    #[test]
    fn what_fires_is_intercepted(
        specs in prop::collection::vec(any_spec(), 0..6),
        io in io(),
        cpu in 0..3_u32,
    ) {
        let mut events = Events::with_capacity(6);
        for spec in specs {
            events.add(spec).unwrap();
        }
        let watched = match io.direction {
            Direction::In => events.intercepts(cpu).io_in,
            Direction::Out => events.intercepts(cpu).io_out,
        };
        let exits = (0..u16::from(io.size)).any(|ahead| watched.contains(io.port + ahead));
        prop_assert_eq!(exits, !fired(&events, on(cpu), io).is_empty());
    }
}
