//! Where each register of a virtual CPU lives under SVM.

use super::vcpu::SvmVcpu;
use super::vmcb::SegmentState;
use crate::virt::InvalidValue;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::Segment;

/// EFER.SVME: always set while a guest runs, and hidden from it.
pub const SVME: u64 = 1 << 12;
/// RFLAGS.TF
const TRAP: u64 = 1 << 8;
/// RFLAGS bits that exist, without bit 1, which is always set.
const RFLAGS: u64 = 0x003f_7fd5;

impl SvmVcpu {
    fn segment(&self, segment: Segment) -> &SegmentState {
        let [es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr] = &self.vmcb.save.segments;
        match segment {
            Segment::Es => es,
            Segment::Cs => cs,
            Segment::Ss => ss,
            Segment::Ds => ds,
            Segment::Fs => fs,
            Segment::Gs => gs,
            Segment::Gdtr => gdtr,
            Segment::Ldtr => ldtr,
            Segment::Idtr => idtr,
            Segment::Tr => tr,
        }
    }

    fn segment_mut(&mut self, segment: Segment) -> &mut SegmentState {
        let [es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr] = &mut self.vmcb.save.segments;
        match segment {
            Segment::Es => es,
            Segment::Cs => cs,
            Segment::Ss => ss,
            Segment::Ds => ds,
            Segment::Fs => fs,
            Segment::Gs => gs,
            Segment::Gdtr => gdtr,
            Segment::Ldtr => ldtr,
            Segment::Idtr => idtr,
            Segment::Tr => tr,
        }
    }

    /// The place of a register that is stored as the guest sees it.
    fn plain(&mut self, register: Register) -> Option<&mut u64> {
        if let Register::Base(segment) = register {
            return Some(&mut self.segment_mut(segment).base);
        }
        let save = &mut self.vmcb.save;
        Some(match register {
            Register::General(0) => &mut save.rax,
            Register::General(4) => &mut save.rsp,
            Register::General(n) => self.registers.general.get_mut(usize::from(n))?,
            Register::Rip => &mut save.rip,
            Register::Cr0 => &mut save.cr0,
            Register::Cr2 => &mut save.cr2,
            Register::Cr3 => &mut save.cr3,
            Register::Cr4 => &mut save.cr4,
            Register::KernelGsBase => &mut save.kernel_gs_base,
            Register::Cr8 => &mut self.live.cr8,
            Register::Xcr0 => &mut self.live.xcr0,
            Register::Debug(n @ 0..=3) => self.guest_debug.get_mut(usize::from(n))?,
            Register::Debug(6) => &mut self.guest_dr6,
            Register::Debug(7) => &mut self.guest_dr7,
            _ => return None,
        })
    }

    /// Whether a processor could run with this value: what VMRUN's consistency checks and the manuals'
    /// reserved bits rule out.
    fn acceptable(&self, register: Register, value: u64) -> bool {
        let efer = self.vmcb.save.efer;
        match register {
            Register::Cr0 => {
                value >> 32 == 0
                    && !(value & 1 << 29 != 0 && value & 1 << 30 == 0)
                    && !(value & 1 << 31 != 0 && value & 1 == 0)
                    && !(value & 1 << 31 != 0 && efer & 0x100 != 0 && self.vmcb.save.cr4 & 0x20 == 0)
            }
            Register::Cr3 => value >> 52 == 0,
            Register::Cr4 => value >> 32 == 0 && !(efer & 0x400 != 0 && value & 0x20 == 0),
            Register::Cr8 => value < 16,
            Register::Efer => {
                let changed = value ^ self.get(Register::Efer);
                let paging = self.vmcb.save.cr0 >> 31 & 1 != 0;
                value & !0x0016_ed01 == 0 && changed & 0x400 == 0 && !(paging && changed & 0x100 != 0)
            }
            Register::Rflags => value & !(RFLAGS | 2) == 0,
            Register::Debug(6 | 7) => value >> 32 == 0,
            Register::Rip if efer & 0x400 != 0 => canonical(value),
            Register::Base(Segment::Fs | Segment::Gs) | Register::KernelGsBase => canonical(value),
            Register::Selector(_) | Register::Attributes(_) => value >> 16 == 0,
            Register::Limit(_) => value >> 32 == 0,
            _ => true,
        }
    }
}

/// With 5-level paging in mind: 57 bits.
fn canonical(address: u64) -> bool {
    let top = address as i64 >> 56;
    top == 0 || top == -1
}

impl RegisterFile for SvmVcpu {
    fn get(&self, register: Register) -> u64 {
        let save = &self.vmcb.save;
        match register {
            Register::General(0) => save.rax,
            Register::General(4) => save.rsp,
            Register::General(n) => self.registers.general.get(usize::from(n)).copied().unwrap_or(0),
            Register::Rip => save.rip,
            Register::Rflags if self.stepping => save.rflags & !TRAP | u64::from(self.guest_trap) << 8,
            Register::Rflags => save.rflags,
            Register::Selector(segment) => self.segment(segment).selector.into(),
            Register::Base(segment) => self.segment(segment).base,
            Register::Limit(segment) => self.segment(segment).limit.into(),
            Register::Attributes(segment) => self.segment(segment).attributes.into(),
            Register::Cr0 => save.cr0,
            Register::Cr2 => save.cr2,
            Register::Cr3 => save.cr3,
            Register::Cr4 => save.cr4,
            Register::Cr8 => self.live.cr8,
            Register::Efer => save.efer & !SVME,
            Register::KernelGsBase => save.kernel_gs_base,
            Register::Debug(n @ 0..=3) => self.guest_debug.get(usize::from(n)).copied().unwrap_or(0),
            Register::Debug(6) => self.guest_dr6,
            Register::Debug(7) => self.guest_dr7,
            Register::Debug(_) => 0,
            Register::Xcr0 => self.live.xcr0,
        }
    }

    fn set(&mut self, register: Register, value: u64) -> Result<(), InvalidValue> {
        if !self.acceptable(register, value) {
            return Err(InvalidValue { register, value });
        }
        if let Some(place) = self.plain(register) {
            *place = value;
            return Ok(());
        }
        match register {
            Register::Rflags => {
                self.guest_trap = value & TRAP != 0;
                self.vmcb.save.rflags = value & RFLAGS | 2 | if self.stepping { TRAP } else { 0 };
            }
            Register::Efer => self.vmcb.save.efer = value | SVME,
            Register::Selector(segment) => self.segment_mut(segment).selector = value as u16,
            Register::Limit(segment) => self.segment_mut(segment).limit = value as u32,
            Register::Attributes(segment) => {
                self.segment_mut(segment).attributes = value as u16;
                // QEMU takes the privilege level from SS alone, hardware from CPL: keep them the same.
                if segment == Segment::Ss {
                    self.vmcb.save.cpl = (value >> 5 & 3) as u8;
                }
            }
            _ => return Err(InvalidValue { register, value }),
        }
        Ok(())
    }

    fn extended(&self) -> &[u8] {
        &self.live.extended.0
    }

    fn extended_mut(&mut self) -> &mut [u8] {
        &mut self.live.extended.0
    }
}
