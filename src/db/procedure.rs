//! The procedures that statements may call: the built-in ones and those that the program adds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::algo;
use crate::exec;
use crate::model::procedure::{Parameter, Procedures as Signatures, Signature};
use crate::model::{Diagnostic, Value};
use crate::store::View;

pub use crate::exec::ProcedureRows;

/// What a procedure asks now and then: whether to go on.
pub type Check<'c> = dyn FnMut() -> Result<(), Diagnostic> + 'c;

/// A procedure of the program's own, for `CALL`.
///
/// ```
/// use kenning::model::procedure::{Parameter, Signature};
/// use kenning::model::function::Types;
/// use kenning::model::Value;
/// use kenning::{Database, Procedure};
///
/// let signature = Signature {
///     name: "my.upTo".to_owned(),
///     parameters: vec![Parameter { name: "n".to_owned(), types: Types::INT, optional: false }],
///     results: vec![("i".to_owned(), Types::INT)],
/// };
/// let mut db = Database::in_memory();
/// db.add_procedure(Procedure::new(signature, |_, arguments, _| match arguments {
///     [Value::Int(n)] => Ok((1..=*n).map(|i| vec![Value::Int(i)]).collect()),
///     _ => Ok(vec![]),
/// }));
/// assert_eq!(db.query("CALL my.upTo(3)", &Default::default(), &Default::default())?.count(), 3);
/// # Ok::<(), kenning::Error>(())
/// ```
#[derive(Clone)]
pub struct Procedure {
    signature: Signature,
    run: Arc<Run>,
}

type Run = dyn Fn(&View<'_>, &[Value<'_>], &mut Check<'_>) -> Result<ProcedureRows, Diagnostic> + Send + Sync;

impl Procedure {
    /// A procedure of this signature. `run` gets the graph, the arguments (as many as the call gave) and a check to call
    /// now and then, whose error it hands on; its rows have a value for each result.
    pub fn new(
        signature: Signature,
        run: impl Fn(&View<'_>, &[Value<'_>], &mut Check<'_>) -> Result<ProcedureRows, Diagnostic> + Send + Sync + 'static,
    ) -> Self {
        Procedure { signature, run: Arc::new(run) }
    }
}

/// The procedures of a database.
#[derive(Clone, Default)]
pub(super) struct Procedures {
    /// The program's own, by lowercase name.
    own: BTreeMap<String, Procedure>,
}

impl Procedures {
    pub(super) fn add(&mut self, procedure: Procedure) {
        self.own.insert(procedure.signature.name.to_lowercase(), procedure);
    }
}

impl Signatures for Procedures {
    fn signature(&self, name: &str) -> Option<Signature> {
        if let Some(own) = self.own.get(&name.to_lowercase()) {
            return Some(own.signature.clone());
        }
        let built_in = algo::find(name)?;
        let parameter = |parameter: &algo::Parameter| Parameter {
            name: parameter.name.to_owned(),
            types: parameter.types,
            optional: parameter.default.is_some(),
        };
        Some(Signature {
            name: built_in.name.to_owned(),
            parameters: built_in.parameters.iter().map(parameter).collect(),
            results: built_in.results.iter().map(|column| (column.name.to_owned(), column.types)).collect(),
        })
    }

    fn names(&self) -> Vec<String> {
        let own = self.own.values().map(|own| own.signature.name.clone());
        own.chain(algo::all().iter().map(|procedure| procedure.name.to_owned())).collect()
    }
}

impl exec::Procedures for Procedures {
    fn call(
        &self,
        name: &str,
        view: &View<'_>,
        arguments: &[Value<'_>],
        check: &mut dyn FnMut() -> Result<(), Diagnostic>,
    ) -> Result<ProcedureRows, Diagnostic> {
        match (self.own.get(&name.to_lowercase()), algo::find(name)) {
            (Some(own), _) => (own.run)(view, arguments, check),
            (None, Some(built_in)) => built_in.call(view, arguments, check),
            // The planner has found it.
            (None, None) => Ok(Vec::new()),
        }
    }
}
