//! Nothing is left for later in the sources.

use super::Source;

/// Words of unfinished work, in pieces so that this file does not accuse itself.
const NOTES: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("not ", "implemented"),
];

/// One complaint per line that has such a word.
pub(super) fn check(source: &Source) -> Vec<String> {
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let note = NOTES.iter().find(|note| line.contains(**note))?;
            Some(format!(
                "{}:{}: `{note}`: finish it, or open an issue",
                source.path.display(),
                index + 1
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_left_over_note_is_found() {
        let text = format!("fn a() {{}}\n// {}: later\n", NOTES[0]);
        let complaints = check(&Source {
            path: "a.rs".into(),
            text,
        });
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("a.rs:2: "), "{complaints:?}");
    }
}
