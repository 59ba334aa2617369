use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const PLACE: u32 = 0x10_0000;
const MIB: u64 = 0x10_0000;

/// A segment to load: physical address, bytes, size in memory.
type Segment<'a> = (u64, &'a [u8], u64);

/// An ELF64 file as the linker makes it, linked high.
fn elf64(entry: u64, segments: &[Segment<'_>]) -> Vec<u8> {
    let mut file = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0];
    file.resize(16, 0);
    file.extend([2_u16, 62].iter().flat_map(|half| half.to_le_bytes()));
    file.extend(1_u32.to_le_bytes());
    file.extend([entry, 64, 0].iter().flat_map(|long| long.to_le_bytes()));
    file.extend(0_u32.to_le_bytes());
    let halves = [64, 56, segments.len() as u16, 0, 0, 0];
    file.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
    let mut offset = 64 + 56 * segments.len() as u64;
    for &(address, bytes, memory) in segments {
        file.extend([1_u32, 7].iter().flat_map(|word| word.to_le_bytes()));
        let high = 0xffff_8000_0000_0000 + address;
        let longs = [offset, high, address, bytes.len() as u64, memory, 1];
        file.extend(longs.iter().flat_map(|long| long.to_le_bytes()));
        offset += bytes.len() as u64;
    }
    for (_, bytes, _) in segments {
        file.extend_from_slice(bytes);
    }
    file
}

/// An unpacker that is little more than its header.
fn unpacker() -> Vec<u8> {
    let fields = [
        MAGIC,
        0x10003,
        0,
        PLACE,
        PLACE,
        0,
        0,
        PLACE + 48,
        0,
        0,
        0,
        0,
        0xf4,
    ];
    let bytes: Vec<u8> = fields.iter().flat_map(|word| word.to_le_bytes()).collect();
    elf64((PLACE + 48).into(), &[(PLACE.into(), &bytes, bytes.len() as u64)])
}

fn error(unpacker: &[u8], hypervisor: &[u8]) -> String {
    format!("{:#}", pack(unpacker, hypervisor).unwrap_err())
}

/// What `unpack.s` does, step by step, with memory beyond the output that it may spoil.
fn unpack(mut packed: &[u8], size: usize) -> Vec<u8> {
    fn long(packed: &mut &[u8], nibble: u8) -> usize {
        let mut length = usize::from(nibble);
        if nibble == 15 {
            loop {
                let (&more, rest) = packed.split_first().unwrap();
                *packed = rest;
                length += usize::from(more);
                if more != 255 {
                    break;
                }
            }
        }
        length
    }
    let mut out = vec![0xee; size + SLACK as usize];
    let mut at = 0;
    loop {
        let (&token, rest) = packed.split_first().unwrap();
        packed = rest;
        if token >> 4 != 0 {
            let literals = long(&mut packed, token >> 4);
            for step in (0..literals).step_by(4) {
                for byte in step..step + 4 {
                    // Past the packed block lies whatever it may be.
                    out[at + byte] = packed.get(byte).copied().unwrap_or(0xee);
                }
            }
            packed = &packed[literals..];
            at += literals;
            if at >= size {
                break;
            }
        }
        let distance = usize::from(u16::from_le_bytes([packed[0], packed[1]]));
        packed = &packed[2..];
        let length = long(&mut packed, token & 15) + 4;
        if distance < 4 {
            for byte in at..at + length {
                out[byte] = out[byte - distance];
            }
        } else {
            for step in (at..at + length).step_by(4) {
                out.copy_within(step - distance..step - distance + 4, step);
            }
        }
        at += length;
    }
    assert_eq!((at, packed.len()), (size, 0));
    out.truncate(size);
    out
}

#[test]
fn the_image_comes_out_as_it_was() {
    let text: Vec<u8> = (0..5000_u32).map(|n| ((n / 9 * n) >> 9) as u8).collect();
    let data = [7; 0x123];
    let hypervisor = elf64(
        2 * MIB + 8,
        &[
            (2 * MIB + 0x2000, &data, 0x4567),
            (2 * MIB, &text, 0x1400),
            (0, &[], 0),
        ],
    );
    let file = pack(&unpacker(), &hypervisor).unwrap();
    let packed = Loaded::read(&file).unwrap();
    assert_eq!((packed.start, packed.entry), (PLACE, PLACE + 48));
    let end = packed.end().unwrap();
    let fields: Vec<u32> = (0..field::COUNT)
        .map(|field| word(&packed.bytes, field).unwrap())
        .collect();
    let base = 2 * PLACE;
    let (unpacked_end, cleared_end) = (base + 0x2130, base + 0x6570);
    assert_eq!(fields[..5], [MAGIC, 0x10003, 0, PLACE, PLACE]);
    assert_eq!(fields[5..8], [end, cleared_end + 4, PLACE + 48]);
    assert_eq!(fields[8..], [base, unpacked_end, cleared_end, base + 8]);
    assert_eq!(packed.memory_end, cleared_end + 4);

    let block = &packed.bytes[52..];
    assert!(block.len() < text.len());
    let mut want = text.clone();
    want.resize(0x2000, 0);
    want.extend(data);
    want.resize(0x2130, 0);
    assert_eq!(lz4_flex::block::decompress(block, want.len()).unwrap(), want);
    assert_eq!(unpack(block, want.len()), want);
}

