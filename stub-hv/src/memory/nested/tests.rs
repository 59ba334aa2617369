use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fake::FakeFrames;
use super::*;

type Tree = Nested<Npt, FakeFrames>;

const RWX: Permissions = Permissions::all();
const RX: Permissions = Permissions::READ.union(Permissions::EXECUTE);
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

fn tree(frames: usize) -> Tree {
    Nested::new(Npt, FakeFrames::new(frames), true).unwrap()
}

fn at(address: u64) -> GuestPhysical {
    GuestPhysical(address)
}

fn leaf(frame: u64, size: PageSize, permissions: Permissions) -> Option<Leaf> {
    Some(Leaf {
        frame: Frame(frame),
        size,
        permissions,
    })
}

/// What the processor finds from some root, which may be an overlay's.
fn walk(tree: &Tree, root: Frame, address: u64) -> Option<(u64, Permissions)> {
    let mut table = root;
    for level in (1..=4).rev() {
        match Npt.decode(tree.frames.get(table, index(level, address)), level) {
            Decoded::Empty => return None,
            Decoded::Table(next) => table = next,
            Decoded::Leaf { frame, permissions } => {
                return Some((frame.0 + (address & (span(level) - 1) & !0xfff), permissions));
            }
        }
    }
    None
}

/// Tables linked below and including `table`.
fn tables(tree: &Tree, table: Frame, level: u32) -> usize {
    if level == 1 {
        return 1;
    }
    let below = (0..512).filter_map(|slot| match Npt.decode(tree.frames.get(table, slot), level) {
        Decoded::Table(next) => Some(tables(tree, next, level - 1)),
        _ => None,
    });
    1 + below.sum::<usize>()
}

#[test]
fn identity_uses_the_largest_pages() {
    let mut tree = tree(16);
    tree.map_identity(at(0x1000)..at(3 * GIB + 2 * MIB), RWX).unwrap();
    for (address, size) in [
        (0x1000, PageSize::Size4K),
        (0x1f_ffff, PageSize::Size4K),
        (0x20_0000, PageSize::Size2M),
        (GIB - 1, PageSize::Size2M),
        (GIB + 0x1234_5678, PageSize::Size1G),
        (3 * GIB + 1, PageSize::Size2M),
    ] {
        assert_eq!(
            tree.lookup(at(address)),
            leaf(address & !0xfff, size, RWX),
            "{address:#x}"
        );
    }
    assert_eq!(tree.lookup(at(0xfff)), None);
    assert_eq!(tree.lookup(at(3 * GIB + 2 * MIB)), None);
    assert_eq!(tree.lookup(at(u64::MAX)), None);
    // PML4, PDPT, PDs of GiB 0 and 3, PT of the first 2 MiB.
    assert_eq!(tree.frames().used(), 5);
}

#[test]
fn without_gigabyte_pages_there_are_none() {
    let mut tree = Nested::new(Npt, FakeFrames::new(16), false).unwrap();
    tree.map_identity(at(0)..at(GIB), RWX).unwrap();
    assert_eq!(tree.lookup(at(0)).unwrap().size, PageSize::Size2M);
    assert_eq!(tree.map_on_demand(at(5 * GIB)), Ok(PageSize::Size2M));
    tree.remap(at(0x5000), Frame(0x9000), RX).unwrap();
    tree.restore(at(0x5000)).unwrap();
    assert_eq!(tree.lookup(at(0)).unwrap().size, PageSize::Size2M);
}

/// An encoding with a memory type change at 3 MiB.
struct Typed;

impl Encoding for Typed {
    fn table(&self, table: Frame) -> u64 {
        Npt.table(table)
    }
    fn leaf(&self, frame: Frame, size: PageSize, permissions: Permissions) -> u64 {
        Npt.leaf(frame, size, permissions)
    }
    fn decode(&self, entry: u64, level: u32) -> Decoded {
        Npt.decode(entry, level)
    }
    fn uniform(&self, start: Frame, size: PageSize) -> bool {
        !(start.0 < 3 * MIB && start.0 + size.bytes() > 3 * MIB)
    }
}

