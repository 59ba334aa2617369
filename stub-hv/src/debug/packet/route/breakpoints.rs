//! `Z` and `z`: breakpoints and watchpoints.

use super::Context;
use super::Entry;
use super::Follows::Anything;
use super::Packet;
use super::Verdict;
use super::two_numbers;
use crate::debug::packet::breakpoint::BreakpointChange;
use crate::debug::packet::breakpoint::BreakpointType;
use crate::debug::packet::breakpoint::Conditions;
use crate::debug::packet::fault::Fault;

pub(super) const TABLE: &[Entry] = &[Entry(b"Z", Anything, change), Entry(b"z", Anything, change)];

/// The engine drops what follows the first semicolon and says `OK`; here it is kept for the target.
fn change<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let end = packet
        .args
        .iter()
        .position(|&c| c == b';')
        .unwrap_or(packet.args.len());
    let (basic, tail) = packet.args.split_at(end);
    let [kind @ b'0'..=b'9', b',', place @ ..] = basic else {
        return Err(Fault::MALFORMED);
    };
    let (address, size) = two_numbers(place)?;
    let Some(kind) = BreakpointType::from_digit(*kind) else {
        return Ok(Verdict::Unknown);
    };
    let change = BreakpointChange {
        insert: packet.body.starts_with(b"Z"),
        kind,
        address,
        size,
        conditions: Conditions::parse(tail).ok_or(Fault::MALFORMED)?,
    };
    let shortened = packet.body.len() - tail.len();
    Ok(Verdict::Breakpoint(
        packet.body.get(..shortened).unwrap_or(packet.body),
        change,
    ))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn breakpoints() {
        check(&[
            ("Z0,1008,1", "stub Z0,1008,1"),
            ("Z0,1008,1;X9,260002164022051327", "stub Z0,1008,1"),
            ("Z1,1008,1;cmds:1,X1,27", "stub Z1,1008,1"),
            ("z4,ffffffff81000000,8", "stub z4,ffffffff81000000,8"),
            ("Z5,1008,1", "Unknown"),
            ("Z0,1008,1;X9,26", "fault malformed packet"),
            ("Z0,10000000000000000,1", "fault number out of range"),
            ("Z0,1008", "fault malformed packet"),
            ("Z", "fault malformed packet"),
            ("ZA,1,1", "fault malformed packet"),
            ("Z0,xx,1", "fault malformed packet"),
        ]);
    }
}
