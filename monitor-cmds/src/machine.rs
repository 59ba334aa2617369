//! The machine as the commands see it.

use crate::Hit;
use core::fmt;

/// What a CPU is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuState {
    /// The hypervisor did not start it.
    Offline,
    /// The hypervisor runs on it; its guest waits for INIT and SIPI.
    Waiting,
    /// Its guest runs.
    Running,
    /// Its guest is stopped for the debugger.
    Stopped,
}

impl CpuState {
    /// The state as `status` prints it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Stopped => "stopped",
        }
    }
}

/// Facts for `status`, each a short text without a newline.
#[derive(Clone, Copy, Debug)]
pub struct Status<'m> {
    /// Name and version of the hypervisor, as `version` prints it.
    pub version: &'m str,
    /// The backend and the processor, such as `SVM, AMD EPYC`.
    pub processor: &'m str,
    /// What runs: `linux`, `multiboot`, ... with its command line.
    pub guest: &'m str,
    /// Bytes of memory the hypervisor keeps for itself.
    pub reserved: u64,
    /// How the debugger is connected, such as `com2 at 2f8, irq 3`.
    pub transport: &'m str,
}

/// What commands need of the machine. All CPUs are stopped while one runs, or answer as if they were.
///
/// The two listings call a closure for each entry instead of returning a collection, so that an implementation
/// allocates nothing.
pub trait Machine {
    /// The facts that `version` and `status` print.
    fn status(&self) -> Status<'_>;

    /// How many CPUs there are, offline ones included; they are numbered from 0.
    fn cpu_count(&self) -> u32;

    /// What CPU `cpu` does; [`CpuState::Offline`] for a number that does not exist.
    fn cpu_state(&self, cpu: u32) -> CpuState;

    /// The CPU the user is looking at: the thread that gdb has selected, or the one that stopped.
    fn current_cpu(&self) -> u32;

    /// Calls `each` with every exit counter: a name of lower-case letters, digits and `_`, and its count over all
    /// CPUs since boot.
    fn exit_counters(&self, each: &mut dyn FnMut(&str, u64) -> fmt::Result) -> fmt::Result;

    /// Calls `each` with the name and value of every register of CPU `cpu`, in the order to print them; with none
    /// if the CPU has no guest state.
    fn registers(&self, cpu: u32, each: &mut dyn FnMut(&str, u64) -> fmt::Result) -> fmt::Result;

    /// Are the debugger's memory packets physical addresses?
    fn physical_memory(&self) -> bool;

    /// Makes them physical, or virtual of the selected CPU.
    fn set_physical_memory(&mut self, physical: bool);

    /// Asks for a reset of the machine, to be done when the reply to this command has been sent. May return.
    fn request_reset(&mut self);

    /// The event that stopped the guest last.
    fn last_hit(&self) -> Option<Hit>;
}
