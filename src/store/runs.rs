//! Runs of node ids: ascending ranges that do not touch.

use std::ops::Range;

/// Puts a run behind the others, joined to the last one where they touch.
pub(super) fn append(runs: &mut Vec<Range<u32>>, run: Range<u32>) {
    match runs.last_mut() {
        Some(last) if last.end == run.start => last.end = run.end,
        _ if run.is_empty() => {}
        _ => runs.push(run),
    }
}

/// Ascending runs without these ascending numbers.
pub(super) fn without(runs: Vec<Range<u32>>, numbers: &[u32]) -> Vec<Range<u32>> {
    let mut left = Vec::with_capacity(runs.len());
    for run in runs {
        let first = numbers.partition_point(|number| *number < run.start);
        let mut start = run.start;
        for number in numbers[first..].iter().take_while(|number| **number < run.end) {
            append(&mut left, start..*number);
            start = number + 1;
        }
        append(&mut left, start..run.end);
    }
    left
}

/// Ascending runs with these ascending numbers, none of which is in a run.
pub(super) fn with(runs: Vec<Range<u32>>, numbers: &[u32]) -> Vec<Range<u32>> {
    let mut all = Vec::with_capacity(runs.len() + numbers.len());
    let mut numbers = numbers.iter().copied().peekable();
    for run in runs {
        while let Some(number) = numbers.next_if(|number| *number < run.start) {
            append(&mut all, number..number + 1);
        }
        append(&mut all, run);
    }
    numbers.for_each(|number| append(&mut all, number..number + 1));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_lose_and_gain_numbers() {
        // The numbers that are in, those that go, those that come, and what is left as runs.
        let cases: [[&[u32]; 3]; 5] = [
            [&[], &[], &[]],
            [&[0, 1, 2, 5], &[1, 4, 5], &[]],
            [&[0, 1, 2], &[0, 1, 2], &[7, 9]],
            [&[2, 3, 6, 7], &[], &[1, 4, 9]],
            [&[0, 1], &[1], &[1]],
        ];
        let expected = ["", "0..1 2..3", "7..8 9..10", "1..5 6..8 9..10", "0..2"];
        for ([numbers, out, back], expected) in cases.into_iter().zip(expected) {
            let mut runs = Vec::new();
            numbers.iter().for_each(|number| append(&mut runs, *number..number + 1));
            let left: Vec<String> = with(without(runs, out), back).iter().map(|run| format!("{run:?}")).collect();
            assert_eq!(left.join(" "), expected, "{numbers:?} {out:?} {back:?}");
        }
    }
}
