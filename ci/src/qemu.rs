//! The QEMU machine as a value, and its command line as a pure function of it.
//!
//! COM1 belongs to the guest, COM2 to the debugger. The machine is a q35 with the isa-debug-exit
//! device at port f4 (writing v ends QEMU with status 2v+1) and no network card, so that a boot waits
//! for no DHCP. A guest's reboot is a reset of the machine, hypervisor and all, as on hardware.

mod boot;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::bound_command;
pub use boot::{Boot, Module};

/// The program that is started.
pub const PROGRAM: &str = "qemu-system-x86_64";
/// The most CPUs the hypervisor takes.
pub const MAX_CPUS: u8 = 16;

/// What runs the machine's instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accel {
    /// QEMU's own translator, with AMD SVM emulated.
    Tcg,
    /// The host's CPU, which must offer nested SVM.
    Kvm,
}

/// Where a serial port of the machine leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Serial {
    /// QEMU's standard input and output; Ctrl-C there ends QEMU.
    Stdio,
    /// A TCP server on this port of 127.0.0.1, without Nagle's delay; the machine does not wait for a client.
    Tcp(u16),
    /// A file that everything the machine sends is written to.
    File(PathBuf),
    /// Nothing: input never comes, output is dropped.
    Null,
}

/// Everything that decides the command line.
#[derive(Debug, Clone)]
pub struct Machine {
    /// TCG or KVM.
    pub accel: Accel,
    /// Number of CPUs, 1 to [`MAX_CPUS`].
    pub cpus: u8,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// What the firmware starts.
    pub boot: Boot,
    /// The guest's console.
    pub com1: Serial,
    /// The debugger's line.
    pub com2: Serial,
    /// Further QEMU arguments, last on the command line.
    pub extra: Vec<OsString>,
}

impl Machine {
    /// A TCG machine with one CPU, 512 MiB, no console and no debugger line.
    #[must_use]
    pub fn new(boot: Boot) -> Self {
        Self {
            accel: Accel::Tcg,
            cpus: 1,
            memory_mib: 512,
            boot,
            com1: Serial::Null,
            com2: Serial::Null,
            extra: Vec::new(),
        }
    }

    /// The arguments after the program name.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        let mut args = Arguments::default();
        let (accel, cpu) = match self.accel {
            Accel::Tcg => ("tcg,thread=multi", "max"),
            Accel::Kvm => ("kvm", "host"),
        };
        args.option("-machine", "q35");
        args.option("-accel", accel);
        args.option("-cpu", cpu);
        args.option("-smp", self.cpus.to_string());
        args.option("-m", format!("{}M", self.memory_mib));
        args.option("-display", "none");
        args.option("-monitor", "none");
        args.option("-nic", "none");
        args.option("-device", "isa-debug-exit,iobase=0xf4,iosize=4");
        // The order of -serial is the order of the ports: COM1, then COM2.
        for (name, serial) in [("com1", &self.com1), ("com2", &self.com2)] {
            let mut device = OsString::from(match serial {
                Serial::Stdio => format!("stdio,id={name},signal=on"),
                Serial::Tcp(port) => {
                    format!("socket,id={name},host=127.0.0.1,port={port},server=on,wait=off,nodelay=on")
                }
                Serial::File(_) => format!("file,id={name},path="),
                Serial::Null => format!("null,id={name}"),
            });
            if let Serial::File(path) = serial {
                device.push(double_commas(path.as_os_str()));
            }
            args.option("-chardev", device);
            args.option("-serial", format!("chardev:{name}"));
        }
        args.0.extend(self.boot.arguments());
        args.0.extend(self.extra.iter().cloned());
        args.0
    }

    /// QEMU with these arguments, bound to the life of the thread that starts it.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = bound_command(PROGRAM.as_ref());
        command.args(self.arguments());
        command
    }
}

#[derive(Default)]
struct Arguments(Vec<OsString>);

impl Arguments {
    fn option(&mut self, name: &str, value: impl Into<OsString>) {
        self.0.push(name.into());
        self.0.push(value.into());
    }
}

/// QEMU separates option values by commas; one that is meant stands twice.
fn double_commas(text: &std::ffi::OsStr) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let bytes = text.as_bytes().iter().flat_map(|&byte| match byte {
        b',' => vec![b','; 2],
        other => vec![other],
    });
    OsString::from_vec(bytes.collect())
}

/// Whether KVM can run the hypervisor here: the reason it cannot, or `None` when it can.
///
/// The hypervisor's backend in use is AMD SVM, so the host must be an AMD machine that passes SVM on.
#[must_use]
pub fn kvm_obstacle() -> Option<String> {
    obstacle(
        Path::new("/dev/kvm"),
        Path::new("/sys/module/kvm_amd/parameters/nested"),
    )
}

fn obstacle(device: &Path, nested: &Path) -> Option<String> {
    if let Err(error) = std::fs::File::options().read(true).write(true).open(device) {
        return Some(format!(
            "{} cannot be opened for reading and writing: {error}",
            device.display()
        ));
    }
    match std::fs::read_to_string(nested) {
        Ok(value) if matches!(value.trim(), "1" | "Y" | "y") => None,
        Ok(value) => Some(format!(
            "{} is {}; it must be 1 (modprobe kvm_amd nested=1)",
            nested.display(),
            value.trim()
        )),
        Err(error) => Some(format!(
            "{}: {error}; nested SVM needs an AMD host with kvm_amd loaded",
            nested.display()
        )),
    }
}

#[cfg(test)]
mod tests;
