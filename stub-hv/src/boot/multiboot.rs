//! What the boot loader says: the multiboot 1 information structure, read out of physical memory.
//!
//! Nothing in it is trusted: every length is bounded by a fixed capacity, every address goes through a read
//! that may fail, and the result owns what it holds, because the memory the structure lies in is soon the
//! guest's. Layouts: Multiboot Specification 0.6.96, "Boot information format".

pub(crate) mod layout;
mod text;

pub use text::Text;

use crate::boot::fetch::fetch;
use crate::memory::GuestMemory;
use crate::memory::Inaccessible;
use crate::memory::map::Kind;
use crate::memory::map::Region;
use core::fmt;
use core::ops::Range;
use heapless::Vec;
use layout::Info;
use layout::MapEntry;
use layout::ModuleEntry;
use layout::flag;
use text::TextPool;

/// What the boot loader leaves in EAX.
pub const BOOT_MAGIC: u32 = 0x2bad_b002;

/// How many memory map entries are taken.
pub const MAX_REGIONS: usize = 64;

/// How many modules are taken.
pub const MAX_MODULES: usize = 8;

/// The longest string taken, in bytes without its end mark.
pub const MAX_TEXT: usize = 4096;

/// A file the boot loader put into memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its bytes, as physical addresses.
    pub range: Range<u64>,
    text: Text,
}

/// A parsed information structure.
#[derive(Clone, Debug)]
pub struct BootInfo {
    /// KiB of RAM from address 0, where the boot loader says.
    pub memory_lower: Option<u32>,
    /// KiB of RAM from 1 MiB to the first hole, where the boot loader says.
    pub memory_upper: Option<u32>,
    /// The memory map as given: unsorted, perhaps overlapping. Without one, the two ranges that
    /// `memory_lower` and `memory_upper` describe.
    pub regions: Vec<Region, MAX_REGIONS>,
    /// The modules in the order of the boot loader's configuration.
    pub modules: Vec<Module, MAX_MODULES>,
    command_line: Text,
    loader_name: Text,
    pool: TextPool,
}

impl BootInfo {
    /// The hypervisor's own command line, empty without one.
    pub fn command_line(&self) -> &str {
        self.pool.get(&self.command_line)
    }

    /// The boot loader's name, empty if it does not say.
    pub fn loader_name(&self) -> &str {
        self.pool.get(&self.loader_name)
    }

    /// The string beside a module of this structure: usually a file name and arguments.
    pub fn module_text(&self, module: &Module) -> &str {
        self.pool.get(&module.text)
    }

    /// A module's string without the file name in front. GRUB 2 leaves the name out; the others, QEMU and
    /// GRUB Legacy among them, do not, and the string alone does not tell: `single` may be either.
    pub fn module_arguments(&self, module: &Module) -> &str {
        let text = self.module_text(module).trim_start();
        if self.loader_name().starts_with("GRUB 2") {
            return text;
        }
        text.split_once(char::is_whitespace)
            .map_or("", |(_, arguments)| arguments.trim_start())
    }

    /// Reads the structure at physical address `at`.
    pub fn read(memory: &(impl GuestMemory + ?Sized), at: u64) -> Result<Self, BootInfoError> {
        let info: Info = fetch(memory, at)?;
        let has = |bit: u32| info.flags.get() & bit != 0;
        let mut pool = TextPool::default();

        let command_line = match has(flag::COMMAND_LINE) {
            true => pool.read(memory, info.cmdline.get().into())?,
            false => Text::default(),
        };
        let modules = match has(flag::MODULES) {
            true => read_modules(memory, &info, &mut pool)?,
            false => Vec::new(),
        };
        let regions = if has(flag::MEMORY_MAP) {
            read_regions(memory, &info)?
        } else if has(flag::MEMORY) {
            assumed_regions(&info)
        } else {
            return Err(BootInfoError::NoMemoryInformation);
        };
        // The name is only shown; a loader that gets it wrong still boots.
        let loader_name = match has(flag::LOADER_NAME) {
            true => pool
                .read(memory, info.boot_loader_name.get().into())
                .unwrap_or_default(),
            false => Text::default(),
        };
        let if_known = |kib: u32| has(flag::MEMORY).then_some(kib);
        Ok(Self {
            memory_lower: if_known(info.mem_lower.get()),
            memory_upper: if_known(info.mem_upper.get()),
            regions,
            modules,
            command_line,
            loader_name,
            pool,
        })
    }
}

