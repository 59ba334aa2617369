//! The multiboot information: what must be there, in order, and inside RAM.

use crate::actions::Context;
use crate::actions::self_test::Report;
use crate::boot_info::{
    BootInfo, HAS_COMMAND_LINE, HAS_MEMORY, HAS_MEMORY_MAP, HAS_MODULES, LOADER_MAGIC, Region,
};
use crate::console::println;

const USABLE: u32 = 1;
const MIB: u64 = 1 << 20;

/// Prints map and modules, and checks both.
pub(crate) fn check(context: &Context<'_>, report: &mut Report) {
    let info = context.info;
    let wanted = HAS_MEMORY | HAS_COMMAND_LINE | HAS_MEMORY_MAP;
    report.check(
        info.magic == LOADER_MAGIC,
        format_args!("loader magic {:x}", info.magic),
    );
    report.check(
        info.flags & wanted == wanted,
        format_args!("multiboot flags {:x}", info.flags),
    );
    regions(info.regions(), report);
    sizes(info, report);
    modules(info, report);
}

fn regions(regions: &[Region], report: &mut Report) {
    report.check(!regions.is_empty(), format_args!("the memory map is empty"));
    for region in regions {
        println!(
            "demo: memory {:x}-{:x} type {}",
            region.base,
            region.end(),
            region.kind
        );
        report.check(region.len != 0, format_args!("region {:x} is empty", region.base));
        report.check(
            region.base.checked_add(region.len).is_some(),
            format_args!("region {:x} wraps", region.base),
        );
    }
    for pair in regions.windows(2) {
        if let [first, second] = pair {
            report.check(
                first.base <= second.base,
                format_args!("region {:x} is out of order", second.base),
            );
            report.check(
                first.end() <= second.base,
                format_args!("region {:x} overlaps", second.base),
            );
        }
    }
}

fn sizes(info: &BootInfo, report: &mut Report) {
    let lower = u64::from(info.memory_lower) * 1024;
    let upper = MIB + u64::from(info.memory_upper) * 1024;
    report.check(
        lower <= 640 * 1024 && is_usable(info, 0, lower),
        format_args!("mem_lower is {lower:x} bytes"),
    );
    report.check(
        is_usable(info, MIB, upper),
        format_args!("mem_upper ends at {upper:x}"),
    );
}

/// Whether one usable region holds all of `start..end`.
fn is_usable(info: &BootInfo, start: u64, end: u64) -> bool {
    info.regions()
        .iter()
        .any(|r| r.kind == USABLE && r.base <= start && end <= r.end())
}

fn modules(info: &BootInfo, report: &mut Report) {
    if info.flags & HAS_MODULES == 0 {
        return;
    }
    for module in info.modules() {
        println!(
            "demo: module {:x}-{:x} '{}'",
            module.start,
            module.end,
            module.text.as_str()
        );
        report.check(
            module.start <= module.end,
            format_args!("module {:x} ends before it", module.start),
        );
        report.check(
            is_usable(info, module.start.into(), module.end.into()),
            format_args!("module {:x} is not in RAM", module.start),
        );
    }
}
