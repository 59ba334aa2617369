//! How many tests a `cargo test` log reports.

use std::fmt;
use std::iter::Sum;

/// Sums over all test binaries of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) ignored: u32,
}

impl Counts {
    /// Adds up the lines `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
    pub(super) fn of_log(log: &str) -> Self {
        log.lines()
            .filter_map(|line| line.strip_prefix("test result: "))
            .map(Self::of_result)
            .sum()
    }

    fn of_result(line: &str) -> Self {
        let number = |what: &str| {
            line.split(['.', ';'])
                .filter_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok())
                .next()
                .unwrap_or(0)
        };
        Self {
            passed: number("passed"),
            failed: number("failed"),
            ignored: number("ignored"),
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(rows: I) -> Self {
        rows.fold(Self::default(), |sum, row| Self {
            passed: sum.passed + row.passed,
            failed: sum.failed + row.failed,
            ignored: sum.ignored + row.ignored,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} tests passed", self.passed)?;
        for (number, what) in [(self.failed, "failed"), (self.ignored, "ignored")] {
            if number > 0 {
                write!(out, ", {number} {what}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_binaries_add_up() {
        let log = "running 3 tests\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        let counts = Counts::of_log(log);
        assert_eq!(
            counts,
            Counts {
                passed: 15,
                failed: 2,
                ignored: 1
            }
        );
        assert_eq!(counts.to_string(), "15 tests passed, 2 failed, 1 ignored");
    }
}
