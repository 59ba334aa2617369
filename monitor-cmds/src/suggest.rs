//! The nearest known word to one that was mistyped.

use alloc::vec::Vec;

/// Words longer than this are never near a command; it bounds the work on hostile input.
const LONGEST: usize = 24;

/// The candidate nearest to `word` by edit distance, ignoring case, if it is near enough to be meant: at most two
/// edits, and fewer than half of the word's letters.
pub(crate) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let word: Vec<u8> = word
        .bytes()
        .take(LONGEST.saturating_add(1))
        .map(|b| b.to_ascii_lowercase())
        .collect();
    if word.len() > LONGEST {
        return None;
    }
    candidates
        .map(|candidate| (distance(&word, candidate.as_bytes()), candidate))
        .filter(|&(edits, candidate)| edits <= 2 && edits.saturating_mul(2) < candidate.len())
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, one row at a time.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let substituted = diagonal.saturating_add(usize::from(x != y));
            diagonal = *cell;
            left = substituted
                .min(left.saturating_add(1))
                .min(diagonal.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, edits) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("ioout", "!ioout", 1),
            ("stauts", "status", 2),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), edits, "{a} {b}");
        }
    }

    #[test]
    fn near_and_far() {
        let words = ["help", "status", "!ioin", "!ioout"];
        for (word, want) in [
            ("ioout", Some("!ioout")),
            ("STATS", Some("status")),
            ("!iooin", Some("!ioin")),
            ("frobnicate", None),
            ("g", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, words.into_iter()), want, "{word}");
        }
    }
}
