//! `LoadCsv`: for each input row, one row for each record of a file, which is read as rows are pulled.

use std::sync::Arc;

use super::{Batch, Boxed, Context, Operator, Result, beside};
use crate::exec::Records;
use crate::exec::batch::ROWS;
use crate::exec::expr::eval;
use crate::model::value::Map;
use crate::model::{Class, Column, Detail, Diagnostic, Str, Value, Var};
use crate::plan::expr::Expr;
use crate::plan::physical::Csv;

pub(super) struct LoadCsv<'g> {
    input: Boxed<'g>,
    csv: Csv,
    var: Var,
    live: Vec<Var>,
    current: Batch<'g>,
    row: usize,
    /// The file of the current row.
    file: Option<Open<'g>>,
}

struct Open<'g> {
    records: Records,
    /// The first record, when it names the fields.
    headers: Option<Vec<Str<'g>>>,
}

impl<'g> LoadCsv<'g> {
    pub(super) fn new(input: Boxed<'g>, csv: Csv, var: Var, live: Vec<Var>) -> Self {
        LoadCsv { input, csv, var, live, current: Batch::default(), row: 0, file: None }
    }

    /// Opens the file that the current row names; none when it names null.
    fn open(&self, ctx: &mut Context<'g>) -> Result<Option<Open<'g>>> {
        let vars: Vec<Var> = (0..self.current.columns.len() as u32).map(Var).collect();
        let row = self.current.gather(&[self.row as u32], &vars);
        let source = &self.csv.source;
        let place = match eval(source, &row, ctx)?.value(0) {
            Value::Null => return Ok(None),
            Value::String(place) => place,
            other => return Err(not_text("LOAD CSV reads from", &other, source)),
        };
        let delimiter = match &self.csv.terminator {
            None => b',',
            Some(expr) => match eval(expr, &row, ctx)?.value(0) {
                Value::String(text) if text.len() == 1 => text.as_bytes()[0],
                Value::String(_) => return Err(not_one_character(expr)),
                other => return Err(not_text("FIELDTERMINATOR takes", &other, expr)),
            },
        };
        let at = |error: Diagnostic| error.at(source.span);
        let mut records = ctx.open_csv(&place, delimiter, self.csv.headers).map_err(at)?;
        let mut headers = None;
        if self.csv.headers {
            let names = records.next().transpose().map_err(at)?.unwrap_or_default();
            if let Some((at, twice)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
                let message = format!("the header names `{twice}` again in field {}", at + 1);
                return Err(Diagnostic::new(Class::ArgumentError, Detail::InvalidArgumentValue, message)
                    .at(source.span)
                    .help("without WITH HEADERS each record is a list, the header the first"));
            }
            headers = Some(names.into_iter().map(Str::from).collect());
        }
        Ok(Some(Open { records, headers }))
    }
}

impl<'g> Open<'g> {
    fn next(&mut self) -> Result<Option<Value<'g>>> {
        let Some(fields) = self.records.next().transpose()? else { return Ok(None) };
        // A field without text is null: CSV has no other way to leave a value out.
        let values = fields.into_iter().map(|text| if text.is_empty() { Value::Null } else { Value::string(text) });
        Ok(Some(match &self.headers {
            Some(names) => Value::Map(Arc::new(names.iter().cloned().zip(values).collect::<Map<'g>>())),
            None => Value::list(values.collect()),
        }))
    }
}

fn not_one_character(expr: &Expr) -> Diagnostic {
    let message = "a field ends at one ASCII character";
    Diagnostic::new(Class::ArgumentError, Detail::InvalidArgumentValue, message).at(expr.span)
}

fn not_text(what: &str, found: &Value<'_>, expr: &Expr) -> Diagnostic {
    let message = format!("{what} a string, not {}", found.type_name());
    Diagnostic::new(Class::TypeError, Detail::InvalidArgumentType, message).at(expr.span)
}

impl<'g> Operator<'g> for LoadCsv<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        if self.row >= self.current.len {
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            (self.current, self.row) = (batch, 0);
        }
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        while values.len() < ROWS && self.row < self.current.len {
            if self.file.is_none() {
                self.file = self.open(ctx)?;
            }
            let record = match &mut self.file {
                Some(file) => file.next().map_err(|error| error.at(self.csv.source.span))?,
                None => None,
            };
            match record {
                Some(record) => values.push(record),
                None => (self.file, self.row) = (None, self.row + 1),
            }
            rows.resize(values.len(), self.row as u32);
        }
        Ok(Some(beside(&self.current, &rows, &self.live, [(self.var, Column::from_values(values))])))
    }

    fn reset(&mut self) {
        self.input.reset();
        (self.current, self.row, self.file) = (Batch::default(), 0, None);
    }
}
