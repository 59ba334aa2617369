//! Structures as QEMU and GRUB write them, and structures nobody would write.

use super::*;
use crate::boot::fake::FakeMemory;
use crate::memory::GuestPhysical;
use proptest::prelude::*;
use zerocopy::IntoBytes;

const INFO: u64 = 0x9000;

fn entry(address: u64, length: u64, kind: u32) -> MapEntry {
    MapEntry {
        size: 20.into(),
        address: address.into(),
        length: length.into(),
        kind: kind.into(),
    }
}

fn ordinary() -> (FakeMemory, Info) {
    let mut memory = FakeMemory::up_to(0x10_0000);
    memory.put(0x1000, b"/boot/stub-hv debug=com1 wait\0");
    memory.put(0x2000, b"bzImage console=ttyS0\0");
    memory.put(0x2100, b"initrd\0");
    memory.put(0x3000, b"GRUB 2.06\0");
    let module = |start: u32, end: u32, string: u32| ModuleEntry {
        mod_start: start.into(),
        mod_end: end.into(),
        string: string.into(),
        ..Default::default()
    };
    let modules = [
        module(0x20_0000, 0x90_0000, 0x2000),
        module(0x90_0000, 0xa0_0000, 0x2100),
    ];
    memory.put(0x4000, modules.as_bytes());
    memory.put(
        0x5000,
        [entry(0, 0x9fc00, 1), entry(0x10_0000, 0x700_0000, 1)].as_bytes(),
    );
    let info = Info {
        flags: (flag::MEMORY | flag::COMMAND_LINE | flag::MODULES | flag::MEMORY_MAP | flag::LOADER_NAME)
            .into(),
        mem_lower: 639.into(),
        mem_upper: 0x1c000.into(),
        cmdline: 0x1000.into(),
        mods_count: 2.into(),
        mods_addr: 0x4000.into(),
        mmap_length: 48.into(),
        mmap_addr: 0x5000.into(),
        boot_loader_name: 0x3000.into(),
        ..Default::default()
    };
    (memory, info)
}

fn parse(mut memory: FakeMemory, info: &Info) -> Result<BootInfo, BootInfoError> {
    memory.put(INFO, info.as_bytes());
    BootInfo::read(&memory, INFO)
}

#[test]
fn everything_is_read() {
    let (memory, info) = ordinary();
    let boot = parse(memory, &info).unwrap();
    assert_eq!(boot.command_line(), "/boot/stub-hv debug=com1 wait");
    assert_eq!(boot.loader_name(), "GRUB 2.06");
    assert_eq!((boot.memory_lower, boot.memory_upper), (Some(639), Some(0x1c000)));
    assert_eq!(boot.modules.len(), 2);
    assert_eq!(boot.modules[0].range, 0x20_0000..0x90_0000);
    assert_eq!(boot.module_text(&boot.modules[0]), "bzImage console=ttyS0");
    assert_eq!(boot.module_text(&boot.modules[1]), "initrd");
    assert_eq!(
        boot.regions[1],
        Region {
            start: 0x10_0000,
            end: 0x710_0000,
            kind: Kind::Usable
        }
    );
}

#[test]
fn file_names_are_dropped_where_the_boot_loader_puts_them() {
    let (mut memory, info) = ordinary();
    let boot = parse(memory.clone(), &info).unwrap();
    assert_eq!(boot.module_arguments(&boot.modules[0]), "bzImage console=ttyS0");
    memory.put(0x3000, b"qemu\0");
    let boot = parse(memory, &info).unwrap();
    assert_eq!(boot.module_arguments(&boot.modules[0]), "console=ttyS0");
    assert_eq!(boot.module_arguments(&boot.modules[1]), "");
}

#[test]
fn entries_longer_than_the_least_are_stepped_over() {
    let (mut memory, mut info) = ordinary();
    let long = MapEntry {
        size: 24.into(),
        ..entry(0, 0x1000, 1)
    };
    memory.put(0x5000, long.as_bytes());
    memory.put(0x501c, entry(0x2000, 0x1000, 3).as_bytes());
    info.mmap_length = (28 + 24).into();
    let boot = parse(memory, &info).unwrap();
    assert_eq!(boot.regions.len(), 2);
    assert_eq!(boot.regions[1].kind, Kind::AcpiReclaimable);
}

