//! Text as a `{...}` block that the tokenizer reads back as the same text.

use crate::TokenKind;
use crate::tokenize;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// Displays as `{...}`.
///
/// Braces get a backslash only where the tokenizer would not pair them. Text that no block can have, such as one
/// that ends in a backslash, is written as near as possible.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'t>(pub(crate) &'t str);

impl Block<'_> {
    /// Whether what is displayed reads back as this text. Text with comments in quotes in braces may be beyond that.
    pub(crate) fn can_be_written(&self) -> bool {
        reads_back(&format!("{self}"), self.0)
    }
}

impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = format!("{{{}}}", self.0);
        if reads_back(&plain, self.0) {
            return f.write_str(&plain);
        }
        write!(f, "{{{}}}", escaped(self.0))
    }
}

fn reads_back(block: &str, text: &str) -> bool {
    match tokenize(block).as_slice() {
        [token] => token.kind == TokenKind::Block && token.text == text,
        _ => false,
    }
}

/// With a backslash before each brace outside quotes and `/* */`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if !quoted && rest.starts_with("/*") => {
                let body = rest.get(2..).unwrap_or_default();
                body.find("*/").map_or(1, |end| end.saturating_add(4))
            }
            '/' if !quoted && rest.starts_with("//") => line_comment(rest, &mut out),
            '\\' if rest.starts_with("\\\"") => 2,
            _ => c.len_utf8(),
        };
        let piece = rest.get(..length).unwrap_or_default();
        match piece {
            "\"" => quoted = !quoted,
            "{" | "}" if !quoted => out.push('\\'),
            _ => {}
        }
        if quoted || !piece.starts_with("//") {
            out.push_str(piece);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// Writes the `//` comment that `rest` begins with and gives its length. It ends at a newline or the characters `\n`.
fn line_comment(rest: &str, out: &mut String) -> usize {
    let mut at = 0_usize;
    loop {
        let tail = rest.get(at..).unwrap_or_default();
        let Some(c) = tail.chars().next() else { return at };
        let length = match c {
            '\n' => return at,
            '\\' if tail.starts_with("\\n") => return at,
            '"' => crate::token::quoted_length(tail).unwrap_or(1),
            c => c.len_utf8(),
        };
        if matches!(c, '{' | '}') {
            out.push('\\');
        }
        out.push_str(tail.get(..length).unwrap_or_default());
        at = at.saturating_add(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn braces_are_escaped_only_where_they_must_be() {
        for (text, want) in [
            ("", "{}"),
            (" a {b} ", "{ a {b} }"),
            ("\"}\"", "{\"}\"}"),
            ("a } b", r"{a \} b}"),
            ("{ \"{\" }}", r#"{\{ "{" \}\}}"#),
            ("// }\n{", "{// \\}\n\\{}"),
            ("// {}\n", "{// {}\n}"),
            ("// \"}\" }\n", "{// \"}\" }\n}"),
            ("// {} }", "{// \\{\\} \\}}"),
            (r"} // { \} }", r"{\} // \{ \\} \}}"),
            ("/* } */ {", r"{/* } */ \{}"),
        ] {
            assert_eq!(Block(text).to_string(), want, "{text:?}");
            assert!(reads_back(want, text), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_was_a_block_is_one_again(input in r#"([ \n\\n"{}/*a]|//|/\*|\*/|\\[{}"n]){0,24}"#) {
            for token in tokenize(&format!("{{{input}")).into_iter().chain(tokenize(&input)) {
                if token.kind == TokenKind::Block {
                    let printed = Block(&token.text).to_string();
                    prop_assert!(reads_back(&printed, &token.text), "{:?} as {printed:?}", token.text);
                }
            }
        }
    }
}
