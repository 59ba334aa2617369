//! Accesses that the nested page tables do not allow: device registers that are looked at, the
//! hypervisor's memory, memory behind what was mapped at start, and a page shown for a single step.

use super::Outcome;
use super::code;
use crate::cpu::PerCpu;
use crate::cpu::apic as hardware;
use crate::debug::stop::StopReason;
use crate::guest::apic;
use crate::guest::emulate::mmio;
use crate::guest::emulate::mmio::Kind;
use crate::guest::run::Local;
use crate::guest::space;
use crate::memory::GuestPhysical;
use crate::memory::host;
use crate::virt::NestedFault;
use crate::virt::Vcpu;

pub(super) fn handle<V: Vcpu>(
    cpu: &'static PerCpu,
    vcpu: &mut V,
    local: &mut Local,
    fault: &NestedFault,
) -> Outcome {
    let address = fault.address;
    let cannot = Outcome::Stop(StopReason::Emulation { address });
    if local.stepper.page_fault(vcpu, address) {
        return Outcome::Retry;
    }
    if host::hypervisor_range().is_some_and(|range| range.contains(&address)) {
        // A page walk that wants to set accessed bits in a table that is not memory cannot be helped.
        return if fault.table || fault.fetch {
            cannot
        } else {
            dropped(vcpu).unwrap_or(cannot)
        };
    }
    if address & !0xfff == hardware::BASE {
        let offset = address & 0xfff;
        let done = emulate(
            vcpu,
            || hardware::read(offset & !0xf),
            |value| {
                apic::write(cpu, offset, value as u32);
            },
        );
        return done.unwrap_or(cannot);
    }
    if space::is_ioapic(address) {
        let done = emulate(
            vcpu,
            || space::ioapic_read(address),
            |value| {
                space::ioapic_write(address, value as u32);
            },
        );
        return done.unwrap_or(cannot);
    }
    if !fault.present
        && space::tree().is_some_and(|mut tree| tree.map_on_demand(GuestPhysical(address)).is_ok())
    {
        return Outcome::Retry;
    }
    cannot
}

/// Carries out an access to a device register of 32 bits. `None`: not an instruction that can be.
fn emulate<V: Vcpu>(vcpu: &mut V, read: impl Fn() -> u32, write: impl Fn(u64)) -> Option<Outcome> {
    let access = code::fetch(vcpu, |vcpu, code| mmio::decode(code, vcpu))?.ok()?;
    let old = match access.kind {
        Kind::Write { .. } => 0,
        Kind::Read { .. } | Kind::ReadModifyWrite { .. } => u64::from(read()),
    };
    if let Some(value) = access.stored(old) {
        write(value);
    }
    // RIP and general registers take any value.
    let _ = access.complete(vcpu, old);
    vcpu.skip(0);
    Some(Outcome::Emulated)
}

/// A write to memory that is not there for the guest: as on a bus without memory, it has no effect, but the
/// rest of the instruction has.
fn dropped<V: Vcpu>(vcpu: &mut V) -> Option<Outcome> {
    if let Some(outcome) = emulate(vcpu, || u32::MAX, |_| ()) {
        return Some(outcome);
    }
    let length = code::fetch(vcpu, |_, code| code.decode().map(|instruction| instruction.len()))?.ok()?;
    vcpu.skip(length as u64);
    Some(Outcome::Emulated)
}
