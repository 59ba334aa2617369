//! From the text of a token back to the input.

use alloc::vec::Vec;

/// Where in the input the bytes of a token's text stand.
///
/// Text and input differ where a backslash was removed or a comment skipped; between two such places they run in
/// step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// Offset in the text and in the input of the first byte of each stretch, both ascending.
    stretches: Vec<(usize, usize)>,
}

impl SourceMap {
    /// The place in the input of byte `offset` of the text; past the end it counts on.
    pub fn place(&self, offset: usize) -> usize {
        let after = self.stretches.partition_point(|&(text, _)| text <= offset);
        match after.checked_sub(1).and_then(|last| self.stretches.get(last)) {
            Some(&(text, input)) => input.saturating_add(offset.saturating_sub(text)),
            None => offset,
        }
    }

    /// Says that byte `text` of the text, at or after its end so far, is byte `input` of the input.
    pub(crate) fn note(&mut self, text: usize, input: usize) {
        if self.stretches.is_empty() || self.place(text) != input {
            self.stretches.push((text, input));
        }
    }

    /// Removes the first `bytes` of the text.
    pub(crate) fn cut(&mut self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let first = (0, self.place(bytes));
        let later = self.stretches.iter().filter(|&&(text, _)| text > bytes);
        let later = later.map(|&(text, input)| (text.saturating_sub(bytes), input));
        self.stretches = core::iter::once(first).chain(later).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_in_step_between_notes() {
        let mut map = SourceMap::default();
        for (text, input) in [(0, 5), (1, 6), (2, 8), (3, 9), (4, 20)] {
            map.note(text, input);
        }
        assert_eq!(map.stretches, [(0, 5), (2, 8), (4, 20)]);
        let places: Vec<_> = (0..6).map(|offset| map.place(offset)).collect();
        assert_eq!(places, [5, 6, 8, 9, 20, 21]);
        map.cut(3);
        let places: Vec<_> = (0..3).map(|offset| map.place(offset)).collect();
        assert_eq!(places, [9, 20, 21]);
    }

    #[test]
    fn without_notes_nothing_moves() {
        assert_eq!(SourceMap::default().place(7), 7);
    }
}
