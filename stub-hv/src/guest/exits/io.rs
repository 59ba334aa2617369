//! IN and OUT to ports that an event watches or the hypervisor hides.

use monitor_cmds::Direction;
use monitor_cmds::Io;
use monitor_cmds::Moment;
use monitor_cmds::Occurrence;
use monitor_cmds::Stage;

use super::Outcome;
use super::string_io;
use crate::cpu::PerCpu;
use crate::cpu::port;
use crate::event::dispatch;
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

pub(super) fn handle<V: Vcpu>(cpu: &'static PerCpu, vcpu: &mut V, access: &PortAccess) -> Outcome {
    let rax = vcpu.get(RAX);
    let value = (!access.input && !access.string).then_some((rax & mask(access.size)) as u32);
    let occurrence = Occurrence::Io(Io {
        port: access.port,
        size: access.size,
        direction: if access.input {
            Direction::In
        } else {
            Direction::Out
        },
        value,
        string: access.string,
        repeat: access.repeated,
    });
    let moment = Moment {
        cpu: cpu.index as u32,
        rip: vcpu.get(Register::Rip),
        stage: Stage::Pre,
        ..Moment::default()
    };
    if let Some(reason) = dispatch::dispatch(cpu, &moment, &occurrence) {
        return Outcome::Stop(reason);
    }
    if access.string {
        return string_io::handle(vcpu, access);
    }
    if access.input {
        let value = u64::from(read(access.port, access.size));
        // A 32-bit transfer clears the upper half of RAX, narrower ones keep what they do not move.
        let kept = if access.size == 4 {
            0
        } else {
            rax & !mask(access.size)
        };
        // A general register takes any value.
        let _ = vcpu.set(RAX, kept | value & mask(access.size));
    } else {
        write(access.port, access.size, rax as u32);
    }
    vcpu.skip(access.length.into());
    Outcome::Emulated
}
