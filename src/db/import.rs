//! Other programs' files into a graph file.

use std::path::Path;
use std::time::Duration;

use super::Database;
use crate::error::Error;
pub(crate) use crate::load::import::*;
use crate::store::{self, Opened, View};

/// Why an import wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The input is wrong.
    #[error("{0}")]
    Input(Problems),
    /// The file cannot be read or written, or the graph would not be as its schema or its constraints demand.
    #[error(transparent)]
    Graph(#[from] Error),
}

/// What an import made.
#[derive(Debug)]
pub struct Made {
    /// Nodes and edges.
    pub counts: Counts,
    /// What was left out.
    pub problems: Problems,
    /// What is good to know.
    pub notes: Vec<String>,
    /// How many bytes the file has.
    pub bytes: u64,
}

impl Database {
    /// Adds what `read` brings to the graph in a file, as a new snapshot in its place: all of it, or nothing. A file that is
    /// not there is made. Nodes that are there already are found by what identifies them, and updated: the same import
    /// again changes nothing. Readers keep the state that they opened.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use kenning::Database;
    /// use kenning::load::import::{Input, Manner, Role, read};
    /// # let folder = tempfile::tempdir()?;
    /// # let (path, graph) = (folder.path().join("Person.csv"), folder.path().join("team.ken"));
    /// std::fs::write(&path, "id,name\n1,Ada\n2,Grace\n")?;
    /// let made = Database::import(&graph, Duration::from_secs(1), false, |intake| {
    ///     let inputs = Input::find(&path, &intake.meter()).map_err(|_| kenning::load::import::Stop)?;
    ///     read(inputs.into_iter().map(|input| (input, Role::Open)).collect(), &Manner::default(), intake)
    /// })?;
    /// assert_eq!(made.counts.nodes_created, 2);
    /// assert_eq!(Database::open(&graph)?.view().node_count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The input's problems, or the store's; the file is then as it was. `dry` finds them, and writes nothing in any case.
    pub fn import(
        path: &Path,
        patience: Duration,
        dry: bool,
        read: impl FnOnce(&mut Intake) -> Result<(), Stop>,
    ) -> Result<Made, Refused> {
        let there = path.exists();
        if dry || !there {
            let mut imported = if there {
                let (opened, _) = store::open(path).map_err(Error::from)?;
                gather(Some(&opened), read)?
            } else {
                gather(None, read)?
            };
            let made = made(&imported);
            if !dry {
                store::create(path).map_err(Error::from)?;
                let written = store::open_to_write(path, patience)
                    .and_then(|(_, mut writer)| writer.replace(&mut imported.image, Some(&right)));
                if let Err(error) = written {
                    // It is as it was: not there.
                    _ = std::fs::remove_file(path);
                    return Err(Error::from(error).into());
                }
            }
            return Ok(made);
        }
        let (opened, mut writer) = store::open_to_write(path, patience).map_err(Error::from)?;
        let mut imported = gather(Some(&opened), read)?;
        writer.replace(&mut imported.image, Some(&right)).map_err(Error::from)?;
        Ok(made(&imported))
    }
}

fn made(imported: &Imported) -> Made {
    Made {
        counts: imported.counts.clone(),
        problems: imported.problems.clone(),
        notes: imported.notes.clone(),
        bytes: imported.image.length(),
    }
}

fn gather(opened: Option<&Opened>, read: impl FnOnce(&mut Intake) -> Result<(), Stop>) -> Result<Imported, Refused> {
    let mut intake = match opened {
        Some(opened) => {
            let changes = std::sync::Arc::new(opened.changes.clone());
            Intake::over(&View::with_changes(&opened.snapshot, changes)).map_err(Error::from)?
        }
        None => Intake::new(),
    };
    // Why it stopped is known to the intake.
    _ = read(&mut intake);
    intake.finish().map_err(Refused::Input)
}

/// Whether a new snapshot is as its schema and its constraints demand.
fn right(opened: &Opened) -> Result<(), store::Error> {
    View::with_changes(&opened.snapshot, std::sync::Arc::new(opened.changes.clone())).check_everything()
}
