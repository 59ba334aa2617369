//! The table of registers.
//!
//! gdb accepts a standard feature only when all of its registers are there, under these names.

use super::RegId;
use super::image::FpuWord;
use crate::virt::register::Register;
use crate::virt::register::Segment;

/// How many registers, counted from 0, the `g` packet carries.
pub const IN_G: usize = 57;

/// A feature of the target description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// General registers, x87.
    Core,
    /// XMM registers and MXCSR.
    Sse,
    /// Bases of FS and GS.
    Segments,
    /// Control registers and MSRs that no standard feature has.
    System,
    /// The upper halves of the YMM registers.
    Avx,
}

impl Feature {
    /// All of them, in the order of their registers' numbers.
    pub const ALL: [Self; 5] = [Self::Core, Self::Sse, Self::Segments, Self::System, Self::Avx];

    /// The name gdb knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "org.gnu.gdb.i386.core",
            Self::Sse => "org.gnu.gdb.i386.sse",
            Self::Segments => "org.gnu.gdb.i386.segments",
            Self::System => "org.stub-hv.x86.system",
            Self::Avx => "org.gnu.gdb.i386.avx",
        }
    }
}

/// gdb's register groups, as in `info registers GROUP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Integer, flags, segments.
    General,
    /// x87
    Float,
    /// SSE and AVX
    Vector,
    /// What only the kernel can touch.
    System,
}

impl Group {
    /// The name gdb knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Float => "float",
            Self::Vector => "vector",
            Self::System => "system",
        }
    }
}

/// Where a register lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A register of the virtual CPU.
    Cpu(Register),
    /// An x87 data register, counted from the top of the stack.
    St(u8),
    /// One of x87's control words.
    Fpu(FpuWord),
    /// An XMM register.
    Xmm(u8),
    /// MXCSR
    Mxcsr,
    /// The upper half of a YMM register.
    YmmHigh(u8),
}

/// What there is to know about one register.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Its number.
    pub id: RegId,
    /// gdb's name.
    pub name: &'static str,
    /// 32, 64, 80 or 128.
    pub bits: u16,
    /// gdb's type, predefined or defined by the feature.
    pub kind: &'static str,
    /// gdb's group.
    pub group: Group,
    /// The feature it is described in.
    pub feature: Feature,
    /// Where its value is.
    pub place: Place,
}

impl Info {
    /// The size of the value, on the wire and in buffers.
    pub fn bytes(&self) -> usize {
        usize::from(self.bits / 8)
    }
}

/// Registers in a row that differ only in name and place.
struct Row {
    feature: Feature,
    group: Group,
    bits: u16,
    kind: &'static str,
    names: &'static [&'static str],
    place: fn(u8) -> Place,
}

const fn row(
    feature: Feature,
    group: Group,
    bits: u16,
    kind: &'static str,
    names: &'static [&'static str],
    place: fn(u8) -> Place,
) -> Row {
    Row {
        feature,
        group,
        bits,
        kind,
        names,
        place,
    }
}

/// The n-th of a few registers. Rows and lists are equally long, which a test checks.
fn nth(list: &[Register], n: u8) -> Place {
    Place::Cpu(list.get(usize::from(n)).copied().unwrap_or(Register::Rip))
}

fn selector(n: u8) -> Place {
    const ORDER: [Segment; 6] = [
        Segment::Cs,
        Segment::Ss,
        Segment::Ds,
        Segment::Es,
        Segment::Fs,
        Segment::Gs,
    ];
    nth(&ORDER.map(Register::Selector), n)
}

/// RAX, RBX, RCX, RDX, RSI, RDI: gdb's order is not the encoding's.
fn low(n: u8) -> Place {
    nth(&[0, 3, 1, 2, 6, 7].map(Register::General), n)
}

