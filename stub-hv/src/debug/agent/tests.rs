use proptest::prelude::*;

use super::*;

/// Register n holds n + 0x100 up to 15; memory at 1000..1010 counts up from 80.
struct Fake;

impl Machine for Fake {
    fn register(&mut self, number: u16) -> Option<u64> {
        (number < 16).then(|| u64::from(number) + 0x100)
    }

    fn read(&mut self, address: u64, into: &mut [u8]) -> bool {
        for (offset, byte) in into.iter_mut().enumerate() {
            let at = address.wrapping_add(offset as u64);
            if !(0x1000..0x1010).contains(&at) {
                return false;
            }
            *byte = 0x80 + (at - 0x1000) as u8;
        }
        true
    }
}

fn run(code: &[u8]) -> Result<u64, AgentError> {
    assert_eq!(validate(code), Ok(()), "{code:02x?}");
    eval(code, &mut Fake)
}

fn push(value: i64) -> Vec<u8> {
    let mut code = vec![0x25];
    code.extend(value.to_be_bytes());
    code
}

/// `a op b`
fn binary(a: i64, b: i64, op: u8) -> Result<u64, AgentError> {
    run(&[push(a), push(b), vec![op, 0x27]].concat())
}

#[test]
fn what_gdb_sends_for_rcx_equal_5() {
    // Seen on the wire for `if $rcx==5`; here register 2 is 102.
    let code = [0x26, 0, 2, 0x16, 64, 0x22, 5, 0x13, 0x27];
    assert_eq!(run(&code), Ok(0));
    let code = [0x26, 0, 2, 0x16, 64, 0x23, 1, 2, 0x13, 0x27];
    assert_eq!(run(&code), Ok(1));
}

#[test]
fn arithmetic_and_comparison() {
    const MIN: i64 = i64::MIN;
    for (a, b, op, result) in [
        (5, 7, 0x02, 12),
        (-1, 1, 0x02, 0),
        (5, 7, 0x03, -2),
        (-3, 5, 0x04, -15),
        (-7, 2, 0x05, -3),
        (MIN, -1, 0x05, MIN),
        (-2, 2, 0x06, i64::MAX),
        (-7, 2, 0x07, -1),
        (MIN, -1, 0x07, 0),
        (-1, 16, 0x08, 15),
        (1, 63, 0x09, MIN),
        (1, 64, 0x09, 0),
        (1, -1, 0x09, 0),
        (-16, 2, 0x0a, -4),
        (-16, 200, 0x0a, -1),
        (-1, 60, 0x0b, 15),
        (-1, 64, 0x0b, 0),
        (12, 10, 0x0f, 8),
        (12, 10, 0x10, 14),
        (12, 10, 0x11, 6),
        (4, 4, 0x13, 1),
        (4, 5, 0x13, 0),
        (-1, 0, 0x14, 1),
        (-1, 0, 0x15, 0),
        (0, -1, 0x15, 1),
    ] {
        assert_eq!(binary(a, b, op), Ok(result as u64), "{a} {op:#x} {b}");
    }
    for op in 0x05..=0x08 {
        assert_eq!(binary(1, 0, op), Err(AgentError::DivideByZero));
    }
}

#[test]
fn one_value() {
    assert_eq!(run(&[0x22, 0, 0x0e, 0x27]), Ok(1));
    assert_eq!(run(&[0x22, 9, 0x0e, 0x27]), Ok(0));
    assert_eq!(run(&[0x22, 0, 0x12, 0x27]), Ok(u64::MAX));
    assert_eq!(run(&[0x22, 0x80, 0x16, 8, 0x27]), Ok(-128_i64 as u64));
    assert_eq!(run(&[0x22, 0x7f, 0x16, 8, 0x27]), Ok(0x7f));
    assert_eq!(run(&[0x23, 0x12, 0x34, 0x2a, 8, 0x27]), Ok(0x34));
    assert_eq!(run(&[0x22, 1, 0x2a, 255, 0x27]), Ok(1));
    assert_eq!(run(&[0x24, 1, 2, 3, 4, 0x27]), Ok(0x0102_0304));
}

