//! Where the hypervisor's own image lies, and the move to the place it keeps.
#![expect(
    unsafe_code,
    reason = "copies the running image and switches to page tables over the copy"
)]

use core::arch::asm;

use crate::cpu::paging;

/// Linked addresses of the image's parts; each starts a page.
#[derive(Clone, Copy, Debug)]
pub struct Image {
    /// First byte: the boot part, with the stack that start-up runs on.
    pub start: u64,
    /// Start of the code.
    pub text: u64,
    /// Start of the constants.
    pub rodata: u64,
    /// Start of the variables.
    pub data: u64,
    /// One past the last byte, zero-initialised variables included.
    pub end: u64,
}

impl Image {
    /// Size in bytes, a whole number of pages.
    pub const fn size(&self) -> u64 {
        self.end - self.start
    }
}

/// Copies the running image to physical address `new_place` and goes on in the copy.
///
/// # Safety
/// `root` maps the image's addresses to `new_place` and the direct map as the present tables do;
/// `new_place` is memory of the hypervisor's own; no other CPU runs yet.
pub unsafe fn relocate(image: &Image, new_place: u64, root: u64) {
    // SAFETY: both ranges are mapped, the destination by the direct map. Nothing is written between the
    // copy and the switch: the block uses registers only.
    unsafe {
        asm!(
            "rep movsq",
            "mov cr3, {root}",
            root = in(reg) root,
            inout("rsi") image.start => _,
            inout("rdi") paging::direct::<u8>(new_place) => _,
            inout("rcx") image.size() / 8 => _,
            options(nostack),
        );
    }
}
