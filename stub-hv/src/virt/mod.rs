//! The processor's virtualization extension behind vendor-neutral types.
//!
//! Three traits carry a vendor: [`Extension`] switches the extension on for a CPU, [`Vcpu`] is a virtual
//! CPU that runs to an [`Exit`], and [`RegisterFile`] is its registers by name. Nothing above this module
//! knows which vendor it runs on; nothing in it knows of gdb or of events.

pub mod exit;
pub mod injection;
pub mod intercepts;
pub mod register;
pub mod start;
pub mod svm;

pub use exit::Exit;
pub use exit::NestedFault;
pub use exit::PortAccess;
pub use injection::Injection;
pub use intercepts::Intercepts;
pub use register::InvalidValue;
pub use register::Register;
pub use register::RegisterFile;
pub use register::Segment;
pub use start::StartState;

use alloc::boxed::Box;

/// Why a CPU cannot be virtualized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// The CPU has no virtualization extension this hypervisor knows.
    NoExtension,
    /// The firmware switched the extension off.
    DisabledByFirmware,
    /// The extension has no nested paging.
    NoNestedPaging,
    /// Memory for the CPU's control structures is used up.
    OutOfMemory,
}

impl core::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NoExtension => {
                "this CPU has no AMD SVM; stub-hv needs a CPU with SVM and nested paging (in QEMU: -cpu max)"
            }
            Self::DisabledByFirmware => {
                "SVM is switched off; enable it (\"SVM mode\") in the firmware's setup"
            }
            Self::NoNestedPaging => {
                "this CPU's SVM has no nested paging (NPT); stub-hv needs it (in QEMU: -cpu max or EPYC)"
            }
            Self::OutOfMemory => "the hypervisor's memory is used up",
        })
    }
}

/// A virtualization extension.
pub trait Extension {
    /// Its virtual CPU.
    type Vcpu: Vcpu + 'static;

    /// Whether this CPU has it, with everything the hypervisor needs.
    fn check() -> Result<(), Unsupported>;

    /// Switches it on for the CPU this runs on and makes that CPU's virtual CPU, over nested page tables
    /// whose root is at physical address `nested_root`.
    fn enable(nested_root: u64) -> Result<Box<Self::Vcpu>, Unsupported>;
}

/// A virtual CPU. Only the physical CPU that made it may run it.
pub trait Vcpu: RegisterFile {
    /// Runs the guest until the next exit.
    fn run(&mut self) -> Exit;

    /// Goes on behind the instruction the guest exited on, which was `length` bytes long and has been
    /// emulated: advances RIP and ends an interrupt shadow.
    fn skip(&mut self, length: u64);

    /// Delivers an event at the next entry. One event at a time: it replaces what was to be delivered.
    fn inject(&mut self, event: Injection);

    /// What will be delivered at the next entry: an event set by `inject`, or one whose delivery the last
    /// exit interrupted.
    fn pending(&self) -> Option<Injection>;

    /// Drops what was to be delivered.
    fn cancel_injection(&mut self);

    /// Arms what is to be intercepted beside what the hypervisor itself needs.
    fn set_intercepts(&mut self, wanted: &Intercepts);

    /// Uses other nested page tables from the next entry on, and drops translations of the old ones.
    fn set_nested_root(&mut self, root: u64);

    /// Drops all cached translations at the next entry.
    fn flush(&mut self);

    /// Puts the CPU into the state in which an operating system, INIT or a start-up IPI starts it.
    fn start(&mut self, state: &StartState);

    /// Takes what of the guest's state stays in the physical CPU into memory, so that it can be read and
    /// written through [`RegisterFile`].
    fn capture(&mut self);

    /// Puts the captured state back.
    fn release(&mut self);

    /// Makes the guest trap after one instruction, with external interrupts held back, or ends that.
    fn set_single_step(&mut self, on: bool);

    /// Takes the trap flag as the stepped instruction has loaded it for the guest's own.
    fn adopt_trap_flag(&mut self);

    /// Whether the guest itself has set the trap flag.
    fn guest_trap_flag(&self) -> bool;

    /// Debug registers to load while the guest runs: DR0 to DR3 and DR7. `None`: the guest's own.
    fn set_debug_registers(&mut self, effective: Option<([u64; 4], u64)>);

    /// DR6 as the last exit left it.
    fn hardware_dr6(&self) -> u64;

    /// The model-specific registers a system call needs: STAR, LSTAR, CSTAR, SFMASK, in this order.
    fn system_call_registers(&self) -> [u64; 4];

    /// CPL of the guest.
    fn privilege(&self) -> u8;

    /// Says that an NMI was delivered to the guest: its handler's IRET exits then. Or that it has ended.
    fn set_in_nmi(&mut self, on: bool);

    /// Whether the guest handles an NMI.
    fn in_nmi(&self) -> bool;

    /// Sets the bit that lets the instruction at RIP run although a breakpoint is on it.
    fn set_resume_flag(&mut self);
}
