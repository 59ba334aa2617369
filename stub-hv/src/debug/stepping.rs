//! Single steps of one CPU: the user's, and the hypervisor's own over a software breakpoint.
//!
//! The trap flag does most of it. Around it stands what the trap flag alone gets wrong: an exception or
//! interrupt gate would push it (so exceptions and INT n are taken, delivered without it, and the step ends
//! at the handler's first instruction), SYSCALL would clear it (carried out in software), PUSHF would store
//! it, HLT would wait (see `exits`). External interrupts are held back while it is set.
//!
//! A breakpoint at the stepped instruction stays for the other CPUs: this one runs on nested tables in
//! which the page shows what is under the breakpoints.

use super::hits;
use super::state;
use super::stop::StopReason;
use super::world::Resume;
use super::world::kick;
use super::world::take_kicks;
use crate::cpu::PerCpu;
use crate::cpu::paging;
use crate::guest::emulate::flow;
use crate::guest::emulate::flow::Flow;
use crate::guest::emulate::syscall;
use crate::guest::emulate::syscall::SyscallMsrs;
use crate::guest::exits::Outcome;
use crate::guest::exits::fetch;
use crate::guest::space;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::host::Physical;
use crate::memory::nested::Frame;
use crate::memory::nested::Overlay;
use crate::memory::nested::Permissions;
use crate::virt::Register;
use crate::virt::Vcpu;

/// What a step is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Purpose {
    /// None is under way.
    #[default]
    None,
    /// The user's: stops when it is done.
    User,
    /// The hypervisor's own: the guest runs on when it is done.
    Internal,
}

/// How the step under way ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    /// With the trap flag's #DB, or with the emulation of the instruction.
    #[default]
    Trap,
    /// With the delivery of an event, told by an NMI of our own that comes right after it.
    Delivery,
}

/// The page an overlay shows in place of one with breakpoints.
#[derive(Debug)]
struct Shown {
    overlay: Overlay,
    frame: u64,
    page: Option<u64>,
}

/// A CPU's stepping.
#[derive(Debug, Default)]
pub struct Stepper {
    purpose: Purpose,
    end: End,
    shown: Option<Shown>,
    /// The instruction loads the guest's own trap flag (POPF, IRET).
    loads_flags: bool,
    /// The instruction loads RFLAGS from R11 (SYSRET), which holds this trap flag for the guest.
    flag_in_r11: Option<bool>,
    /// The trap behind the instruction has come.
    trapped: bool,
    /// The guest itself had set the trap flag before the step.
    guest_steps: bool,
}

/// R11
const R11: Register = Register::General(11);
/// RFLAGS.TF
const TRAP: u64 = 1 << 8;

/// Sets a register to a value it can hold.
fn set<V: Vcpu>(vcpu: &mut V, register: Register, value: u64) {
    let _ = vcpu.set(register, value);
}

impl Stepper {
    /// Prepares what the CPU was told to do. `Some`: the step is done already, without the guest running.
    pub fn before_entry<V: Vcpu>(&mut self, cpu: &'static PerCpu, vcpu: &mut V) -> Option<StopReason> {
        if self.purpose != Purpose::None {
            return None;
        }
        match cpu.state.resume() {
            Resume::Continue | Resume::Stay => None,
            Resume::Step | Resume::StepRange(..) if vcpu.pending().is_some() => {
                // An event waits to be delivered: that is the step, up to its handler's first instruction.
                self.purpose = Purpose::User;
                self.end = End::Delivery;
                kick(cpu);
                None
            }
            Resume::Step | Resume::StepRange(..) => {
                self.begin(vcpu, Purpose::User);
                if self.system_call(vcpu) {
                    return self.done(cpu, vcpu);
                }
                None
            }
        }
    }

    /// Steps over the instruction at RIP, with what is under a breakpoint there, and lets the guest run on.
    pub fn over_instruction<V: Vcpu>(&mut self, vcpu: &mut V) {
        if self.purpose == Purpose::None {
            self.begin(vcpu, Purpose::Internal);
        } else {
            self.show_original(vcpu);
        }
    }

