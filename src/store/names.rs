//! Names and strings by number, while they are gathered.

use std::collections::HashMap;
use std::sync::Arc;

/// Names in the order of their arrival, numbered from 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, u32>,
}

impl Names {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name's number.
    pub(super) fn id(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    /// The name with this number.
    pub(super) fn name(&self, id: u32) -> Option<&str> {
        self.names.get(id as usize).map(AsRef::as_ref)
    }

    /// The names that came after the first `len`.
    pub(super) fn after(&self, len: usize) -> impl Iterator<Item = &str> {
        self.names.get(len..).unwrap_or_default().iter().map(AsRef::as_ref)
    }

    /// Forgets the names that came after the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        for name in self.names.drain(len.min(self.names.len())..) {
            self.ids.remove(&name);
        }
    }

    /// The name's number, a new one for a new name.
    pub(super) fn intern(&mut self, name: &str) -> u32 {
        self.id(name).unwrap_or_else(|| {
            let name: Arc<str> = name.into();
            let id = self.names.len() as u32;
            self.names.push(name.clone());
            self.ids.insert(name, id);
            id
        })
    }
}
