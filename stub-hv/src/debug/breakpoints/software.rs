//! Software breakpoints: who wants to stop where, and under which conditions.
//!
//! A breakpoint is a virtual address together with the physical byte it meant when it was inserted: the
//! same virtual address in another address space is another breakpoint, and two virtual addresses of one
//! byte share the INT3. Inserting twice is inserting once, as gdb expects. Removing goes by the virtual
//! address alone, because by then it may translate to something else, or to nothing.

use heapless::Vec;

use super::patch::PatchError;
use super::patch::Patches;
use crate::memory::GuestMemory;
use crate::memory::GuestPhysical;
use crate::memory::GuestVirtual;

/// How many there can be.
pub const CAPACITY: usize = 256;
/// How many bytes the conditions of one breakpoint may have, with two more for each condition.
pub const CONDITION_BYTES: usize = 256;

bitflags::bitflags! {
    /// Who wants a breakpoint.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Owners: u8 {
        /// The debugger at the other end of the wire.
        const GDB = 1;
        /// An event of the monitor.
        const EVENT = 2;
    }
}

/// Agent expressions, of which one must be true for a stop; none means always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Each as its length in two bytes, little-endian, then its bytecode.
    packed: Vec<u8, CONDITION_BYTES>,
}

impl Conditions {
    /// No condition.
    pub const fn new() -> Self {
        Self { packed: Vec::new() }
    }

    /// Adds an agent expression's bytecode. On an error nothing is added.
    pub fn add(&mut self, bytecode: &[u8]) -> Result<(), InsertError> {
        let length = u16::try_from(bytecode.len()).map_err(|_| InsertError::ConditionsTooLong)?;
        if self.packed.capacity() - self.packed.len() < bytecode.len() + 2 {
            return Err(InsertError::ConditionsTooLong);
        }
        self.packed
            .extend_from_slice(&length.to_le_bytes())
            .and_then(|()| self.packed.extend_from_slice(bytecode))
            .map_err(|_| InsertError::ConditionsTooLong)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The bytecode of each.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.packed.as_slice();
        core::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk()?;
            let (bytecode, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            rest = after;
            Some(bytecode)
        })
    }
}

/// One breakpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakpoint {
    /// Where it was asked for.
    pub address: GuestVirtual,
    /// The byte that was at that address then.
    pub physical: GuestPhysical,
    /// Who asked.
    pub owners: Owners,
    /// When the debugger wants to hear of it.
    pub conditions: Conditions,
    /// How often it was reached, whatever the conditions said.
    pub hits: u64,
    /// How often that became a stop.
    pub stops: u64,
}

/// Why a breakpoint was not inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertError {
    /// All [`CAPACITY`] are taken, or the byte could not be replaced.
    Patch(PatchError),
    /// The conditions have more than [`CONDITION_BYTES`] bytes.
    ConditionsTooLong,
}

/// All software breakpoints of the machine.
#[derive(Clone, Debug, Default)]
pub struct SoftwareBreakpoints {
    list: Vec<Breakpoint, CAPACITY>,
    /// Their bytes: for masking reads and merging writes.
    pub patches: Patches<CAPACITY>,
}

impl SoftwareBreakpoints {
    /// None yet.
    pub const fn new() -> Self {
        Self {
            list: Vec::new(),
            patches: Patches::new(),
        }
    }

    /// Inserts a breakpoint for `owner`, or adds the owner to the one there and puts its INT3 back if the
    /// guest has overwritten it. gdb's conditions replace those it gave before.
    pub fn insert(
        &mut self,
        owner: Owners,
        address: GuestVirtual,
        physical: GuestPhysical,
        conditions: Conditions,
        memory: &mut impl GuestMemory,
    ) -> Result<(), InsertError> {
        let known = self
            .list
            .iter_mut()
            .find(|known| known.address == address && known.physical == physical);
        if let Some(known) = known {
            self.patches
                .rearm(physical, memory)
                .map_err(|at| InsertError::Patch(at.into()))?;
            known.owners |= owner;
            if owner.contains(Owners::GDB) {
                known.conditions = conditions;
            }
            return Ok(());
        }
        if self.list.is_full() {
            return Err(InsertError::Patch(PatchError::Full));
        }
        self.patches
            .insert(physical, memory)
            .map_err(InsertError::Patch)?;
        let new = Breakpoint {
            address,
            physical,
            owners: owner,
            conditions,
            hits: 0,
            stops: 0,
        };
        self.list
            .push(new)
            .map_err(|_| InsertError::Patch(PatchError::Full))
    }

