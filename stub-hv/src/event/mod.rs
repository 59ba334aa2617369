//! Events: from an exit to the user's events and their actions, and from the event table to what is
//! intercepted.

pub mod counters;

pub mod dispatch;

mod guest;

pub mod messages;

pub mod work;

pub use counters::Counters;
pub use messages::Messages;
pub use work::Work;
