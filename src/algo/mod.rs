//! Procedures: graph algorithms, and what the catalog knows, as tables that a statement can call.
//!
//! In: a [`View`] and the values of the arguments. Out: columns. Every procedure is a row of one table, which says what it
//! takes, what it gives and what its settings are, so that planner, completer and `db.procedures` read the same line;
//! adding one means a row there and a function here.
//!
//! What always holds:
//!
//! - The same graph and the same arguments give the same rows in the same order.
//! - Nothing recurses, so a long chain of nodes is no deeper than a short one.
//! - Nothing runs long without asking whether it may go on. Petgraph's algorithms have no place to ask, which is why
//!   the loops here are our own; petgraph's are the twins that the tests compare them with.
//!
//! Most algorithms read the part of the graph that the settings select once into a `selection::Selection`, number its
//! nodes densely, and never touch the view again.

mod a_star;
mod betweenness;
mod catalog;
mod columns;
mod components;
mod dijkstra;
mod graph;
mod k_core;
mod label_propagation;
mod page_rank;
mod selection;
mod settings;
mod shortest;
mod spanning_tree;
mod steps;
mod table;
#[cfg(test)]
mod testing;
mod topological_sort;

use crate::model::function::Types;
use crate::model::{self, Class, Detail, Diagnostic, NodeId, Value};
use crate::store::View;
use settings::Settings;
use steps::Steps;

type Result<T> = std::result::Result<T, Diagnostic>;

/// What a procedure gives: a column for each of its results, all of the same length.
type Columns = Vec<model::Column<'static>>;

/// A built-in procedure.
#[derive(Debug)]
pub struct Procedure {
    /// Its name as documentation writes it, such as `db.labels`; calls are case-blind.
    pub name: &'static str,
    /// What it takes; those that may be left out come last.
    pub parameters: &'static [Parameter],
    /// The keys of its map `config`, when it takes one.
    pub settings: &'static [Parameter],
    /// The columns that it gives.
    pub results: &'static [Column],
    /// What it does, in a sentence, for help and completion.
    pub text: &'static str,
    run: fn(&Call<'_, '_>, &mut Steps<'_>) -> Result<Columns>,
}

/// A parameter of a procedure, or a key of its map of settings.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it accepts besides null.
    pub types: Types,
    /// What it is when it is left out; none when it has to be given.
    pub default: Option<Value<'static>>,
}

/// A column of a procedure's rows.
#[derive(Debug)]
pub struct Column {
    /// Its name, for YIELD.
    pub name: &'static str,
    /// What it may hold besides null.
    pub types: Types,
}

/// The procedure with this name, whatever its case.
///
/// ```
/// assert_eq!(kenning::algo::find("ALGO.PAGERANK").map(|found| found.name), Some("algo.pageRank"));
/// ```
pub fn find(name: &str) -> Option<&'static Procedure> {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().map(|byte| byte.to_ascii_lowercase())
    }
    let found = all().binary_search_by(|procedure| letters(procedure.name).cmp(letters(name)));
    found.ok().and_then(|at| all().get(at))
}

/// Every procedure, sorted by name, whatever its case.
pub fn all() -> &'static [Procedure] {
    table::PROCEDURES
}