#[test]
fn a_boot_loader_finds_the_header_and_one_segment() {
    let file = pack(&unpacker(), &elf64(2 * MIB, &[(2 * MIB, &[1; 64], 64)])).unwrap();
    assert_eq!(file[..5], [0x7f, b'E', b'L', b'F', 1]);
    let header = file[..file.len().min(8192)]
        .chunks_exact(4)
        .position(|word| word == MAGIC.to_le_bytes());
    assert_eq!(header, Some(0x1000 / 4));
    let elf = ::elf::ElfBytes::<::elf::endian::LittleEndian>::minimal_parse(&file).unwrap();
    let segments: Vec<_> = elf.segments().unwrap().iter().collect();
    assert_eq!(segments.len(), 1);
    assert_eq!(segments[0].p_offset, 0x1000);
    assert_eq!(segments[0].p_filesz, file.len() as u64 - 0x1000);
}

#[test]
fn what_does_not_fit_below_the_hypervisor_is_refused() {
    // Bytes without a pattern stay as they are.
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..MIB)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let message = error(&unpacker(), &elf64(2 * MIB, &[(2 * MIB, &noise, MIB)]));
    assert!(
        message.contains("the packed image would be loaded at 0x100000-0x20") && message.contains("link.ld"),
        "{message}"
    );
    let message = error(&unpacker(), &elf64(0, &[(0, &[1; 64], 64)]));
    assert!(message.contains("unpacked to 0x0"), "{message}");
    let high = 0xffff_fff0;
    let message = error(&unpacker(), &elf64(high, &[(high, &[1], 1)]));
    assert!(message.contains("too near to 4 GiB"), "{message}");
}

#[test]
fn what_is_no_image_is_refused() {
    let good = elf64(2 * MIB, &[(2 * MIB, &[1; 64], 64)]);
    for (hypervisor, want) in [
        (b"MZ".to_vec(), "the hypervisor: not an ELF file"),
        (elf64(0, &[]), "nothing to load"),
        (elf64(0, &[(0, &[], 0)]), "nothing to load"),
        (elf64(MIB, &[(2 * MIB, &[1; 64], 64)]), "entry 0x100000"),
        (elf64(2 * MIB, &[(2 * MIB, &[1; 64], 63)]), "overlaps"),
        (
            elf64(
                2 * MIB,
                &[(2 * MIB, &[1; 64], 0x80), (2 * MIB + 0x7f, &[1; 64], 64)],
            ),
            "overlaps",
        ),
        (elf64(1 << 32, &[(1 << 32, &[1; 64], 64)]), "beyond 4 GiB"),
        (
            elf64(2 * MIB + 8, &[(2 * MIB + 8, &[1; 64], 64)]),
            "multiple of 16",
        ),
        (good[..130].to_vec(), "not in the file"),
    ] {
        let message = error(&unpacker(), &hypervisor);
        assert!(message.contains(want), "{want}: {message}");
    }
    assert!(error(b"MZ", &good).contains("the unpacker: not an ELF file"));
    // As unpacker a file without a header, and one that is packed already.
    assert!(error(&good, &good).contains("multiboot header"));
    let packed = pack(&unpacker(), &good).unwrap();
    assert!(error(&packed, &good).contains("multiboot header"));
}

proptest! {
    #[test]
    fn the_unpacker_can_read_every_block(
        pieces in vec((vec(any::<u8>(), 1..40), 1..60_usize), 1..40),
    ) {
        let mut image: Vec<u8> = pieces.iter().flat_map(|(piece, times)| piece.repeat(*times)).collect();
        image.resize(image.len().next_multiple_of(STEP as usize), 0);
        let block = lz4_flex::block::compress(&image);
        prop_assert_eq!(&unpack(&block, image.len()), &image);
        prop_assert_eq!(lz4_flex::block::decompress(&block, image.len()).unwrap(), image);
    }
}
