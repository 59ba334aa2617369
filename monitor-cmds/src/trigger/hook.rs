//! Hidden hooks.

/// How a hook gets control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookMethod {
    /// `!epthook`: a breakpoint instruction that only execution sees.
    Breakpoint,
    /// `!epthook2`: the instructions are replaced by a jump that only execution sees.
    Detour,
}

/// An address whose execution is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hook<A = u64> {
    /// How.
    pub method: HookMethod,
    /// The guest virtual address.
    pub address: A,
    /// The guest physical address it was mapped to at registration; `None` before, or if it could not be asked.
    pub physical: Option<u64>,
}

impl<A> Hook<A> {
    /// A hook that is not registered yet.
    pub fn new(method: HookMethod, address: A) -> Self {
        Self {
            method,
            address,
            physical: None,
        }
    }
}
