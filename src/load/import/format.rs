//! Which reader a file is for.

use super::roles::{self, Manner, Role};
use super::{Input, Intake, Place, Stop};

/// Extensions of tables.
const TABLES: [&str; 5] = ["csv", "tsv", "tab", "txt", "psv"];

/// Reads files, each by the reader for its extension: first those whose rows say themselves what they are, then tables,
/// which are looked at together.
///
/// # Errors
///
/// There is no sense in going on; what is wrong with a file is known to the intake.
pub fn read(inputs: Vec<(Input, Role)>, manner: &Manner, intake: &mut Intake) -> Result<(), Stop> {
    let (tables, others): (Vec<_>, Vec<_>) = inputs
        .into_iter()
        .partition(|(input, role)| *role != Role::Open || TABLES.contains(&input.extension().as_str()));
    others.iter().try_for_each(|(input, _)| read_one(input, intake))?;
    roles::read(&tables, manner, intake)
}

/// Reads a file of a format that says itself what it holds.
fn read_one(input: &Input, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    // Each format has an arm here, and a module with a function `read` of the same form.
    let extension = input.extension();
    let message = format!("nothing here reads files that end in `.{extension}`");
    intake.problem(Place { file, line: 0 }, &message, "")
}
