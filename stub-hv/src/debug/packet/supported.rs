//! The answer to `qSupported`, put right.

use super::PACKET_SIZE;
use super::hex;
use super::options::Options;
use super::session::Session;

/// Announced by the engine whatever the target is; nothing forks here.
const DROPPED: &[&[u8]] = &[
    b"QStartNoAckMode",
    b"PacketSize",
    b"fork-events",
    b"vfork-events",
    b"vforkdone-events",
];

/// Gives `write` the pieces of the answer, made from what the engine says it can do.
///
/// `multiprocess+` is left out for a client that did not ask for it: IDA would ask its user for a process id.
pub fn amend_qsupported(reply: &[u8], options: &Options, session: &Session, write: &mut dyn FnMut(&[u8])) {
    write(b"PacketSize=");
    hex::digits(PACKET_SIZE as u64).for_each(|digit| write(&[digit]));
    for feature in reply.split(|&c| c == b';').filter(|feature| !feature.is_empty()) {
        let name = match feature {
            [name @ .., b'+' | b'-' | b'?'] => name,
            _ => feature.split(|&c| c == b'=').next().unwrap_or(feature),
        };
        if !DROPPED.contains(&name) && (name != b"multiprocess" || session.multiprocess) {
            write(b";");
            write(feature);
        }
    }
    for (wanted, feature) in [
        (options.reliable, &b";QStartNoAckMode+"[..]),
        (options.conditions, b";ConditionalBreakpoints+"),
        (true, b";binary-upload+"),
        (session.error_text, b";error-message+"),
    ] {
        if wanted {
            write(feature);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amended(reply: &str, options: &Options, session: &Session) -> String {
        let mut out = Vec::new();
        amend_qsupported(reply.as_bytes(), options, session, &mut |piece| {
            out.extend_from_slice(piece)
        });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_engines_answer_is_put_right() {
        let reply = "PacketSize=4040;vContSupported+;multiprocess+;QStartNoAckMode+;fork-events+;swbreak+";
        assert_eq!(
            amended(reply, &Options::default(), &Session::default()),
            "PacketSize=4000;vContSupported+;swbreak+;ConditionalBreakpoints+;binary-upload+"
        );
        let options = Options {
            reliable: true,
            conditions: false,
            ..Options::default()
        };
        let session = Session {
            multiprocess: true,
            ..Session::default()
        };
        assert_eq!(
            amended(reply, &options, &session),
            "PacketSize=4000;vContSupported+;multiprocess+;swbreak+;QStartNoAckMode+;binary-upload+"
        );
    }
}
