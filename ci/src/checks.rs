//! House rules that no compiler knows: file sizes, safety comments, left-over notes, the size of the
//! image, and that README.md says what the program does.

mod image;
mod notes;
mod readme;
mod safety;
mod sizes;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
pub(crate) use image::{check as image, loaded_bytes};

/// A Rust source file: its path below the root, and its text.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    text: String,
}

/// Everything that can be told from the sources; all that is wrong is in one error.
pub(crate) fn sources(workspace: &Workspace, bless: bool) -> Result<()> {
    let sources = read(workspace)?;
    let mut wrong = sizes::check(&sources);
    wrong.extend(sources.iter().flat_map(safety::check));
    wrong.extend(sources.iter().flat_map(notes::check));
    wrong.extend(readme::check(&workspace.root.join("README.md"), bless)?);
    let manual = workspace.root.join("monitor-cmds/REFERENCE.md");
    wrong.extend(readme::check_manual(&manual, bless)?);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

fn read(workspace: &Workspace) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for entry in ignore::Walk::new(&workspace.root) {
        let entry = entry.context("walking the checkout")?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rs") && !path.starts_with(&workspace.target)
        {
            let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            let path = path.strip_prefix(&workspace.root).unwrap_or(path).to_owned();
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}
