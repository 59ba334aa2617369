//! `settings`: options of the session.

use crate::Command;
use crate::CommandSpec;
use crate::Error;
use crate::Group;
use crate::Machine;
use crate::Settings;
use crate::Syntax;
use crate::args::Args;
use crate::commands::phys::on_off;
use alloc::format;
use core::fmt;
use core::fmt::Write;

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `autounpause`.
    AutoUnpause,
    /// `autoflush`.
    AutoFlush,
    /// `addressconversion`.
    AddressConversion,
}

impl Switch {
    const ALL: [Self; 3] = [Self::AutoUnpause, Self::AutoFlush, Self::AddressConversion];

    fn word(self) -> &'static str {
        match self {
            Self::AutoUnpause => "autounpause",
            Self::AutoFlush => "autoflush",
            Self::AddressConversion => "addressconversion",
        }
    }

    fn place(self, settings: &mut Settings) -> &mut bool {
        match self {
            Self::AutoUnpause => &mut settings.auto_unpause,
            Self::AutoFlush => &mut settings.auto_flush,
            Self::AddressConversion => &mut settings.address_conversion,
        }
    }
}

/// What `settings` is asked to do; without a value it shows one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsAction {
    /// Show all.
    List,
    /// A setting that is on or off.
    Switch(Switch, Option<bool>),
    /// The syntax of disassembly.
    Syntax(Option<Syntax>),
}

pub(crate) static SPEC: CommandSpec = CommandSpec {
    name: "settings",
    aliases: &["setting"],
    group: Group::Session,
    parameters: "[syntax [intel|att|masm] | NAME [on|off]]",
    summary: "show or change an option of the session",
    details: "\
NAME is autounpause, autoflush or addressconversion; without a value it is shown, without a name all
are. syntax is how `u` writes instructions. The other three are HyperDbg's and are kept so that its
scripts run: gdb decides when the guest runs, output is sent at once, and symbols are gdb's.",
    examples: &[
        ("settings syntax att", "let `u` write AT&T syntax"),
        ("settings", "show all options"),
    ],
    keywords: &[
        "autounpause",
        "autoflush",
        "addressconversion",
        "syntax",
        "on",
        "off",
        "intel",
        "att",
        "masm",
    ],
    parse,
};

fn parse(args: &mut Args<'_>) -> Result<Command, Error> {
    let Some(name) = args.next() else {
        return Ok(Command::Settings(SettingsAction::List));
    };
    let value = args.next();
    args.end()?;
    if name.is("syntax") {
        let syntax = match value {
            None => None,
            Some(token) => match Syntax::ALL.into_iter().find(|syntax| token.is(syntax.word())) {
                Some(syntax) => Some(syntax),
                None => {
                    let message = format!(
                        "incorrect assembly syntax '{}'; there are intel, att and masm",
                        token.text
                    );
                    return Err(args.error(token, message));
                }
            },
        };
        return Ok(Command::Settings(SettingsAction::Syntax(syntax)));
    }
    let Some(switch) = Switch::ALL.into_iter().find(|switch| name.is(switch.word())) else {
        let message = format!(
            "incorrect use of the 'settings': '{}' is none of autounpause, autoflush, addressconversion and syntax",
            name.text
        );
        return Err(args.error(name, message));
    };
    let value = match value {
        None => None,
        Some(token) if token.is("on") => Some(true),
        Some(token) if token.is("off") => Some(false),
        Some(token) => return Err(args.error(token, "please use 'on' or 'off' as the argument")),
    };
    Ok(Command::Settings(SettingsAction::Switch(switch, value)))
}

impl fmt::Display for SettingsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings")?;
        let (name, value) = match *self {
            Self::List => return Ok(()),
            Self::Switch(switch, value) => (switch.word(), value.map(on_off)),
            Self::Syntax(syntax) => ("syntax", syntax.map(Syntax::word)),
        };
        write!(f, " {name}")?;
        value.map_or(Ok(()), |value| write!(f, " {value}"))
    }
}

pub(crate) fn execute(action: SettingsAction, machine: &mut dyn Machine, out: &mut dyn Write) -> fmt::Result {
    let settings = machine.settings();
    let show = |switch: Switch, settings: &mut Settings, out: &mut dyn Write| {
        writeln!(out, "{}: {}", switch.word(), on_off(*switch.place(settings)))
    };
    match action {
        SettingsAction::List => {
            for switch in Switch::ALL {
                show(switch, settings, out)?;
            }
        }
        SettingsAction::Switch(switch, value) => {
            if let Some(value) = value {
                *switch.place(settings) = value;
            }
            return show(switch, settings, out);
        }
        SettingsAction::Syntax(syntax) => settings.syntax = syntax.unwrap_or(settings.syntax),
    }
    writeln!(out, "syntax: {}", settings.syntax.word())
}
