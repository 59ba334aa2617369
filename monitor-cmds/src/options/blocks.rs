//! Options whose value is a block.

use super::Draft;
use crate::Error;
use crate::SourceMap;
use crate::Token;
use crate::TokenKind;
use crate::args::Args;
use crate::asm;
use crate::expression::AnySymbol;
use crate::resolve::FILE_PREFIX;
use crate::resolve::FILES_ARE_THE_CLIENTS;
use crate::script::Globals;
use crate::script::Script;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

/// How many output sources one event may have.
pub const MAX_EVENT_OUTPUTS: usize = 5;

/// Machine code of an event, as it was given: the RET after it is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Code {
    /// The bytes to run: those given and a RET.
    pub fn with_return(&self) -> impl Iterator<Item = u8> {
        self.bytes.iter().copied().chain(core::iter::once(0xc3))
    }
}

/// The text of a script, and where it stands in the command.
#[derive(Clone, Debug, Eq)]
pub struct ScriptSource {
    /// The text between the braces.
    pub text: String,
    /// Where in the command its bytes stand.
    pub map: SourceMap,
}

/// Scripts are the same if their texts are.
impl PartialEq for ScriptSource {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl From<&str> for ScriptSource {
    /// A script that is not part of a command.
    fn from(text: &str) -> Self {
        Self {
            text: text.into(),
            map: SourceMap::default(),
        }
    }
}

/// Refuses a value that is no block; `false` if the block is blank, which counts as not given.
fn is_given(args: &Args<'_>, value: &Token, option: &str) -> Result<bool, Error> {
    if value.kind != TokenKind::Block {
        let before = args.input().get(..value.span.start).unwrap_or_default();
        if before.trim_end().ends_with('{') {
            return Err(args.error_at(
                before.trim_end().len().saturating_sub(1),
                format!("err, please specify a value for '{option}': this '{{' is not closed"),
            ));
        }
        return Err(args.error(
            value,
            format!(
                "err, please specify a value for '{option}': a block in braces must follow it, not '{}'",
                value.text
            ),
        ));
    }
    Ok(!value.text.trim().is_empty())
}

pub(super) fn condition(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    if is_given(args, value, "condition")? {
        draft.options.condition = Some(hex(args, value, "condition")?);
    }
    Ok(())
}

pub(super) fn code(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    if is_given(args, value, "code")? {
        draft.options.code = Some(hex(args, value, "code")?);
    }
    Ok(())
}

/// HyperDbg says this of both blocks.
const NOT_HEX: &str = "please enter condition code in a hex notation";

/// The bytes of a hexadecimal text. White space may stand anywhere between bytes, and `0x`, `\x` or `x` before each
/// run of digits; a single run may have an odd number of digits, the first being a byte of its own.
fn hex(args: &Args<'_>, block: &Token, option: &str) -> Result<Code, Error> {
    let mut bytes = Vec::new();
    let mut at = 0_usize;
    let single = block.text.split_whitespace().nth(1).is_none();
    for piece in block.text.split_inclusive(char::is_whitespace) {
        let (run, start) = (piece.trim_end(), at);
        at = at.saturating_add(piece.len());
        let refuse = |offset: usize, why: &str| {
            let place = block.place(start.saturating_add(offset));
            args.error_at(place, format!("{NOT_HEX}: in '{option}', {why}"))
        };
        let prefix = ["0x", "0X", "x", "X"]
            .into_iter()
            .find(|prefix| run.starts_with(*prefix));
        let mut next = prefix.map_or(0, str::len);
        let mut digits: Vec<u8> = Vec::new();
        while let Some(tail) = run.get(next..).filter(|tail| !tail.is_empty()) {
            if tail.starts_with("\\x") || tail.starts_with("\\X") {
                next = next.saturating_add(2);
                continue;
            }
            let Some(digit) = tail.chars().next().and_then(|c| c.to_digit(16)) else {
                return Err(refuse(next, &format!("'{run}' is not a hexadecimal number")));
            };
            digits.push(u8::try_from(digit).unwrap_or_default());
            next = next.saturating_add(1);
        }
        if !digits.len().is_multiple_of(2) {
            if !single {
                return Err(refuse(0, &format!("'{run}' has an odd number of digits")));
            }
            digits.insert(0, 0);
        }
        bytes.extend(
            digits
                .chunks(2)
                .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)),
        );
    }
    if bytes.is_empty() {
        return Err(args.error(block, format!("{NOT_HEX}: in '{option}', there is no digit")));
    }
    Ok(Code { bytes })
}

/// `asm` counts for the block after it alone.
pub(super) fn assembly(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    let options = &mut draft.options;
    let (name, target) = if value.is("code") {
        ("code", &mut options.code)
    } else if value.is("condition") {
        ("condition", &mut options.condition)
    } else {
        return Err(args.error(
            value,
            format!(
                "'asm' stands before 'code' or 'condition', not before '{}'",
                value.text
            ),
        ));
    };
    let block = args.required(&format!("err, please specify a value for '{name}'"))?;
    if is_given(args, block, name)? {
        *target = Some(assembled(args, block)?);
    }
    Ok(())
}

/// The code of an `asm` block. Where it will run is not known yet, so it is made for address 0 and reaches absolute
/// addresses only through registers.
fn assembled(args: &Args<'_>, block: &Token) -> Result<Code, Error> {
    let bytes = asm::assemble(&block.text, 0, &|_| None).map_err(|error| {
        let message = format!("err, assemble error: {}", error.message);
        args.error_at(block.place(error.offset), message)
    })?;
    if bytes.is_empty() {
        return Err(args.error(block, "err, assemble error: there is no instruction"));
    }
    Ok(Code { bytes })
}

pub(super) fn script(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    if !is_given(args, value, "script")? {
        return Ok(());
    }
    if value.text.starts_with(FILE_PREFIX) {
        return Err(args.error_at(
            value.place(0),
            format!("err, either script file is not found or it's empty: {FILES_ARE_THE_CLIENTS}"),
        ));
    }
    // What symbols mean is known only to the machine that compiles it once more, and so are the real globals.
    Script::compile(&value.text, &mut Globals::new(), &AnySymbol)
        .map_err(|error| args.error_at(value.place(error.offset), error.message))?;
    draft.options.script = Some(ScriptSource {
        text: value.text.clone(),
        map: value.map.clone(),
    });
    Ok(())
}

pub(super) fn output(draft: &mut Draft, args: &mut Args<'_>, value: &Token) -> Result<(), Error> {
    if !is_given(args, value, "output")? {
        return Err(args.error(value, "err, no input found"));
    }
    let count = value.text.split(',').count();
    if count > MAX_EVENT_OUTPUTS {
        return Err(args.error(
            value,
            format!(
                "err, based on this build of HyperDbg, the maximum input sources for a single event is \
                 {MAX_EVENT_OUTPUTS:#x} sources but you entered {count:#x} sources"
            ),
        ));
    }
    let mut names = Vec::new();
    let mut at = 0_usize;
    for name in value.text.split(',') {
        let lead = name.len().saturating_sub(name.trim_start().len());
        let place = value.place(at.saturating_add(lead));
        crate::outputs::check_name(name.trim()).map_err(|message| args.error_at(place, message))?;
        names.push(name.trim().to_string());
        at = at.saturating_add(name.len()).saturating_add(1);
    }
    draft.options.output = names;
    Ok(())
}