    /// Takes away what `owner` has at `address`, in every address space. Whether it had anything there.
    pub fn remove(&mut self, owner: Owners, address: GuestVirtual, memory: &mut impl GuestMemory) -> bool {
        self.drop_owner(owner, |breakpoint| breakpoint.address == address, memory)
    }

    /// Takes away everything `owner` has. Whether it had anything.
    pub fn remove_all(&mut self, owner: Owners, memory: &mut impl GuestMemory) -> bool {
        self.drop_owner(owner, |_| true, memory)
    }

    fn drop_owner(
        &mut self,
        owner: Owners,
        meant: impl Fn(&Breakpoint) -> bool,
        memory: &mut impl GuestMemory,
    ) -> bool {
        let mut found = false;
        let patches = &mut self.patches;
        self.list.retain_mut(|breakpoint| {
            if !meant(breakpoint) || !breakpoint.owners.intersects(owner) {
                return true;
            }
            found = true;
            breakpoint.owners -= owner;
            if owner.contains(Owners::GDB) {
                breakpoint.conditions = Conditions::new();
            }
            if breakpoint.owners.is_empty() {
                patches.remove(breakpoint.physical, memory);
            }
            !breakpoint.owners.is_empty()
        });
        found
    }

    /// Those that share the byte at `physical`, for an INT3 that was executed there: none means the INT3
    /// is the guest's. Prefer the one whose address is the guest's RIP; when none is, the guest came by an
    /// alias, and any stands for it.
    pub fn at(&mut self, physical: GuestPhysical) -> impl Iterator<Item = &mut Breakpoint> {
        self.list
            .iter_mut()
            .filter(move |breakpoint| breakpoint.physical == physical)
    }

