//! What the front end hands to the session loop.

use super::breakpoint::BreakpointChange;
use super::frame;
use super::hex;

/// One request of the client's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request<'f> {
    /// Ctrl-C: stop the machine. Nothing is answered to it but the stop.
    Interrupt,
    /// A packet for the protocol engine, of a shape it accepts.
    Stub(StubPacket<'f>),
    /// A request the engine does not know; answer it through [`super::Replies`].
    Local(LocalRequest<'f>),
}

/// A packet for the protocol engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubPacket<'f> {
    /// The body, perhaps rewritten. Binary escapes are left in.
    pub body: &'f [u8],
    /// For `Z` and `z`: what changes, with the conditions the engine does not see. Take it over once the
    /// engine has answered [`super::StubAnswer::Ok`].
    pub breakpoint: Option<BreakpointChange<'f>>,
}

impl<'f> StubPacket<'f> {
    /// The packet as the engine wants it: framed, with its checksum.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + 'f {
        frame::framed(self.body)
    }
}

/// Requests that `gdbstub` does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalRequest<'f> {
    /// `x addr,length`: answer with [`super::Replies::memory`]. Never longer than one reply can carry; a shorter
    /// answer is allowed. The thread is [`super::Session::memory_thread`].
    ReadMemory {
        /// Guest-virtual, or physical while that is switched on.
        address: u64,
        /// Bytes wanted, at least one.
        length: usize,
    },
    /// `qMemoryRegionInfo`: answer with [`super::Replies::memory_region`].
    MemoryRegion {
        /// The region that holds this address.
        address: u64,
    },
    /// `qSearch:memory`: answer with [`super::Replies::found`].
    Search {
        /// Where to begin.
        address: u64,
        /// How many bytes to search.
        length: u64,
        /// What to look for.
        pattern: Escaped<'f>,
    },
    /// `qCRC`: answer with [`super::Replies::crc`].
    Crc {
        /// The first byte.
        address: u64,
        /// How many bytes.
        length: u64,
    },
    /// `Qqemu.PhyMemMode:0|1`: whether memory requests name physical addresses from now on. Answer `OK`.
    SetPhysicalMemory(bool),
    /// `qqemu.PhyMemMode`: answer with [`super::Replies::flag`].
    PhysicalMemory,
    /// `qemu.sstep=HEX`: what to hold back while stepping: 1 step at all, 2 no interrupts, 4 no timers.
    SetStepFlags(u8),
    /// `qemu.sstep`: answer with [`super::Replies::step_flags`].
    StepFlags,
    /// `qRcmd`: run a command, print with [`super::Replies::console`], end with `OK` or a fault.
    Monitor {
        /// The command line.
        command: HexText<'f>,
    },
    /// `D`: the client leaves in good order; `OK` is on its way. Take its breakpoints out and let the guest run.
    Detach,
    /// `k` or `vKill`: the client leaves; whatever had to be answered is on its way. The machine lives on.
    Kill,
}

/// Text that came as two hexadecimal digits a byte; the shape is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexText<'f>(pub(super) &'f [u8]);

impl<'f> HexText<'f> {
    /// How many bytes it spells.
    pub const fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// Whether it spells nothing.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes it spells.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + 'f {
        hex::bytes(self.0)
    }

    /// Writes the bytes to the front of `into`; `None` when there is not room for all.
    pub fn decode<'i>(&self, into: &'i mut [u8]) -> Option<&'i [u8]> {
        fill(self.bytes(), self.len(), into)
    }
}

/// Binary data with escapes; the shape is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escaped<'f>(&'f [u8]);

impl<'f> Escaped<'f> {
    /// `None` when the data ends inside an escape.
    pub(super) fn new(data: &'f [u8]) -> Option<Self> {
        let mut bytes = data.iter();
        while let Some(&byte) = bytes.next() {
            if byte == b'}' {
                bytes.next()?;
            }
        }
        Some(Self(data))
    }

    /// How many bytes it stands for.
    pub fn len(&self) -> usize {
        self.bytes().count()
    }

    /// Whether it stands for nothing.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes it stands for.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + 'f {
        let mut bytes = self.0.iter().copied();
        core::iter::from_fn(move || match bytes.next()? {
            b'}' => bytes.next().map(|byte| byte ^ 0x20),
            byte => Some(byte),
        })
    }

    /// Writes the bytes to the front of `into`; `None` when there is not room for all.
    pub fn decode<'i>(&self, into: &'i mut [u8]) -> Option<&'i [u8]> {
        fill(self.bytes(), self.len(), into)
    }
}

fn fill(bytes: impl Iterator<Item = u8>, len: usize, into: &mut [u8]) -> Option<&[u8]> {
    let into = into.get_mut(..len)?;
    for (slot, byte) in into.iter_mut().zip(bytes) {
        *slot = byte;
    }
    Some(into)
}
