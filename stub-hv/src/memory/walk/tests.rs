use proptest::prelude::*;

use super::fake::FakeMemory;
use super::regions::Access;
use super::*;
use crate::memory::Inaccessible;

const PG: u64 = 1 << 31;
const PSE: u64 = 1 << 4;
const PAE: u64 = 1 << 5;
const LA57: u64 = 1 << 12;
const LMA: u64 = 1 << 10;
const NXE: u64 = 1 << 11;
/// P, R/W, U/S.
const ALL: u64 = 7;
const PS: u64 = 1 << 7;
const XD: u64 = 1 << 63;

fn mode(cr0: u64, cr4: u64, efer: u64) -> Paging {
    Paging::new(cr0, cr4, efer, 40)
}

fn level4() -> Paging {
    mode(PG, PAE, LMA | NXE)
}

/// Four-level tables at 1000 (PML4), 2000 (PDPT), 3000 (PD), 4000 (PT), each with one entry for address 0.
fn small() -> FakeMemory {
    let mut memory = FakeMemory::default();
    memory.entry64(0x1000, 0x2000 | ALL);
    memory.entry64(0x2000, 0x3000 | ALL);
    memory.entry64(0x3000, 0x4000 | ALL);
    memory.entry64(0x4000, 0x9000 | ALL);
    memory.back(0x9000, 0x1000);
    memory
}

fn physical(paging: &Paging, cr3: u64, memory: &FakeMemory, at: u64) -> (u64, u64) {
    let to = translate(paging, cr3, memory, GuestVirtual(at)).unwrap();
    (to.physical.0, to.page_size)
}

#[test]
fn mode_follows_control_registers() {
    for (cr0, cr4, efer, expected) in [
        (0, PAE, 0, Mode::Off),
        (PG, 0, 0, Mode::Bits32),
        (PG, PSE, 0, Mode::Bits32),
        (PG, PAE, NXE, Mode::Pae),
        (PG, PAE, LMA, Mode::Level4),
        (PG, PAE | LA57, LMA, Mode::Level5),
        // LA57 outside long mode changes nothing.
        (PG, PAE | LA57, 0, Mode::Pae),
    ] {
        assert_eq!(mode(cr0, cr4, efer).mode(), expected);
    }
}

#[test]
fn paging_off_is_identity_and_wraps_at_4g() {
    let memory = FakeMemory::default();
    assert_eq!(
        physical(&mode(0, 0, 0), 0x1000, &memory, 0xf_ffff),
        (0xf_ffff, 4096)
    );
    assert_eq!(physical(&mode(0, 0, 0), 0, &memory, 0x1_0000_0010), (0x10, 4096));
}

#[test]
fn bits32_pages_of_both_sizes() {
    let mut memory = FakeMemory::default();
    memory.entry32(0x1000 + 4 * 0x300, 0x2007);
    memory.entry32(0x2000 + 4 * 0x3ff, 0x0badf003);
    // 4 MiB page at 12_3440_0000: address bits 32 to 39 sit in bits 13 to 20.
    memory.entry32(0x1000 + 4 * 0x301, 0x3440_0000 | 0x12 << 13 | 0x80 | 5);
    let paging = mode(PG, PSE, 0);
    assert_eq!(
        physical(&paging, 0x1fff, &memory, 0xc03f_f123),
        (0x0bad_f123, 4096)
    );
    assert_eq!(
        physical(&paging, 0x1000, &memory, 0xffff_ffff_c03f_f123),
        (0x0bad_f123, 4096)
    );
    assert_eq!(
        physical(&paging, 0x1000, &memory, 0xc047_7abc),
        (0x12_3447_7abc, 4 << 20)
    );
    let to = translate(&paging, 0x1000, &memory, GuestVirtual(0xc040_0000)).unwrap();
    assert!(to.user && !to.writable && to.executable);
    let to = translate(&paging, 0x1000, &memory, GuestVirtual(0xc03f_f000)).unwrap();
    assert!(!to.user && to.writable);
}

