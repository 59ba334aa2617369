//! Where the symbols of a guest's ELF are.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use elf::ElfBytes;
use elf::endian::AnyEndian;

/// Addresses by name.
#[derive(Debug, Clone, Default)]
pub struct Symbols(HashMap<String, u64>);

impl Symbols {
    /// Reads the symbol table of `file`.
    ///
    /// # Errors
    /// The file cannot be read, is no ELF file or has no symbols.
    pub fn read(file: &Path) -> Result<Self> {
        let context = || format!("reading the symbols of {}", file.display());
        let bytes = std::fs::read(file).with_context(context)?;
        let elf = ElfBytes::<AnyEndian>::minimal_parse(&bytes).with_context(context)?;
        let (table, names) = elf.symbol_table().with_context(context)?.with_context(context)?;
        let named = table.iter().filter_map(|symbol| {
            let name = names.get(usize::try_from(symbol.st_name).ok()?).ok()?;
            Some((name.to_owned(), symbol.st_value))
        });
        Ok(Self(named.collect()))
    }

    /// The address of `name`.
    ///
    /// # Errors
    /// There is no such symbol.
    pub fn get(&self, name: &str) -> Result<u64> {
        let address = self.0.get(name).copied();
        address.with_context(|| format!("the guest has no symbol `{name}`"))
    }
}
