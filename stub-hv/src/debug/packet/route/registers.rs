//! `g` `G` `p` `P`: registers.

use super::Context;
use super::Entry;
use super::Follows::Anything;
use super::Follows::Nothing;
use super::Packet;
use super::Verdict;
use super::number;
use super::pass;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::hex;
use crate::debug::registers::RegId;

/// The longest register there is, a ZMM register, in bytes.
const REGISTER_MAX: usize = 64;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"g", Nothing, pass),
    Entry(b"G", Anything, write_all),
    Entry(b"p", Anything, read_one),
    Entry(b"P", Anything, write_one),
];

/// `x` digits stand for registers the client does not know; the engine reads them as zero, which would destroy
/// the register, so they are refused.
fn write_all<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    match hex::data_len(packet.args) {
        Some(len) if len == context.options.register_block => Ok(Verdict::Stub(packet.body)),
        _ => Err(Fault::MALFORMED),
    }
}

fn read_one<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let id = usize::try_from(number(packet.args)?).ok().and_then(RegId::new);
    // The engine would answer nothing, which says that the packet is unknown.
    id.map(|_| Verdict::Stub(packet.body)).ok_or(Fault::TOO_BIG)
}

fn write_one<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let equals = packet
        .args
        .iter()
        .position(|&c| c == b'=')
        .ok_or(Fault::MALFORMED)?;
    let (register, value) = packet.args.split_at(equals);
    number(register)?;
    match value.get(1..).and_then(hex::data_len) {
        Some(1..=REGISTER_MAX) => Ok(Verdict::Stub(packet.body)),
        _ => Err(Fault::MALFORMED),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::testing::verdict;

    #[test]
    fn registers() {
        check(&[
            ("g", "stub g"),
            ("g1", "Unknown"),
            ("p10", "stub p10"),
            ("p", "fault malformed packet"),
            ("pzz", "fault malformed packet"),
            ("pff", "fault number out of range"),
            ("p10000", "fault number out of range"),
            ("P0=0000000000000000", "stub P0=0000000000000000"),
            ("P0=", "fault malformed packet"),
            ("P0=123", "fault malformed packet"),
            ("P=12", "fault malformed packet"),
            ("P0", "fault malformed packet"),
            ("G00", "fault malformed packet"),
        ]);
        let whole = format!("G{}", "00".repeat(0x218));
        assert_eq!(verdict(&whole), format!("stub {whole}"));
        assert_eq!(verdict(&whole.replace('0', "x")), "fault malformed packet");
    }
}
