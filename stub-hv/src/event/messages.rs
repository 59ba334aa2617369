//! What scripts print while the guest runs, until a debugger takes it.
//!
//! Each CPU has a buffer of fixed size that only itself writes to, line by line; a line that does not fit is counted,
//! not kept, and so is every one after it until the buffer has been emptied: what is told of the loss then stands
//! where the lines are missing. The owner of a stop empties the buffers of all CPUs, oldest line first.
//!
//! The locks are never waited for long: a CPU holds its own for the copy of one line, and the owner of a stop takes
//! them while the others are parked.

use core::fmt::Write;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering;

use alloc::boxed::Box;
use alloc::vec::Vec;
use spin::Mutex;

use crate::cpu::percpu;

/// Bytes of one CPU's buffer.
pub const CAPACITY: usize = 32 * 1024;
/// Bytes of the longest line; a longer one is taken for several.
pub const LINE: usize = 1024;
/// Before the bytes of a line: its place among those of all CPUs (8 bytes) and its length (2 bytes).
const HEAD: usize = 10;

/// The next line's place among those of all CPUs.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// Whether a debugger takes console text while the guest runs.
static LISTENS: AtomicBool = AtomicBool::new(false);

/// Says whether a debugger takes console text while the guest runs.
pub fn set_listening(on: bool) {
    LISTENS.store(on, Ordering::Release);
}

/// Whether a debugger takes console text while the guest runs.
pub fn is_listening() -> bool {
    LISTENS.load(Ordering::Acquire)
}

/// One CPU's lines.
#[derive(Debug)]
pub struct Messages {
    lines: Mutex<Lines>,
    waiting: AtomicBool,
}

impl Messages {
    /// An empty buffer; `None` when memory is used up.
    pub fn new() -> Option<Self> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(CAPACITY).ok()?;
        bytes.resize(CAPACITY, 0);
        Some(Self {
            lines: Mutex::new(Lines {
                bytes: bytes.into_boxed_slice(),
                start: 0,
                used: 0,
                count: 0,
                taken: 0,
                lost: 0,
            }),
            waiting: AtomicBool::new(false),
        })
    }

    /// Whether there is something to deliver, a loss included.
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Adds a line of at most [`LINE`] bytes, or counts it as lost. For the CPU itself.
    pub fn add(&self, line: &[u8]) {
        let mut lines = self.lines.lock();
        lines.add(line);
        self.waiting.store(true, Ordering::Relaxed);
    }

    /// Forgets everything and tells how many lines that were, lost ones included.
    pub fn clear(&self) -> u64 {
        let mut lines = self.lines.lock();
        let count = lines.count + lines.lost;
        (lines.start, lines.used, lines.count, lines.taken, lines.lost) = (0, 0, 0, 0, 0);
        self.waiting.store(false, Ordering::Relaxed);
        count
    }

    /// The place of the oldest line among those of all CPUs.
    fn oldest(&self) -> Option<u64> {
        if !self.is_waiting() {
            return None;
        }
        self.lines.lock().oldest()
    }

    /// Hands the oldest line over; `take` says how much of it it has taken, and gets the rest the next time. Whether
    /// it has taken all of it.
    fn deliver(&self, take: &mut dyn FnMut(&[u8]) -> usize) -> bool {
        let mut lines = self.lines.lock();
        let all = lines.deliver(take);
        self.waiting
            .store(lines.count != 0 || lines.lost != 0, Ordering::Relaxed);
        all
    }
}

#[derive(Debug)]
struct Lines {
    /// A ring of lines, each behind its head.
    bytes: Box<[u8]>,
    start: usize,
    used: usize,
    count: u64,
    /// Bytes of the oldest line that have been delivered.
    taken: usize,
    lost: u64,
}

impl Lines {
    fn add(&mut self, line: &[u8]) {
        let line = line.get(..line.len().min(LINE)).unwrap_or_default();
        if self.lost != 0 || self.bytes.len() - self.used < HEAD + line.len() {
            self.lost += 1;
            return;
        }
        let place = NEXT.fetch_add(1, Ordering::Relaxed);
        self.write(&place.to_le_bytes());
        self.write(&(line.len() as u16).to_le_bytes());
        self.write(line);
        self.count += 1;
    }

    /// Appends bytes that there is room for.
    fn write(&mut self, from: &[u8]) {
        for byte in from {
            let at = (self.start + self.used) % self.bytes.len();
            if let Some(slot) = self.bytes.get_mut(at) {
                *slot = *byte;
                self.used += 1;
            }
        }
    }

    /// Copies bytes from `offset` on behind the oldest.
    fn read(&self, offset: usize, into: &mut [u8]) {
        for (at, slot) in (self.start + offset..).zip(into) {
            *slot = self.bytes.get(at % self.bytes.len()).copied().unwrap_or(0);
        }
    }

    /// The place and the length of the oldest line.
    fn head(&self) -> Option<(u64, usize)> {
        if self.count == 0 {
            return None;
        }
        let (mut place, mut length) = ([0; 8], [0; 2]);
        self.read(0, &mut place);
        self.read(8, &mut length);
        Some((u64::from_le_bytes(place), u16::from_le_bytes(length).into()))
    }

    fn oldest(&mut self) -> Option<u64> {
        if self.count == 0 && self.lost != 0 {
            let lost = core::mem::take(&mut self.lost);
            let mut text: heapless::String<48> = heapless::String::new();
            // It fits.
            let _ = match lost {
                1 => writeln!(text, "1 message lost"),
                _ => writeln!(text, "{lost} messages lost"),
            };
            self.add(text.as_bytes());
        }
        Some(self.head()?.0)
    }

    fn deliver(&mut self, take: &mut dyn FnMut(&[u8]) -> usize) -> bool {
        let Some((_, length)) = self.head() else {
            return false;
        };
        let mut line = [0; LINE];
        let left = length.saturating_sub(self.taken);
        let Some(line) = line.get_mut(..left) else {
            return false;
        };
        self.read(HEAD + self.taken, line);
        let count = take(line).min(left);
        self.taken += count;
        if count < left {
            return false;
        }
        self.start = (self.start + HEAD + length) % self.bytes.len();
        self.used = self.used.saturating_sub(HEAD + length);
        self.count -= 1;
        self.taken = 0;
        true
    }
}

/// Hands over the lines of all CPUs, oldest first, until `take` does not take all of one. For the owner of a stop.
/// Whether any was taken.
pub fn deliver_all(take: &mut dyn FnMut(&[u8]) -> usize) -> bool {
    deliver_from(|| percpu::all().map(|cpu| &cpu.messages), take)
}

fn deliver_from<'m, I: Iterator<Item = &'m Messages>>(
    buffers: impl Fn() -> I,
    take: &mut dyn FnMut(&[u8]) -> usize,
) -> bool {
    let mut any = false;
    loop {
        let waiting = buffers().filter_map(|messages| Some((messages.oldest()?, messages)));
        let Some((_, messages)) = waiting.min_by_key(|(place, _)| *place) else {
            return any;
        };
        if !messages.deliver(take) {
            return any;
        }
        any = true;
    }
}

/// Forgets what has not been delivered and tells how many lines that were, lost ones included.
pub fn clear_all() -> u64 {
    percpu::all().map(|cpu| cpu.messages.clear()).sum()
}

#[cfg(test)]
mod tests;
