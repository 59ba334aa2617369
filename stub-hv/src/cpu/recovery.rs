//! Recovery from faults the hypervisor expects: instructions that the guest or the debugger made it run.
//!
//! Such an instruction stands between two labels whose addresses are recorded in the `recovery` section
//! of the image. When it faults, the exception handler looks the faulting RIP up there, resumes behind
//! the instruction, and the flag that was set in front of it and is cleared behind it is still set.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering;

/// One instruction that may fault, and where to go on if it does. Both are linked addresses.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Entry {
    /// Where the instruction starts.
    pub instruction: u64,
    /// Where to resume.
    pub resume: u64,
}

static TABLE: AtomicUsize = AtomicUsize::new(0);
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Makes the image's table known. Faults before this are fatal.
pub fn install(table: &'static [Entry]) {
    TABLE.store(table.as_ptr() as usize, Ordering::Relaxed);
    LENGTH.store(table.len(), Ordering::Release);
}

/// Where to resume after a fault at `rip`, if a fault is expected there.
#[expect(unsafe_code, reason = "rebuilds the slice that `install` was given")]
pub fn resume_address(rip: u64) -> Option<u64> {
    let length = LENGTH.load(Ordering::Acquire);
    if length == 0 {
        return None;
    }
    // SAFETY: `install` stored the pointer and length of a slice that lives as long as the image, the
    // length last.
    let table = unsafe { core::slice::from_raw_parts(TABLE.load(Ordering::Relaxed) as *const Entry, length) };
    table
        .iter()
        .find(|entry| entry.instruction == rip)
        .map(|entry| entry.resume)
}

/// An instruction the hypervisor ran on someone's behalf raised an exception: the CPU has no such register
/// or refuses the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faulted;
