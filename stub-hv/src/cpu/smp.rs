//! Starting the other CPUs: INIT and start-up IPIs to a trampoline below 1 MiB.
//!
//! All are reset together, because that takes a wait; then each is started alone, because the trampoline's
//! parameters are shared. The page it uses is the guest's again, with
//! its old content, once all CPUs run.
#![expect(unsafe_code, reason = "installs 16-bit code and starts CPUs on it")]

use core::arch::global_asm;
use core::ptr;
use core::sync::atomic::Ordering;

use super::PerCpu;
use super::apic;
use super::paging;
use super::timer;

global_asm!(include_str!("trampoline.s"), options(att_syntax));

unsafe extern "C" {
    static stub_hv_trampoline: u8;
    static stub_hv_trampoline_end: u8;
    static stub_hv_t_jump32: u8;
    static stub_hv_t_base: u8;
    static stub_hv_t_jump64: u8;
    static stub_hv_t_gdt_base: u8;
    static stub_hv_t_cr3: u8;
}

/// What the other CPUs are started with.
#[derive(Clone, Copy, Debug)]
pub struct Trampoline {
    /// Physical address of the page below 1 MiB.
    pub page: u32,
    /// Root of page tables below 4 GiB that map the page at its own address and the image.
    pub low_root: u64,
}

fn offset(symbol: *const u8) -> usize {
    symbol as usize - &raw const stub_hv_trampoline as usize
}

/// Copies the trampoline to its page and points it at itself.
///
/// # Safety
/// The page is memory that nothing else uses now.
unsafe fn install(trampoline: &Trampoline) {
    let page = paging::direct::<u8>(trampoline.page.into());
    let size = offset(&raw const stub_hv_trampoline_end);
    // SAFETY: source and destination are whole and apart; the places patched are inside the copy.
    unsafe {
        ptr::copy_nonoverlapping(&raw const stub_hv_trampoline, page, size);
        for place in [
            offset(&raw const stub_hv_t_jump32),
            offset(&raw const stub_hv_t_base),
            offset(&raw const stub_hv_t_jump64),
            offset(&raw const stub_hv_t_gdt_base),
        ] {
            let place = page.add(place).cast::<u32>();
            place.write_unaligned(place.read_unaligned() + trampoline.page);
        }
    }
}

/// Puts CPUs that nothing runs on into the state in which they take a start-up IPI.
pub fn reset(cpus: &[&PerCpu]) {
    for cpu in cpus {
        apic::send_init(cpu.apic_id);
    }
    if !cpus.is_empty() {
        timer::delay(10_000);
    }
}

/// Starts the CPU of `cpu`, which [`reset`] was done for, in `entry`, and waits until it reports in: `false` when it
/// does not within a second.
/// `entry` starts on the trampoline's page tables.
///
/// # Safety
/// The trampoline's page is memory that nothing else uses now.
pub unsafe fn start(
    trampoline: &Trampoline,
    cpu: &'static PerCpu,
    entry: extern "C" fn(&'static PerCpu) -> !,
) -> bool {
    // SAFETY: the caller's promise; the parameters lie inside the page.
    unsafe {
        install(trampoline);
        let parameters = paging::direct::<u8>(trampoline.page.into())
            .add(offset(&raw const stub_hv_t_cr3))
            .cast::<u64>();
        let values = [
            trampoline.low_root,
            ptr::from_ref(cpu) as u64,
            PerCpu::top(&cpu.stack),
            entry as usize as u64,
        ];
        for (index, value) in values.into_iter().enumerate() {
            parameters.add(index).write_volatile(value);
        }
    }
    let vector = (trampoline.page >> 12) as u8;
    for _ in 0..2 {
        apic::send_startup(cpu.apic_id, vector);
        for _ in 0..50 {
            if cpu.started.load(Ordering::Acquire) {
                return true;
            }
            timer::delay(200);
        }
    }
    for _ in 0..100 {
        if cpu.started.load(Ordering::Acquire) {
            return true;
        }
        timer::delay(10_000);
    }
    false
}
