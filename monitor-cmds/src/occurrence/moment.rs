//! Where and when something happened.

/// Before or after the instruction took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Before it.
    #[default]
    Pre,
    /// After it.
    Post,
}

impl Stage {
    /// `pre` or `post`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Post => "post",
        }
    }
}

/// Where and when something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The CPU, counted from 0.
    pub cpu: u32,
    /// Its RIP: the address of the instruction before it ran, of the next one after.
    pub rip: u64,
    /// Before or after the effect.
    pub stage: Stage,
    /// Number of the running process; `None` if it is not known. Events bound to a process do not fire then. It need not be
    /// found out while [`crate::Events::asks_for_process`] says no.
    pub pid: Option<u32>,
    /// CR3, for events bound to an address space.
    pub cr3: u64,
}
