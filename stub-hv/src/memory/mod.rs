//! Memory: guest address types, translation, nested paging, and the host's own frames.

pub mod address;
pub mod host;
pub mod map;
pub mod nested;
pub mod walk;

pub use address::GuestMemory;
pub use address::GuestPhysical;
pub use address::GuestVirtual;
pub use address::Inaccessible;
pub use map::MemoryMap;
