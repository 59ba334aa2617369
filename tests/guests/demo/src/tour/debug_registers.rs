//! MOV to and from the debug registers, with all breakpoints disabled.

use crate::console::println;
use crate::cpu;

/// DR0 to DR3: the number and the two ways to move.
pub(crate) struct AddressRegister {
    pub(crate) number: u8,
    pub(crate) read: fn() -> u64,
    pub(crate) write: fn(u64),
}

/// The four in order.
pub(crate) const ADDRESS_REGISTERS: [AddressRegister; 4] = [
    AddressRegister {
        number: 0,
        read: cpu::read_dr0,
        write: cpu::write_dr0,
    },
    AddressRegister {
        number: 1,
        read: cpu::read_dr1,
        write: cpu::write_dr1,
    },
    AddressRegister {
        number: 2,
        read: cpu::read_dr2,
        write: cpu::write_dr2,
    },
    AddressRegister {
        number: 3,
        read: cpu::read_dr3,
        write: cpu::write_dr3,
    },
];

/// DR7 with nothing enabled; bit 10 always reads 1.
pub(crate) const DISABLED: u64 = 0x400;

/// The step of the tour.
#[inline(never)]
pub(crate) fn round(number: u64) {
    cpu::write_dr7(DISABLED);
    for (i, register) in (0u64..).zip(ADDRESS_REGISTERS) {
        (register.write)(pattern(number, i));
    }
    for (i, register) in (0u64..).zip(ADDRESS_REGISTERS) {
        expect(register.number, (register.read)(), pattern(number, i));
    }
    cpu::write_dr6(0xFFFF_0FF0);
    expect(6, cpu::read_dr6(), 0xFFFF_0FF0);
    expect(7, cpu::read_dr7(), DISABLED);
}

fn pattern(number: u64, register: u64) -> u64 {
    0x1111_0000 * (register + 1) + number
}

/// Prints a line when a register does not hold what was written.
pub(crate) fn expect(register: u8, found: u64, wanted: u64) -> bool {
    if found != wanted {
        println!("demo: dr mismatch dr{register} is {found:x}, should be {wanted:x}");
    }
    found == wanted
}
