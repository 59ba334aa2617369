//! What an operand of an instruction form may be. Shared with the build script, which writes the table of forms.

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// One operand of one form. Where in the encoding a register goes makes no difference here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// As manuals write it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    R8 "r8",
    R16 "r16",
    R32 "r32",
    R64 "r64",
    R8Mem "r/m8",
    R16Mem "r/m16",
    R32Mem "r/m32",
    R64Mem "r/m64",
    Mm "mm",
    MmMem "mm/m64",
    Xmm "xmm",
    XmmMem "xmm/m",
    Ymm "ymm",
    YmmMem "ymm/m",
    Zmm "zmm",
    ZmmMem "zmm/m",
    Tmm "tmm",
    Bnd "bnd",
    BndMem "bnd/m",
    Mask "k",
    MaskMem "k/m",
    Segment "Sreg",
    Control "cr",
    Debug "dr",
    Test "tr",
    St "st(i)",
    Es "es",
    Cs "cs",
    Ss "ss",
    Ds "ds",
    Fs "fs",
    Gs "gs",
    Al "al",
    Cl "cl",
    Ax "ax",
    Dx "dx",
    Eax "eax",
    Rax "rax",
    St0 "st",
    Mem "m",
    /// An absolute address of the full width, only with the accumulator.
    Offset "moffs",
    /// Base and index of a bound table.
    Mib "mib",
    /// Memory that needs a SIB byte.
    SibMem "sibmem",
    VsibX "vm(xmm)",
    VsibY "vm(ymm)",
    VsibZ "vm(zmm)",
    /// The source of a string instruction, `[rsi]` with any segment.
    StringSource "[rsi]",
    /// The destination of a string instruction, `es:[rdi]`.
    StringTarget "es:[rdi]",
    /// Where a masked move writes, `[rdi]` with any segment; never written down.
    MaskedTarget "[rdi]",
    /// The table of XLATB.
    Table "[rbx+al]",
    Imm4 "imm4",
    Imm8 "imm8",
    One "1",
    Imm8To16 "imm8",
    Imm8To32 "imm8",
    Imm8To64 "imm8",
    Imm16 "imm16",
    Imm32 "imm32",
    Imm32To64 "imm32",
    Imm64 "imm64",
    Short16 "rel8",
    Short32 "rel8",
    Short64 "rel8",
    Near16 "rel16",
    Near32 "rel32",
    Near64 "rel32",
    Begin16 "rel16",
    Begin32 "rel32",
    Displacement16 "disp16",
    Displacement32 "disp32",
    Far16 "ptr16:16",
    Far32 "ptr16:32",
}

/// Bits of a form's flags.
pub(crate) mod flag {
    pub(crate) const MODE32: u32 = 1;
    pub(crate) const MODE64: u32 = 1 << 1;
    pub(crate) const LOCK: u32 = 1 << 2;
    pub(crate) const REP: u32 = 1 << 3;
    pub(crate) const REPNE: u32 = 1 << 4;
    pub(crate) const XACQUIRE: u32 = 1 << 5;
    pub(crate) const XRELEASE: u32 = 1 << 6;
    pub(crate) const BND: u32 = 1 << 7;
    pub(crate) const NOTRACK: u32 = 1 << 8;
    pub(crate) const HINT: u32 = 1 << 9;
    pub(crate) const MASK: u32 = 1 << 10;
    pub(crate) const MASK_REQUIRED: u32 = 1 << 11;
    pub(crate) const ZEROING: u32 = 1 << 12;
    pub(crate) const ROUNDING: u32 = 1 << 13;
    pub(crate) const SAE: u32 = 1 << 14;
    /// A far pointer in memory.
    pub(crate) const FAR: u32 = 1 << 15;
    /// A 16-bit operand that no register or size word shows: never chosen unless asked for.
    pub(crate) const WEAK: u32 = 1 << 16;
    pub(crate) const VEX: u32 = 1 << 17;
    pub(crate) const EVEX: u32 = 1 << 18;
    /// Two bits: 0 not fixed, 1 for 16, 2 for 32, 3 for 64.
    pub(crate) const OPERAND_SIZE_SHIFT: u32 = 20;
    /// As the operand size.
    pub(crate) const ADDRESS_SIZE_SHIFT: u32 = 22;
}