#[test]
fn no_page_spans_two_memory_types() {
    let mut tree = Nested::new(Typed, FakeFrames::new(16), true).unwrap();
    tree.map_identity(at(0)..at(2 * GIB), RWX).unwrap();
    let size = |tree: &Nested<Typed, FakeFrames>, address| tree.lookup(at(address)).unwrap().size;
    assert_eq!(size(&tree, 0), PageSize::Size2M);
    assert_eq!(size(&tree, 2 * MIB), PageSize::Size4K);
    assert_eq!(size(&tree, GIB), PageSize::Size1G);
    tree.restore(at(2 * MIB)).unwrap();
    assert_eq!(size(&tree, 2 * MIB), PageSize::Size4K);
}

#[test]
fn one_page_is_carved_out_and_grows_back() {
    let mut tree = tree(16);
    tree.map_identity(at(0)..at(4 * GIB), RWX).unwrap();
    let before = tree.frames().used();
    let page = GIB + 0x123_4000;
    tree.set_permissions(at(page + 0x10), RX).unwrap();
    assert_eq!(tree.lookup(at(page)), leaf(page, PageSize::Size4K, RX));
    assert_eq!(
        tree.lookup(at(page - 1)),
        leaf(page - 4096, PageSize::Size4K, RWX)
    );
    assert_eq!(tree.lookup(at(GIB)), leaf(GIB, PageSize::Size2M, RWX));
    assert_eq!(tree.frames().used(), before + 2);
    tree.remap(at(page), Frame(0x5000), Permissions::READ).unwrap();
    assert_eq!(
        tree.lookup(at(page)),
        leaf(0x5000, PageSize::Size4K, Permissions::READ)
    );
    tree.set_permissions(at(page), Permissions::empty()).unwrap();
    assert_eq!(
        tree.lookup(at(page)),
        leaf(0x5000, PageSize::Size4K, Permissions::empty())
    );
    tree.restore(at(page)).unwrap();
    assert_eq!(tree.lookup(at(page)), leaf(page, PageSize::Size1G, RWX));
    assert_eq!(tree.frames().used(), before);
}

#[test]
fn two_carved_pages_keep_their_table() {
    let mut tree = tree(16);
    tree.map_identity(at(0)..at(GIB), RWX).unwrap();
    tree.set_permissions(at(0x1000), RX).unwrap();
    tree.set_permissions(at(0x9000), RX).unwrap();
    tree.restore(at(0x1000)).unwrap();
    assert_eq!(tree.lookup(at(0x9000)), leaf(0x9000, PageSize::Size4K, RX));
    assert_eq!(tree.lookup(at(0x1000)), leaf(0x1000, PageSize::Size4K, RWX));
    tree.restore(at(0x9000)).unwrap();
    assert_eq!(tree.lookup(at(0x9000)), leaf(0x9000, PageSize::Size1G, RWX));
}

#[test]
fn hidden_memory_reads_ff_and_refuses_writes() {
    let mut tree = tree(32);
    tree.map_identity(at(0)..at(4 * GIB), RWX).unwrap();
    tree.hide(at(GIB + 0x1000)..at(GIB + 4 * MIB)).unwrap();
    let hidden = tree.lookup(at(GIB + 3 * MIB)).unwrap();
    assert_eq!((hidden.size, hidden.permissions), (PageSize::Size4K, RX));
    assert!((0..512).all(|index| tree.frames().get(hidden.frame, index) == u64::MAX));
    assert!(tree.is_hidden(at(GIB + 0x1000)) && !tree.is_hidden(at(GIB)));
    assert!(!tree.is_hidden(at(GIB + 4 * MIB)));
    let used = tree.frames().used();
    tree.hide(at(0x1000)..at(0x2000)).unwrap();
    assert_eq!(tree.lookup(at(0x1000)).unwrap().frame, hidden.frame);
    assert_eq!(tree.frames().used(), used + 2);
}

#[test]
fn unmapping_frees_tables() {
    let mut tree = tree(32);
    tree.map_identity(at(0x1000)..at(4 * GIB - 0x1000), RWX).unwrap();
    tree.unmap(at(0)..at(512 * GIB)).unwrap();
    assert_eq!(tree.lookup(at(GIB)), None);
    assert_eq!(tree.frames().used(), 1);
    tree.unmap(at(0x1000)..at(0x2000)).unwrap();
    assert_eq!(tree.frames().used(), 1);
}

