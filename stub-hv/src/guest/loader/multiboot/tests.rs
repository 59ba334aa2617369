//! Synthetic kernels; the information they get is read back with the parser for our own boot loader's.

use super::*;
use crate::boot::fake::FakeMemory;
use crate::boot::multiboot::BootInfo;
use crate::memory::map::Kind;
use crate::memory::map::Region;
use core::slice::from_ref;
use proptest::prelude::*;
use std::vec::Vec;

const MIB: u64 = 0x10_0000;
const TOP: u64 = 64 * MIB;

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn header(flags: u32, addresses: &[u32]) -> Vec<u8> {
    let mut bytes = words(&[
        0x1bad_b002,
        flags,
        0u32.wrapping_sub(0x1bad_b002).wrapping_sub(flags),
    ]);
    bytes.extend(words(addresses));
    bytes
}

/// A kernel at 1 MiB, linked 3 GiB higher: one segment of 0x2000 bytes in the file and 0x5000 in memory.
pub(in crate::guest::loader) fn elf32() -> Vec<u8> {
    elf32_with(3)
}

fn elf32_with(flags: u32) -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend(words(&[
        0x0003_0002,
        1,
        0xc010_0123,
        52,
        0,
        0,
        0x0020_0034,
        0x0000_0001,
        0,
    ]));
    file.extend(words(&[
        1,
        0x1000,
        0xc010_0000,
        0x10_0000,
        0x2000,
        0x5000,
        7,
        0x1000,
    ]));
    file.resize(0x1000, 0);
    file.extend(header(flags, &[]));
    file.resize(0x3000, 0x5a);
    file
}

fn elf64(flags: u32) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend(words(&[
        0x003e_0002,
        1,
        0x20_0010,
        0,
        64,
        0,
        0,
        0,
        0,
        0x0038_0040,
        0x0000_0001,
        0,
    ]));
    file.extend(words(&[
        1, 7, 0x1000, 0, 0x20_0000, 0, 0x20_0000, 0, 0x800, 0, 0x1000, 0, 0x1000, 0,
    ]));
    file.resize(0x1000, 0);
    file.extend(header(
        flags,
        &[0x20_0000, 0x20_0000, 0x20_0400, 0x20_3000, 0x20_0020],
    ));
    file.resize(0x1800, 0xa5);
    file
}

fn flat(addresses: &[u32; 5]) -> Vec<u8> {
    let mut file = vec![0x90; 0x20];
    file.extend(header(1 << 16, addresses));
    file.resize(0x1001, 0x90);
    file
}

fn machine() -> (FakeMemory, MemoryMap) {
    let map = MemoryMap::from_entries([
        Region {
            start: 0,
            end: 0x9_fc00,
            kind: Kind::Usable,
        },
        Region {
            start: 0xf_0000,
            end: MIB,
            kind: Kind::Reserved,
        },
        Region {
            start: MIB,
            end: TOP,
            kind: Kind::Usable,
        },
    ]);
    (FakeMemory::up_to(TOP), map.unwrap())
}

fn request<'a>(image: &'a [u8], map: &'a MemoryMap) -> Request<'a> {
    Request {
        image,
        modules: &[],
        command_line: "hello",
        rsdp: None,
        map,
        hypervisor: 0..0,
        keep: &[],
    }
}