#[test]
fn without_pse_the_size_bit_is_ignored() {
    let mut memory = FakeMemory::default();
    memory.entry32(0x1000, 0x2087);
    memory.entry32(0x2004, 0x7003);
    assert_eq!(physical(&mode(PG, 0, 0), 0x1000, &memory, 0x1008), (0x7008, 4096));
}

#[test]
fn pse36_reserved_bits() {
    let mut memory = FakeMemory::default();
    memory.entry32(0x1000, 0x0040_0087 | 1 << 21);
    memory.entry32(0x1004, 0x0040_0087 | 1 << 20);
    let narrow = Paging::new(PG, PSE, 0, 36);
    for at in [0, 0x40_0000] {
        let error = translate(&narrow, 0x1000, &memory, GuestVirtual(at)).unwrap_err();
        assert!(matches!(
            error,
            WalkError::Reserved(Step { level: Level::Pd, .. })
        ));
    }
    assert_eq!(
        physical(&mode(PG, PSE, 0), 0x1000, &memory, 0x40_0000).0,
        0x80_0040_0000
    );
}

#[test]
fn pae_pages_of_both_sizes() {
    let mut memory = FakeMemory::default();
    // The table of four pointers need only be 32-byte aligned.
    memory.entry64(0x1020 + 8 * 3, 0x2001);
    memory.entry64(0x2000 + 8, 0x3007);
    memory.entry64(0x3000 + 8 * 2, 0x55_5555_5000 | ALL | XD);
    memory.entry64(0x2000 + 8 * 2, 0x66_6660_0000 | ALL | PS);
    let paging = mode(PG, PAE, NXE);
    assert_eq!(
        physical(&paging, 0x1020, &memory, 0xc020_2fff),
        (0x55_5555_5fff, 4096)
    );
    assert_eq!(
        physical(&paging, 0x1020, &memory, 0xc041_2345),
        (0x66_6661_2345, 2 << 20)
    );
    let to = translate(&paging, 0x1020, &memory, GuestVirtual(0xc020_2000)).unwrap();
    assert!(to.writable && to.user && !to.executable);
    // R/W is reserved in the pointer table.
    memory.entry64(0x1020, 0x2003);
    let error = translate(&paging, 0x1020, &memory, GuestVirtual(0)).unwrap_err();
    assert!(matches!(
        error,
        WalkError::Reserved(Step {
            level: Level::Pdpt,
            ..
        })
    ));
}

#[test]
fn level4_pages_of_all_sizes() {
    let mut memory = small();
    memory.entry64(0x2000 + 8, 0x80_0000_0000 >> 1 | ALL | PS);
    memory.entry64(0x3000 + 8, 0x1_2340_0000 | ALL | PS | 1 << 12 | 1 << 8);
    let paging = level4();
    assert_eq!(physical(&paging, 0x1000, &memory, 0xfed), (0x9fed, 4096));
    assert_eq!(
        physical(&paging, 0x1000, &memory, 0x3f_edcb),
        (0x1_235f_edcb, 2 << 20)
    );
    assert_eq!(
        physical(&paging, 0x1000, &memory, 0x7654_3210),
        (0x40_3654_3210, 1 << 30)
    );
    let to = translate(&paging, 0x1000, &memory, GuestVirtual(0x20_0000)).unwrap();
    assert!(to.global);
}

#[test]
fn level5_uses_the_fifth_table() {
    let mut memory = small();
    memory.entry64(0x8000 + 8 * 0x1ff, 0x1000 | ALL);
    memory.entry64(0x1000 + 8 * 0x100, 0x2000 | ALL);
    let paging = mode(PG, PAE | LA57, LMA);
    assert_eq!(
        physical(&paging, 0x8000, &memory, 0xffff_8000_0000_0008),
        (0x9008, 4096)
    );
    let out = GuestVirtual(0x0100_0000_0000_0000);
    let error = translate(&paging, 0x8000, &memory, out).unwrap_err();
    assert_eq!(error, WalkError::NonCanonical(out));
}

#[test]
fn permissions_are_those_of_all_levels() {
    let paging = level4();
    for table in [0x1000, 0x2000, 0x3000, 0x4000] {
        let mut memory = small();
        let mut bytes = [0; 8];
        memory.read(GuestPhysical(table), &mut bytes).unwrap();
        memory.entry64(table, (u64::from_le_bytes(bytes) & !6) | XD);
        let to = translate(&paging, 0x1000, &memory, GuestVirtual(0)).unwrap();
        assert!(!to.writable && !to.user && !to.executable);
    }
}

