//! What a database lends to its statements: procedures, the built-in ones and the program's own, and files below the
//! folders that the program allows.

use std::collections::BTreeMap;

use super::Procedure;
use crate::exec::{self, ProcedureColumns, Records};
use crate::model::procedure::{Parameter, Procedures, Signature};
use crate::model::{Diagnostic, Value};
use crate::store::View;
use crate::{algo, load};

/// The procedures and the files of a database.
#[derive(Clone, Default)]
pub(super) struct Host {
    /// The program's own, by lowercase name.
    own: BTreeMap<String, Procedure>,
    /// Where files may be read.
    pub(super) folders: load::Folders,
}

impl Host {
    pub(super) fn add(&mut self, procedure: Procedure) {
        self.own.insert(procedure.signature.name.to_lowercase(), procedure);
    }
}

impl Procedures for Host {
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

impl exec::Host for Host {
    fn call(
        &self,
        name: &str,
        view: &View<'_>,
        arguments: &[Value<'_>],
        threads: usize,
        check: &mut dyn FnMut() -> Result<(), Diagnostic>,
        hold: &mut dyn FnMut(u64) -> Result<(), Diagnostic>,
    ) -> Result<ProcedureColumns, Diagnostic> {
        match (self.own.get(&name.to_lowercase()), algo::find(name)) {
            (Some(own), _) => (own.run)(view, arguments, check),
            (None, Some(built_in)) => built_in.call_on(threads, view, arguments, check, hold),
            // The planner has found it.
            (None, None) => Ok(Vec::new()),
        }
    }

    fn open_csv(&self, place: &str, delimiter: u8, even: bool) -> Result<Records, Diagnostic> {
        Ok(Box::new(self.folders.open(place, delimiter, even)?))
    }
}
