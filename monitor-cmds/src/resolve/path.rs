//! Paths as text, with `/` or `\` between their parts.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const SEPARATORS: [char; 2] = ['/', '\\'];

/// What is before the last separator, with it; empty without one.
pub(super) fn directory(path: &str) -> &str {
    let end = path.rfind(SEPARATORS).map_or(0, |at| at.saturating_add(1));
    path.get(..end).unwrap_or_default()
}

/// `path` as seen from `directory`.
pub(super) fn join(directory: &str, path: &str) -> String {
    let drive = path.get(1..2) == Some(":");
    if path.starts_with(SEPARATORS) || drive {
        return path.into();
    }
    format!("{directory}{path}")
}

/// One spelling for the ways to write a path: `/` between parts, no `.`, no `..` after a name.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (index, part) in path.split(SEPARATORS).enumerate() {
        match part {
            "" if index > 0 => {}
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_and_joining() {
        for (from, path, joined) in [
            ("", "a.ds", "a.ds"),
            ("lib/b.ds", "a.ds", "lib/a.ds"),
            ("lib/b.ds", "../a.ds", "lib/../a.ds"),
            ("lib/b.ds", "/a.ds", "/a.ds"),
            ("C:\\x\\b.ds", "y\\a.ds", "C:\\x\\y\\a.ds"),
            ("C:\\x\\b.ds", "D:\\a.ds", "D:\\a.ds"),
        ] {
            assert_eq!(join(directory(from), path), joined, "{from} {path}");
        }
    }

    #[test]
    fn one_spelling() {
        for (path, one) in [
            ("a", "a"),
            ("./a", "a"),
            ("x/../a", "a"),
            ("x//y/./a", "x/y/a"),
            ("x\\a", "x/a"),
            ("../a", "../a"),
            ("../../a", "../../a"),
            ("/a", "/a"),
            ("/../a", "/../a"),
        ] {
            assert_eq!(normal(path), one, "{path}");
        }
    }
}
