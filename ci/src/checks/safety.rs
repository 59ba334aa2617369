//! Every `unsafe` block and impl has a SAFETY comment near it.

use super::Source;

/// How far above the keyword the comment may begin.
const REACH: usize = 8;

/// One complaint per block or impl without its comment.
pub(super) fn check(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let missing = |&(index, line): &(usize, &&str)| {
        let near = &lines[index.saturating_sub(REACH)..=index];
        needs_reason(line) && !near.iter().any(|line| line.contains("SAFETY"))
    };
    let complaints = lines.iter().enumerate().filter(missing);
    complaints
        .map(|(index, _)| {
            format!(
                "{}:{}: `unsafe` without a SAFETY comment within {REACH} lines",
                source.path.display(),
                index + 1
            )
        })
        .collect()
}

/// Whether the line opens an unsafe block or impl outside comments and string literals.
fn needs_reason(line: &str) -> bool {
    let plain = line.replace("\\\"", "");
    // Literals go first: a string may have slashes in it.
    let outside: String = plain.split('"').step_by(2).collect();
    let code = outside.split("//").next().unwrap_or_default();
    code.match_indices("unsafe").any(|(at, keyword)| {
        let before = code[..at].chars().next_back();
        let after = code[at + keyword.len()..].trim_start();
        let word = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        word && (after.starts_with('{') || after.starts_with("impl ") || after.starts_with("impl<"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> usize {
        check(&Source {
            path: "a.rs".into(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn blocks_and_impls_need_a_comment() {
        assert_eq!(complaints("let x = unsafe { f() };"), 1);
        assert_eq!(complaints("unsafe impl<T> Send for X<T> {}"), 1);
        assert_eq!(
            complaints("// SAFETY: checked above.\nlet x = unsafe { f() };"),
            0
        );
        assert_eq!(
            complaints(&format!(
                "// SAFETY: too far\n{}unsafe {{ f() }}",
                "a();\n".repeat(8)
            )),
            1
        );
    }

    #[test]
    fn other_uses_of_the_word_do_not() {
        assert_eq!(complaints("unsafe fn f();"), 0);
        assert_eq!(complaints("// unsafe { }"), 0);
        assert_eq!(complaints("let s = \"unsafe { }\";"), 0);
        assert_eq!(complaints("not_unsafe { }"), 0);
    }
}
