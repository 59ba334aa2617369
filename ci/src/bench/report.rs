//! What was measured, as a table and as JSON.

use std::fmt;

use serde::Serialize;

/// All lines of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) lines: Vec<Line>,
}

/// One measured quantity.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    /// All samples under the hypervisor.
    pub(crate) ours: Vec<f64>,
    /// All samples of what it is compared with; empty when there is nothing to compare with.
    pub(crate) theirs: Vec<f64>,
    pub(crate) target: Target,
    /// Why there are no samples.
    pub(crate) failure: Option<String>,
}

/// What the medians must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) enum Target {
    /// Ours divided by theirs is at least this.
    RatioAtLeast(f64),
    /// Ours divided by theirs is at most this.
    RatioAtMost(f64),
    /// Ours is at most this.
    AtMost(f64),
    /// Nothing is promised.
    Information,
}

impl Line {
    /// A line that has no samples yet.
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, target: Target) -> Self {
        Self {
            name: name.into(),
            unit,
            ours: Vec::new(),
            theirs: Vec::new(),
            target,
            failure: None,
        }
    }

    /// A line that says why it could not be measured, with what QEMU said of it.
    pub(crate) fn failed(name: &str, error: &anyhow::Error, qemu_said: &str) -> Self {
        let failure = format!("{error:#}\n{qemu_said}").trim_end().to_owned();
        Self {
            failure: Some(failure),
            ..Self::new(name, "", Target::Information)
        }
    }

    /// Whether the target holds; `None` when there is none.
    fn holds(&self) -> Option<bool> {
        let ours = median(&self.ours);
        let ratio = ours.zip(median(&self.theirs)).map(|(ours, theirs)| ours / theirs);
        match self.target {
            _ if self.failure.is_some() => Some(false),
            Target::Information => None,
            Target::RatioAtLeast(least) => Some(ratio.is_some_and(|ratio| ratio >= least)),
            Target::RatioAtMost(most) => Some(ratio.is_some_and(|ratio| ratio <= most)),
            Target::AtMost(most) => Some(ours.is_some_and(|ours| ours <= most)),
        }
    }
}

impl Report {
    /// Whether every target holds.
    pub(crate) fn all_hold(&self) -> bool {
        self.lines.iter().all(|line| line.holds() != Some(false))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:44} {:8} {:>10} {:>10} {:>8}  {:14} holds",
            "median of each", "unit", "stub-hv", "QEMU", "ratio", "must be"
        )?;
        for line in &self.lines {
            let (ours, theirs) = (median(&line.ours), median(&line.theirs));
            let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
            let target = match line.target {
                Target::RatioAtLeast(least) => format!("ratio >= {least}"),
                Target::RatioAtMost(most) => format!("ratio <= {most}"),
                Target::AtMost(most) => format!("<= {most}"),
                Target::Information => "-".to_owned(),
            };
            let holds = line.holds().map_or("-", |holds| if holds { "yes" } else { "NO" });
            let [ours, theirs, ratio] = [ours, theirs, ratio].map(number);
            writeln!(
                out,
                "{:44} {:8} {ours:>10} {theirs:>10} {ratio:>8}  {target:14} {holds}",
                line.name, line.unit
            )?;
            if let Some(failure) = &line.failure {
                writeln!(out, "    {failure}")?;
            }
        }
        Ok(())
    }
}

fn number(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.abs() >= 1000.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.3}"),
    }
}

/// The middle sample, or the mean of the two in the middle.
fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        Some(upper)
    } else {
        Some((upper + sorted.get(middle - 1)?) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ours: &[f64], theirs: &[f64], target: Target) -> Line {
        Line {
            ours: ours.into(),
            theirs: theirs.into(),
            ..Line::new("x", "1/s", target)
        }
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn targets() {
        assert_eq!(
            line(&[20.0], &[1.0], Target::RatioAtLeast(20.0)).holds(),
            Some(true)
        );
        assert_eq!(
            line(&[19.0], &[1.0], Target::RatioAtLeast(20.0)).holds(),
            Some(false)
        );
        assert_eq!(
            line(&[1.06], &[1.0], Target::RatioAtMost(1.05)).holds(),
            Some(false)
        );
        assert_eq!(line(&[2.0], &[], Target::AtMost(2.0)).holds(), Some(true));
        assert_eq!(line(&[], &[], Target::AtMost(2.0)).holds(), Some(false));
        assert_eq!(line(&[], &[], Target::Information).holds(), None);
    }

    #[test]
    fn a_failed_row_fails_the_report_and_says_why() {
        let failed = Line::failed("row", &anyhow::anyhow!("no answer"), "QEMU's words");
        let report = Report {
            lines: vec![line(&[1.0], &[1.0], Target::Information), failed],
        };
        assert!(!report.all_hold());
        assert!(report.to_string().contains("no answer\nQEMU's words"), "{report}");
    }
}
