//! A Linux guest with a shell on COM1.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use e2e::{BOOT, Guest, PATIENCE, Remote, Setup};

/// The booted guest.
pub(crate) struct Linux {
    pub(crate) guest: Guest,
    commands: usize,
}

impl Linux {
    /// Boots as far as the shell.
    pub(crate) fn boot(cpus: u8) -> Result<Self> {
        Self::from(&Setup::linux("console=ttyS0 quiet")?.cpus(cpus))
    }

    /// Boots this as far as the shell.
    pub(crate) fn from(setup: &Setup) -> Result<Self> {
        let guest = setup.start()?;
        let mut linux = Self { guest, commands: 0 };
        linux.greet()?;
        Ok(linux)
    }

    /// Waits for the shell of a machine that boots.
    pub(crate) fn greet(&mut self) -> Result<()> {
        self.guest.wait_for("stub-hv: init reached", BOOT)?;
        self.guest.console().wait_for_prompt("# ", BOOT)?;
        // Nothing is typed back, and no prompt stands in the output, from the next command on.
        self.guest.type_text("stty -echo; PS1=; echo re''ady\n")?;
        self.guest.wait_for("ready", PATIENCE)?;
        Ok(())
    }

    /// Types a command and does not wait for its end.
    pub(crate) fn type_line(&mut self, line: &str) -> Result<()> {
        self.guest.type_text(&format!("{line}\n"))
    }

    /// Types a command whose end [`Linux::output`] waits for.
    pub(crate) fn start(&mut self, command: &str) -> Result<()> {
        self.commands += 1;
        let number = self.commands;
        self.guest.type_text(&format!(
            "echo 'be''gin-{number};'; {command}; echo 'e''nd-{number}='$?';'\n"
        ))
    }

    /// The output of the command that was started last.
    pub(crate) fn output(&mut self, patience: Duration) -> Result<String> {
        let number = self.commands;
        self.guest.wait_for(&format!("end-{number}="), patience)?;
        let text = self.guest.console().text().replace('\r', "");
        let begin = format!("begin-{number};\n");
        let (_, output) = text
            .split_once(&begin)
            .with_context(|| format!("`{begin}` is not on COM1"))?;
        let (output, status) = output
            .split_once(&format!("end-{number}="))
            .context("no end on COM1")?;
        if !status.starts_with("0;") {
            bail!("command {number} failed; it printed:\n{output}");
        }
        Ok(output.to_owned())
    }

    /// Runs a command; its output.
    pub(crate) fn run(&mut self, command: &str) -> Result<String> {
        self.start(command)?;
        self.output(PATIENCE)
            .with_context(|| format!("running `{command}`"))
    }

    /// The address of a symbol of the kernel as it runs.
    pub(crate) fn symbol(&mut self, name: &str) -> Result<u64> {
        let line = self.run(&format!("grep ' {name}$' /proc/kallsyms"))?;
        let digits = line.split(' ').next().unwrap_or_default();
        let address =
            u64::from_str_radix(digits, 16).with_context(|| format!("`{line}` is no line of kallsyms"))?;
        if address == 0 {
            bail!("the kernel hides its addresses");
        }
        Ok(address)
    }

    /// The kernel's messages.
    pub(crate) fn messages(&mut self) -> Result<String> {
        self.run("dmesg")
    }

    /// A session with the guest running.
    pub(crate) fn attach(&self) -> Result<Remote> {
        let mut client = self.guest.client()?;
        client.last_stop()?;
        Ok(client)
    }
}
