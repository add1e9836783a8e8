//! Rows: a statement's answer, pulled one at a time.

use std::collections::VecDeque;

use serde::de::DeserializeOwned;

use super::deserialize;
use crate::error::Error;
use crate::exec::{Batch, Cursor, Summary};
use crate::lang::ask::Note;
use crate::model::{Column, Diagnostic, Value, Var};
use crate::plan::physical::{Plan, Spent, Warning};
use crate::store::View;

/// A statement's answer, row by row.
///
/// Rows of a reading statement are computed as they are pulled, so ten million of them need no memory.
pub struct Rows<'g> {
    columns: Vec<String>,
    vars: Vec<Var>,
    notes: Vec<Note>,
    nothing: Option<Note>,
    warnings: Vec<Warning>,
    source: Source<'g>,
    /// The batch that rows are taken from, and the next row in it.
    current: Option<(Batch<'g>, usize)>,
}

enum Source<'g> {
    Running(Box<Cursor<'g>>),
    /// Everything has run; these batches are left.
    Finished {
        view: View<'g>,
        batches: VecDeque<Batch<'g>>,
        summary: Summary,
        spent: Vec<Spent>,
    },
}

impl<'g> Rows<'g> {
    pub(super) fn running(cursor: Cursor<'g>, plan: &Plan) -> Self {
        Rows {
            columns: plan.columns.iter().map(|(name, _)| name.clone()).collect(),
            vars: plan.columns.iter().map(|(_, var)| *var).collect(),
            notes: Vec::new(),
            nothing: None,
            warnings: Vec::new(),
            source: Source::Running(Box::new(cursor)),
            current: None,
        }
    }

    /// One column of text, a row for each line.
    pub(super) fn text(view: View<'g>, column: &str, text: &str) -> Self {
        let lines: Vec<Value<'g>> = text.lines().map(|line| Value::string(line.to_owned())).collect();
        let batch = Batch { len: lines.len(), columns: vec![Column::Value(lines)] };
        Rows {
            columns: vec![column.to_owned()],
            vars: vec![Var(0)],
            notes: Vec::new(),
            nothing: None,
            warnings: Vec::new(),
            source: Source::Finished {
                view,
                batches: VecDeque::from([batch]),
                summary: Summary::default(),
                spent: Vec::new(),
            },
            current: None,
        }
    }

    /// Runs to the end, keeping the rows; or as far as it goes, and what stopped it.
    pub(super) fn gather(mut self) -> (Self, Option<Diagnostic>) {
        let Source::Running(cursor) = &mut self.source else { return (self, None) };
        let mut batches = VecDeque::new();
        let failure = loop {
            match cursor.next_batch() {
                Ok(Some(batch)) if !self.columns.is_empty() => batches.push_back(batch),
                Ok(Some(_)) => {}
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        let view = cursor.view().clone();
        let (summary, spent) = (cursor.summary(), cursor.spent().to_vec());
        (Rows { source: Source::Finished { view, batches, summary, spent }, ..self }, failure)
    }

    /// The same rows over another state of the graph.
    pub(super) fn over(mut self, state: View<'g>) -> Self {
        if let Source::Finished { view, .. } = &mut self.source {
            *view = state;
        }
        self
    }

    /// The same rows with something to say about the statement.
    pub(super) fn saying(self, notes: Vec<Note>, nothing: Option<Note>, warnings: Vec<Warning>) -> Self {
        Rows { notes, nothing, warnings, ..self }
    }

    /// Runs to the end, keeping only what each operator did.
    pub(super) fn drain(self) -> Result<(View<'g>, Vec<Spent>), Error> {
        match self.source {
            Source::Running(mut cursor) => {
                while cursor.next_batch().map_err(Error::Run)?.is_some() {}
                Ok((cursor.view().clone(), cursor.spent().to_vec()))
            }
            Source::Finished { view, spent, .. } => Ok((view, spent)),
        }
    }

    /// The rows as the program's own type: a struct by the columns' names, a tuple by their order, or what the only column
    /// holds. A node, an edge or a map becomes a struct by its properties.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Skill {
    ///     name: String,
    ///     kind: String,
    /// }
    ///
    /// let db = kenning::Database::shipped()?;
    /// let rows = db.query("MATCH (s:Skill {id: 'communication'}) RETURN s", &Default::default(), &Default::default())?;
    /// let skills: Vec<Skill> = rows.deserialize().collect::<Result<_, _>>()?;
    /// assert_eq!((skills[0].name.as_str(), skills[0].kind.as_str()), ("Communication", "soft"));
    /// # Ok::<(), kenning::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// In a row's place [`Error::Row`] when it does not fit, and what the iterator over values says.
    pub fn deserialize<T: DeserializeOwned>(mut self) -> impl Iterator<Item = Result<T, Error>> {
        std::iter::from_fn(move || {
            let row = self.next()?;
            Some(row.and_then(|values| deserialize::row(&self.columns, &values, self.view())))
        })
    }

    /// The columns' names; none for a statement without `RETURN`.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The graph that nodes, edges and paths in the rows belong to (with the statement's own changes).
    pub fn view(&self) -> &View<'g> {
        match &self.source {
            Source::Running(cursor) => cursor.view(),
            Source::Finished { view, .. } => view,
        }
    }

    /// How a sentence was read where it could be read otherwise: a name's spelling, a word's.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What it means if there are no rows, where the question took for granted that there are.
    pub fn nothing(&self) -> Option<&Note> {
        self.nothing.as_ref()
    }

    /// Legal oddities: names that the graph does not know.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What the statement changed.
    pub fn summary(&self) -> Summary {
        match &self.source {
            Source::Running(cursor) => cursor.summary(),
            Source::Finished { summary, .. } => *summary,
        }
    }

    fn next_batch(&mut self) -> Result<Option<Batch<'g>>, Error> {
        match &mut self.source {
            Source::Running(cursor) => cursor.next_batch().map_err(Error::Run),
            Source::Finished { batches, .. } => Ok(batches.pop_front()),
        }
    }
}

impl<'g> Iterator for Rows<'g> {
    type Item = Result<Vec<Value<'g>>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((batch, row)) = &mut self.current
                && *row < batch.len
            {
                *row += 1;
                let at = *row - 1;
                let value = |var: &Var| batch.columns.get(var.index()).map(|c| c.value(at)).unwrap_or_default();
                return Some(Ok(self.vars.iter().map(value).collect()));
            }
            match self.next_batch() {
                // Without columns there is nothing to show, but the statement runs on.
                Ok(Some(batch)) if !self.columns.is_empty() => self.current = Some((batch, 0)),
                Ok(Some(_)) => {}
                Ok(None) => {
                    self.current = None;
                    return None;
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
