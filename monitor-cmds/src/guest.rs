//! The guest of one CPU as scripts and commands see it: registers, memory, who is running, time.

use core::fmt;

macro_rules! registers {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// A register with a value of its own; parts such as EAX or flag bits are views of these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Register {
            $($(#[$doc])* $variant,)*
        }

        impl Register {
            /// Every register, in the order to print them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in lower case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

registers! {
    /// General purpose.
    Rax "rax",
    /// General purpose.
    Rbx "rbx",
    /// General purpose.
    Rcx "rcx",
    /// General purpose.
    Rdx "rdx",
    /// General purpose.
    Rsi "rsi",
    /// General purpose.
    Rdi "rdi",
    /// General purpose.
    Rbp "rbp",
    /// The stack pointer.
    Rsp "rsp",
    /// General purpose.
    R8 "r8",
    /// General purpose.
    R9 "r9",
    /// General purpose.
    R10 "r10",
    /// General purpose.
    R11 "r11",
    /// General purpose.
    R12 "r12",
    /// General purpose.
    R13 "r13",
    /// General purpose.
    R14 "r14",
    /// General purpose.
    R15 "r15",
    /// The instruction pointer, without the base of CS.
    Rip "rip",
    /// The flags.
    Rflags "rflags",
    /// Selector.
    Cs "cs",
    /// Selector.
    Ss "ss",
    /// Selector.
    Ds "ds",
    /// Selector.
    Es "es",
    /// Selector.
    Fs "fs",
    /// Selector.
    Gs "gs",
    /// Base address of FS.
    FsBase "fs_base",
    /// Base address of GS.
    GsBase "gs_base",
    /// What SWAPGS exchanges with the base of GS.
    KernelGsBase "k_gs_base",
    /// Control register.
    Cr0 "cr0",
    /// Control register.
    Cr2 "cr2",
    /// Control register.
    Cr3 "cr3",
    /// Control register.
    Cr4 "cr4",
    /// The task priority.
    Cr8 "cr8",
    /// Extended features.
    Efer "efer",
    /// Debug register.
    Dr0 "dr0",
    /// Debug register.
    Dr1 "dr1",
    /// Debug register.
    Dr2 "dr2",
    /// Debug register.
    Dr3 "dr3",
    /// Debug status.
    Dr6 "dr6",
    /// Debug control.
    Dr7 "dr7",
    /// Base of the global descriptor table.
    Gdtr "gdtr",
    /// Limit of the global descriptor table.
    GdtrLimit "gdtr_limit",
    /// Base of the interrupt descriptor table.
    Idtr "idtr",
    /// Limit of the interrupt descriptor table.
    IdtrLimit "idtr_limit",
    /// Base of the local descriptor table.
    Ldtr "ldtr",
    /// Base of the task state segment.
    Tr "tr",
}

/// The access failed: an address is not mapped, not writable, or no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryError {
    /// The first address that failed, of the kind that was given.
    pub address: u64,
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "address {:x} is not accessible", self.address)
    }
}

impl core::error::Error for MemoryError {}

/// Who runs on the CPU, as far as the guest's operating system is known; what is not known is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// Process number.
    pub pid: u32,
    /// Thread number.
    pub tid: u32,
    /// Process name, ended by a zero byte if shorter.
    pub name: [u8; 16],
    /// Guest virtual address of the process's kernel object.
    pub process: u64,
    /// Guest virtual address of the thread's kernel object.
    pub thread: u64,
    /// Guest virtual address of the process's user-mode block.
    pub peb: u64,
    /// Guest virtual address of the thread's user-mode block.
    pub teb: u64,
}

/// Wall-clock time of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateTime {
    /// Year, all digits.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day, from 1.
    pub day: u8,
    /// Hour, from 0.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
    /// Millisecond.
    pub millisecond: u16,
}

/// The guest of one CPU.
///
/// Everything may be called while the CPU is in an exit, so nothing allocates; memory is copied in pieces of the
/// caller's choice. A copy that fails may have done a part of its work.
pub trait Guest {
    /// The CPU's number, from 0.
    fn cpu(&self) -> u32;

    /// The value of `register`, zero-extended.
    fn register(&self, register: Register) -> u64;

    /// Sets `register`. `false` if the value would not be legal or the register cannot be written; nothing is
    /// changed then.
    fn set_register(&mut self, register: Register, value: u64) -> bool;

    /// Copies from guest virtual memory.
    ///
    /// # Errors
    /// At the first address that is not readable.
    fn read_virtual(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError>;

    /// Copies to guest virtual memory, write-protected pages included.
    ///
    /// # Errors
    /// At the first address that is not mapped.
    fn write_virtual(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError>;

    /// Copies from guest physical memory.
    ///
    /// # Errors
    /// At the first address that is no memory of the guest.
    fn read_physical(&mut self, address: u64, into: &mut [u8]) -> Result<(), MemoryError>;

    /// Copies to guest physical memory.
    ///
    /// # Errors
    /// At the first address that is no memory of the guest.
    fn write_physical(&mut self, address: u64, from: &[u8]) -> Result<(), MemoryError>;

    /// The physical address that `address` is mapped to.
    fn virtual_to_physical(&mut self, address: u64) -> Option<u64>;

    /// A virtual address of the running address space that is mapped to `address`.
    fn physical_to_virtual(&mut self, address: u64) -> Option<u64>;

    /// Makes virtual addresses those of process `pid`, or the CPU's own again. `false` if there is none or the
    /// operating system is not known, as it is not by default: then only the CPU's own can be had.
    fn select_process(&mut self, pid: Option<u32>) -> bool {
        pid.is_none()
    }

    /// The root of the page tables that virtual addresses go through: CR3, or that of the process chosen with
    /// [`Self::select_process`].
    fn page_table_root(&self) -> u64 {
        self.register(Register::Cr3)
    }

    /// Who runs; by default that is not known.
    fn running(&self) -> Running {
        Running::default()
    }

    /// The time-stamp counter as the guest reads it, and the value of TSC_AUX.
    fn tsc(&self) -> (u64, u32);

    /// Wall-clock time; all 0 where there is no clock to ask, as by default.
    fn now(&self) -> DateTime {
        DateTime::default()
    }

    /// Waits without letting the guest run.
    fn microsleep(&mut self, microseconds: u64);
}
