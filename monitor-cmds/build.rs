//! Writes the assembler's table of instruction forms from what `iced-x86` knows of its own opcodes.
//!
//! The crate could ask `iced-x86` at run time, but that keeps a description of every opcode, texts included, on the
//! heap. Here it is boiled down to four bytes a form.

#[path = "src/asm/kind.rs"]
#[allow(dead_code)]
mod kind;

use iced_x86::Code;
use iced_x86::EncodingKind;
use iced_x86::MemorySize;
use iced_x86::Mnemonic;
use iced_x86::OpCodeInfo;
use iced_x86::OpCodeOperandKind as Op;
use iced_x86::Register;
use kind::Kind;
use kind::flag;
use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/asm/kind.rs");
    let mut kinds: Vec<Vec<Kind>> = Vec::new();
    let mut traits: Vec<String> = Vec::new();
    let mut forms = Vec::new();
    let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for code in Code::values() {
        let info = code.op_code();
        let encodable = info.is_instruction() && info.encoding() != EncodingKind::MVEX;
        if !encodable || !(info.mode32() || info.mode64()) {
            forms.push("(0, 0)".into());
            continue;
        }
        let list = info
            .op_kinds()
            .iter()
            .map(|&op| operand(op))
            .collect::<Result<Vec<_>, _>>()?;
        let (memory, element) = (info.memory_size().size(), info.broadcast_memory_size().size());
        let row = format!(
            "Traits {{ flags: {:#x}, memory: {memory}, element: {element} }}",
            flags(info, &list)
        );
        forms.push(format!(
            "({}, {})",
            index(&mut kinds, list),
            index(&mut traits, row)
        ));
        for name in words(code) {
            names.entry(name).or_default().push(code as usize);
        }
    }
    // Of the reserved NOPs, the later ones decode as a NOP by every processor.
    if let Some(list) = names.get_mut("nop") {
        list.sort_by_key(|&index| std::cmp::Reverse(index));
    }
    let text = format!(
        "{}{}static TRAITS: [Traits; {}] = [{}];\nstatic FORMS: [(u16, u16); {}] = [{}];\n{}",
        registers(),
        kind_table(&kinds),
        traits.len(),
        traits.join(","),
        forms.len(),
        forms.join(","),
        name_tables(&names)
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("forms.rs"), text)?;
    Ok(())
}

/// Where `row` is in `rows`, at the end if it was not there.
fn index<T: PartialEq>(rows: &mut Vec<T>, row: T) -> usize {
    rows.iter().position(|known| *known == row).unwrap_or_else(|| {
        rows.push(row);
        rows.len() - 1
    })
}

/// The operand tuples.
fn kind_table(kinds: &[Vec<Kind>]) -> String {
    let rows: Vec<_> = kinds
        .iter()
        .map(|list| {
            let list: Vec<_> = (0..5)
                .map(|index| match list.get(index) {
                    Some(kind) => format!("Some(Kind::{kind:?})"),
                    None => "None".into(),
                })
                .collect();
            format!("[{}]", list.join(","))
        })
        .collect();
    format!(
        "static KINDS: [[Option<Kind>; 5]; {}] = [{}];\n",
        rows.len(),
        rows.join(",")
    )
}

/// The mnemonics in order, one behind the other, with the length of each and the number of its forms, and the codes
/// of all forms in the same order.
fn name_tables(names: &BTreeMap<String, Vec<usize>>) -> String {
    let text: String = names.keys().map(String::as_str).collect();
    let rows: Vec<_> = names
        .iter()
        .map(|(name, forms)| format!("({},{})", name.len(), forms.len()))
        .collect();
    let list: Vec<_> = names.values().flatten().map(ToString::to_string).collect();
    format!(
        "static NAMES: &str = \"{text}\";\nstatic NAME_ROWS: [(u8, u8); {}] = [{}];\nstatic LIST: [u16; {}] = [{}];\n",
        rows.len(),
        rows.join(","),
        list.len(),
        list.join(",")
    )
}

/// Every register's name in lower case, one behind the other, with the length of each and its number.
fn registers() -> String {
    let mut names = vec![("st".to_string(), Register::ST0 as usize)];
    for register in Register::values() {
        let name = format!("{register:?}").to_lowercase();
        if register == Register::None || name.starts_with("dontuse") {
            continue;
        }
        if let Some(number) = name.strip_prefix('r').and_then(|name| name.strip_suffix('l')) {
            names.push((format!("r{number}b"), register as usize));
        }
        names.push((name, register as usize));
    }
    let text: String = names.iter().map(|(name, _)| name.as_str()).collect();
    let rows: Vec<_> = names
        .iter()
        .map(|(name, number)| format!("({},{number})", name.len()))
        .collect();
    format!(
        "static REGISTERS: &str = \"{text}\";\nstatic REGISTER_ROWS: [(u8, u8); {}] = [{}];\n",
        rows.len(),
        rows.join(",")
    )
}

