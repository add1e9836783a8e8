//! `ken import`: other programs' files into a graph file.

use std::fs::File;
use std::io::{BufWriter, stdin};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::script;
use crate::Database;
use crate::cli::args::{Global, Import};
use crate::cli::exit::{Code, Failure};
use crate::cli::messages::{Messages, counted, grouped};
use crate::cli::{advise, interrupt, output};
use crate::db::import::{Counts, Input, Intake, Made, Manner, Mapping, Meter, Refused, Role, Stop, Wishes, read};

/// Writes the graph file anew with all that the files bring, or reports what is wrong with them and leaves it alone.
pub(crate) fn run(global: &Global, import: &Import, messages: &Messages) -> Result<Code, Failure> {
    let meter = Arc::new(Meter::default());
    let inputs = inputs(import, &meter)?;
    if inputs.iter().all(|(input, _)| script::is_script(input)) {
        let scripts: Vec<Input> = inputs.into_iter().map(|(input, _)| input).collect();
        return script::run(global, import, &scripts, messages);
    }
    let mapping = import.mapping.as_deref().map(|name| mapping(name, messages)).transpose()?;
    let reject = import.reject.as_deref().map(rejected).transpose()?;
    let cancel = interrupt::flag(true);
    let made = messages.while_importing(&meter, &cancel, || {
        Database::import(&import.into, global.busy_timeout, import.dry_run, |intake| {
            intake.watched_by(&meter);
            if let Some(reject) = reject {
                intake.reject_to(Box::new(reject));
            }
            take(import, inputs, mapping.as_ref(), intake)
        })
    });
    match made {
        Ok(made) => {
            tell(import, &made, messages)?;
            Ok(Code::Fine)
        }
        Err(Refused::Graph(error)) if error.is_about_rules() => {
            let way = "this shows in the graph as a whole, of which no row can be left out for it; nothing was written";
            Err(advise(&error, &import.into).help(way))
        }
        Err(Refused::Graph(error)) => Err(advise(&error, &import.into)),
        Err(Refused::Input(_)) if cancel.load(Ordering::Relaxed) => {
            Err(Failure::new(Code::Interrupted, "Cancelled", "the import was stopped, and nothing was written"))
        }
        Err(Refused::Input(problems)) => {
            messages.lines(&problems.to_string());
            let message = format!("{}; nothing was written", counted(problems.count(), "problem"));
            let failure = Failure::new(Code::Error, "ImportError", message);
            Err(match problems.is_about_rows() {
                true => failure.help("mend the files, or leave out what is wrong: `--reject FILE`"),
                false => failure,
            })
        }
    }
}

fn mapping(name: &str, messages: &Messages) -> Result<Mapping, Failure> {
    Mapping::open(name).map_err(|errors| {
        messages.lines(&errors.to_string());
        let problems = counted(errors.problems().len() as u64, "problem");
        Failure::new(Code::Error, "MappingError", format!("{problems} in the mapping; nothing was read"))
    })
}

fn take(
    import: &Import,
    inputs: Vec<(Input, Role)>,
    mapping: Option<&Mapping>,
    intake: &mut Intake,
) -> Result<(), Stop> {
    if let Some(mapping) = mapping {
        // Files that flags speak of are no business of the mapping.
        let (open, told): (Vec<_>, Vec<_>) = inputs.into_iter().partition(|(_, role)| *role == Role::Open);
        let open: Vec<Input> = open.into_iter().map(|(input, _)| input).collect();
        mapping.take(&open, intake)?;
        return if told.is_empty() { Ok(()) } else { read(told, &manner(import), intake) };
    }
    read(inputs, &manner(import), intake)
}

fn manner(import: &Import) -> Manner {
    let wishes = Wishes { delimiter: import.delimiter, quote: import.quote, header: import.header };
    Manner { wishes, array_delimiter: import.array_delimiter.clone() }
}

fn inputs(import: &Import, meter: &Arc<Meter>) -> Result<Vec<(Input, Role)>, Failure> {
    let plain = import.files.iter().map(|path| (path, Role::Open));
    let told = import.nodes.iter().chain(&import.edges).map(|(path, role)| (path, role.clone()));
    let mut inputs = Vec::new();
    for (path, role) in plain.chain(told) {
        let found = match path.as_os_str() == "-" {
            true => Input::held("standard input", &mut stdin(), meter).map(|input| vec![input]),
            false => Input::find(path, meter),
        };
        let found = found.map_err(|error| Failure::file("read", path, &error))?;
        inputs.extend(found.into_iter().map(|input| (input, role.clone())));
    }
    if inputs.is_empty() {
        return Err(Failure::new(Code::Usage, "UsageError", "there is no file to import")
            .help("name files, folders or zip archives, or give --nodes and --edges"));
    }
    inputs.iter().for_each(|(input, _)| meter.expect(input.length()));
    Ok(inputs)
}

fn rejected(path: &Path) -> Result<BufWriter<File>, Failure> {
    let file = File::create(path).map_err(|error| Failure::file("write", path, &error))?;
    Ok(BufWriter::new(file))
}

fn tell(import: &Import, made: &Made, messages: &Messages) -> Result<(), Failure> {
    made.notes.iter().for_each(|note| messages.note(&format!("note: {note}")));
    if made.problems.count() > 0 {
        messages.lines(&made.problems.to_string());
        let left_out = counted(made.counts.rejected, "row");
        let place = import.reject.as_deref().map_or(String::new(), |path| format!("; see {}", path.display()));
        messages.note(&format!("{left_out} left out{place}"));
    }
    if import.dry_run {
        output::write_all(None, table(&made.counts).as_bytes())?;
        return Ok(());
    }
    let Counts { nodes_created, nodes_matched, edges_created, edges_matched, .. } = made.counts;
    let matched = if nodes_matched + edges_matched == 0 {
        String::new()
    } else {
        format!("; {} and {} were there", counted(nodes_matched, "node"), counted(edges_matched, "edge"))
    };
    messages.note(&format!(
        "{}: {} and {} created{matched}; {} bytes",
        import.into.display(),
        counted(nodes_created, "node"),
        counted(edges_created, "edge"),
        grouped(made.bytes)
    ));
    Ok(())
}

/// What would be made, by label and type.
fn table(counts: &Counts) -> String {
    let mut table = String::from("kind\tname\tnew\n");
    for (kind, names) in [("label", &counts.by_label), ("type", &counts.by_type)] {
        names.iter().for_each(|(name, count)| table.push_str(&format!("{kind}\t{name}\t{count}\n")));
    }
    table.push_str(&format!("nodes\tthere already\t{}\n", counts.nodes_matched));
    table.push_str(&format!("edges\tthere already\t{}\n", counts.edges_matched));
    table
}
