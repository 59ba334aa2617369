//! The setup header of a bzImage, and what it says about loading (Linux documentation, "The Linux/x86 Boot
//! Protocol", section "The Real-Mode Kernel Header").

use crate::guest::loader::FOUR_GIB;
use crate::guest::loader::LoadError;
use crate::guest::loader::PAGE;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::little_endian::U16;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// Where the header starts, in the file and in `boot_params` alike.
pub(super) const OFFSET: usize = 0x1f1;

const BOOT_FLAG: u16 = 0xaa55;
const MAGIC: u32 = u32::from_le_bytes(*b"HdrS");

/// The header's length byte counts from here.
const LENGTH_BASE: usize = 0x202;

/// The oldest protocol with all fields the 64-bit entry needs.
const OLDEST: u16 = 0x020c;

/// `loadflags`: the protected-mode part is loaded high, which tells a bzImage from a zImage.
const LOADED_HIGH: u8 = 1 << 0;

/// `xloadflags`: there is a 64-bit entry point.
const KERNEL_64: u16 = 1 << 0;
/// `xloadflags`: the initrd may lie above 4 GiB.
const CAN_BE_ABOVE_4G: u16 = 1 << 1;

/// The header up to protocol 2.12; a longer one is copied to the guest as bytes.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(super) struct SetupHeader {
    pub(super) setup_sects: u8,
    pub(super) root_flags: U16,
    pub(super) syssize: U32,
    pub(super) ram_size: U16,
    pub(super) vid_mode: U16,
    pub(super) root_dev: U16,
    pub(super) boot_flag: U16,
    pub(super) jump_opcode: u8,
    pub(super) jump_length: u8,
    pub(super) header: U32,
    pub(super) version: U16,
    pub(super) realmode_swtch: U32,
    pub(super) start_sys_seg: U16,
    pub(super) kernel_version: U16,
    pub(super) type_of_loader: u8,
    pub(super) loadflags: u8,
    pub(super) setup_move_size: U16,
    pub(super) code32_start: U32,
    pub(super) ramdisk_image: U32,
    pub(super) ramdisk_size: U32,
    pub(super) bootsect_kludge: U32,
    pub(super) heap_end_ptr: U16,
    pub(super) ext_loader_ver: u8,
    pub(super) ext_loader_type: u8,
    pub(super) cmd_line_ptr: U32,
    pub(super) initrd_addr_max: U32,
    pub(super) kernel_alignment: U32,
    pub(super) relocatable_kernel: u8,
    pub(super) min_alignment: u8,
    pub(super) xloadflags: U16,
    pub(super) cmdline_size: U32,
    pub(super) hardware_subarch: U32,
    pub(super) hardware_subarch_data: U64,
    pub(super) payload_offset: U32,
    pub(super) payload_length: U32,
    pub(super) setup_data: U64,
    pub(super) pref_address: U64,
    pub(super) init_size: U32,
    pub(super) handover_offset: U32,
}

const _: () = assert!(OFFSET + size_of::<SetupHeader>() == 0x268);
const _: () = assert!(OFFSET + core::mem::offset_of!(SetupHeader, header) == 0x202);
const _: () = assert!(OFFSET + core::mem::offset_of!(SetupHeader, cmd_line_ptr) == 0x228);
const _: () = assert!(OFFSET + core::mem::offset_of!(SetupHeader, pref_address) == 0x258);

/// A bzImage whose header has been checked.
#[derive(Debug)]
pub(super) struct Image<'a> {
    pub(super) header: SetupHeader,
    /// The header as it is in the file, as long as it says it is.
    pub(super) header_bytes: &'a [u8],
    /// The protected-mode part.
    pub(super) code: &'a [u8],
}

fn header_of(file: &[u8]) -> Option<SetupHeader> {
    Some(SetupHeader::read_from_prefix(file.get(OFFSET..)?).ok()?.0)
}

/// Whether the file has the marks of a Linux image, of any protocol.
pub(in crate::guest::loader) fn is_linux(file: &[u8]) -> bool {
    header_of(file).is_some_and(|header| header.boot_flag == BOOT_FLAG && header.header == MAGIC)
}

impl<'a> Image<'a> {
    pub(super) fn parse(file: &'a [u8]) -> Result<Self, LoadError> {
        let header =
            header_of(file).ok_or(LoadError::NotBzImage("the file is too short for a setup header"))?;
        if header.boot_flag != BOOT_FLAG {
            return Err(LoadError::NotBzImage("no boot flag aa55 at offset 1fe"));
        }
        if header.header != MAGIC {
            return Err(LoadError::NotBzImage("no setup header \"HdrS\" at offset 202"));
        }
        if header.version.get() < OLDEST {
            return Err(LoadError::ProtocolTooOld(header.version.get()));
        }
        if header.loadflags & LOADED_HIGH == 0 {
            return Err(LoadError::NotBzImage("it is a zImage, loaded low"));
        }
        if header.xloadflags.get() & KERNEL_64 == 0 {
            return Err(LoadError::No64BitEntry);
        }
        let end = LENGTH_BASE + usize::from(header.jump_length);
        let header_bytes = file
            .get(OFFSET..end)
            .filter(|bytes| bytes.len() >= size_of::<SetupHeader>());
        let header_bytes = header_bytes.ok_or(LoadError::NotBzImage("the setup header is cut short"))?;

        // A count of 0 means 4, for the sake of very old kernels; the boot sector comes on top.
        let sectors = if header.setup_sects == 0 {
            4
        } else {
            usize::from(header.setup_sects)
        };
        let code = file.get((sectors + 1) * 512..).unwrap_or_default();
        // The size in the header is rounded, by how much depends on the kernel's age.
        if code.len() < 0x400 || u64::from(header.syssize.get()) * 16 > code.len() as u64 + 32 {
            return Err(LoadError::NotBzImage("the file is cut short"));
        }
        let image = Self {
            header,
            header_bytes,
            code,
        };
        if !image.alignment().is_power_of_two() {
            return Err(LoadError::NotBzImage(
                "the kernel's alignment is not a power of two",
            ));
        }
        Ok(image)
    }

    /// Bytes of memory the kernel needs from the address it starts at.
    pub(super) fn memory_needed(&self) -> u64 {
        (self.code.len() as u64)
            .max(self.header.init_size.get().into())
            .next_multiple_of(PAGE)
    }

    pub(super) fn is_relocatable(&self) -> bool {
        self.header.relocatable_kernel != 0
    }

    /// What the kernel's address must be a multiple of: at least a page.
    pub(super) fn alignment(&self) -> u64 {
        u64::from(self.header.kernel_alignment.get()).max(PAGE)
    }

    /// One past the highest address the initrd may have.
    pub(super) fn initrd_limit(&self) -> u64 {
        if self.header.xloadflags.get() & CAN_BE_ABOVE_4G != 0 {
            return u64::MAX;
        }
        (u64::from(self.header.initrd_addr_max.get()) + 1).min(FOUR_GIB)
    }
}
