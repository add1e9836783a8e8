//! Which reader a file is for.

#[cfg(feature = "parquet")]
use super::columnar;
use super::jsonl::{self, Plain};
use super::roles::{self, Manner, Role};
use super::{Input, Intake, Place, Stop, graphml, rdf};

/// Extensions of tables.
const TABLES: [&str; 5] = ["csv", "tsv", "tab", "txt", "psv"];

/// Extensions of formats whose records may be plain objects, of which flags say what they are.
const TYPED: [&str; 8] = ["jsonl", "ndjson", "json", "parquet", "arrow", "arrows", "feather", "ipc"];

/// Reads files, each by the reader for its extension: first those whose rows say themselves what they are, then tables,
/// which are looked at together.
///
/// # Errors
///
/// There is no sense in going on; what is wrong with a file is known to the intake.
pub fn read(inputs: Vec<(Input, Role)>, manner: &Manner, intake: &mut Intake) -> Result<(), Stop> {
    let (tables, others): (Vec<_>, Vec<_>) = inputs.into_iter().partition(|(input, role)| {
        let extension = input.extension();
        TABLES.contains(&extension.as_str()) || (*role != Role::Open && !TYPED.contains(&extension.as_str()))
    });
    others.iter().try_for_each(|(input, role)| read_one(input, role, intake))?;
    roles::read(&tables, manner, intake)
}

/// Reads a file of a format that says itself what it holds.
fn read_one(input: &Input, role: &Role, intake: &mut Intake) -> Result<(), Stop> {
    let plain = match role {
        Role::Nodes(named) => Plain { label: Some(&named.label), key: named.key.as_deref() },
        Role::Edges(..) => {
            let message = "edges are told by flags in tables only\nthis format says itself which edges there are";
            let file = intake.file(input.name());
            return intake.problem(Place { file, line: 0 }, message, "");
        }
        Role::Open => Plain::default(),
    };
    // Each format has an arm here, and a module with a function `read` of the same form.
    match input.extension().as_str() {
        "jsonl" | "ndjson" | "json" => jsonl::read(input, &plain, intake),
        "graphml" => graphml::read(input, intake),
        #[cfg(feature = "parquet")]
        "parquet" => columnar::parquet(input, &plain, intake),
        #[cfg(feature = "parquet")]
        "arrow" | "arrows" | "feather" | "ipc" => columnar::arrow(input, &plain, intake),
        "ttl" | "turtle" => rdf::read(input, rdf::Syntax::Turtle, intake),
        "nt" | "ntriples" => rdf::read(input, rdf::Syntax::NTriples, intake),
        #[cfg(not(feature = "parquet"))]
        extension @ ("parquet" | "arrow" | "arrows" | "feather" | "ipc") => {
            let file = intake.file(input.name());
            let message = format!(
                "this program was built without what reads `.{extension}`\n\
                 build it with the feature: `cargo install kenning --features parquet`"
            );
            intake.problem(Place { file, line: 0 }, &message, "")
        }
        "cypher" | "cql" => {
            let file = intake.file(input.name());
            let message = "a script changes the graph itself, and no other files go in with it\nimport it alone";
            intake.problem(Place { file, line: 0 }, message, "")
        }
        extension => {
            let file = intake.file(input.name());
            let what = match extension {
                "" => "its name has no ending that tells what it holds".to_owned(),
                extension => format!("nothing here reads files that end in `.{extension}`"),
            };
            let message =
                format!("{what}\nsay what a table makes: `--nodes LABEL=FILE`, `--edges TYPE=FILE:LABEL-LABEL`");
            intake.problem(Place { file, line: 0 }, &message, "")
        }
    }
}
