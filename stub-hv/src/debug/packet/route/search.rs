//! `qSearch:memory` and `qCRC`: work on memory that would be slow from the other side of the line.

use super::Context;
use super::Entry;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::number;
use super::two_numbers;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::request::Escaped;
use crate::debug::packet::request::LocalRequest;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"qSearch:memory", OneOf(b":"), search),
    Entry(b"qCRC", OneOf(b":"), crc),
];

/// `:address;length;pattern`, where the pattern is binary and may hold semicolons.
fn search<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let mut parts = packet.args.get(1..).unwrap_or(&[]).splitn(3, |&c| c == b';');
    let [Some(address), Some(length), Some(pattern)] = core::array::from_fn(|_| parts.next()) else {
        return Err(Fault::MALFORMED);
    };
    let (address, length) = (number(address)?, number(length)?);
    match Escaped::new(pattern) {
        Some(pattern) if !pattern.is_empty() => Ok(LocalRequest::Search {
            address,
            length,
            pattern,
        }
        .into()),
        _ => Err(Fault::MALFORMED),
    }
}

fn crc<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let (address, length) = two_numbers(packet.args.get(1..).unwrap_or(&[]))?;
    Ok(LocalRequest::Crc { address, length }.into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn searches() {
        check(&[
            (
                "qSearch:memory:1000;20;a;b",
                "Local(Search { address: 4096, length: 32, pattern: Escaped([97, 59, 98]) })",
            ),
            ("qSearch:memory:1000;20;", "fault malformed packet"),
            ("qSearch:memory:1000;20;}", "fault malformed packet"),
            ("qSearch:memory:1000", "fault malformed packet"),
            ("qCRC:1000,20", "Local(Crc { address: 4096, length: 32 })"),
            ("qCRC:1000", "fault malformed packet"),
            ("qCRC", "fault malformed packet"),
        ]);
    }
}
