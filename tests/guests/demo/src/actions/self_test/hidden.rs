//! What the hypervisor must keep from its guest: SVM, its debug port, its memory.

use crate::actions::Context;
use crate::actions::self_test::{Report, memory};
use crate::boot_info::Region;
use crate::cpu;
use crate::faultable;

const COM2: u16 = 0x2F8;
const EFER: u32 = 0xC000_0080;
const EFER_SVME: u64 = 1 << 12;
const INVALID_OPCODE: u8 = 6;
const GENERAL_PROTECTION: u8 = 13;
const MIB: u64 = 1 << 20;
const FOUR_GIB: u64 = 1 << 32;

/// Name and number; a CPU without SVM raises #GP on all of them.
const SVM_MSRS: [(&str, u32); 3] = [
    ("VM_CR", 0xC001_0114),
    ("IGNNE", 0xC001_0115),
    ("VM_HSAVE_PA", 0xC001_0117),
];

/// Runs under `expect=hidden` only.
pub(crate) fn check(context: &Context<'_>, report: &mut Report) {
    debug_port(report);
    cpuid(report);
    efer(report);
    registers(report);
    instructions(report);
    reserved_memory(context, report);
}

fn debug_port(report: &mut Report) {
    for port in COM2..COM2 + 8 {
        let value = cpu::in8(port);
        report.check(value == 0xFF, format_args!("port {port:x} reads {value:x}"));
    }
    cpu::out8(COM2 + 7, 0x5A);
    let value = cpu::in8(COM2 + 7);
    report.check(value == 0xFF, format_args!("port {:x} keeps {value:x}", COM2 + 7));
}

fn cpuid(report: &mut Report) {
    let features = cpu::cpuid(0x8000_0001, 0).ecx;
    report.check(
        features & 1 << 2 == 0,
        format_args!("CPUID 80000001 ECX {features:x} shows SVM"),
    );
    let svm = cpu::cpuid(0x8000_000A, 0);
    let none = svm.eax | svm.ebx | svm.ecx | svm.edx;
    report.check(none == 0, format_args!("CPUID 8000000A is {svm:x?}"));
}

fn efer(report: &mut Report) {
    let before = cpu::read_msr(EFER);
    report.check(
        before & EFER_SVME == 0,
        format_args!("EFER {before:x} shows SVME"),
    );
    let answer = faultable::write_msr(EFER, before | EFER_SVME);
    report.check(
        answer == Err(GENERAL_PROTECTION),
        format_args!("setting EFER.SVME gave {answer:?}"),
    );
    let after = cpu::read_msr(EFER);
    report.check(
        after == before,
        format_args!("EFER changed from {before:x} to {after:x}"),
    );
    let answer = faultable::write_msr(EFER, before);
    report.check(answer.is_ok(), format_args!("writing EFER back gave {answer:?}"));
}

fn registers(report: &mut Report) {
    for (name, msr) in SVM_MSRS {
        let read = faultable::read_msr(msr);
        report.check(
            read == Err(GENERAL_PROTECTION),
            format_args!("RDMSR of {name} gave {read:x?}"),
        );
        let write = faultable::write_msr(msr, 0);
        report.check(
            write == Err(GENERAL_PROTECTION),
            format_args!("WRMSR of {name} gave {write:?}"),
        );
    }
}

fn instructions(report: &mut Report) {
    for (name, run) in faultable::SVM_INSTRUCTIONS {
        let answer = run();
        report.check(
            answer == Err(INVALID_OPCODE),
            format_args!("{name} gave {answer:?}"),
        );
    }
}

/// The hypervisor's own range, when it lies between RAM below 4 GiB: reserved, reads ff, drops writes.
fn reserved_memory(context: &Context<'_>, report: &mut Report) {
    let regions = context.info.regions();
    let low_ram_above = |r: &Region| {
        regions
            .iter()
            .any(|other| other.kind == 1 && r.end() <= other.base && other.base < FOUR_GIB)
    };
    for region in regions
        .iter()
        .filter(|r| r.kind == 2 && r.base >= MIB && low_ram_above(r))
    {
        for frame in [region.base, (region.end() - 1) & !0xFFF] {
            if memory::first_word(frame) == Some(u64::MAX) {
                let after = memory::overwrite_absent(frame, 0);
                report.check(
                    after == Some(u64::MAX),
                    format_args!("hidden memory {frame:x} took a write"),
                );
            } else {
                report.check(
                    false,
                    format_args!("reserved memory {frame:x} below RAM does not read ff"),
                );
            }
        }
    }
}
