//! Writes of CR0, CR3, CR4 and CR8 that change one harmless bit and put it back.

use crate::console::println;
use crate::cpu;

const CR0_WRITE_PROTECT: u64 = 1 << 16;
const CR4_PERFORMANCE_COUNTERS: u64 = 1 << 8;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(_number: u64) {
    toggle("cr0", cpu::read_cr0, cpu::write_cr0, CR0_WRITE_PROTECT);
    toggle("cr4", cpu::read_cr4, cpu::write_cr4, CR4_PERFORMANCE_COUNTERS);
    cpu::write_cr3(cpu::read_cr3());
    task_priority();
}

fn toggle(name: &str, read: fn() -> u64, write: fn(u64), bit: u64) {
    let before = read();
    write(before ^ bit);
    let changed = read();
    write(before);
    if changed != before ^ bit || read() != before {
        println!(
            "demo: {name} was {before:x}, toggled to {changed:x}, now {:x}",
            read()
        );
    }
}

/// Raises and lowers the task priority, which stays below the timer's class.
#[inline(never)]
fn task_priority() {
    for value in [2, 0] {
        cpu::write_cr8(value);
        let read = cpu::read_cr8();
        if read != value {
            println!("demo: cr8 reads {read:x} instead of {value:x}");
        }
    }
}
