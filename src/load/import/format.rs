//! Which reader a file is for.

use super::{Input, Intake, Place, Stop};

/// Reads a file by the reader for its extension.
///
/// # Errors
///
/// There is no sense in going on; what is wrong with the file is known to the intake.
pub fn read(input: &Input, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    // Each format has an arm here, and a module with a function `read` of the same form.
    let extension = input.extension();
    let message = format!("nothing here reads files that end in `.{extension}`");
    intake.problem(Place { file, line: 0 }, &message, "")
}
