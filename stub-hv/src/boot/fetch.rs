//! Typed reads of foreign structures in physical memory.

use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;
use zerocopy::FromBytes;
use zerocopy::IntoBytes;

/// Reads a structure whose layout `T` describes byte for byte.
pub(crate) fn fetch<T: FromBytes + IntoBytes>(
    memory: &(impl GuestMemory + ?Sized),
    at: u64,
) -> Result<T, Inaccessible> {
    let mut value = T::new_zeroed();
    memory.read(GuestPhysical(at), value.as_mut_bytes())?;
    Ok(value)
}