#[test]
fn devices_are_mapped_when_touched() {
    let mut tree = tree(16);
    tree.map_identity(at(0)..at(GIB + 0x1000), RWX).unwrap();
    assert_eq!(tree.map_on_demand(at(0xfee0_0123)), Ok(PageSize::Size1G));
    assert_eq!(tree.map_on_demand(at(0xfee0_0123)), Ok(PageSize::Size1G));
    assert_eq!(tree.map_on_demand(at(GIB + 0x40_0000)), Ok(PageSize::Size2M));
    assert_eq!(tree.map_on_demand(at(GIB + 0x1000)), Ok(PageSize::Size4K));
    assert_eq!(tree.map_on_demand(at(700 * GIB)), Ok(PageSize::Size1G));
    assert_eq!(
        tree.lookup(at(700 * GIB + 0x5432)).unwrap().frame,
        Frame(700 * GIB + 0x5000)
    );
    assert_eq!(tree.map_on_demand(at(1 << 48)), Err(NestedError::OutOfRange));
}

#[test]
fn bad_requests_are_refused() {
    let mut tree = tree(16);
    assert_eq!(
        tree.map_identity(at(1)..at(0x1000), RWX),
        Err(NestedError::Misaligned)
    );
    assert_eq!(
        tree.map_identity(at(0x2000)..at(0x1000), RWX),
        Err(NestedError::Misaligned)
    );
    assert_eq!(
        tree.map_identity(at(0)..at((1 << 48) + 4096), RWX),
        Err(NestedError::OutOfRange)
    );
    assert_eq!(
        tree.remap(at(1 << 48), Frame(0), RWX),
        Err(NestedError::OutOfRange)
    );
    assert_eq!(tree.set_permissions(at(0), RX), Err(NestedError::Unmapped));
    assert_eq!(tree.map_identity(at(0)..at(0), RWX), Ok(()));
}

#[test]
fn running_out_of_frames_changes_nothing_visible() {
    // Root, PDPT, PD: none left for the page table.
    let mut tree = tree(3);
    tree.map_identity(at(0)..at(GIB), RWX).unwrap();
    assert_eq!(
        tree.set_permissions(at(0x1000), RX),
        Err(NestedError::OutOfFrames)
    );
    assert_eq!(
        tree.lookup(at(0x1000)).map(|leaf| (leaf.frame, leaf.permissions)),
        Some((Frame(0x1000), RWX))
    );
    assert!(tree.new_overlay().is_err());
    tree.merge(at(0));
    assert_eq!(tree.frames().used(), 2);
}

#[test]
fn an_overlay_differs_in_one_page() {
    let mut tree = tree(32);
    tree.map_identity(at(0)..at(4 * GIB), RWX).unwrap();
    tree.set_permissions(at(0x3000), RX).unwrap();
    let mut overlay = tree.new_overlay().unwrap();
    let used = tree.frames().used();
    // Beside a carved-out page, in a large page, in the same one again, and where nothing is mapped.
    for page in [0x4000, 2 * GIB + 0x1000, 2 * GIB + 0x5000, 9 * GIB, 0x3000] {
        tree.overlay(&mut overlay, at(page), Frame(0xabc_d000), RX)
            .unwrap();
        assert_eq!(walk(&tree, overlay.root(), page), Some((0xabc_d000, RX)));
        for other in [
            0,
            0x3000,
            0x4000,
            2 * MIB,
            2 * GIB + 0x1000,
            2 * GIB + 0x5000,
            3 * GIB,
            9 * GIB,
        ] {
            if other != page {
                let shared = walk(&tree, tree.root(), other);
                assert_eq!(walk(&tree, overlay.root(), other), shared, "{page:#x} {other:#x}");
            }
        }
    }
    // A change of the shared tree is seen at the next use, although the page is the same.
    tree.set_permissions(at(0x8000), Permissions::READ).unwrap();
    tree.overlay(&mut overlay, at(0x3000), Frame(0xabc_d000), RX)
        .unwrap();
    assert_eq!(
        walk(&tree, overlay.root(), 0x8000),
        Some((0x8000, Permissions::READ))
    );
    assert_eq!(tree.frames().used(), used);
    tree.free_overlay(overlay);
    assert_eq!(tree.frames().used(), used - 4);
}

#[derive(Clone, Debug)]
enum Op {
    Identity(u64, u64, u8),
    Unmap(u64, u64),
    Hide(u64, u64),
    Remap(u64, u64, u8),
    Permissions(u64, u8),
    Restore(u64),
    OnDemand(u64),
    Merge(u64),
}

