//! `H` `T` `qC` `q?ThreadInfo` `qThreadExtraInfo`: choosing and naming threads.

use super::Context;
use super::Entry;
use super::Follows::Anything;
use super::Follows::Nothing;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::pass;
use super::write;
use super::write_number;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::thread_id;
use crate::debug::packet::thread_id::Id;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"H", Anything, choose),
    Entry(b"T", Anything, is_alive),
    Entry(b"qC", Nothing, current),
    Entry(b"qfThreadInfo", Nothing, pass),
    Entry(b"qsThreadInfo", Nothing, pass),
    Entry(b"qThreadExtraInfo", OneOf(b","), extra_info),
];

/// "Any thread" means the one that stopped; the engine would take the first. For memory, "all" means the same.
fn choose<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let (op, thread) = packet.args.split_first().ok_or(Fault::MALFORMED)?;
    let thread = thread_id::parse(thread, context.options.threads)?;
    let current = context.session.current_thread();
    match (op, thread) {
        (b'g', thread) => {
            let thread = match thread {
                Id::One(tid) => tid,
                Id::Any | Id::All => u64::from(current),
            };
            context.session.memory = u32::try_from(thread).ok();
            write(context.scratch, b"Hg")?;
            write_number(context.scratch, thread)?;
            Ok(Verdict::Rewritten)
        }
        (b'c', thread) => {
            context.session.resume = match thread {
                Id::One(tid) => u32::try_from(tid).ok(),
                Id::Any | Id::All => None,
            };
            Ok(Verdict::Stub(packet.body))
        }
        _ => Err(Fault::MALFORMED),
    }
}

fn one_thread(text: &[u8], context: &Context<'_>) -> Result<u64, Fault> {
    match thread_id::parse(text, context.options.threads)? {
        Id::One(tid) => Ok(tid),
        Id::Any | Id::All => Err(Fault::NO_THREAD),
    }
}

fn is_alive<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    one_thread(packet.args, context)?;
    Ok(Verdict::Stub(packet.body))
}

fn extra_info<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    one_thread(packet.args.get(1..).ok_or(Fault::MALFORMED)?, context)?;
    // The engine insists on a process id being one, and "any process" is none.
    if packet.args.starts_with(b",p0.") || packet.args.starts_with(b",p-1.") {
        return Err(Fault::MALFORMED);
    }
    Ok(Verdict::Stub(packet.body))
}

fn current<'f>(_: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    write(
        context.scratch,
        if context.session.multiprocess {
            b"QCp1."
        } else {
            b"QC"
        },
    )?;
    write_number(context.scratch, u64::from(context.session.current_thread()))?;
    Ok(Verdict::Written)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::testing::verdict_with;
    use crate::debug::packet::Session;

    #[test]
    fn threads() {
        check(&[
            ("Hg1", "stub Hg1"),
            ("Hgp1.1", "stub Hg1"),
            ("Hg0", "stub Hg2"),
            ("Hg-1", "stub Hg2"),
            ("Hgp1.-1", "stub Hg2"),
            ("Hc-1", "stub Hc-1"),
            ("Hc0", "stub Hc0"),
            ("HgX", "fault malformed packet"),
            ("Hg3", "fault no such thread"),
            ("Hg", "fault malformed packet"),
            ("Hx1", "fault malformed packet"),
            ("H", "fault malformed packet"),
            ("T1", "stub T1"),
            ("Tp1.2", "stub Tp1.2"),
            ("T0", "fault no such thread"),
            ("T9", "fault no such thread"),
            ("T", "fault malformed packet"),
            ("qC", "answer QC2"),
            ("qfThreadInfo", "stub qfThreadInfo"),
            ("qfThreadInfo1", "Unknown"),
            ("qThreadExtraInfo,1", "stub qThreadExtraInfo,1"),
            ("qThreadExtraInfo,p1.1", "stub qThreadExtraInfo,p1.1"),
            ("qThreadExtraInfo,p0.1", "fault malformed packet"),
            ("qThreadExtraInfo,7", "fault no such thread"),
            ("qThreadExtraInfo", "fault malformed packet"),
        ]);
    }

    #[test]
    fn choices_are_remembered() {
        let mut session = Session::default();
        verdict_with("Hg2", &mut session);
        verdict_with("Hc2", &mut session);
        assert_eq!((session.memory_thread(), session.resume), (2, Some(2)));
        verdict_with("Hc-1", &mut session);
        assert_eq!(session.resume, None);
        session.multiprocess = true;
        assert_eq!(verdict_with("qC", &mut session), "answer QCp1.1");
    }
}