/// The words that `code` is written with; none leaves it out.
fn words(code: Code) -> Vec<String> {
    let debug = format!("{code:?}").to_lowercase();
    let own = format!("{:?}", code.mnemonic()).to_lowercase();
    let first = debug.split('_').next().unwrap_or_default();
    match code.mnemonic() {
        Mnemonic::Cmpxchg if first == "cmpxchg486" => vec![first.into()],
        Mnemonic::Loadall => vec![first.into()],
        Mnemonic::Reservednop => vec!["nop".into(), own],
        Mnemonic::Prefetch if code == Code::Prefetch_m8 => vec![own, "prefetch_exclusive".into()],
        Mnemonic::Prefetch => vec!["prefetch_reserved".into()],
        Mnemonic::Wait => vec![own, "fwait".into()],
        Mnemonic::Xlatb => vec![own, "xlat".into()],
        // Twins of other encodings that only some old processors know.
        Mnemonic::Sal => Vec::new(),
        _ if code == Code::Smint_0F7E => Vec::new(),
        // Opcodes without a name that Cyrix processors execute, told apart by their bytes.
        Mnemonic::Undoc if first == "cyrix" => vec![debug.replacen("cyrix", "undoc", 1)],
        // Cyrix had another instruction of that name before 3DNow!.
        _ if code == Code::Pmulhrw_mm_mmm64 => vec!["pmulhrwc".into()],
        Mnemonic::Shl => vec![own, "sal".into()],
        // The size is taken from the operands.
        Mnemonic::Movsb | Mnemonic::Movsw | Mnemonic::Movsq => vec![own, "movs".into()],
        Mnemonic::Movsd if code == Code::Movsd_m32_m32 => vec![own, "movs".into()],
        Mnemonic::Cmpsb | Mnemonic::Cmpsw | Mnemonic::Cmpsq => vec![own, "cmps".into()],
        Mnemonic::Cmpsd if code == Code::Cmpsd_m32_m32 => vec![own, "cmps".into()],
        Mnemonic::Stosb | Mnemonic::Stosw | Mnemonic::Stosd | Mnemonic::Stosq => vec![own, "stos".into()],
        Mnemonic::Lodsb | Mnemonic::Lodsw | Mnemonic::Lodsd | Mnemonic::Lodsq => vec![own, "lods".into()],
        Mnemonic::Scasb | Mnemonic::Scasw | Mnemonic::Scasd | Mnemonic::Scasq => vec![own, "scas".into()],
        Mnemonic::Insb | Mnemonic::Insw | Mnemonic::Insd => vec![own, "ins".into()],
        Mnemonic::Outsb | Mnemonic::Outsw | Mnemonic::Outsd => vec![own, "outs".into()],
        _ => vec![own],
    }
}

