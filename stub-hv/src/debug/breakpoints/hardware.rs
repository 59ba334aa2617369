//! Hardware breakpoints: the four debug registers, shared by the guest and the debugger.
//!
//! The debugger's [`Watches`] are one list for the machine; each CPU's guest has a [`GuestView`] of its
//! own, which is all it ever reads back. [`Effective::merge`] makes of both what the processor gets, and
//! [`Effective::sort`] tells afterwards whose a #DB was. While any watch is armed, MOV DR is intercepted.
//!
//! The debugger comes first: what it has keeps working. A guest that afterwards enables more breakpoints
//! than are left sees them in its registers, but those with the highest numbers do not fire. The
//! debugger's insert in turn is refused when the guest already uses the registers.
//!
//! An execute breakpoint is a fault: RIP is still at the instruction. Whoever resumes the guest there sets
//! RFLAGS.RF for the next entry, or the same breakpoint fires again (APM volume 2, "Breakpoints and
//! resume flag"). Data breakpoints are traps and need nothing.

use heapless::Vec;

/// How many debug address registers there are.
pub const REGISTERS: usize = 4;

/// DR6.BD: a debug register was accessed while DR7.GD was set.
pub const DR6_BD: u64 = 1 << 13;
/// DR6.BS: a single step.
pub const DR6_BS: u64 = 1 << 14;
/// DR6.BT: a task switch.
pub const DR6_BT: u64 = 1 << 15;
/// What DR6 reads as when nothing has happened.
pub const DR6_RESET: u64 = 0xffff_0ff0;
/// What DR7 reads as after reset.
pub const DR7_RESET: u64 = 0x400;

const DR6_HITS: u64 = 0xf;
/// What software can write of DR6; the rest is fixed as in [`DR6_RESET`].
const DR6_WRITABLE: u64 = DR6_HITS | DR6_BD | DR6_BS | DR6_BT;
/// What software can write of DR7; the rest is fixed as in [`DR7_RESET`].
const DR7_WRITABLE: u64 = 0xffff_23ff;
/// DR7.LE and GE, which old software sets.
const DR7_EXACT: u64 = 3 << 8;

/// What a watch waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Execution: `hbreak`, Z1.
    Execute,
    /// A write: `watch`, Z2.
    Write,
    /// A read: `rwatch`, Z3. The processor has no such thing: it waits for reads and writes, and what
    /// changed the value was a write. A write of the value that is there already counts as a read.
    Read,
    /// A read or write: `awatch`, Z4.
    Access,
}

impl Kind {
    /// The R/W field of DR7.
    const fn condition(self) -> u64 {
        match self {
            Self::Execute => 0b00,
            Self::Write => 0b01,
            Self::Read | Self::Access => 0b11,
        }
    }
}

/// What the debugger asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// What it waits for.
    pub kind: Kind,
    /// The first byte, a linear address.
    pub address: u64,
    /// How many bytes; 1 for [`Kind::Execute`].
    pub length: u64,
}

/// The part of a watch that one register covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The watch.
    pub watch: Watch,
    /// The first byte, aligned to the size.
    pub address: u64,
    /// 1, 2, 4 or 8 bytes.
    pub size: u8,
    /// For [`Kind::Read`]: what was there last, if it could be read.
    last: Option<u64>,
}

/// Why a watch was not inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertError {
    /// It would take more registers than are free.
    NoRegister {
        /// How many it takes.
        needed: u64,
        /// How many neither the debugger nor the guest uses.
        free: u64,
    },
    /// No bytes, bytes beyond the end of the address space, or an execute watch of more than one.
    BadLength,
}

impl core::fmt::Display for InsertError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoRegister { needed, free } => {
                write!(
                    f,
                    "needs {needed} debug registers, {free} of {REGISTERS} are free"
                )
            }
            Self::BadLength => f.write_str("no debug register can cover that range"),
        }
    }
}

