//! Nested paging: guest-physical to host-physical, four levels, shared by NPT and EPT.
//!
//! The tree maps almost everything to itself with the largest pages there are; single 4 KiB pages are
//! carved out of it to hide the hypervisor, to watch accesses or to show another frame, and large pages
//! grow together again afterwards. Only the encoding of an entry differs between the vendors ([`Encoding`]),
//! and table frames are reached only through [`Frames`], so everything here runs on the host as well.
//!
//! The processor walks the tree meanwhile. What keeps that sound:
//!
//! * a new table is complete before it is linked, so splitting never shows a gap;
//! * the accessed and dirty bits are set from the start, so the processor has nothing to write;
//! * a CPU that has cached an old translation keeps it until it flushes. Whoever changes the tree makes
//!   every CPU flush before its next entry, and calls what may *free* tables ([`Nested::map_identity`],
//!   [`Nested::unmap`], [`Nested::hide`], [`Nested::restore`], [`Nested::merge`]) only while no CPU is in
//!   the guest: a cached pointer to a freed table would lead into whatever the frame becomes next.

#[cfg(test)]
pub(crate) mod fake;
mod merge;
pub mod npt;
pub mod overlay;
mod range;
#[cfg(test)]
mod tests;
pub mod types;

pub use npt::Npt;
pub use overlay::Overlay;
pub use types::Decoded;
pub use types::Encoding;
pub use types::Frame;
pub use types::Frames;
pub use types::Leaf;
pub use types::NestedError;
pub use types::PageSize;
pub use types::Permissions;

use super::address::GuestPhysical;

/// Entries in a table.
const ENTRIES: usize = 512;
/// Guest-physical addresses of a four-level tree end here.
const TOP: u64 = 1 << 48;
/// The root's level; 1 is the level whose entries map 4 KiB.
const ROOT: u32 = 4;

/// Bytes one entry of a level covers.
const fn span(level: u32) -> u64 {
    4096 << (9 * (level - 1))
}

/// The index into a table of this level, below [`ENTRIES`].
const fn index(level: u32, at: u64) -> usize {
    (at >> (12 + 9 * (level - 1))) as usize % ENTRIES
}

/// A tree of nested page tables.
#[derive(Debug)]
pub struct Nested<E, F> {
    encoding: E,
    frames: F,
    root: Frame,
    gigabyte_pages: bool,
    blank: Option<Frame>,
    /// Counts changes, so that an overlay knows when its copies are stale.
    generation: u64,
}

impl<E: Encoding, F: Frames> Nested<E, F> {
    /// An empty tree. `gigabyte_pages` says whether the CPU has 1 GiB nested pages (CPUID 8000_0001 EDX bit
    /// 26 on AMD, IA32_VMX_EPT_VPID_CAP bit 17 on Intel).
    pub fn new(encoding: E, mut frames: F, gigabyte_pages: bool) -> Result<Self, NestedError> {
        let root = frames.allocate().ok_or(NestedError::OutOfFrames)?;
        Ok(Self {
            encoding,
            frames,
            root,
            gigabyte_pages,
            blank: None,
            generation: 0,
        })
    }

    /// The root table, for nCR3 or the EPT pointer.
    pub fn root(&self) -> Frame {
        self.root
    }

    /// Where the tables come from.
    pub fn frames(&self) -> &F {
        &self.frames
    }

    /// What holds for the page `at` lies in; none when nothing is mapped.
    pub fn lookup(&self, at: GuestPhysical) -> Option<Leaf> {
        if at.0 >= TOP {
            return None;
        }
        let mut table = self.root;
        for level in (1..=ROOT).rev() {
            match self.decode(table, level, at.0) {
                Decoded::Empty => return None,
                Decoded::Table(next) => table = next,
                Decoded::Leaf { frame, permissions } => {
                    let size = PageSize::of_level(level)?;
                    let inside = (at.0 % size.bytes()) & !0xfff;
                    return Some(Leaf {
                        frame: frame.offset(inside),
                        size,
                        permissions,
                    });
                }
            }
        }
        None
    }

