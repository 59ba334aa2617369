//! `cargo xtask run`: a guest under the hypervisor in QEMU, with the guest's console here and the
//! debugger's line on a TCP port.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use xtask::process::{Outcome, Process, shell_code};
use xtask::qemu::{Accel, Boot, Machine, Module, Serial, kvm_obstacle};

use crate::guest::Guest;
use crate::workspace::{HYPERVISOR, Workspace};
use crate::{interrupt, needs, port};

/// The exit status when `--timeout` ended QEMU, as timeout(1) has it.
const TIMED_OUT: u8 = 124;
/// How long QEMU has to follow a Ctrl-C at the terminal by itself.
const FAREWELL: Duration = Duration::from_secs(1);

/// What the guest is; shared with `image`.
#[derive(Debug, clap::Args)]
pub(crate) struct GuestArgs {
    /// demo, linux:FILE (a bzImage) or multiboot:FILE (a multiboot 1 kernel)
    #[arg(long, default_value = "demo", value_name = "GUEST")]
    pub(crate) guest: Guest,
    /// The guest's initrd (a multiboot guest's second module)
    #[arg(long, value_name = "FILE")]
    pub(crate) initrd: Option<PathBuf>,
    /// The guest's command line [for linux: console=ttyS0 unless given]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) append: Option<String>,
    /// Hold the guest at its first instruction until a debugger resumes it
    #[arg(long)]
    pub(crate) wait: bool,
    /// Further options for the hypervisor
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) hv_args: String,
}

/// Options of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) guest: GuestArgs,
    /// Number of CPUs
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    cpus: u8,
    /// Memory in MiB, at least 128
    #[arg(long, default_value_t = 512, value_name = "MIB", value_parser = clap::value_parser!(u32).range(128..))]
    memory: u32,
    /// TCP port of 127.0.0.1 that gdb connects to
    #[arg(long, default_value_t = port::DEFAULT, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    gdb: u16,
    /// What runs the machine; auto takes KVM where the host has nested SVM, else TCG
    #[arg(long, default_value = "auto", value_enum)]
    accel: AccelChoice,
    /// End QEMU after this many seconds; the exit status is then 124
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Further arguments for QEMU
    #[arg(last = true, value_name = "QEMU ARGS")]
    qemu: Vec<OsString>,
}

/// `--accel`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum AccelChoice {
    Auto,
    Tcg,
    Kvm,
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    if let Some(need) = needs::missing(&[needs::RUN]).first() {
        bail!("{} is missing; `cargo xtask setup` installs it", need.what);
    }
    let workspace = Workspace::find()?;
    port::require_free(args.gdb)?;
    let accel = choose(args.accel)?;
    let guest = args.guest.guest.prepare(
        &workspace,
        args.guest.initrd.as_deref(),
        args.guest.append.as_deref(),
    )?;
    let links = tempfile::tempdir().context("making a directory for links")?;
    let machine = Machine {
        accel,
        cpus: args.cpus,
        memory_mib: args.memory,
        boot: Boot::Hypervisor {
            image: workspace.build(HYPERVISOR)?,
            options: args.guest.options(guest.kind, true).to_string(),
            modules: without_blanks(guest.modules, links.path())?,
        },
        com1: Serial::Stdio,
        com2: Serial::Tcp(args.gdb),
        extra: args.qemu.clone(),
    };
    let name = match accel {
        Accel::Tcg => "TCG",
        Accel::Kvm => "KVM",
    };
    eprintln!(
        "{} CPU(s), {} MiB, {name}; COM1 is below, Ctrl-C ends it. In another terminal:",
        args.cpus, args.memory
    );
    eprintln!("{}", gdb_line(&workspace, guest.symbols.as_deref(), args.gdb));
    interrupt::check()?;
    wait(&machine, args.timeout.map(Duration::from_secs))
}

fn wait(machine: &Machine, limit: Option<Duration>) -> Result<ExitCode> {
    let mut process = Process::spawn("QEMU", &mut machine.command())?;
    let status = match process.wait(limit, &interrupt::requested)? {
        Outcome::Exited(status) => status,
        Outcome::TimedOut => {
            process.end()?;
            eprintln!("\nended by --timeout");
            return Ok(TIMED_OUT.into());
        }
        // The terminal's Ctrl-C went to QEMU as well; a signal to xtask alone did not.
        Outcome::Stopped => match process.wait(Some(FAREWELL), &|| false)? {
            Outcome::Exited(status) => status,
            Outcome::TimedOut | Outcome::Stopped => process.end()?,
        },
    };
    Ok(shell_code(status).into())
}

