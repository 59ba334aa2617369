//! The INT3 bytes in guest memory, and what was there before.
//!
//! One entry is one guest-physical byte, however many breakpoints want it. The guest may overwrite such
//! a byte at any time (it patches its own code, or reuses the page): what it wrote stays, so a byte is
//! restored, or hidden from the debugger, only while it still reads as INT3.

use heapless::Vec;

use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::Inaccessible;

/// INT3.
pub const INT3: u8 = 0xcc;

/// Writes are merged in pieces of this many bytes, none of which crosses a page.
const CHUNK: usize = 256;

/// One displaced byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where the INT3 is.
    pub physical: GuestPhysical,
    /// What it displaced.
    pub original: u8,
    users: u16,
}

/// Why a byte could not be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchError {
    /// No room for another.
    Full,
    /// No memory there.
    Inaccessible(Inaccessible),
}

impl From<Inaccessible> for PatchError {
    fn from(at: Inaccessible) -> Self {
        Self::Inaccessible(at)
    }
}

/// The displaced bytes, by ascending address; at most `N`.
#[derive(Clone, Debug, Default)]
pub struct Patches<const N: usize> {
    sorted: Vec<Patch, N>,
}

impl<const N: usize> Patches<N> {
    /// None yet.
    pub const fn new() -> Self {
        Self { sorted: Vec::new() }
    }

    fn position(&self, at: GuestPhysical) -> Result<usize, usize> {
        self.sorted.binary_search_by_key(&at, |patch| patch.physical)
    }

    /// The byte displaced at `at`.
    pub fn original(&self, at: GuestPhysical) -> Option<u8> {
        self.sorted
            .get(self.position(at).ok()?)
            .map(|patch| patch.original)
    }

    /// Puts an INT3 at `at`, or counts one more user of the one there. If the guest has overwritten that
    /// one, it is put back over what the guest wrote.
    pub fn insert(&mut self, at: GuestPhysical, memory: &mut impl GuestMemory) -> Result<(), PatchError> {
        let mut byte = [0];
        memory.read(at, &mut byte)?;
        match self.position(at) {
            Ok(known) => {
                self.rearm(at, memory)?;
                if let Some(patch) = self.sorted.get_mut(known) {
                    patch.users = patch.users.saturating_add(1);
                }
            }
            Err(place) => {
                if self.sorted.is_full() {
                    return Err(PatchError::Full);
                }
                memory.write(at, &[INT3])?;
                let patch = Patch {
                    physical: at,
                    original: byte[0],
                    users: 1,
                };
                self.sorted.insert(place, patch).map_err(|_| PatchError::Full)?;
            }
        }
        Ok(())
    }

    /// Puts our INT3 at `at` back if the guest has overwritten it; what it wrote is the displaced byte now.
    pub fn rearm(&mut self, at: GuestPhysical, memory: &mut impl GuestMemory) -> Result<(), Inaccessible> {
        let Some(patch) = self
            .position(at)
            .ok()
            .and_then(|known| self.sorted.get_mut(known))
        else {
            return Ok(());
        };
        let mut byte = [0];
        memory.read(at, &mut byte)?;
        if byte != [INT3] {
            memory.write(at, &[INT3])?;
            patch.original = byte[0];
        }
        Ok(())
    }

    /// One user less of the INT3 at `at`. The last one's leaving restores the byte, unless the guest has
    /// overwritten it or its memory is gone.
    pub fn remove(&mut self, at: GuestPhysical, memory: &mut impl GuestMemory) {
        let Ok(place) = self.position(at) else { return };
        let Some(patch) = self.sorted.get_mut(place) else {
            return;
        };
        patch.users -= 1;
        if patch.users > 0 {
            return;
        }
        let original = patch.original;
        self.sorted.remove(place);
        let mut byte = [0];
        if memory.read(at, &mut byte).is_ok() && byte == [INT3] {
            // The read just succeeded there, and without memory there is nothing to restore.
            let _ = memory.write(at, &[original]);
        }
    }

