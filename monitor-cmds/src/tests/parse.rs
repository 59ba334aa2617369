//! Every command's accepted and refused forms.

use crate::Command;
use crate::Direction;
use crate::EventOptions;
use crate::EventSpec;
use crate::EventsAction;
use crate::Port;
use crate::Target;
use crate::Trigger;
use crate::find;
use crate::parse;
use crate::parse_bytes;
use alloc::boxed::Box;

fn io(direction: Direction, port: Option<u16>, core: Option<u32>, text: &str) -> Command {
    Command::Event(Box::new(EventSpec {
        trigger: Trigger::Io(Port { direction, port }),
        options: EventOptions {
            core,
            ..EventOptions::default()
        },
        text: text.into(),
        input: text.into(),
    }))
}

fn text(command: &Command) -> &str {
    match command {
        Command::Event(spec) => &spec.text,
        _ => "",
    }
}

#[test]
fn accepted() {
    use Direction::In;
    use Direction::Out;
    for (input, want) in [
        ("", Command::Help(None)),
        ("help", Command::Help(None)),
        (".HH !iout", Command::Help(find("!ioout"))),
        ("version", Command::Version),
        (" Status ", Command::Status),
        ("regs", Command::Regs(None)),
        ("regs a", Command::Regs(Some(10))),
        ("regs 0n10", Command::Regs(Some(10))),
        ("phys", Command::Phys(None)),
        ("phys ON", Command::Phys(Some(true))),
        ("phys off", Command::Phys(Some(false))),
        ("reset", Command::Reset),
        ("last", Command::Last),
        ("!ioin", io(In, None, None, "!ioin")),
        ("!IOIN 0x3F8", io(In, Some(0x3f8), None, "!IOIN 0x3F8")),
        ("!ioout ffff", io(Out, Some(0xffff), None, "!ioout ffff")),
        ("!iout 0n1016", io(Out, Some(0x3f8), None, "!iout 0n1016")),
        (
            "!ioout core 1 3`f8",
            io(Out, Some(0x3f8), Some(1), "!ioout core 1 3`f8"),
        ),
        (
            "!ioout\t3f8   CORE\t0n12",
            io(Out, Some(0x3f8), Some(12), "!ioout 3f8 CORE 0n12"),
        ),
        (
            "!ioout core 1 core 2",
            io(Out, None, Some(2), "!ioout core 1 core 2"),
        ),
        ("!ioout 60 // keyboard", io(Out, Some(0x60), None, "!ioout 60")),
        ("events", Command::Events(EventsAction::List)),
        (
            "event e 1f",
            Command::Events(EventsAction::Enable(Target::Id(0x1f))),
        ),
        (
            "events D All",
            Command::Events(EventsAction::Disable(Target::All)),
        ),
        (
            "events c 0n10",
            Command::Events(EventsAction::Clear(Target::Id(10))),
        ),
    ] {
        let parsed = parse(input).unwrap();
        assert_eq!(text(&parsed), text(&want), "{input}");
        assert_eq!(parsed, want, "{input}");
    }
}

#[test]
fn refused() {
    for (input, offset, message) in [
        (
            "frob 1",
            0,
            "err, couldn't resolve command at 'frob'; 'help' lists the commands",
        ),
        (
            "ioout 3f8",
            0,
            "err, couldn't resolve command at 'ioout'; did you mean '!ioout'?",
        ),
        (
            "help zap",
            5,
            "err, couldn't find the help for the command at 'zap'; 'help' lists the commands",
        ),
        (
            "help regs regs",
            10,
            "incorrect use of the 'help': unknown parameter 'regs'; usage: help [COMMAND]",
        ),
        ("version 1", 8, "unknown parameter '1'; usage: version"),
        ("status x", 7, "unknown parameter 'x'; usage: status"),
        ("reset now", 6, "unknown parameter 'now'; usage: reset"),
        ("last 1", 5, "unknown parameter '1'; usage: last"),
        ("phys maybe", 5, "unknown parameter 'maybe'; usage: phys [on|off]"),
        ("phys on off", 8, "unknown parameter 'off'; usage: phys [on|off]"),
        ("regs 1 2", 7, "unknown parameter '2'; usage: regs [CPU]"),
        (
            "regs x!",
            5,
            "err, core id is invalid: 'x!' is not a number (hexadecimal, or 0n decimal)",
        ),
        (
            "!ioout 10000",
            7,
            "err, port is invalid: 10000 is above ffff, the last port",
        ),
        (
            "!ioin 3f8 3f9",
            10,
            "unknown parameter '3f9'; usage: !ioin [PORT] [OPTIONS]",
        ),
        (
            "!ioin zap",
            6,
            "unknown parameter 'zap': the port is a number (hexadecimal, or 0n decimal); usage: !ioin [PORT] [OPTIONS]",
        ),
        (
            "!ioin {3f8}",
            6,
            "unknown parameter '3f8': the port is a number (hexadecimal, or 0n decimal); usage: !ioin [PORT] [OPTIONS]",
        ),
        (
            "!ioout 3f8 core",
            15,
            "err, please specify a value for 'core'; usage: !ioout [PORT] [OPTIONS]",
        ),
        (
            "!ioout core 100000000",
            12,
            "err, core id is invalid: '100000000' does not fit 32 bits",
        ),
        (
            "events x 1",
            7,
            "incorrect use of the 'events': unknown parameter 'x'; usage: events [e|d|c ID|all | sc on|off]",
        ),
        (
            "events c ",
            8,
            "incorrect use of the 'events': an event number or 'all' is missing; usage: events [e|d|c ID|all | sc on|off]",
        ),
        (
            "events c zap",
            9,
            "please specify a correct hex value for tag id (event number)",
        ),
        (
            "events c 1 2",
            11,
            "incorrect use of the 'events': unknown parameter '2'; usage: events [e|d|c ID|all | sc on|off]",
        ),
    ] {
        let error = parse(input).expect_err(input);
        assert_eq!((error.offset(), error.message()), (offset, message), "{input}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_stand() {
    let error = parse_bytes(b"!ioin \xff3f8").unwrap_err();
    assert_eq!(
        (error.offset(), error.message()),
        (6, "err, the command is not UTF-8 text")
    );
    assert_eq!(parse_bytes(b"last"), Ok(Command::Last));
}