impl Procedure {
    /// Runs it; there is a column for each of `results`, in their order, and all of them are of the same length.
    ///
    /// `check` is asked every few thousand steps and at the end whether to go on.
    ///
    /// # Errors
    ///
    /// What `check` said; an `ArgumentError` or a `TypeError` for arguments and settings that do not fit; a
    /// `ProcedureError` when the graph is not what the algorithm needs, such as a cycle where there may be none.
    ///
    /// ```
    /// use kenning::algo;
    /// use kenning::model::Value;
    /// use kenning::store::{Snapshot, View};
    ///
    /// let empty = Snapshot::empty();
    /// let mut view = View::new(&empty);
    /// view.create_node(&["Skill"], vec![])?;
    /// let labels = algo::find("db.labels").unwrap();
    /// let columns = labels.call(&view, &[], &mut || Ok(())).unwrap();
    /// assert_eq!((columns.len(), columns[0].len(), columns[0].value(0)), (1, 1, Value::from("Skill")));
    /// # Ok::<(), kenning::store::Error>(())
    /// ```
    pub fn call(
        &self,
        view: &View<'_>,
        arguments: &[Value<'_>],
        check: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Columns> {
        self.call_on(1, view, arguments, check, &mut |_| Ok(()))
    }

    /// As [`Procedure::call`], on so many threads at most where the algorithm can use them: the columns are the same. `hold` is
    /// asked before memory is taken in proportion to the graph, by so many bytes.
    ///
    /// # Errors
    ///
    /// As [`Procedure::call`], and what `hold` said.
    pub fn call_on(
        &self,
        threads: usize,
        view: &View<'_>,
        arguments: &[Value<'_>],
        check: &mut dyn FnMut() -> Result<()>,
        hold: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Columns> {
        self.accept(arguments)?;
        let config = self.parameters.iter().zip(arguments).find(|(parameter, _)| parameter.name == "config");
        let settings = Settings::read(self, config.map(|(_, value)| value))?;
        let mut steps = Steps::new(threads, check, hold);
        let columns = (self.run)(&Call { view, procedure: self, arguments, settings }, &mut steps)?;
        steps.check()?;
        Ok(columns)
    }

    /// How it is called and what it gives, as openCypher writes signatures.
    ///
    /// ```
    /// let labels = kenning::algo::find("db.labels").unwrap();
    /// assert_eq!(labels.signature(), "db.labels() :: (label :: STRING)");
    /// ```
    pub fn signature(&self) -> String {
        let parameter = |parameter: &Parameter| {
            let default = if parameter.default.is_some() { " = null" } else { "" };
            format!("{}{default} :: {}", parameter.name, kinds(parameter.types))
        };
        let parameters: Vec<String> = self.parameters.iter().map(parameter).collect();
        let column = |column: &Column| format!("{} :: {}", column.name, kinds(column.types));
        let results: Vec<String> = self.results.iter().map(column).collect();
        format!("{}({}) :: ({})", self.name, parameters.join(", "), results.join(", "))
    }

    /// Refuses arguments of another number or other kinds.
    fn accept(&self, arguments: &[Value<'_>]) -> Result<()> {
        let required = self.parameters.iter().filter(|parameter| parameter.default.is_none()).count();
        if !(required..=self.parameters.len()).contains(&arguments.len()) {
            let message = format!("{} was given a wrong number of arguments, {}", self.name, arguments.len());
            return Err(Diagnostic::argument(Detail::InvalidNumberOfArguments, message)
                .help(format!("it is called as {}", self.signature())));
        }
        for (parameter, value) in self.parameters.iter().zip(arguments) {
            let null = value.is_null() && parameter.default.is_none();
            if null || !parameter.types.meets(value.types()) {
                let (name, taken) = (parameter.name, kinds(parameter.types));
                let message = format!("`{name}` of {} must be of type {taken}, not {}", self.name, value.type_name());
                return Err(Diagnostic::type_error(Detail::InvalidArgumentType, message));
            }
        }
        Ok(())
    }
}

/// One call of a procedure.
struct Call<'a, 'g> {
    view: &'a View<'g>,
    procedure: &'a Procedure,
    arguments: &'a [Value<'a>],
    settings: Settings<'a>,
}

impl Call<'_, '_> {
    /// The node given as the parameter at this place; `Procedure::accept` has made sure of it.
    fn node(&self, at: usize) -> Result<NodeId> {
        match self.arguments.get(at) {
            Some(Value::Node(node)) => Ok(*node),
            _ => Err(Diagnostic::type_error(Detail::InvalidArgumentType, "this argument must be a node")),
        }
    }

    /// An error about the graph: it is not what the algorithm needs.
    fn error(&self, message: String) -> Diagnostic {
        Diagnostic::new(Class::ProcedureError, Detail::Other, format!("{}: {message}", self.procedure.name))
    }
}

/// The kinds of values by their openCypher names.
fn kinds(types: Types) -> String {
    const KINDS: &[(Types, &str)] = &[
        (Types::ANY, "ANY"),
        (Types::NUMBER, "NUMBER"),
        (Types::BOOL, "BOOLEAN"),
        (Types::INT, "INTEGER"),
        (Types::FLOAT, "FLOAT"),
        (Types::STRING, "STRING"),
        (Types::LIST, "LIST"),
        (Types::MAP, "MAP"),
        (Types::NODE, "NODE"),
        (Types::EDGE, "RELATIONSHIP"),
        (Types::PATH, "PATH"),
    ];
    // Wide sets come first, and what they name is not named again.
    let mut left = types.0;
    let mut names = Vec::new();
    for (kind, name) in KINDS {
        if kind.0 & left == kind.0 {
            left &= !kind.0;
            names.push(*name);
        }
    }
    names.join(" | ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::testing::{fails, rows, view};
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_rows_hold_together() {
        for pair in all().windows(2) {
            assert!(pair[0].name.to_lowercase() < pair[1].name.to_lowercase(), "{}", pair[1].name);
        }
        for row in all() {
            assert!(row.text.ends_with('.'), "{}", row.name);
            assert!(!row.results.is_empty(), "{}", row.name);
            assert!(row.parameters.is_sorted_by_key(|parameter| parameter.default.is_some()), "{}", row.name);
            let config = row.parameters.iter().any(|parameter| parameter.name == "config");
            assert_eq!(config, !row.settings.is_empty(), "{}", row.name);
            for setting in row.settings {
                let default = setting.default.as_ref().unwrap();
                assert!(setting.types.meets(default.types()), "{} {}", row.name, setting.name);
            }
        }
    }

    #[test]
    fn every_procedure_is_found_in_any_case() {
        for row in all() {
            for name in [row.name.to_owned(), row.name.to_uppercase(), row.name.to_lowercase()] {
                assert_eq!(find(&name).map(|found| found.name), Some(row.name));
            }
        }
        for unknown in ["", "db", "db.labels ", "labels"] {
            assert!(find(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn signatures() {
        let signature = |name| find(name).unwrap().signature();
        assert_eq!(
            signature("algo.dijkstra"),
            "algo.dijkstra(source :: NODE, target :: NODE, config = null :: MAP) :: (path :: PATH, cost :: FLOAT)"
        );
        assert_eq!(kinds(Types::NODE.or(Types::EDGE)), "NODE | RELATIONSHIP");
        assert_eq!(kinds(Types::ANY), "ANY");
    }

    #[test]
    fn arguments_that_do_not_fit() {
        let view = view(1, &[]);
        let node = Value::Node(NodeId(0));
        let cases: &[(&str, &[Value<'_>], &str)] = &[
            ("db.labels", &[Value::Int(1)], "db.labels was given a wrong number of arguments, 1"),
            ("algo.dijkstra", std::slice::from_ref(&node), "algo.dijkstra was given a wrong number of arguments, 1"),
            ("algo.dijkstra", &[node.clone(), Value::Null], "`target` of algo.dijkstra must be of type NODE, not null"),
            ("algo.pageRank", &[Value::Int(1)], "`config` of algo.pageRank must be of type MAP, not an integer"),
        ];
        for (name, arguments, message) in cases {
            assert!(fails(&view, name, arguments).starts_with(message), "{name}: {message}");
        }
    }

    #[test]
    fn long_chains_can_be_walked_and_left() {
        let chain: Vec<_> = (0..20_000).map(|at| (at, at + 1, 1.0)).collect();
        let view = view(20_001, &chain);
        let ends = [Value::Node(NodeId(0)), Value::Node(NodeId(20_000))];
        for procedure in all().iter().filter(|procedure| procedure.name.starts_with("algo.")) {
            let nodes = procedure.parameters.iter().filter(|parameter| parameter.types == Types::NODE).count();
            // Reading the selection asks fewer times than this, so the algorithm's own loop is left.
            let mut left = 6;
            let stopped = procedure.call(&view, &ends[..nodes], &mut || {
                left -= 1;
                let stop = || Diagnostic::new(Class::Cancelled, Detail::Other, "stop");
                if left == 0 { Err(stop()) } else { Ok(()) }
            });
            assert_eq!((stopped.unwrap_err().class, left), (Class::Cancelled, 0), "{}", procedure.name);
            // Betweenness takes nodes times edges steps.
            if procedure.name != "algo.betweenness" {
                assert!(!rows(&view, procedure.name, &ends[..nodes]).is_empty(), "{}", procedure.name);
            }
        }
    }
}
