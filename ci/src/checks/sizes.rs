//! Small files: the median, the 95th percentile and the largest.

use super::Source;

const MEDIAN: usize = 120;
const P95: usize = 500;
const LARGEST: usize = 800;

/// What is too large.
pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let mut sizes: Vec<(usize, String)> = sources
        .iter()
        .map(|source| (source.text.lines().count(), source.path.display().to_string()))
        .collect();
    sizes.sort();
    let mut wrong = Vec::new();
    for (name, percent, limit) in [("median", 50, MEDIAN), ("95th percentile", 95, P95)] {
        // The nearest-rank percentile.
        let rank = (sizes.len() * percent).div_ceil(100).saturating_sub(1);
        if let Some((lines, _)) = sizes.get(rank)
            && *lines > limit
        {
            wrong.push(format!(
                "the {name} of the source files has {lines} lines; at most {limit}"
            ));
        }
    }
    let large = sizes.iter().filter(|(lines, _)| *lines > LARGEST);
    wrong.extend(large.map(|(lines, path)| format!("{path}: {lines} lines; at most {LARGEST}")));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(lines: &[usize]) -> Vec<String> {
        let source = |&lines: &usize| Source {
            path: format!("{lines}.rs").into(),
            text: "x\n".repeat(lines),
        };
        check(&lines.iter().map(source).collect::<Vec<_>>())
    }

    #[test]
    fn each_limit_is_held() {
        assert!(complaints(&[1, MEDIAN, P95]).is_empty());
        assert!(complaints(&[1, MEDIAN + 1, 200])[0].contains("median"));
        assert!(complaints(&[1, 2, P95 + 1])[0].contains("95th"));
        let mut many = vec![1; 99];
        many.push(LARGEST + 1);
        assert_eq!(complaints(&many), ["801.rs: 801 lines; at most 800"]);
        assert!(complaints(&[]).is_empty());
    }
}
