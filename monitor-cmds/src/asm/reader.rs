//! A cursor over tokens.

use crate::asm::lexer::Kind;
use crate::asm::lexer::Token;

/// Where to read next. Past the end there are only separators.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'t> {
    tokens: &'t [Token<'t>],
    next: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(tokens: &'t [Token<'t>]) -> Self {
        Self { tokens, next: 0 }
    }

    /// Has everything been read?
    pub(crate) fn is_done(&self) -> bool {
        self.next >= self.tokens.len()
    }

    /// The next token's kind.
    pub(crate) fn peek(&self) -> &'t Kind<'t> {
        self.peek_at(0)
    }

    /// The kind of the token `ahead` after the next.
    pub(crate) fn peek_at(&self, ahead: usize) -> &'t Kind<'t> {
        self.tokens
            .get(self.next.saturating_add(ahead))
            .map_or(&Kind::Separator, |token| &token.kind)
    }

    /// Where the next token begins.
    pub(crate) fn offset(&self) -> usize {
        self.tokens
            .get(self.next)
            .or(self.tokens.last())
            .map_or(0, |token| token.offset)
    }

    pub(crate) fn next(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Takes `mark` if it is next.
    pub(crate) fn mark(&mut self, mark: char) -> bool {
        let found = *self.peek() == Kind::Mark(mark);
        if found {
            self.next();
        }
        found
    }

    /// Is `mark` next?
    pub(crate) fn at(&self, mark: char) -> bool {
        *self.peek() == Kind::Mark(mark)
    }

    /// The next token if it is a word.
    pub(crate) fn word(&self) -> Option<&'t str> {
        match self.peek() {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Takes `keyword` if it is next. Case does not matter.
    pub(crate) fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        if found {
            self.next();
        }
        found
    }

    /// Is the statement over?
    pub(crate) fn at_end(&self) -> bool {
        *self.peek() == Kind::Separator
    }
}
