//! The tokenizer's rules, one table row each.

use super::TokenKind::Block;
use super::TokenKind::Literal;
use super::TokenKind::Number;
use super::TokenKind::Word;
use super::*;
use proptest::prelude::*;

fn check(cases: &[(&str, &[(TokenKind, &str)])]) {
    for (input, want) in cases {
        let tokens = tokenize(input);
        let got: Vec<_> = tokens
            .iter()
            .map(|token| (token.kind, token.text.as_str()))
            .collect();
        assert_eq!(got, *want, "{input:?}");
    }
}

#[test]
fn words_and_numbers() {
    check(&[
        ("", &[]),
        ("  \t ", &[]),
        ("!ioout 3f8", &[(Word, "!ioout"), (Number, "3f8")]),
        (" a\tzz  0n10 ", &[(Number, "a"), (Word, "zz"), (Number, "0n10")]),
        ("fffff800`4ed6f010", &[(Number, "fffff800`4ed6f010")]),
        ("nt!Name+5", &[(Word, "nt!Name+5")]),
        ("é", &[(Word, "é")]),
    ]);
}

#[test]
fn newlines() {
    check(&[
        ("aa\nzz x", &[(Word, "aa\nzz"), (Word, "x")]),
        ("zz\n \nyy\r\n", &[(Word, "zz"), (Word, "yy")]),
        ("\\nzz \\n\\n10", &[(Word, "zz"), (Number, "10")]),
        ("zz\\n", &[(Word, "zz\\n")]),
    ]);
}

