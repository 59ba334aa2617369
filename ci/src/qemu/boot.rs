//! What the machine's firmware starts, as QEMU arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use super::double_commas;

/// A multiboot module: a file and the words after its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The file; QEMU ends its name at the first blank, so it must have none.
    pub file: PathBuf,
    /// The module's command line, may be empty.
    pub args: String,
}

impl Module {
    /// A module without a command line.
    #[must_use]
    pub fn plain(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            args: String::new(),
        }
    }
}

/// What the firmware starts.
#[derive(Debug, Clone)]
pub enum Boot {
    /// The hypervisor by QEMU's multiboot loader.
    Hypervisor {
        /// The hypervisor's ELF.
        image: PathBuf,
        /// Its command line.
        options: String,
        /// The guest's image first, then its initrd.
        modules: Vec<Module>,
    },
    /// A kernel directly, without the hypervisor.
    Native {
        /// A bzImage or a multiboot kernel.
        kernel: PathBuf,
        /// The initrd, or a multiboot kernel's modules in QEMU's notation.
        initrd: Option<PathBuf>,
        /// The kernel's command line.
        append: String,
    },
    /// The first CD.
    Cdrom(PathBuf),
}

impl Boot {
    /// The QEMU arguments for it.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        match self {
            Self::Hypervisor {
                image,
                options,
                modules,
            } => {
                let mut args: Vec<OsString> = vec!["-kernel".into(), image.into()];
                if !options.is_empty() {
                    args.extend(["-append".into(), options.into()]);
                }
                if !modules.is_empty() {
                    args.extend(["-initrd".into(), module_list(modules)]);
                }
                args
            }
            Self::Native {
                kernel,
                initrd,
                append,
            } => {
                let mut args: Vec<OsString> = vec!["-kernel".into(), kernel.into()];
                if let Some(initrd) = initrd {
                    args.extend(["-initrd".into(), initrd.into()]);
                }
                if !append.is_empty() {
                    args.extend(["-append".into(), append.into()]);
                }
                args
            }
            Self::Cdrom(iso) => vec!["-cdrom".into(), iso.into(), "-boot".into(), "d".into()],
        }
    }
}

fn module_list(modules: &[Module]) -> OsString {
    let mut list = OsString::new();
    for (index, module) in modules.iter().enumerate() {
        if index > 0 {
            list.push(",");
        }
        list.push(double_commas(module.file.as_os_str()));
        if !module.args.is_empty() {
            list.push(" ");
            list.push(double_commas(module.args.as_ref()));
        }
    }
    list
}
