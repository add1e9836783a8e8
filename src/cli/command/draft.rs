//! `ken draft`: an article about a role as a draft text source, and what of the article is not in it.

use super::dump::{Folder, unwritable};
use crate::Database;
use crate::cli::args::Draft;
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted};
use crate::cli::output::Output;
use crate::cli::render::text::visible;
use crate::cli::source;
use crate::db::DraftOptions;

/// Writes the draft; the headings that it could not place and the lines that it did not use are the answer.
pub(crate) fn run(draft: &Draft, messages: &Messages) -> Result<Code, Failure> {
    let folder = Folder::look(&draft.output, draft.force)?;
    let article = source::file(&draft.article)?;
    let name = draft.article.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let table = match &draft.table {
        Some(path) => Some((path.display().to_string(), source::file(path)?)),
        None => None,
    };
    let options = DraftOptions { role: draft.role.clone(), article: name, table };
    let drafted = Database::draft_role(&article, &options)
        .map_err(|error| unwritable(error, &format!("{} makes no draft", draft.article.display())))?;
    folder.write(&drafted.files)?;
    let mut output = Output::new(None);
    let place = draft.article.display();
    let unplaced = drafted.unplaced.iter().map(|(line, text)| (*line, "heading not placed", text));
    let unused = drafted.unused.iter().map(|(line, text)| (*line, "not used", text));
    let mut told: Vec<_> = unplaced.chain(unused).collect();
    told.sort();
    for (line, what, text) in told {
        writeln!(output.writer()?, "{place}:{line}: {what}: {}", visible(text))?;
    }
    output.flush()?;
    let (nodes, edges) = (counted(drafted.nodes as u64, "node"), counted(drafted.edges as u64, "edge"));
    messages.note(&format!("{}: {}: {nodes}, {edges}", folder.path.display(), drafted.role));
    let (headings, lines) = (drafted.unplaced.len() as u64, drafted.unused.len() as u64);
    if headings + lines > 0 {
        let headings = counted(headings, "heading");
        messages.note(&format!("{headings} not placed, {} not used", counted(lines, "line")));
    }
    Ok(Code::Fine)
}
