//! What stepping over an instruction with the trap flag needs to know of it.
//!
//! TF does most of the work. The kinds here are those where it does not: the instruction shows TF to the
//! guest, replaces it, runs on without it, or puts the trap somewhere else.

use iced_x86::Instruction;
use iced_x86::Mnemonic;
use iced_x86::Register;

use super::Code;
use super::Fault;

/// How an instruction treats a pending single step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// TF traps after it.
    Plain,
    /// PUSHF: it would store the debugger's TF on the guest's stack.
    PushesFlags,
    /// POPF or IRET: it loads the guest's own TF, and the debugger's is gone.
    PopsFlags,
    /// INT n, INT3 as CD 03, INTO, ICEBP: delivery pushes RFLAGS with TF and clears it.
    SoftwareInterrupt {
        /// The vector.
        vector: u8,
        /// The instruction's length in bytes.
        length: u8,
    },
    /// INT3 (CC).
    Breakpoint,
    /// SYSCALL: copies TF into R11 and clears it through SFMASK.
    Syscall,
    /// SYSENTER: saves no flags, TF traps on the kernel's side.
    Sysenter,
    /// SYSRET or SYSEXIT: SYSRET loads RFLAGS from R11.
    Sysret,
    /// HLT: nothing traps until an interrupt comes.
    Halt,
    /// A string instruction with a repeat prefix: TF traps after every iteration.
    Repeated,
    /// MOV SS, POP SS: the trap comes one instruction later.
    MovSs,
    /// STI: opens an interrupt shadow; some implementations hold the trap back like MOV SS does.
    Sti,
}

/// The kind of the instruction at the instruction pointer.
pub fn classify(code: &Code<'_>) -> Result<Flow, Fault> {
    let instruction = code.decode()?;
    let length = instruction.len() as u8;
    Ok(match instruction.mnemonic() {
        Mnemonic::Pushf | Mnemonic::Pushfd | Mnemonic::Pushfq => Flow::PushesFlags,
        Mnemonic::Popf
        | Mnemonic::Popfd
        | Mnemonic::Popfq
        | Mnemonic::Iret
        | Mnemonic::Iretd
        | Mnemonic::Iretq => Flow::PopsFlags,
        Mnemonic::Int => Flow::SoftwareInterrupt {
            vector: instruction.immediate8(),
            length,
        },
        Mnemonic::Into => Flow::SoftwareInterrupt { vector: 4, length },
        Mnemonic::Int1 => Flow::SoftwareInterrupt { vector: 1, length },
        Mnemonic::Int3 => Flow::Breakpoint,
        Mnemonic::Syscall => Flow::Syscall,
        Mnemonic::Sysenter => Flow::Sysenter,
        Mnemonic::Sysret | Mnemonic::Sysretq | Mnemonic::Sysexit | Mnemonic::Sysexitq => Flow::Sysret,
        Mnemonic::Hlt => Flow::Halt,
        Mnemonic::Sti => Flow::Sti,
        Mnemonic::Mov | Mnemonic::Pop if instruction.op0_register() == Register::SS => Flow::MovSs,
        _ if repeats(&instruction) => Flow::Repeated,
        _ => Flow::Plain,
    })
}

/// Whether a repeat prefix makes the instruction loop: on others F2 and F3 select or mean nothing.
fn repeats(instruction: &Instruction) -> bool {
    (instruction.has_rep_prefix() || instruction.has_repne_prefix()) && instruction.is_string_instruction()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::emulate::fake::code;

    #[test]
    fn kinds() {
        let cases: &[(&[u8], Flow)] = &[
            (&[0x90], Flow::Plain),
            (&[0xf3, 0x90], Flow::Plain),
            (&[0xf3, 0xc3], Flow::Plain),
            (&[0xa4], Flow::Plain),
            (&[0x9c], Flow::PushesFlags),
            (&[0x66, 0x9d], Flow::PopsFlags),
            (&[0x48, 0xcf], Flow::PopsFlags),
            (
                &[0xcd, 0x80],
                Flow::SoftwareInterrupt {
                    vector: 0x80,
                    length: 2,
                },
            ),
            (&[0xcd, 0x03], Flow::SoftwareInterrupt { vector: 3, length: 2 }),
            (&[0xf1], Flow::SoftwareInterrupt { vector: 1, length: 1 }),
            (&[0xcc], Flow::Breakpoint),
            (&[0x0f, 0x05], Flow::Syscall),
            (&[0x48, 0x0f, 0x07], Flow::Sysret),
            (&[0x0f, 0x34], Flow::Sysenter),
            (&[0xf4], Flow::Halt),
            (&[0xf3, 0xa4], Flow::Repeated),
            (&[0xf2, 0xae], Flow::Repeated),
            (&[0xf3, 0x6e], Flow::Repeated),
            (&[0x8e, 0xd0], Flow::MovSs),
            (&[0x8e, 0xd8], Flow::Plain),
            (&[0xfb], Flow::Sti),
        ];
        for &(bytes, expected) in cases {
            assert_eq!(classify(&code(bytes)), Ok(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn pop_ss_in_legacy_code() {
        let mut old = code(&[0x17]);
        old.width = crate::guest::emulate::Width::Bits32;
        assert_eq!(classify(&old), Ok(Flow::MovSs));
    }
}
