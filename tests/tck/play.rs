//! Plays one scenario: its steps in order, on a graph in memory of its own.

use std::path::Path;
use std::time::Duration;

use kenning::model::function::Types;
use kenning::model::procedure::{Parameter, Signature};
use kenning::model::{Column, Value};
use kenning::{Database, Error, Limits, Parameters, Procedure};

use crate::cell::Cell;
use crate::effects::State;
use crate::gherkin::{Scenario, Step, Table};
use crate::snapshot;

/// How long one statement may run.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An answer as cells.
struct Answer {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// A statement that was run: what it answered, and what it changed.
struct Run {
    outcome: Result<Answer, Error>,
    effects: Vec<(String, usize)>,
}

/// A scenario on the way.
struct Stage<'p> {
    graphs: &'p Path,
    database: Database,
    parameters: Parameters,
    procedures: Vec<Procedure>,
    /// What was set up is still to be written as a snapshot and read back, before the first statement that is looked at.
    to_map: bool,
    /// The last statement that is looked at, once there is one.
    run: Option<Run>,
}

/// Plays a scenario; `graphs` is the folder of named graphs. With `mapped`, what is set up becomes a snapshot before the
/// scenario's own statements run.
///
/// # Errors
///
/// Why the scenario fails.
pub fn play(scenario: &Scenario, graphs: &Path, mapped: bool) -> Result<(), String> {
    let mut stage = Stage {
        graphs,
        database: Database::in_memory(),
        parameters: Parameters::new(),
        procedures: Vec::new(),
        to_map: mapped,
        run: None,
    };
    for step in &scenario.steps {
        stage.play(step).map_err(|reason| format!("{}\n{reason}", step.text))?;
    }
    Ok(())
}

impl Stage<'_> {
    fn play(&mut self, step: &Step) -> Result<(), String> {
        let text = step.text.trim_end_matches(':').trim_end();
        let doc = || step.doc.as_deref().ok_or("the step has no text");
        match text {
            "an empty graph" | "any graph" => Ok(()),
            "having executed" => self.set_up(doc()?),
            "parameters are" => self.take_parameters(&step.table),
            "executing query" | "executing control query" => {
                self.map()?;
                self.run = Some(self.execute(doc()?));
                Ok(())
            }
            "the result should be empty" => match self.answer()?.rows.len() {
                0 => Ok(()),
                found => Err(format!("found {found} rows")),
            },
            "no side effects" => self.expect_effects(&Table::new()),
            "the side effects should be" => self.expect_effects(&step.table),
            _ => self.play_worded(text, &step.table),
        }
    }

    /// Steps with a name or a manner in their text.
    fn play_worded(&mut self, text: &str, table: &Table) -> Result<(), String> {
        if let Some(signature) = text.strip_prefix("there exists a procedure ") {
            let procedure = procedure(signature, table)?;
            self.procedures.push(procedure.clone());
            self.database.add_procedure(procedure);
            return Ok(());
        }
        if let Some(manner) = text.strip_prefix("the result should be") {
            let any_list_order = manner.contains("ignoring element order for lists");
            return compare(self.answer()?, table, manner.contains("in order"), any_list_order);
        }
        if let Some((class, rest)) = text.split_once(" should be raised at ") {
            let class = class.trim_start_matches("an ").trim_start_matches("a ");
            let (phase, detail) = rest.split_once(": ").ok_or("the step names no detail")?;
            return self.expect_error(class, phase, detail);
        }
        if let Some(name) = text.strip_prefix("the ").and_then(|text| text.strip_suffix(" graph")) {
            let path = self.graphs.join(name).join(format!("{name}.cypher"));
            let script = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            return self.set_up(&script);
        }
        Err("the runner does not know this step".to_owned())
    }

    /// Writes the graph as a snapshot and goes on with that.
    fn map(&mut self) -> Result<(), String> {
        if !std::mem::replace(&mut self.to_map, false) {
            return Ok(());
        }
        let bytes = snapshot::of(&self.database.view()).map_err(|error| error.to_string())?;
        self.database = Database::draft(&bytes).map_err(|error| error.to_string())?;
        self.database.verify().map_err(|error| error.to_string())?;
        self.procedures.iter().for_each(|procedure| self.database.add_procedure(procedure.clone()));
        Ok(())
    }

    fn set_up(&mut self, statement: &str) -> Result<(), String> {
        match self.execute(statement).outcome {
            Ok(_) => Ok(()),
            Err(error) => Err(describe(&error)),
        }
    }

    fn take_parameters(&mut self, table: &Table) -> Result<(), String> {
        for row in table {
            let [name, cell] = row.as_slice() else { return Err("a parameter is a name and a value".to_owned()) };
            let value = Cell::read(cell)?.value().ok_or("a parameter belongs to no graph")?;
            self.parameters.insert(name.clone(), value);
        }
        Ok(())
    }

    fn execute(&self, statement: &str) -> Run {
        let before = State::of(&self.database.view());
        let outcome = self.answer_to(statement);
        Run { outcome, effects: before.effects(&State::of(&self.database.view())) }
    }

    fn answer_to(&self, statement: &str) -> Result<Answer, Error> {
        let limits = Limits { timeout: Some(TIMEOUT), ..Limits::default() };
        let mut rows = self.database.query(statement, &self.parameters, &limits)?;
        let columns = rows.columns().to_vec();
        let mut cells = Vec::new();
        while let Some(row) = rows.next() {
            let row = row?;
            cells.push(row.iter().map(|value| Cell::of(value, rows.view())).collect());
        }
        Ok(Answer { columns, rows: cells })
    }

    fn last_run(&self) -> Result<&Run, String> {
        self.run.as_ref().ok_or_else(|| "nothing was executed".to_owned())
    }

    fn answer(&self) -> Result<&Answer, String> {
        self.last_run()?.outcome.as_ref().map_err(describe)
    }

    fn expect_effects(&self, table: &Table) -> Result<(), String> {
        let mut expected = Vec::new();
        for row in table {
            let [what, count] = row.as_slice() else { return Err("an effect is a name and a number".to_owned()) };
            expected.push((what.clone(), count.parse().map_err(|_| format!("`{count}` is no number"))?));
        }
        expected.retain(|(_, count)| *count > 0);
        expected.sort();
        let found = &self.last_run()?.effects;
        if *found == expected { Ok(()) } else { Err(format!("expected {expected:?}\nfound    {found:?}")) }
    }

    fn expect_error(&self, class: &str, phase: &str, detail: &str) -> Result<(), String> {
        let error = match &self.last_run()?.outcome {
            Ok(answer) => return Err(format!("found {} rows and no error", answer.rows.len())),
            Err(error) => error,
        };
        let diagnostic = error.diagnostic().ok_or_else(|| describe(error))?;
        let phase_found = if matches!(error, Error::Run(_)) { "runtime" } else { "compile time" };
        let fits = class == format!("{:?}", diagnostic.class)
            && ["any time", phase_found].contains(&phase)
            && (detail == "*" || detail == format!("{:?}", diagnostic.detail));
        if fits { Ok(()) } else { Err(describe(error)) }
    }
}

