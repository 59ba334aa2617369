//! The tests' initrd: a newc archive with a static busybox and one `/init`.
//!
//! What `/init` does after it said `stub-hv: init reached` on ttyS0 is chosen by `stubhv.do=` on the
//! kernel's command line: `shell` (the default), `poweroff`, `load` or `dmesg`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cpio::newc::{Builder, ModeFileType, trailer};
use elf::ElfBytes;
use elf::abi::PT_INTERP;
use elf::endian::LittleEndian;

use crate::workspace::Workspace;

/// The line that says that user space runs.
pub(crate) const REACHED: &str = "stub-hv: init reached";

const INIT: &str = include_str!("initrd/init.sh");
const DIRECTORIES: &[&str] = &["bin", "dev", "proc", "sys", "tmp"];
/// Character devices the kernel opens before `/init` can mount devtmpfs: name, major, minor.
const DEVICES: &[(&str, u32, u32)] = &[("dev/console", 5, 1), ("dev/null", 1, 3), ("dev/ttyS0", 4, 64)];

/// A busybox without a dynamic loader, when the machine has one.
pub(crate) fn busybox() -> Option<PathBuf> {
    ["/bin/busybox", "/usr/bin/busybox"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| fs::read(path).is_ok_and(|image| is_static(&image)))
}

/// Whether an ELF file asks for no program interpreter.
fn is_static(image: &[u8]) -> bool {
    let segments = ElfBytes::<LittleEndian>::minimal_parse(image)
        .ok()
        .and_then(|elf| elf.segments());
    segments.is_some_and(|segments| !segments.iter().any(|segment| segment.p_type == PT_INTERP))
}

/// Writes the archive anew (it takes milliseconds) and gives its path.
pub(crate) fn make(workspace: &Workspace) -> Result<PathBuf> {
    let busybox = busybox()
        .context("no static busybox in /bin or /usr/bin; `cargo xtask setup` installs busybox-static")?;
    let dir = workspace.target.join("kernel");
    fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let file = dir.join("initrd.cpio");
    let part = tempfile::NamedTempFile::new_in(&dir).context("making the initrd")?;
    fs::write(part.path(), archive(&busybox)?).context("writing the initrd")?;
    part.persist(&file)
        .with_context(|| format!("keeping {}", file.display()))?;
    Ok(file)
}

fn archive(busybox: &Path) -> Result<Vec<u8>> {
    let shell = fs::read(busybox).with_context(|| format!("reading {}", busybox.display()))?;
    let mut archive = Vec::new();
    for name in DIRECTORIES {
        entry(
            &mut archive,
            Builder::new(name)
                .mode(0o755)
                .set_mode_file_type(ModeFileType::Directory),
            b"",
        )?;
    }
    for &(name, major, minor) in DEVICES {
        let node = Builder::new(name)
            .mode(0o600)
            .set_mode_file_type(ModeFileType::Char);
        entry(&mut archive, node.rdev_major(major).rdev_minor(minor), b"")?;
    }
    let program = |name| {
        Builder::new(name)
            .mode(0o755)
            .set_mode_file_type(ModeFileType::Regular)
    };
    entry(&mut archive, program("bin/busybox"), &shell)?;
    entry(&mut archive, program("init"), INIT.as_bytes())?;
    trailer(&mut archive).context("ending the initrd")?;
    Ok(archive)
}

fn entry(archive: &mut Vec<u8>, builder: Builder, content: &[u8]) -> Result<()> {
    let size = u32::try_from(content.len()).context("a file of 4 GiB or more does not fit a newc archive")?;
    let mut writer = builder.write(archive, size);
    std::io::Write::write_all(&mut writer, content).context("writing the initrd")?;
    writer.finish().context("writing the initrd")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF64 header with one program header of this kind.
    fn elf(kind: u8) -> Vec<u8> {
        let mut image = vec![0; 64 + 56];
        // 64-bit, little endian, version 1; the table of program headers follows at once.
        image[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        image[20] = 1;
        image[32] = 64;
        image[54] = 56;
        image[56] = 1;
        image[64] = kind;
        image[52] = 64;
        image
    }

    #[test]
    fn an_interpreter_makes_a_program_dynamic() {
        assert!(is_static(&elf(1)));
        assert!(!is_static(&elf(3)));
        assert!(!is_static(&elf(1)[..64]), "a cut-off table");
        assert!(!is_static(b"#!/bin/sh\n"));
    }

    #[test]
    fn the_archive_has_init_and_the_shell() {
        let dir = tempfile::tempdir().unwrap();
        let shell = dir.path().join("busybox");
        fs::write(&shell, "the shell").unwrap();
        let archive = archive(&shell).unwrap();
        let mut names = Vec::new();
        let mut rest = archive.as_slice();
        loop {
            let mut reader = cpio::newc::Reader::new(rest).unwrap();
            if reader.entry().is_trailer() {
                break;
            }
            let entry = reader.entry();
            names.push((entry.name().to_owned(), entry.mode()));
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut reader, &mut content).unwrap();
            if names.last().unwrap().0 == "bin/busybox" {
                assert_eq!(content, b"the shell");
            }
            rest = reader.finish().unwrap();
        }
        assert!(names.contains(&("init".to_owned(), 0o100_755)), "{names:?}");
        assert!(
            names.contains(&("dev/console".to_owned(), 0o020_600)),
            "{names:?}"
        );
        assert!(names.contains(&("proc".to_owned(), 0o040_755)), "{names:?}");
        assert!(INIT.contains(REACHED));
    }
}
