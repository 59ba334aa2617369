//! The table against a plain model, and what it makes a CPU intercept.

use super::*;
use crate::Direction;
use crate::EventOptions;
use crate::Io;
use crate::Ports;
use crate::Stage;
use crate::Trigger;
use alloc::vec;
use proptest::prelude::*;

fn spec(direction: Direction, port: Option<u16>, core: Option<u32>) -> EventSpec {
    EventSpec {
        trigger: Trigger::Io { direction, port },
        options: EventOptions { core },
        text: "x".into(),
    }
}

fn out(port: u16) -> EventSpec {
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
    let mut old = Events::with_capacity(1);
    old.add(out(1)).unwrap();
    let event = old.get(0).cloned();
    assert!(Events::new(vec![event]).is_empty());
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
    assert_eq!(fired(&events, after, Io::output(0x3f8, 1, 0)), []);
    events.disable(Target::Id(0)).unwrap();
    assert_eq!(fired(&events, on(0), Io::output(0x3f8, 1, 0)), []);
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

fn any_spec() -> impl Strategy<Value = EventSpec> {
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
    Add(EventSpec),
    Enable(Target),
    Disable(Target),
    Clear(Target),
}

fn step() -> impl Strategy<Value = Step> {
    let target = || prop_oneof![1 => Just(Target::All), 6 => (0..10_u32).prop_map(Target::Id)];
    prop_oneof![
        4 => any_spec().prop_map(Step::Add),
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
                    (events.add(spec).is_ok(), room)
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
