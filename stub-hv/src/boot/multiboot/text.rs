//! The strings of the information structure, in one pool: there is no heap yet, and room for the longest
//! string beside each module would be mostly empty.

use super::BootInfoError;
use super::MAX_TEXT;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use core::ops::Range;
use heapless::Vec;

/// Bytes of all strings together.
pub(crate) const POOL_SIZE: usize = 3 * MAX_TEXT;

/// A string of a [`super::BootInfo`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Range<usize>);

/// Where the strings are.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextPool(Vec<u8, POOL_SIZE>);

impl TextPool {
    /// The string behind a [`Text`] this pool gave out.
    pub(crate) fn get(&self, text: &Text) -> &str {
        let bytes = self.0.get(text.0.clone()).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Copies the NUL-terminated string at `at`. Bytes that are not UTF-8 become question marks.
    pub(crate) fn read(
        &mut self,
        memory: &(impl GuestMemory + ?Sized),
        at: u64,
    ) -> Result<Text, BootInfoError> {
        let start = self.0.len();
        let result = self.append(memory, at, start);
        match result {
            Ok(()) => {
                make_utf8(self.0.get_mut(start..).unwrap_or_default());
                Ok(Text(start..self.0.len()))
            }
            Err(error) => {
                self.0.truncate(start);
                Err(error)
            }
        }
    }

    fn append(
        &mut self,
        memory: &(impl GuestMemory + ?Sized),
        at: u64,
        start: usize,
    ) -> Result<(), BootInfoError> {
        let mut here = GuestPhysical(at);
        let mut chunk = [0; 256];
        while self.0.len() - start <= MAX_TEXT {
            // Never across a page: the string may end just before memory does.
            let count = here.left_in_page().min(chunk.len());
            let chunk = chunk.get_mut(..count).unwrap_or_default();
            memory.read(here, chunk)?;
            let end = chunk.iter().position(|&byte| byte == 0);
            let part = chunk.get(..end.unwrap_or(count)).unwrap_or_default();
            self.0
                .extend_from_slice(part)
                .map_err(|_| BootInfoError::TooMuchText)?;
            if end.is_some() && self.0.len() - start <= MAX_TEXT {
                return Ok(());
            }
            here = here.offset(count as u64);
        }
        Err(BootInfoError::StringTooLong(at))
    }
}

fn make_utf8(mut bytes: &mut [u8]) {
    while let Err(error) = core::str::from_utf8(bytes) {
        let (_, rest) = core::mem::take(&mut bytes).split_at_mut(error.valid_up_to());
        if let Some(first) = rest.first_mut() {
            *first = b'?';
        }
        bytes = rest;
    }
}