fn read_modules(
    memory: &(impl GuestMemory + ?Sized),
    info: &Info,
    pool: &mut TextPool,
) -> Result<Vec<Module, MAX_MODULES>, BootInfoError> {
    let mut modules = Vec::new();
    for index in 0..info.mods_count.get() {
        let at = u64::from(info.mods_addr.get()) + u64::from(index) * size_of::<ModuleEntry>() as u64;
        let entry: ModuleEntry = fetch(memory, at)?;
        let range = entry.mod_start.get().into()..entry.mod_end.get().into();
        if range.start > range.end {
            return Err(BootInfoError::ModuleRange {
                index,
                start: range.start,
                end: range.end,
            });
        }
        let text = match entry.string.get() {
            0 => Text::default(),
            string => pool.read(memory, string.into())?,
        };
        modules
            .push(Module { range, text })
            .map_err(|_| BootInfoError::TooManyModules(info.mods_count.get()))?;
    }
    Ok(modules)
}

fn read_regions(
    memory: &(impl GuestMemory + ?Sized),
    info: &Info,
) -> Result<Vec<Region, MAX_REGIONS>, BootInfoError> {
    let mut regions = Vec::new();
    let mut at = u64::from(info.mmap_addr.get());
    let end = at + u64::from(info.mmap_length.get());
    while at < end {
        let entry: MapEntry = fetch(memory, at)?;
        // `size` does not count itself; an entry that is too short would also never end the loop.
        let size = u64::from(entry.size.get());
        if size < (size_of::<MapEntry>() - size_of_val(&entry.size)) as u64 {
            return Err(BootInfoError::MapEntrySize(entry.size.get()));
        }
        let kind = Kind::from_e820(entry.kind.get());
        let region = Region::from_length(entry.address.get(), entry.length.get(), kind);
        regions.push(region).map_err(|_| BootInfoError::TooManyRegions)?;
        at += size + size_of_val(&entry.size) as u64;
    }
    Ok(regions)
}

/// The two ranges a boot loader without a memory map tells about.
fn assumed_regions(info: &Info) -> Vec<Region, MAX_REGIONS> {
    let kib = |count: u32| u64::from(count) * 1024;
    [
        Region::from_length(0, kib(info.mem_lower.get().min(640)), Kind::Usable),
        Region::from_length(0x10_0000, kib(info.mem_upper.get()), Kind::Usable),
    ]
    .into_iter()
    .collect()
}

/// Why the boot loader's information cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootInfoError {
    /// A part of the structure lies where there is no memory.
    Inaccessible(Inaccessible),
    /// Neither a memory map nor the amount of memory is given.
    NoMemoryInformation,
    /// A memory map entry says that it is this many bytes long; the least is 20.
    MapEntrySize(u32),
    /// More than [`MAX_REGIONS`] memory map entries.
    TooManyRegions,
    /// This many modules, more than [`MAX_MODULES`].
    TooManyModules(u32),
    /// A module ends before it starts.
    ModuleRange {
        /// Which module, counted from 0.
        index: u32,
        /// Its first byte.
        start: u64,
        /// One past its last byte, supposedly.
        end: u64,
    },
    /// The string at this address has no end within [`MAX_TEXT`] bytes.
    StringTooLong(u64),
    /// All strings together are longer than what is kept for them.
    TooMuchText,
}

impl From<Inaccessible> for BootInfoError {
    fn from(error: Inaccessible) -> Self {
        Self::Inaccessible(error)
    }
}

impl fmt::Display for BootInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("multiboot information: ")?;
        match *self {
            Self::Inaccessible(Inaccessible(at)) => write!(f, "points to {at:#x}, where there is no memory"),
            Self::NoMemoryInformation => f.write_str("says nothing about memory"),
            Self::MapEntrySize(size) => write!(f, "a memory map entry of {size} bytes, the least is 20"),
            Self::TooManyRegions => write!(f, "more than {MAX_REGIONS} memory map entries"),
            Self::TooManyModules(count) => write!(f, "{count} modules, at most {MAX_MODULES} can be used"),
            Self::ModuleRange { index, start, end } => {
                write!(f, "module {index} starts at {start:#x} but ends at {end:#x}")
            }
            Self::StringTooLong(at) => {
                write!(f, "the string at {at:#x} is longer than {} bytes", MAX_TEXT)
            }
            Self::TooMuchText => write!(f, "more than {} bytes of strings", text::POOL_SIZE),
        }
    }
}

#[cfg(test)]
mod tests;