/// Reads guest memory at a linear address (at most 8 bytes): whether it could.
pub trait Peek: FnMut(u64, &mut [u8]) -> bool {}
impl<F: FnMut(u64, &mut [u8]) -> bool> Peek for F {}

fn peek(address: u64, size: u8, read: &mut impl Peek) -> Option<u64> {
    let mut bytes = [0; 8];
    let wanted = bytes.get_mut(..usize::from(size))?;
    read(address, wanted).then(|| u64::from_le_bytes(bytes))
}

/// The sizes of aligned pieces that cover a range exactly, from its start on.
fn pieces(watch: Watch) -> impl Iterator<Item = (u64, u8)> {
    let mut address = watch.address;
    let mut left = watch.length;
    core::iter::from_fn(move || {
        let size = [8, 4, 2, 1]
            .into_iter()
            .find(|size| address.is_multiple_of(*size) && *size <= left)?;
        let piece = (address, size as u8);
        address = address.wrapping_add(size);
        left -= size;
        Some(piece)
    })
}

/// The debugger's watches, for all CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watches {
    pieces: Vec<Piece, REGISTERS>,
}

impl Watches {
    /// None yet.
    pub const fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// Inserts a watch; one that is there already stays as it is. A range that is not aligned, or longer
    /// than eight bytes, takes several registers. `guest` is the largest number of registers that the
    /// guest has enabled on any CPU ([`GuestView::enabled`]).
    pub fn insert(&mut self, watch: Watch, guest: usize, mut read: impl Peek) -> Result<(), InsertError> {
        let fits = watch.length != 0 && watch.address.checked_add(watch.length - 1).is_some();
        if !fits || (watch.kind == Kind::Execute && watch.length != 1) {
            return Err(InsertError::BadLength);
        }
        if self.pieces.iter().any(|piece| piece.watch == watch) {
            return Ok(());
        }
        // Counting stops at the first register too many: the length is the wire's.
        let free = REGISTERS.saturating_sub(self.pieces.len() + guest);
        let needed = pieces(watch).take(REGISTERS + 1).count();
        if needed > free {
            return Err(InsertError::NoRegister {
                needed: needed as u64,
                free: free as u64,
            });
        }
        for (address, size) in pieces(watch) {
            let last = (watch.kind == Kind::Read)
                .then(|| peek(address, size, &mut read))
                .flatten();
            // There is room: it was counted above.
            let _ = self.pieces.push(Piece {
                watch,
                address,
                size,
                last,
            });
        }
        Ok(())
    }

    /// Takes a watch away. Whether it was there.
    pub fn remove(&mut self, watch: Watch) -> bool {
        let before = self.pieces.len();
        self.pieces.retain(|piece| piece.watch != watch);
        self.pieces.len() != before
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    /// Whether there is none, so that the guest may have the registers for itself.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether an access to data at `address` is waited for: the first byte that was asked for.
    pub fn watches_at(&self, address: u64) -> bool {
        self.pieces
            .iter()
            .any(|piece| piece.watch.kind != Kind::Execute && piece.watch.address == address)
    }

    /// Whether the instruction at `address` is waited for.
    pub fn executes(&self, address: u64) -> bool {
        self.pieces
            .iter()
            .any(|piece| piece.watch.kind == Kind::Execute && piece.address == address)
    }

    /// The piece with that index, as [`Sorted::watches`] has them.
    pub fn piece(&self, index: usize) -> Option<&Piece> {
        self.pieces.get(index)
    }

    /// Whether the hit of a piece is to be reported. For a read watch the value decides: if it changed,
    /// the access was a write, and the new value is what the next hit is compared with.
    pub fn confirm(&mut self, index: usize, mut read: impl Peek) -> bool {
        let Some(piece) = self.pieces.get_mut(index) else {
            return false;
        };
        if piece.watch.kind != Kind::Read {
            return true;
        }
        let now = peek(piece.address, piece.size, &mut read);
        let before = core::mem::replace(&mut piece.last, now);
        before == now
    }
}

/// The debug registers of one virtual CPU, as its guest reads and writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestView {
    /// DR0 to DR3
    pub address: [u64; REGISTERS],
    /// DR6
    pub dr6: u64,
    /// DR7
    pub dr7: u64,
}

