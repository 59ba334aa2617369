//! What a command is: its row in the table, and its parsed form.

use crate::Assemble;
use crate::Disassemble;
use crate::Dump;
use crate::Edit;
use crate::Elsewhere;
use crate::Error;
use crate::EventSpec;
use crate::EventsAction;
use crate::Expression;
use crate::ImmediateScript;
use crate::List;
use crate::MsrAccess;
use crate::OutputAction;
use crate::PciFunction;
use crate::Prealloc;
use crate::RegisterAction;
use crate::Search;
use crate::SettingsAction;
use crate::Stack;
use crate::TaskAction;
use crate::TaskKind;
use crate::TestAction;
use crate::Translate;
use crate::args::Args;
use crate::commands;
use crate::suggest;
use crate::tokenize;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

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
    Event(Box<EventSpec>),
    /// `events`.
    Events(EventsAction),
    /// `last`.
    Last,
    /// `output`.
    Output(OutputAction),
    /// `prealloc`.
    Prealloc(Prealloc),
    /// `preactivate`.
    Preactivate,
    /// `flush`.
    Flush,
    /// `db` and its like.
    Dump(Dump),
    /// `eb` and its like.
    Edit(Edit),
    /// `sb` and its like.
    Search(Search),
    /// `dl`.
    List(List),
    /// `k` and its like.
    Stack(Stack),
    /// `!pte`, `!va2pa`, `!pa2va`.
    Translate(Translate),
    /// `!idt`: of everything, or one entry.
    Idt(Option<u8>),
    /// `!apic`.
    Apic,
    /// `!ioapic`.
    IoApic,
    /// `!pcitree`.
    PciTree,
    /// `!pcicam`.
    PciCam {
        /// The function.
        at: PciFunction,
        /// As bytes, not as fields?
        dump: bool,
    },
    /// `.process`, `.thread`.
    Task(TaskKind, TaskAction),
    /// `r`.
    Register(RegisterAction),
    /// `?`.
    Evaluate(ImmediateScript),
    /// `print`.
    Print(Expression),
    /// `.formats`.
    Formats(Expression),
    /// `~`: of the selected CPU, or of another.
    Core(Option<u32>),
    /// `settings`.
    Settings(SettingsAction),
    /// `test`.
    Test(TestAction),
    /// `rdmsr`, `wrmsr`.
    Msr(MsrAccess),
    /// `ucpuid`.
    Cpuid {
        /// EAX.
        function: u32,
        /// ECX.
        subfunction: u32,
    },
    /// `cpu`.
    Cpu,
    /// `u` and its like.
    Disassemble(Disassemble),
    /// `a` and its like.
    Assemble(Assemble),
    /// A word whose work is done elsewhere.
    Elsewhere(&'static Elsewhere),
}

/// Where the help lists a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// About the machine and the session.
    Session,
    /// About registers.
    Registers,
    /// About memory.
    Memory,
    /// About tables and devices of the machine, and its processes.
    System,
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
    /// This row under other words: one of a family of commands.
    pub(crate) const fn named(
        self,
        name: &'static str,
        aliases: &'static [&'static str],
        summary: &'static str,
        examples: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name,
            aliases,
            summary,
            examples,
            ..self
        }
    }

    /// Its word and its aliases.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        core::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The word, the parameters and, for an event, that options may follow: `!ioin [PORT] [OPTIONS]`.
    pub fn usage(&self) -> String {
        let mut usage = String::from(self.name);
        if !self.parameters.is_empty() {
            usage.push(' ');
            usage.push_str(self.parameters);
        }
        if self.group == Group::Event {
            usage.push_str(" [OPTIONS]");
        }
        usage
    }

    /// Is `word` one of its words? Case does not matter.
    pub fn answers_to(&self, word: &str) -> bool {
        self.words().any(|known| known.eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Command {
    /// The command in canonical form: [`parse`] makes the same of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help(None) => f.write_str("help"),
            Self::Help(Some(topic)) => write!(f, "help {}", topic.name),
            Self::Version => f.write_str("version"),
            Self::Status => f.write_str("status"),
            Self::Regs(None) => f.write_str("regs"),
            Self::Regs(Some(cpu)) => write!(f, "regs {cpu:x}"),
            Self::Phys(None) => f.write_str("phys"),
            Self::Phys(Some(true)) => f.write_str("phys on"),
            Self::Phys(Some(false)) => f.write_str("phys off"),
            Self::Reset => f.write_str("reset"),
            Self::Event(event) => event.fmt(f),
            Self::Events(action) => write!(f, "events{action}"),
            Self::Last => f.write_str("last"),
            Self::Output(action) => write!(f, "output{action}"),
            Self::Prealloc(asked) => asked.fmt(f),
            Self::Preactivate => f.write_str("preactivate mode"),
            Self::Flush => f.write_str("flush"),
            Self::Dump(command) => command.fmt(f),
            Self::Edit(command) => command.fmt(f),
            Self::Search(command) => command.fmt(f),
            Self::List(command) => command.fmt(f),
            Self::Stack(command) => command.fmt(f),
            Self::Translate(command) => command.fmt(f),
            Self::Idt(None) => f.write_str("!idt"),
            Self::Idt(Some(entry)) => write!(f, "!idt {entry:x}"),
            Self::Apic => f.write_str("!apic"),
            Self::IoApic => f.write_str("!ioapic"),
            Self::PciTree => f.write_str("!pcitree"),
            Self::PciCam { at, dump } => commands::pci::write_command(f, *at, *dump),
            Self::Task(kind, action) => commands::process::write_command(f, *kind, action),
            Self::Register(action) => action.fmt(f),
            Self::Evaluate(script) => write!(f, "? {script}"),
            Self::Print(expression) => write!(f, "print {expression}"),
            Self::Formats(expression) => write!(f, ".formats {expression}"),
            Self::Core(None) => f.write_str("~"),
            Self::Core(Some(cpu)) => write!(f, "~ {cpu:x}"),
            Self::Settings(action) => action.fmt(f),
            Self::Test(action) => action.fmt(f),
            Self::Msr(access) => access.fmt(f),
            Self::Cpuid {
                function,
                subfunction,
            } => write!(f, "ucpuid {function:x} {subfunction:x}"),
            Self::Cpu => f.write_str("cpu"),
            Self::Disassemble(command) => command.fmt(f),
            Self::Assemble(command) => command.fmt(f),
            Self::Elsewhere(row) => f.write_str(row.words.first().unwrap_or(&"")),
        }
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
    if let Some(elsewhere) = commands::elsewhere::find(&word.text) {
        return Ok(Command::Elsewhere(elsewhere));
    }
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
    parse(command_text(input)?)
}

/// The bytes of a packet as the text of a command.
///
/// # Errors
/// They are not UTF-8; the place is that of the first that are not.
pub fn command_text(input: &[u8]) -> Result<&str, Error> {
    core::str::from_utf8(input).map_err(|error| {
        let text = String::from_utf8_lossy(input);
        Error::new(&text, error.valid_up_to(), "err, the command is not UTF-8 text")
    })
}

/// `message`, and the command that `word` may have been meant for.
pub(crate) fn with_suggestion(message: String, word: &str) -> String {
    let known = commands::COMMANDS.iter().flat_map(|spec| spec.words());
    match suggest::nearest(word, known) {
        Some(near) => format!("{message}; did you mean '{near}'?"),
        None => format!("{message}; 'help' lists the commands"),
    }
}
