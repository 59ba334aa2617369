//! Tables like QEMU's, and tables nobody would write.

use super::*;
use crate::boot::fake::FakeMemory;
use crate::memory::GuestPhysical;
use proptest::prelude::*;

const RSDP: u64 = 0xf_5a40;
const ROOT: u64 = 0x7fe_0000;

fn sealed(mut bytes: Vec<u8, 4096>, checksum_at: usize) -> Vec<u8, 4096> {
    let sum = bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    bytes[checksum_at] = bytes[checksum_at].wrapping_sub(sum);
    bytes
}

fn table(signature: &[u8; 4], body: &[u8]) -> Vec<u8, 4096> {
    let mut bytes: Vec<u8, 4096> = Vec::new();
    bytes.extend_from_slice(signature).unwrap();
    bytes
        .extend_from_slice(&(36 + body.len() as u32).to_le_bytes())
        .unwrap();
    bytes.extend_from_slice(&[0; 28]).unwrap();
    bytes.extend_from_slice(body).unwrap();
    sealed(bytes, 9)
}

fn rsdp(revision: u8, rsdt: u32, xsdt: u64) -> Vec<u8, 4096> {
    let mut bytes: Vec<u8, 4096> = Vec::new();
    bytes.extend_from_slice(b"RSD PTR \0BOCHS ").unwrap();
    bytes.push(revision).unwrap();
    bytes.extend_from_slice(&rsdt.to_le_bytes()).unwrap();
    bytes = sealed(bytes, 8);
    if revision >= 2 {
        bytes.extend_from_slice(&36u32.to_le_bytes()).unwrap();
        bytes.extend_from_slice(&xsdt.to_le_bytes()).unwrap();
        bytes.extend_from_slice(&[0; 4]).unwrap();
        bytes = sealed(bytes, 32);
    }
    bytes
}

fn madt_body(entries: &[&[u8]]) -> std::vec::Vec<u8> {
    let mut body = 0xfee0_0000u32.to_le_bytes().to_vec();
    body.extend([1, 0, 0, 0]);
    entries.iter().for_each(|entry| body.extend(*entry));
    body
}

fn qemu_madt() -> std::vec::Vec<u8> {
    madt_body(&[
        &[0, 8, 0, 0, 1, 0, 0, 0],
        &[0, 8, 1, 1, 1, 0, 0, 0],
        &[0, 8, 2, 2, 0, 0, 0, 0],
        &[0, 8, 3, 3, 2, 0, 0, 0],
        &[9, 16, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
        &[9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0],
        &[1, 12, 5, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0],
        &[1, 12, 6, 0, 0, 0x10, 0xc0, 0xfe, 24, 0, 0, 0],
        &[2, 10, 0, 0, 2, 0, 0, 0, 0, 0],
        &[2, 10, 0, 9, 9, 0, 0, 0, 0xf, 0],
        &[4, 6, 0xff, 0, 0, 1],
    ])
}

fn machine(tables: &[Vec<u8, 4096>], wide: bool) -> FakeMemory {
    let mut memory = FakeMemory::up_to(0x800_0000);
    let mut entries = std::vec::Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let at = ROOT + 0x1000 * (index as u64 + 1);
        memory.put(at, table);
        entries.extend(if wide {
            at.to_le_bytes().to_vec()
        } else {
            (at as u32).to_le_bytes().to_vec()
        });
    }
    memory.put(ROOT, &table(if wide { b"XSDT" } else { b"RSDT" }, &entries));
    memory.put(
        RSDP,
        &if wide {
            rsdp(2, 0xbad0, ROOT)
        } else {
            rsdp(0, ROOT as u32, 0)
        },
    );
    memory
}

fn fadt(flags: u32, space: u8, address: u64) -> Vec<u8, 4096> {
    let mut body = [0; 129 - 36];
    body[112 - 36..116 - 36].copy_from_slice(&flags.to_le_bytes());
    body[116 - 36] = space;
    body[120 - 36..128 - 36].copy_from_slice(&address.to_le_bytes());
    body[128 - 36] = 0x0f;
    table(b"FACP", &body)
}

#[test]
fn the_root_pointer_is_found_in_both_places() {
    let mut memory = machine(&[], false);
    assert_eq!(find_rsdp(&memory), Some(RSDP));
    memory.put(0x40e, &0x9fc0u16.to_le_bytes());
    memory.put(0x9_fc10, &rsdp(0, 1, 0));
    assert_eq!(find_rsdp(&memory), Some(0x9_fc10));
    memory.put(0x9_fc12, b"x");
    memory.put(RSDP + 19, b"\xff");
    assert_eq!(find_rsdp(&memory), None, "a wrong checksum counts as absent");
    assert_eq!(find_rsdp(&FakeMemory::new(&[])), None);
}