/// Pages near interesting borders: 0, 2 MiB, 1 GiB, 512 GiB.
fn page() -> impl Strategy<Value = u64> {
    (
        prop::sample::select(vec![0, 512, 1024, 1 << 18, (1 << 27) - 1024]),
        0u64..1100,
    )
        .prop_map(|(base, offset)| base + offset)
}

fn op() -> impl Strategy<Value = Op> {
    let length = prop_oneof![0u64..5, Just(512u64), 500u64..1100];
    prop_oneof![
        (page(), length.clone(), 0u8..8).prop_map(|(a, n, p)| Op::Identity(a, n, p)),
        (page(), length.clone()).prop_map(|(a, n)| Op::Unmap(a, n)),
        (page(), length).prop_map(|(a, n)| Op::Hide(a, n)),
        (page(), page(), 0u8..8).prop_map(|(a, f, p)| Op::Remap(a, f, p)),
        (page(), 0u8..8).prop_map(|(a, p)| Op::Permissions(a, p)),
        page().prop_map(Op::Restore),
        page().prop_map(Op::OnDemand),
        page().prop_map(Op::Merge),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_tree_agrees_with_a_naive_map(ops in prop::collection::vec(op(), 1..40), gigabyte: bool) {
        let mut tree = Nested::new(Npt, FakeFrames::new(10_000), gigabyte).unwrap();
        let mut model: BTreeMap<u64, (u64, Permissions)> = BTreeMap::new();
        let mut demanded = Vec::new();
        let mut on_demand = false;
        let range = |a: u64, n: u64| at(a << 12)..at((a + n) << 12);
        for op in ops {
            match op {
                Op::Identity(a, n, p) => {
                    let p = Permissions::from_bits_truncate(p);
                    tree.map_identity(range(a, n), p).unwrap();
                    model.extend((a..a + n).map(|page| (page, (page << 12, p))));
                }
                Op::Unmap(a, n) => {
                    tree.unmap(range(a, n)).unwrap();
                    model.retain(|page, _| !(a..a + n).contains(page));
                    demanded.retain(|page| !(a..a + n).contains(page));
                }
                Op::Hide(a, n) => {
                    tree.hide(range(a, n)).unwrap();
                    let blank = tree.blank.unwrap().0;
                    model.extend((a..a + n).map(|page| (page, (blank, RX))));
                }
                Op::Remap(a, frame, p) => {
                    let p = Permissions::from_bits_truncate(p);
                    tree.remap(at(a << 12), Frame(frame << 12), p).unwrap();
                    model.insert(a, (frame << 12, p));
                }
                Op::Permissions(a, p) => {
                    let p = Permissions::from_bits_truncate(p);
                    let known = tree.lookup(at(a << 12));
                    prop_assert_eq!(tree.set_permissions(at(a << 12), p).is_ok(), known.is_some());
                    if let Some(leaf) = known {
                        model.insert(a, (leaf.frame.0, p));
                    }
                }
                Op::Restore(a) => {
                    tree.restore(at(a << 12)).unwrap();
                    model.insert(a, (a << 12, RWX));
                }
                Op::OnDemand(a) => {
                    tree.map_on_demand(at(a << 12)).unwrap();
                    demanded.push(a);
                    on_demand = true;
                }
                Op::Merge(a) => tree.merge(at(a << 12)),
            }
            for page in (0..2200).chain(1 << 18..(1 << 18) + 2200).chain((1 << 27) - 1024..(1 << 27) + 1100) {
                let found = tree.lookup(at(page << 12)).map(|leaf| (leaf.frame.0, leaf.permissions));
                match model.get(&page) {
                    Some(expected) => prop_assert_eq!(found.as_ref(), Some(expected), "page {:#x}", page),
                    // Mapping on demand may have mapped pages the model does not list, but only to themselves.
                    None if on_demand => {
                        prop_assert!(found.is_none_or(|found| found == (page << 12, RWX)));
                    }
                    None => prop_assert_eq!(found, None, "page {:#x}", page),
                }
            }
            for page in &demanded {
                prop_assert!(tree.lookup(at(page << 12)).is_some());
            }
        }
        let linked = tables(&tree, tree.root(), 4) + usize::from(tree.blank.is_some());
        prop_assert_eq!(tree.frames().used(), linked);
    }
}
