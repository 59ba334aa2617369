//! The image's size and the memory the hypervisor keeps for itself.

use anyhow::{Context, Result};

use super::{Files, Line, Side, Subject, Target};
use crate::checks;

pub(super) const NAME: &str = "footprint";

const KIB: f64 = 1024.0;

pub(super) fn measure(files: &Files, _runs: usize) -> Result<Vec<Line>> {
    let image = checks::loaded_bytes(&files.hypervisor)?;
    let status = Subject::boot(files, Side::Ours)?.client()?.monitor("status")?;
    let reserved = reserved_kib(&status)
        .with_context(|| format!("`monitor status` says nothing of the memory reserved:\n{status}"))?;
    let line = |what: &str, kib: f64, most: f64| Line {
        ours: vec![kib],
        ..Line::new(format!("{NAME}: {what}"), "KiB", Target::AtMost(most))
    };
    Ok(vec![
        line("image as loaded", image as f64 / KIB, KIB),
        line("memory reserved", reserved, 16.0 * KIB),
    ])
}

/// The size in a line such as `memory reserved: 8192 KiB` or `reserved 8 MiB at 1c000000`.
fn reserved_kib(status: &str) -> Option<f64> {
    let line = status.lines().find(|line| line.contains("reserved"))?;
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
    words.windows(2).find_map(|pair| {
        let scale = match pair[1] {
            "KiB" => 1.0,
            "MiB" => KIB,
            _ => return None,
        };
        Some(pair[0].parse::<f64>().ok()? * scale)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_found_with_its_unit() {
        assert_eq!(reserved_kib("cpus: 1\nmemory reserved: 8192 KiB\n"), Some(8192.0));
        assert_eq!(reserved_kib("reserved 8 MiB at 1c000000"), Some(8192.0));
        assert_eq!(reserved_kib("cpus: 1\n"), None);
    }
}
