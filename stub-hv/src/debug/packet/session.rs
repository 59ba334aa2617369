//! What one client has told us, and how to tell where one client ends and the next begins.
//!
//! A serial line has no connect event. A client opens with `qSupported` (GDB, IDA) or `QStartNoAckMode`
//! (LLDB), so one of those is a new session when it cannot belong to the present one.

use heapless::Vec;

use super::hex;

/// The longest packet [`Session::replay`] makes.
pub const REPLAY_LEN: usize = 40;

/// The state of one client's session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    pub(super) active: bool,
    /// The client has sent `qSupported`.
    pub(super) supported: bool,
    /// The client speaks of processes (`multiprocess+`).
    pub(super) multiprocess: bool,
    /// The client reads the description of the registers (`xmlRegisters=...`).
    pub(super) describes_registers: bool,
    /// The client reads `E.text` (`error-message+`).
    pub(super) error_text: bool,
    /// The client expects the data of `x` without a leading `b`.
    pub(super) bare_binary: bool,
    /// The thread of the last stop.
    pub(super) stopped: Option<u32>,
    /// The thread last chosen by `Hg`, or the last stop's when that is later.
    pub(super) memory: Option<u32>,
    /// The thread chosen by `Hc`; none means all.
    pub(super) resume: Option<u32>,
    /// A `+` came that nothing had asked for: the way a new client greets.
    pub(super) greeted: bool,
    /// The `+` for the answer to `QStartNoAckMode` is still to come.
    pub(super) last_ack_due: bool,
}

impl Session {
    /// Whether a client is there, as far as one can know.
    pub const fn is_active(&self) -> bool {
        self.active
    }

    /// Whether thread ids go out as `pPID.TID`.
    pub const fn multiprocess(&self) -> bool {
        self.multiprocess
    }

    /// Whether the client takes the registers' numbers from their description.
    pub const fn describes_registers(&self) -> bool {
        self.describes_registers
    }

    /// The thread a request without a thread means: the last stop's, else the first.
    pub fn current_thread(&self) -> u32 {
        self.stopped.unwrap_or(1)
    }

    /// The thread that register and memory requests are about.
    pub fn memory_thread(&self) -> u32 {
        self.memory.unwrap_or_else(|| self.current_thread())
    }

    /// Whether `body` can only come from a client that has just arrived.
    pub(super) fn is_left_by(&self, body: &[u8], acks: bool) -> bool {
        let again = match body {
            _ if body.starts_with(b"qSupported") => self.supported,
            b"QStartNoAckMode" => !acks,
            _ => return !self.active,
        };
        !self.active || again || self.greeted
    }

    /// A stop of `thread` was reported: registers and memory are now this thread's.
    pub(super) fn stopped_at(&mut self, thread: u32) {
        self.stopped = Some(thread);
        self.memory = Some(thread);
    }

    /// The packets that bring a new protocol engine to where the old one was. Discard what it answers.
    pub fn replay(&self) -> impl Iterator<Item = Vec<u8, REPLAY_LEN>> + '_ {
        let features: &[u8] = if self.multiprocess {
            b"qSupported:multiprocess+"
        } else {
            b"qSupported:multiprocess-"
        };
        let features = self.supported.then(|| features.iter().copied().collect());
        let memory = Some(choose(b"Hg", self.memory_thread()));
        let resume = self.resume.map(|thread| choose(b"Hc", thread));
        [features, memory, resume].into_iter().flatten()
    }
}

fn choose(name: &[u8], thread: u32) -> Vec<u8, REPLAY_LEN> {
    name.iter()
        .copied()
        .chain(hex::digits(u64::from(thread)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_names_features_and_threads() {
        let mut session = Session {
            supported: true,
            multiprocess: true,
            ..Session::default()
        };
        session.stopped_at(0x1f);
        session.resume = Some(2);
        let packets: std::vec::Vec<_> = session.replay().map(|p| p.to_vec()).collect();
        assert_eq!(packets, [&b"qSupported:multiprocess+"[..], b"Hg1f", b"Hc2"]);
    }
}
