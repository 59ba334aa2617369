//! Where the scripts of a file are.
//!
//! A script is `? { ... }`, `? statements`, or bare statements. A `?` begins one where no other text could: at the
//! start of a line, behind a closing brace or behind a `;`, outside braces, quotes and comments.

use std::ops::Range;

use monitor_cmds::comment_or_text;

/// The scripts' places, in order, each from its `?` to the next. Text before the first `?` is a script if it has
/// more than white space and comments; text without `?` is one script whatever it has.
pub(super) fn scripts(text: &str) -> Vec<Range<usize>> {
    let mut marks = Vec::new();
    let mut depth = 0_usize;
    // Only white space since the start of a line, a closing brace or a `;`.
    let mut fresh = true;
    let mut code_before = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let length = comment_or_text(rest);
        if length > 0 {
            // Comments may stand before a `?`, literals may not.
            let literal = rest.starts_with('"');
            fresh &= !literal;
            code_before |= literal && marks.is_empty();
            rest = &rest[length..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '?' if depth == 0 && fresh => {
                marks.push(at);
                fresh = false;
                continue;
            }
            _ => {}
        }
        code_before |= marks.is_empty() && !c.is_whitespace();
        fresh = c == '\n' || matches!(c, '}' | ';') && depth == 0 || fresh && c.is_whitespace();
    }
    if marks.is_empty() || code_before {
        marks.insert(0, 0);
    }
    let ends = marks.iter().skip(1).copied().chain([text.len()]);
    marks.iter().zip(ends).map(|(&start, end)| start..end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_a_file() {
        for (text, want) in [
            ("", &[""][..]),
            ("x = 1;", &["x = 1;"]),
            ("? { a; }", &["? { a; }"]),
            ("? { a; }\n? { b; }\n", &["? { a; }\n", "? { b; }\n"]),
            ("? { a; } ? b;\n  ? c;", &["? { a; } ", "? b;\n  ", "? c;"]),
            ("// no script ? { }\n/* ? */ ? a;", &["? a;"]),
            ("a; /* x */\n? b;", &["a; /* x */\n", "? b;"]),
            ("? { a; { b; }\n? c; }", &["? { a; { b; }\n? c; }"]),
            // Here it is no start but an error of the script's.
            ("a = b ? c : d;", &["a = b ? c : d;"]),
            (
                "? printf(\"}\n? \\\" {\");\n? b;",
                &["? printf(\"}\n? \\\" {\");\n", "? b;"],
            ),
            ("? a /* never closed\n? b", &["? a /* never closed\n? b"]),
            ("? a \"never closed\n? b", &["? a \"never closed\n? b"]),
            ("?}?", &["?}", "?"]),
            (
                "a; ? { b; } c; /* d */ ? e;",
                &["a; ", "? { b; } c; /* d */ ", "? e;"],
            ),
            ("{ a; ? b; }", &["{ a; ? b; }"]),
        ] {
            let found: Vec<_> = scripts(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, want, "{text:?}");
        }
    }
}
