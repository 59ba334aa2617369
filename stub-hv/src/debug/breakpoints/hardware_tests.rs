//! Sharing, splitting and sorting, by example and for any guest registers.

use proptest::prelude::*;

use super::*;

fn nothing(_: u64, _: &mut [u8]) -> bool {
    false
}

const fn watch(kind: Kind, address: u64, length: u64) -> Watch {
    Watch {
        kind,
        address,
        length,
    }
}

fn with(list: &[Watch]) -> Watches {
    let mut watches = Watches::new();
    for &one in list {
        watches.insert(one, 0, nothing).unwrap();
    }
    watches
}

/// The enable bits, condition and length of one register in DR7.
fn control(dr7: u64, number: usize) -> (u64, u64, u64) {
    (
        dr7 >> (number * 2) & 3,
        dr7 >> (16 + number * 4) & 3,
        dr7 >> (18 + number * 4) & 3,
    )
}

#[test]
fn ranges_are_split_where_alignment_demands() {
    let cut = |address, length| pieces(watch(Kind::Write, address, length)).collect::<std::vec::Vec<_>>();
    assert_eq!(cut(0x1000, 8), [(0x1000, 8)]);
    assert_eq!(cut(0x1004, 8), [(0x1004, 4), (0x1008, 4)]);
    assert_eq!(cut(0x1001, 7), [(0x1001, 1), (0x1002, 2), (0x1004, 4)]);
    assert_eq!(cut(0x1000, 32).len(), 4);
    assert_eq!(cut(0x1003, 2), [(0x1003, 1), (0x1004, 1)]);
    assert_eq!(cut(!0, 1), [(!0, 1)]);
}

#[test]
fn refusals() {
    let mut watches = Watches::new();
    let mut refused =
        |kind, address, length, guest| watches.insert(watch(kind, address, length), guest, nothing);
    assert_eq!(refused(Kind::Write, 0, 0, 0), Err(InsertError::BadLength));
    assert_eq!(refused(Kind::Write, !0, 2, 0), Err(InsertError::BadLength));
    assert_eq!(refused(Kind::Execute, 0, 2, 0), Err(InsertError::BadLength));
    let full = InsertError::NoRegister { needed: 2, free: 1 };
    assert_eq!(refused(Kind::Write, 4, 8, 3), Err(full));
    assert_eq!(full.to_string(), "needs 2 debug registers, 1 of 4 are free");
    assert_eq!(
        refused(Kind::Write, 0, 1, 9),
        Err(InsertError::NoRegister { needed: 1, free: 0 })
    );
    assert_eq!(
        refused(Kind::Write, 0, u64::MAX, 0),
        Err(InsertError::NoRegister { needed: 5, free: 4 })
    );
    assert!(watches.is_empty());
}

#[test]
fn inserted_twice_is_inserted_once() {
    let one = watch(Kind::Execute, 0x1234, 1);
    let mut watches = with(&[one, one, watch(Kind::Write, 0x2000, 32 - 8)]);
    assert_eq!(watches.pieces.len(), 4);
    assert_eq!(watches.insert(one, 4, nothing), Ok(()));
    assert!(watches.remove(watch(Kind::Write, 0x2000, 24)));
    assert!(!watches.remove(watch(Kind::Write, 0x1234, 1)), "another kind");
    assert!(watches.remove(one));
    assert!(watches.is_empty());
}

#[test]
fn control_bits() {
    let watches = with(&[
        watch(Kind::Execute, 0x1001, 1),
        watch(Kind::Write, 0x2002, 2),
        watch(Kind::Access, 0x3004, 4),
        watch(Kind::Read, 0x4008, 8),
    ]);
    let effective = Effective::merge(&watches, &GuestView::default());
    assert_eq!(effective.address, [0x4008, 0x3004, 0x2002, 0x1001]);
    let controls = [0, 1, 2, 3].map(|number| control(effective.dr7, number));
    assert_eq!(controls, [(2, 3, 2), (2, 3, 3), (2, 1, 1), (2, 0, 0)]);
    assert_eq!(effective.dr7 & 0xff00, DR7_RESET);
}

