//! Device registers in memory, by physical address.
#![expect(
    unsafe_code,
    reason = "device registers have side effects the compiler cannot know"
)]

use super::paging;

/// Reads a 32-bit register on the guest's behalf, or of a device of the hypervisor's own.
pub fn read32(physical: u64) -> u32 {
    // SAFETY: the direct map covers the first 4 GiB, where such registers are; volatile for the device.
    unsafe { paging::direct::<u32>(physical & 0xffff_fffc).read_volatile() }
}

/// Writes a 32-bit register on the guest's behalf, or of a device of the hypervisor's own.
pub fn write32(physical: u64, value: u32) {
    // SAFETY: as in `read32`.
    unsafe { paging::direct::<u32>(physical & 0xffff_fffc).write_volatile(value) };
}
