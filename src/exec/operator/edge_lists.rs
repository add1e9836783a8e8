//! Lists of edges, one behind the other in one vector: millions of them are few things to hold, to sort out and to let go of.
//!
//! In: a column of lists, or of nothing. Out: the lists of some rows. A list that rows in sequence share stands there once, and is
//! shared again when it comes out.

use std::sync::Arc;

use super::Result;
use crate::model::value::{Free, List};
use crate::model::{Column, EdgeId, Value, garbage};

/// So many edges are moved between two questions whether to go on.
const PIECE: usize = 1 << 20;

/// The number of no list: the row has a null.
const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct EdgeLists<'g> {
    edges: Vec<EdgeId>,
    /// Where each list ends.
    ends: Vec<usize>,
    /// The number of each row's list.
    rows: Vec<u32>,
    /// The one that came last.
    last: Option<Arc<List<'g>>>,
}

impl<'g> EdgeLists<'g> {
    /// How many bytes they take.
    pub(super) fn size(&self) -> u64 {
        (size_of_val(&*self.edges) + size_of_val(&*self.ends) + size_of_val(&*self.rows)) as u64
    }

    /// All of them; absent when there is no row.
    pub(super) fn all(&self) -> Column<'g> {
        let rows: Vec<u32> = (0..self.rows.len() as u32).collect();
        if rows.is_empty() { Column::Absent } else { self.gather(&rows) }
    }

    /// Puts some rows of a column below these; false, and nothing is done, when one of them is no list of edges and no null.
    pub(super) fn push(&mut self, column: &Column<'g>, rows: &[u32]) -> bool {
        let values = match column {
            Column::Absent => {
                self.rows.resize(self.rows.len() + rows.len(), NONE);
                return true;
            }
            Column::Value(values) => values,
            _ => return false,
        };
        let before = (self.edges.len(), self.ends.len(), self.rows.len());
        for row in rows {
            let number = match values.get(*row as usize) {
                None | Some(Value::Null) => Some(NONE),
                Some(Value::List(list)) => self.number(list),
                Some(_) => None,
            };
            let Some(number) = number else {
                self.edges.truncate(before.0);
                self.ends.truncate(before.1);
                self.rows.truncate(before.2);
                self.last = None;
                return false;
            };
            self.rows.push(number);
        }
        true
    }

    /// The number of a list; none when something in it is no edge.
    fn number(&mut self, list: &Arc<List<'g>>) -> Option<u32> {
        if !self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, list)) {
            for value in list.iter() {
                let Value::Edge(edge) = value else { return None };
                self.edges.push(*edge);
            }
            self.ends.push(self.edges.len());
            self.last = Some(Arc::clone(list));
        }
        Some(self.ends.len() as u32 - 1)
    }

    /// Keeps these of the rows, which ascend, where they are. `check` is asked whether to go on, as often as there are many.
    pub(super) fn keep(&mut self, rows: &[u32], check: &dyn Fn() -> Result<()>) -> Result<()> {
        let (mut end, mut lists, mut last, mut moved) = (0, 0, NONE, 0);
        for (to, row) in rows.iter().enumerate() {
            let number = self.rows[*row as usize];
            if number != NONE && number != last {
                let from = self.range(number);
                moved += from.len();
                if moved > PIECE {
                    check()?;
                    moved = 0;
                }
                let start = end;
                end += from.len();
                self.edges.copy_within(from, start);
                self.ends[lists] = end;
                lists += 1;
                last = number;
            }
            self.rows[to] = if number == NONE { NONE } else { lists as u32 - 1 };
        }
        self.rows.truncate(rows.len());
        self.ends.truncate(lists);
        self.edges.truncate(end);
        self.last = None;
        Ok(())
    }

    fn range(&self, number: u32) -> std::ops::Range<usize> {
        let number = number as usize;
        number.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[number]
    }

    /// The lists of these rows.
    pub(super) fn gather(&self, rows: &[u32]) -> Column<'g> {
        let mut last: Option<(u32, Value<'g>)> = None;
        let mut value = |row: &u32| {
            let number = self.rows.get(*row as usize).copied().filter(|number| *number != NONE)?;
            if last.as_ref().is_none_or(|(of, _)| *of != number) {
                let edges = self.edges[self.range(number)].iter().map(|edge| Value::Edge(*edge));
                last = Some((number, Value::List(Arc::new(Free(edges.collect()).into()))));
            }
            last.as_ref().map(|(_, list)| list.clone())
        };
        Column::Value(rows.iter().map(|row| value(row).unwrap_or_default()).collect())
    }
}

impl Drop for EdgeLists<'_> {
    fn drop(&mut self) {
        garbage::plain(std::mem::take(&mut self.edges));
        garbage::plain(std::mem::take(&mut self.ends));
        garbage::plain(std::mem::take(&mut self.rows));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(edges: &[u32]) -> Value<'static> {
        Value::list(edges.iter().map(|edge| Value::Edge(EdgeId(*edge))).collect())
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let shared = list(&[7, 8, 9]);
        let values = vec![
            list(&[1]),
            Value::Null,
            shared.clone(),
            shared.clone(),
            list(&[]),
            list(&[2, 3]),
            shared,
            Value::Null,
        ];
        let all: Vec<u32> = (0..values.len() as u32).collect();
        for kept in [&[][..], &[0], &[1, 2, 3], &[3, 6], &[2, 4, 5, 7], &all] {
            let mut lists = EdgeLists::default();
            let column = Column::Value(values.clone());
            assert!(lists.push(&column, &all[..4]) && lists.push(&column, &all[4..]));
            assert_eq!(
                (lists.ends.len(), lists.edges.len()),
                (5, 9),
                "the same list once, as long as it comes in sequence"
            );
            assert_eq!(lists.all().into_values(all.len()), values);
            lists.keep(kept, &|| Ok(())).expect("nothing ends it");
            let expected: Vec<Value<'_>> = kept.iter().map(|row| values[*row as usize].clone()).collect();
            assert_eq!(lists.all().into_values(kept.len()), expected, "{kept:?}");
        }
    }

    #[test]
    fn what_is_no_list_of_edges_is_not_taken() {
        let mut lists = EdgeLists::default();
        assert!(lists.push(&Column::Value(vec![list(&[1]), Value::Null]), &[0, 1]));
        let size = lists.size();
        let others = [
            Column::Edge(vec![EdgeId(1); 2]),
            Column::Value(vec![list(&[5]), Value::Int(1)]),
            Column::Value(vec![list(&[5]), Value::list(vec![Value::Edge(EdgeId(1)), Value::Null])]),
        ];
        for other in others {
            assert!(!lists.push(&other, &[0, 1]), "{other:?}");
            assert_eq!(lists.size(), size, "{other:?}");
        }
        assert!(lists.push(&Column::Absent, &[0, 1]));
        assert_eq!(lists.gather(&[2, 3, 0]).into_values(3), [Value::Null, Value::Null, list(&[1])]);
    }
}
