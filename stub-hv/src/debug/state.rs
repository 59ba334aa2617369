//! What the debugger has set: events, breakpoints and watchpoints, for all CPUs.
//!
//! Exits read it while the guest runs; it is changed only while the world is stopped, so the locks are
//! never contended for long, and no CPU parks while it holds one. Every change is followed by
//! [`crate::guest::arming::changed`].

use heapless::Vec;
use monitor_cmds::Events;
use monitor_cmds::Hit;
use spin::Mutex;
use spin::Once;
use spin::RwLock;

use super::breakpoints::hardware::Watches;
use super::breakpoints::software::Conditions;
use super::breakpoints::software::SoftwareBreakpoints;

/// How many events there may be.
const EVENTS: usize = 64;
/// How many debug registers there are, and so hardware breakpoints.
const HARDWARE: usize = 4;

static BREAKPOINTS: Mutex<SoftwareBreakpoints> = Mutex::new(SoftwareBreakpoints::new());
static WATCHES: Mutex<Watches> = Mutex::new(Watches::new());
static CONDITIONS: Mutex<Vec<(u64, Conditions), HARDWARE>> = Mutex::new(Vec::new());
static LAST_HIT: Mutex<Option<Hit>> = Mutex::new(None);

/// The event table.
pub fn events() -> &'static RwLock<Events<'static>> {
    static EVENT_TABLE: Once<RwLock<Events<'static>>> = Once::new();
    EVENT_TABLE.call_once(|| RwLock::new(Events::with_capacity(EVENTS)))
}

/// Software breakpoints, with the bytes they displaced.
pub fn breakpoints() -> &'static Mutex<SoftwareBreakpoints> {
    &BREAKPOINTS
}

/// Hardware breakpoints and watchpoints.
pub fn watches() -> &'static Mutex<Watches> {
    &WATCHES
}

/// The event that stopped the guest last.
pub fn last_hit() -> &'static Mutex<Option<Hit>> {
    &LAST_HIT
}

/// The conditions of the hardware breakpoint at `address`; none if it has none.
pub fn hardware_conditions(address: u64) -> Conditions {
    let conditions = CONDITIONS.lock();
    conditions
        .iter()
        .find(|(at, _)| *at == address)
        .map(|(_, of)| of.clone())
        .unwrap_or_default()
}

/// Gives the hardware breakpoint at `address` its conditions; an empty set forgets them.
pub fn set_hardware_conditions(address: u64, of: Conditions) {
    let mut conditions = CONDITIONS.lock();
    conditions.retain(|(at, _)| *at != address);
    if !of.is_empty() {
        // There are no more hardware breakpoints than places.
        let _ = conditions.push((address, of));
    }
}
