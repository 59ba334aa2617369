//! The multiboot 1 kernel without address fields: `objcopy -O elf32-i386` makes it the ELF32 file that
//! loaders take by its program headers.

#![no_std]
#![no_main]
#![expect(unsafe_code, reason = "the kernel is assembly")]

#[path = "../runtime.rs"]
mod runtime;

core::arch::global_asm!(include_str!("../header_elf.s"));
core::arch::global_asm!(include_str!("../report.s"));
