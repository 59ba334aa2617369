//! Breakpoints and watchpoints.
//!
//! [`software`] ones are INT3 bytes in the guest's memory, as many as the table holds; [`patch`] keeps
//! the bytes they displaced and hides them from the debugger. [`hardware`] ones share the processor's
//! four debug registers with the guest.

pub mod hardware;
pub mod patch;
pub mod software;
