//! Synthetic kernels, and what is in memory when they would start.

use super::header::OFFSET;
use super::header::SetupHeader;
use super::*;
use crate::boot::fake::FakeMemory;
use crate::guest::loader::Module;
use crate::memory::map::Kind;
use crate::memory::map::Region;
use core::slice::from_ref;
use proptest::prelude::*;
use zerocopy::FromZeros;
use zerocopy::IntoBytes;

const MIB: u64 = 0x10_0000;
const CODE: usize = 0x3000;

/// A kernel any loader would take.
pub(in crate::guest::loader) fn ordinary() -> Vec<u8> {
    bzimage(|_| ())
}

/// A kernel like Debian's 6.1, with a short protected-mode part.
fn bzimage(edit: impl FnOnce(&mut SetupHeader)) -> Vec<u8> {
    let mut header = SetupHeader::new_zeroed();
    header.setup_sects = 2;
    header.syssize = (CODE as u32 / 16).into();
    header.boot_flag = 0xaa55.into();
    header.jump_opcode = 0xeb;
    header.jump_length = 0x6a;
    header.header = u32::from_le_bytes(*b"HdrS").into();
    header.version = 0x020f.into();
    header.loadflags = 1;
    header.initrd_addr_max = 0x7fff_ffff.into();
    header.kernel_alignment = 0x20_0000.into();
    header.relocatable_kernel = 1;
    header.xloadflags = 1.into();
    header.cmdline_size = 2047.into();
    header.pref_address = (16 * MIB).into();
    header.init_size = (40 * MIB as u32).into();
    edit(&mut header);
    let mut file = vec![0; 3 * 512];
    file[OFFSET..OFFSET + size_of::<SetupHeader>()].copy_from_slice(header.as_bytes());
    // Belongs to the header of a newer protocol.
    file[0x268..0x26c].copy_from_slice(b"new!");
    file[0x26c..0x270].copy_from_slice(b"code");
    file.extend((0..CODE).map(|i| (i / 3) as u8));
    file
}

fn machine(top: u64) -> (FakeMemory, MemoryMap) {
    let map = MemoryMap::from_entries([
        Region {
            start: 0,
            end: 0x9_fc00,
            kind: Kind::Usable,
        },
        Region {
            start: MIB,
            end: top,
            kind: Kind::Usable,
        },
        Region {
            start: top - 2 * MIB,
            end: top,
            kind: Kind::AcpiReclaimable,
        },
    ]);
    (FakeMemory::up_to(top), map.unwrap())
}

fn request<'a>(image: &'a [u8], map: &'a MemoryMap) -> Request<'a> {
    Request {
        image,
        modules: &[],
        command_line: "console=ttyS0",
        rsdp: Some(0xf_5a40),
        map,
        hypervisor: 0..0,
        keep: &[],
    }
}

/// Translates with the tables the loader wrote.
fn walk(memory: &FakeMemory, root: u64, linear: u64) -> Option<u64> {
    let mut table = root;
    for level in (1..4).rev() {
        let entry = memory.u64(table + (linear >> (12 + 9 * level) & 511) * 8);
        if entry & 1 == 0 {
            return None;
        }
        table = entry & 0xf_ffff_ffff_f000;
        if entry & 0x80 != 0 {
            return Some(table + (linear & ((1 << (12 + 9 * level)) - 1)));
        }
    }
    None
}

