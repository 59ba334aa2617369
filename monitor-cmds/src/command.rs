//! What a command is: its row in the table, and its parsed form.

use crate::Error;
use crate::EventSpec;
use crate::EventsAction;
use crate::OPTIONS;
use crate::args::Args;
use crate::commands;
use crate::suggest;
use crate::tokenize;
use alloc::format;
use alloc::string::String;

/// A parsed command. [`crate::execute()`] runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `help`: of everything, or of one command.
    Help(Option<&'static CommandSpec>),
    /// `version`.
    Version,
    /// `status`.
    Status,
    /// `regs`: of a CPU, or of the selected one.
    Regs(Option<u32>),
    /// `phys`: sets the mode, or shows it.
    Phys(Option<bool>),
    /// `reset`.
    Reset,
    /// An event to register.
    Event(EventSpec),
    /// `events`.
    Events(EventsAction),
    /// `last`.
    Last,
}

/// Where the help lists a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// About the machine and the session.
    Session,
    /// Registers an event; takes the options of [`crate::OPTIONS`].
    Event,
    /// About events that exist.
    Management,
}

/// One row of the command table: everything that is known of a command.
#[derive(Debug)]
pub struct CommandSpec {
    /// Its word, in lower case.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// Where the help lists it.
    pub group: Group,
    /// What stands after the word; empty for nothing. Options are not named.
    pub parameters: &'static str,
    /// What it does, one line.
    pub summary: &'static str,
    /// The rest that a user should know, lines of at most 100 characters.
    pub details: &'static str,
    /// Commands as one would type them, and what they do.
    pub examples: &'static [(&'static str, &'static str)],
    /// Words that may stand after the command, for completion.
    pub keywords: &'static [&'static str],
    pub(crate) parse: fn(&mut Args<'_>) -> Result<Command, Error>,
}

impl CommandSpec {
    /// Its word and its aliases.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        core::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The word, the parameters and, for an event, the options: `!ioin [PORT] [core X]`.
    pub fn usage(&self) -> String {
        let mut usage = String::from(self.name);
        if !self.parameters.is_empty() {
            usage.push(' ');
            usage.push_str(self.parameters);
        }
        if self.group == Group::Event {
            for option in OPTIONS {
                usage.push_str(&format!(" [{} {}]", option.name, option.value));
            }
        }
        usage
    }

    /// Is `word` one of its words? Case does not matter.
    pub fn answers_to(&self, word: &str) -> bool {
        self.words().any(|known| known.eq_ignore_ascii_case(word))
    }
}

/// Rows are compared by name, which the table has once.
impl PartialEq for CommandSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CommandSpec {}

/// Parses the text of one `monitor` command. Text without a token is `help`.
///
/// # Errors
/// An [`Error`] that says what was expected and where.
pub fn parse(input: &str) -> Result<Command, Error> {
    let tokens = tokenize(input);
    let Some(word) = tokens.first() else {
        return Ok(Command::Help(None));
    };
    let Some(spec) = commands::find(&word.text) else {
        let message = format!("err, couldn't resolve command at '{}'", word.text);
        return Err(Error::new(
            input,
            word.span.start,
            with_suggestion(message, &word.text),
        ));
    };
    (spec.parse)(&mut Args::new(input, &tokens, spec))
}

/// [`parse`] for the bytes of a packet.
///
/// # Errors
/// As [`parse`], and for bytes that are not UTF-8: those are never run, not even in part.
pub fn parse_bytes(input: &[u8]) -> Result<Command, Error> {
    match core::str::from_utf8(input) {
        Ok(text) => parse(text),
        Err(error) => {
            let text = String::from_utf8_lossy(input);
            let message = "err, the command is not UTF-8 text";
            Err(Error::new(&text, error.valid_up_to(), message))
        }
    }
}

/// `message`, and the command that `word` may have been meant for.
pub(crate) fn with_suggestion(message: String, word: &str) -> String {
    let known = commands::COMMANDS.iter().flat_map(|spec| spec.words());
    match suggest::nearest(word, known) {
        Some(near) => format!("{message}; did you mean '{near}'?"),
        None => format!("{message}; 'help' lists the commands"),
    }
}
