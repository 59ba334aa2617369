//! The hypervisor's image: entry code, the symbols a freestanding link needs, and the way into
//! `stub_hv::boot`.
#![no_std]
#![no_main]
#![expect(unsafe_code, reason = "entry code, memory routines and linker symbols")]

mod freestanding;

use core::arch::global_asm;

use stub_hv::boot::image::Image;
use stub_hv::cpu::recovery;

global_asm!(include_str!("boot/entry.s"), options(att_syntax));

unsafe extern "C" {
    static image_load_start: u8;
    static image_text_start: u8;
    static image_rodata_start: u8;
    static image_data_start: u8;
    static image_end: u8;
    static image_recovery_start: recovery::Entry;
    static image_recovery_end: recovery::Entry;
}

/// What the linker script adds to the load addresses.
const IMAGE_OFFSET: u64 = 0xffff_8000_0000_0000;

/// The first Rust function: on the boot CPU, paging on, at the linked addresses.
#[unsafe(no_mangle)]
extern "C" fn boot_main(magic: u32, information: u32) -> ! {
    let first = &raw const image_recovery_start;
    // SAFETY: both symbols delimit the table that the linker script collects.
    let entries = unsafe {
        let length = (&raw const image_recovery_end).offset_from(first);
        core::slice::from_raw_parts(first, length as usize)
    };
    recovery::install(entries);
    let image = Image {
        start: IMAGE_OFFSET + &raw const image_load_start as u64,
        text: &raw const image_text_start as u64,
        rodata: &raw const image_rodata_start as u64,
        data: &raw const image_data_start as u64,
        end: &raw const image_end as u64,
    };
    stub_hv::boot::start(magic, information.into(), &image, freestanding::claim_heap)
}
