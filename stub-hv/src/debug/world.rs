//! Stopping and resuming the world: one CPU owns the stop, all others park in the hypervisor.
//!
//! A CPU that wants to stop the guest becomes the owner, raises the stop flag of every other CPU and sends
//! each an NMI. A CPU that sees its flag captures its guest's state and waits, halted, for the next NMI. The
//! owner then has every virtual CPU to itself; [`Stopped`] is the proof of that. Resuming lowers the flags of the CPUs that
//! are to run and wakes them with another NMI; a CPU whose flag stays up stays parked.
#![expect(unsafe_code, reason = "hands out what the stop protocol makes exclusive")]

use core::cell::UnsafeCell;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::AtomicU8;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering;

use super::stop::StopReason;
use crate::cpu::PerCpu;
use crate::cpu::apic;
use crate::cpu::exceptions;
use crate::cpu::percpu;
use crate::cpu::timer;
use crate::virt::Vcpu;

/// How a CPU goes on when the world resumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// Runs freely.
    #[default]
    Continue,
    /// Runs one instruction and stops.
    Step,
    /// Steps while RIP is at or above the first address and below the second.
    StepRange(u64, u64),
    /// Stays where it is.
    Stay,
}

/// A virtual CPU's activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Activity {
    /// Executes guest code.
    Running,
    /// Waits for a start-up IPI.
    WaitForStartUp,
    /// Took a triple fault or another end it cannot run on from.
    Shutdown,
}

const NO_KICK: u8 = 0;
/// It is about to be sent.
const KICK_ANNOUNCED: u8 = 1;
/// It has been sent: it is pending, or has been taken.
const KICK_SENT: u8 = 2;

const STARTUP_PENDING: u32 = 1 << 8;
/// No instruction is at an odd non-canonical address.
const NO_PASS: u64 = 1 << 62 | 1;

/// What the CPUs ask of each other, and what each is doing. All fields may be touched from any CPU, except
/// those the methods say are the owner's.
#[derive(Debug)]
pub struct CpuState {
    /// Park at the next opportunity.
    stop: AtomicBool,
    /// Where an NMI that a CPU of the hypervisor sends is: [`NO_KICK`], [`KICK_ANNOUNCED`], [`KICK_SENT`].
    kick: AtomicU8,
    /// An NMI was sent once more, without a mark, because the CPU did not park.
    resent: AtomicBool,
    parked: AtomicBool,
    activity: AtomicU8,
    init: AtomicBool,
    startup: AtomicU32,
    /// NMIs for the guest that came while it could not take them.
    guest_nmis: AtomicU32,
    /// RIP of an instruction that an event has stopped at, and that the events are not to be asked about again.
    event_pass: AtomicU64,
    /// That instruction is to be left out.
    pass_skips: AtomicBool,
    vcpu: UnsafeCell<Option<*mut dyn Vcpu>>,
    resume: UnsafeCell<Resume>,
    pending: UnsafeCell<Option<StopReason>>,
}

// SAFETY: the cells are touched by their own CPU while it is not parked, and by the owner while it is.
unsafe impl Sync for CpuState {}

impl CpuState {
    /// The state of a CPU that has not started its guest.
    pub const fn new() -> Self {
        Self {
            stop: AtomicBool::new(false),
            kick: AtomicU8::new(NO_KICK),
            resent: AtomicBool::new(false),
            parked: AtomicBool::new(false),
            activity: AtomicU8::new(Activity::WaitForStartUp as u8),
            init: AtomicBool::new(false),
            startup: AtomicU32::new(0),
            guest_nmis: AtomicU32::new(0),
            event_pass: AtomicU64::new(NO_PASS),
            pass_skips: AtomicBool::new(false),
            vcpu: UnsafeCell::new(None),
            resume: UnsafeCell::new(Resume::Continue),
            pending: UnsafeCell::new(None),
        }
    }

    /// Makes the virtual CPU known to the debug session. Called once, by the CPU itself, before it parks or
    /// runs.
    pub fn publish(&self, vcpu: *mut dyn Vcpu) {
        // SAFETY: nothing reads the cell before the CPU parks for the first time.
        unsafe { *self.vcpu.get() = Some(vcpu) };
    }

    /// What the virtual CPU does.
    pub fn activity(&self) -> Activity {
        match self.activity.load(Ordering::Acquire) {
            0 => Activity::Running,
            1 => Activity::WaitForStartUp,
            _ => Activity::Shutdown,
        }
    }

