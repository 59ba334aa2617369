//! Guest memory, virtual and physical, and the questions about it.

use anyhow::Result;
use e2e::remote::{hex, unhex};
use xtask::rsp::encode;

use super::common::{DATA, tour};

/// The low 4 GiB once more.
const ALIAS: u64 = 0xffff_8000_0000_0000;
/// Not mapped by the guest.
const UNMAPPED: u64 = 0x0000_1234_5000_0000;
const NOT_CANONICAL: u64 = 0x8000_0000_0000_0000;
/// In the 16 MiB that the hypervisor keeps at the top of 256 MiB.
const HIDDEN: u64 = 0x0f00_0000;

#[test]
fn memory_is_read_and_written_and_errors_end_nothing() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    let client = &mut stand.client;
    let pattern: Vec<u8> = (0..9000u32).map(|i| ((i * 31) >> 3) as u8).collect();
    for (at, chunk) in (DATA - 100..).step_by(1000).zip(pattern.chunks(1000)) {
        client.write_memory(at, chunk)?;
    }
    assert_eq!(client.read_memory(DATA - 100, pattern.len())?, pattern);
    // The same frames under another address, which the debugger's writes go to as well.
    assert_eq!(client.read_memory(ALIAS + DATA - 100, pattern.len())?, pattern);
    client.write_memory(ALIAS + DATA, b"\x01\x02\x03")?;
    assert_eq!(client.read_memory(DATA, 3)?, [1, 2, 3]);
    // Binary writes, escapes included, and binary reads.
    client.send_raw(&encode_binary(DATA, b"#$}*\x03\0ab"))?;
    assert_eq!(client.receive()?, b"OK");
    assert_eq!(client.read_memory(DATA, 8)?, b"#$}*\x03\0ab");
    let reply = client.request(format!("x{DATA:x},8").as_bytes())?;
    assert!(reply.ends_with(b"#$}*\x03\0ab"), "{reply:?}");
    for wrong in [UNMAPPED, NOT_CANONICAL, 0xffff_c000_0000_0000] {
        for packet in [
            format!("m{wrong:x},4"),
            format!("M{wrong:x},2:aabb"),
            format!("qCRC:{wrong:x},10"),
            format!("Z0,{wrong:x},1"),
        ] {
            let reply = client.ask(&packet)?;
            assert!(reply.starts_with('E'), "{packet}: {reply}");
        }
    }
    // A read that runs into a hole gives what is there.
    let reply = client.ask("mfffffffe,8")?;
    assert!(reply.len() <= 4 || reply.len() == 16, "{reply}");
    assert!(client.rip()? != 0);
    // The hypervisor's own memory is not shown and not changed.
    for packet in [format!("m{HIDDEN:x},40"), format!("M{HIDDEN:x},4:00000000")] {
        assert!(client.ask(&packet)?.starts_with('E'), "{packet}");
    }
    client.status("version")?;
    Ok(())
}

fn encode_binary(address: u64, bytes: &[u8]) -> Vec<u8> {
    let mut body = format!("X{address:x},{:x}:", bytes.len()).into_bytes();
    for &byte in bytes {
        match byte {
            b'#' | b'$' | b'}' | b'*' => body.extend([b'}', byte ^ 0x20]),
            other => body.push(other),
        }
    }
    // The body is escaped already: only its frame is missing.
    let sum = body.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
    let mut packet = encode(b"");
    packet.truncate(1);
    packet.extend(body);
    packet.extend(format!("#{sum:02x}").bytes());
    packet
}

#[test]
fn memory_questions() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    let leaf = stand.symbols.get("leaf")?;
    let client = &mut stand.client;
    let region = client.ask(&format!("qMemoryRegionInfo:{leaf:x}"))?;
    let start = field(&region, "start");
    assert!(start <= leaf && leaf < start + field(&region, "size"), "{region}");
    let permissions = region.split(';').find(|part| part.starts_with("permissions:"));
    assert!(
        permissions.is_some_and(|text| text.contains('r') && text.contains('x')),
        "{region}"
    );
    let hole = client.ask(&format!("qMemoryRegionInfo:{UNMAPPED:x}"))?;
    assert!(
        !hole.contains("permissions:r") && field(&hole, "start") <= UNMAPPED,
        "{hole}"
    );
    assert!(UNMAPPED < field(&hole, "start") + field(&hole, "size"), "{hole}");
    // A walk from region to region comes to the end of the address space.
    let mut at = 0u64;
    let mut regions = 0;
    loop {
        let region = client.ask(&format!("qMemoryRegionInfo:{at:x}"))?;
        regions += 1;
        let Some(next) = field(&region, "start").checked_add(field(&region, "size")) else {
            break;
        };
        if next == 0 {
            break;
        }
        assert!(next > at, "{region}");
        at = next;
        assert!(regions < 4000, "{region}");
    }
    // Search and checksum.
    client.write_memory(DATA, &[0; 64])?;
    client.write_memory(DATA + 40, b"needle")?;
    let found = client.ask(&format!("qSearch:memory:{DATA:x};1000;needle"))?;
    assert_eq!(found, format!("1,{:x}", DATA + 40));
    let missing = client.ask(&format!("qSearch:memory:{DATA:x};20;needle"))?;
    assert_eq!(missing, "0");
    let bytes = client.read_memory(leaf, 32)?;
    let sum = client.ask(&format!("qCRC:{leaf:x},20"))?;
    assert_eq!(sum, format!("C{:08x}", crc(&bytes)), "{}", hex(&bytes));
    Ok(())
}

/// gdb's checksum (manual, "Separate Debug Files" names the polynomial; the initial value is all ones).
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            if crc >> 31 == 1 {
                crc << 1 ^ 0x04c1_1db7
            } else {
                crc << 1
            }
        })
    })
}

fn field(region: &str, name: &str) -> u64 {
    let value = region
        .split(';')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
    value
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .unwrap_or(0)
}

#[test]
fn physical_addresses() -> Result<()> {
    let mut stand = tour("only=calls period=1", 1)?;
    let client = &mut stand.client;
    client.write_memory(DATA, b"physical")?;
    assert_eq!(client.ask("qqemu.PhyMemMode")?, "0");
    client.must("Qqemu.PhyMemMode:1")?;
    assert_eq!(client.ask("qqemu.PhyMemMode")?, "1");
    assert_eq!(client.monitor("phys")?, "physical-memory: on\n");
    assert_eq!(client.read_memory(DATA, 8)?, b"physical");
    // An address that only paging knows is none now.
    assert!(client.ask(&format!("m{:x},4", ALIAS + DATA))?.starts_with('E'));
    client.write_memory(DATA, b"PHYSICAL")?;
    assert!(client.ask(&format!("m{HIDDEN:x},10"))?.starts_with('E'));
    client.must("Qqemu.PhyMemMode:0")?;
    assert_eq!(client.read_memory(ALIAS + DATA, 8)?, b"PHYSICAL");
    assert_eq!(client.monitor("phys on")?, "physical-memory: on\n");
    assert_eq!(client.ask("qqemu.PhyMemMode")?, "1");
    let reply = client.ask(&format!("m{:x},4", ALIAS + DATA))?;
    assert!(unhex(&reply).is_none(), "{reply}");
    assert_eq!(client.monitor("phys off")?, "physical-memory: off\n");
    assert_eq!(client.read_memory(ALIAS + DATA, 8)?, b"PHYSICAL");
    Ok(())
}
