//! IN and OUT to ports that an event watches or the hypervisor hides.

use monitor_cmds::Direction;
use monitor_cmds::Io;
use monitor_cmds::Occurrence;

use super::Outcome;
use super::string_io;
use crate::cpu::PerCpu;
use crate::cpu::port;
use crate::event::dispatch;
use crate::event::dispatch::Before;
use crate::guest::hidden;
use crate::virt::PortAccess;
use crate::virt::Register;
use crate::virt::Vcpu;

const RAX: Register = Register::General(0);

/// The bits of RAX that a transfer of `size` bytes moves.
const fn mask(size: u8) -> u64 {
    match size {
        1 => 0xff,
        2 => 0xffff,
        _ => 0xffff_ffff,
    }
}

/// Reads a port for the guest. A hidden port reads as an empty bus.
pub(super) fn read(port: u16, size: u8) -> u32 {
    if hidden::touches(port, size) {
        u32::MAX
    } else {
        port::read(port, size)
    }
}

/// Writes a port for the guest. A hidden port swallows it.
pub(super) fn write(port: u16, size: u8, value: u32) {
    if !hidden::touches(port, size) {
        port::write(port, size, value);
    }
}

/// Carries the instruction out, between the events before and those after it. INS and OUTS with REP meet the former
/// at each exit, which moves a bounded number of elements, and the latter once, at their end.
pub(super) fn handle<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, access: &PortAccess) -> Outcome {
    let value = vcpu.get(RAX) & mask(access.size);
    let mut io = Io {
        port: access.port,
        size: access.size,
        direction: if access.input {
            Direction::In
        } else {
            Direction::Out
        },
        value: (!access.input && !access.string).then_some(value as u32),
        string: access.string,
        repeat: access.repeated,
    };
    let post = match dispatch::before(cpu, vcpu, Occurrence::Io(io)) {
        Before::CarryOut { post } => post,
        Before::Skip => {
            vcpu.skip(access.length.into());
            return Outcome::Emulated;
        }
        Before::Moved => {
            vcpu.skip(0);
            return Outcome::Emulated;
        }
        Before::Stop(reason) => return Outcome::Stop(reason),
    };
    let outcome = if access.string {
        string_io::handle(vcpu, access)
    } else {
        io.value = Some(transfer(vcpu, access));
        vcpu.skip(access.length.into());
        Outcome::Emulated
    };
    if post
        && outcome == Outcome::Emulated
        && let Some(reason) = dispatch::after(cpu, vcpu, Occurrence::Io(io))
    {
        return Outcome::EmulatedStop(reason);
    }
    outcome
}

/// Moves a value between RAX and a port; the value.
fn transfer<V: Vcpu>(vcpu: &mut V, access: &PortAccess) -> u32 {
    let rax = vcpu.get(RAX);
    if !access.input {
        let value = (rax & mask(access.size)) as u32;
        write(access.port, access.size, value);
        return value;
    }
    let value = u64::from(read(access.port, access.size)) & mask(access.size);
    // A 32-bit transfer clears the upper half of RAX, narrower ones keep what they do not move.
    let kept = if access.size == 4 {
        0
    } else {
        rax & !mask(access.size)
    };
    // A general register takes any value.
    let _ = vcpu.set(RAX, kept | value);
    value as u32
}
