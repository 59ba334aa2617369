//! Reading and writing guest-linear ranges page by page.

use core::fmt;

use super::Paging;
use super::Translation;
use super::WalkError;
use super::translate;
use crate::memory::address::GuestMemory;
use crate::memory::address::GuestVirtual;
use crate::memory::address::Inaccessible;

/// Why a byte at a linear address could not be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// The guest has nothing mapped there.
    Walk(WalkError),
    /// The guest has mapped it to where there is no memory.
    Memory(Inaccessible),
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Walk(error) => error.fmt(f),
            Self::Memory(Inaccessible(at)) => write!(f, "no memory at physical {at:#x}"),
        }
    }
}

impl core::error::Error for AccessError {}

impl From<WalkError> for AccessError {
    fn from(error: WalkError) -> Self {
        Self::Walk(error)
    }
}

impl From<Inaccessible> for AccessError {
    fn from(error: Inaccessible) -> Self {
        Self::Memory(error)
    }
}

/// Reads from `at` on and says how many bytes were copied: all, or those before the first page that could
/// not be read. An error means not one byte; an empty `into` is never one.
///
/// The range wraps at the end of the address space, as address arithmetic does.
pub fn read_virtual(
    paging: &Paging,
    cr3: u64,
    memory: &impl GuestMemory,
    at: GuestVirtual,
    into: &mut [u8],
) -> Result<usize, AccessError> {
    let mut done = 0;
    let mut rest = into;
    while !rest.is_empty() {
        let at = at.offset(done as u64);
        let (chunk, after) = rest.split_at_mut(rest.len().min(at.left_in_page()));
        match read_page(paging, cr3, memory, at, chunk) {
            Ok(()) => done += chunk.len(),
            Err(error) if done == 0 => return Err(error),
            Err(_) => break,
        }
        rest = after;
    }
    Ok(done)
}

fn read_page(
    paging: &Paging,
    cr3: u64,
    memory: &impl GuestMemory,
    at: GuestVirtual,
    chunk: &mut [u8],
) -> Result<(), AccessError> {
    let Translation { physical, .. } = translate(paging, cr3, memory, at)?;
    Ok(memory.read(physical, chunk)?)
}

/// Writes all of `from` at `at`, the guest's write protection notwithstanding.
///
/// When any page of the range does not translate, nothing is written. When one translates to where there is
/// no memory, the pages before it have been written: that shows only in the attempt.
pub fn write_virtual(
    paging: &Paging,
    cr3: u64,
    memory: &mut impl GuestMemory,
    at: GuestVirtual,
    from: &[u8],
) -> Result<(), AccessError> {
    for_pages(
        at,
        from,
        |at, _| Ok(translate(paging, cr3, memory, at).map(drop)?),
    )?;
    for_pages(at, from, |at, chunk| {
        // Again for each page: what was just written may have been the tables.
        let Translation { physical, .. } = translate(paging, cr3, memory, at)?;
        Ok(memory.write(physical, chunk)?)
    })
}

fn for_pages(
    at: GuestVirtual,
    bytes: &[u8],
    mut act: impl FnMut(GuestVirtual, &[u8]) -> Result<(), AccessError>,
) -> Result<(), AccessError> {
    let mut at = at;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.len().min(at.left_in_page()));
        act(at, chunk)?;
        at = at.offset(chunk.len() as u64);
        rest = after;
    }
    Ok(())
}
