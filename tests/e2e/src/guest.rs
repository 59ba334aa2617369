//! A machine in QEMU: what boots in it, and the machine while it runs.

use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xtask::process::{Outcome, Process, shell_code};
use xtask::qemu::{Boot, Machine, Module, Serial};
use xtask::rsp::Client;

use crate::console::Console;
use crate::gdb::{self, Transcript};
use crate::remote::Remote;
use crate::symbols::Symbols;
use crate::{BOOT, files};

/// What is to be booted. COM1 is the guest's console, COM2 the debugger's line.
#[derive(Debug, Clone)]
pub struct Setup {
    machine: Machine,
    symbols: Option<PathBuf>,
}

impl Setup {
    /// The demo guest under the hypervisor, with 256 MiB and one CPU.
    ///
    /// # Errors
    /// As [`files::named`].
    pub fn demo(append: &str) -> Result<Self> {
        let guest = files::demo_guest()?;
        let setup = Self::multiboot(guest.clone(), append)?;
        Ok(Self {
            symbols: Some(guest),
            ..setup
        })
    }

    /// A multiboot guest under the hypervisor.
    ///
    /// # Errors
    /// As [`files::named`].
    pub fn multiboot(kernel: PathBuf, append: &str) -> Result<Self> {
        Self::hypervisor(
            "link=reliable guest=multiboot",
            vec![Module {
                file: kernel,
                args: append.to_owned(),
            }],
        )
    }

    /// Debian's kernel with the tests' initrd under the hypervisor, with 512 MiB.
    ///
    /// # Errors
    /// As [`files::named`].
    pub fn linux(append: &str) -> Result<Self> {
        let kernel = Module {
            file: files::kernel()?,
            args: append.to_owned(),
        };
        let setup = Self::hypervisor(
            "link=reliable guest=linux",
            vec![kernel, Module::plain(files::initrd()?)],
        )?;
        Ok(setup.memory(512))
    }

    /// The hypervisor with these options and modules.
    ///
    /// # Errors
    /// As [`files::named`].
    pub fn hypervisor(options: &str, modules: Vec<Module>) -> Result<Self> {
        Ok(Self::boot(Boot::Hypervisor {
            image: files::image()?,
            options: options.to_owned(),
            modules,
        }))
    }

    /// Anything, with 256 MiB and one CPU.
    #[must_use]
    pub fn boot(boot: Boot) -> Self {
        let mut machine = Machine::new(boot);
        machine.memory_mib = 256;
        machine.com1 = Serial::Stdio;
        Self {
            machine,
            symbols: None,
        }
    }

    /// With so many CPUs.
    #[must_use]
    pub fn cpus(mut self, cpus: u8) -> Self {
        self.machine.cpus = cpus;
        self
    }

    /// With so many MiB of memory.
    #[must_use]
    pub fn memory(mut self, mib: u32) -> Self {
        self.machine.memory_mib = mib;
        self
    }

    /// With these words behind the hypervisor's options.
    #[must_use]
    pub fn options(mut self, more: &str) -> Self {
        if let Boot::Hypervisor { options, .. } = &mut self.machine.boot {
            options.push(' ');
            options.push_str(more);
        }
        self
    }

    /// With a second multiboot module.
    #[must_use]
    pub fn module(mut self, module: Module) -> Self {
        if let Boot::Hypervisor { modules, .. } = &mut self.machine.boot {
            modules.push(module);
        }
        self
    }

    /// With further QEMU arguments; a later `-cpu` or `-m` counts instead of an earlier one.
    #[must_use]
    pub fn qemu(mut self, arguments: &[&str]) -> Self {
        self.machine.extra.extend(arguments.iter().map(OsString::from));
        self
    }

