//! What belongs to one physical CPU: found through GS, allocated once, never freed.
#![expect(
    unsafe_code,
    reason = "reads the GS base that the CPU's start set, and the array of CPU blocks"
)]

use alloc::boxed::Box;
use core::arch::asm;
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering;

use spin::Mutex;
use zerocopy::FromZeros;

use super::MAX_CPUS;
use super::descriptors::Descriptors;
use crate::debug::world::CpuState;
use crate::event::Counters;
use crate::event::Messages;
use crate::event::Work;
use crate::guest::apic::GuestApic;

/// Size of the stack a CPU runs the hypervisor on, in bytes. Scripts are parsed and compiled on it: with all the
/// nesting that the language allows that takes up to 96 KiB.
pub const STACK_SIZE: usize = 192 * 1024;
/// Size of the stacks for exceptions and NMIs, in bytes.
pub const HANDLER_STACK_SIZE: usize = 32 * 1024;

/// A stack, aligned as the ABI wants it.
#[derive(FromZeros)]
#[repr(C, align(4096))]
pub struct Stack<const SIZE: usize>([u8; SIZE]);

/// One CPU's block. The first two fields are read by assembly through GS.
#[repr(C)]
pub struct PerCpu {
    /// The block's own address: `gs:[0]`.
    this: *const PerCpu,
    /// NMIs taken by the host and not yet looked at: `gs:[8]`, counted up by the NMI handler.
    pub nmis: AtomicU64,
    /// Position in the machine: thread number in gdb less one.
    pub index: usize,
    /// The local APIC's id.
    pub apic_id: u32,
    /// GDT and TSS; written only by this CPU while it starts.
    pub descriptors: UnsafeCell<Descriptors>,
    /// The stack this CPU runs the hypervisor on.
    pub stack: Box<Stack<STACK_SIZE>>,
    /// The stack for exceptions.
    pub exception_stack: Box<Stack<HANDLER_STACK_SIZE>>,
    /// The stack for NMIs: one may come while an exception is handled.
    pub nmi_stack: Box<Stack<HANDLER_STACK_SIZE>>,
    /// What the other CPUs ask of this one, and what it does.
    pub state: CpuState,
    /// What the guest's local APIC answers to.
    pub guest_apic: GuestApic,
    /// How often each kind of exit was taken.
    pub counters: Counters,
    /// What scripts work with; taken by this CPU alone.
    pub work: Box<Mutex<Work>>,
    /// What scripts have printed.
    pub messages: Messages,
    /// Set once the CPU has run its start-up and loops in the hypervisor.
    pub started: AtomicBool,
}

// SAFETY: what is not atomic is written only before the block is published, except `descriptors`, which
// only its own CPU touches.
unsafe impl Sync for PerCpu {}

static CPUS: [AtomicPtr<PerCpu>; MAX_CPUS] = [const { AtomicPtr::new(ptr::null_mut()) }; MAX_CPUS];
static COUNT: AtomicUsize = AtomicUsize::new(0);

impl PerCpu {
    /// Makes the block of the next CPU and publishes it; `None` when all places are taken, or memory is used up.
    pub fn create(apic_id: u32) -> Option<&'static Self> {
        let index = COUNT.load(Ordering::Relaxed);
        let slot = CPUS.get(index)?;
        let block = Box::leak(Box::new(Self {
            this: ptr::null(),
            nmis: AtomicU64::new(0),
            index,
            apic_id,
            descriptors: UnsafeCell::new(Descriptors::new()),
            stack: Stack::new_box_zeroed().ok()?,
            exception_stack: Stack::new_box_zeroed().ok()?,
            nmi_stack: Stack::new_box_zeroed().ok()?,
            state: CpuState::new(),
            guest_apic: GuestApic::new(),
            counters: Counters::new(),
            work: Box::new(Mutex::new(Work::new())),
            messages: Messages::new()?,
            started: AtomicBool::new(false),
        }));
        block.this = block;
        slot.store(block, Ordering::Release);
        COUNT.store(index + 1, Ordering::Release);
        Some(block)
    }

    /// The block of the CPU this runs on. Only valid once its GS base is set.
    pub fn current() -> &'static Self {
        let this: *const Self;
        // SAFETY: `descriptors::load` pointed GS at this CPU's block before anything calls this, and the
        // world switch restores it with VMLOAD after every exit.
        unsafe {
            asm!("mov {}, gs:[0]", out(reg) this, options(nostack, readonly, preserves_flags));
            &*this
        }
    }

    /// The top of a stack: 16-byte aligned, as if a call were about to push its return address.
    pub fn top<const SIZE: usize>(stack: &Stack<SIZE>) -> u64 {
        stack.0.as_ptr_range().end as u64
    }

    /// Leaves the stack that this runs on for the CPU's own one, and goes on in `entry`.
    pub fn enter_own_stack<T>(
        &'static self,
        argument: *mut T,
        entry: extern "C" fn(&'static PerCpu, *mut T) -> !,
    ) -> ! {
        // SAFETY: the stack is this CPU's and not in use before this; nothing returns to the old one, whose
        // contents stay as they are.
        unsafe {
            asm!(
                "mov rsp, rax",
                "xor ebp, ebp",
                "call rcx",
                "ud2",
                in("rax") Self::top(&self.stack),
                in("rcx") entry,
                in("rdi") self,
                in("rsi") argument,
                options(noreturn),
            )
        }
    }
}

impl core::fmt::Debug for PerCpu {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CPU {} (APIC {})", self.index, self.apic_id)
    }
}

impl<const SIZE: usize> core::fmt::Debug for Stack<SIZE> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Stack")
    }
}

/// How many CPUs the hypervisor manages.
pub fn count() -> usize {
    COUNT.load(Ordering::Acquire)
}

/// The block of CPU `index`.
pub fn get(index: usize) -> Option<&'static PerCpu> {
    let block = CPUS.get(index)?.load(Ordering::Acquire);
    // SAFETY: a pointer in the array is null or a leaked block.
    unsafe { block.as_ref() }
}

/// All CPUs in order of their index.
pub fn all() -> impl Iterator<Item = &'static PerCpu> {
    (0..count()).filter_map(get)
}
