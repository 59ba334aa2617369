use std::collections::BTreeSet;

use gdbstub::arch::RegId as _;

use super::fake::FakeRegisters;
use super::image::abridged_tag;
use super::image::full_tag;
use super::table::IN_G;
use super::*;
use crate::virt::register::Register;
use crate::virt::register::RegisterFile;
use crate::virt::register::Segment;

fn id(name: &str) -> RegId {
    RegId::by_name(name).unwrap()
}

fn put(file: &mut FakeRegisters, name: &str, value: u128) -> Result<(), RegisterError> {
    let id = id(name);
    write(file, id, &value.to_le_bytes()[..id.info().unwrap().bytes()])
}

fn value(file: &FakeRegisters, name: &str) -> u128 {
    let mut into = [0xff; 16];
    read(file, id(name), &mut into);
    u128::from_le_bytes(into)
}

#[test]
fn numbers_and_sizes_are_gdbs() {
    for (name, number, bytes) in [
        ("rax", 0, 8),
        ("rsp", 7, 8),
        ("rip", 16, 8),
        ("eflags", 17, 4),
        ("cs", 18, 4),
        ("gs", 23, 4),
        ("st0", 24, 10),
        ("fctrl", 32, 4),
        ("fop", 39, 4),
        ("xmm0", 40, 16),
        ("mxcsr", 56, 4),
        ("fs_base", 57, 8),
        ("gs_base", 58, 8),
        ("k_gs_base", 59, 8),
        ("cr0", 60, 8),
        ("efer", 65, 8),
        ("ymm0h", 66, 16),
        ("ymm15h", 81, 16),
    ] {
        assert_eq!(id(name).number(), number, "{name}");
        let (found, size) = RegId::from_raw_id(number).unwrap();
        assert_eq!((found, size.unwrap().get()), (id(name), bytes));
        assert_eq!(found.to_raw_id(), Some(number));
    }
    assert!(RegId::new(82).is_none() && RegId::new(usize::MAX).is_none() && RegId::new(256).is_none());
    assert_eq!((RegId::RSP, RegId::RIP), (id("rsp"), id("rip")));
}

#[test]
fn the_table_has_no_twins() {
    let names: BTreeSet<_> = table::all().map(|info| info.name).collect();
    let places: BTreeSet<_> = table::all().map(|info| format!("{:?}", info.place)).collect();
    assert_eq!((names.len(), places.len()), (82, 82));
    let in_g: usize = table::all().take(IN_G).map(|info| info.bytes()).sum();
    assert_eq!(in_g, 536);
}

#[test]
fn general_registers_are_where_their_names_say() {
    let mut file = FakeRegisters::default();
    for (name, code) in [
        ("rax", 0),
        ("rbx", 3),
        ("rcx", 1),
        ("rdx", 2),
        ("rsi", 6),
        ("rdi", 7),
        ("rbp", 5),
        ("rsp", 4),
        ("r8", 8),
        ("r15", 15),
    ] {
        put(&mut file, name, 0x1000 + u128::from(code)).unwrap();
        assert_eq!(
            file.get(Register::General(code)),
            0x1000 + u64::from(code),
            "{name}"
        );
    }
}

#[test]
fn every_register_can_be_written_and_read() {
    let mut file = FakeRegisters::default();
    // All of x87 is in use, or the tag word would read as empty.
    put(&mut file, "ftag", 0).unwrap();
    for info in table::all() {
        let largest = u128::MAX >> (128 - info.bits);
        let pattern = match info.name {
            "ftag" => continue,
            "cs" | "ss" | "ds" | "es" | "fs" | "gs" | "fctrl" | "fstat" | "mxcsr" => 0x1234,
            "fop" => 0x456,
            _ => 0x1122_3344_5566_7788_99aa_bbcc_ddee_ff00 & largest,
        } + u128::from(info.id.number() as u8 & 7);
        put(&mut file, info.name, pattern).unwrap();
        assert_eq!(value(&file, info.name), pattern, "{}", info.name);
    }
    assert_eq!(file.extended()[image::XSTATE_BV], 7);
}