    /// Boots it.
    ///
    /// # Errors
    /// QEMU cannot be started, or ends at once.
    pub fn start(&self) -> Result<Guest> {
        let mut machine = self.machine.clone();
        let port = free_port()?;
        machine.com2 = Serial::Tcp(port);
        let mut command = machine.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Apart, so that a Ctrl-C at the terminal ends the test and the test ends it.
        let mut qemu = Process::spawn_apart("QEMU", &mut command)?;
        let output = qemu.child().stdout.take().context("QEMU has no output")?;
        let errors = qemu.child().stderr.take().context("QEMU has no error output")?;
        Ok(Guest {
            port,
            console: Console::collect(output),
            errors: Console::collect(errors),
            symbols: self.symbols.clone(),
            qemu,
        })
    }
}

/// A running machine; it ends when this is dropped.
#[derive(Debug)]
pub struct Guest {
    port: u16,
    console: Console,
    errors: Console,
    symbols: Option<PathBuf>,
    qemu: Process,
}

impl Guest {
    /// The TCP port of 127.0.0.1 that leads to COM2.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// COM1.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// What QEMU itself complains of.
    #[must_use]
    pub fn complaints(&self) -> String {
        self.errors.text()
    }

    /// Waits for `text` on COM1, as [`Console::wait_for`].
    ///
    /// # Errors
    /// As [`Console::wait_for`].
    pub fn wait_for(&self, text: &str, patience: Duration) -> Result<String> {
        self.console.wait_for(text, patience)
    }

    /// Types on COM1.
    ///
    /// # Errors
    /// The machine has ended.
    pub fn type_text(&mut self, text: &str) -> Result<()> {
        let input = self.qemu.child().stdin.as_mut().context("QEMU has no input")?;
        input.write_all(text.as_bytes()).context("typing on COM1")?;
        input.flush().context("typing on COM1")
    }

    /// A raw client with an open session, which stops the guest.
    ///
    /// # Errors
    /// The hypervisor does not answer.
    pub fn client(&self) -> Result<Remote> {
        let connect = || {
            let mut client = Client::connect(self.port, BOOT)?;
            let features = client.handshake(BOOT)?;
            Ok(Remote::new(client, features))
        };
        connect().map_err(|error: anyhow::Error| error.context(self.console.tail()))
    }

    /// A raw client that has said nothing yet.
    ///
    /// # Errors
    /// QEMU does not listen.
    pub fn bare_client(&self) -> Result<Client> {
        Client::connect(self.port, BOOT)
    }

    /// Runs `gdb/NAME.py` in gdb, which has the guest's symbols and is not connected yet.
    ///
    /// # Errors
    /// gdb takes longer than `limit`, ends with an error or the script raises one.
    pub fn gdb(&self, name: &str, limit: Duration) -> Result<Transcript> {
        gdb::run(name, self.port, self.symbols.as_deref(), limit)
            .map_err(|error| error.context(self.console.tail()))
    }

    /// The guest's symbols.
    ///
    /// # Errors
    /// It is not the demo guest, or its file is damaged.
    pub fn symbols(&self) -> Result<Symbols> {
        Symbols::read(self.symbols.as_deref().context("this guest has no symbols")?)
    }

    /// Waits for the end of the machine; gives QEMU's status as a shell would.
    ///
    /// # Errors
    /// It has not ended within `patience`.
    pub fn wait_end(&mut self, patience: Duration) -> Result<u8> {
        match self.qemu.wait(Some(patience), &|| false)? {
            Outcome::Exited(status) => Ok(shell_code(status)),
            Outcome::TimedOut | Outcome::Stopped => {
                bail!("the machine did not end. {}", self.console.tail())
            }
        }
    }

    /// Whether the machine still runs.
    ///
    /// # Errors
    /// The operating system does not say.
    pub fn is_alive(&mut self) -> Result<bool> {
        Ok(self.qemu.wait(Some(Duration::ZERO), &|| false)? == Outcome::TimedOut)
    }
}

/// A port of 127.0.0.1 that nothing listens on at this moment.
///
/// # Errors
/// The operating system has none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("asking for a free port")?;
    Ok(listener.local_addr().context("asking for a free port")?.port())
}
