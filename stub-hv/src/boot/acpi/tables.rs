//! From nothing to the list of tables: RSDP search, then RSDT or XSDT.

use super::AcpiError;
use crate::boot::fetch::fetch;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;
use heapless::Vec;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// How many tables are looked at. Servers have some 30.
const MAX_TABLES: usize = 128;

/// No table read here is anywhere near as long.
const MAX_LENGTH: u32 = 1 << 20;

/// The RSDP of ACPI 2.0; the first 20 bytes are that of 1.0.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C, packed)]
struct Rsdp {
    signature: [u8; 8],
    checksum: u8,
    oem: [u8; 6],
    revision: u8,
    rsdt: U32,
    length: U32,
    xsdt: U64,
    extended_checksum: u8,
    reserved: [u8; 3],
}

const _: () = assert!(size_of::<Rsdp>() == 36);

const RSDP_1_LENGTH: u32 = 20;

/// What every table begins with.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Header {
    signature: [u8; 4],
    length: U32,
    revision: u8,
    checksum: u8,
    oem: [u8; 14],
    oem_revision: U32,
    creator: U32,
    creator_revision: U32,
}

const _: () = assert!(size_of::<Header>() == HEADER_LENGTH as usize);

pub(super) const HEADER_LENGTH: u32 = 36;

/// A table whose checksum is right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    pub(super) signature: [u8; 4],
    at: u64,
    length: u32,
}

impl Table {
    /// The structure at `offset`, if it lies wholly in the table.
    pub(super) fn get<T: FromBytes + IntoBytes>(
        &self,
        memory: &(impl GuestMemory + ?Sized),
        offset: u32,
    ) -> Option<T> {
        let end = u64::from(offset) + size_of::<T>() as u64;
        let inside = end <= self.length.into();
        inside.then(|| fetch(memory, self.at.wrapping_add(offset.into())).ok())?
    }

    fn read(memory: &(impl GuestMemory + ?Sized), at: u64) -> Result<Option<Self>, Inaccessible> {
        let header: Header = fetch(memory, at)?;
        let length = header.length.get();
        let valid = (HEADER_LENGTH..=MAX_LENGTH).contains(&length) && sum(memory, at, length)? == 0;
        Ok(valid.then_some(Self {
            signature: header.signature,
            at,
            length,
        }))
    }
}

/// Looks for the RSDP where a BIOS puts it: in the first KiB of the extended BIOS data area, and from
/// E0000 to FFFFF (ACPI Specification 6.5, "Finding the RSDP on IA-PC Systems"). UEFI firmware passes its
/// address instead.
pub fn find_rsdp(memory: &(impl GuestMemory + ?Sized)) -> Option<u64> {
    let segment: [u8; 2] = fetch(memory, 0x40e).unwrap_or_default();
    let ebda = u64::from(u16::from_le_bytes(segment)) << 4;
    let in_ebda = if ebda == 0 { 0..0 } else { ebda..ebda + 1024 };
    let candidates = in_ebda.step_by(16).chain((0xe_0000..0x10_0000).step_by(16));
    candidates
        .into_iter()
        .find(|&at| is_rsdp(memory, at).is_ok_and(|found| found))
}

fn is_rsdp(memory: &(impl GuestMemory + ?Sized), at: u64) -> Result<bool, Inaccessible> {
    let signature: [u8; 8] = fetch(memory, at)?;
    Ok(&signature == b"RSD PTR " && sum(memory, at, RSDP_1_LENGTH)? == 0)
}

/// All tables that are readable and have the right checksum.
pub(super) fn list(
    memory: &(impl GuestMemory + ?Sized),
    rsdp: u64,
) -> Result<Vec<Table, MAX_TABLES>, AcpiError> {
    if !is_rsdp(memory, rsdp)? {
        return Err(AcpiError::NotAnRsdp(rsdp));
    }
    let (root, wide) = root(memory, rsdp)?;
    let signature = if wide { b"XSDT" } else { b"RSDT" };
    let table = Table::read(memory, root)?.filter(|table| &table.signature == signature);
    let table = table.ok_or(AcpiError::BadRoot(root))?;

    let step = if wide { 8 } else { 4 };
    let mut tables = Vec::new();
    for index in 0..((table.length - HEADER_LENGTH) / step) {
        let offset = HEADER_LENGTH + index * step;
        let at = match wide {
            true => table.get::<U64>(memory, offset).map(U64::get),
            false => table.get::<U32>(memory, offset).map(|at| at.get().into()),
        };
        let found = at
            .filter(|&at| at != 0)
            .and_then(|at| Table::read(memory, at).ok())
            .flatten();
        // Beyond the capacity nothing is looked at.
        if let Some(found) = found
            && tables.push(found).is_err()
        {
            break;
        }
    }
    Ok(tables)
}

/// The root table's address, and whether its entries have 64 bits: the XSDT where there is a sound one.
fn root(memory: &(impl GuestMemory + ?Sized), at: u64) -> Result<(u64, bool), Inaccessible> {
    let short: [u8; RSDP_1_LENGTH as usize] = fetch(memory, at)?;
    let rsdt = short
        .last_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes).into());
    let revision = short.get(15).copied().unwrap_or(0);
    if revision >= 2
        && let Ok(rsdp) = fetch::<Rsdp>(memory, at)
        && (size_of::<Rsdp>() as u32..=4096).contains(&rsdp.length.get())
        && sum(memory, at, rsdp.length.get()).is_ok_and(|sum| sum == 0)
        && rsdp.xsdt.get() != 0
    {
        return Ok((rsdp.xsdt.get(), true));
    }
    Ok((rsdt, false))
}

/// The sum of `length` bytes, which is 0 for a valid table.
fn sum(memory: &(impl GuestMemory + ?Sized), at: u64, length: u32) -> Result<u8, Inaccessible> {
    let mut chunk = [0; 256];
    let (mut total, mut done) = (0u8, 0);
    while done < length as usize {
        let part = chunk
            .get_mut(..(length as usize - done).min(256))
            .unwrap_or_default();
        memory.read(GuestPhysical(at).offset(done as u64), part)?;
        total = part.iter().fold(total, |total, &byte| total.wrapping_add(byte));
        done += part.len();
    }
    Ok(total)
}
