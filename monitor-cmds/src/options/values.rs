//! Options whose value is a word.

use super::Draft;
use crate::Error;
use crate::Stage;
use crate::Token;
use crate::args::Args;
use alloc::format;

/// The largest buffer of an action, in bytes: HyperDbg's big safe buffer of 20 pages.
pub const MAX_BUFFER: u32 = 0x14000;

/// The stages in which an event acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stages {
    /// Before the effect.
    #[default]
    Pre,
    /// After it.
    Post,
    /// Both.
    All,
}

impl Stages {
    /// Is `stage` among them?
    pub fn has(self, stage: Stage) -> bool {
        match self {
            Self::Pre => stage == Stage::Pre,
            Self::Post => stage == Stage::Post,
            Self::All => true,
        }
    }

    /// `pre`, `post` or `all`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Post => "post",
            Self::All => "all",
        }
    }
}

pub(super) fn pid(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    draft.options.pid = all_or(value, |value| args.u32(value, "pid"))?;
    Ok(())
}

pub(super) fn core(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    draft.options.core = all_or(value, |value| args.u32(value, "core id"))?;
    Ok(())
}

pub(super) fn cr3(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    draft.options.cr3 = all_or(value, |value| args.u64(value, "cr3"))?;
    Ok(())
}

fn all_or<T>(value: &Token, parse: impl Fn(&Token) -> Result<T, Error>) -> Result<Option<T>, Error> {
    if value.is("all") {
        return Ok(None);
    }
    parse(value).map(Some)
}

pub(super) fn imm(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    draft.options.immediate = either(value, "yes", "no").ok_or_else(|| {
        args.error(
            value,
            format!(
                "err, immediate messaging token is invalid: '{}' is neither 'yes' nor 'no'",
                value.text
            ),
        )
    })?;
    draft.immediate_at = value.span.start;
    Ok(())
}

pub(super) fn sc(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    draft.options.short_circuit = either(value, "on", "off").ok_or_else(|| {
        args.error(
            value,
            "err, the specified short-circuiting state is invalid; you can either choose 'on' or 'off'",
        )
    })?;
    draft.short_circuit_at = value.span.start;
    Ok(())
}

fn either(value: &Token, yes: &str, no: &str) -> Option<bool> {
    if value.is(yes) {
        Some(true)
    } else {
        value.is(no).then_some(false)
    }
}

pub(super) fn stage(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    let stages = [Stages::Pre, Stages::Post, Stages::All];
    let Some(stages) = stages.into_iter().find(|stages| value.is(stages.word())) else {
        return Err(args.error(
            value,
            "err, the specified execution mode is invalid; you can either choose 'pre' or 'post', or 'all' for both",
        ));
    };
    draft.options.stages = stages;
    draft.stage_at = value.span.start;
    Ok(())
}

pub(super) fn buffer(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    let size = args.u32(value, "buffer size")?;
    if size > MAX_BUFFER {
        return Err(args.error(
            value,
            format!("err, buffer size is invalid: {size:x} is above {MAX_BUFFER:x}"),
        ));
    }
    draft.options.buffer = size;
    Ok(())
}
