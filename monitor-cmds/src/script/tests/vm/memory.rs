//! Guest memory.

use super::World;
use super::fails;
use alloc::format;

fn world() -> World {
    let mut world = World::new();
    world
        .guest
        .map(0x1000, &[0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    world
        .guest
        .map_physical(0x1000, &[0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11]);
    world
}

#[test]
fn reads() {
    for (call, value) in [
        ("poi(1000)", 0x1122_3344_5566_7788),
        ("dq(1000)", 0x1122_3344_5566_7788),
        ("dd(1000)", 0x5566_7788),
        ("dw(1000)", 0x7788),
        ("db(1000)", 0x88),
        ("hi(1000)", 0x5566),
        ("low(1000)", 0x7788),
        ("poi_pa(1000)", 0x1112_1314_1516_1718),
        ("dq_pa(1000)", 0x1112_1314_1516_1718),
        ("dd_pa(1000)", 0x1516_1718),
        ("dw_pa(1000)", 0x1718),
        ("db_pa(1000)", 0x18),
        ("hi_pa(1000)", 0x1516),
        ("low_pa(1000)", 0x1718),
        ("*1000", 0x1122_3344_5566_7788),
        ("*(int *)1000", 0x5566_7788),
        ("*(char *)1000", -0x78_i64 as u64),
        ("((short *)1000)[1]", 0x5566),
        ("check_address(1007)", 1),
        ("check_address(1008)", 0),
        ("check_address(0)", 0),
    ] {
        let mut world = world();
        world.run(&format!("test_statement({call});")).unwrap();
        assert_eq!(world.control.tested, [value], "{call}");
    }
}

#[test]
fn a_bad_address_ends_the_script() {
    for (call, function, address) in [
        ("poi(0)", "POI", "0"),
        ("dq(1001)", "DQ", "1008"),
        ("dq(1004)", "DQ", "1008"),
        ("dd(1005)", "DD", "1008"),
        ("db(fff)", "DB", "fff"),
        ("hi(1004)", "HI", "1008"),
        ("low(1004)", "LOW", "1008"),
        ("poi_pa(ffffffffffffffff)", "POI_PA", "ffffffffffffffff"),
        ("db_pa(1234)", "DB_PA", "1234"),
        ("*1234", "POI", "1234"),
        ("*(int *)1006", "POI", "1008"),
    ] {
        let mut world = world();
        let error = world
            .run(&format!("test_statement(1); x = {call}; test_statement(2);"))
            .unwrap_err();
        assert_eq!(
            error,
            format!(
                "Err, ScriptEngineExecute, function = FUNC_{function}: address {address} is not accessible"
            )
        );
        assert_eq!(world.control.tested, [1], "{call}");
    }
    assert!(fails("*1234 = 5;").ends_with("FUNC_MOV: address 1234 is not accessible"));
}

#[test]
fn writes() {
    let mut world = world();
    world
        .run(
            "test_statement(eb(1000, 1ff)); test_statement(ed(1004, aabbccdd)); test_statement(eq(1001, 0)); \
             test_statement(eq(9000, 0)); test_statement(eb_pa(1000, 5)); test_statement(eq_pa(1000, 6)); \
             test_statement(ed_pa(1234, 7)); test_statement(eb(ffffffffffffffff, 0));",
        )
        .unwrap();
    // A write that fails may have done a part of its work.
    assert_eq!(world.control.tested, [1, 1, 0, 0, 1, 1, 0, 0]);
    assert_eq!(world.guest.memory[&0x1000], 0xff);
    assert_eq!(world.guest.physical[&0x1000], 6);
    world
        .run("*1000 = 1122334455667788; *(short *)1002 = ffff; x = 1000; x = x + 4; *x = 0;")
        .unwrap_err();
    assert_eq!(world.guest.memory[&0x1001], 0x77);
    assert_eq!(world.guest.memory[&0x1003], 0xff);
}

#[test]
fn copies() {
    let mut world = world();
    world.guest.map(0x2000, &[0; 0x100]);
    world.guest.map_physical(0x3000, &[0; 8]);
    world
        .run(
            "memcpy(2000, 1000, 8); memcpy(20f9, 1001, 7); int v[2] = {1, 2}; memcpy(&v, 2000, 8); \
             test_statement(v[1]); v[0] = 5; memcpy(2010, &v, 8); memcpy(&.g, 1000, 8); test_statement(.g); \
             memcpy_pa(3000, 1000, 8); memcpy_pa(3000, 1000, 0);",
        )
        .unwrap();
    assert_eq!(world.control.tested, [0x1122_3344, 0x1122_3344_5566_7788]);
    assert_eq!(world.guest.memory[&0x2007], 0x11);
    assert_eq!(world.guest.memory[&0x20ff], 0x11);
    assert_eq!(world.guest.memory[&0x2010], 5);
    assert_eq!(world.guest.physical[&0x3007], 0x11);
    for (source, text) in [
        (
            "memcpy(2000, 1000, 0);",
            "FUNC_MEMCPY: there are no bytes to copy",
        ),
        (
            "memcpy(2000, 1000, 9);",
            "FUNC_MEMCPY: address 1008 is not accessible",
        ),
        (
            "memcpy(5000, 1000, 8);",
            "FUNC_MEMCPY: address 5000 is not accessible",
        ),
        (
            "memcpy_pa(5000, 1000, 8);",
            "FUNC_MEMCPY_PA: address 5000 is not accessible",
        ),
        (
            "memcpy(2000, 1000, ffffffffffffffff);",
            "FUNC_MEMCPY: address 1008 is not accessible",
        ),
    ] {
        let error = world.run(source).unwrap_err();
        assert!(error.ends_with(text), "{source}: {error}");
    }
}

#[test]
fn translation() {
    let mut world = world();
    world.guest.pages.insert(0x7000, 0x1000);
    world
        .run(
            "test_statement(virtual_to_physical(7123)); test_statement(virtual_to_physical(8000)); \
             test_statement(physical_to_virtual(1123)); test_statement(physical_to_virtual(5000));",
        )
        .unwrap();
    assert_eq!(world.control.tested, [0x1123, 0, 0x7123, 0]);
}