#[test]
fn a_kernel_finds_all_it_needs() {
    let (mut memory, map) = machine(256 * MIB);
    let image = bzimage(|_| ());
    let initrd = [Module {
        range: 0x800_0000..0x810_0000,
        text: "initrd",
    }];
    let state = load(
        &mut memory,
        &Request {
            modules: &initrd,
            ..request(&image, &map)
        },
    )
    .unwrap();

    let kernel = 16 * MIB;
    assert_eq!(state.rip, kernel + 0x200);
    assert_eq!(memory.get(kernel, CODE), image[3 * 512..]);

    let Mode::Long64 {
        cr3,
        gdt_base,
        gdt_limit,
    } = state.mode
    else {
        panic!("not in long mode")
    };
    for linear in [0, kernel + 0x200, state.rsi, 0xfee0_0000, 0xffff_ffff] {
        assert_eq!(walk(&memory, cr3, linear), Some(linear));
    }
    assert_eq!(walk(&memory, cr3, FOUR_GIB), None);
    assert_eq!(gdt_limit, 0x1f);
    assert_eq!(memory.u64(gdt_base + 0x10), 0x00af_9b00_0000_ffff);
    assert_eq!(memory.u64(gdt_base + 0x18), 0x00cf_9300_0000_ffff);

    let params = state.rsi;
    assert!(cr3 >= 0x1_0000 && params < 0x9_0000);
    assert!(state.rsp > gdt_base + 0x20 && state.rsp <= params);
    assert_eq!(memory.get(params + 0x202, 4), b"HdrS");
    assert_eq!(
        memory.get(params + 0x268, 8),
        b"new!\0\0\0\0",
        "as long as the header says, no longer"
    );
    assert_eq!(memory.get(params + 0x210, 1), [0xff]);
    assert_eq!(memory.u64(params + 0x70), 0xf_5a40);
    assert_eq!(
        (memory.u32(params + 0x218), memory.u32(params + 0x21c)),
        (0x800_0000, 0x10_0000)
    );
    assert_eq!((memory.u32(params + 0xc0), memory.u32(params + 0xc4)), (0, 0));
    let line = memory.u32(params + 0x228).into();
    assert_eq!(memory.get(line, 14), b"console=ttyS0\0");
    assert_eq!(memory.get(params + 6, 2), [3, 80]);
    assert_eq!(memory.get(params + 0x1ef, 1), [0], "the sentinel");

    assert_eq!(memory.get(params + 0x1e8, 1), [3]);
    let regions: Vec<_> = (0..3)
        .map(|i| params + 0x2d0 + i * 20)
        .map(|at| (memory.u64(at), memory.u64(at + 8), memory.u32(at + 16)))
        .collect();
    assert_eq!(
        regions,
        [(0, 0x9_fc00, 1), (MIB, 253 * MIB, 1), (254 * MIB, 2 * MIB, 3)]
    );
}

#[test]
fn a_kernel_goes_elsewhere_if_its_place_is_taken() {
    let (mut memory, mut map) = machine(256 * MIB);
    map.reserve(20 * MIB..21 * MIB).unwrap();
    let image = bzimage(|_| ());
    let kept = 30 * MIB..31 * MIB;
    let state = load(
        &mut memory,
        &Request {
            keep: from_ref(&kept),
            ..request(&image, &map)
        },
    )
    .unwrap();
    assert_eq!(state.rip, 32 * MIB + 0x200);

    let fixed = bzimage(|header| header.relocatable_kernel = 0);
    let request = Request {
        hypervisor: 20 * MIB..21 * MIB,
        ..request(&fixed, &map)
    };
    let error = load(&mut memory, &request).unwrap_err();
    let wanted = 16 * MIB..56 * MIB;
    assert_eq!(
        error,
        LoadError::Occupied {
            wanted,
            by: "the hypervisor",
            at: 20 * MIB..21 * MIB
        }
    );
}

#[test]
fn an_initrd_too_high_is_brought_down() {
    let (mut memory, map) = machine(256 * MIB);
    let initrd = [Module {
        range: 200 * MIB..200 * MIB + 0x1801,
        text: "",
    }];
    memory.put(200 * MIB + 0x1800, b"!");
    let low = bzimage(|header| header.initrd_addr_max = (128 * MIB as u32 - 1).into());
    let state = load(
        &mut memory,
        &Request {
            modules: &initrd,
            ..request(&low, &map)
        },
    )
    .unwrap();
    let place = u64::from(memory.u32(state.rsi + 0x218));
    assert_eq!(place, 128 * MIB - 0x2000);
    assert_eq!(memory.u32(state.rsi + 0x21c), 0x1801);
    assert_eq!(memory.get(place + 0x1800, 1), b"!");

    // A kernel that can take it above 4 GiB is told so in two halves.
    let any = bzimage(|header| header.xloadflags = 3.into());
    let high = [Module {
        range: 5 * FOUR_GIB + 0x1000..6 * FOUR_GIB + 0x3000,
        text: "",
    }];
    let state = load(
        &mut memory,
        &Request {
            modules: &high,
            ..request(&any, &map)
        },
    )
    .unwrap();
    let word = |at| memory.u32(state.rsi + at);
    assert_eq!(
        (word(0x218), word(0xc0), word(0x21c), word(0xc4)),
        (0x1000, 5, 0x2000, 1)
    );
}