fn flags(info: &OpCodeInfo, kinds: &[Kind]) -> u32 {
    let mnemonic = info.mnemonic();
    let far = matches!(
        info.memory_size(),
        MemorySize::SegPtr16 | MemorySize::SegPtr32 | MemorySize::SegPtr64
    ) && matches!(mnemonic, Mnemonic::Call | Mnemonic::Jmp);
    let stack = matches!(
        mnemonic,
        Mnemonic::Push | Mnemonic::Pop | Mnemonic::Call | Mnemonic::Jmp
    );
    let shows_size = |kind: &Kind| {
        matches!(
            kind,
            Kind::R8
                | Kind::R16
                | Kind::R32
                | Kind::R64
                | Kind::R8Mem
                | Kind::R16Mem
                | Kind::R32Mem
                | Kind::R64Mem
        ) || matches!(
            kind,
            Kind::Ax | Kind::Xmm | Kind::Mm | Kind::StringSource | Kind::StringTarget
        )
    };
    let weak = info.operand_size() == 16 && (stack || !kinds.iter().any(shows_size));
    let size = |bits: u32| bits / 32 + u32::from(bits == 16) + u32::from(bits >= 32);
    [
        (info.mode32(), flag::MODE32),
        (info.mode64(), flag::MODE64),
        (info.can_use_lock_prefix(), flag::LOCK),
        (info.can_use_rep_prefix(), flag::REP),
        (info.can_use_repne_prefix(), flag::REPNE),
        (info.can_use_xacquire_prefix(), flag::XACQUIRE),
        (info.can_use_xrelease_prefix(), flag::XRELEASE),
        (info.can_use_bnd_prefix(), flag::BND),
        (info.can_use_notrack_prefix(), flag::NOTRACK),
        (info.can_use_hint_taken_prefix(), flag::HINT),
        (info.can_use_op_mask_register(), flag::MASK),
        (info.require_op_mask_register(), flag::MASK_REQUIRED),
        (info.can_use_zeroing_masking(), flag::ZEROING),
        (info.can_use_rounding_control(), flag::ROUNDING),
        (info.can_suppress_all_exceptions(), flag::SAE),
        (far, flag::FAR),
        (weak, flag::WEAK),
        (info.encoding() == EncodingKind::VEX, flag::VEX),
        (info.encoding() == EncodingKind::EVEX, flag::EVEX),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .fold(0, |flags, (_, bit)| flags | bit)
        | size(info.operand_size()) << flag::OPERAND_SIZE_SHIFT
        | size(info.address_size()) << flag::ADDRESS_SIZE_SHIFT
}

fn operand(op: Op) -> Result<Kind, String> {
    Ok(match op {
        Op::r8_reg | Op::r8_opcode => Kind::R8,
        Op::r16_reg | Op::r16_reg_mem | Op::r16_rm | Op::r16_opcode => Kind::R16,
        Op::r32_reg | Op::r32_reg_mem | Op::r32_rm | Op::r32_opcode | Op::r32_vvvv => Kind::R32,
        Op::r64_reg | Op::r64_reg_mem | Op::r64_rm | Op::r64_opcode | Op::r64_vvvv => Kind::R64,
        Op::r8_or_mem => Kind::R8Mem,
        Op::r16_or_mem => Kind::R16Mem,
        Op::r32_or_mem | Op::r32_or_mem_mpx => Kind::R32Mem,
        Op::r64_or_mem | Op::r64_or_mem_mpx => Kind::R64Mem,
        Op::mm_reg | Op::mm_rm => Kind::Mm,
        Op::mm_or_mem => Kind::MmMem,
        Op::xmm_reg | Op::xmm_rm | Op::xmm_vvvv | Op::xmmp3_vvvv | Op::xmm_is4 | Op::xmm_is5 => Kind::Xmm,
        Op::xmm_or_mem => Kind::XmmMem,
        Op::ymm_reg | Op::ymm_rm | Op::ymm_vvvv | Op::ymm_is4 | Op::ymm_is5 => Kind::Ymm,
        Op::ymm_or_mem => Kind::YmmMem,
        Op::zmm_reg | Op::zmm_rm | Op::zmm_vvvv | Op::zmmp3_vvvv => Kind::Zmm,
        Op::zmm_or_mem => Kind::ZmmMem,
        Op::tmm_reg | Op::tmm_rm | Op::tmm_vvvv => Kind::Tmm,
        Op::bnd_reg => Kind::Bnd,
        Op::bnd_or_mem_mpx => Kind::BndMem,
        Op::k_reg | Op::kp1_reg | Op::k_rm | Op::k_vvvv => Kind::Mask,
        Op::k_or_mem => Kind::MaskMem,
        Op::seg_reg => Kind::Segment,
        Op::cr_reg => Kind::Control,
        Op::dr_reg => Kind::Debug,
        Op::tr_reg => Kind::Test,
        Op::sti_opcode => Kind::St,
        Op::es => Kind::Es,
        Op::cs => Kind::Cs,
        Op::ss => Kind::Ss,
        Op::ds => Kind::Ds,
        Op::fs => Kind::Fs,
        Op::gs => Kind::Gs,
        Op::al => Kind::Al,
        Op::cl => Kind::Cl,
        Op::ax => Kind::Ax,
        Op::dx => Kind::Dx,
        Op::eax => Kind::Eax,
        Op::rax => Kind::Rax,
        Op::st0 => Kind::St0,
        Op::mem | Op::mem_mpx => Kind::Mem,
        Op::mem_offs => Kind::Offset,
        Op::mem_mib => Kind::Mib,
        Op::sibmem => Kind::SibMem,
        Op::mem_vsib32x | Op::mem_vsib64x => Kind::VsibX,
        Op::mem_vsib32y | Op::mem_vsib64y => Kind::VsibY,
        Op::mem_vsib32z | Op::mem_vsib64z => Kind::VsibZ,
        Op::seg_rSI => Kind::StringSource,
        Op::es_rDI => Kind::StringTarget,
        Op::seg_rDI => Kind::MaskedTarget,
        Op::seg_rBX_al => Kind::Table,
        Op::imm4_m2z => Kind::Imm4,
        Op::imm8 => Kind::Imm8,
        Op::imm8_const_1 => Kind::One,
        Op::imm8sex16 => Kind::Imm8To16,
        Op::imm8sex32 => Kind::Imm8To32,
        Op::imm8sex64 => Kind::Imm8To64,
        Op::imm16 => Kind::Imm16,
        Op::imm32 => Kind::Imm32,
        Op::imm32sex64 => Kind::Imm32To64,
        Op::imm64 => Kind::Imm64,
        Op::br16_1 => Kind::Short16,
        Op::br32_1 => Kind::Short32,
        Op::br64_1 => Kind::Short64,
        Op::br16_2 => Kind::Near16,
        Op::br32_4 => Kind::Near32,
        Op::br64_4 => Kind::Near64,
        Op::xbegin_2 => Kind::Begin16,
        Op::xbegin_4 => Kind::Begin32,
        Op::brdisp_2 => Kind::Displacement16,
        Op::brdisp_4 => Kind::Displacement32,
        Op::farbr2_2 => Kind::Far16,
        Op::farbr4_2 => Kind::Far32,
        op => return Err(format!("an operand of a kind that is not known here: {op:?}")),
    })
}
