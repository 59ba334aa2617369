//! Child processes that never outlive their owner.
//!
//! A [`Process`] is killed when it is dropped, and the kernel kills it when the thread that started
//! it dies without dropping it (`setpriv --pdeathsig`, where the machine has util-linux). The end is
//! asked for with SIGTERM first: QEMU then gives the terminal back in the mode it found it in.

use std::ffi::OsStr;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use wait_timeout::ChildExt;

/// How long a child has between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(2);
/// How often a waiting owner looks whether it was asked to stop.
const TICK: Duration = Duration::from_millis(50);

/// A running child; dropping it ends the child.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
}

/// Why [`Process::wait`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The child ended by itself (or by a signal from outside) with this status.
    Exited(ExitStatus),
    /// The time was up; the child still runs.
    TimedOut,
    /// The caller's `stop` said so; the child still runs.
    Stopped,
}

/// A command for `program` that dies with the thread that starts it.
#[must_use]
pub fn bound_command(program: &OsStr) -> Command {
    match which::which("setpriv") {
        Ok(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(program);
            command
        }
        Err(_) => Command::new(program),
    }
}

impl Process {
    /// Starts `command`; `name` is what error messages call it.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn spawn(name: &str, command: &mut Command) -> Result<Self> {
        let child = command.spawn().with_context(|| {
            format!(
                "cannot start {name} ({}); `cargo xtask setup` installs it",
                program(command)
            )
        })?;
        Ok(Self {
            child,
            name: name.to_owned(),
        })
    }

    /// Like [`Process::spawn`], in a process group of its own: a Ctrl-C at the terminal goes to the
    /// other children (gdb) and not to this one.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn spawn_apart(name: &str, command: &mut Command) -> Result<Self> {
        Self::spawn(name, command.process_group(0))
    }

    /// The child, for its pipes and its id.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits until the child ends, `limit` is over or `stop` answers true, whichever is first.
    ///
    /// # Errors
    /// The operating system cannot wait for the child.
    pub fn wait(&mut self, limit: Option<Duration>, stop: &dyn Fn() -> bool) -> Result<Outcome> {
        let start = Instant::now();
        loop {
            let left = limit.map_or(TICK, |limit| limit.saturating_sub(start.elapsed()).min(TICK));
            let status = self
                .child
                .wait_timeout(left)
                .with_context(|| format!("waiting for {}", self.name))?;
            if let Some(status) = status {
                return Ok(Outcome::Exited(status));
            }
            if limit.is_some_and(|limit| start.elapsed() >= limit) {
                return Ok(Outcome::TimedOut);
            }
            if stop() {
                return Ok(Outcome::Stopped);
            }
        }
    }

    /// Ends the child: SIGTERM, then SIGKILL when it has not gone after two seconds. Gives its status.
    ///
    /// # Errors
    /// The operating system cannot wait for the child.
    pub fn end(&mut self) -> Result<ExitStatus> {
        let context = || format!("ending {}", self.name);
        if let Some(status) = self.child.try_wait().with_context(context)? {
            return Ok(status);
        }
        let id = i32::try_from(self.child.id()).with_context(context)?;
        // A child that ended a moment ago is no error: the wait below collects it.
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        if let Some(status) = self.child.wait_timeout(GRACE).with_context(context)? {
            return Ok(status);
        }
        self.child.kill().with_context(context)?;
        self.child.wait().with_context(context)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("warning: {error:#}");
        }
    }
}

/// The status as a shell would give it: the exit code, or 128 plus the number of the signal.
#[must_use]
pub fn shell_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(code & 0xff).unwrap_or(1)
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> Process {
        Process::spawn("sleep", bound_command(OsStr::new("sleep")).arg("60")).unwrap()
    }

    fn alive(id: u32) -> bool {
        kill(Pid::from_raw(i32::try_from(id).unwrap()), None).is_ok()
    }

    #[test]
    fn dropping_ends_the_child() {
        let mut process = sleeper();
        let id = process.child().id();
        assert!(alive(id));
        drop(process);
        assert!(!alive(id));
    }

    #[test]
    fn a_limit_and_a_stop_leave_the_child_running() {
        let mut process = sleeper();
        assert_eq!(
            process.wait(Some(Duration::from_millis(20)), &|| false).unwrap(),
            Outcome::TimedOut
        );
        assert_eq!(process.wait(None, &|| true).unwrap(), Outcome::Stopped);
        assert!(alive(process.child().id()));
        assert_eq!(shell_code(process.end().unwrap()), 128 + 15);
    }

    #[test]
    fn a_status_is_passed_on() {
        let mut process = Process::spawn("sh", Command::new("sh").args(["-c", "exit 33"])).unwrap();
        let Outcome::Exited(status) = process.wait(None, &|| false).unwrap() else {
            panic!("did not end")
        };
        assert_eq!(shell_code(status), 33);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Process::spawn("QEMU", &mut Command::new("/nonexistent/qemu")).unwrap_err();
        assert!(format!("{error:#}").contains("/nonexistent/qemu"), "{error:#}");
    }
}
