//! Ring 3: a small task that makes system calls both ways, on pages of its own.

#![expect(unsafe_code, reason = "names assembly symbols, and is called from assembly")]

use core::cell::UnsafeCell;
use core::sync::atomic::Ordering;

use crate::cpu;
use crate::paging;
use crate::traps;

core::arch::global_asm!(include_str!("user.s"));

const EFER: u32 = 0xC000_0080;
const STAR: u32 = 0xC000_0081;
const LSTAR: u32 = 0xC000_0082;
/// RFLAGS bits that SYSCALL clears.
pub(crate) const SFMASK: u32 = 0xC000_0084;
/// TF, IF and DF.
pub(crate) const SFMASK_VALUE: u64 = 0x700;

#[repr(C, align(4096))]
struct UserStack(UnsafeCell<[u8; 4096]>);

// SAFETY: only its address is taken; ring 3 runs on one CPU at a time.
unsafe impl Sync for UserStack {}

static USER_STACK: UserStack = UserStack(UnsafeCell::new([0; 4096]));

unsafe extern "C" {
    static user_text_start: [u8; 0];
    static user_text_end: [u8; 0];
    static syscall_entry: [u8; 0];
    fn enter_user(rounds: u64, stack: u64);
}

/// Opens the user pages to ring 3 and sets SYSCALL up; on the boot processor.
pub(crate) fn enable() {
    let mut page = (&raw const user_text_start) as u64;
    while page < (&raw const user_text_end) as u64 {
        paging::open_to_user(page);
        page += 4096;
    }
    paging::open_to_user(USER_STACK.0.get() as u64);
    cpu::write_msr(STAR, 0x28 << 48 | 0x08 << 32);
    cpu::write_msr(LSTAR, (&raw const syscall_entry) as u64);
    cpu::write_msr(SFMASK, SFMASK_VALUE);
    cpu::write_msr(EFER, cpu::read_msr(EFER) | 1);
}

/// Runs the task for `rounds` (at least 1) rounds of one SYSCALL and one INT 80h.
#[inline(never)]
pub(crate) fn run_user_task(rounds: u64) {
    let top = USER_STACK.0.get() as u64 + 4096;
    // SAFETY: `enable` has run on this, the boot processor; the task ends by itself after its rounds.
    unsafe { enter_user(rounds.max(1), top) };
}

/// Called by user.s for every SYSCALL but the last; the answer goes to RAX.
#[unsafe(no_mangle)]
extern "C" fn handle_syscall(number: u64) -> u64 {
    traps::SYSCALLS.fetch_add(1, Ordering::Relaxed);
    number + 1
}