#[test]
fn processors_and_interrupts_are_read_from_either_root() {
    for wide in [false, true] {
        let memory = machine(&[table(b"DSDT", &[]), table(b"APIC", &qemu_madt())], wide);
        let madt = Acpi::read(&memory, RSDP).unwrap().madt.unwrap();
        assert_eq!(madt.local_apic, 0xfee0_0000);
        let ids: std::vec::Vec<_> = madt
            .processors
            .iter()
            .map(|p| (p.apic_id, p.uid, p.enabled))
            .collect();
        assert_eq!(ids, [(0, 0, true), (1, 1, true), (3, 3, false), (0x100, 7, true)]);
        assert_eq!(madt.io_apic_for(4).unwrap(), (madt.io_apics[0], 4));
        assert_eq!(madt.io_apic_for(30).unwrap().0.address, 0xfec0_1000);
        assert_eq!(madt.io_apic_for(30).unwrap().1, 6);
        assert_eq!(madt.isa_interrupt(0).gsi, 2);
        let sci = madt.isa_interrupt(9);
        assert_eq!((sci.polarity, sci.trigger), (Polarity::ActiveLow, Trigger::Level));
        let com2 = madt.isa_interrupt(3);
        assert_eq!(
            (com2.gsi, com2.polarity, com2.trigger),
            (3, Polarity::ActiveHigh, Trigger::Edge)
        );
    }
}

#[test]
fn the_local_apics_address_can_be_overridden() {
    let body = madt_body(&[&[5, 12, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]]);
    let memory = machine(&[table(b"APIC", &body)], true);
    assert_eq!(
        Acpi::read(&memory, RSDP).unwrap().madt.unwrap().local_apic,
        0x1_0000_0000
    );
}

#[test]
fn more_processors_than_fit_are_counted() {
    let entries: std::vec::Vec<[u8; 8]> = (0..70u8).map(|id| [0, 8, id, id, 1, 0, 0, 0]).collect();
    let entries: std::vec::Vec<&[u8]> = entries.iter().map(|entry| entry.as_slice()).collect();
    let memory = machine(&[table(b"APIC", &madt_body(&entries))], true);
    let madt = Acpi::read(&memory, RSDP).unwrap().madt.unwrap();
    assert_eq!((madt.processors.len(), madt.processors_left_out), (64, 6));
}

#[test]
fn the_reset_register_is_read() {
    let reset = |table| Acpi::read(&machine(&[table], true), RSDP).unwrap().reset;
    let expected = ResetRegister {
        space: AddressSpace::Io,
        address: 0xcf9,
        value: 0x0f,
    };
    assert_eq!(reset(fadt(1 << 10, 1, 0xcf9)), Some(expected));
    assert_eq!(reset(fadt(0, 1, 0xcf9)), None);
    assert_eq!(reset(fadt(1 << 10, 9, 0xcf9)), None);
    assert_eq!(reset(table(b"FACP", &[0xff; 80])), None);
}

#[test]
fn configuration_spaces_are_read() {
    let mut body = [0u8; 8 + 2 * 16];
    body[8..16].copy_from_slice(&0xb000_0000u64.to_le_bytes());
    body[19] = 0xff;
    let spaces = Acpi::read(&machine(&[table(b"MCFG", &body)], false), RSDP)
        .unwrap()
        .config_spaces;
    assert_eq!(
        spaces.as_slice(),
        [ConfigSpace {
            base: 0xb000_0000,
            segment: 0,
            first_bus: 0,
            last_bus: 255
        }]
    );
}

#[test]
fn damage_is_told_apart() {
    let good = machine(&[table(b"APIC", &qemu_madt())], true);
    let mut memory = good.clone();
    assert_eq!(Acpi::read(&memory, 0x1000), Err(AcpiError::NotAnRsdp(0x1000)));
    memory.put(ROOT + 20, b"x");
    assert_eq!(Acpi::read(&memory, RSDP), Err(AcpiError::BadRoot(ROOT)));
    memory.put(RSDP, &rsdp(2, 0, 0x9000_0000));
    assert_eq!(
        Acpi::read(&memory, RSDP),
        Err(AcpiError::Inaccessible(Inaccessible(GuestPhysical(0x9000_0000))))
    );
    // A damaged table is as good as none.
    let mut memory = good;
    memory.put(ROOT + 0x1000 + 40, b"x");
    assert_eq!(Acpi::read(&memory, RSDP), Ok(Acpi::default()));
}

#[test]
fn an_entry_without_length_ends_the_table() {
    let body = madt_body(&[&[0, 8, 0, 0, 1, 0, 0, 0], &[0, 0], &[0, 8, 1, 1, 1, 0, 0, 0]]);
    let madt = Acpi::read(&machine(&[table(b"APIC", &body)], true), RSDP)
        .unwrap()
        .madt
        .unwrap();
    assert_eq!(madt.processors.len(), 1);
}

proptest! {
    #[test]
    fn any_tables_are_survived(
        bodies in proptest::collection::vec((0usize..4, proptest::collection::vec(any::<u8>(), 0..400)), 0..4),
        wide in any::<bool>(),
        damage in proptest::collection::vec((0u64..0x3000, any::<u8>()), 0..6),
    ) {
        let names = [b"APIC", b"FACP", b"MCFG", b"SSDT"];
        let tables: std::vec::Vec<_> = bodies.iter().map(|(name, body)| table(names[*name], body)).collect();
        let mut memory = machine(&tables, wide);
        let _ = Acpi::read(&memory, RSDP).unwrap();
        for (at, byte) in damage {
            memory.put(ROOT + at, &[byte]);
        }
        let _ = Acpi::read(&memory, RSDP);
    }

    #[test]
    fn small_entries_are_survived(entries in proptest::collection::vec(0u8..18, 0..300)) {
        let memory = machine(&[table(b"APIC", &madt_body(&[&entries]))], true);
        let madt = Acpi::read(&memory, RSDP).unwrap().madt.unwrap();
        let most = entries.len() / 8;
        prop_assert!(madt.processors.len() + madt.processors_left_out <= most);
    }
}