    /// Whether a step is under way.
    pub fn is_active(&self) -> bool {
        self.purpose != Purpose::None
    }

    /// Whether the CPU runs on a page without breakpoints.
    pub fn shows_original(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.page.is_some())
    }

    /// Whether the trap that ends the step is the guest's too.
    pub fn guest_steps(&self) -> bool {
        self.guest_steps
    }

    /// The trap behind the instruction has come.
    pub fn set_trapped(&mut self) {
        self.trapped = true;
    }

    /// The flag goes; the step is not yet accounted for.
    pub fn end_trap<V: Vcpu>(&mut self, vcpu: &mut V) {
        if self.loads_flags {
            vcpu.adopt_trap_flag();
        }
        if let Some(flag) = self.flag_in_r11.take() {
            // The guest's flag is the one R11 held, in R11 as in RFLAGS where the instruction was executed.
            let flags = vcpu.get(Register::Rflags) & !TRAP | u64::from(flag) << 8;
            set(vcpu, R11, vcpu.get(R11) & !TRAP | u64::from(flag) << 8);
            if self.trapped {
                set(vcpu, Register::Rflags, flags);
            }
        }
        vcpu.set_single_step(false);
    }

    fn begin<V: Vcpu>(&mut self, vcpu: &mut V, purpose: Purpose) {
        self.purpose = purpose;
        self.end = End::Trap;
        self.guest_steps = vcpu.guest_trap_flag();
        let flow = fetch(vcpu, |_, code| flow::classify(code));
        self.loads_flags = flow == Some(Ok(Flow::PopsFlags));
        self.flag_in_r11 = None;
        self.trapped = false;
        if flow == Some(Ok(Flow::Sysret)) {
            // The trap comes by the flag that the instruction loads.
            let r11 = vcpu.get(R11);
            self.flag_in_r11 = Some(r11 & TRAP != 0);
            set(vcpu, R11, r11 | TRAP);
        }
        self.show_original(vcpu);
        if state::watches().lock().executes(hits::instruction_linear(vcpu)) {
            // The debugger's breakpoint on the instruction has had its say.
            vcpu.set_resume_flag();
        }
        vcpu.set_single_step(true);
    }

    /// Puts the CPU on an overlay if there is a breakpoint at RIP.
    fn show_original<V: Vcpu>(&mut self, vcpu: &mut V) {
        let Some(at) = hits::instruction_physical(vcpu) else {
            return;
        };
        let breakpoints = state::breakpoints().lock();
        if breakpoints.patches.original(at).is_none() {
            return;
        }
        let page = at.0 & !0xfff;
        let Some(mut tree) = space::tree() else { return };
        if self.shown.is_none() {
            let (Ok(overlay), Some(frame)) = (tree.new_overlay(), paging::allocate_frame()) else {
                return;
            };
            self.shown = Some(Shown {
                overlay,
                frame,
                page: None,
            });
        }
        let Some(shown) = &mut self.shown else { return };
        let mut bytes = [0; 4096];
        if Physical.read(GuestPhysical(page), &mut bytes).is_err() {
            return;
        }
        for (offset, original) in breakpoints.patches.in_page(GuestPhysical(page)) {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte = original;
            }
        }
        paging::fill_frame(shown.frame, &bytes);
        let permissions = Permissions::READ | Permissions::EXECUTE;
        if tree
            .overlay(
                &mut shown.overlay,
                GuestPhysical(page),
                Frame(shown.frame),
                permissions,
            )
            .is_ok()
        {
            shown.page = Some(page);
            vcpu.set_nested_root(shown.overlay.root().0);
        }
    }

    /// A write of the stepped instruction to the page that is shown as a read-only copy: the CPU goes back to
    /// the real page, with the breakpoint at RIP taken out of it for this one instruction. `false`: the
    /// fault is about something else.
    pub fn page_fault<V: Vcpu>(&mut self, vcpu: &mut V, address: u64) -> bool {
        let Some(shown) = &mut self.shown else {
            return false;
        };
        if shown.page != Some(address & !0xfff) {
            return false;
        }
        shown.page = None;
        if let Some(tree) = space::tree() {
            vcpu.set_nested_root(tree.root().0);
        }
        // The instruction writes to its own page, which is rare enough for going the long way: it is
        // carried out in software if it can be, else it meets its breakpoint again and the user is told.
        hits::emulate_simple(vcpu)
    }

    /// Carries out SYSCALL in software: SFMASK would clear the trap flag.
    fn system_call<V: Vcpu>(&mut self, vcpu: &mut V) -> bool {
        let is_call = fetch(vcpu, |_, code| flow::classify(code) == Ok(Flow::Syscall));
        if is_call != Some(true) {
            return false;
        }
        let [star, lstar, cstar, sfmask] = vcpu.system_call_registers();
        fetch(vcpu, |vcpu, code| {
            syscall::syscall(
                code,
                vcpu,
                &SyscallMsrs {
                    star,
                    lstar,
                    cstar,
                    sfmask,
                },
            )
            .is_ok()
        }) == Some(true)
    }

    /// The exit's event is about to be delivered while stepping: the trap flag must not go with it, and
    /// the step ends behind the delivery.
    pub fn delivers<V: Vcpu>(&mut self, vcpu: &mut V) {
        if self.purpose == Purpose::None {
            return;
        }
        vcpu.set_single_step(false);
        self.end = End::Delivery;
    }

    /// What an exit's outcome means for the step.
    pub fn after_exit<V: Vcpu>(&mut self, cpu: &'static PerCpu, vcpu: &mut V, outcome: Outcome) -> Outcome {
        if self.purpose == Purpose::None {
            return outcome;
        }
        match outcome {
            Outcome::Emulated => match self.done(cpu, vcpu) {
                Some(reason) => Outcome::Stop(reason),
                None => Outcome::Emulated,
            },
            Outcome::Stop(_) | Outcome::EmulatedStop(_) => {
                self.abandon(vcpu);
                outcome
            }
            Outcome::Retry => {
                if vcpu.pending().is_some() && self.end == End::Trap {
                    self.delivers(vcpu);
                }
                if self.end == End::Delivery {
                    // Pending while interrupts are held back here, it exits as soon as the event is delivered.
                    kick(cpu);
                }
                outcome
            }
        }
    }

    /// An NMI has ended a run: if it is the one behind a delivery, the step is done.
    pub fn after_delivery<V: Vcpu>(&mut self, cpu: &'static PerCpu, vcpu: &mut V) -> Option<StopReason> {
        if self.purpose == Purpose::None || self.end != End::Delivery || vcpu.pending().is_some() {
            return None;
        }
        take_kicks(cpu);
        self.done(cpu, vcpu)
    }

    /// Ends the step without its being done.
    pub fn abandon<V: Vcpu>(&mut self, vcpu: &mut V) {
        self.purpose = Purpose::None;
        self.end_trap(vcpu);
        if let Some(shown) = &mut self.shown
            && shown.page.take().is_some()
            && let Some(tree) = space::tree()
        {
            vcpu.set_nested_root(tree.root().0);
        }
    }

    /// The step is over: back to running freely, on for the rest of a range, or a stop.
    fn done<V: Vcpu>(&mut self, cpu: &'static PerCpu, vcpu: &mut V) -> Option<StopReason> {
        let purpose = self.purpose;
        self.abandon(vcpu);
        if purpose != Purpose::User {
            return None;
        }
        let rip = vcpu.get(Register::Rip);
        if let Resume::StepRange(start, end) = cpu.state.resume()
            && (start..end).contains(&rip)
            && !cpu.state.stop_wanted()
        {
            // On to the next instruction of the range, unless a breakpoint of the user's is there.
            return hits::breakpoint_at(vcpu).then_some(StopReason::SoftwareBreakpoint);
        }
        Some(StopReason::Step)
    }
}