#[test]
fn quotes() {
    check(&[
        ("\"a b\"", &[(Literal, "a b")]),
        ("zz\"a\"yy", &[(Word, "zz"), (Literal, "a"), (Word, "yy")]),
        ("\"\" zz", &[(Word, "zz")]),
        ("\" 1 \"", &[(Literal, " 1 ")]),
        (r#""a\"b" \"c"#, &[(Literal, "a\"b"), (Word, "\"c")]),
        ("\"{ // /* \"", &[(Literal, "{ // /* ")]),
        ("zz \"open end", &[(Word, "zz"), (Word, "open end")]),
    ]);
}

#[test]
fn blocks() {
    check(&[
        ("script{a}", &[(Word, "script"), (Block, "a")]),
        ("{a}b", &[(Block, "a"), (Number, "b")]),
        ("{}", &[(Block, "")]),
        ("{\\n\\na\\n}", &[(Block, "a\\n")]),
        ("{ A {B\n} {} }", &[(Block, " A {B\n} {} ")]),
        ("{ \"}\" }", &[(Block, " \"}\" ")]),
        (r"{ \} \{ } \{x\}", &[(Block, " } { "), (Word, "{x}")]),
        (r#"{ "a\"}" }"#, &[(Block, r#" "a\"}" "#)]),
        (r#"{ "\}" }"#, &[(Block, r#" "\}" "#)]),
        (
            "test {unmatched brackets and inputs",
            &[(Word, "test"), (Word, "unmatched brackets and inputs")],
        ),
        ("test {10", &[(Word, "test"), (Number, "10")]),
        ("zz }", &[(Word, "zz"), (Word, "}")]),
    ]);
}

#[test]
fn comments() {
    check(&[
        ("zz // rest", &[(Word, "zz")]),
        ("zz // rest\nyy", &[(Word, "zz"), (Word, "yy")]),
        ("zz // rest\\nyy", &[(Word, "zz"), (Word, "yy")]),
        ("zz // } yy", &[(Word, "zz")]),
        ("zz /* a b */ yy", &[(Word, "zz"), (Word, "yy")]),
        ("z/* a */z", &[(Word, "zz")]),
        ("/*/ zz", &[(Word, "/*/"), (Word, "zz")]),
        ("zz /* open", &[(Word, "zz"), (Word, "/*"), (Word, "open")]),
        ("{ // a\n }", &[(Block, " // a\n ")]),
        ("{ // a }zz", &[(Block, " // a "), (Word, "zz")]),
        ("{ // \"\n }", &[(Block, " // \"\n ")]),
        (r"{ // \} }", &[(Block, " // } ")]),
        ("{ // \"}\\n\" a\n }", &[(Block, " // \"}\\n\" a\n ")]),
        (
            "{ // {a} {{b}}\n } zz",
            &[(Block, " // {a} {{b}}\n "), (Word, "zz")],
        ),
        ("{ // {a}} zz", &[(Block, " // {a}"), (Word, "zz")]),
        (
            "{ // a }\n zz {b}",
            &[(Block, " // a "), (Word, "zz"), (Block, "b")],
        ),
        (
            "{\n// if {\n// }\n} zz",
            &[(Block, "\n// if {\n// }\n"), (Word, "zz")],
        ),
        ("{ a { // }\n} } zz", &[(Block, " a { // }\n} "), (Word, "zz")]),
        ("zz // \"\\n yy\" yy\nzz", &[(Word, "zz"), (Word, "zz")]),
        ("{ /* } \" */ }", &[(Block, " /* } \" */ ")]),
        ("{ \"//\" }", &[(Block, " \"//\" ")]),
    ]);
}

#[test]
fn keywords_ignore_case_and_blocks() {
    let tokens = tokenize("CoRe {core} \"core\"");
    let is: Vec<_> = tokens.iter().map(|token| token.is("core")).collect();
    assert_eq!(is, [true, false, true]);
}

#[test]
fn spans_point_at_the_text() {
    let input = "  zz\n {a b} /* c */ \"d e\" 10";
    let spans: Vec<_> = tokenize(input)
        .iter()
        .map(|token| &input[token.span.clone()])
        .collect();
    assert_eq!(spans, ["zz", "{a b}", "\"d e\"", "10"]);
    for (input, span) in [("z//\n// é", 0..1), ("z/* é */ a", 0..1), ("z\\{// é", 0..3)] {
        assert_eq!(tokenize(input)[0].span, span, "{input}");
    }
}

#[test]
fn places_are_those_of_the_input() {
    for (input, token, text, places) in [
        (r"zz {a\{b\}c}", 1, "a{b}c", &[4, 5, 7, 8, 10, 11][..]),
        (r#""a\"b""#, 0, "a\"b", &[1, 2, 4, 5]),
        ("z/* */y", 0, "zy", &[0, 6, 7]),
        (r"{// \}x}", 0, "// }x", &[1, 2, 3, 4, 6, 7]),
        (r"\n zz\{", 0, "zz{", &[3, 4, 5, 7]),
        ("{ {\n zz", 0, "{\n zz", &[2, 3, 4, 5, 6, 7]),
        (r"{\nz}", 0, "z", &[3, 4]),
    ] {
        let tokens = tokenize(input);
        let token = &tokens[token];
        let got: Vec<_> = (0..=token.text.len()).map(|offset| token.place(offset)).collect();
        assert_eq!((token.text.as_str(), got.as_slice()), (text, places), "{input}");
    }
}

proptest! {
    #[test]
    fn spans_are_ordered_and_on_boundaries(input in "([ \t\n\\\\n\"{}/*a0éx]|.){0,40}") {
        let mut end = 0;
        for token in tokenize(&input) {
            prop_assert!(end <= token.span.start);
            prop_assert!(input.get(token.span.clone()).is_some());
            prop_assert!(!token.text.is_empty() || token.kind == Block);
            let mut last = token.span.start;
            for (offset, c) in token.text.char_indices() {
                let place = token.place(offset);
                prop_assert!(last <= place && place < token.span.end);
                let there = input[place..].chars().next();
                prop_assert!(there == Some(c) || there == Some('\\'), "{c:?} is not at {place}");
                last = place;
            }
            end = token.span.end;
        }
    }

    #[test]
    fn without_marks_it_is_split_by_spaces(words in proptest::collection::vec("[a-z0-9!.@+]{1,8}", 0..6)) {
        let tokens = tokenize(&words.join(" "));
        prop_assert_eq!(tokens.into_iter().map(|token| token.text).collect::<Vec<_>>(), words);
    }
}
