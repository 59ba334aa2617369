//! A virtual CPU under SVM.
#![expect(
    unsafe_code,
    reason = "enters the guest and moves the state that stays in the physical CPU"
)]

use alloc::boxed::Box;
use core::arch::asm;
use core::arch::x86_64::__cpuid;

use zerocopy::FromZeros;

use super::controls;
use super::controls::Phase;
use super::decode;
use super::permission_maps::IoMap;
use super::permission_maps::MsrMap;
use super::registers::SVME;
use super::switch;
use super::switch::GuestRegisters;
use super::vmcb::Vmcb;
use crate::cpu::paging;
use crate::guest::msr::INTERCEPTED;
use crate::virt::Exit;
use crate::virt::Injection;
use crate::virt::Intercepts;
use crate::virt::Register;
use crate::virt::RegisterFile;
use crate::virt::StartState;
use crate::virt::Vcpu;

/// RFLAGS.TF
const TRAP: u64 = 1 << 8;
/// RFLAGS.RF
const RESUME: u64 = 1 << 16;
/// V_INTR_MASKING
const HOST_MASKS_INTERRUPTS: u64 = 1 << 24;
/// DR7 with nothing enabled.
const DR7_IDLE: u64 = 0x400;
/// DR6 with nothing hit.
const DR6_IDLE: u64 = 0xffff_0ff0;
/// The enable bits of DR7.
const DR7_ENABLES: u64 = 0xff;
/// XCR0: x87, SSE and AVX, the states that are captured.
const CAPTURED_STATES: u64 = 7;

/// An XSAVE area for x87, SSE and AVX in the standard format.
#[repr(C, align(64))]
pub(super) struct ExtendedArea(pub(super) [u8; 1024]);

/// Guest state that stays in the physical CPU across exits; valid between `capture` and `release`.
pub(super) struct Live {
    pub(super) cr8: u64,
    pub(super) xcr0: u64,
    pub(super) extended: ExtendedArea,
    captured: bool,
}

/// A virtual CPU under SVM.
#[expect(
    missing_debug_implementations,
    reason = "its registers are shown by name, through `RegisterFile`"
)]
pub struct SvmVcpu {
    pub(super) vmcb: Box<Vmcb>,
    pub(super) registers: Box<GuestRegisters>,
    pub(super) live: Box<Live>,
    /// The guest's DR0 to DR3: live in the CPU unless `effective_debug` replaces them or captured.
    pub(super) guest_debug: [u64; 4],
    pub(super) guest_dr6: u64,
    pub(super) guest_dr7: u64,
    effective_debug: Option<([u64; 4], u64)>,
    pub(super) stepping: bool,
    pub(super) guest_trap: bool,
    in_nmi: bool,
    wanted: (u32, bool, bool, bool, bool),
    io_map: Box<IoMap>,
    _msr_map: Box<MsrMap>,
    host_vmcb: u64,
    xsave: bool,
}

impl SvmVcpu {
    pub(super) fn new(nested_root: u64, host_vmcb: u64) -> Option<Box<Self>> {
        let mut msr_map = Box::new(MsrMap::new());
        for entry in INTERCEPTED {
            msr_map.set(entry.msr, entry.read, entry.write);
        }
        let io_map = Box::new(IoMap::new());
        let mut vmcb = Vmcb::new_box_zeroed().ok()?;
        vmcb.control.iopm_base = paging::physical_of(&raw const *io_map);
        vmcb.control.msrpm_base = paging::physical_of(&raw const *msr_map);
        vmcb.control.asid = 1;
        vmcb.control.tlb_control = 1;
        vmcb.control.nested_control = 1;
        vmcb.control.nested_cr3 = nested_root;
        vmcb.save.g_pat = 0x0007_0406_0007_0406;
        vmcb.save.efer = SVME;
        let mut vcpu = Box::new(Self {
            vmcb,
            registers: Box::new(GuestRegisters::new()),
            live: Box::new(Live {
                cr8: 0,
                xcr0: 1,
                extended: ExtendedArea([0; 1024]),
                captured: false,
            }),
            guest_debug: [0; 4],
            guest_dr6: 0xffff_0ff0,
            guest_dr7: DR7_IDLE,
            effective_debug: None,
            stepping: false,
            guest_trap: false,
            in_nmi: false,
            wanted: (0, false, false, false, false),
            io_map,
            _msr_map: msr_map,
            host_vmcb,
            xsave: __cpuid(1).ecx & 1 << 26 != 0,
        });
        vcpu.start(&StartState::StartUp { vector: 0 });
        vcpu.apply_controls();
        Some(vcpu)
    }