    /// Says what the virtual CPU does from now on.
    pub fn set_activity(&self, activity: Activity) {
        self.activity.store(activity as u8, Ordering::Release);
    }

    /// Whether the CPU is to park.
    pub fn stop_wanted(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Says that the CPU has parked, its guest's state captured, or that it goes on.
    pub fn set_parked(&self, parked: bool) {
        self.parked.store(parked, Ordering::Release);
    }

    /// Whether the CPU has parked.
    pub fn is_parked(&self) -> bool {
        self.parked.load(Ordering::Acquire)
    }

    /// Takes the mark of an NMI that a CPU of the hypervisor sent. That NMI has been taken, or is pending: it is
    /// the hypervisor's in either case.
    fn take_kick(&self) -> bool {
        loop {
            match self.kick.load(Ordering::Acquire) {
                NO_KICK => return false,
                // The sender does nothing in between but send it.
                KICK_ANNOUNCED => core::hint::spin_loop(),
                _ => {
                    self.kick.store(NO_KICK, Ordering::Release);
                    return true;
                }
            }
        }
    }

    /// Takes every mark there is, and with `take_nmi` the NMIs they stand for. Whether there was one.
    ///
    /// An NMI may have come for another reason just before the mark went up. Were the mark taken for that one, the
    /// one it stands for would look like the guest's.
    fn take_kicks(&self, take_nmi: impl Fn()) -> bool {
        let mut any = false;
        while self.take_kick() {
            any = true;
            take_nmi();
        }
        any
    }

    /// Takes the sign of an NMI without a mark that was sent because the CPU did not park.
    pub fn take_resent(&self) -> bool {
        self.resent.load(Ordering::Relaxed) && self.resent.swap(false, Ordering::AcqRel)
    }

    /// Asks for an INIT of the virtual CPU. A start-up IPI from before it counts no more; one that follows is
    /// kept, even if the CPU has not got round to the INIT by then.
    pub fn request_init(&self) {
        self.startup.store(0, Ordering::Relaxed);
        self.init.store(true, Ordering::Release);
    }

    /// Takes the request for an INIT.
    pub fn take_init(&self) -> bool {
        self.init.load(Ordering::Relaxed) && self.init.swap(false, Ordering::AcqRel)
    }

    /// Delivers a start-up IPI.
    pub fn request_startup(&self, vector: u8) {
        self.startup
            .store(STARTUP_PENDING | u32::from(vector), Ordering::Release);
    }

    /// Takes the vector of a start-up IPI.
    pub fn take_startup(&self) -> Option<u8> {
        let value = self.startup.swap(0, Ordering::AcqRel);
        (value & STARTUP_PENDING != 0).then_some(value as u8)
    }

    /// Whether an INIT or a start-up IPI waits.
    pub fn has_requests(&self) -> bool {
        self.init.load(Ordering::Acquire) || self.startup.load(Ordering::Acquire) & STARTUP_PENDING != 0
    }

    /// Lets the instruction at `rip` pass once without asking the events: it is left out if it `skips`, else carried
    /// out. For the CPU itself.
    pub fn set_event_pass(&self, rip: u64, skips: bool) {
        self.event_pass.store(rip, Ordering::Relaxed);
        self.pass_skips.store(skips, Ordering::Relaxed);
    }

    /// Takes the pass of the instruction at `rip`, and whether it is left out. That of another instruction stays: the
    /// guest has taken an interrupt first. For the CPU itself.
    pub fn take_event_pass(&self, rip: u64) -> Option<bool> {
        if self.event_pass.load(Ordering::Relaxed) != rip {
            return None;
        }
        self.event_pass.store(NO_PASS, Ordering::Relaxed);
        Some(self.pass_skips.load(Ordering::Relaxed))
    }

    /// Forgets the pass, unless it is that of the instruction at `rip`. For the CPU itself, or the owner of a stop.
    pub fn keep_event_pass(&self, rip: Option<u64>) {
        if rip != Some(self.event_pass.load(Ordering::Relaxed)) {
            self.event_pass.store(NO_PASS, Ordering::Relaxed);
        }
    }

    /// Changes whether the instruction at `rip` is left out when it passes; `false` if it has no pass. For the owner of
    /// a stop.
    pub fn set_pass_skips(&self, rip: u64, skips: bool) -> bool {
        let passes = self.event_pass.load(Ordering::Relaxed) == rip;
        if passes {
            self.pass_skips.store(skips, Ordering::Relaxed);
        }
        passes
    }

    /// Keeps an NMI for the guest.
    pub fn hold_guest_nmi(&self) {
        self.guest_nmis.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether an NMI is kept for the guest.
    pub fn has_guest_nmi(&self) -> bool {
        self.guest_nmis.load(Ordering::Relaxed) != 0
    }

    /// Takes one NMI that was kept. Several become one, as in hardware, which holds one pending.
    pub fn take_guest_nmi(&self) -> bool {
        self.guest_nmis.load(Ordering::Relaxed) != 0 && self.guest_nmis.swap(0, Ordering::Relaxed) != 0
    }

    /// Keeps a stop that another CPU's stop forestalled. For the CPU itself, not parked.
    pub fn set_pending(&self, reason: StopReason) {
        // SAFETY: only this CPU touches the cell while it is not parked.
        unsafe { *self.pending.get() = Some(reason) };
    }

    /// Takes the stop that was kept. For the CPU itself, not parked.
    pub fn take_pending(&self) -> Option<StopReason> {
        // SAFETY: only this CPU touches the cell while it is not parked.
        unsafe { (*self.pending.get()).take() }
    }

    /// How the CPU is to go on. For the CPU itself, not parked.
    pub fn resume(&self) -> Resume {
        // SAFETY: the owner writes it only while this CPU is parked.
        unsafe { *self.resume.get() }
    }
}

impl Default for CpuState {
    fn default() -> Self {
        Self::new()
    }
}

const NOBODY: usize = usize::MAX;
static OWNER: AtomicUsize = AtomicUsize::new(NOBODY);

/// Interrupts a CPU of the hypervisor, whatever it does.
pub fn kick(cpu: &PerCpu) {
    // One NMI for each time the mark goes up: a second would be taken for the guest's.
    let kick = &cpu.state.kick;
    if kick
        .compare_exchange(NO_KICK, KICK_ANNOUNCED, Ordering::AcqRel, Ordering::Relaxed)
        .is_ok()
    {
        apic::send_nmi(cpu.apic_id);
        kick.store(KICK_SENT, Ordering::Release);
    }
}

/// Takes every mark of an NMI that a CPU of the hypervisor sent to `cpu`, this CPU, and the NMIs. Whether there was one.
pub fn take_kicks(cpu: &PerCpu) -> bool {
    cpu.state.take_kicks(exceptions::take_pending_nmi)
}

/// Whether a CPU is stopping or has stopped the world.
pub fn is_stopped() -> bool {
    OWNER.load(Ordering::Acquire) != NOBODY
}

/// The CPU that is stopping or has stopped the world.
pub fn owner() -> Option<usize> {
    Some(OWNER.load(Ordering::Acquire)).filter(|owner| *owner != NOBODY)
}

/// The proof that every CPU but this one is parked.
#[derive(Debug)]
pub struct Stopped {
    owner: &'static PerCpu,
}

/// Stops the world on behalf of `cpu`, this CPU, whose own state must have been captured. `None` when
/// another CPU is stopping or has stopped it.
pub fn stop(cpu: &'static PerCpu) -> Option<Stopped> {
    OWNER
        .compare_exchange(NOBODY, cpu.index, Ordering::AcqRel, Ordering::Relaxed)
        .ok()?;
    let others = || percpu::all().filter(move |other| other.index != cpu.index);
    for other in others() {
        other.state.stop.store(true, Ordering::Release);
        if !other.state.parked.load(Ordering::Acquire) {
            kick(other);
        }
    }
    for other in others() {
        let mut since = timer::milliseconds();
        while !other.state.parked.load(Ordering::Acquire) {
            core::hint::spin_loop();
            let now = timer::milliseconds();
            if now.wrapping_sub(since) > 200 {
                since = now;
                // The mark may be up for an NMI that never came.
                other.state.resent.store(true, Ordering::Release);
                apic::send_nmi(other.apic_id);
            }
        }
    }
    Some(Stopped { owner: cpu })
}

impl Stopped {
    /// The CPU that stopped the world.
    pub fn owner(&self) -> &'static PerCpu {
        self.owner
    }

    /// The virtual CPU number `index`.
    pub fn vcpu(&mut self, index: usize) -> Option<&mut (dyn Vcpu + 'static)> {
        let cpu = percpu::get(index)?;
        // SAFETY: the CPU is parked, or is this one, whose run loop waits for the session to return; and
        // `self` is borrowed for as long as the reference lives.
        unsafe { (*cpu.state.vcpu.get()).map(|vcpu| &mut *vcpu) }
    }

    /// The virtual CPU number `index`, to be looked at.
    pub fn peek(&self, index: usize) -> Option<&(dyn Vcpu + 'static)> {
        let cpu = percpu::get(index)?;
        // SAFETY: as in `vcpu`; a mutable reference would have borrowed `self` mutably.
        unsafe { (*cpu.state.vcpu.get()).map(|vcpu| &*vcpu) }
    }

    /// Says how CPU `index` goes on at the next [`Stopped::resume`].
    pub fn set_resume(&mut self, index: usize, resume: Resume) {
        if let Some(cpu) = percpu::get(index) {
            // SAFETY: the CPU is parked or this one.
            unsafe { *cpu.state.resume.get() = resume };
        }
    }

    /// How CPU `index` is to go on.
    pub fn resume_of(&self, index: usize) -> Resume {
        // SAFETY: the CPU is parked or this one.
        percpu::get(index).map_or(Resume::Stay, |cpu| unsafe { *cpu.state.resume.get() })
    }

    /// Forgets the stops that CPUs have kept and that are `stale` by now.
    pub fn forget_pending(&mut self, stale: impl Fn(&StopReason) -> bool) {
        for cpu in percpu::all() {
            // SAFETY: the CPU is parked or this one.
            let pending = unsafe { &mut *cpu.state.pending.get() };
            if pending.as_ref().is_some_and(&stale) {
                *pending = None;
            }
        }
    }

    /// Lets every CPU go on as it was told to.
    pub fn resume(self) {
        for cpu in percpu::all() {
            // SAFETY: the CPU is parked or this one.
            let stay = unsafe { *cpu.state.resume.get() } == Resume::Stay;
            cpu.state.stop.store(stay, Ordering::Release);
        }
        OWNER.store(NOBODY, Ordering::Release);
        for cpu in percpu::all() {
            if cpu.index != self.owner.index && !cpu.state.stop.load(Ordering::Acquire) {
                kick(cpu);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_takes_its_nmi_along() {
        let state = CpuState::new();
        assert!(!state.take_kicks(|| panic!("no mark, no NMI")));
        let taken = core::cell::Cell::new(0);
        state.kick.store(KICK_SENT, Ordering::Relaxed);
        let any = state.take_kicks(|| {
            taken.set(taken.get() + 1);
            if taken.get() == 1 {
                // Another CPU calls right now: its NMI may have been the one just taken.
                state.kick.store(KICK_SENT, Ordering::Relaxed);
            }
        });
        assert!(any && taken.get() == 2 && !state.take_kick());
    }

    #[test]
    fn a_mark_is_not_taken_before_its_nmi_is_sent() {
        let state = CpuState::new();
        state.kick.store(KICK_ANNOUNCED, Ordering::Relaxed);
        std::thread::scope(|scope| {
            let taker = scope.spawn(|| state.take_kick());
            std::thread::sleep(std::time::Duration::from_millis(5));
            assert!(!taker.is_finished());
            state.kick.store(KICK_SENT, Ordering::Release);
            assert!(taker.join().unwrap());
        });
    }

    #[test]
    fn an_instruction_passes_once_whatever_comes_before_it() {
        let state = CpuState::new();
        assert_eq!(state.take_event_pass(0x1000), None);
        assert!(!state.set_pass_skips(0x1000, true));
        state.set_event_pass(0x1000, false);
        assert_eq!(state.take_event_pass(0x2000), None);
        state.keep_event_pass(Some(0x1000));
        assert!(state.set_pass_skips(0x1000, true));
        assert_eq!(state.take_event_pass(0x1000), Some(true));
        assert_eq!(state.take_event_pass(0x1000), None);
        for moved in [Some(0x3000), None] {
            state.set_event_pass(0x1000, false);
            state.keep_event_pass(moved);
            assert_eq!(state.take_event_pass(0x1000), None);
        }
    }

    #[test]
    fn an_init_forgets_the_start_up_before_it_and_not_the_one_behind_it() {
        let state = CpuState::new();
        state.request_startup(8);
        state.request_init();
        assert!(state.take_init());
        assert_eq!(state.take_startup(), None);
        state.request_init();
        state.request_startup(9);
        assert!(state.take_init());
        assert_eq!(state.take_startup(), Some(9));
    }
}
