//! The tools the verbs need, found by what is used (a program, a file) and not by package names.

use std::path::{Path, PathBuf};

/// A tool, how it is found, and the Debian package that brings it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    /// What it is for, in the words of a message.
    pub(crate) what: &'static str,
    /// The Debian and Ubuntu package.
    pub(crate) package: &'static str,
    found: fn() -> bool,
}

impl Need {
    /// Whether the machine has it.
    pub(crate) fn is_met(&self) -> bool {
        (self.found)()
    }
}

/// What `run` needs.
pub(crate) const RUN: &[Need] = &[
    Need {
        what: "QEMU for x86-64 (qemu-system-x86_64)",
        package: "qemu-system-x86",
        found: || program("qemu-system-x86_64"),
    },
    Need {
        what: "QEMU's BIOS (bios-256k.bin)",
        package: "seabios",
        found: || {
            any_file(&[
                "/usr/share/seabios/bios-256k.bin",
                "/usr/share/qemu/bios-256k.bin",
                "/usr/local/share/qemu/bios-256k.bin",
            ])
        },
    },
];

/// What a debugging session needs besides.
pub(crate) const GDB: &[Need] = &[Need {
    what: "gdb",
    package: "gdb",
    found: || program("gdb"),
}];

/// What the tests and the bench need besides: an initrd's shell and the tools to unpack a kernel.
pub(crate) const LINUX: &[Need] = &[
    Need {
        what: "a statically linked busybox",
        package: "busybox-static",
        found: || crate::initrd::busybox().is_some(),
    },
    Need {
        what: "xz",
        package: "xz-utils",
        found: || program("xz"),
    },
    Need {
        what: "zstd",
        package: "zstd",
        found: || program("zstd"),
    },
];

/// What `image` needs.
pub(crate) const IMAGE: &[Need] = &[
    Need {
        what: "grub-mkrescue",
        package: "grub-common",
        found: || program("grub-mkrescue"),
    },
    Need {
        what: "GRUB's modules for BIOS machines (/usr/lib/grub/i386-pc)",
        package: "grub-pc-bin",
        found: || any_file(&["/usr/lib/grub/i386-pc/multiboot.mod"]),
    },
    Need {
        what: "xorriso",
        package: "xorriso",
        found: || program("xorriso"),
    },
    Need {
        what: "mtools (mformat)",
        package: "mtools",
        found: || program("mformat"),
    },
];

/// What building needs; cargo cannot have come this far without it, but a cross-linker may be all there is.
pub(crate) const BUILD: &[Need] = &[
    Need {
        what: "a C compiler as linker (cc)",
        package: "gcc",
        found: || program("cc"),
    },
    Need {
        what: "binutils (ld)",
        package: "binutils",
        found: || program("ld"),
    },
];

/// Everything, in the order it is listed to the user.
pub(crate) const ALL: &[&[Need]] = &[BUILD, RUN, GDB, LINUX, IMAGE];

/// Those of `groups` that the machine lacks.
pub(crate) fn missing(groups: &[&[Need]]) -> Vec<Need> {
    groups
        .iter()
        .flat_map(|group| group.iter())
        .filter(|need| !need.is_met())
        .copied()
        .collect()
}

fn program(name: &str) -> bool {
    which::which(name).is_ok()
}

fn any_file(paths: &[&str]) -> bool {
    paths.iter().any(|path| Path::new(path).is_file())
}

/// Where a program is, when the machine has it.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    which::which(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_listed() {
        let there = Need {
            what: "a shell",
            package: "dash",
            found: || program("sh"),
        };
        let gone = Need {
            what: "nothing",
            package: "none",
            found: || program("no-such-program-anywhere"),
        };
        let missing = missing(&[&[there, gone], &[there]]);
        assert_eq!(
            missing.iter().map(|need| need.package).collect::<Vec<_>>(),
            ["none"]
        );
    }
}
