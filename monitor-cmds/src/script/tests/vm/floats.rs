//! Floating-point values: IEEE, and never an infinity or a NaN.

use super::World;
use super::fails;
use super::gives;
use super::prints;
use alloc::format;
use alloc::string::ToString;

#[test]
fn arithmetic() {
    for (expression, value) in [
        ("1.5 + 2.25", 3.75_f64),
        ("1.5 - 2.25", -0.75),
        ("1.5 * 2", 3.0),
        ("7 / 2.0", 3.5),
        ("-1.5", -1.5),
        ("+1.5", 1.5),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("1.0 / 3", 1.0 / 3.0),
        ("(double)(float)0.1", f64::from(0.1_f32)),
        ("(double)ffffffffffffffff", -1.0),
        ("(double)(unsigned long)ffffffffffffffff", u64::MAX as f64),
        ("(double)((float)16777217.0 + (float)1)", 16_777_216.0),
        ("(double)(float)0n16777219", 16_777_220.0),
    ] {
        gives("", expression, value.to_bits());
        // Without constants.
        gives(
            &format!("double z0 = 0; double r1 = {expression} + z0;"),
            "r1",
            value.to_bits(),
        );
    }
    gives(
        "float x1 = 0.1; float y1 = 0.2;",
        "(double)(x1 + y1) == (double)(float)0.3",
        u64::from(0.1_f32 + 0.2_f32 == 0.3_f32),
    );
    gives(
        "float x1 = 1; x1 /= 3;",
        "x1",
        u64::from((1.0_f32 / 3.0).to_bits()),
    );
    gives("double x1 = 1.5; x1++;", "x1 == 2.5", 1);
    gives("int i = 7; i *= 1.5;", "i", 10);
}

#[test]
fn comparisons() {
    for (expression, value) in [
        ("1.5 < 2", 1),
        ("1.5 > 2", 0),
        ("-0.0 == 0.0", 1),
        ("1.5 <= 1.5", 1),
        ("1.5 >= 1.6", 0),
        ("1.5 != 1.5", 0),
        ("(unsigned long)-1 > 1.5", 1),
    ] {
        gives("", expression, value);
        gives(
            &format!("r1 = 0; double z0 = 0; if ({expression}) {{ r1 = 1; }}"),
            "r1",
            value,
        );
    }
}

#[test]
fn what_no_number_is_ends_the_script() {
    let max = "17976931348623157".to_string() + &"0".repeat(292) + ".0";
    for (source, text) in [
        (
            "double z0 = 0; double r1 = 1 / z0;".to_string(),
            "FUNC_DIV: division by zero",
        ),
        ("double r1 = 1.0 / 0.0;".to_string(), "FUNC_DIV: division by zero"),
        (
            format!("double m = {max}; double r1 = m * 2;"),
            "FUNC_MUL: not a finite floating-point number",
        ),
        (
            format!("double m = {max}; double r1 = m + m;"),
            "FUNC_ADD: not a finite floating-point number",
        ),
        (
            format!("double m = {max}; double r1 = -m - m;"),
            "FUNC_SUB: not a finite floating-point number",
        ),
        (
            format!("double m = {max}; float kf = m;"),
            "FUNC_CAST: not a finite floating-point number",
        ),
        (
            format!("float kf = {max};"),
            "FUNC_CAST: not a finite floating-point number",
        ),
        (
            "double kd = 3000000000.0; int i = kd;".to_string(),
            "FUNC_CAST: the number does not fit a signed integer of 4 bytes",
        ),
        (
            "int i = 3000000000.0;".to_string(),
            "FUNC_CAST: the number does not fit a signed integer of 4 bytes",
        ),
        (
            "unsigned char kc = 256.0;".to_string(),
            "an unsigned integer of 1 bytes",
        ),
        (
            "unsigned char kc = -1.0;".to_string(),
            "an unsigned integer of 1 bytes",
        ),
        ("x = -1.5;".to_string(), "an unsigned integer of 8 bytes"),
        (
            "x = 18446744073709551616.0;".to_string(),
            "an unsigned integer of 8 bytes",
        ),
        (
            "long x1 = 9223372036854775808.0;".to_string(),
            "a signed integer of 8 bytes",
        ),
    ] {
        let error = fails(&source);
        assert!(
            error.starts_with("Err, ScriptEngineExecute, function = FUNC_"),
            "{source}: {error}"
        );
        assert!(error.ends_with(text), "{source}: {error}");
    }
}

#[test]
fn the_ends_of_the_ranges_fit() {
    for (written, number, value) in [
        ("char", "127.9", 127),
        ("char", "-128.9", -128_i64 as u64),
        ("unsigned char", "255.9", 255),
        ("unsigned char", "-0.9", 0),
        ("int", "-2147483648.5", i64::from(i32::MIN) as u64),
        ("unsigned int", "4294967295.5", 0xffff_ffff),
        ("long", "-9223372036854775808.0", i64::MIN as u64),
        (
            "unsigned long",
            "18446744073709549568.0",
            18_446_744_073_709_549_568,
        ),
    ] {
        gives("", &format!("({written}){number}"), value);
        gives(
            &format!("double kd = {number};"),
            &format!("({written})kd"),
            value,
        );
    }
}

#[test]
fn memory_may_hold_what_is_no_number() {
    let mut world = World::new();
    world.guest.map(0x1000, &f64::NAN.to_le_bytes());
    world.guest.map(0x2000, &f32::INFINITY.to_le_bytes());
    for (source, function) in [
        ("double *p = 1000; double kd = *p + 1;", "ADD"),
        ("double *p = 1000; if (*p == 1) { x = 1; }", "COMPARE"),
        ("float *p = 2000; double kd = *p;", "CAST"),
        ("float *p = 2000; float kf = -*p;", "NEG"),
        ("double *p = 1000; printf(\"%f\", *p);", "PRINTF"),
    ] {
        assert_eq!(
            world.run(source).unwrap_err(),
            format!(
                "Err, ScriptEngineExecute, function = FUNC_{function}: not a finite floating-point number"
            )
        );
    }
}

#[test]
fn operators_that_floats_do_not_have() {
    for expression in [
        "1.5 % 2",
        "1.5 << 1",
        "1 >> 1.5",
        "1.5 & 1",
        "1 | 1.5",
        "1.5 ^ 1",
        "~1.5",
        "(char *)1.5",
        "(double)(char *)1",
        "(char *)1 + 1.5",
        "(char *)1 == 1.5",
        "not(1.5)",
        "neg(1.5)",
    ] {
        let error = fails(&format!("x = {expression};"));
        assert!(
            error.ends_with("Syntax Error: Unsupported floating-point operation"),
            "{expression}: {error}"
        );
    }
}

#[test]
fn printed() {
    assert_eq!(
        prints(
            "printf(\"%f|%.2f|%8.1f|%-8.1f|%+.0f|%08.2f|% f\", 1.5, 2.345, 9.96, 9.96, 2.5, -3.14159, 0.1);"
        ),
        "1.500000|2.35|    10.0|10.0    |+2|-0003.14| 0.100000"
    );
    assert_eq!(prints("float v = 0.5; printf(\"%f\", v);"), "0.500000");
}
