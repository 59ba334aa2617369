//! The command table, and one file per command.
//!
//! A file has the command's row (`SPEC`), its parser, and the function that runs it. A new command is such a file,
//! its row in [`COMMANDS`], and its variant in [`crate::Command`].

pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod help;
pub(crate) mod ioin;
pub(crate) mod ioout;
pub(crate) mod last;
pub(crate) mod phys;
pub(crate) mod regs;
pub(crate) mod reset;
pub(crate) mod status;
pub(crate) mod version;

use crate::CommandSpec;

/// Every command, in the order of the help.
pub static COMMANDS: &[&CommandSpec] = &[
    &help::SPEC,
    &version::SPEC,
    &status::SPEC,
    &regs::SPEC,
    &phys::SPEC,
    &reset::SPEC,
    &ioin::SPEC,
    &ioout::SPEC,
    &events::SPEC,
    &last::SPEC,
];

/// The command that `word` names, aliases included. Case does not matter.
pub fn find(word: &str) -> Option<&'static CommandSpec> {
    COMMANDS.iter().copied().find(|spec| spec.answers_to(word))
}
