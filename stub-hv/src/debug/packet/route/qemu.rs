//! QEMU's private packets: pwndbg and gef take a stub that knows them for a whole machine.
//!
//! QEMU knows the `sstep` ones under `q` and `Q` alike.

use super::Context;
use super::Entry;
use super::Follows::Nothing;
use super::Follows::OneOf;
use super::Packet;
use super::Verdict;
use super::number;
use crate::debug::packet::fault::Fault;
use crate::debug::packet::request::LocalRequest;

/// Bits of the step flags that mean something: step, no interrupts, no timers.
const STEP_FLAGS: u64 = 7;

pub(super) const TABLE: &[Entry] = &[
    Entry(b"qqemu.sstepbits", Nothing, step_bits),
    Entry(b"Qqemu.sstepbits", Nothing, step_bits),
    Entry(b"qqemu.sstep", OneOf(b"="), step),
    Entry(b"Qqemu.sstep", OneOf(b"="), step),
    Entry(b"qqemu.PhyMemMode", Nothing, physical),
    Entry(b"Qqemu.PhyMemMode", OneOf(b":"), set_physical),
];

fn step_bits<'f>(_: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(Verdict::Answer(b"ENABLE=1,NOIRQ=2,NOTIMER=4"))
}

fn step<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let [_, flags @ ..] = packet.args else {
        return Ok(LocalRequest::StepFlags.into());
    };
    match number(flags)? {
        flags if flags & !STEP_FLAGS == 0 => Ok(LocalRequest::SetStepFlags(flags as u8).into()),
        _ => Err(Fault::MALFORMED),
    }
}

fn physical<'f>(_: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    Ok(LocalRequest::PhysicalMemory.into())
}

fn set_physical<'f>(packet: &Packet<'f>, _: &mut Context<'_>) -> Result<Verdict<'f>, Fault> {
    let mode = number(packet.args.get(1..).unwrap_or(&[]))?;
    Ok(LocalRequest::SetPhysicalMemory(mode != 0).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn qemu() {
        check(&[
            ("Qqemu.sstepbits", "answer ENABLE=1,NOIRQ=2,NOTIMER=4"),
            ("qqemu.sstep", "Local(StepFlags)"),
            ("Qqemu.sstep=7", "Local(SetStepFlags(7))"),
            ("Qqemu.sstep=8", "fault malformed packet"),
            ("qqemu.PhyMemMode", "Local(PhysicalMemory)"),
            ("Qqemu.PhyMemMode:1", "Local(SetPhysicalMemory(true))"),
            ("Qqemu.PhyMemMode:0", "Local(SetPhysicalMemory(false))"),
            ("Qqemu.PhyMemMode", "fault malformed packet"),
        ]);
    }
}