#[test]
fn errors_name_level_and_entry() {
    let mut memory = small();
    let paging = level4();
    let at = |memory: &FakeMemory, at| translate(&paging, 0x1000, memory, GuestVirtual(at)).unwrap_err();
    let step = |level, entry, value| Step {
        level,
        entry: GuestPhysical(entry),
        value,
    };
    assert_eq!(
        at(&memory, 0x3000),
        WalkError::NotPresent(step(Level::Pt, 0x4018, 0))
    );
    assert_eq!(
        at(&memory, 0x8000_0000_0000),
        WalkError::NonCanonical(GuestVirtual(0x8000_0000_0000))
    );
    memory.entry64(0x3010, 0xdead_000f_f000_1007);
    assert!(matches!(
        at(&memory, 0x40_0000),
        WalkError::Reserved(Step { level: Level::Pd, .. })
    ));
    memory.entry64(0x2010, 0x7000_0000 | ALL);
    let entry = GuestPhysical(0x7000_0ff8);
    assert_eq!(
        at(&memory, 0xbfe0_0000),
        WalkError::TableInaccessible {
            level: Level::Pd,
            entry
        }
    );
    assert_eq!(
        std::format!("{}", at(&memory, 0x3000)),
        "not present: PT entry at 0x4018 is 0x0"
    );
}

#[test]
fn no_execute_is_reserved_until_enabled() {
    let mut memory = small();
    memory.entry64(0x4000, 0x9000 | ALL | XD);
    let error = translate(&mode(PG, PAE, LMA), 0x1000, &memory, GuestVirtual(0)).unwrap_err();
    assert!(matches!(
        error,
        WalkError::Reserved(Step { level: Level::Pt, .. })
    ));
}

#[test]
fn the_steps_are_shown_in_order() {
    let mut seen = Vec::new();
    translate_seen(&level4(), 0x1000, &small(), GuestVirtual(0), |step| {
        seen.push(step.entry.0)
    })
    .unwrap();
    assert_eq!(seen, [0x1000, 0x2000, 0x3000, 0x4000]);
}

#[test]
fn reads_cross_pages_and_stop_short() {
    let mut memory = small();
    memory.entry64(0x4008, 0x7000 | ALL);
    memory.back(0x7000, 0x1000);
    memory.write(GuestPhysical(0x9ffe), &[1, 2]).unwrap();
    memory.write(GuestPhysical(0x7000), &[3, 4]).unwrap();
    let mut into = [0; 4];
    let read = |at, into: &mut [u8]| read_virtual(&level4(), 0x1000, &memory, GuestVirtual(at), into);
    assert_eq!(read(0xffe, &mut into), Ok(4));
    assert_eq!(into, [1, 2, 3, 4]);
    assert_eq!(read(0x1ffe, &mut into), Ok(2));
    assert!(matches!(
        read(0x2000, &mut into),
        Err(AccessError::Walk(WalkError::NotPresent(_)))
    ));
    assert_eq!(read(0x2000, &mut []), Ok(0));
}

#[test]
fn reads_say_when_there_is_no_memory() {
    let mut memory = small();
    memory.entry64(0x4008, 0x66_6000 | ALL);
    let result = read_virtual(&level4(), 0x1000, &memory, GuestVirtual(0x1004), &mut [0; 4]);
    assert_eq!(
        result,
        Err(AccessError::Memory(Inaccessible(GuestPhysical(0x66_6000))))
    );
}

#[test]
fn writes_are_whole_and_ignore_protection() {
    let mut memory = small();
    memory.entry64(0x4000, 0x9000 | PRESENT);
    let paging = level4();
    assert!(write_virtual(&paging, 0x1000, &mut memory, GuestVirtual(0xffe), &[9; 4]).is_err());
    let mut bytes = [1; 2];
    memory.read(GuestPhysical(0x9ffe), &mut bytes).unwrap();
    assert_eq!(bytes, [0; 2]);
    write_virtual(&paging, 0x1000, &mut memory, GuestVirtual(0xffe), &[9; 2]).unwrap();
    memory.read(GuestPhysical(0x9ffe), &mut bytes).unwrap();
    assert_eq!(bytes, [9; 2]);
}

