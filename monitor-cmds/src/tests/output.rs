//! What the user reads, for every command.

use crate::CpuState;
use crate::EventOptions;
use crate::Events;
use crate::Io;
use crate::Moment;
use crate::Occurrence;
use crate::Registration;
use crate::Trigger;
use crate::fake::FakeMachine;
use crate::run;
use alloc::format;
use alloc::string::String;

/// Runs commands one after another on one machine and table, and checks what each prints.
pub(super) fn session(machine: &mut FakeMachine, events: &mut Events<'_>, steps: &[(&str, &str)]) {
    for (input, want) in steps {
        let mut out = String::new();
        run(input.as_bytes(), machine, events, &mut out).unwrap();
        assert_eq!(out, *want, "{input}");
    }
}

#[test]
fn events() {
    let long = format!("!ioout 3f8 {}", "core 1 ".repeat(20));
    let shown = format!("0\t(enabled)\t    {}...\n", &long[..70]);
    let mut events = Events::with_capacity(2);
    session(
        &mut FakeMachine::default(),
        &mut events,
        &[
            ("events", "no active/disabled events\n"),
            ("events c all", "there is no event\n"),
            ("events d 0", "err, tag id is invalid\n"),
            (&long, "event 0 registered (!ioout 3f8)\n"),
            ("events", &shown),
            ("events c 0", "event 0 cleared\n"),
            (
                "!ioin 60 core 2",
                "err, core id is invalid: there is no CPU 2; CPUs are 0 to 1\n",
            ),
            ("!ioin  0x60", "event 1 registered (!ioin 60)\n"),
            ("!iout", "event 2 registered (!ioout)\n"),
            (
                "!ioin",
                "err, the event table is full (2 events); clear some with 'events c ID'\n",
            ),
            ("events d 1", "event 1 disabled\n"),
            (
                "events",
                "1\t(disabled)\t    !ioin 0x60\n2\t(enabled)\t    !iout\n",
            ),
            ("events e all", "all events enabled\n"),
            ("events c all", "all events cleared\n"),
        ],
    );
    assert!(events.is_empty());
}

#[test]
fn newlines_in_a_command_are_listed_as_spaces() {
    let mut events = Events::with_capacity(1);
    events
        .add(Registration {
            trigger: Trigger::Tsc,
            options: EventOptions::default(),
            script: None,
            text: "!ioin a\nb".into(),
        })
        .unwrap();
    session(
        &mut FakeMachine::default(),
        &mut events,
        &[("events", "0\t(enabled)\t    !ioin a b\n")],
    );
}

#[test]
fn machine() {
    let mut machine = FakeMachine::default();
    machine.registers.push(("rflags", 2));
    machine.registers.push(("cr3", 0x1000));
    session(
        &mut machine,
        &mut Events::with_capacity(1),
        &[
            ("version", "stub-hv 0.0.0\n"),
            ("phys", "physical-memory: off\n"),
            ("phys on", "physical-memory: on\n"),
            ("phys off", "physical-memory: off\n"),
            (
                "regs 1",
                "CPU 1:\n   rax=0000000000000042    rip=ffffffff81000001 rflags=0000000000000003\n   \
                 cr3=0000000000001001\n",
            ),
            (
                "regs 2",
                "err, core id is invalid: there is no CPU 2; CPUs are 0 to 1\n",
            ),
            ("reset", "resetting the machine\n"),
        ],
    );
    assert_eq!(machine.resets, 1);
    machine.registers.clear();
    machine.cpus = alloc::vec![CpuState::Offline];
    session(
        &mut machine,
        &mut Events::with_capacity(1),
        &[("regs", "CPU 0 is offline: it has no registers\n")],
    );
}

#[test]
fn status_and_last() {
    let mut machine = FakeMachine::default();
    let mut events = Events::with_capacity(4);
    session(
        &mut machine,
        &mut events,
        &[
            ("last", "event=none\n"),
            ("!ioout 3f8", "event 0 registered (!ioout 3f8)\n"),
        ],
    );
    let moment = Moment {
        cpu: 1,
        rip: 0x1000,
        ..Moment::default()
    };
    let occurrence = Occurrence::Io(Io::output(0x3f8, 1, 0x41));
    machine.last = events
        .matching(moment, occurrence)
        .next()
        .map(|event| event.hit(moment, occurrence));
    let last = "event=0 kind=ioout port=3f8 size=1 value=41 cpu=1 rip=1000 stage=pre\n";
    let status = format!(
        "version: stub-hv 0.0.0\nprocessor: fake\nguest: demo\ntransport: loopback\nreserved: 16384 KiB\ncpus: 2\ncpu 0: stopped\n\
         cpu 1: stopped\nselected-cpu: 0\nphysical-memory: off\nevents: 1 of 4\nlast: {last}exits.io: 12\n\
         exits.cpuid: 345\n"
    );
    session(&mut machine, &mut events, &[("last", last), ("status", &status)]);
}

#[test]
fn errors_show_the_place() {
    let want =
        "err, port is invalid: 10000 is above ffff, the last port\nat 1:8\n  !ioout 10000\n         ^\n";
    session(
        &mut FakeMachine::default(),
        &mut Events::with_capacity(1),
        &[("!ioout 10000", want)],
    );
}