    /// One VMRUN that fails its consistency checks (address space 0 is the host's) and so runs nothing. QEMU
    /// sets the time stamp counter anew at a CPU's first exit: better now than under a guest that measures.
    pub(super) fn rehearse(&mut self) {
        let asid = core::mem::replace(&mut self.vmcb.control.asid, 0);
        self.run();
        self.vmcb.control.asid = asid;
        self.flush();
    }

    fn apply_controls(&mut self) {
        let (exceptions, software_interrupts, debug_registers, halt, hypercall) = self.wanted;
        let wanted = Intercepts {
            exceptions,
            software_interrupts,
            debug_registers,
            halt,
            hypercall,
            ..Intercepts::default()
        };
        let words = controls::words(
            &wanted,
            Phase {
                stepping: self.stepping,
                in_nmi: self.in_nmi,
            },
        );
        let control = &mut self.vmcb.control;
        control.cr = words.cr;
        control.dr = words.dr;
        control.exceptions = words.exceptions;
        control.misc1 = words.misc1.bits();
        control.misc2 = words.misc2.bits();
        control.clean = 0;
    }

    /// Loads the debug registers for the guest. DR7 too: QEMU arms breakpoints when the host writes it, and
    /// hardware takes it from the VMCB.
    fn load_debug_registers(&self, registers: &[u64; 4], dr7: u64) {
        let [d0, d1, d2, d3] = *registers;
        // SAFETY: the addresses are the guest's; DR7 is idle again before the hypervisor runs on.
        unsafe {
            asm!("mov dr7, {i}", "mov dr0, {a}", "mov dr1, {b}", "mov dr2, {c}", "mov dr3, {d}", "mov dr7, {e}",
                i = in(reg) DR7_IDLE, a = in(reg) d0, b = in(reg) d1, c = in(reg) d2, d = in(reg) d3,
                e = in(reg) dr7, options(nostack, nomem, preserves_flags));
        }
    }

    fn capture_debug_registers(&mut self) {
        let (a, b, c, d): (u64, u64, u64, u64);
        // SAFETY: reading debug registers has no side effect.
        unsafe {
            asm!("mov {a}, dr0", "mov {b}, dr1", "mov {c}, dr2", "mov {d}, dr3",
                a = out(reg) a, b = out(reg) b, c = out(reg) c, d = out(reg) d,
                options(nostack, nomem, preserves_flags));
        }
        self.guest_debug = [a, b, c, d];
    }
}

impl Vcpu for SvmVcpu {
    fn run(&mut self) -> Exit {
        let dr7 = match &self.effective_debug {
            Some((registers, dr7)) => {
                self.vmcb.save.dr7 = *dr7;
                self.vmcb.save.dr6 = DR6_IDLE;
                self.load_debug_registers(registers, *dr7);
                *dr7
            }
            None => {
                self.vmcb.save.dr7 = self.guest_dr7;
                self.vmcb.save.dr6 = if self.stepping { DR6_IDLE } else { self.guest_dr6 };
                if self.guest_dr7 & DR7_ENABLES != 0 {
                    let dr7 = self.guest_dr7;
                    // SAFETY: idle again below, before the hypervisor runs on.
                    unsafe { asm!("mov dr7, {}", in(reg) dr7, options(nostack, nomem, preserves_flags)) };
                }
                self.guest_dr7
            }
        };
        // SAFETY: interrupts are held back since `enable`; all three belong to this virtual CPU, which only
        // the physical CPU that made it runs.
        unsafe {
            switch::enter(
                paging::physical_of(&raw const *self.vmcb),
                &raw mut *self.registers,
                self.host_vmcb,
            );
        }
        if dr7 & DR7_ENABLES != 0 || self.vmcb.save.dr7 & DR7_ENABLES != 0 {
            // SAFETY: disarms what was armed for the guest.
            unsafe { asm!("mov dr7, {}", in(reg) DR7_IDLE, options(nostack, nomem, preserves_flags)) };
        }
        if self.effective_debug.is_none() && !self.stepping {
            self.guest_dr7 = self.vmcb.save.dr7;
            self.guest_dr6 = self.vmcb.save.dr6;
        }
        let control = &mut self.vmcb.control;
        control.tlb_control = 0;
        control.event_injection =
            decode::interrupted_delivery(control.exit_interrupt_info).map_or(0, decode::encode_injection);
        decode::decode(control, self.vmcb.save.rip)
    }