#[test]
fn refused_values_are_errors_and_change_nothing() {
    let mut file = FakeRegisters::default();
    let invalid = |register, value| {
        Err(RegisterError::Invalid(crate::virt::register::InvalidValue {
            register,
            value,
        }))
    };
    let cs = Register::Selector(Segment::Cs);
    assert_eq!(put(&mut file, "cs", 0x1_0000), invalid(cs, 0x1_0000));
    file.refuse = Some(Register::Cr4);
    assert_eq!(put(&mut file, "cr4", 1 << 40), invalid(Register::Cr4, 1 << 40));
    assert_eq!(put(&mut file, "mxcsr", 0x1_0000), Err(RegisterError::Reserved));
    // DAZ, on a CPU whose mask is the default one.
    assert_eq!(put(&mut file, "mxcsr", 0x40), Err(RegisterError::Reserved));
    file.extended_mut()[image::MXCSR_MASK..][..4].copy_from_slice(&0xffffu32.to_le_bytes());
    assert_eq!(put(&mut file, "mxcsr", 0x40), Ok(()));
    assert_eq!(put(&mut file, "fop", 0x800), Err(RegisterError::Reserved));
    assert_eq!(write(&mut file, id("rax"), &[0; 4]), Err(RegisterError::Size));
    file.set(Register::Xcr0, 3).unwrap();
    assert_eq!(put(&mut file, "ymm0h", 1), Err(RegisterError::Disabled));
    assert_eq!(value(&file, "ymm0h"), 0);
}

#[test]
fn a_header_bit_the_guest_lacks_is_not_set() {
    let mut file = FakeRegisters::default();
    file.set(Register::Xcr0, 1).unwrap();
    put(&mut file, "xmm3", 5).unwrap();
    put(&mut file, "st2", 5).unwrap();
    assert_eq!(file.extended()[image::XSTATE_BV], 1);
    assert_eq!(file.extended()[160 + 48], 5);
    assert_eq!(file.extended()[32 + 32], 5);
}

#[test]
fn tag_word_is_classified_by_value_and_turned_by_the_stack() {
    let float = |exponent: u16, significand: u64| {
        let mut st = [0; 10];
        st[..8].copy_from_slice(&significand.to_le_bytes());
        st[8..].copy_from_slice(&exponent.to_le_bytes());
        st
    };
    let stack = [
        float(0x3fff, 1 << 63),
        float(0x8000, 0),
        float(0, 1),
        float(0x7fff, 1 << 63),
        float(0xbfff, 1 << 62),
        float(0xc000, u64::MAX),
        float(0, 0),
        float(0, 0),
    ];
    // Top 0: valid, zero, denormal, infinity, unnormal, valid, zero, empty.
    assert_eq!(full_tag(0x7f, 0, |n| stack[n]), 0b11_01_00_10_10_10_01_00);
    // Top 7: ST0 is physical register 7, ST1 is 0.
    assert_eq!(full_tag(0x81, 7 << 11, |n| stack[n]), 0b00_11_11_11_11_11_11_01);
    assert_eq!(full_tag(0, 0x3800, |n| stack[n]), 0xffff);
    for full in 0..=u16::MAX {
        let abridged = abridged_tag(full);
        assert!((0..8).all(|n| (abridged >> n & 1 == 0) == (full >> (2 * n) & 3 == 3)));
    }
}

#[test]
fn the_block_is_the_single_registers() {
    let mut file = FakeRegisters::default();
    for (name, value) in [
        ("rbx", 2),
        ("rip", 0x1234),
        ("eflags", 0x202),
        ("gs", 0x2b),
        ("st7", 9),
        ("fctrl", 0x37f),
        ("xmm15", 1 << 99),
        ("mxcsr", 0x1f80),
    ] {
        put(&mut file, name, value).unwrap();
    }
    let block = to_core_regs(&file);
    assert_eq!(
        (block.regs[1], block.rip, block.eflags, block.segments.gs),
        (2, 0x1234, 0x202, 0x2b)
    );
    assert_eq!(
        (block.st[7][0], block.fpu.fctrl, block.fpu.ftag),
        (9, 0x37f, 0xffff)
    );
    assert_eq!((block.xmm[15], block.mxcsr), (1 << 99, 0x1f80));
}

