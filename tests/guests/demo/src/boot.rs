//! The way from the boot loader to the chosen action.
//!
//! Order matters in two places: the boot information is copied before anything writes to low memory, and
//! the trap table is loaded before the first instruction that may fault.

#![expect(
    unsafe_code,
    reason = "the entry point is called from assembly by its symbol name"
)]

use crate::actions;
use crate::apic;
use crate::boot_info;
use crate::console::{self, println};
use crate::cpu;
use crate::gdt;
use crate::idt;
use crate::options::Options;
use crate::per_cpu;
use crate::pit;
use crate::ring3;
use crate::smp;

core::arch::global_asm!(include_str!("boot.s"));

/// First Rust code of the boot processor; interrupts are off and paging is on.
#[unsafe(no_mangle)]
extern "C" fn kernel_main(magic: u32, info: u32) -> ! {
    console::init();
    let info = boot_info::copy(magic, info);
    let options = Options::parse(info.command_line.as_str());
    let id = cpu::apic_id();
    per_cpu::set_boot_id(id);
    gdt::load(id);
    idt::build();
    idt::load();
    ring3::enable();
    pit::mask_pics();
    apic::enable(options.has("apic=x2"));
    apic::calibrate();
    apic::start_timer();
    per_cpu::mark_online(id);
    cpu::enable_interrupts();
    smp::start_others(&options);
    println!(
        "demo: started, cpus {}, command line '{}'",
        smp::online(),
        info.command_line.as_str()
    );
    actions::run(&options, info)
}