#[test]
fn an_elf_kernel_is_loaded_and_told_about_the_machine() {
    let (mut memory, mut map) = machine();
    map.reserve(48 * MIB..TOP).unwrap();
    // What was in memory must not show through the kernel's zeros.
    memory.put(MIB, &[0xff; 0x6000]);
    memory.put(4 * MIB + 0x10, b"second");
    let image = elf32();
    let modules = [
        Module {
            range: 3 * MIB..3 * MIB + 0x100,
            text: "first one",
        },
        Module {
            range: 4 * MIB + 0x10..4 * MIB + 0x16,
            text: "",
        },
    ];
    let state = load(
        &mut memory,
        &Request {
            modules: &modules,
            ..request(&image, &map)
        },
    )
    .unwrap();

    assert_eq!(state.mode, Mode::Protected32);
    assert_eq!((state.rip, state.rax), (0x10_0123, 0x2bad_b002));
    assert_eq!(memory.get(MIB, 0x2000), image[0x1000..]);
    assert_eq!(memory.get(MIB + 0x2000, 0x3000), [0; 0x3000]);
    assert_eq!(memory.get(MIB + 0x5000, 1), [0xff]);

    assert_eq!(state.rbx, 0x1000);
    let info = BootInfo::read(&memory, state.rbx).unwrap();
    assert_eq!(info.command_line(), "hello");
    assert_eq!(info.loader_name(), "stub-hv");
    assert_eq!(
        (info.memory_lower, info.memory_upper),
        (Some(639), Some(47 * 1024))
    );
    assert_eq!(
        info.regions.iter().copied().collect::<Vec<_>>(),
        map.iter().collect::<Vec<_>>()
    );
    assert_eq!(info.modules[0].range, modules[0].range);
    assert_eq!(info.module_text(&info.modules[0]), "first one");
    assert_eq!(info.module_text(&info.modules[1]), "");
    // The second was not at the start of a page, and this kernel asks for that.
    assert_eq!(info.modules[1].range, 48 * MIB - 0x1000..48 * MIB - 0xffa);
    assert_eq!(memory.get(48 * MIB - 0x1000, 6), b"second");
}

#[test]
fn modules_stay_where_they_are_if_the_kernel_does_not_mind() {
    let (mut memory, map) = machine();
    let image = elf32_with(0);
    let modules = [Module {
        range: 4 * MIB + 0x10..4 * MIB + 0x16,
        text: "",
    }];
    let state = load(
        &mut memory,
        &Request {
            modules: &modules,
            ..request(&image, &map)
        },
    )
    .unwrap();
    assert_eq!(
        BootInfo::read(&memory, state.rbx).unwrap().modules[0].range,
        modules[0].range
    );
}

#[test]
fn a_64_bit_elf_is_loaded_by_addresses_or_program_headers() {
    let (mut memory, map) = machine();
    memory.put(2 * MIB, &[0xff; 0x4000]);
    let image = elf64(1 << 16);
    let state = load(&mut memory, &request(&image, &map)).unwrap();
    assert_eq!((state.mode, state.rip), (Mode::Protected32, 0x20_0020));
    assert_eq!(memory.get(2 * MIB, 0x400), image[0x1000..0x1400]);
    assert_eq!(memory.get(2 * MIB + 0x400, 0x2c00), [0; 0x2c00]);
    assert_eq!(memory.get(2 * MIB + 0x3000, 1), [0xff]);

    let image = elf64(0);
    let state = load(&mut memory, &request(&image, &map)).unwrap();
    assert_eq!(state.rip, 0x20_0010);
    assert_eq!(memory.get(2 * MIB, 0x800), image[0x1000..]);
    assert_eq!(memory.get(2 * MIB + 0x800, 0x800), [0; 0x800]);
}

#[test]
fn a_flat_kernel_is_loaded_whole() {
    let (mut memory, map) = machine();
    let image = flat(&[0x10_0020, 0x10_0000, 0, 0, 0x10_0000]);
    let state = load(&mut memory, &request(&image, &map)).unwrap();
    assert_eq!(state.rip, MIB);
    assert_eq!(memory.get(MIB, image.len()), image);
    // The header's addresses may also leave out the beginning of the file.
    let image = flat(&[0x10_0020, 0x10_0010, 0x10_0100, 0, 0x10_0050]);
    load(&mut memory, &request(&image, &map)).unwrap();
    assert_eq!(memory.get(MIB + 0x10, 0xf0), image[0x10..0x100]);
}

