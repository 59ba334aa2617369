//! Output sources: where the printed text of events goes instead of the console.
//!
//! There are no files, pipes or sockets beside the hypervisor, so it keeps only the table. Text for a source goes
//! over the console as a tagged line, [`Forwarded`], which a client takes out and delivers.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A file of the client's machine.
    File,
    /// A named pipe of it.
    NamedPipe,
    /// A TCP server, as `ADDRESS:PORT`.
    Tcp,
    /// A library that gets the text.
    Module,
}

impl OutputKind {
    /// Every kind, in the order of the help.
    pub const ALL: [Self; 4] = [Self::File, Self::NamedPipe, Self::Tcp, Self::Module];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::NamedPipe => "namedpipe",
            Self::Tcp => "tcp",
            Self::Module => "module",
        }
    }
}

/// Whether text is forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputState {
    /// Not yet.
    NotOpened,
    /// It is.
    Opened,
    /// No more; it cannot be opened again.
    Closed,
}

impl OutputState {
    /// As the list shows it.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotOpened => "not opened",
            Self::Opened => "opened",
            Self::Closed => "closed",
        }
    }
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name, which compares with case.
    pub name: String,
    /// What it is.
    pub kind: OutputKind,
    /// Where it is: a path, or address and port; only the client understands it.
    pub address: String,
    /// Whether text is forwarded.
    pub state: OutputState,
}

/// The longest name.
pub const MAX_OUTPUT_NAME: usize = 49;

/// The most sources there can be.
pub const MAX_OUTPUTS: usize = 256;

/// Refuses what cannot be a name: a name is part of a line that clients take apart.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() {
        return Err("err, no input found".into());
    }
    if name.len() > MAX_OUTPUT_NAME {
        return Err(alloc::format!(
            "err, the name is longer than {MAX_OUTPUT_NAME} characters"
        ));
    }
    match name.chars().find(|&c| !plain(c)) {
        Some(c) => Err(alloc::format!(
            "err, a name has letters, digits, '_', '-' and '.', not '{c}'"
        )),
        None => Ok(()),
    }
}

/// All sources, in order of creation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    list: Vec<Output>,
}

impl Outputs {
    /// The sources.
    pub fn iter(&self) -> impl Iterator<Item = &Output> {
        self.list.iter()
    }

    /// The source with that name.
    pub fn get(&self, name: &str) -> Option<&Output> {
        self.list.iter().find(|output| output.name == name)
    }

    /// Adds a source that is not opened.
    ///
    /// # Errors
    /// [`OutputsError::Exists`], [`OutputsError::Full`].
    pub fn create(&mut self, name: &str, kind: OutputKind, address: &str) -> Result<(), OutputsError> {
        if self.get(name).is_some() {
            return Err(OutputsError::Exists);
        }
        if self.list.len() >= MAX_OUTPUTS {
            return Err(OutputsError::Full);
        }
        self.list.push(Output {
            name: name.into(),
            kind,
            address: address.into(),
            state: OutputState::NotOpened,
        });
        Ok(())
    }

    /// Lets text be forwarded to a source.
    ///
    /// # Errors
    /// [`OutputsError::Unknown`], [`OutputsError::AlreadyOpened`], [`OutputsError::AlreadyClosed`].
    pub fn open(&mut self, name: &str) -> Result<(), OutputsError> {
        self.change(name, OutputState::Opened)
    }

    /// Forwards no more text to a source, for good.
    ///
    /// # Errors
    /// [`OutputsError::Unknown`], [`OutputsError::NotOpened`], [`OutputsError::AlreadyClosed`].
    pub fn close(&mut self, name: &str) -> Result<(), OutputsError> {
        self.change(name, OutputState::Closed)
    }

    fn change(&mut self, name: &str, state: OutputState) -> Result<(), OutputsError> {
        let output = self.list.iter_mut().find(|output| output.name == name);
        let output = output.ok_or(OutputsError::Unknown)?;
        match (output.state, state) {
            (OutputState::Closed, _) => return Err(OutputsError::AlreadyClosed),
            (OutputState::Opened, OutputState::Opened) => return Err(OutputsError::AlreadyOpened),
            (OutputState::NotOpened, OutputState::Closed) => return Err(OutputsError::NotOpened),
            _ => output.state = state,
        }
        Ok(())
    }

    /// Those of `names` that text is forwarded to.
    pub fn opened<'o>(&'o self, names: &'o [String]) -> impl Iterator<Item = &'o Output> {
        let known = names.iter().filter_map(|name| self.get(name));
        known.filter(|output| output.state == OutputState::Opened)
    }
}

/// One line of text on its way to a source, without a newline: `#output NAME TEXT`.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded<'t> {
    /// The source's name.
    pub name: &'t str,
    /// The text.
    pub text: &'t str,
}

impl fmt::Display for Forwarded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#output {} {}", self.name, self.text)
    }
}

/// Why a change to the sources was refused. `Display` is the line the user reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputsError {
    /// The name is taken.
    Exists,
    /// No source has the name.
    Unknown,
    /// It is opened.
    AlreadyOpened,
    /// It was closed, which is for good.
    AlreadyClosed,
    /// It was never opened.
    NotOpened,
    /// There are too many.
    Full,
}

impl fmt::Display for OutputsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exists => "err, the name you entered, already exists, please choose another name",
            Self::Unknown => "err, the name you entered, not found",
            Self::AlreadyOpened => "err, output source already opened",
            Self::AlreadyClosed => {
                "err, output source already closed; create another one with the same address"
            }
            Self::NotOpened => "err, output source is not opened",
            Self::Full => "err, there are too many output sources",
        })
    }
}

impl core::error::Error for OutputsError {}

#[cfg(test)]
mod tests;
