//! GDT, TSS and GS of a host CPU.
//!
//! Every exception and NMI has a stack of its own (IST): the prebuilt core library keeps data in the red
//! zone below the stack pointer, which a handler on the same stack would overwrite.
#![expect(unsafe_code, reason = "loads descriptor tables and segment registers")]

use x86_64::VirtAddr;
use x86_64::instructions::segmentation::CS;
use x86_64::instructions::segmentation::DS;
use x86_64::instructions::segmentation::ES;
use x86_64::instructions::segmentation::SS;
use x86_64::instructions::segmentation::Segment;
use x86_64::instructions::tables::load_tss;
use x86_64::registers::model_specific::GsBase;
use x86_64::structures::gdt::Descriptor;
use x86_64::structures::gdt::GlobalDescriptorTable;
use x86_64::structures::tss::TaskStateSegment;

use super::PerCpu;
use super::exceptions;

/// Interrupt stack table slot of the exceptions.
pub const EXCEPTION_IST: u16 = 0;
/// Interrupt stack table slot of the NMI.
pub const NMI_IST: u16 = 1;

/// A CPU's own descriptor tables.
#[derive(Debug)]
pub struct Descriptors {
    gdt: GlobalDescriptorTable,
    tss: TaskStateSegment,
}

impl Descriptors {
    /// Empty tables, filled by [`load`].
    pub const fn new() -> Self {
        Self {
            gdt: GlobalDescriptorTable::new(),
            tss: TaskStateSegment::new(),
        }
    }
}

impl Default for Descriptors {
    fn default() -> Self {
        Self::new()
    }
}

/// Fills and loads the tables of the CPU this runs on, and points GS at its block.
///
/// # Safety
/// Called once on each CPU, on that CPU, with its own block, before anything else uses GS.
pub unsafe fn load(cpu: &'static PerCpu) {
    // SAFETY: only this CPU touches its descriptors, and only here.
    let tables = unsafe { &mut *cpu.descriptors.get() };
    tables.tss.interrupt_stack_table[usize::from(EXCEPTION_IST)] =
        VirtAddr::new_truncate(PerCpu::top(&cpu.exception_stack));
    tables.tss.interrupt_stack_table[usize::from(NMI_IST)] =
        VirtAddr::new_truncate(PerCpu::top(&cpu.nmi_stack));
    let code = tables.gdt.append(Descriptor::kernel_code_segment());
    let data = tables.gdt.append(Descriptor::kernel_data_segment());
    let tss = tables.gdt.append(Descriptor::tss_segment(&tables.tss));
    tables.gdt.load();
    // SAFETY: the selectors were just made for the table that was just loaded.
    unsafe {
        CS::set_reg(code);
        SS::set_reg(data);
        DS::set_reg(data);
        ES::set_reg(data);
        load_tss(tss);
    }
    GsBase::write(VirtAddr::from_ptr(cpu));
    exceptions::load();
}