#[test]
fn an_occupied_place_is_named() {
    let (mut memory, map) = machine();
    let image = elf32();
    let wanted = MIB..MIB + 0x5000;
    let refuse = |memory: &mut FakeMemory, request: Request<'_>| load(memory, &request).unwrap_err();

    let mut taken = map.clone();
    let hypervisor = MIB + 0x4000..3 * MIB;
    taken.reserve(hypervisor.clone()).unwrap();
    let error = refuse(
        &mut memory,
        Request {
            hypervisor: hypervisor.clone(),
            ..request(&image, &taken)
        },
    );
    let said = "the image must be loaded at 0x100000-0x105000, but the hypervisor is at 0x104000-0x300000";
    assert_eq!(error.to_string(), said);

    let kept = MIB + 0x1000..MIB + 0x2000;
    let error = refuse(
        &mut memory,
        Request {
            keep: from_ref(&kept),
            ..request(&image, &map)
        },
    );
    assert_eq!(
        error,
        LoadError::Occupied {
            wanted: wanted.clone(),
            by: "the image's file",
            at: kept.clone(),
        }
    );

    let hole = MemoryMap::from_entries([Region {
        start: 0,
        end: 0x9_f000,
        kind: Kind::Usable,
    }])
    .unwrap();
    assert_eq!(
        refuse(&mut memory, request(&image, &hole)),
        LoadError::NoMemoryAt(wanted)
    );
    assert_eq!(memory.get(MIB, 0x5000), [0; 0x5000], "nothing was written");
}

#[test]
fn refusals_say_why() {
    let (mut memory, map) = machine();
    let mut late = vec![0; 8184];
    late.extend(header(0, &[]));
    let mut other = elf32();
    other[18] = 40;
    let mut cut = elf32();
    cut.truncate(0x2000);
    let reasons: [(&str, Vec<u8>); 10] = [
        ("first 8192 bytes", late),
        ("video mode", elf32_with(4)),
        ("flags 0x0108", elf32_with(0x108)),
        ("no little-endian ELF", header(0, &[])),
        ("cut short", header(1 << 16, &[0])),
        ("contradict", flat(&[0x10_0020, 0x10_0030, 0, 0, 0x10_0000])),
        (
            "shorter than",
            flat(&[0x10_0020, 0x10_0000, 0x20_0000, 0, 0x10_0000]),
        ),
        ("entry point", flat(&[0x10_0020, 0x10_0000, 0, 0, 0x40_0000])),
        ("another processor", other),
        ("outside of the file", cut),
    ];
    for (reason, image) in &reasons {
        let said = load(&mut memory, &request(image, &map)).unwrap_err().to_string();
        assert!(said.contains(reason), "{said}, not {reason}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn hostile_images_write_only_where_they_may(
        kind in 0usize..3,
        edits in proptest::collection::vec((0usize..0x90, any::<u8>()), 0..6),
        addresses in proptest::collection::vec((0usize..0x14, any::<u8>()), 0..4),
        cut in 0usize..0x3000, whole in any::<bool>(),
    ) {
        let (mut image, at) = match kind {
            0 => (elf32(), 0x1000),
            1 => (elf64(1 << 16), 0x1000),
            _ => (flat(&[0x10_0020, 0x10_0000, 0, 0, 0x10_0000]), 0x20),
        };
        // Not the header's first three words: the checksum would end the test there.
        edits.iter().filter(|(edit, _)| kind != 2 || *edit < 0x20).for_each(|&(edit, byte)| image[edit] = byte);
        addresses.iter().for_each(|&(edit, byte)| image[at + 12 + edit] = byte);
        if !whole {
            image.truncate(cut);
        }
        let (_, map) = machine();
        let ram: Vec<_> = map.usable().map(|region| region.start..region.end).collect();
        let mut memory = FakeMemory::new(&ram);
        let result = load(&mut memory, &request(&image, &map));
        prop_assert!(!matches!(result, Err(LoadError::Inaccessible(_))));
        if let Ok(state) = result {
            prop_assert!(map.is_usable(&(state.rip..state.rip + 1)));
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), flags in any::<u32>()) {
        let (mut memory, map) = machine();
        let mut image = header(flags & 0x1_0003, &[]);
        image.extend(&bytes);
        let _ = load(&mut memory, &request(&image, &map));
        image.splice(0..0, b"\x7fELF\x01\x01\x01\0".iter().copied());
        let _ = load(&mut memory, &request(&image, &map));
    }
}