    fn skip(&mut self, length: u64) {
        let save = &mut self.vmcb.save;
        save.rip = save.rip.wrapping_add(length);
        if save.segments[1].attributes & 0x200 == 0 || save.efer & 0x400 == 0 {
            save.rip &= 0xffff_ffff;
        }
        save.rflags &= !RESUME;
        self.vmcb.control.interrupt_shadow = 0;
    }

    fn inject(&mut self, event: Injection) {
        self.vmcb.control.event_injection = decode::encode_injection(event);
    }

    fn pending(&self) -> Option<Injection> {
        decode::decode_injection(self.vmcb.control.event_injection)
    }

    fn cancel_injection(&mut self) {
        self.vmcb.control.event_injection = 0;
    }

    fn set_intercepts(&mut self, wanted: &Intercepts<'_>) {
        self.wanted = (
            wanted.exceptions,
            wanted.software_interrupts,
            wanted.debug_registers,
            wanted.halt,
            wanted.hypercall,
        );
        if wanted.all_ports {
            self.io_map.set_all();
        } else {
            self.io_map.clear();
            for &port in wanted.ports {
                self.io_map.set(port);
            }
        }
        self.apply_controls();
    }

    fn set_nested_root(&mut self, root: u64) {
        self.vmcb.control.nested_cr3 = root;
        self.flush();
    }

    fn flush(&mut self) {
        self.vmcb.control.tlb_control = 1;
    }

    fn start(&mut self, state: &StartState) {
        self.stepping = false;
        self.guest_trap = false;
        self.in_nmi = false;
        self.effective_debug = None;
        // Values that are set together pass through combinations that `set` refuses: go around it.
        self.vmcb.save.efer = SVME;
        self.vmcb.save.cr0 = 0;
        self.vmcb.save.cr4 = 0;
        self.vmcb.control.event_injection = 0;
        self.vmcb.control.interrupt_shadow = 0;
        self.vmcb.control.interrupt_control = 0;
        state.apply(|register, value| match register {
            Register::Efer => self.vmcb.save.efer = value | SVME,
            Register::Cr0 => self.vmcb.save.cr0 = value,
            Register::Cr4 => self.vmcb.save.cr4 = value,
            // The tables' values are within every register's bounds.
            _ => drop(self.set(register, value)),
        });
        self.vmcb.save.cpl = 0;
        *self.registers = GuestRegisters {
            general: self.registers.general,
            ..GuestRegisters::new()
        };
        self.load_debug_registers(&[0; 4], DR7_IDLE);
        self.flush();
        self.apply_controls();
    }

    fn capture(&mut self) {
        if self.live.captured {
            return;
        }
        self.live.captured = true;
        let cr8: u64;
        // SAFETY: reading CR8 has no side effect.
        unsafe { asm!("mov {}, cr8", out(reg) cr8, options(nostack, nomem, preserves_flags)) };
        self.live.cr8 = cr8;
        let area = self.live.extended.0.as_mut_ptr();
        // SAFETY: the area is aligned and larger than x87, SSE and AVX need; CR4.OSXSAVE is set in the host
        // wherever the CPU has XSAVE.
        unsafe {
            if self.xsave {
                let (low, high): (u32, u32);
                asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") high, options(nostack, nomem));
                self.live.xcr0 = u64::from(high) << 32 | u64::from(low);
                asm!("xsave64 [{}]", in(reg) area, in("eax") CAPTURED_STATES as u32, in("edx") 0,
                    options(nostack));
            } else {
                asm!("fxsave64 [{}]", in(reg) area, options(nostack));
            }
        }
        // The hypervisor's own code uses XMM and MXCSR: the guest's were saved by the world switch.
        let (mxcsr, xmm) = (self.registers.mxcsr, self.registers.xmm);
        if let Some(place) = self.live.extended.0.get_mut(24..28) {
            place.copy_from_slice(&mxcsr.to_le_bytes());
        }
        if let Some(place) = self.live.extended.0.get_mut(160..416) {
            for (slot, value) in place.chunks_exact_mut(16).zip(xmm) {
                slot.copy_from_slice(&value.to_le_bytes());
            }
        }
        // Present in the area whatever XSAVE thought of their being in their initial state; a state that is
        // not enabled must not be.
        let present = 3 & self.live.xcr0 as u8;
        if let Some(header) = self.live.extended.0.get_mut(512) {
            *header |= present;
        }
        if self.effective_debug.is_none() {
            self.capture_debug_registers();
        }
    }

