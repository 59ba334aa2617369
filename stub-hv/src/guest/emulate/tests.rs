//! Whatever the bytes are, nothing here panics.

use proptest::prelude::*;

use super::length::Class;
use super::*;

proptest! {
    #[test]
    fn hostile_bytes(
        bytes in proptest::collection::vec(any::<u8>(), 0..=20),
        rip: u64,
        width in prop_oneof![Just(Width::Bits16), Just(Width::Bits32), Just(Width::Bits64)],
        vendor in prop_oneof![Just(Vendor::Amd), Just(Vendor::Intel)],
        registers: [u64; 16],
        old: u64,
    ) {
        let code = Code { bytes: &bytes, width, rip, vendor };
        let mut regs = fake::Registers::long_mode();
        for (index, value) in registers.into_iter().enumerate() {
            regs.put(Register::General(index as u8), value);
        }
        if let Ok(access) = mmio::decode(&code, &regs) {
            prop_assert!(access.length <= LONGEST);
            let _ = access.stored(old);
            access.complete(&mut regs, old).unwrap();
        }
        if let Ok(access) = control::decode(&code, &regs) {
            prop_assert!(access.length <= LONGEST);
        }
        if let Ok(length) = length::length(&code, Class::ControlRegister) {
            prop_assert!((1..=LONGEST).contains(&length));
        }
        let _ = flow::classify(&code);
        let _ = syscall::syscall(&code, &mut regs, &syscall::SyscallMsrs::default());
    }
}

#[test]
fn width_of_the_code_segment() {
    let cases = [
        (0x400, 0x29b, Width::Bits64),
        (0x400, 0xc9b, Width::Bits32),
        (0, 0x29b, Width::Bits16),
        (0, 0x49b, Width::Bits32),
        (0, 0x9b, Width::Bits16),
    ];
    for (efer, attributes, expected) in cases {
        let mut regs = fake::Registers::default();
        regs.put(Register::Efer, efer);
        regs.put(Register::Attributes(Segment::Cs), attributes);
        assert_eq!(Width::of(&regs), expected);
    }
}

#[test]
fn too_long_is_invalid_and_too_short_is_truncated() {
    let mut prefixes = [0x66; 16];
    prefixes[15] = 0x90;
    assert_eq!(fake::code(&prefixes).decode().err(), Some(Fault::Invalid));
    assert_eq!(fake::code(&prefixes[..14]).decode().err(), Some(Fault::Truncated));
    assert_eq!(fake::code(&[]).decode().err(), Some(Fault::Truncated));
}