#[test]
fn guest_alone_gets_what_it_wrote() {
    let guest = GuestView {
        address: [1, 2, 3, 4],
        dr6: DR6_RESET,
        dr7: 0xd055_2702 | 1 << 6,
    };
    let effective = Effective::merge(&Watches::new(), &guest);
    assert_eq!(
        effective.address,
        [1, 0, 0, 4],
        "a register that is not enabled is not loaded"
    );
    assert_eq!(effective.dr7, 0xd005_0742, "and GD is left out");
    let sorted = effective.sort(DR6_RESET | 0b1001, &guest);
    assert_eq!(
        sorted,
        Sorted {
            watches: 0,
            single_step: false,
            guest: Some(DR6_RESET | 0b1001)
        }
    );
}

#[test]
fn both_side_by_side() {
    // The guest has DR3 for writes of four bytes.
    let guest = GuestView {
        address: [0, 0, 0, 0x500],
        dr6: DR6_RESET | 1,
        dr7: 0xd000_0480,
    };
    let watches = with(&[watch(Kind::Write, 0x1000, 8)]);
    let effective = Effective::merge(&watches, &guest);
    assert_eq!(effective.address, [0, 0, 0x1000, 0x500]);
    let ours = effective.sort(DR6_RESET | 0b0100 | DR6_BS, &guest);
    assert_eq!(
        ours,
        Sorted {
            watches: 1,
            single_step: true,
            guest: None
        }
    );
    let theirs = effective.sort(DR6_RESET | 0b1000, &guest);
    assert_eq!(
        theirs,
        Sorted {
            watches: 0,
            single_step: false,
            guest: Some(DR6_RESET | 0b1000)
        }
    );
    let stray = effective.sort(DR6_RESET | 0b0001, &guest);
    assert_eq!(
        stray,
        Sorted {
            watches: 0,
            single_step: false,
            guest: None
        }
    );
}

#[test]
fn the_debugger_keeps_what_it_has() {
    let watches = with(&[watch(Kind::Write, 0x1000, 24)]);
    let guest = GuestView {
        address: [10, 11, 12, 13],
        dr6: DR6_RESET,
        dr7: DR7_RESET | 0x55,
    };
    let effective = Effective::merge(&watches, &guest);
    let count = |used: fn(&Use) -> bool| effective.uses.iter().flatten().filter(|one| used(one)).count();
    assert_eq!(count(|one| matches!(one, Use::Debugger(_))), 3);
    assert_eq!(effective.uses[0], Some(Use::Guest(0)));
    // Only DR3 enabled and displaced: it moves, and its hit is still reported as DR3's.
    let watches = with(&[watch(Kind::Write, 0x1000, 24)]);
    let guest = GuestView {
        address: [0, 0, 0, 13],
        dr6: DR6_RESET,
        dr7: DR7_RESET | 0xc0,
    };
    let effective = Effective::merge(&watches, &guest);
    assert_eq!(effective.uses[3], Some(Use::Guest(3)));
    assert_eq!(effective.sort(0b1000, &guest).guest, Some(DR6_RESET | 0b1000));
}

#[test]
fn read_watches_compare_values() {
    let mut value = 5u32;
    let mut watches = Watches::new();
    let read = |now: u32| {
        move |address: u64, into: &mut [u8]| {
            assert_eq!(address, 0x2000);
            into.copy_from_slice(&now.to_le_bytes());
            true
        }
    };
    watches
        .insert(watch(Kind::Read, 0x2000, 4), 0, read(value))
        .unwrap();
    assert!(watches.confirm(0, read(value)), "a read");
    value = 6;
    assert!(!watches.confirm(0, read(value)), "a write");
    assert!(watches.confirm(0, read(value)), "a read of the new value");
    assert!(!watches.confirm(1, read(value)), "no such piece");
    let mut writes = with(&[watch(Kind::Write, 0x2000, 4)]);
    assert!(writes.confirm(0, nothing));
}

#[test]
fn guest_registers_keep_their_fixed_bits() {
    let mut guest = GuestView::default();
    guest.write(2, !0).unwrap();
    guest.write(6, 0).unwrap();
    guest.write(7, 0xffff_ffff).unwrap();
    guest.write(4, 1).unwrap();
    assert_eq!(
        (guest.read(2), guest.read(6), guest.read(7)),
        (!0, DR6_RESET, 0xffff_27ff)
    );
    assert_eq!((guest.read(4), guest.read(200)), (0, 0));
    guest.write(6, 0xffff_ffff).unwrap();
    assert_eq!(guest.read(6), 0xffff_efff);
    assert_eq!(guest.write(7, 1 << 32), Err(ReservedBits));
    assert_eq!(guest.write(6, !0), Err(ReservedBits));
    assert_eq!(guest.enabled(), 4);
}

