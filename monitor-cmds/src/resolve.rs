//! Files that a command names, put in where they are named.
//!
//! Whoever runs commands has no files, so the client calls [`resolve_files`] before it sends one. Two forms are
//! known:
//! * `script {file:PATH}`, with `file:` right after the brace; all of the rest is the path, spaces included;
//! * `#include "PATH";` in a script, also in a file. Each path is put in once, where it is named first, and again
//!   nowhere, so files may include each other.
//!
//! A file is a script as it would be typed: `? { ... }`, `{ ... }` or statements. Its comments become spaces, so
//! that a brace in one cannot end the command's block; its lines stay lines.

use crate::Error;
use crate::TokenKind;
use crate::tokenize;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

mod path;
mod scan;

pub use scan::comment_or_text;

/// What the text of a script block begins with that is the path of a file.
pub const FILE_PREFIX: &str = "file:";

/// What to answer to a command whose files were not put in.
pub const FILES_ARE_THE_CLIENTS: &str =
    "files are read by the client before the command is sent; this command came without its file";

/// Files may include each other this deep.
const MAX_INCLUDES: usize = 32;

/// The most bytes of a resolved text.
const MAX_TEXT: usize = 0x10_0000;

/// `text`, a command or a script, with the files it names put in.
///
/// `read` gives the text of a file, or why it cannot be read. It is called with paths as they were written; a
/// relative path in a file has the directory of that file before it.
///
/// # Errors
/// `err, either script file is not found or it's empty` with the path, and what is wrong with an `#include`. The
/// place is in `text`, or in the file that the message names.
pub fn resolve_files(
    text: &str,
    read: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<String, Error> {
    let mut resolver = Resolver {
        read,
        seen: Vec::new(),
        depth: 0,
        total: 0,
    };
    let mut out = String::new();
    let mut done = 0;
    for (block, path) in file_blocks(text) {
        let before = text.get(done..block.start).unwrap_or_default();
        resolver.splice(text, done, before, "", &mut out)?;
        let inside = resolver
            .file(&path)
            .map_err(|failure| failure.at(text, block.start))?;
        out.push_str("{ ");
        out.push_str(&inside);
        out.push_str("\n}");
        done = block.end;
    }
    resolver.splice(text, done, text.get(done..).unwrap_or_default(), "", &mut out)?;
    Ok(out)
}

/// `text` on one line, meaning the same: for clients whose commands end with a line. Comments become spaces, and so
/// do newlines, except between instructions, where they become semicolons.
pub fn single_line(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    // What the block that comes is about: instructions, for `a` and after `asm`.
    let mut assembles = false;
    for (index, token) in tokenize(text).iter().enumerate() {
        if token.kind == TokenKind::Block {
            scan::join(
                text.get(done..token.span.start).unwrap_or_default(),
                " ",
                &mut out,
            );
            let block = text.get(token.span.clone()).unwrap_or_default();
            scan::join(block, if assembles { ";" } else { " " }, &mut out);
            done = token.span.end;
        }
        assembles = match index {
            0 => crate::find(&token.text).is_some_and(|spec| spec.answers_to("a") || spec.answers_to("!a")),
            _ => token.is("asm") || assembles && token.kind != TokenKind::Block,
        };
    }
    scan::join(text.get(done..).unwrap_or_default(), " ", &mut out);
    out.trim().into()
}

/// The blocks `{file:PATH}` of `script` options, and their paths.
fn file_blocks(text: &str) -> Vec<(core::ops::Range<usize>, String)> {
    let mut blocks = Vec::new();
    let mut script = false;
    for token in tokenize(text) {
        if token.kind == TokenKind::Block {
            let path = token.text.strip_prefix(FILE_PREFIX).map(str::trim);
            blocks.extend(path.filter(|_| script).map(|path| (token.span, path.to_string())));
            script = false;
        } else if ["script", "condition", "code", "output"]
            .iter()
            .any(|word| token.is(word))
        {
            script = token.is("script");
        }
    }
    blocks
}

/// Why a file could not be put in.
enum Failure {
    /// Said of the place that names it.
    Here(String),
    /// Has its place already.
    Placed(Error),
}

impl Failure {
    fn at(self, text: &str, offset: usize) -> Error {
        match self {
            Self::Here(message) => Error::new(text, offset, message),
            Self::Placed(error) => error,
        }
    }
}

struct Resolver<'r> {
    read: &'r mut dyn FnMut(&str) -> Result<String, String>,
    /// Paths that were put in.
    seen: Vec<String>,
    depth: usize,
    /// Bytes read so far.
    total: usize,
}

impl Resolver<'_> {
    /// The script in the file at `path`, its own includes put in, without the braces around it.
    fn file(&mut self, path: &str) -> Result<String, Failure> {
        let known = path::normal(path);
        if self.seen.contains(&known) {
            return Ok(String::new());
        }
        self.seen.push(known);
        if self.depth >= MAX_INCLUDES {
            return Err(Failure::Here(format!(
                "'{path}' is included through more than {MAX_INCLUDES:x} files"
            )));
        }
        let missing = |why: &str| {
            Failure::Here(format!(
                "err, either script file is not found or it's empty: '{path}'{why}"
            ))
        };
        let raw = match path {
            "" => return Err(missing("")),
            _ => (self.read)(path).map_err(|why| missing(&format!(" ({why})")))?,
        };
        let raw = raw.strip_prefix('\u{feff}').unwrap_or(&raw);
        self.total = self.total.saturating_add(raw.len());
        if self.total > MAX_TEXT {
            return Err(Failure::Here(format!(
                "'{path}' makes the text longer than {MAX_TEXT:x} bytes"
            )));
        }
        let plain = scan::without_comments(raw);
        if plain.trim().is_empty() {
            return Err(missing(""));
        }
        let inside = scan::unwrapped(&plain);
        let start = inside.start;
        let script = plain.get(inside).unwrap_or_default();
        let mut out = String::new();
        self.depth = self.depth.saturating_add(1);
        let result = self.splice(&plain, start, script, path::directory(path), &mut out);
        self.depth = self.depth.saturating_sub(1);
        match result {
            Ok(()) => Ok(out),
            Err(error) if error.message().starts_with("in '") => Err(Failure::Placed(error)),
            Err(error) => {
                let message = format!("in '{path}': {}", error.message());
                Err(Failure::Placed(Error::new(&plain, error.offset(), message)))
            }
        }
    }

    /// Appends `part`, which begins at byte `start` of `whole`, with its includes put in.
    fn splice(
        &mut self,
        whole: &str,
        start: usize,
        part: &str,
        directory: &str,
        out: &mut String,
    ) -> Result<(), Error> {
        let mut rest = part;
        let mut at = start;
        while let Some(found) = scan::include(rest) {
            out.push_str(rest.get(..found.start).unwrap_or_default());
            let place = at.saturating_add(found.start);
            let named = found.path.ok_or_else(|| {
                let message =
                    "Syntax Error: Invalid Syntax: expected a path in quotes and ';' after '#include'";
                Error::new(whole, place, message)
            })?;
            let path = path::join(directory, named);
            let inside = self.file(&path).map_err(|failure| failure.at(whole, place))?;
            out.push(' ');
            out.push_str(&inside);
            out.push(' ');
            rest = rest.get(found.end..).unwrap_or_default();
            at = at.saturating_add(found.end);
        }
        out.push_str(rest);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