    /// Maps the 4 KiB page of `at` to `frame`, splitting larger pages around it. One that says so already
    /// stays whole.
    ///
    /// Fails without a change that the guest could see.
    pub fn remap(
        &mut self,
        at: GuestPhysical,
        frame: Frame,
        permissions: Permissions,
    ) -> Result<(), NestedError> {
        if self
            .lookup(at)
            .is_some_and(|leaf| (leaf.frame, leaf.permissions) == (frame, permissions))
        {
            return Ok(());
        }
        let page_table = self.page_table(at)?;
        let entry = self.encoding.leaf(frame, PageSize::Size4K, permissions);
        self.set(page_table, index(1, at.0), entry);
        Ok(())
    }

    /// Changes what may be done with the 4 KiB page of `at`, whatever frame it shows.
    pub fn set_permissions(
        &mut self,
        at: GuestPhysical,
        permissions: Permissions,
    ) -> Result<(), NestedError> {
        let leaf = self.lookup(at).ok_or(NestedError::Unmapped)?;
        self.remap(at, leaf.frame, permissions)
    }

    /// Maps the page of `at` to itself again, with everything allowed, and merges what has become uniform.
    pub fn restore(&mut self, at: GuestPhysical) -> Result<(), NestedError> {
        self.remap(at, Frame(at.0 & !0xfff), Permissions::all())?;
        self.merge(at);
        Ok(())
    }

    /// Maps `at` to itself with the largest page that disturbs nothing mapped already, for an access beyond
    /// the memory that was known at the start (a device). Returns the size of the page that is there now;
    /// when another CPU was faster, that is the page it mapped.
    pub fn map_on_demand(&mut self, at: GuestPhysical) -> Result<PageSize, NestedError> {
        if at.0 >= TOP {
            return Err(NestedError::OutOfRange);
        }
        let mut table = self.root;
        let mut level = ROOT;
        loop {
            match self.decode(table, level, at.0) {
                Decoded::Leaf { .. } => return PageSize::of_level(level).ok_or(NestedError::OutOfRange),
                Decoded::Table(next) => table = next,
                Decoded::Empty => {
                    let start = at.0 & !(span(level) - 1);
                    if let Some(size) = self.largest_leaf(level, start) {
                        let entry = self.encoding.leaf(Frame(start), size, Permissions::all());
                        self.set(table, index(level, at.0), entry);
                        return Ok(size);
                    }
                    table = self.descend(table, level, at.0)?;
                }
            }
            level -= 1;
        }
    }

    /// The size of a leaf at this level, if one may map `start` to itself there.
    fn largest_leaf(&self, level: u32, start: u64) -> Option<PageSize> {
        let size = PageSize::of_level(level)?;
        let exists = size != PageSize::Size1G || self.gigabyte_pages;
        (exists && self.encoding.uniform(Frame(start), size)).then_some(size)
    }

    /// The lowest table on the way to `at`, made by splitting or adding tables where there is none.
    fn page_table(&mut self, at: GuestPhysical) -> Result<Frame, NestedError> {
        if at.0 >= TOP {
            return Err(NestedError::OutOfRange);
        }
        let mut table = self.root;
        for level in (2..=ROOT).rev() {
            table = self.descend(table, level, at.0)?;
        }
        Ok(table)
    }

    /// The table below the entry for `at` in `table`. An empty entry gets an empty table, a large page one
    /// that maps the same.
    fn descend(&mut self, table: Frame, level: u32, at: u64) -> Result<Frame, NestedError> {
        let decoded = self.decode(table, level, at);
        if let Decoded::Table(next) = decoded {
            return Ok(next);
        }
        let next = self.frames.allocate().ok_or(NestedError::OutOfFrames)?;
        self.fill_from(next, level - 1, decoded);
        let entry = self.encoding.table(next);
        self.set(table, index(level, at), entry);
        Ok(next)
    }

    /// Writes a whole table of `level` that maps what one entry above it mapped.
    fn fill_from(&mut self, table: Frame, level: u32, above: Decoded) {
        for slot in 0..ENTRIES {
            let entry = match (above, PageSize::of_level(level)) {
                (Decoded::Leaf { frame, permissions }, Some(size)) => {
                    self.encoding
                        .leaf(frame.offset(slot as u64 * size.bytes()), size, permissions)
                }
                _ => 0,
            };
            self.frames.set(table, slot, entry);
        }
    }

    fn decode(&self, table: Frame, level: u32, at: u64) -> Decoded {
        self.encoding
            .decode(self.frames.get(table, index(level, at)), level)
    }

    fn set(&mut self, table: Frame, slot: usize, entry: u64) {
        self.generation = self.generation.wrapping_add(1);
        self.frames.set(table, slot, entry);
    }
}
