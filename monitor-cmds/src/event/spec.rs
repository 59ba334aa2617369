//! An event before it is in the table.

use crate::Error;
use crate::EventOptions;
use crate::Guest;
use crate::ScriptSource;
use crate::Trigger;
use crate::TypedTrigger;
use crate::args::Args;
use crate::script::Globals;
use crate::script::NoSymbols;
use crate::script::Script;
use alloc::string::String;
use alloc::string::ToString;
use core::fmt;

/// An event as a command asks for it, not registered yet.
///
/// `Display` gives the canonical command, which parses to the same.
#[derive(Clone, Debug, Eq)]
pub struct EventSpec {
    /// What it waits for.
    pub trigger: TypedTrigger,
    /// Its options.
    pub options: EventOptions,
    /// The command as typed, for `events`: its tokens joined with single spaces.
    pub text: String,
    /// The command as it was sent, for errors that are found later.
    pub input: String,
}

/// Events are the same if they ask for the same, however that is typed.
impl PartialEq for EventSpec {
    fn eq(&self, other: &Self) -> bool {
        self.trigger == other.trigger && self.options == other.options
    }
}

impl EventSpec {
    pub(crate) fn new(args: &Args<'_>, trigger: TypedTrigger, options: EventOptions) -> Self {
        Self {
            trigger,
            options,
            text: args.text(),
            input: args.input().into(),
        }
    }

    /// The event with its script compiled and its addresses resolved, for `guest`, the selected CPU's, if it is stopped.
    ///
    /// # Errors
    /// Text for the user: an error of the script with its place, a process that does not exist, an address without a
    /// value or a mapping.
    pub fn resolve(
        &self,
        guest: Option<&mut dyn Guest>,
        globals: &mut Globals,
    ) -> Result<Registration, String> {
        let script = match &self.options.script {
            Some(source) => Some(self.compiled(source, globals)?),
            None => None,
        };
        Ok(Registration {
            trigger: self.resolve_trigger(guest, globals)?,
            script,
            options: self.options.clone(),
            text: self.text.clone(),
        })
    }

    fn compiled(&self, source: &ScriptSource, globals: &mut Globals) -> Result<Script, String> {
        Script::compile(&source.text, globals, &NoSymbols).map_err(|error| {
            let place = source.map.place(error.offset);
            Error::new(&self.input, place, error.message).to_string()
        })
    }

    /// Addresses are those of the event's process.
    fn resolve_trigger(
        &self,
        guest: Option<&mut dyn Guest>,
        globals: &mut Globals,
    ) -> Result<Trigger, String> {
        let Some(guest) = guest else {
            return self.trigger.resolve(None, globals);
        };
        let Some(pid) = self.options.pid else {
            return self.trigger.resolve(Some(guest), globals);
        };
        if !guest.select_process(Some(pid)) {
            return Err(alloc::format!("err, pid is invalid: there is no process {pid:x}"));
        }
        let resolved = self.trigger.resolve(Some(&mut *guest), globals);
        guest.select_process(None);
        resolved
    }
}

impl fmt::Display for EventSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.trigger, self.options)
    }
}

/// An event that is ready for the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// What it waits for.
    pub trigger: Trigger,
    /// Its options.
    pub options: EventOptions,
    /// The script of the options.
    pub script: Option<Script>,
    /// The command as typed.
    pub text: String,
}
