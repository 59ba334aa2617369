//! `!monitor`: memory that is read, written or executed.

use crate::Access;
use crate::Address;
use crate::AddressSpace;
use crate::Command;
use crate::CommandSpec;
use crate::End;
use crate::Error;
use crate::Group;
use crate::Monitor;
use crate::Token;
use crate::Trigger;
use crate::args::Args;
use crate::commands::event;
use crate::options::parse_event_args;
use crate::parse_u64;

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "!monitor",
    aliases: &[],
    group: Group::Event,
    parameters: "[va|pa] ATTRIBUTES FROM TO|l LENGTH",
    summary: "act when the guest reads, writes or executes a range of memory",
    details: "\
ATTRIBUTES are letters of `rwx` in any order. FROM and TO are the first and the last address,
virtual unless `pa` says physical, and LENGTH counts bytes. The words may stand in any order.
Virtual addresses are those of the event's process, mapped now. An event on physical memory is bound
to no process.",
    examples: &[
        (
            "!monitor rw fffff800`4ed60000 fffff800`4ed60100",
            "stop at reads and writes of 101 bytes",
        ),
        (
            "!monitor w @rsp l 8 stage post",
            "stop after the eight bytes at the top of the stack were written",
        ),
        (
            "!monitor pa w fee00000 l 400 script { printf(\"%llx\\n\", $context); }",
            "print where the local APIC is written",
        ),
    ],
    keywords: &["va", "pa", "r", "w", "x", "rw", "rx", "wx", "rwx", "l"],
    parse,
};

/// What has been read of the parameters.
#[derive(Default)]
struct Draft {
    space: Option<AddressSpace>,
    access: Option<Access>,
    first: Option<(Address, usize)>,
    end: Option<End<Address>>,
}

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let mut draft = Draft::default();
    let options = parse_event_args(args, |args, token| draft.take(args, token))?;
    let monitor = draft.finish(args)?;
    event::command(args, Trigger::Monitor(monitor), options)
}

impl Draft {
    fn take(&mut self, args: &mut Args<'_>, token: &Token) -> Result<(), Error> {
        let space = [("va", AddressSpace::Virtual), ("pa", AddressSpace::Physical)];
        let space = space.into_iter().find(|(word, _)| token.is(word));
        if let (Some((_, space)), None) = (space, self.space) {
            self.space = Some(space);
        } else if let (Some(access), None, true) = (Access::parse(&token.text), self.access, token.is_plain())
        {
            self.access = Some(access);
        } else if token.is("l") && self.end.is_none() {
            self.end = Some(End::Length(length(args)?));
        } else if self.first.is_none() {
            self.first = Some((event::address(args, token)?, token.span.start));
        } else if self.end.is_none() {
            self.end = Some(End::Last(event::address(args, token)?));
        } else {
            return Err(args.unknown(token));
        }
        Ok(())
    }

    fn finish(self, args: &Args<'_>) -> Result<Monitor<Address>, Error> {
        // As HyperDbg does, words of options are counted too.
        let missing = |message: &str| match args.count() < 4 {
            true => args.missing(&args.incorrect_use(message)),
            false => args.missing(message),
        };
        let (Some((first, at)), Some(end)) = (self.first, self.end) else {
            return Err(missing(
                "please choose the 'from' or 'to' values or specify the length",
            ));
        };
        if let Address::Number(low) = first {
            match end {
                End::Last(Address::Number(high)) if low > high => {
                    let message = "please choose the 'from' value first, then choose the 'to' value";
                    return Err(args.error_at(at, message));
                }
                End::Length(length) if low.checked_add(length.saturating_sub(1)).is_none() => {
                    let message =
                        "err, you should enter a valid length: the range ends above ffffffffffffffff";
                    return Err(args.error_at(at, message));
                }
                _ => {}
            }
        }
        let access = self.access.ok_or_else(|| {
            missing("please specify the attribute(s) that you want to monitor (r, w, x, rw, rx, wx, rwx)")
        })?;
        Ok(Monitor {
            space: self.space.unwrap_or_default(),
            access,
            first,
            end,
        })
    }
}

fn length(args: &mut Args<'_>) -> Result<u64, Error> {
    let message = "err, you should enter a valid length";
    let token = args.required(message)?;
    match parse_u64(&token.text) {
        Ok(length) if token.is_plain() && length != 0 => Ok(length),
        _ => Err(args.error(token, message)),
    }
}
