//! The numbers the hypervisor must hold, side by side with QEMU's own gdbstub.
//!
//! A row is measured several times, each time on ours and then on QEMU's, so that both see the same load
//! of the host. Every measurement boots a fresh machine: none inherits another's breakpoints or clock.

mod boot;
mod gdb;
mod report;
mod rows;
mod spin;
mod subject;

use anyhow::Result;

use crate::interrupt;
use crate::workspace::Workspace;
pub(crate) use report::{Line, Report};
use subject::Files;

/// How often each row is measured on each side.
const RUNS: usize = 5;

/// Measures everything whose name contains `filter`, telling `progress` what is under way.
pub(crate) fn run(workspace: &Workspace, filter: &str, progress: &dyn Fn(&str)) -> Result<Report> {
    let files = Files::make(workspace)?;
    let mut lines = Vec::new();
    for row in rows::ALL {
        if !row.name.contains(filter) {
            continue;
        }
        progress(row.name);
        match (row.measure)(&files, RUNS) {
            Ok(found) => lines.extend(found),
            // One row that fails must not hide the others.
            Err(error) => {
                interrupt::check()?;
                let said = std::fs::read_to_string(files.qemu_log()).unwrap_or_default();
                lines.push(Line::failed(row.name, &error, said.trim()));
            }
        }
    }
    Ok(Report { lines })
}