fn choose(choice: AccelChoice) -> Result<Accel> {
    match (choice, kvm_obstacle()) {
        (AccelChoice::Tcg, _) | (AccelChoice::Auto, Some(_)) => Ok(Accel::Tcg),
        (AccelChoice::Kvm | AccelChoice::Auto, None) => Ok(Accel::Kvm),
        (AccelChoice::Kvm, Some(obstacle)) => {
            bail!("--accel kvm: {obstacle}; `--accel tcg` works everywhere")
        }
    }
}

/// The hypervisor's command line.
#[derive(Debug)]
pub(crate) struct Options<'a> {
    /// `guest=`.
    pub(crate) kind: &'a str,
    /// Whether the debugger's line loses nothing, as QEMU's sockets: gdb then need not acknowledge.
    pub(crate) reliable: bool,
    /// Whether the guest is held at its first instruction.
    pub(crate) wait: bool,
    /// The user's own options, last.
    pub(crate) more: &'a str,
}

impl fmt::Display for Options<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "guest={}", self.kind)?;
        for (wanted, word) in [(self.reliable, "link=reliable"), (self.wait, "wait")] {
            if wanted {
                write!(out, " {word}")?;
            }
        }
        if self.more.is_empty() {
            Ok(())
        } else {
            write!(out, " {}", self.more)
        }
    }
}

impl GuestArgs {
    /// The hypervisor's command line for these options.
    pub(crate) fn options<'a>(&'a self, kind: &'a str, reliable: bool) -> Options<'a> {
        Options {
            kind,
            reliable,
            wait: self.wait,
            more: &self.hv_args,
        }
    }
}

/// QEMU ends a module's file name at the first blank: such files go in by a link without one.
fn without_blanks(modules: Vec<Module>, links: &Path) -> Result<Vec<Module>> {
    let relink = |(index, module): (usize, Module)| {
        if !module.file.to_string_lossy().contains(' ') {
            return Ok(module);
        }
        let target = module
            .file
            .canonicalize()
            .with_context(|| format!("finding {}", module.file.display()))?;
        let link = links.join(format!("module{index}"));
        std::os::unix::fs::symlink(&target, &link)
            .with_context(|| format!("linking to {}", target.display()))?;
        Ok(Module { file: link, ..module })
    };
    modules.into_iter().enumerate().map(relink).collect()
}

/// The line to paste into a shell.
fn gdb_line(workspace: &Workspace, symbols: Option<&Path>, port: u16) -> String {
    let mut line = "  gdb".to_owned();
    if let Some(symbols) = symbols {
        line.push_str(&format!(" {}", symbols.display()));
    }
    let script = workspace.root.join("gdbinit/stub-hv.gdb");
    line.push_str(&format!(
        " -ex \"source {}\" -ex \"target remote :{port}\"",
        script.display()
    ));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest_args(wait: bool, hv_args: &str) -> GuestArgs {
        GuestArgs {
            guest: Guest::Demo,
            initrd: None,
            append: None,
            wait,
            hv_args: hv_args.to_owned(),
        }
    }

    #[test]
    fn the_users_options_come_after_ours() {
        assert_eq!(
            guest_args(false, "").options("linux", false).to_string(),
            "guest=linux"
        );
        assert_eq!(
            guest_args(true, "debug=com3")
                .options("multiboot", true)
                .to_string(),
            "guest=multiboot link=reliable wait debug=com3"
        );
    }

    #[test]
    fn a_blank_in_a_file_name_is_linked_around() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("my kernel");
        std::fs::write(&file, "k").unwrap();
        let links = tempfile::tempdir().unwrap();
        let modules =
            without_blanks(vec![Module::plain(&file), Module::plain("/plain")], links.path()).unwrap();
        assert!(!modules[0].file.to_string_lossy().contains(' '));
        assert_eq!(std::fs::read(&modules[0].file).unwrap(), b"k");
        assert_eq!(modules[1].file, Path::new("/plain"));
    }
}
