//! `vCont`, and the old `c` `C` `s` `S` as `vCont`.
//!
//! The engine resumes only the last stopped thread on a bare `c`, and gives up on a step without a thread; both
//! are what real clients send.

use super::Context;
use super::Entry;
use super::Follows::Anything;
use super::Follows::Nothing;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::number;
use super::pass;
use super::two_numbers;
use super::write;
use super::write_number;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::thread_id;
use crate::debug::packet::thread_id::Id;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"?", Nothing, pass),
    Entry(b"vCont?", Nothing, pass),
    Entry(b"vCont", OneOf(b";"), actions),
    Entry(b"c", Anything, legacy),
    Entry(b"s", Anything, legacy),
    Entry(b"C", Anything, legacy),
    Entry(b"S", Anything, legacy),
];

/// Writes the whole packet anew: every action with a thread the engine takes.
fn actions<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let actions = packet.args.strip_prefix(b";").ok_or(Fault::MALFORMED)?;
    write(context.scratch, b"vCont")?;
    for action in actions.split(|&c| c == b';') {
        write(context.scratch, b";")?;
        one_action(action, context)?;
    }
    Ok(Verdict::Rewritten)
}

fn one_action(action: &[u8], context: &mut Context<'_>) -> Result<(), Fault> {
    let mut parts = action.splitn(2, |&c| c == b':');
    let what = parts.next().unwrap_or(&[]);
    let thread = parts
        .next()
        .map(|text| thread_id::parse(text, context.options.threads))
        .transpose()?;
    let (letter, args) = what.split_first().ok_or(Fault::MALFORMED)?;
    match letter {
        b'c' | b's' if args.is_empty() => write(context.scratch, what)?,
        b'C' | b'S' => {
            signal(args)?;
            write(context.scratch, what)?;
        }
        b'r' => {
            two_numbers(args)?;
            write(
                context.scratch,
                if context.options.range_step { what } else { b"s" },
            )?;
        }
        b't' => return Err(Fault::REFUSED),
        _ => return Err(Fault::MALFORMED),
    }
    let thread = match thread {
        Some(Id::One(tid)) => tid,
        _ if matches!(letter, b'c' | b'C') => return Ok(()),
        _ => u64::from(context.session.current_thread()),
    };
    write(context.scratch, b":")?;
    write_number(context.scratch, thread)
}

fn signal(text: &[u8]) -> Result<(), Fault> {
    match number(text)? {
        0..=0xff => Ok(()),
        _ => Err(Fault::MALFORMED),
    }
}

/// The old packets may name an address to go on at; nobody sends one, and the engine would ignore it.
fn legacy<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let letter = packet.body.first().copied().unwrap_or(0);
    let with_signal = matches!(letter, b'C' | b'S');
    if with_signal {
        signal(packet.args.split(|&c| c == b';').next().unwrap_or(&[]))?;
    }
    if packet.args.contains(&b';') || (!with_signal && !packet.args.is_empty()) {
        return Err(Fault::REFUSED);
    }
    write(context.scratch, b"vCont;")?;
    write(context.scratch, packet.body)?;
    let thread = match context.session.resume {
        Some(thread) => thread,
        None if matches!(letter, b'c' | b'C') => return Ok(Verdict::Rewritten),
        None => context.session.current_thread(),
    };
    write(context.scratch, b":")?;
    write_number(context.scratch, u64::from(thread))?;
    Ok(Verdict::Rewritten)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::testing::verdict_with;
    use crate::debug::packet::Session;

    #[test]
    fn resumption() {
        check(&[
            ("?", "stub ?"),
            ("??", "Unknown"),
            ("vCont?", "stub vCont?"),
            ("vCont;c", "stub vCont;c"),
            ("vCont;s:p1.1;c:p1.-1", "stub vCont;s:1;c"),
            ("vCont;s:p1.1", "stub vCont;s:1"),
            ("vCont;c:p1.1", "stub vCont;c:1"),
            ("vCont;s:0001", "stub vCont;s:1"),
            ("vCont;s", "stub vCont;s:2"),
            ("vCont;s:0;c", "stub vCont;s:2;c"),
            ("vCont;S05:-1", "stub vCont;S05:2"),
            ("vCont;C05;c", "stub vCont;C05;c"),
            ("vCont;c:0", "stub vCont;c"),
            ("vCont;r1000,1010:1;c", "stub vCont;r1000,1010:1;c"),
            ("vCont;r1000:1", "fault malformed packet"),
            ("vCont;t", "fault operation not supported"),
            ("vCont;s:9", "fault no such thread"),
            ("vCont;", "fault malformed packet"),
            ("vCont", "fault malformed packet"),
            ("vCont;c;", "fault malformed packet"),
            ("vCont;Czz", "fault malformed packet"),
            ("vCont;C100", "fault malformed packet"),
            ("vContX", "Unknown"),
            ("c", "stub vCont;c"),
            ("s", "stub vCont;s:2"),
            ("C05", "stub vCont;C05"),
            ("S05", "stub vCont;S05:2"),
            ("c1000", "fault operation not supported"),
            ("C05;1000", "fault operation not supported"),
            ("S", "fault malformed packet"),
        ]);
    }

    #[test]
    fn an_explicit_hc_holds_for_the_old_packets() {
        let mut session = Session {
            resume: Some(1),
            stopped: Some(2),
            ..Session::default()
        };
        assert_eq!(verdict_with("c", &mut session), "stub vCont;c:1");
        assert_eq!(verdict_with("s", &mut session), "stub vCont;s:1");
        assert_eq!(verdict_with("vCont;s", &mut session), "stub vCont;s:2");
    }
}
