use super::*;
use crate::fake::FakeGuest;
use alloc::vec::Vec;

/// A guest with registers and table entries of `bytes` bytes.
fn guest(registers: &[(&'static str, u64)], bytes: usize, entries: &[(u64, u64)]) -> FakeGuest {
    let mut guest = FakeGuest::default();
    guest.registers.extend(registers.iter().copied());
    for (at, value) in entries {
        guest.map_physical(*at, &value.to_le_bytes()[..bytes]);
    }
    guest
}

/// Where `address` leads, and the names of the entries read.
fn path(guest: &mut FakeGuest, address: u64) -> (Result<Page, Fault>, Vec<&'static str>) {
    let mut names = Vec::new();
    let end = walk(guest, address, &mut |step| names.push(step.name));
    (end, names)
}

fn page(physical: u64, size: u64, executable: bool) -> Result<Page, Fault> {
    Ok(Page {
        physical,
        size,
        executable,
    })
}

const LONG: [(&str, u64); 4] = [
    ("cr0", 0x8000_0001),
    ("cr4", 0x20),
    ("efer", 0xd00),
    ("cr3", 0x1018),
];

#[test]
fn four_levels() {
    let mut guest = guest(
        &LONG,
        8,
        &[
            (0x1ff8, 0x2003),
            (0x1000, 0),
            (0x2ff0, 0x3003),
            (0x2ff8, 0x8000_0000_4000_0083),
            (0x3040, 0x4003),
            (0x3048, 0x0020_0083),
            (0x4008, 0x0005_1067 | NO_EXECUTE),
            (0x4010, 0),
        ],
    );
    let all = ["PML4E", "PDPTE", "PDE", "PTE"];
    assert_eq!(
        path(&mut guest, 0xffff_ffff_8100_1abc),
        (page(0x5_1abc, 0x1000, false), all.to_vec())
    );
    assert_eq!(
        path(&mut guest, 0xffff_ffff_8123_4567),
        (page(0x23_4567, 0x20_0000, true), all[..3].to_vec())
    );
    assert_eq!(
        path(&mut guest, 0xffff_ffff_ffff_ffff),
        (page(0x7fff_ffff, 0x4000_0000, false), all[..2].to_vec())
    );
    let (end, names) = path(&mut guest, 0xffff_ffff_8100_2000);
    let fault = end.unwrap_err();
    assert!(matches!(fault, Fault::NotPresent(step) if step.name == "PTE" && step.address == 0x4010));
    assert_eq!(names, all);
    assert_eq!(
        alloc::format!("{fault}"),
        "not mapped: the PTE at 4010 contains 0, which is not present"
    );
    let (end, names) = path(&mut guest, 0);
    assert!(matches!(end, Err(Fault::NotPresent(step)) if step.value == 0));
    assert_eq!(names, ["PML4E"]);
    // The PML4E leads to a table that has no such entry.
    assert_eq!(
        path(&mut guest, 0xffff_ff80_0000_0000),
        (Err(Fault::NoMemory("PDPTE", 0x2000)), alloc::vec!["PML4E"])
    );
    assert_eq!(
        path(&mut guest, 0x8000_0000_0000).0,
        Err(Fault::NonCanonical(0x8000_0000_0000))
    );
}

#[test]
fn five_levels() {
    let mut guest = guest(
        &LONG,
        8,
        &[(0x1ff8, 0x2003), (0x2ff8, 0x3003), (0x3ff8, 0xc000_0083)],
    );
    guest.registers.insert("cr4", 0x1020);
    assert_eq!(
        path(&mut guest, u64::MAX),
        (
            page(0xffff_ffff, 0x4000_0000, true),
            alloc::vec!["PML5E", "PML4E", "PDPTE"]
        )
    );
    assert!(path(&mut guest, 1 << 56).0.is_err());
    // Not canonical with four levels, but with five.
    assert_eq!(path(&mut guest, 1 << 47).0, Err(Fault::NoMemory("PML5E", 0x1000)));
}

#[test]
fn a_table_that_leads_to_itself_ends() {
    let mut guest = guest(&LONG, 8, &[(0x1000, 0x1003)]);
    assert_eq!(
        path(&mut guest, 0xabc),
        (
            page(0x1abc, 0x1000, true),
            alloc::vec!["PML4E", "PDPTE", "PDE", "PTE"]
        )
    );
}

#[test]
fn pae() {
    let mut guest = guest(
        &[("cr0", 0x8000_0001), ("cr4", 0x20), ("cr3", 0x1020)],
        8,
        &[
            (0x1038, 0x2001),
            (0x2ff8, 0x0040_00e3),
            (0x2ff0, 0x3003),
            (0x3008, 0x9003),
        ],
    );
    assert_eq!(
        path(&mut guest, 0xffff_ffff),
        (page(0x005f_ffff, 0x20_0000, true), alloc::vec!["PDPTE", "PDE"])
    );
    assert_eq!(path(&mut guest, 0xffc0_1234).0, page(0x9234, 0x1000, true));
    assert_eq!(
        path(&mut guest, 0x1_0000_0000).0,
        Err(Fault::NonCanonical(0x1_0000_0000))
    );
}

#[test]
fn thirty_two_bits() {
    let registers = [("cr0", 0x8000_0001), ("cr4", 0x10), ("cr3", 0x1018)];
    // A 4 MiB page above 4 GiB: bits 32 to 39 are 1.
    let mut guest = guest(
        &registers,
        4,
        &[(0x1004, 0x0080_2083), (0x1008, 0x3003), (0x3004, 0x7003)],
    );
    assert_eq!(
        path(&mut guest, 0x0041_2345),
        (page(0x1_0081_2345, 0x40_0000, true), alloc::vec!["PDE"])
    );
    assert_eq!(
        path(&mut guest, 0x0080_1fff),
        (page(0x7fff, 0x1000, true), alloc::vec!["PDE", "PTE"])
    );
    // Without CR4.PSE the bit means nothing.
    guest.registers.insert("cr4", 0);
    assert_eq!(
        path(&mut guest, 0x0041_2345).0,
        Err(Fault::NoMemory("PTE", 0x80_2048))
    );
}

#[test]
fn paging_off() {
    let mut guest = FakeGuest::default();
    assert_eq!(path(&mut guest, 0x1234), (page(0x1234, 0, true), alloc::vec![]));
}

#[test]
fn another_root() {
    let mut guest = guest(&LONG, 8, &[(0x1000, 0), (0x5000, 0x6003), (0x6000, 0x83)]);
    guest.running.pid = 7;
    guest.selected_root = 0x5000;
    assert!(path(&mut guest, 0x10).0.is_err());
    assert!(guest.select_process(Some(7)));
    assert_eq!(path(&mut guest, 0x10).0, page(0x10, 0x4000_0000, true));
}

#[test]
fn virtual_addresses_of_physical_ones() {
    let mut table = [0; 0x1000];
    let mut entry = |index: usize, value: u64| {
        table[index * 8..index * 8 + 8].copy_from_slice(&value.to_le_bytes());
    };
    entry(0, 0x2003);
    entry(0x1ff, 0x2003);
    let mut guest = guest(&LONG, 8, &[]);
    guest.map_physical(0x1000, &table);
    table.fill(0);
    let mut entry = |index: usize, value: u64| {
        table[index * 8..index * 8 + 8].copy_from_slice(&value.to_le_bytes());
    };
    // A table that is not there, and a page.
    entry(1, 0x9003);
    entry(2, 0x4000_0083);
    entry(3, 0x3003);
    guest.map_physical(0x2000, &table);
    assert_eq!(find_virtual(&mut guest, 0x4000_0010), Some(0xffff_ff80_8000_0010));
    assert_eq!(find_virtual(&mut guest, 0x3fff_ffff), None);
    assert_eq!(find_virtual(&mut guest, 0x8000_0000), None);
    guest.registers.insert("cr0", 1);
    assert_eq!(find_virtual(&mut guest, 0x1234), Some(0x1234));
}

#[test]
fn a_search_through_tables_that_lead_to_themselves_ends() {
    let mut guest = guest(&LONG, 8, &[]);
    let table: Vec<u8> = (0..0x200).flat_map(|_| 0x1003_u64.to_le_bytes()).collect();
    guest.map_physical(0x1000, &table);
    assert_eq!(find_within(&mut guest, 0x1_0000, 0x10), None);
    assert_eq!(find_within(&mut guest, 0x1010, 4), Some(0xffff_8000_0000_0010));
    assert_eq!(find_within(&mut guest, 0x1010, 3), None);
}
