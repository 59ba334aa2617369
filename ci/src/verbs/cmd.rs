//! `cargo xtask cmd`: a command or a script of the command language, tried without a target.
//!
//! What the language says, errors included, goes to standard output as the debugger would print it; what this program
//! cannot do (read a file) goes to standard error.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use anyhow::{Context, Result};
use clap::Subcommand;
use monitor_cmds::{command_text, resolve_files, single_line};

use self::guest::{MemoryBytes, RegisterValue, simulated};

mod guest;
mod script;
mod show;
mod split;

/// Options of `cmd`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the tokens of a text, each as a JSON string on a line of its own
    Tokens {
        #[command(flatten)]
        input: Input,
    },
    /// Print a command in canonical form, or what is wrong with it (exit status 1)
    Parse {
        #[command(flatten)]
        input: Input,
    },
    /// Print a command on one line, with the files it names put in: what gdb's `hv` sends
    Resolve {
        #[command(flatten)]
        input: Input,
    },
    /// Run scripts on a simulated machine: `? { ... }`, or bare statements
    ///
    /// Several scripts of one text, each from a `?` at the start of a line, behind a closing brace or behind a `;` on,
    /// share their global variables. Printed is what the debugger would see, then the values given to test_statement. The exit
    /// status is 1 if a script is refused, and 2 if one fails while it runs.
    Run {
        /// A register's value, such as rax=10; the others are 0
        #[arg(long = "reg", value_name = "NAME=HEX")]
        registers: Vec<RegisterValue>,
        /// Bytes of memory, virtual and physical, such as 1000=48656c6c6f; there is no other memory
        #[arg(long = "mem", value_name = "ADDR=HEXBYTES")]
        memory: Vec<MemoryBytes>,
        #[command(flatten)]
        input: Input,
    },
}

/// Where the text comes from.
#[derive(Debug, clap::Args)]
struct Input {
    /// A file with the text; standard input if there is none
    file: Option<PathBuf>,
}

impl Input {
    /// The bytes, whatever they are.
    fn read(&self) -> Result<Vec<u8>> {
        match &self.file {
            Some(file) => read(file),
            None => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                read.context("reading standard input")?;
                Ok(bytes)
            }
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

/// The text with the files that it names put in, or what to print and the exit status. Relative paths are those of
/// the directory that `file`, where the text is from, is in; without one, of the current directory.
fn resolved(text: &[u8], file: Option<&Path>) -> Result<String, (String, u8)> {
    let text = command_text(text).map_err(|error| show::refused(&error))?;
    let directory = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let mut read = |path: &str| fs::read_to_string(directory.join(path)).map_err(|error| error.to_string());
    resolve_files(text, &mut read).map_err(|error| show::refused(&error))
}

/// The verb.
pub(crate) fn main(args: &Args) -> Result<ExitCode> {
    let (text, status) = match &args.what {
        What::Tokens { input } => show::tokens(&input.read()?),
        What::Parse { input } => match resolved(&input.read()?, input.file.as_deref()) {
            Ok(text) => show::command(&text),
            Err(refused) => refused,
        },
        What::Resolve { input } => match resolved(&input.read()?, input.file.as_deref()) {
            Ok(text) => (single_line(&text) + "\n", 0),
            Err(refused) => refused,
        },
        What::Run {
            registers,
            memory,
            input,
        } => match resolved(&input.read()?, input.file.as_deref()) {
            Ok(text) => script::run(&text, &mut simulated(registers, memory)),
            Err(refused) => refused,
        },
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("writing to standard output")?;
    Ok(ExitCode::from(status))
}
