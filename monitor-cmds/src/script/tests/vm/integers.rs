//! Integer operators are Rust's wrapping ones, in every type.

use super::World;
use super::fails;
use super::gives;
use crate::script::Script;
use alloc::format;
use proptest::prelude::*;

/// Type as written, bytes, signed.
const TYPES: [(&str, u32, bool); 8] = [
    ("char", 1, true),
    ("unsigned char", 1, false),
    ("short", 2, true),
    ("unsigned short", 2, false),
    ("int", 4, true),
    ("unsigned int", 4, false),
    ("long", 8, true),
    ("unsigned long", 8, false),
];

const OPERATORS: [&str; 16] = [
    "+", "-", "*", "/", "%", "<<", ">>", "&", "^", "|", "==", "!=", "<", "<=", ">", ">=",
];

/// `bits` as a value of the type, in a number that holds all of them.
fn cut(bits: u64, (_, size, signed): (&str, u32, bool)) -> i128 {
    match (size, signed) {
        (1, true) => i128::from(bits as i8),
        (1, false) => i128::from(bits as u8),
        (2, true) => i128::from(bits as i16),
        (2, false) => i128::from(bits as u16),
        (4, true) => i128::from(bits as i32),
        (4, false) => i128::from(bits as u32),
        (_, true) => i128::from(bits as i64),
        (_, false) => i128::from(bits),
    }
}

macro_rules! in_type {
    ($ty:ty, $op:expr, $a:expr, $b:expr) => {{
        let (a, b) = ($a as $ty, $b as $ty);
        match $op {
            "+" => Some(a.wrapping_add(b) as i64 as u64),
            "-" => Some(a.wrapping_sub(b) as i64 as u64),
            "*" => Some(a.wrapping_mul(b) as i64 as u64),
            "/" => a.checked_div(b).map(|v| v as i64 as u64),
            "%" => a.checked_rem(b).map(|v| v as i64 as u64),
            "<<" => u32::try_from($b)
                .ok()
                .and_then(|n| a.checked_shl(n))
                .map(|v| v as i64 as u64),
            ">>" => u32::try_from($b)
                .ok()
                .and_then(|n| a.checked_shr(n))
                .map(|v| v as i64 as u64),
            "&" => Some((a & b) as i64 as u64),
            "^" => Some((a ^ b) as i64 as u64),
            "|" => Some((a | b) as i64 as u64),
            "==" => Some(u64::from(a == b)),
            "!=" => Some(u64::from(a != b)),
            "<" => Some(u64::from(a < b)),
            "<=" => Some(u64::from(a <= b)),
            ">" => Some(u64::from(a > b)),
            _ => Some(u64::from(a >= b)),
        }
    }};
}

/// What Rust computes in the type that C gives the operator; `None` is an error.
fn expected(op: &str, a: i128, left: (&str, u32, bool), b: i128, right: (&str, u32, bool)) -> Option<u64> {
    let promote = |(_, size, signed): (&str, u32, bool)| if size < 4 { (4, true) } else { (size, signed) };
    let (left, right) = (promote(left), promote(right));
    let common = if op == "<<" || op == ">>" {
        left
    } else if left.0 != right.0 {
        left.max(right)
    } else {
        (left.0, left.1 && right.1)
    };
    match common {
        (4, true) => in_type!(i32, op, a, b),
        // An unsigned result is extended with zeros.
        (4, false) => in_type!(u32, op, a, b),
        (_, true) => in_type!(i64, op, a, b),
        (_, false) => in_type!(u64, op, a, b),
    }
}

fn interesting() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0_u64..70,
        (0_u64..70).prop_map(u64::wrapping_neg),
        prop::sample::select(alloc::vec![
            0x7f,
            0x80,
            0xff,
            0x7fff,
            0x8000,
            0xffff,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff,
            i64::MAX as u64,
            1 << 63,
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn as_rust_wraps(
        op in prop::sample::select(OPERATORS.to_vec()),
        left in prop::sample::select(TYPES.to_vec()),
        right in prop::sample::select(TYPES.to_vec()),
        a in interesting(),
        b in interesting(),
    ) {
        let want = expected(op, cut(a, left), left, cut(b, right), right);
        let mut world = World::new();
        for source in [
            format!("{} v = {a:x}; {} w = {b:x}; test_statement(v {op} w);", left.0, right.0),
            format!("test_statement(({}){a:x} {op} ({}){b:x});", left.0, right.0),
            format!("{} v = {a:x}; test_statement(v {op} ({}){b:x});", left.0, right.0),
            format!("{} w = {b:x}; test_statement(({}){a:x} {op} w);", right.0, left.0),
            format!("{} v = {a:x}; {} w = {b:x}; if (v {op} w) {{ test_statement(1); }} else {{ test_statement(0); }}", left.0, right.0),
        ] {
            world.control.tested.clear();
            let result = world.run(&source);
            match want {
                Some(value) => {
                    prop_assert_eq!(result, Ok(()), "{}", source);
                    let value = if source.contains("if") { u64::from(value != 0) } else { value };
                    prop_assert_eq!(&world.control.tested, &[value], "{}", source);
                }
                None => prop_assert!(result.is_err(), "{}", source),
            }
        }
    }

    #[test]
    fn before_an_operand(ty in prop::sample::select(TYPES.to_vec()), bits in interesting()) {
        let value = cut(bits, ty);
        let wrap = |value: i128| match ty.1 {
            1 | 2 => value as i32 as u64,
            4 if ty.2 => value as i32 as u64,
            4 => u64::from(value as u32),
            _ => value as u64,
        };
        let mut world = World::new();
        world.run(&format!("{} v = {bits:x}; test_statement(-v); test_statement(~v); test_statement(!v); test_statement(+v); test_statement(neg(v)); test_statement(not(v));", ty.0)).unwrap();
        prop_assert_eq!(world.control.tested, [wrap(-value), wrap(!value), u64::from(value == 0), wrap(value), -value as u64, !value as u64]);
    }
}

#[test]
fn errors_name_the_operator_and_the_reason() {
    for (source, text) in [
        ("z = 0; x = 1 / z;", "DIV: division by zero"),
        ("x = 1 / 0;", "DIV: division by zero"),
        ("x = 1 % 0;", "MOD: division by zero"),
        (
            "int v = 80000000; x = v / (int)-1;",
            "DIV: the quotient does not fit its type",
        ),
        (
            "long v = 8000000000000000; x = v % -1;",
            "MOD: the quotient does not fit its type",
        ),
        ("x = 1 << 40;", "ASL: shift of 40 bits by 40"),
        ("x = (int)1 << 20;", "ASL: shift of 20 bits by 20"),
        ("x = 1 >> -1;", "ASR: shift of 40 bits by -1"),
    ] {
        let source = source.replace('z', "zero");
        assert_eq!(
            fails(&source),
            format!("Err, ScriptEngineExecute, function = FUNC_{text}"),
            "{source}"
        );
    }
    gives("x = 1 / 1;", "x << 3f", 1 << 63);
}

#[test]
fn constants_are_computed_when_compiling() {
    let mut globals = crate::script::Globals::new();
    let compile =
        |source, globals: &mut _| Script::compile(source, globals, &crate::script::NoSymbols).unwrap();
    assert_eq!(
        compile("@rax = (2 + 3) * 4 << 1;", &mut globals),
        compile("@rax = 28;", &mut globals)
    );
}