#[test]
fn guest_detect_and_task_switch_are_the_guests() {
    let guest = GuestView {
        dr6: DR6_RESET | 0b11,
        ..GuestView::default()
    };
    let effective = Effective::merge(&Watches::new(), &guest);
    assert_eq!(effective.sort(DR6_BD, &guest).guest, Some(DR6_RESET | DR6_BD));
    assert_eq!(effective.sort(DR6_BT, &guest).guest, Some(DR6_RESET | DR6_BT));
}

proptest! {
    /// Every piece of the debugger is armed once, and the guest gets all registers that are left.
    #[test]
    fn sharing_is_complete(dr7: u64, address: [u64; 4], count in 0..=4u64) {
        let mut watches = Watches::new();
        for number in 0..count {
            watches.insert(watch(Kind::Access, number * 8, 8), 0, nothing).unwrap();
        }
        let guest = GuestView { address, dr6: DR6_RESET, dr7 };
        let effective = Effective::merge(&watches, &guest);
        for piece in 0..count as usize {
            let users = effective.uses.iter().filter(|used| **used == Some(Use::Debugger(piece)));
            prop_assert_eq!(users.count(), 1);
        }
        let theirs = effective.uses.iter().filter(|used| matches!(used, Some(Use::Guest(_)))).count();
        prop_assert_eq!(theirs, guest.enabled().min(4 - count as usize));
        for (number, used) in effective.uses.iter().enumerate() {
            let sorted = effective.sort(1 << number, &guest);
            match used {
                Some(Use::Guest(own)) => {
                    prop_assert_eq!(effective.address[number], guest.address[*own]);
                    prop_assert_eq!(sorted.guest, Some(DR6_RESET | 1 << own));
                }
                Some(Use::Debugger(piece)) => prop_assert_eq!(sorted.watches, 1u8 << piece),
                None => prop_assert_eq!(sorted, Sorted { watches: 0, single_step: false, guest: None }),
            }
        }
    }
}

#[test]
fn two_watches_of_the_same_bytes_are_hit_together() {
    let watches = with(&[watch(Kind::Write, 0x1000, 8), watch(Kind::Access, 0x2000, 4)]);
    let mut guest = GuestView::default();
    guest.write(1, 0x1004).unwrap();
    // Register 1: global, writes, four bytes.
    guest.write(7, 0b10 << 2 | 0b1101 << 20).unwrap();
    let effective = Effective::merge(&watches, &guest);
    let sorted = effective.sort(1 << 1, &guest);
    assert_eq!((sorted.watches, sorted.guest.map(|dr6| dr6 & 0xf)), (1, Some(2)));
    // The other way round an access may have missed the guest's four bytes.
    let own = (0..4)
        .find(|number| effective.address[*number] == 0x1000)
        .unwrap();
    assert_eq!(effective.sort(1 << own, &guest).guest, None);
}

#[test]
fn a_step_that_leads_to_a_breakpoint_has_not_hit_it() {
    let watches = with(&[watch(Kind::Execute, 0x1000, 1)]);
    let mut guest = GuestView::default();
    guest.write(0, 0x1000).unwrap();
    guest.write(7, 0b10).unwrap();
    let effective = Effective::merge(&watches, &guest);
    let both = effective.sort(0xf, &guest);
    assert_eq!((both.watches, both.guest.map(|dr6| dr6 & 0xf)), (1, Some(1)));
    let stepped = effective.sort(0xf | DR6_BS, &guest);
    assert_eq!(
        (stepped.watches, stepped.guest, stepped.single_step),
        (0, None, true)
    );
    assert_eq!((guest.hits(1), guest.hits(2), guest.hits(1 | DR6_BS)), (1, 0, 0));
}

#[test]
fn a_watch_is_known_by_its_first_byte() {
    let watches = with(&[watch(Kind::Write, 0x1004, 8), watch(Kind::Execute, 0x2000, 1)]);
    for (address, watched) in [(0x1004, true), (0x1008, false), (0x1000, false), (0x2000, false)] {
        assert_eq!(watches.watches_at(address), watched, "{address:#x}");
    }
}