    fn release(&mut self) {
        if !self.live.captured {
            return;
        }
        self.live.captured = false;
        let area = self.live.extended.0.as_ptr();
        let cr8 = self.live.cr8;
        if let Some(bytes) = self.live.extended.0.get(24..28) {
            self.registers.mxcsr = u32::from_le_bytes(bytes.try_into().unwrap_or_default()) & 0xffff;
        }
        if let Some(bytes) = self.live.extended.0.get(160..416) {
            for (slot, bytes) in self.registers.xmm.iter_mut().zip(bytes.chunks_exact(16)) {
                *slot = u128::from_le_bytes(bytes.try_into().unwrap_or_default());
            }
        }
        // The world switch loads the guest's MXCSR; a reserved bit in the area would fault here.
        if let Some(place) = self.live.extended.0.get_mut(24..28) {
            place.copy_from_slice(&0x1f80u32.to_le_bytes());
        }
        // SAFETY: the area was filled by `capture` and edited only in its register slots; XRSTOR takes the
        // states that are enabled in XCR0, which is as it was.
        unsafe {
            if self.xsave {
                asm!("xrstor64 [{}]", in(reg) area, in("eax") CAPTURED_STATES as u32, in("edx") 0,
                    options(nostack));
            } else {
                asm!("fxrstor64 [{}]", in(reg) area, options(nostack));
            }
            asm!("mov cr8, {}", in(reg) cr8, options(nostack, nomem, preserves_flags));
        }
        if self.effective_debug.is_none() {
            self.load_debug_registers(&self.guest_debug, DR7_IDLE);
        }
    }

    fn set_single_step(&mut self, on: bool) {
        if self.stepping == on {
            return;
        }
        if on {
            let cr8: u64;
            // SAFETY: reading CR8 has no side effect.
            unsafe { asm!("mov {}, cr8", out(reg) cr8, options(nostack, nomem, preserves_flags)) };
            self.guest_trap = self.vmcb.save.rflags & TRAP != 0;
            self.vmcb.save.rflags |= TRAP;
            self.vmcb.control.interrupt_control = HOST_MASKS_INTERRUPTS | cr8;
        } else {
            let cr8 = self.vmcb.control.interrupt_control & 0xf;
            self.vmcb.save.rflags = self.vmcb.save.rflags & !TRAP | u64::from(self.guest_trap) << 8;
            self.vmcb.control.interrupt_control = 0;
            // SAFETY: the guest owns the task priority.
            unsafe { asm!("mov cr8, {}", in(reg) cr8, options(nostack, nomem, preserves_flags)) };
        }
        self.stepping = on;
        self.apply_controls();
    }

    fn adopt_trap_flag(&mut self) {
        if self.stepping {
            self.guest_trap = self.vmcb.save.rflags & TRAP != 0;
        }
    }

    fn guest_trap_flag(&self) -> bool {
        if self.stepping {
            self.guest_trap
        } else {
            self.vmcb.save.rflags & TRAP != 0
        }
    }

    fn set_debug_registers(&mut self, effective: Option<([u64; 4], u64)>) {
        match (self.effective_debug.is_some(), effective.is_some()) {
            (false, true) if !self.live.captured => self.capture_debug_registers(),
            (true, false) => self.load_debug_registers(&self.guest_debug, DR7_IDLE),
            _ => {}
        }
        self.effective_debug = effective;
    }

    fn hardware_dr6(&self) -> u64 {
        self.vmcb.save.dr6
    }

    fn system_call_registers(&self) -> [u64; 4] {
        let save = &self.vmcb.save;
        [save.star, save.lstar, save.cstar, save.sfmask]
    }

    fn privilege(&self) -> u8 {
        (self.vmcb.save.segments[2].attributes >> 5 & 3) as u8
    }

    fn set_in_nmi(&mut self, on: bool) {
        self.in_nmi = on;
        self.apply_controls();
    }

    fn in_nmi(&self) -> bool {
        self.in_nmi
    }

    fn set_resume_flag(&mut self) {
        self.vmcb.save.rflags |= RESUME;
    }
}

/// Makes XSAVE usable on this CPU for `capture`, where the CPU has it.
pub(super) fn prepare_host() {
    if __cpuid(1).ecx & 1 << 26 != 0 {
        let cr4: u64;
        // SAFETY: OSXSAVE makes XSAVE, XGETBV and XSETBV available and changes nothing else.
        unsafe {
            asm!("mov {}, cr4", out(reg) cr4, options(nostack, nomem, preserves_flags));
            asm!("mov cr4, {}", in(reg) cr4 | 1 << 18, options(nostack, nomem, preserves_flags));
        }
    }
}
