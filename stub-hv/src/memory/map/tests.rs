//! The map against a model: a kind for each of a few hundred addresses.

use super::*;
use proptest::prelude::*;

const KINDS: [Kind; 5] = [
    Kind::Usable,
    Kind::AcpiReclaimable,
    Kind::AcpiNonVolatile,
    Kind::Reserved,
    Kind::Bad,
];

fn region(start: u64, end: u64, kind: Kind) -> Region {
    Region { start, end, kind }
}

#[test]
fn an_overlapping_unsorted_map_becomes_sorted() {
    let map = MemoryMap::from_entries([
        region(0x10_0000, 0x800_0000, Kind::Usable),
        region(0, 0xa_0000, Kind::Usable),
        region(0x9_fc00, 0xa_0000, Kind::Reserved),
        region(0x7fe_0000, 0x801_0000, Kind::AcpiReclaimable),
    ])
    .unwrap();
    let regions: Vec<_> = map.iter().collect();
    assert_eq!(
        regions,
        [
            region(0, 0x9_fc00, Kind::Usable),
            region(0x9_fc00, 0xa_0000, Kind::Reserved),
            region(0x10_0000, 0x7fe_0000, Kind::Usable),
            region(0x7fe_0000, 0x801_0000, Kind::AcpiReclaimable),
        ]
    );
    assert_eq!(map.total_usable(), 0x9_fc00 + 0x7ee_0000);
}

#[test]
fn reserving_splits_and_refuses_when_full() {
    let mut map = MemoryMap::from_entries([region(0, 0x10_0000, Kind::Usable)]).unwrap();
    for i in 0..63 {
        map.reserve(i * 0x1000 + 0x100..i * 0x1000 + 0x200).unwrap();
    }
    assert_eq!(map.len(), 127);
    map.reserve(0xf_f000..0x10_0000).unwrap();
    assert_eq!(map.len(), 128);
    let before = map.clone();
    assert_eq!(map.reserve(0x8_0000..0x8_1000), Err(MapFull));
    assert_eq!(map, before);
    // One that needs no more room still goes in.
    map.reserve(0x100..0x300).unwrap();
    assert!(!map.is_usable(&(0x200..0x300)));
}

#[test]
fn lengths_past_the_end_of_the_address_space_are_cut() {
    let map = MemoryMap::from_entries([Region::from_length(u64::MAX - 10, 100, Kind::Usable)]).unwrap();
    assert_eq!(map.iter().next().unwrap().end, u64::MAX);
    assert_eq!(map.lowest_usable(0..u64::MAX, 5, 4096), None);
}

#[test]
fn type_numbers_survive_a_round_trip() {
    for kind in KINDS {
        assert_eq!(Kind::from_e820(kind.e820()), kind);
    }
    assert_eq!(Kind::from_e820(0), Kind::Reserved);
    assert_eq!(Kind::from_e820(77), Kind::Reserved);
}

prop_compose! {
    fn any_region()(start in 0u64..300, length in 0u64..80, kind in 0usize..5) -> Region {
        region(start, start + length, KINDS[kind])
    }
}

fn model(entries: &[Region]) -> Vec<Option<Kind>> {
    let at = |a| {
        entries
            .iter()
            .filter(|r| r.start <= a && a < r.end)
            .map(|r| r.kind)
            .max()
    };
    (0..400).map(at).collect()
}

proptest! {
    #[test]
    fn the_map_agrees_with_the_model(entries in proptest::collection::vec(any_region(), 0..20)) {
        let map = MemoryMap::from_entries(entries.iter().copied()).unwrap();
        let regions: Vec<_> = map.iter().collect();
        for pair in regions.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
            prop_assert!(pair[0].end < pair[1].start || pair[0].kind != pair[1].kind, "not merged");
        }
        prop_assert!(regions.iter().all(|r| r.start < r.end));
        prop_assert_eq!(model(&regions), model(&entries));
    }

    #[test]
    fn what_is_found_is_the_extreme_usable_range(
        entries in proptest::collection::vec(any_region(), 0..12),
        low in 0u64..200, span in 0u64..200, size in 0u64..40, shift in 0u32..5,
    ) {
        let map = MemoryMap::from_entries(entries.iter().copied()).unwrap();
        let (align, within) = (1u64 << shift, low..low + span);
        let usable = model(&entries);
        let fits = |start: &u64| {
            size > 0 && start.is_multiple_of(align) && start + size <= within.end
                && (*start..start + size).all(|a| usable[a as usize] == Some(Kind::Usable))
        };
        let lowest = within.clone().find(fits).map(|s| s..s + size);
        let highest = within.clone().rev().find(fits).map(|s| s..s + size);
        prop_assert_eq!(map.lowest_usable(within.clone(), size, align), lowest);
        prop_assert_eq!(map.highest_usable(within.clone(), size, align), highest);
        let largest = (1..=span).rev().find(|&s| map.lowest_usable(within.clone(), s, 1).is_some());
        prop_assert_eq!(map.largest_usable(within), largest.unwrap_or(0));
    }
}
