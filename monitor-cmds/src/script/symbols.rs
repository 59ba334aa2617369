//! Addresses of names such as `nt!ExAllocatePool`.

/// Knows the guest's symbols.
pub trait Symbols {
    /// The guest virtual address of `name`, which is as written: `module!name`.
    fn address(&self, name: &str) -> Option<u64>;
}

/// Knows none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSymbols;

impl Symbols for NoSymbols {
    fn address(&self, _name: &str) -> Option<u64> {
        None
    }
}
