//! `do=cpuid-loop N`, `do=out-loop N`, `do=vmmcall-loop N`, `do=call-loop N`: one thing, often, for measuring.
//!
//! The loops are assembly, so each iteration is the instruction, a decrement and a branch. The line printed
//! behind has the ticks (about 10 ms each) and the time-stamp counts it took.

#![expect(unsafe_code, reason = "loops of single instructions")]

use core::arch::asm;

use crate::actions::Context;
use crate::console::println;
use crate::cpu;
use crate::time;
use crate::tour::calls;
use crate::tour::hypercalls;
use crate::tour::ports::SCRATCH;

fn measure(name: &str, context: &Context<'_>, run: fn(u64)) {
    let count = context.number_or(10_000).max(1);
    println!("demo: {name} {count} begins");
    let (ticks, stamp) = (time::now(), cpu::time_stamp());
    run(count);
    let (ticks, stamp) = (time::now() - ticks, cpu::time_stamp().wrapping_sub(stamp));
    println!("demo: {name} {count} took {ticks} ticks {stamp} counts");
}

/// N times CPUID leaf 0.
pub(crate) fn cpuid(context: &Context<'_>) {
    measure("cpuid-loop", context, |count| {
        // SAFETY: CPUID has no effect but on the registers named; RBX is kept in a scratch register.
        unsafe {
            asm!("mov {saved}, rbx", "2: xor eax, eax", "cpuid", "dec rdi", "jnz 2b", "mov rbx, {saved}",
                 saved = out(reg) _, inout("rdi") count => _, out("rax") _, out("rcx") _, out("rdx") _,
                 options(nostack));
        }
    });
}

/// N times OUT of one byte to the scratch register of COM1.
pub(crate) fn out(context: &Context<'_>) {
    measure("out-loop", context, |count| {
        // SAFETY: the scratch register only keeps the byte.
        unsafe {
            asm!("2: out dx, al", "dec {count}", "jnz 2b", count = inout(reg) count => _, in("dx") SCRATCH,
                 in("al") 0x55u8, options(nostack));
        }
    });
}

/// N times VMMCALL; each is a #UD where no hypervisor answers.
pub(crate) fn vmmcall(context: &Context<'_>) {
    measure("vmmcall-loop", context, |count| {
        for _ in 0..count {
            let _ = crate::faultable::vmmcall(hypercalls::NUMBER);
        }
    });
}

/// N calls of `leaf`, with the number of the call.
pub(crate) fn call(context: &Context<'_>) {
    measure("call-loop", context, calls::call_leaf_often);
}