impl Default for GuestView {
    /// As after reset.
    fn default() -> Self {
        Self {
            address: [0; REGISTERS],
            dr6: DR6_RESET,
            dr7: DR7_RESET,
        }
    }
}

/// #GP(0): a write to DR6 or DR7 with a bit above 31 set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReservedBits;

impl GuestView {
    /// What the guest reads from register `number` (0 to 3, 6, 7; others read 0).
    pub fn read(&self, number: u8) -> u64 {
        match number {
            6 => self.dr6,
            7 => self.dr7,
            _ => self.address.get(usize::from(number)).copied().unwrap_or(0),
        }
    }

    /// The guest's write to register `number` (0 to 3, 6, 7; others are ignored).
    pub fn write(&mut self, number: u8, value: u64) -> Result<(), ReservedBits> {
        if matches!(number, 6 | 7) && value >> 32 != 0 {
            return Err(ReservedBits);
        }
        match number {
            6 => self.dr6 = DR6_RESET | value & DR6_WRITABLE,
            7 => self.dr7 = DR7_RESET | value & DR7_WRITABLE,
            _ => {
                if let Some(address) = self.address.get_mut(usize::from(number)) {
                    *address = value;
                }
            }
        }
        Ok(())
    }

    /// Whether the guest has register `number` enabled, locally or globally.
    const fn enables(&self, number: usize) -> bool {
        self.dr7 >> (number * 2) & 3 != 0
    }

    /// Of a hardware DR6, the hit bits that are the guest's while it has the registers to itself.
    pub fn hits(&self, hardware: u64) -> u64 {
        let enabled: u64 = (0..REGISTERS)
            .filter(|&number| self.enables(number))
            .map(|number| 1 << number)
            .sum();
        hardware & enabled & !premature(hardware, self.dr7)
    }

    /// How many registers the guest has enabled.
    pub fn enabled(&self) -> usize {
        (0..REGISTERS).filter(|&number| self.enables(number)).count()
    }
}

/// Whose a debug address register is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Guest(usize),
    Debugger(usize),
}

/// What one CPU's debug registers hold while its guest runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// DR0 to DR3
    pub address: [u64; REGISTERS],
    /// DR7. GD is never in it: with MOV DR intercepted the check is made in software.
    pub dr7: u64,
    uses: [Option<Use>; REGISTERS],
}

/// Whose a #DB was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// Bit n: piece n of the [`Watches`] was hit. [`Watches::confirm`] has the last word.
    pub watches: u8,
    /// DR6.BS: a single step, the debugger's or the guest's; whoever set TF knows.
    pub single_step: bool,
    /// The #DB that the guest is to get: its new DR6, without BS. `None`: nothing of it is the guest's.
    pub guest: Option<u64>,
}

/// The hit bits of instruction breakpoints that came with a single step: QEMU sets them when the step has
/// led to the instruction, which has not been started. It is met again when it is.
const fn premature(dr6: u64, dr7: u64) -> u64 {
    let mut bits = 0;
    let mut number = 0;
    while dr6 & DR6_BS != 0 && number < REGISTERS {
        if dr7 >> (16 + number * 4) & 3 == 0 {
            bits |= 1 << number;
        }
        number += 1;
    }
    bits
}

