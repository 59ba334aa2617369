//! Single expressions, as `?`, `print` and `.formats` evaluate them.

use super::World;
use crate::script::EvaluateError;
use crate::script::NoSymbols;
use crate::script::ValueType;
use crate::script::evaluate;
use alloc::string::String;
use alloc::string::ToString;

fn value(world: &mut World, source: &str) -> Result<(u64, ValueType), EvaluateError> {
    let mut out = String::new();
    evaluate(
        source,
        &mut world.globals,
        &NoSymbols,
        &mut world.guest,
        &mut world.scratch,
        &mut out,
    )
}

#[test]
fn values_and_types() {
    let mut world = World::new();
    world.guest.registers.insert("rax", 0x10);
    world.guest.map(0x1000, &[1, 2, 3, 4, 5, 6, 7, 8]);
    world.run(".g = 5;").unwrap();
    let integer = |size, signed| ValueType::Integer { size, signed };
    for (source, number, ty) in [
        ("5", 5, integer(8, true)),
        ("-1", u64::MAX, integer(8, true)),
        ("@rax + 8", 0x18, integer(8, true)),
        ("poi(1000) >> 38", 8, integer(8, false)),
        ("(char)ff", u64::MAX, integer(1, true)),
        ("1 == 1", 1, integer(4, true)),
        ("(bool)7", 1, ValueType::Bool),
        ("1.5", 1.5_f64.to_bits(), ValueType::Double),
        ("(float)1.5", u64::from(1.5_f32.to_bits()), ValueType::Float),
        ("(int *)1000 + 1", 0x1004, ValueType::Pointer),
        ("*(int *)1000", 0x0403_0201, integer(4, true)),
        (".g * 2", 10, integer(8, false)),
    ] {
        assert_eq!(value(&mut world, source), Ok((number, ty)), "{source}");
    }
}

#[test]
fn what_has_no_value() {
    let mut world = World::new();
    for (source, text) in [
        ("x", "Syntax Error: Unresolved Variable"),
        ("print(1)", "'print' gives no value"),
        ("1 +", "Syntax Error"),
        ("1; 2", "Syntax Error"),
        ("1) + (2", "Syntax Error"),
        (
            "poi(0)",
            "Err, ScriptEngineExecute, function = FUNC_POI: address 0 is not accessible",
        ),
        ("1 / 0", "FUNC_DIV: division by zero"),
    ] {
        let error = value(&mut world, source).unwrap_err().to_string();
        assert!(error.contains(text), "{source}: {error}");
    }
    assert_eq!(world.globals.iter().count(), 0);
}
