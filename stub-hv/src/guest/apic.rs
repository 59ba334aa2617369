//! The guest's local APICs: writes are carried out on the real one, except that INIT, start-up and NMI IPIs
//! become requests to the virtual CPUs they are for.
//!
//! NMIs, because the hypervisor calls its CPUs by NMI as well, and two that come together are one to the
//! hardware: the guest's would get lost.

use core::sync::atomic::AtomicBool;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering;

use heapless::Vec;

use super::icr;
use super::icr::ApicIdentity;
use super::icr::Ipi;
use super::icr::Kind;
use crate::cpu::MAX_CPUS;
use crate::cpu::PerCpu;
use crate::cpu::apic;
use crate::cpu::exceptions;
use crate::cpu::msr;
use crate::cpu::percpu;
use crate::debug::world;

const LOGICAL_DESTINATION: u64 = 0xd0;
const TASK_PRIORITY: u64 = 0x80;
const SPURIOUS: u64 = 0xf0;
const SOFTWARE_DISABLED: u32 = 0xff;
/// How many interrupts can be pending: one a vector.
const VECTORS: u32 = 224;
const DESTINATION_FORMAT: u64 = 0xe0;

/// What one CPU's APIC answers to, as far as the guest can change it. Written by its own CPU.
#[derive(Debug)]
pub struct GuestApic {
    logical: AtomicU32,
    format: AtomicU32,
    x2apic: AtomicBool,
}

impl GuestApic {
    /// The state after INIT.
    pub const fn new() -> Self {
        Self {
            logical: AtomicU32::new(0),
            format: AtomicU32::new(u32::MAX),
            x2apic: AtomicBool::new(false),
        }
    }

    /// Says which mode the guest has put the APIC into.
    pub fn set_x2apic(&self, on: bool) {
        self.x2apic.store(on, Ordering::Release);
    }

    fn identity(&self, id: u32) -> ApicIdentity {
        ApicIdentity {
            id,
            ldr: self.logical.load(Ordering::Acquire),
            dfr: self.format.load(Ordering::Acquire),
            x2apic: self.x2apic.load(Ordering::Acquire),
        }
    }
}

impl Default for GuestApic {
    fn default() -> Self {
        Self::new()
    }
}

/// Carries out a write to an xAPIC register of this CPU.
pub fn write(cpu: &'static PerCpu, offset: u64, value: u32) {
    match offset {
        apic::ICR_LOW if take(cpu, icr::xapic(value, apic::read(apic::ICR_HIGH))) => return,
        LOGICAL_DESTINATION => cpu.guest_apic.logical.store(value, Ordering::Release),
        DESTINATION_FORMAT => cpu.guest_apic.format.store(value, Ordering::Release),
        _ => {}
    }
    apic::write(offset, value);
}

/// Whether an x2APIC interrupt command was taken care of; else it goes to the hardware.
pub fn x2apic_command(cpu: &'static PerCpu, value: u64) -> bool {
    take(cpu, icr::x2apic(value))
}

/// Delivers INIT, start-up IPIs and NMIs; `false` for any other interrupt.
fn take(sender: &'static PerCpu, ipi: Ipi) -> bool {
    match ipi.kind {
        Kind::Init { .. } | Kind::Startup { .. } | Kind::Nmi => {}
        _ => return false,
    }
    let identities: Vec<ApicIdentity, MAX_CPUS> = percpu::all()
        .map(|cpu| cpu.guest_apic.identity(cpu.apic_id))
        .collect();
    for target in ipi.targets(sender.index, &identities).filter_map(percpu::get) {
        match ipi.kind {
            Kind::Init { assert: true } => target.state.request_init(),
            Kind::Startup { vector } => target.state.request_startup(vector),
            Kind::Nmi => target.state.hold_guest_nmi(),
            _ => continue,
        }
        if target.index != sender.index {
            world::kick(target);
        }
    }
    true
}

/// Registers of the APIC and their values after INIT (APM volume 2, "APIC Registers"): local vector
/// table, timer, task priority.
const AFTER_INIT: [(u64, u32); 9] = [
    (0x320, 0x1_0000),
    (0x330, 0x1_0000),
    (0x340, 0x1_0000),
    (0x350, 0x1_0000),
    (0x360, 0x1_0000),
    (0x370, 0x1_0000),
    (0x380, 0),
    (0x3e0, 0),
    (TASK_PRIORITY, 0),
];

/// Writes a register in either mode.
#[expect(unsafe_code, reason = "writes an APIC register by its MSR")]
fn set(x2apic: bool, offset: u64, value: u32) {
    if x2apic {
        // SAFETY: the registers are the guest's, and the values those a real INIT gives them.
        let _ = unsafe { msr::write(apic::x2apic_msr(offset), value.into()) };
    } else {
        apic::write(offset, value);
    }
}

/// Resets this CPU's APIC as INIT does.
pub fn reset(cpu: &PerCpu) {
    let x2apic = apic::is_x2apic();
    for (offset, value) in AFTER_INIT {
        set(x2apic, offset, value);
    }
    // INIT forgets what is in service and what is pending; the real APIC does that only for a real INIT. Its
    // own sources are masked by now.
    for _ in 0..apic::in_service() {
        apic::end_interrupt();
    }
    for _ in 0..VECTORS {
        exceptions::discard_pending_interrupts();
    }
    set(x2apic, SPURIOUS, SOFTWARE_DISABLED);
    if !x2apic {
        apic::write(DESTINATION_FORMAT, u32::MAX);
        apic::write(LOGICAL_DESTINATION, 0);
    }
    cpu.guest_apic.logical.store(0, Ordering::Release);
    cpu.guest_apic.format.store(u32::MAX, Ordering::Release);
}