#[test]
fn stack_shuffles() {
    let three = [0x22, 1, 0x22, 2, 0x22, 3];
    let with = |ops: &[u8]| run(&[&three, ops, &[0x27]].concat());
    assert_eq!(with(&[0x28]), Ok(3));
    assert_eq!(with(&[0x29]), Ok(2));
    assert_eq!(with(&[0x2b]), Ok(2));
    assert_eq!(with(&[0x32, 2]), Ok(1));
    assert_eq!(with(&[0x32, 0]), Ok(3));
    // a b c becomes c a b.
    assert_eq!(with(&[0x33]), Ok(2));
    assert_eq!(with(&[0x33, 0x29]), Ok(1));
    assert_eq!(with(&[0x33, 0x29, 0x29]), Ok(3));
}

#[test]
fn memory_and_registers() {
    for (op, value) in [
        (0x17, 0x81),
        (0x18, 0x8281),
        (0x19, 0x8483_8281),
        (0x1a, 0x8887_8685_8483_8281),
    ] {
        assert_eq!(run(&[0x23, 0x10, 0x01, op, 0x27]), Ok(value));
    }
    assert_eq!(
        run(&[0x23, 0x10, 0x0f, 0x18, 0x27]),
        Err(AgentError::NoMemory(0x100f))
    );
    assert_eq!(run(&[0x26, 0, 99, 0x27]), Err(AgentError::NoRegister(99)));
}

#[test]
fn jumps_decide_and_loops_end() {
    let choose = |flag| [0x22, flag, 0x20, 0, 10, 0x22, 7, 0x21, 0, 12, 0x22, 9, 0x27];
    assert_eq!(run(&choose(1)), Ok(9));
    assert_eq!(run(&choose(0)), Ok(7));
    assert_eq!(run(&[0x21, 0, 0]), Err(AgentError::TooManySteps));
    // Counts 5 down.
    assert_eq!(run(&[0x22, 5, 0x22, 1, 0x03, 0x28, 0x20, 0, 2, 0x27]), Ok(0));
}

#[test]
fn what_cannot_be_armed() {
    use AgentError::*;
    let overflow = [&[0x22, 1].repeat(STACK_DEPTH + 1)[..], &[0x27]].concat();
    let full = [&[0x22, 1].repeat(STACK_DEPTH)[..], &[0x27]].concat();
    assert_eq!(run(&full), Ok(1));
    for (code, error) in [
        (&[][..], NoEnd),
        (&[0x22, 1], NoEnd),
        (&[0x22], NoEnd),
        (&[0x27], StackUnderflow),
        (&[0x22, 1, 0x02, 0x27], StackUnderflow),
        (&[0x22, 1, 0x32, 1, 0x27], StackUnderflow),
        (&[0x00], UnknownOpcode(0)),
        (&[0x31], UnknownOpcode(0x31)),
        (&[0xff], UnknownOpcode(0xff)),
        (&[0x01, 0x27], Unsupported(1)),
        (&[0x1b, 0x27], Unsupported(0x1b)),
        (&[0x34, 0x27], Unsupported(0x34)),
        (&[0x22, 1, 0x16, 0, 0x27], BadOperand),
        (&[0x21, 0, 1], BadJump(1)),
        (&[0x21, 1, 0], BadJump(0x100)),
        (&[0x22, 1, 0x20, 0, 0, 0x22, 1, 0x21, 0, 0], StackMismatch),
        (&overflow, StackOverflow),
        (&[0x27; CODE_MAX + 1], TooLong),
    ] {
        assert_eq!(validate(code), Err(error), "{code:02x?}");
        assert!(eval(code, &mut Fake).is_err() || error == TooLong || error == StackMismatch);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(code in proptest::collection::vec(prop_oneof![0_u8..0x36, any::<u8>()], 0..300)) {
        let _ = validate(&code);
        let _ = eval(&code, &mut Fake);
    }

    /// What validation promises holds: such an expression fails only by what it finds in the machine.
    #[test]
    fn validated_code_fails_only_by_its_data(code in proptest::collection::vec(prop_oneof![
        4 => prop::sample::select(vec![0x02_u8, 0x0e, 0x13, 0x28, 0x29, 0x2b, 0x27, 0x33, 0x17]),
        2 => Just(0x22),
        1 => prop::sample::select(vec![0x20_u8, 0x21, 0x32]),
        3 => 0_u8..8,
    ], 0..40)) {
        if validate(&code).is_ok() {
            let result = eval(&code, &mut Fake);
            prop_assert!(matches!(
                result,
                Ok(_) | Err(AgentError::NoMemory(_) | AgentError::TooManySteps | AgentError::NoRegister(_) | AgentError::DivideByZero)
            ), "{:?}", result);
        }
    }
}
