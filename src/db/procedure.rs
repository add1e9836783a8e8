//! Procedures that the program adds for statements to call.

use std::sync::Arc;

use crate::model::procedure::Signature;
use crate::model::{Diagnostic, Value};
use crate::store::View;

pub use crate::exec::ProcedureColumns;

/// What a procedure asks now and then: whether to go on.
pub type Check<'c> = dyn FnMut() -> Result<(), Diagnostic> + 'c;

/// A procedure of the program's own, for `CALL`.
///
/// ```
/// use kenning::model::procedure::{Parameter, Signature};
/// use kenning::model::function::Types;
/// use kenning::model::{Column, Value};
/// use kenning::{Database, Procedure};
///
/// let signature = Signature {
///     name: "my.upTo".to_owned(),
///     parameters: vec![Parameter { name: "n".to_owned(), types: Types::INT, optional: false }],
///     results: vec![("i".to_owned(), Types::INT)],
/// };
/// let mut db = Database::in_memory();
/// db.add_procedure(Procedure::new(signature, |_, arguments, _| match arguments {
///     [Value::Int(n)] => Ok(vec![Column::Int((1..=*n).collect())]),
///     _ => Ok(vec![]),
/// }));
/// assert_eq!(db.query("CALL my.upTo(3)", &Default::default(), &Default::default())?.count(), 3);
/// # Ok::<(), kenning::Error>(())
/// ```
#[derive(Clone)]
pub struct Procedure {
    pub(super) signature: Signature,
    pub(super) run: Arc<Run>,
}

type Run = dyn Fn(&View<'_>, &[Value<'_>], &mut Check<'_>) -> Result<ProcedureColumns, Diagnostic> + Send + Sync;

impl Procedure {
    /// A procedure of this signature. `run` gets the graph, the arguments (as many as the call gave) and a check to call
    /// now and then, whose error it hands on; it gives a column for each result. [`Column::of_rows`](crate::model::Column::of_rows) makes columns of rows.
    pub fn new(
        signature: Signature,
        run: impl Fn(&View<'_>, &[Value<'_>], &mut Check<'_>) -> Result<ProcedureColumns, Diagnostic>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Procedure { signature, run: Arc::new(run) }
    }
}
