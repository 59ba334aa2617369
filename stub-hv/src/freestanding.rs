//! What the standard library would otherwise bring: memory routines, the heap, and the panic handler.

use core::arch::asm;
use core::panic::PanicInfo;

use talc::TalcLock;
use talc::source::Manual;

#[global_allocator]
static HEAP: TalcLock<spin::Mutex<()>, Manual> = TalcLock::new(Manual);

/// Gives the heap its memory.
///
/// # Safety
/// The range is mapped, writable, and nothing else uses it, ever.
pub(crate) unsafe fn claim_heap(start: *mut u8, size: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { HEAP.lock().claim(start, size).is_some() }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    stub_hv::fatal!("{info}")
}

/// Named by the prebuilt core library, which was built to unwind; nothing here does.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Named by unwind tables of the prebuilt libraries; never called.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    stub_hv::fatal!("unwinding")
}

// The names and shapes are the C library's; the compiler itself calls them.

/// # Safety
/// As in C.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller's promise; every step moves what is left to move and no more. Plain moves, because
    // emulators do string instructions element by element, at several times the cost.
    unsafe {
        asm!(
            "2:",
            "cmp {count}, 32",
            "jb 3f",
            "mov {a}, [{from}]",
            "mov {b}, [{from} + 8]",
            "mov [{to}], {a}",
            "mov [{to} + 8], {b}",
            "mov {a}, [{from} + 16]",
            "mov {b}, [{from} + 24]",
            "mov [{to} + 16], {a}",
            "mov [{to} + 24], {b}",
            "add {from}, 32",
            "add {to}, 32",
            "sub {count}, 32",
            "jmp 2b",
            "3:",
            "cmp {count}, 8",
            "jb 4f",
            "mov {a}, [{from}]",
            "mov [{to}], {a}",
            "add {from}, 8",
            "add {to}, 8",
            "sub {count}, 8",
            "jmp 3b",
            "4:",
            "test {count}, {count}",
            "jz 5f",
            "mov {a:l}, [{from}]",
            "mov [{to}], {a:l}",
            "inc {from}",
            "inc {to}",
            "dec {count}",
            "jmp 4b",
            "5:",
            a = out(reg) _,
            b = out(reg) _,
            from = inout(reg) from => _,
            to = inout(reg) to => _,
            count = inout(reg) count => _,
            options(nostack),
        );
    }
    to
}

/// # Safety
/// As in C.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    if (to as usize).wrapping_sub(from as usize) >= count {
        // SAFETY: the caller's promise; copying upwards never reads what it wrote.
        return unsafe { memcpy(to, from, count) };
    }
    // SAFETY: the caller's promise; downwards, because the destination overlaps the source's end.
    unsafe {
        asm!("std", "rep movsb", "cld", inout("rcx") count => _,
            inout("rdi") to.wrapping_add(count).wrapping_sub(1) => _,
            inout("rsi") from.wrapping_add(count).wrapping_sub(1) => _, options(nostack));
    }
    to
}

/// # Safety
/// As in C.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, value: i32, count: usize) -> *mut u8 {
    let wide = u64::from(value as u8).wrapping_mul(0x0101_0101_0101_0101);
    // SAFETY: the caller's promise; plain moves as in `memcpy`.
    unsafe {
        asm!(
            "2:",
            "cmp {count}, 32",
            "jb 3f",
            "mov [{to}], {wide}",
            "mov [{to} + 8], {wide}",
            "mov [{to} + 16], {wide}",
            "mov [{to} + 24], {wide}",
            "add {to}, 32",
            "sub {count}, 32",
            "jmp 2b",
            "3:",
            "cmp {count}, 8",
            "jb 4f",
            "mov [{to}], {wide}",
            "add {to}, 8",
            "sub {count}, 8",
            "jmp 3b",
            "4:",
            "test {count}, {count}",
            "jz 5f",
            "mov [{to}], {wide:l}",
            "inc {to}",
            "dec {count}",
            "jmp 4b",
            "5:",
            wide = in(reg) wide,
            to = inout(reg) to => _,
            count = inout(reg) count => _,
            options(nostack),
        );
    }
    to
}

/// # Safety
/// As in C.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    for index in 0..count {
        // SAFETY: the caller's promise; volatile so that this loop is not made a call of itself.
        let (x, y) = unsafe { (a.add(index).read_volatile(), b.add(index).read_volatile()) };
        if x != y {
            return i32::from(x) - i32::from(y);
        }
    }
    0
}

/// # Safety
/// As in C.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { memcmp(a, b, count) }
}

/// # Safety
/// As in C.
#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    let mut length = 0;
    // SAFETY: the caller's promise.
    while unsafe { text.add(length).read_volatile() } != 0 {
        length += 1;
    }
    length
}
