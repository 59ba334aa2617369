//! `m` `M` `X` `x`: reading and writing memory.

use super::Context;
use super::Entry;
use super::Follows::Anything;
use super::Packet;
use super::Verdict;
use super::number;
use super::two_numbers;
use super::write;
use super::write_number;
use crate::debug::packet::MAX_READ;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::hex;
use crate::debug::packet::request::Escaped;
use crate::debug::packet::request::LocalRequest;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"m", Anything, read),
    Entry(b"M", Anything, write_hex),
    Entry(b"X", Anything, write_binary),
    Entry(b"x", Anything, read_binary),
];

/// A read longer than a reply can carry is cut: a short answer is allowed, and the engine would otherwise
/// append an error to data it has sent already.
fn read<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let (address, length) = two_numbers(packet.args)?;
    if length <= MAX_READ as u64 {
        return Ok(Verdict::Stub(packet.body));
    }
    write(context.scratch, b"m")?;
    write_number(context.scratch, address)?;
    write(context.scratch, b",")?;
    write_number(context.scratch, MAX_READ as u64)?;
    Ok(Verdict::Rewritten)
}

fn split_write(args: &[u8]) -> Result<(u64, &[u8]), Fault> {
    let colon = args.iter().position(|&c| c == b':').ok_or(Fault::MALFORMED)?;
    let (head, data) = args.split_at(colon);
    let (_, length) = two_numbers(head)?;
    Ok((length, data.get(1..).unwrap_or(&[])))
}

fn write_hex<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let (length, data) = split_write(packet.args)?;
    match hex::data_len(data) {
        Some(len) if len as u64 == length => Ok(Verdict::Stub(packet.body)),
        _ => Err(Fault::MALFORMED),
    }
}

fn write_binary<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let (length, data) = split_write(packet.args)?;
    match Escaped::new(data) {
        Some(data) if data.len() as u64 == length => Ok(Verdict::Stub(packet.body)),
        _ => Err(Fault::MALFORMED),
    }
}

/// LLDB asks for no bytes to learn whether the packet is known, and then wants data without a leading `b`.
fn read_binary<'f>(packet: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let comma = packet
        .args
        .iter()
        .position(|&c| c == b',')
        .ok_or(Fault::MALFORMED)?;
    let (address, length) = packet.args.split_at(comma);
    let length = usize::try_from(number(length.get(1..).unwrap_or(&[]))?).unwrap_or(usize::MAX);
    let address = number(address)?;
    if length == 0 {
        context.session.bare_binary = true;
        return Ok(Verdict::Answer(b"OK"));
    }
    Ok(LocalRequest::ReadMemory {
        address,
        length: length.min(MAX_READ),
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn reads_and_writes() {
        check(&[
            ("m1000,4", "stub m1000,4"),
            ("mffffffffffffffff,1", "stub mffffffffffffffff,1"),
            ("m1000,ffffffff", "stub m1000,1ffd"),
            ("m10000000000000000,4", "fault number out of range"),
            ("m1000", "fault malformed packet"),
            ("m", "fault malformed packet"),
            ("m1000,4,4", "fault malformed packet"),
            ("mxx,4", "fault malformed packet"),
            ("M1000,2:aabb", "stub M1000,2:aabb"),
            ("M1000,2:aab", "fault malformed packet"),
            ("M1000,3:aabb", "fault malformed packet"),
            ("M1000,0:", "stub M1000,0:"),
            ("X1000,0:", "stub X1000,0:"),
            ("X1000,3:}\u{3}:,", "stub X1000,3:}\u{3}:,"),
            ("X1000,2:a}", "fault malformed packet"),
            ("X1000,1:ab", "fault malformed packet"),
            ("x0,0", "answer OK"),
            ("x1000,20", "Local(ReadMemory { address: 4096, length: 32 })"),
            (
                "x1000,ffffffffffffffff",
                "Local(ReadMemory { address: 4096, length: 8189 })",
            ),
        ]);
    }
}
