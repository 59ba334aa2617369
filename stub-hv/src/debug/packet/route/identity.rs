//! `qHostInfo` `qProcessInfo` `qGDBServerVersion` `qMemoryRegionInfo`: what LLDB asks to find its way.

use super::Context;
use super::Entry;
use super::Follows::Nothing;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::number;
use super::write;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::hex;
use crate::debug::packet::request::LocalRequest;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"qHostInfo", Nothing, host),
    Entry(b"qProcessInfo", Nothing, process),
    Entry(b"qGDBServerVersion", Nothing, version),
    Entry(b"qMemoryRegionInfo", OneOf(b":"), region),
];

fn machine(context: &mut Context<'_>) -> Result<(), Fault> {
    write(context.scratch, b"triple:")?;
    for byte in context.options.triple.bytes() {
        write(context.scratch, &hex::pair(byte))?;
    }
    write(context.scratch, b";ptrsize:8;endian:little;")
}

fn host<'f>(_: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    machine(context)?;
    Ok(Verdict::Written)
}

fn process<'f>(_: &Packet<'f>, context: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    write(context.scratch, b"pid:1;")?;
    machine(context)?;
    Ok(Verdict::Written)
}

fn version<'f>(_: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(Verdict::Answer(
        concat!("name:stub-hv;version:", env!("CARGO_PKG_VERSION"), ";").as_bytes(),
    ))
}

/// Without an address it is a probe whether the packet is known.
fn region<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    match packet.args {
        [] => Ok(Verdict::Answer(b"OK")),
        [_, address @ ..] => Ok(LocalRequest::MemoryRegion {
            address: number(address)?,
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn identity() {
        let machine = "triple:7838365f36342d756e6b6e6f776e2d756e6b6e6f776e;ptrsize:8;endian:little;";
        check(&[
            ("qHostInfo", &format!("answer {machine}")),
            ("qProcessInfo", &format!("answer pid:1;{machine}")),
            ("qMemoryRegionInfo", "answer OK"),
            ("qMemoryRegionInfo:1000", "Local(MemoryRegion { address: 4096 })"),
            ("qMemoryRegionInfo:", "fault malformed packet"),
        ]);
    }
}
