//! `qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH`: documents about the target.

use super::Context;
use super::Entry;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::two_numbers;
use super::write;
use super::write_number;
use crate::debug::packet::MAX_READ;
use crate::debug::packet::fault::Fault;

pub(super) const TABLE: &[Entry] = &[Entry(b"qXfer", OneOf(b":"), read)];

/// Any object may be asked for: one that the engine does not serve it calls unknown.
fn read<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let mut parts = packet.args.split(|&c| c == b':').skip(1);
    let [Some(object), Some(b"read"), Some(annex), Some(range), None] =
        core::array::from_fn(|_| parts.next())
    else {
        return Ok(Verdict::Unknown);
    };
    let (offset, length) = two_numbers(range)?;
    if object == b"memory-map" && !annex.is_empty() {
        return Err(Fault::MALFORMED);
    }
    if length <= MAX_READ as u64 {
        return Ok(Verdict::Stub(packet.body));
    }
    let head = packet.body.len() - range.len();
    write(context.scratch, packet.body.get(..head).unwrap_or(&[]))?;
    write_number(context.scratch, offset)?;
    write(context.scratch, b",")?;
    write_number(context.scratch, MAX_READ as u64)?;
    Ok(Verdict::Rewritten)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn documents() {
        check(&[
            (
                "qXfer:features:read:target.xml:0,ffb",
                "stub qXfer:features:read:target.xml:0,ffb",
            ),
            (
                "qXfer:features:read:target.xml:0,fffff",
                "stub qXfer:features:read:target.xml:0,1ffd",
            ),
            (
                "qXfer:memory-map:read::0,100",
                "stub qXfer:memory-map:read::0,100",
            ),
            ("qXfer:memory-map:read:x:0,100", "fault malformed packet"),
            ("qXfer:features:read:target.xml", "Unknown"),
            ("qXfer:features:read:target.xml:0", "fault malformed packet"),
            ("qXfer:features:write:target.xml:0:aa", "Unknown"),
            ("qXfer", "Unknown"),
            ("qXfer:features:read:target.xml:0,1:2", "Unknown"),
        ]);
    }
}
