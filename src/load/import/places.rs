//! Where rows stand, without a note for each: files tell one row a line, mostly, and then a run of them is one entry.

use super::problems::{FileId, Place};

/// Places by number: of edges of a group, of nodes.
#[derive(Default)]
pub(super) struct Places {
    /// Numbers whose line is not the one behind that of the number before; ascending.
    runs: Vec<(u32, FileId, u64)>,
}

impl Places {
    /// What has this number, which is above all others so far, stands there.
    pub(super) fn at(&mut self, number: u32, place: Place) {
        let expected = self.runs.last().map(|(first, file, line)| (*file, line + u64::from(number - first)));
        if expected != Some((place.file, place.line)) {
            self.runs.push((number, place.file, place.line));
        }
    }

    /// Where it stands.
    pub(super) fn of(&self, number: u32) -> Place {
        let at = self.runs.partition_point(|(first, _, _)| *first <= number);
        let run = at.checked_sub(1).and_then(|at| self.runs.get(at));
        let (first, file, line) = run.copied().unwrap_or((number, FileId(0), 0));
        Place { file, line: line + u64::from(number - first) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_line_by_line_is_one_run() {
        let mut places = Places::default();
        let told = [(0, 0, 2), (1, 0, 3), (2, 0, 4), (3, 0, 7), (4, 1, 8), (9, 1, 13), (10, 1, 14)];
        let place = |file, line| Place { file: FileId(file), line };
        told.iter().for_each(|(number, file, line)| places.at(*number, place(*file, *line)));
        assert!(told.iter().all(|(number, file, line)| places.of(*number) == place(*file, *line)));
        assert_eq!((places.runs.len(), Places::default().of(7)), (3, place(0, 0)));
    }
}
