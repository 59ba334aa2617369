//! `qRcmd,HEX`: monitor commands.

use super::Context;
use super::Entry;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::hex;
use crate::debug::packet::request::HexText;
use crate::debug::packet::request::LocalRequest;

pub(super) const TABLE: &[Entry] = &[Entry(b"qRcmd", OneOf(b","), command)];

fn command<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let command = packet.args.get(1..).unwrap_or(&[]);
    hex::data_len(command).ok_or(Fault::MALFORMED)?;
    if context.options.local_monitor {
        return Ok(LocalRequest::Monitor {
            command: HexText(command),
        }
        .into());
    }
    Ok(Verdict::Stub(packet.body))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn commands() {
        check(&[
            (
                "qRcmd,6c6d",
                "Local(Monitor { command: HexText([54, 99, 54, 100]) })",
            ),
            ("qRcmd,", "Local(Monitor { command: HexText([]) })"),
            ("qRcmd,6c6", "fault malformed packet"),
            ("qRcmd,help", "fault malformed packet"),
            ("qRcmdx", "Unknown"),
        ]);
    }
}
