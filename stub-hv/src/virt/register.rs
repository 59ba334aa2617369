//! Names for the registers of a virtual CPU, and access to them by name.

/// A segment register, or one of the descriptor-table registers that share its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Segment {
    /// ES
    Es,
    /// CS
    Cs,
    /// SS
    Ss,
    /// DS
    Ds,
    /// FS
    Fs,
    /// GS
    Gs,
    /// LDTR
    Ldtr,
    /// TR
    Tr,
    /// GDTR: base and limit only.
    Gdtr,
    /// IDTR: base and limit only.
    Idtr,
}

/// A register of a virtual CPU that holds at most 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// A general-purpose register by its encoding: 0 RAX, 1 RCX, 2 RDX, 3 RBX, 4 RSP, 5 RBP, 6 RSI,
    /// 7 RDI, 8 to 15 R8 to R15. Other numbers read as 0.
    General(u8),
    /// RIP
    Rip,
    /// RFLAGS, as the guest would see it: a trap flag the debugger set is not in it.
    Rflags,
    /// The selector of a segment register.
    Selector(Segment),
    /// The base address of a segment or descriptor table.
    Base(Segment),
    /// The limit in bytes of a segment or descriptor table.
    Limit(Segment),
    /// Descriptor attributes, in the packing of bits 40 to 47 and 52 to 55 of a descriptor (12 bits).
    Attributes(Segment),
    /// CR0
    Cr0,
    /// CR2
    Cr2,
    /// CR3
    Cr3,
    /// CR4
    Cr4,
    /// CR8, the task priority.
    Cr8,
    /// IA32_EFER as the guest would read it.
    Efer,
    /// IA32_KERNEL_GS_BASE
    KernelGsBase,
    /// A debug register (0 to 3, 6 or 7) as the guest would read it.
    Debug(u8),
    /// XCR0: which extended states the guest has enabled.
    Xcr0,
}

/// A write that the virtual CPU cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    /// Which register.
    pub register: Register,
    /// What was to be written.
    pub value: u64,
}

/// The registers of one stopped virtual CPU.
pub trait RegisterFile {
    /// The register's value, zero-extended.
    fn get(&self, register: Register) -> u64;

    /// Writes a register, or says why the CPU could not run with that value.
    fn set(&mut self, register: Register, value: u64) -> Result<(), InvalidValue>;

    /// x87, SSE and AVX state in the standard (non-compacted) XSAVE format: 512 bytes of FXSAVE image,
    /// 64 bytes of header, and from 576 the upper halves of YMM0 to YMM15. At least 832 bytes.
    fn extended(&self) -> &[u8];

    /// The same, to be written: the CPU loads it when it runs on.
    fn extended_mut(&mut self) -> &mut [u8];
}
