//! What the boot loader starts of the packed image: it unpacks the hypervisor to where that is linked, and
//! enters it. `cargo xtask` joins the two (`ci/src/pack.rs`).
#![no_std]
#![no_main]
#![expect(unsafe_code, reason = "the unpacker is assembly")]

use core::arch::global_asm;
use core::panic::PanicInfo;

global_asm!(include_str!("unpack.s"), options(att_syntax));

/// Wanted by the compiler; there is nothing here that panics.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
