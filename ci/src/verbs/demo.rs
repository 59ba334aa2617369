//! `cargo xtask demo`: the tour. Boots the demo guest, attaches gdb, stops the guest at its next serial
//! byte and leaves the user at gdb's prompt.
//!
//! The tour is one gdb script for both forms, and it ends gdb with status 1 unless the guest stands at an
//! `out` to 3f8: what a user sees and what a test checks is the same thing.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xtask::process::{Outcome, Process, shell_code};
use xtask::qemu::{Boot, Machine, Serial};

use super::{run, setup};
use crate::guest::Guest;
use crate::workspace::{HYPERVISOR, Workspace};
use crate::{interrupt, needs, port};

/// How long `--batch` waits for the whole tour.
const LIMIT: Duration = Duration::from_secs(120);

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the gdb session and end instead of staying at gdb's prompt
    #[arg(long)]
    batch: bool,
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    setup::ensure(&workspace, &[needs::RUN, needs::GDB])?;
    let guest = Guest::Demo.prepare(&workspace, None, None)?;
    let symbols = guest
        .symbols
        .context("the demo guest is no ELF file: there are no symbols to show")?;
    let port = port::pick(port::DEFAULT)?;
    let dir = workspace.target.join("xtask");
    fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
    let console = dir.join("demo-com1.log");
    let options = run::Options {
        kind: guest.kind,
        reliable: true,
        wait: true,
        more: "",
    };
    let mut machine = Machine::new(Boot::Hypervisor {
        image: workspace.build(HYPERVISOR)?,
        options: options.to_string(),
        modules: guest.modules,
    });
    machine.cpus = 2;
    machine.com1 = Serial::File(console.clone());
    machine.com2 = Serial::Tcp(port);
    let script = dir.join("demo.gdb");
    fs::write(&script, tour(&workspace.root.join("gdbinit/stub-hv.gdb"), port))
        .context("writing the tour")?;
    let log = dir.join("demo-qemu.log");
    let errors = fs::File::create(&log).with_context(|| format!("creating {}", log.display()))?;
    // Apart, because a Ctrl-C at the prompt is gdb's alone.
    let mut command = machine.command();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
    let mut qemu = Process::spawn_apart("QEMU", &mut command)?;
    if let Outcome::Exited(status) = qemu.wait(Some(Duration::from_millis(300)), &interrupt::requested)? {
        bail!(
            "QEMU ended at once with {status}:\n{}",
            fs::read_to_string(&log).unwrap_or_default()
        );
    }
    eprintln!("the guest's console goes to {}", console.display());
    let mut gdb = gdb(args.batch, &script, &symbols)?;
    let limit = args.batch.then_some(LIMIT);
    // At the prompt Ctrl-C is gdb's, and xtask only waits for gdb to end.
    let stop: &dyn Fn() -> bool = if args.batch {
        &interrupt::requested
    } else {
        &|| false
    };
    let code = match gdb.wait(limit, stop)? {
        Outcome::Exited(status) => shell_code(status),
        Outcome::Stopped => bail!("interrupted"),
        Outcome::TimedOut => bail!(
            "the guest did not stop within {} s; its console is in {}",
            LIMIT.as_secs(),
            console.display()
        ),
    };
    if code != 0 {
        bail!(
            "gdb ended with status {code}: the expected stop did not come; see {}",
            console.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn gdb(batch: bool, script: &Path, symbols: &Path) -> Result<Process> {
    let mut command = Command::new("gdb");
    command.arg("-q");
    if batch {
        command.arg("-batch").stdin(Stdio::null());
    }
    command.arg("-x").arg(script).arg(symbols);
    Process::spawn("gdb", &mut command)
}

/// The gdb script. Opcodes e6 e7 ee ef 6e 6f are the forms of OUT and OUTS ("AMD64 Architecture
/// Programmer's Manual" volume 3, OUT and OUTS).
fn tour(init: &Path, port: u16) -> String {
    format!(
        "source {init}
set tcp connect-timeout 30
set remotetimeout 5
set trace-commands on
target remote :{port}
hv !ioout 0x3f8
continue
info registers
backtrace
x/6i $pc
set trace-commands off
set language c
set $stopped = 0
if $_thread != 0
  set $opcode = *(unsigned char *) $pc
  if $opcode == 0x66
    set $opcode = *(unsigned char *) ($pc + 1)
  end
  if ($opcode & 0xf6) == 0xe6 || $opcode == 0x6e || $opcode == 0x6f
    if ($rdx & 0xffff) == 0x3f8
      set $stopped = 1
    end
  end
end
if ! $stopped
  echo the guest does not stand at an OUT to 3f8\\n
  quit 1
end
set language auto
echo \\nThe guest stands at an OUT to 3f8, as asked. `hv help` lists what else it can be asked.\\n
",
        init = init.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opcode_test_knows_the_forms_of_out() {
        let outs: Vec<u8> = (0..=255).filter(|opcode| opcode & 0xf6 == 0xe6).collect();
        assert_eq!(outs, [0xe6, 0xe7, 0xee, 0xef]);
    }

    #[test]
    fn the_tour_sets_the_event_before_it_continues() {
        let tour = tour(Path::new("/x/stub-hv.gdb"), 4321);
        let place = |line: &str| tour.lines().position(|found| found == line).unwrap();
        assert!(place("source /x/stub-hv.gdb") < place("target remote :4321"));
        assert!(place("hv !ioout 0x3f8") < place("continue"));
    }
}
