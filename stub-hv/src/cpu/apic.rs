//! The local APIC as the hypervisor uses it: to send IPIs and to know its own id.
//!
//! The APIC is the guest's. The hypervisor shares only its interrupt command register, in whichever mode
//! the guest has put the APIC, and puts a half-written command of the guest back.
#![expect(unsafe_code, reason = "writes the APIC's registers")]

use core::ptr;

use super::msr;
use super::paging;

/// Physical address of the registers; the hypervisor does not let the guest move them.
pub const BASE: u64 = 0xfee0_0000;
/// Offset of the interrupt command register's low half.
pub const ICR_LOW: u64 = 0x300;
/// Offset of its high half, which holds the destination.
pub const ICR_HIGH: u64 = 0x310;

const ENABLED_X2APIC: u64 = 1 << 10;
const DELIVERY_PENDING: u32 = 1 << 12;
const NMI: u32 = 4 << 8 | 1 << 14;

/// Whether this CPU's APIC is in x2APIC mode.
pub fn is_x2apic() -> bool {
    msr::read(msr::APIC_BASE).is_ok_and(|base| base & ENABLED_X2APIC != 0)
}

/// The MSR that is the register at `offset` in x2APIC mode.
pub const fn x2apic_msr(offset: u64) -> u32 {
    msr::X2APIC + (offset >> 4) as u32
}

/// Reads a register of this CPU's APIC in xAPIC mode.
pub fn read(offset: u64) -> u32 {
    // SAFETY: the register page is in the direct map; reads of the registers used here have no effect.
    unsafe { ptr::read_volatile(paging::direct::<u32>(BASE + offset)) }
}

/// Writes a register of this CPU's APIC in xAPIC mode.
pub fn write(offset: u64, value: u32) {
    // SAFETY: the register page is in the direct map; the values are IPIs of ours or the guest's own.
    unsafe { ptr::write_volatile(paging::direct::<u32>(BASE + offset), value) };
}

/// This CPU's APIC id.
pub fn id() -> u32 {
    if is_x2apic() {
        msr::read(0x802).unwrap_or(0) as u32
    } else {
        read(0x20) >> 24
    }
}

fn wait_until_sent() {
    for _ in 0..100_000 {
        if read(ICR_LOW) & DELIVERY_PENDING == 0 {
            return;
        }
        core::hint::spin_loop();
    }
}

/// Sends an interrupt command to one CPU.
pub fn send(destination: u32, command: u32) {
    if is_x2apic() {
        // SAFETY: an IPI has no effect on this CPU's own state.
        let _ = unsafe { msr::write(msr::X2APIC_ICR, u64::from(destination) << 32 | u64::from(command)) };
        return;
    }
    wait_until_sent();
    let guests_high = read(ICR_HIGH);
    write(ICR_HIGH, destination << 24);
    write(ICR_LOW, command);
    wait_until_sent();
    write(ICR_HIGH, guests_high);
}

/// Offset of the end-of-interrupt register.
const END: u64 = 0xb0;
/// Offset of the first of eight in-service registers.
const IN_SERVICE: u64 = 0x100;

/// Ends the interrupt in service with the highest priority.
pub fn end_interrupt() {
    if is_x2apic() {
        // SAFETY: ends an interrupt of the guest's, whose CPU is being reset.
        let _ = unsafe { msr::write(0x80b, 0) };
    } else {
        write(END, 0);
    }
}

/// How many interrupts are in service.
pub fn in_service() -> u32 {
    let x2apic = is_x2apic();
    (0..8)
        .map(|index| {
            if x2apic {
                msr::read(0x810 + index).unwrap_or(0) as u32
            } else {
                read(IN_SERVICE + u64::from(index) * 16)
            }
        })
        .map(u32::count_ones)
        .sum()
}

/// Sends an NMI to one CPU.
pub fn send_nmi(destination: u32) {
    send(destination, NMI);
}

/// Sends an assert-INIT to one CPU.
pub fn send_init(destination: u32) {
    send(destination, 5 << 8 | 1 << 14);
}

/// Sends a start-up IPI to one CPU.
pub fn send_startup(destination: u32, vector: u8) {
    send(destination, 6 << 8 | 1 << 14 | u32::from(vector));
}
