//! Watched memory.

use core::fmt;

/// What kind of access is watched for: any of the three, at least one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// `r`.
    pub read: bool,
    /// `w`.
    pub write: bool,
    /// `x`.
    pub execute: bool,
}

impl Access {
    /// The attributes that `word` names: letters `r`, `w`, `x` in any order and case, each at most once.
    pub fn parse(word: &str) -> Option<Self> {
        let mut access = Self::default();
        for letter in word.bytes() {
            let attribute = match letter.to_ascii_lowercase() {
                b'r' => &mut access.read,
                b'w' => &mut access.write,
                b'x' => &mut access.execute,
                _ => return None,
            };
            if core::mem::replace(attribute, true) {
                return None;
            }
        }
        (access != Self::default()).then_some(access)
    }

    /// Is an access of this kind among them?
    pub fn has(self, kind: AccessKind) -> bool {
        match kind {
            AccessKind::Read => self.read,
            AccessKind::Write => self.write,
            AccessKind::Execute => self.execute,
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (set, letter) in [(self.read, "r"), (self.write, "w"), (self.execute, "x")] {
            if set {
                f.write_str(letter)?;
            }
        }
        Ok(())
    }
}

/// One kind of memory access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    /// Data is read.
    Read,
    /// Data is written.
    Write,
    /// An instruction is fetched.
    Execute,
}

impl AccessKind {
    /// `read`, `write` or `execute`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "execute",
        }
    }
}

/// What an address of a watched range is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressSpace {
    /// Guest virtual, as mapped when the event is registered.
    #[default]
    Virtual,
    /// Guest physical.
    Physical,
}

/// Where a watched range ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<A = u64> {
    /// The last address, inclusive.
    Last(A),
    /// So many bytes, at least 1.
    Length(u64),
}

/// A watched range of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monitor<A = u64> {
    /// Virtual or physical addresses.
    pub space: AddressSpace,
    /// What is watched for.
    pub access: Access,
    /// The first address.
    pub first: A,
    /// The end; [`End::Last`] in a registered event.
    pub end: End<A>,
}

impl Monitor {
    /// The last address, inclusive.
    pub fn last(&self) -> u64 {
        match self.end {
            End::Last(last) => last,
            End::Length(length) => self.first.saturating_add(length.saturating_sub(1)),
        }
    }

    /// The lowest address of the `size` bytes at `address` that is watched.
    pub fn touched(&self, address: u64, size: u64) -> Option<u64> {
        let end = address.saturating_add(size.max(1).saturating_sub(1));
        let low = address.max(self.first);
        (low <= end.min(self.last())).then_some(low)
    }
}