/// A procedure that gives the rows of a table whose first columns equal its arguments.
fn procedure(text: &str, table: &Table) -> Result<Procedure, String> {
    let broken = || format!("`{text}` is no signature");
    let (head, results) = text.split_once(" :: (").ok_or_else(broken)?;
    let (name, parameters) = head.split_once('(').ok_or_else(broken)?;
    let fields = |list: &str| -> Result<Vec<(String, Types)>, String> {
        let inner = list.trim().trim_end_matches(')').trim();
        let fields = inner.split(',').map(str::trim).filter(|field| !field.is_empty());
        fields.map(|field| field.split_once(" :: ").map(|(n, t)| (n.to_owned(), kind(t))).ok_or_else(broken)).collect()
    };
    let parameters = fields(parameters)?;
    let signature = Signature {
        name: name.to_owned(),
        parameters: parameters
            .iter()
            .map(|(name, types)| Parameter { name: name.clone(), types: *types, optional: false })
            .collect(),
        results: fields(results)?,
    };
    let mut rows = Vec::new();
    for row in table.iter().skip(1) {
        let values =
            row.iter().map(|cell| Cell::read(cell)?.value().ok_or("a procedure's table holds plain values".to_owned()));
        rows.push(values.collect::<Result<Vec<Value<'static>>, String>>()?);
    }
    let (taken, given) = (parameters.len(), signature.results.len());
    Ok(Procedure::new(signature, move |_, arguments, _| {
        let same = |row: &&Vec<Value<'static>>| row.iter().zip(arguments).all(|(a, b)| a.order(b).is_eq());
        let found = rows.iter().filter(same).map(|row| row.iter().skip(taken).cloned().collect()).collect();
        Ok(Column::of_rows(found, given))
    }))
}

fn kind(name: &str) -> Types {
    match name.trim_end_matches('?') {
        "BOOLEAN" => Types::BOOL,
        "INTEGER" => Types::INT,
        "FLOAT" => Types::FLOAT,
        "NUMBER" => Types::NUMBER,
        "STRING" => Types::STRING,
        _ => Types::ANY,
    }
}

fn describe(error: &Error) -> String {
    let phase = if matches!(error, Error::Run(_)) { "runtime" } else { "compile time" };
    match error.diagnostic() {
        Some(found) => format!("found a {:?} at {phase}: {:?}: {found}", found.class, found.detail),
        None => format!("found {error}"),
    }
}

/// Compares columns and rows; rows as a multiset unless they are to be in order.
fn compare(answer: &Answer, table: &Table, in_order: bool, any_list_order: bool) -> Result<(), String> {
    let (head, body) = table.split_first().ok_or("the step has no table")?;
    if answer.columns != *head {
        return Err(format!("expected columns {head:?}\nfound columns {:?}", answer.columns));
    }
    let canonical = |cell: &Cell| cell.canonical(any_list_order);
    let mut expected = Vec::new();
    for row in body {
        let cells = row.iter().map(|cell| Cell::read(cell)).collect::<Result<Vec<_>, _>>()?;
        expected.push(cells.iter().map(canonical).collect::<Vec<_>>().join(" | "));
    }
    let mut found: Vec<_> =
        answer.rows.iter().map(|row| row.iter().map(canonical).collect::<Vec<_>>().join(" | ")).collect();
    if !in_order {
        expected.sort();
        found.sort();
    }
    if expected == found {
        return Ok(());
    }
    Err(format!("expected rows\n  {}\nfound rows\n  {}", expected.join("\n  "), found.join("\n  ")))
}
