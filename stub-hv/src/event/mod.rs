//! Events: from an exit to the user's events and their actions, and from the event table to what is
//! intercepted.

pub mod counters;

pub mod dispatch;

pub use counters::Counters;
