#![doc = include_str!("../../README.md")]
#![no_std]
#![no_main]

mod actions;
mod apic;
mod boot;
mod boot_info;
mod console;
mod cpu;
mod faultable;
mod gdt;
mod idt;
mod options;
mod paging;
mod per_cpu;
mod pit;
mod ring3;
mod runtime;
mod smp;
mod time;
mod tour;
mod traps;