#[test]
fn without_a_map_the_two_sizes_serve() {
    let (memory, mut info) = ordinary();
    info.flags = flag::MEMORY.into();
    let boot = parse(memory.clone(), &info).unwrap();
    assert_eq!(boot.regions[0].end, 639 * 1024);
    assert_eq!(boot.regions[1].end, 0x10_0000 + 0x1c000 * 1024);
    info.flags = 0.into();
    assert_eq!(
        parse(memory, &info).unwrap_err(),
        BootInfoError::NoMemoryInformation
    );
}

#[test]
fn hostile_lengths_are_refused() {
    let (memory, info) = ordinary();

    let mut many = info;
    many.mods_count = u32::MAX.into();
    many.mods_addr = 0x10000.into();
    assert_eq!(
        parse(memory.clone(), &many).unwrap_err(),
        BootInfoError::TooManyModules(u32::MAX)
    );

    let mut endless = memory.clone();
    endless.put(
        0x5000,
        MapEntry {
            size: 0.into(),
            ..entry(0, 1, 1)
        }
        .as_bytes(),
    );
    assert_eq!(parse(endless, &info).unwrap_err(), BootInfoError::MapEntrySize(0));

    let mut backwards = memory.clone();
    backwards.put(0x4000, &0x95_0000u32.to_le_bytes());
    assert!(matches!(
        parse(backwards, &info),
        Err(BootInfoError::ModuleRange { index: 0, .. })
    ));

    let mut unending = memory.clone();
    unending.put(0x1000, &[b'a'; 0x1001]);
    assert_eq!(
        parse(unending, &info).unwrap_err(),
        BootInfoError::StringTooLong(0x1000)
    );

    let mut nowhere = info;
    nowhere.cmdline = 0x8000_0000.into();
    let error = parse(memory, &nowhere).unwrap_err();
    assert_eq!(
        error,
        BootInfoError::Inaccessible(Inaccessible(GuestPhysical(0x8000_0000)))
    );
    assert!(error.to_string().contains("0x80000000"));
}

#[test]
fn strings_may_be_4096_bytes_long_and_end_with_memory() {
    let (_, info) = ordinary();
    let mut memory = FakeMemory::new(&[0..0xa000, 0xe000..0xffff]);
    memory.put(0xe001, &[b'x'; 4096]);
    let mut info = Info {
        cmdline: 0xe001.into(),
        ..info
    };
    info.flags = (flag::MEMORY | flag::COMMAND_LINE).into();
    assert_eq!(parse(memory.clone(), &info).unwrap().command_line().len(), 4096);
    memory.put(0xf001, b"x");
    assert_eq!(
        parse(memory.clone(), &info).unwrap_err(),
        BootInfoError::StringTooLong(0xe001)
    );
    memory.put(0x1000, b"caf\xe9 \xc3\xa9\0");
    info.cmdline = 0x1000.into();
    assert_eq!(parse(memory, &info).unwrap().command_line(), "caf? é");
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0x800)) {
        let mut memory = FakeMemory::up_to(0x10_0000);
        memory.put(INFO, &bytes);
        let _ = BootInfo::read(&memory, INFO);
    }

    #[test]
    fn small_fields_are_survived(
        words in proptest::collection::vec(prop_oneof![0u32..0x60, 0x9000u32..0x9400, any::<u32>()], 256)
    ) {
        let mut memory = FakeMemory::up_to(0xb000);
        let bytes: Vec<u8, 1024> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        memory.put(INFO, &bytes);
        if let Ok(info) = BootInfo::read(&memory, INFO) {
            prop_assert!(info.modules.iter().all(|m| m.range.start <= m.range.end));
            prop_assert!(info.regions.iter().all(|r| r.start <= r.end));
        }
    }
}