#[test]
fn regions_cover_the_address_space() {
    let mut memory = small();
    for (index, entry) in [
        (1, 0x5000 | ALL),
        (2, 0x6000 | PRESENT),
        (0x1ff, 0x6000 | PRESENT),
    ] {
        memory.entry64(0x4000 + 8 * index, entry);
    }
    memory.entry64(0x3008, 0x20_0000 | PRESENT | PS);
    let paging = level4();
    let regions: Vec<_> = Regions::new(&paging, 0x1000, &memory, GuestVirtual(0), 10_000).collect();
    let all = Some(Access {
        writable: true,
        user: true,
        executable: true,
    });
    let read_only = Some(Access {
        writable: false,
        user: false,
        executable: true,
    });
    let expected = [
        (0, 0x1fff, all),
        (0x2000, 0x2fff, read_only),
        (0x3000, 0x1f_efff, None),
        // The last 4 KiB page and the 2 MiB page behind it.
        (0x1f_f000, 0x3f_ffff, read_only),
        (0x40_0000, u64::MAX, None),
    ];
    let found: Vec<_> = regions.iter().map(|r| (r.start.0, r.last.0, r.access)).collect();
    assert_eq!(found, expected);
    assert_eq!(
        region_at(&paging, 0x1000, &memory, GuestVirtual(0x1234), 1).size(),
        0x1000
    );
}

#[test]
fn regions_without_paging() {
    let regions: Vec<_> =
        Regions::new(&mode(0, 0, 0), 0, &FakeMemory::default(), GuestVirtual(0x1234), 8).collect();
    let found: Vec<_> = regions
        .iter()
        .map(|r| (r.start.0, r.last.0, r.access.is_some()))
        .collect();
    assert_eq!(found, [(0, 0xffff_ffff, true), (1 << 32, u64::MAX, false)]);
}

#[test]
fn self_referencing_tables_end() {
    let mut memory = FakeMemory::default();
    for index in 0..512 {
        memory.entry64(0x1000 + 8 * index, 0x1000 | ALL);
    }
    let region = region_at(&level4(), 0x1000, &memory, GuestVirtual(0), 1000);
    assert_eq!(region.size(), 1000 * 4096);
}

proptest! {
    #[test]
    fn hostile_tables_never_panic_or_loop(
        words in prop::collection::vec(any::<u64>(), 512 * 4),
        modes in any::<(u64, u64, u64, u8)>(),
        cr3 in any::<u64>(),
        at in any::<u64>(),
        short in any::<bool>(),
    ) {
        let mut memory = FakeMemory::default();
        for (address, word) in (0u64..).step_by(8).zip(&words) {
            // Keep the addresses within the few pages there are, or no walk would come far.
            memory.entry64(address, if short { word & 0x8000_0000_0000_3fff | 1 } else { *word });
        }
        let (cr0, cr4, efer, bits) = modes;
        let paging = Paging::new(cr0 | PG, cr4, efer, bits);
        let cr3 = if short { cr3 & 0x3fff } else { cr3 };
        let mut steps = 0;
        let result = translate_seen(&paging, cr3, &memory, GuestVirtual(at), |_| steps += 1);
        prop_assert!(steps <= 5);
        if let Ok(to) = result {
            let offset = to.page_size - 1;
            prop_assert_eq!(to.physical.0 & offset & 0xffff_ffff, at & offset & 0xffff_ffff);
        }
        let mut next = at;
        for region in Regions::new(&paging, cr3, &memory, GuestVirtual(at), 20).take(20) {
            prop_assert!(region.start.0 <= next && next <= region.last.0);
            next = region.last.0.wrapping_add(1);
        }
        let _ = read_virtual(&paging, cr3, &memory, GuestVirtual(at), &mut [0; 9000]);
        let _ = write_virtual(&paging, cr3, &mut memory, GuestVirtual(at), &[0xff; 9000]);
    }
}
