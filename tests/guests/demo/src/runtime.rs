//! What `core` and the linker expect of a program without a standard library.

#![expect(
    unsafe_code,
    reason = "symbols the compiler calls by name, working on raw memory"
)]

use core::arch::asm;
use core::panic::PanicInfo;

use crate::console::println;
use crate::cpu;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("demo: {info}");
    cpu::exit_emulator(cpu::EXIT_CRASH);
    cpu::stop()
}

/// Named by the unwind tables of prebuilt `core`; never called because nothing unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Named by code that was compiled to unwind; never called.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    cpu::stop()
}

/// C `memcpy`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    // SAFETY: the caller passes two ranges of `len` bytes that do not overlap; the direction flag is clear.
    unsafe {
        asm!("rep movsb", inout("rdi") to => _, inout("rsi") from => _, inout("rcx") len => _,
             options(nostack, preserves_flags));
    }
    to
}

/// C `memmove`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    if (to as usize).wrapping_sub(from as usize) >= len {
        // SAFETY: a forward copy is right when `to` does not start inside the source.
        return unsafe { memcpy(to, from, len) };
    }
    // SAFETY: the caller passes two ranges of `len` bytes; copying from the end keeps the overlap intact.
    unsafe {
        asm!("std", "rep movsb", "cld",
             inout("rdi") to.wrapping_add(len).wrapping_sub(1) => _,
             inout("rsi") from.wrapping_add(len).wrapping_sub(1) => _,
             inout("rcx") len => _, options(nostack));
    }
    to
}

/// C `memset`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8 {
    // SAFETY: the caller passes a range of `len` writable bytes; the direction flag is clear.
    unsafe {
        asm!("rep stosb", inout("rdi") to => _, in("al") byte as u8, inout("rcx") len => _,
             options(nostack, preserves_flags));
    }
    to
}

/// C `memcmp`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, len: usize) -> i32 {
    let mut i = 0;
    while i < len {
        // SAFETY: the caller passes two readable ranges of `len` bytes and `i` is below `len`.
        let (x, y) = unsafe { (*a.add(i), *b.add(i)) };
        if x != y {
            return i32::from(x) - i32::from(y);
        }
        i += 1;
    }
    0
}

/// C `bcmp`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, len: usize) -> i32 {
    // SAFETY: the same contract as `memcmp`.
    unsafe { memcmp(a, b, len) }
}