#[test]
fn without_low_memory_the_block_lies_higher() {
    let (mut memory, mut map) = machine(256 * MIB);
    map.reserve(0..MIB).unwrap();
    let image = bzimage(|_| ());
    let state = load(&mut memory, &request(&image, &map)).unwrap();
    assert_eq!(state.rsi, MIB + 7 * 4096);
}

#[test]
fn refusals_say_why() {
    let (mut memory, map) = machine(48 * MIB);
    let mut refuse = |image: &[u8]| load(&mut memory, &request(image, &map)).unwrap_err().to_string();
    let reasons: [(&str, Vec<u8>); 9] = [
        ("too short for a setup header", vec![0; 0x200]),
        ("no boot flag", bzimage(|header| header.boot_flag = 0.into())),
        ("HdrS", bzimage(|header| header.header = 0.into())),
        (
            "protocol 2.11, 2.12",
            bzimage(|header| header.version = 0x020b.into()),
        ),
        ("zImage", bzimage(|header| header.loadflags = 0)),
        ("32-bit Linux", bzimage(|header| header.xloadflags = 0.into())),
        (
            "setup header is cut short",
            bzimage(|header| header.jump_length = 0x20),
        ),
        (
            "power of two",
            bzimage(|header| header.kernel_alignment = 0x30_0000.into()),
        ),
        (
            "file is cut short",
            bzimage(|header| header.syssize = 0x1000.into()),
        ),
    ];
    for (reason, image) in &reasons {
        let said = refuse(image);
        assert!(said.contains(reason), "{said}");
    }
    let said = refuse(&bzimage(|_| ()));
    assert_eq!(
        said,
        "no room for the kernel: 0x2800000 bytes needed, the longest fitting range has 0x1e00000"
    );
}

#[test]
fn the_command_line_is_measured() {
    let (mut memory, map) = machine(256 * MIB);
    let image = bzimage(|header| header.cmdline_size = 13.into());
    load(&mut memory, &request(&image, &map)).unwrap();
    let request = Request {
        command_line: "console=ttyS0 ",
        ..request(&image, &map)
    };
    let error = load(&mut memory, &request).unwrap_err();
    assert_eq!(
        error,
        LoadError::CommandLineTooLong {
            length: 14,
            limit: 13
        }
    );
    let two = [
        Module {
            range: 0..0,
            text: "",
        },
        Module {
            range: 0..0,
            text: "",
        },
    ];
    let error = load(
        &mut memory,
        &Request {
            modules: &two,
            command_line: "",
            ..request
        },
    );
    assert_eq!(error, Err(LoadError::TooManyModules { count: 2, limit: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn hostile_headers_write_only_where_they_may(
        edits in proptest::collection::vec((0x1f1usize..0x268, any::<u8>()), 0..12),
        cut in 0usize..0x4000, whole in any::<bool>(),
    ) {
        let mut image = bzimage(|_| ());
        for (at, byte) in edits {
            image[at] = byte;
        }
        if !whole {
            image.truncate(cut);
        }
        // Only usable memory exists: a write anywhere else would be an error of its own.
        let (_, map) = machine(256 * MIB);
        let ram: Vec<_> = map.usable().map(|r| r.start..r.end).collect();
        let mut memory = FakeMemory::new(&ram);
        let result = load(&mut memory, &request(&image, &map));
        prop_assert!(!matches!(result, Err(LoadError::Inaccessible(_))));
        if let Ok(state) = result {
            prop_assert!(map.is_usable(&(state.rip..state.rip + 1)));
        }
    }
}
