//! `qSupported` `QStartNoAckMode` `qAttached` `D` `k` `vKill`: beginning and ending.

use super::Context;
use super::Entry;
use super::Follows::Nothing;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::number;
use super::write;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::request::LocalRequest;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"qSupported", OneOf(b":"), supported),
    Entry(b"QStartNoAckMode", Nothing, stop_acks),
    Entry(b"qAttached", OneOf(b":"), attached),
    Entry(b"D", OneOf(b";"), detach),
    Entry(b"k", Nothing, kill),
    Entry(b"vKill", OneOf(b";"), kill),
];

/// The engine gives up on a feature list that is missing or has an empty element, and of all features it knows
/// one; that one it gets.
fn supported<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let features = || packet.args.get(1..).unwrap_or(&[]).split(|&c| c == b';');
    let has = |name: &[u8]| features().any(|feature| feature == name);
    let describes = features().any(|feature| feature.starts_with(b"xmlRegisters="));
    let session = &mut *context.session;
    session.supported = true;
    session.multiprocess = has(b"multiprocess+");
    session.describes_registers = describes;
    session.error_text = has(b"error-message+");
    write(
        context.scratch,
        if session.multiprocess {
            b"qSupported:multiprocess+"
        } else {
            b"qSupported:multiprocess-"
        },
    )?;
    Ok(Verdict::Rewritten)
}

/// On a line that loses bytes the acknowledgements stay, whatever the client would like.
fn stop_acks<'f>(_: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(if context.options.reliable {
        Verdict::StopAcks
    } else {
        Verdict::Unknown
    })
}

/// The machine was there before the client and stays after it.
fn attached<'f>(_: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(Verdict::Answer(b"1"))
}

fn detach<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    if let [_, process @ ..] = packet.args {
        number(process)?;
    }
    Ok(LocalRequest::Detach.into())
}

/// The engine forgets to answer `vKill`, so neither is its business.
fn kill<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(Verdict::Kill {
        answer: packet.body.starts_with(b"v"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::testing::verdict_with;
    use crate::debug::packet::Session;

    #[test]
    fn beginnings_and_endings() {
        check(&[
            ("qSupported", "stub qSupported:multiprocess-"),
            ("qSupported:", "stub qSupported:multiprocess-"),
            ("qSupported:xmlRegisters=i386;;", "stub qSupported:multiprocess-"),
            (
                "qSupported:multiprocess+;swbreak+",
                "stub qSupported:multiprocess+",
            ),
            ("qSupportedX", "Unknown"),
            ("QStartNoAckMode", "Unknown"),
            ("qAttached", "answer 1"),
            ("qAttached:1", "answer 1"),
            ("D", "Local(Detach)"),
            ("D;1", "Local(Detach)"),
            ("D;", "fault malformed packet"),
            ("k", "Kill { answer: false }"),
            ("vKill;1", "Kill { answer: true }"),
            ("vMustReplyEmpty", "Unknown"),
            ("QThreadSuffixSupported", "Unknown"),
            ("!", "Unknown"),
            ("", "Unknown"),
        ]);
    }

    #[test]
    fn features_are_remembered() {
        let mut session = Session::default();
        verdict_with("qSupported:multiprocess+;error-message+", &mut session);
        assert!(session.supported && session.multiprocess && session.error_text);
        assert!(!session.describes_registers());
        verdict_with("qSupported:xmlRegisters=i386", &mut session);
        assert!(session.describes_registers() && !session.multiprocess);
    }
}
