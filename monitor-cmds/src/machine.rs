//! The machine as the commands see it.

use crate::EventSpec;
use crate::Guest;
use crate::Hit;
use crate::Settings;
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

/// How a local APIC works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApicMode {
    /// It is off.
    Disabled,
    /// Registers in memory.
    XApic,
    /// Registers are MSRs.
    X2Apic,
}

/// One leaf of CPUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpuid {
    /// EAX
    pub eax: u32,
    /// EBX
    pub ebx: u32,
    /// ECX
    pub ecx: u32,
    /// EDX
    pub edx: u32,
}

/// Why a model-specific register was not read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MsrError {
    /// The guest would get #GP: there is no such register, or it does not take the value.
    GeneralProtection,
    /// It cannot be reached now: it is another CPU's, or the hypervisor has its own value in the hardware's.
    Unreachable,
}

impl fmt::Display for MsrError {
    /// What follows `msr N`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GeneralProtection => "raises #GP",
            Self::Unreachable => "cannot be reached from the CPU that stopped",
        })
    }
}

impl core::error::Error for MsrError {}

/// Processes or threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Processes.
    Process,
    /// Threads.
    Thread,
}

/// A process or a thread of the guest's operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub id: u32,
    /// The number of its process; its own if it is one.
    pub owner: u32,
    /// Its name, ended by a zero byte if shorter.
    pub name: [u8; 16],
    /// Guest virtual address of its kernel object.
    pub object: u64,
}

/// Which process or thread is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one with this number.
    Id(u32),
    /// The one whose kernel object is at this guest virtual address.
    Object(u64),
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

    /// The guest of CPU `cpu`; none if the CPU has no guest state, or runs.
    fn guest(&mut self, cpu: u32) -> Option<&mut dyn Guest>;

    /// How the local APIC of CPU `cpu` works; none if it cannot be read.
    fn local_apic_mode(&mut self, _cpu: u32) -> Option<ApicMode> {
        None
    }

    /// A register of the local APIC of CPU `cpu`, by its offset in memory (in x2APIC mode that of the register which
    /// the MSR stands for). None if it cannot be read.
    fn local_apic_register(&mut self, _cpu: u32, _offset: u16) -> Option<u32> {
        None
    }

    /// A register of the first I/O APIC as the guest sees it, by its index. None if it cannot be read.
    fn ioapic_register(&mut self, _index: u8) -> Option<u32> {
        None
    }

    /// Reads `size` (1, 2 or 4) bytes from an I/O port, unseen by events. None if the port cannot be used.
    fn io_read(&mut self, _port: u16, _size: u8) -> Option<u32> {
        None
    }

    /// Writes `size` (1, 2 or 4) bytes to an I/O port, unseen by events. `false` if the port cannot be used.
    fn io_write(&mut self, _port: u16, _size: u8, _value: u32) -> bool {
        false
    }

    /// Calls `each` with every process or thread, of the process whose kernel object is at `process` if that is
    /// given; with none if the guest's operating system is not known.
    ///
    /// # Errors
    /// Those of `each`.
    fn tasks(
        &mut self,
        _kind: TaskKind,
        _process: Option<u64>,
        _each: &mut dyn FnMut(&Task) -> fmt::Result,
    ) -> fmt::Result {
        Ok(())
    }

    /// Asks for a stop when `wanted` runs next, after the guest is continued. `false` if there is none or the guest's
    /// operating system is not known.
    fn stop_at_task(&mut self, _kind: TaskKind, _wanted: Wanted) -> bool {
        false
    }

    /// What CPUID with `function` in EAX and `subfunction` in ECX gives the guest on the CPU that runs this. None if
    /// it cannot be asked.
    fn cpuid(&mut self, _function: u32, _subfunction: u32) -> Option<Cpuid> {
        None
    }

    /// The value that the guest of CPU `cpu` would read from a model-specific register.
    ///
    /// # Errors
    /// As the kinds say.
    fn read_msr(&mut self, _cpu: u32, _msr: u32) -> Result<u64, MsrError> {
        Err(MsrError::Unreachable)
    }

    /// Writes a model-specific register as the guest of CPU `cpu` would.
    ///
    /// # Errors
    /// As the kinds say; nothing is changed then.
    fn write_msr(&mut self, _cpu: u32, _msr: u32, _value: u64) -> Result<(), MsrError> {
        Err(MsrError::Unreachable)
    }

    /// The session's settings, which live as long as the session.
    fn settings(&mut self) -> &mut Settings;

    /// Are the debugger's memory packets physical addresses?
    fn physical_memory(&self) -> bool;

    /// Makes them physical, or virtual of the selected CPU.
    fn set_physical_memory(&mut self, physical: bool);

    /// Asks for a reset of the machine, to be done when the reply to this command has been sent. May return.
    fn request_reset(&mut self);

    /// Why the machine cannot do what `spec` asks for: a sentence without a full stop. None: it can.
    fn unsupported(&self, _spec: &EventSpec) -> Option<&str> {
        None
    }

    /// Leaves what the event that has stopped the guest is about undone (`true`), or does it; for this stop only. `false`
    /// if no event has stopped the guest, or its effect has already happened or cannot be left out.
    fn set_short_circuit(&mut self, _on: bool) -> bool {
        false
    }

    /// Drops messages that were not delivered yet and says how many.
    fn flush_messages(&mut self) -> u32 {
        0
    }

    /// The event that stopped the guest last.
    fn last_hit(&self) -> Option<Hit>;
}