impl Effective {
    /// Shares the registers: the debugger's pieces first, but as far as possible not in registers the
    /// guest has enabled, so that the guest's own keep their numbers.
    pub fn merge(watches: &Watches, guest: &GuestView) -> Self {
        let mut uses = [None; REGISTERS];
        let taken = |number: usize| guest.enables(number);
        let order = (0..REGISTERS)
            .rev()
            .filter(|n| !taken(*n))
            .chain((0..REGISTERS).rev().filter(|n| taken(*n)));
        for (piece, number) in (0..watches.pieces.len()).zip(order) {
            uses[number] = Some(Use::Debugger(piece));
        }
        for number in (0..REGISTERS).filter(|&number| taken(number)) {
            let own = uses.get_mut(number).filter(|place| place.is_none());
            if let Some(place) = own {
                *place = Some(Use::Guest(number));
            }
        }
        // Those whose own register the debugger has move to one that is left.
        for number in (0..REGISTERS).filter(|&number| taken(number)) {
            if !uses.contains(&Some(Use::Guest(number)))
                && let Some(place) = uses.iter_mut().find(|place| place.is_none())
            {
                *place = Some(Use::Guest(number));
            }
        }
        let mut effective = Self {
            address: [0; REGISTERS],
            dr7: DR7_RESET | guest.dr7 & DR7_EXACT,
            uses,
        };
        for (number, used) in uses.iter().enumerate() {
            let (address, enable, control) = match *used {
                None => continue,
                Some(Use::Guest(own)) => (
                    guest.address[own],
                    guest.dr7 >> (own * 2) & 3,
                    guest.dr7 >> (16 + own * 4) & 0xf,
                ),
                Some(Use::Debugger(index)) => {
                    let Some(piece) = watches.pieces.get(index) else {
                        continue;
                    };
                    let length = match piece.size {
                        2 => 0b01,
                        4 => 0b11,
                        8 => 0b10,
                        _ => 0b00,
                    };
                    (piece.address, 0b10, length << 2 | piece.watch.kind.condition())
                }
            };
            effective.address[number] = address;
            effective.dr7 |= enable << (number * 2) | control << (16 + number * 4);
        }
        effective
    }

    /// The bytes register `number` watches for data accesses, and whether for writes alone; `None`: it is not
    /// enabled, or waits for something else.
    fn data(&self, number: usize) -> Option<(u64, u64, bool)> {
        if self.dr7 >> (number * 2) & 3 == 0 {
            return None;
        }
        let control = self.dr7 >> (16 + number * 4) & 0xf;
        let writes_alone = match control & 3 {
            0b01 => true,
            0b11 => false,
            _ => return None,
        };
        let size = [1, 2, 8, 4][(control >> 2) as usize];
        let start = self.address.get(number)? & !(size - 1);
        Some((start, start + (size - 1), writes_alone))
    }

    /// `hardware` with the hit bits of registers that must have been hit as well, because they watch all
    /// bytes that one with its bit set watches. QEMU reports only the first of them.
    fn with_companions(&self, hardware: u64) -> u64 {
        let mut all = hardware;
        for hit in (0..REGISTERS).filter(|number| hardware >> number & 1 != 0) {
            let Some((start, end, written)) = self.data(hit) else {
                continue;
            };
            for other in 0..REGISTERS {
                if let Some((from, to, writes_alone)) = self.data(other)
                    && from <= start
                    && end <= to
                    && (written || !writes_alone)
                {
                    all |= 1 << other;
                }
            }
        }
        all
    }

    /// Sorts a #DB by the hardware's DR6. The processor may set hit bits of registers that are not
    /// enabled; they are nobody's. Of the guest's DR6 the hit bits are replaced and the others collect,
    /// as in hardware; BS is for the caller to add if the guest stepped itself.
    pub fn sort(&self, hardware: u64, guest: &GuestView) -> Sorted {
        let hardware = self.with_companions(hardware & !premature(hardware, self.dr7));
        let mut watches = 0;
        let mut hits = 0;
        for (number, used) in self.uses.iter().enumerate() {
            if hardware >> number & 1 == 0 {
                continue;
            }
            match *used {
                Some(Use::Debugger(piece)) => watches |= 1 << piece,
                Some(Use::Guest(own)) => hits |= 1 << own,
                None => {}
            }
        }
        let own = hits | hardware & (DR6_BD | DR6_BT);
        Sorted {
            watches,
            single_step: hardware & DR6_BS != 0,
            guest: (own != 0).then_some(guest.dr6 & !DR6_HITS | own),
        }
    }
}

#[cfg(test)]
#[path = "hardware_tests.rs"]
mod tests;
