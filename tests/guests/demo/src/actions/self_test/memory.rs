//! The memory map against the memory: RAM must hold what is written, and the rest must at least be readable.

#![expect(unsafe_code, reason = "reads and writes arbitrary frames through the window")]

use crate::actions::Context;
use crate::actions::self_test::Report;
use crate::boot_info::{BootInfo, Region};
use crate::console::println;
use crate::paging;

/// Distance of the frames probed in RAM.
const RAM_STEP: u64 = 1 << 18;
/// Distance of the frames probed elsewhere below 4 GiB.
const GAP_STEP: u64 = 1 << 20;
const FOUR_GIB: u64 = 1 << 32;

/// What an absent or hidden byte reads as, eight times.
const ABSENT: u64 = u64::MAX;

/// Probes RAM by writing and the rest below 4 GiB by reading.
pub(crate) fn check(context: &Context<'_>, report: &mut Report) {
    let mut probed = 0u64;
    for region in context.info.regions().iter().filter(|region| region.kind == 1) {
        let mut frame = region.base.next_multiple_of(4096);
        while frame + 4096 <= region.end() {
            report.check(
                holds(frame),
                format_args!("RAM at {frame:x} does not hold what is written"),
            );
            probed += 1;
            // The first and the last frame of a region are where a map goes wrong.
            let last = (region.end() & !0xFFF) - 4096;
            frame = if frame < last {
                (frame + RAM_STEP).min(last)
            } else {
                last + 4096
            };
        }
    }
    let (read, absent) = read_the_rest(context.info, report);
    println!("demo: probed {probed} frames of RAM, {read} others of which {absent} read ff");
}

fn pointer(address: u64) -> Option<*mut u64> {
    paging::window(address).map(|window| window as *mut u64)
}

/// Writes two values to the last word of the frame and puts back what was there.
fn holds(frame: u64) -> bool {
    let Some(word) = pointer(frame + 4088) else {
        return false;
    };
    // SAFETY: the window maps the frame, which the map says is RAM. The word may be in use by this very
    // kernel, but by nothing between here and its restoration: interrupts are off.
    crate::cpu::without_interrupts(|| unsafe {
        let before = word.read_volatile();
        let good = [0x0123_4567_89AB_CDEF, !before].into_iter().all(|value| {
            word.write_volatile(value);
            word.read_volatile() == value
        });
        word.write_volatile(before);
        good
    })
}

/// The first word of a frame, whatever is there.
pub(crate) fn first_word(frame: u64) -> Option<u64> {
    // SAFETY: the window is mapped; reading a device's first word at a page boundary is taken as harmless.
    pointer(frame).map(|word| unsafe { word.read_volatile() })
}

/// Writes the first word of a frame that reads as absent; nothing can be lost there.
pub(crate) fn overwrite_absent(frame: u64, value: u64) -> Option<u64> {
    let word = pointer(frame)?;
    // SAFETY: the caller has seen this frame read as absent.
    unsafe {
        word.write_volatile(value);
        Some(word.read_volatile())
    }
}

fn read_the_rest(info: &BootInfo, report: &mut Report) -> (u64, u64) {
    let (mut read, mut absent) = (0, 0);
    let is_ram = |frame: u64| info.regions().iter().any(|r| r.kind == 1 && contains(r, frame));
    let mut frame = 0;
    while frame < FOUR_GIB {
        if !is_ram(frame) {
            match first_word(frame) {
                Some(word) => absent += u64::from(word == ABSENT),
                None => report.check(false, format_args!("no window for {frame:x}")),
            }
            read += 1;
        }
        frame += GAP_STEP;
    }
    (read, absent)
}

fn contains(region: &Region, address: u64) -> bool {
    region.base <= address && address < region.end()
}
