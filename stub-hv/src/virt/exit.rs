//! Why a guest stopped running, in neither vendor's terms.

/// An IN or OUT that was intercepted, before it was executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortAccess {
    /// The port.
    pub port: u16,
    /// Bytes a transfer: 1, 2 or 4.
    pub size: u8,
    /// IN or INS, not OUT or OUTS.
    pub input: bool,
    /// INS or OUTS.
    pub string: bool,
    /// With a REP prefix.
    pub repeated: bool,
    /// Length of the instruction in bytes.
    pub length: u8,
}

/// An access that the nested page tables do not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NestedFault {
    /// The guest-physical address.
    pub address: u64,
    /// A translation was there but did not allow the access.
    pub present: bool,
    /// A write.
    pub write: bool,
    /// An instruction fetch.
    pub fetch: bool,
    /// An access of the CPU to the guest's own page tables.
    pub table: bool,
}

macro_rules! exits {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })? $(($inner:ty))? => $text:literal,)*) => {
        /// Why a guest stopped running.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Exit {
            $($(#[$doc])* $name $({ $($(#[$fdoc])* $field: $type),* })? $(($inner))?,)*
        }

        /// The names of the kinds of exits, by [`Exit::kind`].
        pub const KINDS: &[&str] = &[$($text),*];

        impl Exit {
            /// Index of this exit's kind in [`KINDS`].
            pub const fn kind(&self) -> usize {
                #[repr(usize)]
                enum Kind { $($name),* }
                match self {
                    $(exits!(@pattern $name $({ $($field),* })? $(($inner))?) => Kind::$name as usize,)*
                }
            }
        }
    };
    (@pattern $name:ident { $($field:ident),* }) => { Self::$name { .. } };
    (@pattern $name:ident ($inner:ty)) => { Self::$name(_) };
    (@pattern $name:ident) => { Self::$name };
}

exits! {
    /// An NMI is pending for the physical CPU; it has not been taken.
    Nmi => "nmi",
    /// INIT for the physical CPU.
    Init => "init",
    /// CPUID.
    Cpuid => "cpuid",
    /// HLT.
    Halt => "hlt",
    /// IN or OUT.
    Io(PortAccess) => "io",
    /// RDMSR of ECX.
    MsrRead => "rdmsr",
    /// WRMSR of EDX:EAX to ECX.
    MsrWrite => "wrmsr",
    /// XSETBV of EDX:EAX to ECX.
    Xsetbv => "xsetbv",
    /// VMMCALL or VMCALL.
    Hypercall => "hypercall",
    /// An instruction of the virtualization extension itself, which the guest is told it does not have.
    VirtualizationInstruction => "virtualization",
    /// An exception, not yet delivered.
    Exception {
        /// Its vector.
        vector: u8,
        /// Its error code, 0 for exceptions without one.
        error: u32,
        /// For a page fault, the address.
        address: u64,
    } => "exception",
    /// INT n or INT3, not yet executed.
    SoftwareInterrupt => "int",
    /// MOV to or from a debug register, not yet executed.
    DebugRegister => "movdr",
    /// PUSHF, not yet executed.
    PushFlags => "pushf",
    /// POPF, not yet executed.
    PopFlags => "popf",
    /// IRET, not yet executed.
    Iret => "iret",
    /// An access the nested page tables do not allow.
    Nested(NestedFault) => "nested",
    /// A triple fault.
    Shutdown => "shutdown",
    /// The CPU refused to enter the guest.
    EntryFailed => "entry-failed",
    /// Something the hypervisor did not ask for.
    Unknown {
        /// The vendor's exit code.
        code: u64,
        /// The vendor's further information.
        info: [u64; 2],
    } => "unknown",
}
