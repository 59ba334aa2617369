//! The states in which a CPU starts: reset, start-up IPI, and an operating system's entry.

use super::register::Register;
use super::register::Segment;

/// How a CPU starts to run the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartState {
    /// After INIT, at the reset vector: the bootstrap processor.
    Reset,
    /// After a start-up IPI: real mode at `vector << 12`.
    StartUp {
        /// The vector of the IPI.
        vector: u8,
    },
    /// 32-bit protected mode without paging, flat segments, interrupts off (the multiboot 1 entry state).
    Protected {
        /// EIP
        rip: u64,
        /// EAX
        rax: u64,
        /// EBX
        rbx: u64,
    },
    /// 64-bit mode with flat segments (CS 10h, the others 18h), interrupts off (Linux' 64-bit entry).
    Long {
        /// RIP
        rip: u64,
        /// RSI
        rsi: u64,
        /// CR3
        cr3: u64,
        /// Base of the descriptor table that holds the two segments.
        gdt: u64,
        /// Its limit in bytes.
        gdt_limit: u16,
    },
}

const CODE_32: u64 = 0xc9b;
const CODE_64: u64 = 0xa9b;
const DATA: u64 = 0xc93;
const CODE_16: u64 = 0x09b;
const DATA_16: u64 = 0x093;

const SEGMENTS: [Segment; 6] = [
    Segment::Es,
    Segment::Cs,
    Segment::Ss,
    Segment::Ds,
    Segment::Fs,
    Segment::Gs,
];

impl StartState {
    /// Calls `set` with every register and its value: first those of INIT (APM volume 2, "Initial
    /// Processor State"), then what this start changes of them.
    pub fn apply(&self, mut set: impl FnMut(Register, u64)) {
        for number in 0..16 {
            set(Register::General(number), 0);
        }
        for segment in SEGMENTS {
            let attributes = if segment == Segment::Cs { CODE_16 } else { DATA_16 };
            segment_state(&mut set, segment, [0, 0, 0xffff, attributes]);
        }
        segment_state(&mut set, Segment::Ldtr, [0, 0, 0xffff, 0x082]);
        segment_state(&mut set, Segment::Tr, [0, 0, 0xffff, 0x08b]);
        for (register, value) in [
            (Register::Base(Segment::Gdtr), 0),
            (Register::Limit(Segment::Gdtr), 0xffff),
            (Register::Base(Segment::Idtr), 0),
            (Register::Limit(Segment::Idtr), 0xffff),
            (Register::Rflags, 2),
            (Register::Cr0, 0x10),
            (Register::Cr2, 0),
            (Register::Cr3, 0),
            (Register::Cr4, 0),
            (Register::Efer, 0),
            (Register::Debug(0), 0),
            (Register::Debug(1), 0),
            (Register::Debug(2), 0),
            (Register::Debug(3), 0),
            (Register::Debug(6), 0xffff_0ff0),
            (Register::Debug(7), 0x400),
        ] {
            set(register, value);
        }
        match *self {
            Self::Reset => {
                segment_state(&mut set, Segment::Cs, [0xf000, 0xffff_0000, 0xffff, CODE_16]);
                set(Register::Rip, 0xfff0);
            }
            Self::StartUp { vector } => {
                let vector = u64::from(vector);
                segment_state(
                    &mut set,
                    Segment::Cs,
                    [vector << 8, vector << 12, 0xffff, CODE_16],
                );
                set(Register::Rip, 0);
            }
            Self::Protected { rip, rax, rbx } => {
                flat(&mut set, 0x08, CODE_32, 0x10);
                set(Register::Cr0, 0x11);
                set(Register::Rip, rip);
                set(Register::General(0), rax);
                set(Register::General(3), rbx);
            }
            Self::Long {
                rip,
                rsi,
                cr3,
                gdt,
                gdt_limit,
            } => {
                flat(&mut set, 0x10, CODE_64, 0x18);
                set(Register::Base(Segment::Gdtr), gdt);
                set(Register::Limit(Segment::Gdtr), gdt_limit.into());
                set(Register::Cr4, 0x20);
                set(Register::Cr3, cr3);
                set(Register::Efer, 0x500);
                set(Register::Cr0, 0x8000_0011);
                set(Register::Rip, rip);
                set(Register::General(6), rsi);
            }
        }
    }
}

/// `state`: selector, base, limit, attributes.
fn segment_state(set: &mut impl FnMut(Register, u64), segment: Segment, state: [u64; 4]) {
    let registers = [
        Register::Selector(segment),
        Register::Base(segment),
        Register::Limit(segment),
        Register::Attributes(segment),
    ];
    for (register, value) in registers.into_iter().zip(state) {
        set(register, value);
    }
}

fn flat(set: &mut impl FnMut(Register, u64), code_selector: u64, code: u64, data_selector: u64) {
    for segment in SEGMENTS {
        let (selector, attributes) = if segment == Segment::Cs {
            (code_selector, code)
        } else {
            (data_selector, DATA)
        };
        segment_state(set, segment, [selector, 0, 0xffff_ffff, attributes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn last(state: StartState, register: Register) -> u64 {
        let mut values = Vec::new();
        state.apply(|name, value| {
            if name == register {
                values.push(value);
            }
        });
        *values.last().unwrap()
    }

    #[test]
    fn a_start_up_ipi_starts_at_its_vector() {
        let state = StartState::StartUp { vector: 0x9a };
        assert_eq!(last(state, Register::Selector(Segment::Cs)), 0x9a00);
        assert_eq!(last(state, Register::Base(Segment::Cs)), 0x9a000);
        assert_eq!(last(state, Register::Rip), 0);
        assert_eq!(last(state, Register::Cr0), 0x10);
    }

    #[test]
    fn every_segment_is_set_in_every_state() {
        for state in [
            StartState::Reset,
            StartState::StartUp { vector: 8 },
            StartState::Protected {
                rip: 1,
                rax: 2,
                rbx: 3,
            },
            StartState::Long {
                rip: 1,
                rsi: 2,
                cr3: 3,
                gdt: 4,
                gdt_limit: 31,
            },
        ] {
            for segment in SEGMENTS {
                let attributes = last(state, Register::Attributes(segment));
                assert_eq!(attributes & 0x90, 0x90, "{segment:?} of {state:?}");
            }
        }
    }

    #[test]
    fn reset_starts_below_4_gib() {
        let base = last(StartState::Reset, Register::Base(Segment::Cs));
        assert_eq!(base + last(StartState::Reset, Register::Rip), 0xffff_fff0);
    }
}