const XMM: [&str; 16] = [
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
    "xmm12", "xmm13", "xmm14", "xmm15",
];
const YMM_HIGH: [&str; 16] = [
    "ymm0h", "ymm1h", "ymm2h", "ymm3h", "ymm4h", "ymm5h", "ymm6h", "ymm7h", "ymm8h", "ymm9h", "ymm10h",
    "ymm11h", "ymm12h", "ymm13h", "ymm14h", "ymm15h",
];

#[rustfmt::skip]
static ROWS: [Row; 20] = {
    use Feature::{Avx, Core, Segments, Sse};
    use Group::{Float, General, System, Vector};
    use Place::{Cpu, Fpu, Mxcsr, St, Xmm, YmmHigh};
    [
        row(Core, General, 64, "int64", &["rax", "rbx", "rcx", "rdx", "rsi", "rdi"], low),
        row(Core, General, 64, "data_ptr", &["rbp", "rsp"], |n| Cpu(Register::General(5 - n.min(1)))),
        row(Core, General, 64, "int64", &["r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"],
            |n| Cpu(Register::General(8 + n))),
        row(Core, General, 64, "code_ptr", &["rip"], |_| Cpu(Register::Rip)),
        row(Core, General, 32, "i386_eflags", &["eflags"], |_| Cpu(Register::Rflags)),
        row(Core, General, 32, "int32", &["cs", "ss", "ds", "es", "fs", "gs"], selector),
        row(Core, Float, 80, "i387_ext", &["st0", "st1", "st2", "st3", "st4", "st5", "st6", "st7"], St),
        row(Core, Float, 32, "int", &["fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"],
            |n| Fpu(FpuWord::nth(n))),
        row(Sse, Vector, 128, "vec128", &XMM, Xmm),
        row(Sse, Vector, 32, "i386_mxcsr", &["mxcsr"], |_| Mxcsr),
        row(Segments, General, 64, "uint64", &["fs_base"], |_| Cpu(Register::Base(Segment::Fs))),
        row(Segments, General, 64, "uint64", &["gs_base"], |_| Cpu(Register::Base(Segment::Gs))),
        row(Feature::System, System, 64, "uint64", &["k_gs_base"], |_| Cpu(Register::KernelGsBase)),
        row(Feature::System, System, 64, "x86_cr0", &["cr0"], |_| Cpu(Register::Cr0)),
        row(Feature::System, System, 64, "uint64", &["cr2"], |_| Cpu(Register::Cr2)),
        row(Feature::System, System, 64, "uint64", &["cr3"], |_| Cpu(Register::Cr3)),
        row(Feature::System, System, 64, "x86_cr4", &["cr4"], |_| Cpu(Register::Cr4)),
        row(Feature::System, System, 64, "uint64", &["cr8"], |_| Cpu(Register::Cr8)),
        row(Feature::System, System, 64, "x86_efer", &["efer"], |_| Cpu(Register::Efer)),
        row(Avx, Vector, 128, "uint128", &YMM_HIGH, YmmHigh),
    ]
};

impl Row {
    /// The `n`-th register of the row, whose first has the number `first`.
    fn cell(&self, first: u8, n: u8) -> Option<Info> {
        Some(Info {
            id: RegId(first.wrapping_add(n)),
            name: self.names.get(usize::from(n))?,
            bits: self.bits,
            kind: self.kind,
            group: self.group,
            feature: self.feature,
            place: (self.place)(n),
        })
    }
}

/// The rows, each with its first register's number.
fn rows() -> impl Iterator<Item = (u8, &'static Row)> {
    ROWS.iter().scan(0u8, |next, row| {
        let first = *next;
        *next = first.wrapping_add(row.names.len() as u8);
        Some((first, row))
    })
}

/// Every register, by number. Those of [`Feature::Avx`] count only where the CPU has AVX.
pub fn all() -> impl Iterator<Item = Info> {
    rows().flat_map(|(first, row)| (0..row.names.len() as u8).filter_map(move |n| row.cell(first, n)))
}

pub(super) fn info(id: RegId) -> Option<Info> {
    let (first, row) = rows().take_while(|(first, _)| *first <= id.0).last()?;
    row.cell(first, id.0.wrapping_sub(first))
}
