//! A tree's canonical text is parsed to that tree, and no text makes the parser misbehave.

use super::generate;
use crate::script::ast::Item;
use crate::script::ast::Program;
use crate::script::parse;
use crate::script::parse_expression;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use proptest::prelude::*;

/// Parses the text of `program`, which has no places.
fn comes_back(program: &Program) -> Result<(), TestCaseError> {
    let text = program.to_string();
    match parse(&text) {
        Ok(again) => prop_assert_eq!(&again.without_spans(), program, "{}", text),
        Err(error) => prop_assert!(false, "{}\nat {}: {}", text, error.offset, error.message),
    }
    Ok(())
}

/// What must hold for any text.
pub(crate) fn check(source: &str) -> Result<(), TestCaseError> {
    match parse(source) {
        Ok(program) => {
            let text = program.to_string();
            // Indentation can make the text longer than what is taken.
            if text.len() <= crate::script::MAX_SOURCE {
                comes_back(&program.without_spans())?;
            }
        }
        Err(error) => {
            prop_assert!(error.offset <= source.len(), "{:?}", error);
            prop_assert!(source.is_char_boundary(error.offset), "{:?}", error);
            prop_assert!(!error.message.is_empty());
        }
    }
    if let Ok(expression) = parse_expression(source) {
        let text = expression.to_string();
        let again = parse_expression(&text);
        prop_assert_eq!(
            again.map(|e| e.without_spans()),
            Ok(expression.without_spans()),
            "{}",
            text
        );
    }
    Ok(())
}

/// Pieces that make sense together now and then.
fn nearly_a_script() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(Vec::from([
        "x", "y_1", "@rax", "rcx", "$pid", ".g", "nt!Name", "5", "0n10", "0x", "1.5", ".5", "1.", "\"a\\n\"",
        "L\"b\"", "int", "unsigned", "long", "float", "void", "char", "struct", "T", "typedef", "sizeof",
        "if", "elsif", "else", "while", "do", "for", "break", "continue", "return", "#include", "poi",
        "printf", "=", "+=", "++", "--", "+", "-", "*", "/", "%", "&", "&&", "|", "||", "^", "~", "!", "<",
        "<<", "<=", "==", "!=", "->", ".", ",", ";", ";", "(", ")", "(", ")", "[", "]", "{", "}", "{", "}",
        "?", "\n", "//", "/*", "*/", "\\", "'", "`", "é", "\r",
    ]));
    let glue = prop::sample::select(Vec::from([" ", "", " "]));
    prop::collection::vec((pieces, glue), 0..40)
        .prop_map(|all| all.into_iter().flat_map(|(piece, glue)| [piece, glue]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_tree(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        comes_back(&generate::syntax::program(&bytes))?;
    }

    #[test]
    fn programs_that_run(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        comes_back(&generate::program(&bytes))?;
    }

    #[test]
    fn texts(source in ".{0,60}") {
        check(&source)?;
    }

    #[test]
    fn nearly_scripts(source in nearly_a_script()) {
        check(&source)?;
    }

    #[test]
    fn doubles(bits in any::<u64>()) {
        let value = f64::from_bits(bits & 0x7fff_ffff_ffff_ffff);
        prop_assume!(value.is_finite());
        let expression = generate::expr(crate::script::ast::ExprKind::Float(value.to_bits()));
        let again = parse_expression(&expression.to_string()).map(|e| e.without_spans());
        prop_assert_eq!(again, Ok(expression));
    }
}

/// The generator reaches what it is for: over many seeds, every kind of item, loop and place turns up.
#[test]
fn generated_programs_are_varied() {
    let mut all = String::new();
    for seed in 0..200_u32 {
        let bytes: Vec<u8> = (0..400_u32)
            .map(|i| {
                (seed
                    .wrapping_mul(747_796_405)
                    .wrapping_add(i.wrapping_mul(2_891_336_453))
                    >> 16) as u8
            })
            .collect();
        let program = generate::program(&bytes);
        if program.items.iter().any(|item| matches!(item, Item::Function(_))) {
            all.push_str("FUNCTION");
        }
        all.push_str(&program.to_string());
    }
    for wanted in [
        "FUNCTION",
        "if (",
        "elsif (",
        "else {",
        "for (",
        "while (",
        "do {",
        "break;",
        "continue;",
        "[0x4] = {",
        "struct Sample",
        "->",
        " = &",
        "double ",
        "sizeof",
        "(unsigned char)",
        ">>=",
        "test_statement(",
        "@rax",
        "$pid",
        ".g2",
        "return ",
        "&& ",
        "|| ",
        "unsigned long",
        "bool ",
        "*p_",
    ] {
        assert!(all.contains(wanted), "{wanted}");
    }
}
