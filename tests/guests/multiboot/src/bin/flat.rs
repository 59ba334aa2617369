//! The multiboot 1 kernel with address fields: `objcopy -O binary` makes it a flat file that loaders take by
//! its header alone. The header stands 64 bytes into the file and those bytes are not to be loaded.

#![no_std]
#![no_main]
#![expect(unsafe_code, reason = "the kernel is assembly")]

#[path = "../runtime.rs"]
mod runtime;

core::arch::global_asm!(include_str!("../header_flat.s"));
core::arch::global_asm!(include_str!("../report.s"));