#[test]
fn only_what_changed_is_written() {
    let mut file = FakeRegisters::default();
    put(&mut file, "cs", 0x33).unwrap();
    let mut block = to_core_regs(&file);
    file.written.clear();
    from_core_regs(&mut file, &block).unwrap();
    assert_eq!(file.written, []);
    block.rip = 0xffff_8000_0000_0000;
    block.xmm[2] = 7;
    from_core_regs(&mut file, &block).unwrap();
    assert_eq!(file.written, [Register::Rip]);
    assert_eq!(value(&file, "xmm2"), 7);
    assert_eq!(to_core_regs(&file), block);
}

#[test]
fn a_refused_block_leaves_the_old_values() {
    let mut file = FakeRegisters::default();
    put(&mut file, "rax", 5).unwrap();
    let old = to_core_regs(&file);
    let mut block = old.clone();
    block.regs[0] = 6;
    block.segments.ss = 0x18;
    file.refuse = Some(Register::Selector(Segment::Ss));
    assert!(from_core_regs(&mut file, &block).is_err());
    assert_eq!(to_core_regs(&file), old);
}

#[test]
fn the_dump_has_names_and_full_width() {
    let mut file = FakeRegisters::default();
    put(&mut file, "cr3", 0x1000).unwrap();
    let lines: Vec<String> = dump(&file, false)
        .map(|(info, value)| format!("{}={value}", info.name))
        .collect();
    assert_eq!(lines.len(), 66);
    assert!(lines.contains(&"cr3=0000000000001000".into()) && lines.contains(&"cs=00000000".into()));
    assert_eq!(dump(&file, true).count(), 82);
}

#[test]
fn the_description_lists_the_table() {
    let (with, without) = (description(true), description(false));
    assert_eq!(with.matches("<reg ").count(), 82);
    assert_eq!(without.matches("<reg ").count(), 66);
    assert!(with.contains("org.gnu.gdb.i386.avx") && !without.contains("avx"));
    // Every type is predefined by gdb or defined before its use.
    const PREDEFINED: [&str; 9] = [
        "int", "int32", "int64", "uint64", "uint128", "code_ptr", "data_ptr", "i387_ext", "",
    ];
    for info in table::all().filter(|info| !PREDEFINED.contains(&info.kind)) {
        let defined = with.find(&format!("id=\"{}\"", info.kind)).unwrap();
        assert!(defined < with.find(&format!("\"{}\" bitsize", info.name)).unwrap());
    }
}

/// gdb ignores a feature it finds fault with and says so, or says nothing and shows another type.
#[test]
fn gdb_accepts_the_description() {
    let path = std::env::temp_dir().join(format!("stub-hv-target-{}.xml", std::process::id()));
    std::fs::write(&path, description(true)).unwrap();
    let load = format!("set tdesc filename {}", path.display());
    let commands = [
        load.as_str(),
        "set architecture i386:x86-64",
        "maint print c-tdesc",
    ];
    let run = std::process::Command::new("gdb")
        .args(["-nx", "-batch"])
        .args(commands.iter().flat_map(|command| ["-ex", command]))
        .output();
    std::fs::remove_file(&path).unwrap();
    // Where there is no gdb, the end-to-end tests cannot run either and say so.
    let Ok(run) = run else { return };
    let (out, err) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success() && err.is_empty(), "{err}");
    for info in table::all() {
        let bits = info.bits;
        let line = format!("\"{}\", {}, 1, ", info.name, info.id.number());
        let found = out.lines().find(|printed| printed.contains(&line)).unwrap();
        assert!(found.contains(&format!(", {bits}, ")), "{found}");
    }
}
