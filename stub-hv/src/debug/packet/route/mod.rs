//! Which packet goes where, decided by name and shape.
//!
//! The protocol engine treats a packet it cannot parse as the end of the connection, so only packets whose
//! every field is known to suit it are let through. A name in no table is answered with the empty reply, which
//! means "unknown" to every client. One file per group of packets, each with its table.

mod breakpoints;
mod identity;
mod memory;
mod monitor;
mod qemu;
mod registers;
mod resume;
mod search;
mod session;
mod threads;
mod xfer;

use heapless::Vec;

use super::breakpoint::BreakpointChange;
use super::fault::Fault;
use super::hex;
use super::options::Options;
use super::request::LocalRequest;
use super::session::Session;

/// Room for a packet that has to be written anew. Longer ones are refused.
pub(super) const SCRATCH: usize = 1024;

/// Where rewritten packets and answers made on the spot are written.
pub(super) type Scratch = Vec<u8, SCRATCH>;

/// What to do with a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict<'f> {
    /// For the engine, as it came or shortened.
    Stub(&'f [u8]),
    /// For the engine: the packet in the scratch buffer.
    Rewritten,
    /// For the engine, with what it means to a breakpoint's conditions.
    Breakpoint(&'f [u8], BreakpointChange<'f>),
    /// For the session loop.
    Local(LocalRequest<'f>),
    /// Answered with these characters.
    Answer(&'static [u8]),
    /// Answered with what is in the scratch buffer.
    Written,
    /// Answered with the empty reply.
    Unknown,
    /// Answered with an error.
    Reject(Fault),
    /// `QStartNoAckMode`, granted.
    StopAcks,
    /// `k`, or `vKill` which wants an answer.
    Kill { answer: bool },
}

impl<'f> From<LocalRequest<'f>> for Verdict<'f> {
    fn from(request: LocalRequest<'f>) -> Self {
        Self::Local(request)
    }
}

/// A packet that is being judged.
#[derive(Debug)]
pub(super) struct Packet<'f> {
    /// The whole body.
    body: &'f [u8],
    /// What follows the name.
    args: &'f [u8],
}

/// Everything else a judgement may depend on.
#[derive(Debug)]
pub(super) struct Context<'c> {
    pub(super) options: &'c Options,
    pub(super) session: &'c mut Session,
    pub(super) scratch: &'c mut Scratch,
}

type Judge = for<'f> fn(&Packet<'f>, &mut Context<'_>) -> Result<Verdict<'f>, Fault>;

/// What may follow the name of a packet.
#[derive(Clone, Copy, Debug)]
enum Follows {
    /// Nothing.
    Nothing,
    /// Anything: the name is a single letter.
    Anything,
    /// Nothing, or one of these and then anything.
    OneOf(&'static [u8]),
}

/// One line of a table: a packet's name and who judges it.
#[derive(Clone, Copy, Debug)]
struct Entry(&'static [u8], Follows, Judge);

const GROUPS: [&[Entry]; 11] = [
    memory::TABLE,
    registers::TABLE,
    resume::TABLE,
    breakpoints::TABLE,
    threads::TABLE,
    xfer::TABLE,
    monitor::TABLE,
    session::TABLE,
    search::TABLE,
    identity::TABLE,
    qemu::TABLE,
];

/// Judges the packet with this body. The scratch buffer is empty afterwards unless the verdict says otherwise.
pub(super) fn judge<'f>(body: &'f [u8], context: &mut Context<'_>) -> Verdict<'f> {
    context.scratch.clear();
    let found = GROUPS.iter().copied().flatten().find_map(|entry| {
        let args = body.strip_prefix(entry.0)?;
        let fits = match entry.1 {
            Follows::Nothing => args.is_empty(),
            Follows::Anything => true,
            Follows::OneOf(set) => args.first().is_none_or(|c| set.contains(c)),
        };
        fits.then_some((entry.2, args))
    });
    match found {
        Some((judge, args)) => judge(&Packet { body, args }, context).unwrap_or_else(Verdict::Reject),
        None => Verdict::Unknown,
    }
}

/// Lets a packet without arguments through.
fn pass<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(Verdict::Stub(packet.body))
}

/// A number field; more than 64 bits is a fault of its own.
fn number(text: &[u8]) -> Result<u64, Fault> {
    hex::number(text).ok_or(
        if text.len() > 16 && text.iter().all(|&c| hex::nibble(c).is_some()) {
            Fault::TOO_BIG
        } else {
            Fault::MALFORMED
        },
    )
}

/// The two numbers of `a,b`.
fn two_numbers(text: &[u8]) -> Result<(u64, u64), Fault> {
    let comma = text.iter().position(|&c| c == b',').ok_or(Fault::MALFORMED)?;
    let (first, rest) = text.split_at(comma);
    Ok((number(first)?, number(rest.get(1..).unwrap_or(&[]))?))
}

/// Writes into the scratch buffer; too much is a fault.
fn write(scratch: &mut Scratch, text: &[u8]) -> Result<(), Fault> {
    scratch.extend_from_slice(text).map_err(|_| Fault::TOO_LONG)
}

/// Writes a number into the scratch buffer.
fn write_number(scratch: &mut Scratch, value: u64) -> Result<(), Fault> {
    hex::digits(value)
        .try_for_each(|digit| scratch.push(digit))
        .map_err(|_| Fault::TOO_LONG)
}

#[cfg(test)]
pub(super) mod testing;