    /// All, in the order of insertion.
    pub fn iter(&self) -> impl Iterator<Item = &Breakpoint> {
        self.list.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::super::patch::INT3;
    use super::super::patch::tests::Ram;
    use super::*;

    const A: GuestVirtual = GuestVirtual(0xffff_ffff_8100_0010);
    const ALIAS: GuestVirtual = GuestVirtual(0xffff_8880_0100_0010);
    const P: GuestPhysical = GuestPhysical(0x10);

    fn ram() -> Ram {
        Ram((0..=255).collect())
    }

    #[test]
    fn gdb_inserts_twice_and_removes_once() {
        let (mut ram, mut all) = (ram(), SoftwareBreakpoints::new());
        all.insert(Owners::GDB, A, P, Conditions::new(), &mut ram)
            .unwrap();
        let mut condition = Conditions::new();
        condition.add(&[0x22, 1, 0x27]).unwrap();
        all.insert(Owners::GDB, A, P, condition.clone(), &mut ram)
            .unwrap();
        assert_eq!(all.iter().count(), 1);
        ram.0[0x10] = 0x90;
        all.insert(Owners::GDB, A, P, condition.clone(), &mut ram)
            .unwrap();
        assert_eq!(
            (ram.0[0x10], all.patches.original(P)),
            (INT3, Some(0x90)),
            "armed again"
        );
        assert_eq!(
            all.iter().next().unwrap().conditions,
            condition,
            "the later conditions count"
        );
        assert!(all.remove(Owners::GDB, A, &mut ram));
        assert_eq!(ram.0[0x10], 0x90);
        assert!(!all.remove(Owners::GDB, A, &mut ram));
    }

    #[test]
    fn aliases_and_owners_share_the_byte() {
        let (mut ram, mut all) = (ram(), SoftwareBreakpoints::new());
        all.insert(Owners::GDB, A, P, Conditions::new(), &mut ram)
            .unwrap();
        all.insert(Owners::GDB, ALIAS, P, Conditions::new(), &mut ram)
            .unwrap();
        all.insert(Owners::EVENT, A, P, Conditions::new(), &mut ram)
            .unwrap();
        assert_eq!(
            all.at(P)
                .map(|breakpoint| breakpoint.address)
                .collect::<std::vec::Vec<_>>(),
            [A, ALIAS]
        );
        assert_eq!(all.patches.original(P), Some(0x10));
        for breakpoint in all.at(P) {
            breakpoint.hits += 1;
        }
        assert!(all.remove(Owners::GDB, A, &mut ram));
        assert_eq!(
            all.iter().next().map(|left| (left.owners, left.hits)),
            Some((Owners::EVENT, 1))
        );
        assert!(all.remove(Owners::GDB, ALIAS, &mut ram));
        assert_eq!(ram.0[0x10], INT3, "the event still wants it");
        assert!(all.remove_all(Owners::EVENT, &mut ram));
        assert_eq!(ram.0[0x10], 0x10);
        assert_eq!(all.at(P).count(), 0);
    }

    #[test]
    fn one_address_in_two_address_spaces() {
        let (mut ram, mut all) = (ram(), SoftwareBreakpoints::new());
        let user = GuestVirtual(0x40_1000);
        all.insert(Owners::GDB, user, P, Conditions::new(), &mut ram)
            .unwrap();
        all.insert(
            Owners::GDB,
            user,
            GuestPhysical(0x20),
            Conditions::new(),
            &mut ram,
        )
        .unwrap();
        assert_eq!((ram.0[0x10], ram.0[0x20]), (INT3, INT3));
        assert!(all.remove(Owners::GDB, user, &mut ram));
        assert_eq!((ram.0[0x10], ram.0[0x20]), (0x10, 0x20));
    }

    #[test]
    fn full_table_and_missing_memory() {
        let mut ram = Ram(vec![0x90; CAPACITY + 1]);
        let mut all = SoftwareBreakpoints::new();
        let place = |at: usize| (GuestVirtual(at as u64), GuestPhysical(at as u64));
        for at in 0..CAPACITY {
            let (address, physical) = place(at);
            all.insert(Owners::GDB, address, physical, Conditions::new(), &mut ram)
                .unwrap();
        }
        let (address, physical) = place(CAPACITY);
        let full = all.insert(Owners::GDB, address, physical, Conditions::new(), &mut ram);
        assert_eq!(full, Err(InsertError::Patch(PatchError::Full)));
        assert_eq!(ram.0[CAPACITY], 0x90);
        assert!(all.remove_all(Owners::GDB, &mut ram));
        assert_eq!(ram, Ram(vec![0x90; CAPACITY + 1]));
        let (address, physical) = place(CAPACITY + 1);
        let gone = all.insert(Owners::GDB, address, physical, Conditions::new(), &mut ram);
        assert!(matches!(
            gone,
            Err(InsertError::Patch(PatchError::Inaccessible(_)))
        ));
        assert_eq!(all.iter().count(), 0);
    }

    #[test]
    fn conditions_are_kept_apart() {
        let mut conditions = Conditions::new();
        assert!(conditions.is_empty());
        conditions.add(&[1, 2, 3]).unwrap();
        conditions.add(&[]).unwrap();
        conditions.add(&[4]).unwrap();
        assert_eq!(
            conditions.add(&[0; CONDITION_BYTES - 11]),
            Err(InsertError::ConditionsTooLong)
        );
        let expected: [&[u8]; 3] = [&[1, 2, 3], &[], &[4]];
        assert_eq!(conditions.iter().collect::<std::vec::Vec<_>>(), expected);
        conditions.add(&[9; CONDITION_BYTES - 12]).unwrap();
        assert_eq!(
            conditions.iter().last(),
            Some([9; CONDITION_BYTES - 12].as_slice())
        );
    }
}
