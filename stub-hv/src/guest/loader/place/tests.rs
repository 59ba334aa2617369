//! Plans carried out on simulated memory.

use super::*;
use crate::boot::fake::FakeMemory;
use crate::memory::map::Kind;
use crate::memory::map::Region;
use proptest::prelude::*;

const TOP: u64 = 0x20_0000;

fn map(reserved: &[Range<u64>]) -> MemoryMap {
    let mut map = MemoryMap::from_entries([Region {
        start: 0,
        end: TOP,
        kind: Kind::Usable,
    }])
    .unwrap();
    for range in reserved {
        map.reserve(range.clone()).unwrap();
    }
    map
}

#[test]
fn modules_leave_the_hypervisors_range_and_go_to_the_top() {
    // As QEMU does it: the modules right behind the hypervisor's image, inside of what it reserves.
    let modules = [0x11_0000..0x14_1234, 0x14_2000..0x14_2010];
    let plan = plan_moves(
        &modules,
        &map(core::slice::from_ref(&(0x10_0000..0x18_0000))),
        TOP,
    )
    .unwrap();
    assert_eq!(
        plan.ranges.as_slice(),
        [0x1c_d000..0x1f_e234, 0x1f_f000..0x1f_f010]
    );
    assert_eq!(plan.moves.len(), 2);
    assert_eq!(
        plan.moves[0],
        Move {
            from: 0x14_2000,
            to: 0x1f_f000,
            length: 0x10
        }
    );
}

#[test]
fn what_is_in_place_is_not_moved() {
    let there = [0x1f_f000..0x20_0000, 0x1f_e000..0x1f_f000, 0x5000..0x5000];
    let plan = plan_moves(&there, &map(&[]), TOP).unwrap();
    assert!(plan.moves.is_empty());
    assert_eq!(plan.ranges.as_slice(), there);
}

#[test]
fn too_little_room_is_said() {
    let error = plan_moves(&[0..0x1000, 0x1000..0x9000], &map(&[0..0x9000, 0xa000..TOP]), TOP).unwrap_err();
    assert_eq!(
        error,
        LoadError::NoRoom {
            what: "a module",
            needed: 0x8000,
            available: 0x1000
        }
    );
    let nine: std::vec::Vec<_> = (0..9u64).map(|i| i * 16..i * 16 + 8).collect();
    assert!(matches!(
        plan_moves(&nine, &map(&[]), TOP),
        Err(LoadError::TooManyModules { count: 9, limit: 8 })
    ));
}

prop_compose! {
    /// Disjoint modules in any order, anywhere, page-aligned or not, and reserved ranges, also on top of them.
    fn layout()(
        gaps in proptest::collection::vec((0u64..0x2_8000, 0u64..0x2_8000, any::<bool>()), 0..9),
        reserved in proptest::collection::vec((0u64..TOP, 0u64..0x6_0000), 0..4),
        seed in any::<u64>(),
    ) -> (std::vec::Vec<Range<u64>>, std::vec::Vec<Range<u64>>) {
        let mut at = 0;
        let mut modules = std::vec::Vec::new();
        for (gap, length, aligned) in gaps {
            let start = if aligned { (at + gap).next_multiple_of(PAGE) } else { at + gap };
            if start + length <= TOP && modules.len() < MAX_MODULES {
                modules.push(start..start + length);
                at = start + length;
            }
        }
        let turn = seed as usize % modules.len().max(1);
        modules.rotate_left(turn);
        (modules, reserved.into_iter().map(|(start, length)| start..(start + length).min(TOP)).collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_module_is_damaged((modules, reserved) in layout()) {
        let map = map(&reserved);
        let mut memory = FakeMemory::up_to(TOP);
        let content = |index: usize, range: &Range<u64>| -> std::vec::Vec<u8> {
            range.clone().map(|a| ((a - range.start) / 64) as u8 ^ (index as u8 + 1).wrapping_mul(37)).collect()
        };
        for (index, module) in modules.iter().enumerate() {
            memory.put(module.start, &content(index, module));
        }
        let Ok(plan) = plan_moves(&modules, &map, TOP) else { return Ok(()) };
        plan.run(&mut memory).unwrap();
        for (index, (module, range)) in modules.iter().zip(&plan.ranges).enumerate() {
            prop_assert_eq!(module.end - module.start, range.end - range.start);
            prop_assert!(map.is_usable(range));
            prop_assert!(memory.get(range.start, (range.end - range.start) as usize) == content(index, module));
        }
    }

    #[test]
    fn in_plain_memory_there_is_always_a_plan((modules, _) in layout()) {
        let plan = plan_moves(&modules, &map(&[]), TOP).unwrap();
        prop_assert!(plan.moves.iter().all(|step| step.to.is_multiple_of(PAGE)));
    }
}