    /// Those in `length` bytes from `at` on.
    fn within(&mut self, at: GuestPhysical, length: usize) -> impl Iterator<Item = (usize, &mut Patch)> {
        let from = self.position(at).unwrap_or_else(|place| place);
        self.sorted
            .get_mut(from..)
            .unwrap_or_default()
            .iter_mut()
            .map_while(move |patch| {
                let offset = usize::try_from(patch.physical.0 - at.0).ok()?;
                (offset < length).then_some((offset, patch))
            })
    }

    /// Puts the displaced bytes into `bytes`, which were read from `at`, in place of our INT3s.
    pub fn mask_read(&self, at: GuestPhysical, bytes: &mut [u8]) {
        let from = self.position(at).unwrap_or_else(|place| place);
        for patch in self.sorted.get(from..).unwrap_or_default() {
            let offset = usize::try_from(patch.physical.0 - at.0).ok();
            match offset.and_then(|offset| bytes.get_mut(offset)) {
                Some(byte) if *byte == INT3 => *byte = patch.original,
                Some(_) => {}
                None => break,
            }
        }
    }

    /// Writes `bytes` to `at` for the debugger: where one of our INT3s is, the displaced byte changes and
    /// the INT3 stays. On an error, what lies in front of a page that is not there may be written.
    pub fn split_write(
        &mut self,
        at: GuestPhysical,
        bytes: &[u8],
        memory: &mut impl GuestMemory,
    ) -> Result<(), Inaccessible> {
        let mut at = at;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(CHUNK).min(at.left_in_page()));
            let mut buffer = [0; CHUNK];
            let merged = buffer.get_mut(..now.len()).unwrap_or_default();
            merged.copy_from_slice(now);
            for (offset, _) in self.within(at, now.len()) {
                if let Some(byte) = merged.get_mut(offset) {
                    *byte = INT3;
                }
            }
            memory.write(at, merged)?;
            for (offset, patch) in self.within(at, now.len()) {
                patch.original = now.get(offset).copied().unwrap_or(patch.original);
            }
            at = at.offset(now.len() as u64);
            rest = later;
        }
        Ok(())
    }

    /// Offset in the page and displaced byte of each INT3 in the 4 KiB page around `page`: what turns a
    /// copy of the page into one that shows no breakpoints.
    pub fn in_page(&self, page: GuestPhysical) -> impl Iterator<Item = (usize, u8)> + '_ {
        let start = GuestPhysical(page.0 & !0xfff);
        let from = self.position(start).unwrap_or_else(|place| place);
        self.sorted
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |patch| patch.physical.0 & !0xfff == start.0)
            .map(|patch| ((patch.physical.0 & 0xfff) as usize, patch.original))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Guest memory from 0 on.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Ram(pub(crate) std::vec::Vec<u8>);

    impl Ram {
        fn range(&self, at: GuestPhysical, length: usize) -> Result<core::ops::Range<usize>, Inaccessible> {
            let from = usize::try_from(at.0).map_err(|_| Inaccessible(at))?;
            let to = from
                .checked_add(length)
                .filter(|&to| to <= self.0.len())
                .ok_or(Inaccessible(at))?;
            Ok(from..to)
        }
    }

    impl GuestMemory for Ram {
        fn read(&self, at: GuestPhysical, into: &mut [u8]) -> Result<(), Inaccessible> {
            into.copy_from_slice(&self.0[self.range(at, into.len())?]);
            Ok(())
        }

        fn write(&mut self, at: GuestPhysical, from: &[u8]) -> Result<(), Inaccessible> {
            let range = self.range(at, from.len())?;
            self.0[range].copy_from_slice(from);
            Ok(())
        }
    }

    const fn at(address: u64) -> GuestPhysical {
        GuestPhysical(address)
    }

    #[test]
    fn last_user_restores() {
        let mut ram = Ram(vec![0x55; 64]);
        let mut patches = Patches::<4>::new();
        patches.insert(at(8), &mut ram).unwrap();
        patches.insert(at(8), &mut ram).unwrap();
        assert_eq!((ram.0[8], patches.original(at(8))), (INT3, Some(0x55)));
        patches.remove(at(8), &mut ram);
        assert_eq!(ram.0[8], INT3);
        patches.remove(at(8), &mut ram);
        assert_eq!((ram.0[8], patches.original(at(8))), (0x55, None));
        patches.remove(at(8), &mut ram);
    }

    #[test]
    fn what_the_guest_wrote_stays() {
        let mut ram = Ram(vec![0x55; 64]);
        let mut patches = Patches::<4>::new();
        patches.insert(at(8), &mut ram).unwrap();
        ram.0[8] = 0x0f;
        let mut seen = [ram.0[8]];
        patches.mask_read(at(8), &mut seen);
        assert_eq!(seen, [0x0f]);
        patches.remove(at(8), &mut ram);
        assert_eq!(ram.0[8], 0x0f);
        patches.insert(at(9), &mut ram).unwrap();
        ram.0[9] = 0x1f;
        patches.insert(at(9), &mut ram).unwrap();
        assert_eq!(
            (ram.0[9], patches.original(at(9))),
            (INT3, Some(0x1f)),
            "armed again"
        );
    }

    #[test]
    fn limits() {
        let mut ram = Ram(vec![0; 64]);
        let mut patches = Patches::<2>::new();
        assert!(matches!(
            patches.insert(at(64), &mut ram),
            Err(PatchError::Inaccessible(_))
        ));
        patches.insert(at(1), &mut ram).unwrap();
        patches.insert(at(0), &mut ram).unwrap();
        assert_eq!(patches.insert(at(2), &mut ram), Err(PatchError::Full));
        assert_eq!(ram.0[..3], [INT3, INT3, 0]);
    }

    #[test]
    fn page_iteration() {
        let mut ram = Ram((0..0x3000u32).map(|byte| byte as u8).collect());
        let mut patches = Patches::<8>::new();
        for address in [0xfff, 0x1000, 0x1005, 0x1fff, 0x2000] {
            patches.insert(at(address), &mut ram).unwrap();
        }
        let found: std::vec::Vec<_> = patches.in_page(at(0x1234)).collect();
        assert_eq!(found, [(0, 0), (5, 5), (0xfff, 0xff)]);
    }

    proptest! {
        /// The debugger's view is that of a machine without breakpoints, whatever the order of things.
        #[test]
        fn invisible_to_the_debugger(
            steps in proptest::collection::vec((0..3u8, 0..0x2100u64, 1..600usize, any::<u8>()), 1..40),
        ) {
            let mut ram = Ram((0..0x2000u32).map(|byte| (byte * 7) as u8).collect());
            let mut plain = ram.clone();
            let mut patches = Patches::<16>::new();
            let mut placed = std::vec::Vec::new();
            for (what, address, length, fill) in steps {
                match what {
                    0 => if patches.insert(at(address), &mut ram).is_ok() {
                        placed.push(address);
                    },
                    1 => if let Some(address) = placed.pop() {
                        patches.remove(at(address), &mut ram);
                    },
                    _ => {
                        let bytes = vec![fill; length];
                        if plain.write(at(address), &bytes).is_ok() {
                            patches.split_write(at(address), &bytes, &mut ram).unwrap();
                        }
                    }
                }
                let mut seen = ram.0.clone();
                patches.mask_read(at(0), &mut seen);
                prop_assert_eq!(&seen, &plain.0);
                for address in &placed {
                    prop_assert_eq!(ram.0[*address as usize], INT3);
                }
            }
            for address in placed {
                patches.remove(at(address), &mut ram);
            }
            prop_assert_eq!(ram, plain);
        }
    }
}
