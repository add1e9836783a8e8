//! The command line as it was written: names, types and help texts of flags. What they mean together is checked in
//! `options`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use super::options;
use crate::db::import::Role;

/// An embedded knowledge graph, asked in sentences or in openCypher.
///
/// Without a command, ken starts a shell on the graph FILE, or on the graph that ships with the program.
#[derive(Debug, Parser)]
#[command(name = "ken", version, subcommand_precedence_over_arg = true)]
#[command(after_help = "Exit codes: 0 fine, 1 a query or data error, 2 usage, 3 cannot open, 4 corrupt, \
                        5 a limit was reached, 130 interrupted.")]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// The graph file to open in the shell
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) global: Global,
    #[command(flatten)]
    pub(super) answer: Answer,
    #[command(flatten)]
    pub(super) asking: Asking,
}

/// What makes sense everywhere, before the command's name and behind it.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Global {
    /// The graph file; without it, the graph that ships with the program
    #[arg(short, long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) graph: Option<PathBuf>,
    /// An empty graph in memory, which CREATE may fill
    #[arg(long, global = true, conflicts_with = "graph")]
    pub(super) memory: bool,
    /// Open the graph file for writing
    #[arg(long, global = true)]
    pub(super) write: bool,
    /// Make the graph file if it is not there, and open it for writing
    #[arg(long, global = true)]
    pub(super) create: bool,
    /// How long to wait for another process that writes to the file, such as 500ms or 5s
    #[arg(long, global = true, value_name = "TIME", default_value = "5s", value_parser = options::duration)]
    pub(super) busy_timeout: Duration,
    /// When to use colours; NO_COLOR turns them off as well
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorWhen,
    /// Only data and errors: no warnings, no counts, no times
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Counts and times even into a pipe, and the Cypher that a sentence became
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal that is not dumb.
    #[default]
    Auto,
    /// Into pipes and files, too.
    Always,
    /// Nowhere.
    Never,
}

/// How an answer is asked for: parameters and limits.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(super) struct Asking {
    /// A parameter, typed as a Cypher literal, else a string; may be repeated
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = options::assignment)]
    pub(super) param: Vec<(String, String)>,
    /// Parameters from a JSON object
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    pub(super) params: Option<PathBuf>,
    /// Let LOAD CSV read files below this folder; may be repeated
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) load_from: Vec<PathBuf>,
    /// Stop a statement after this time, such as 500ms, 5s or 2m
    #[arg(long, value_name = "TIME", value_parser = options::duration)]
    pub(super) timeout: Option<Duration>,
    /// Stop a statement with an error when its answer has more rows
    #[arg(long, value_name = "N")]
    pub(super) max_rows: Option<u64>,
    /// Stop a statement when it holds more memory, such as 512MB or 2GiB
    #[arg(long, value_name = "SIZE", value_parser = options::size)]
    pub(super) max_memory: Option<u64>,
    /// How many threads may work on a statement; all cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
}

/// The form of an answer, and its place.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(super) struct AnswerForm {
    /// The form of the answer; without it, the one that the output's name ends in, else a table on a terminal and TSV elsewhere
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub(super) format: Option<Format>,
    /// Write the answer here
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
    /// How null is written; `null` in tables, `\N` in TSV, nothing in CSV
    #[arg(long, value_name = "TEXT")]
    pub(super) null: Option<String>,
}

impl AnswerForm {
    /// The form that somebody asked for, by name or by what the output's name ends in.
    pub(super) fn wanted(&self) -> Option<Format> {
        self.format.or_else(|| Format::of_ending(&ending(self.output.as_deref())?))
    }
}

/// How answers to statements are written, and what ends a script.
#[derive(Clone, Debug, Default, PartialEq, Args)]
pub(super) struct Answer {
    #[command(flatten)]
    pub(super) output: AnswerForm,
    /// Make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    /// Exit with 1 when an answer has no rows
    #[arg(long)]
    pub(super) fail_empty: bool,
    /// Go on with the next statement after an error
    #[arg(long)]
    pub(super) keep_going: bool,
}

/// A form of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A box that fits the terminal; long values are cut.
    Table,
    /// Tab-separated, complete: `\t`, `\n`, `\r` and `\\` stand for the characters themselves, `\N` for null.
    Tsv,
    /// Comma-separated (RFC 4180).
    Csv,
    /// One array of objects.
    Json,
    /// One object per line.
    Jsonl,
    /// A table for documents.
    Markdown,
}

impl Format {
    /// The form that files with this ending are in.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "tsv" | "tab" => Format::Tsv,
            "csv" => Format::Csv,
            "json" => Format::Json,
            "jsonl" | "ndjson" => Format::Jsonl,
            "md" | "markdown" => Format::Markdown,
            _ => return None,
        })
    }
}

/// What a file's name ends in, behind its last point, in lower case.
pub(super) fn ending(path: Option<&Path>) -> Option<String> {
    path.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase())
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Ask one question or run a script
    Query(Query),
    /// Write the subgraph of an answer as a picture or for another program
    Export(Export),
    /// Check a text source and build its graph file
    Build(Build),
    /// Bring other programs' files into a graph file
    Import(Import),
    /// Show what the graph holds: types, relations and their properties
    Schema(Listing),
    /// Count nodes and edges by type
    Stats(Listing),
    /// Read every byte of the graph and verify it; with --lint, look for what a curator may want to mend
    Check(Check),
    /// Write the graph as a Cypher script, or as text, that builds it again
    Dump(Dump),
    /// Turn an article about a role into a draft text source
    Draft(Draft),
    /// Show how two graphs differ
    Diff(Diff),
    /// Put the commits behind the graph file's snapshot into a new snapshot
    Checkpoint(Named),
    /// Show the Cypher of a sentence and the plan of a statement
    Explain(Explain),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// The graph file that stands behind the command's name, of commands that take nothing else there.
    pub(super) fn named(&self) -> Option<&Path> {
        let named = match self {
            Command::Schema(listing) | Command::Stats(listing) => &listing.named,
            Command::Check(check) => &check.named,
            Command::Dump(dump) => &dump.named,
            Command::Checkpoint(named) => named,
            _ => return None,
        };
        named.file.as_deref()
    }
}

/// A graph by its place.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The graph file; the same as --graph
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) file: Option<PathBuf>,
}

/// `ken schema` and `ken stats`
#[derive(Debug, Args)]
pub(super) struct Listing {
    #[command(flatten)]
    pub(super) named: Named,
    #[command(flatten)]
    pub(super) form: AnswerForm,
}

/// `ken query`
#[derive(Debug, Args)]
pub(super) struct Query {
    /// A sentence or Cypher, several statements ending in `;`; - reads standard input
    #[arg(conflicts_with = "file")]
    pub(super) query: Option<String>,
    /// Read the statements from a file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) answer: Answer,
    #[command(flatten)]
    pub(super) asking: Asking,
}

/// `ken export`
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Whose answer to write; without it, the whole graph
    pub(super) query: Option<String>,
    /// The language to write; without it, the one that the output's name ends in, else dot
    #[arg(long, value_name = "FORMAT")]
    pub(super) to: Option<ExportFormat>,
    /// The neighbourhood of the node with this name or key
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    pub(super) around: Option<String>,
    /// How many edges away the neighbourhood reaches
    #[arg(long, value_name = "N", default_value_t = 1, requires = "around")]
    pub(super) depth: u32,
    /// At most so many nodes
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    /// Also draw the edges between the answer's nodes that the answer does not hold
    #[arg(long)]
    pub(super) induced: bool,
    /// Frame the nodes of each type in pictures
    #[arg(long)]
    pub(super) clusters: bool,
    /// Draw even what is too large to be read
    #[arg(long)]
    pub(super) force: bool,
    /// Write it here
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
    /// Make warnings errors
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) asking: Asking,
}

/// A language for graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// Graphviz.
    Dot,
    /// A Mermaid flowchart.
    Mermaid,
    /// GraphML, for Gephi, yEd, igraph, NetworkX.
    Graphml,
    /// Cytoscape.js elements with a style.
    Cytoscape,
    /// One JSON object per node, then one per edge.
    Jsonl,
    /// A picture for browsers and documents.
    Svg,
    /// A page to search, filter and zoom in; needs nothing but a browser.
    Html,
    /// A Cypher script that builds it again.
    Cypher,
    /// A folder of files with the headers of Neo4j's admin import.
    Csv,
    /// A folder of Parquet files.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl ExportFormat {
    /// The language that files with this ending are in.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "dot" | "gv" => ExportFormat::Dot,
            "mmd" | "mermaid" => ExportFormat::Mermaid,
            "graphml" => ExportFormat::Graphml,
            "json" => ExportFormat::Cytoscape,
            "jsonl" | "ndjson" => ExportFormat::Jsonl,
            "svg" => ExportFormat::Svg,
            "html" | "htm" => ExportFormat::Html,
            "cypher" | "cql" => ExportFormat::Cypher,
            _ => return None,
        })
    }
}

/// `ken build`
#[derive(Debug, Args)]
pub(super) struct Build {
    /// The directory with schema.toml and the other TOML files; several tell one graph together
    #[arg(required = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) directories: Vec<PathBuf>,
    /// The graph file to write
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: PathBuf,
}

/// `ken check`
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) named: Named,
    /// List what may want mending: orphans, edges without evidence, cycles in acyclic relations, near-duplicate names and
    /// missing properties; exit with 1 when there is any
    #[arg(long)]
    pub(super) lint: bool,
    /// Say nothing of this; may be repeated
    #[arg(long, value_name = "CODE", requires = "lint")]
    pub(super) allow: Vec<LintCode>,
    #[command(flatten)]
    pub(super) form: AnswerForm,
}

/// What `ken check --lint` finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintCode {
    /// A node without edges.
    Orphan,
    /// An edge that has none of the evidence that its relation may carry.
    NoEvidence,
    /// Edges of an acyclic relation that lead back to where they began.
    Cycle,
    /// Two nodes of a type that are called nearly the same.
    NearDuplicate,
    /// A property that the schema requires and that is not there.
    MissingProperty,
}

impl LintCode {
    /// As the library has it.
    pub(super) fn code(self) -> crate::lint::Code {
        match self {
            LintCode::Orphan => crate::lint::Code::Orphan,
            LintCode::NoEvidence => crate::lint::Code::NoEvidence,
            LintCode::Cycle => crate::lint::Code::Cycle,
            LintCode::NearDuplicate => crate::lint::Code::NearDuplicate,
            LintCode::MissingProperty => crate::lint::Code::MissingProperty,
        }
    }
}

/// `ken draft`
#[derive(Debug, Args)]
pub(super) struct Draft {
    /// The article: headings and bullets, as text or Markdown
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) article: PathBuf,
    /// The folder of the text source to write
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) output: PathBuf,
    /// What the role is called; without it, as the title or the first sentence says
    #[arg(long, value_name = "NAME")]
    pub(super) role: Option<String>,
    /// A table of heading words and types in place of the program's own
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) table: Option<PathBuf>,
    /// Replace the TOML files of a folder that is not empty
    #[arg(long)]
    pub(super) force: bool,
}

/// `ken diff`
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The first graph: a file, or the folder of a text source
    #[arg(value_name = "A", value_hint = ValueHint::AnyPath)]
    pub(super) old: PathBuf,
    /// The second graph
    #[arg(value_name = "B", value_hint = ValueHint::AnyPath)]
    pub(super) new: PathBuf,
    /// What to write; without it, what the output's name ends in, else text
    #[arg(long, value_name = "FORM")]
    pub(super) to: Option<DiffForm>,
    /// The property that tells nodes with a label apart; may be repeated, also for several of a label
    #[arg(long, value_name = "LABEL=PROPERTY", value_parser = options::assignment)]
    pub(super) key: Vec<(String, String)>,
    /// Exit with 1 when the graphs differ
    #[arg(long)]
    pub(super) exit_code: bool,
    /// Draw even what is too large to be read
    #[arg(long)]
    pub(super) force: bool,
    /// Write it here
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
}

/// A form of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffForm {
    /// Lines for people: `-` went, `+` came, `~` changed.
    Text,
    /// One object.
    Json,
    /// A Graphviz picture: what came is green, what went red, what changed amber.
    Dot,
    /// A Cypher script that turns the first graph into the second.
    Cypher,
}

impl DiffForm {
    /// The form that files with this ending are in.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "json" => DiffForm::Json,
            "dot" | "gv" => DiffForm::Dot,
            "cypher" | "cql" => DiffForm::Cypher,
            _ => return None,
        })
    }
}

/// `ken import`
#[derive(Debug, Args)]
#[command(
    after_long_help = "A file that no flag and no mapping speaks of is read by its header: Neo4j's (:ID, :LABEL, \
    :START_ID, :END_ID, :TYPE), else edges of the file's name when it has the columns from and to, or source and target, or two \
    columns named after labels, else nodes of the file's name, told apart by the column id, key, uri or code.\n\n\
    Examples:\n  ken import --into net.ken Person.csv City.csv --edges Follows=Follows.csv:Person-Person\n  \
    ken import --into esco.ken --mapping esco classification-en.zip relations.zip\n  \
    ken import --into shop.ken --mapping shop.toml data/ --dry-run"
)]
pub(super) struct Import {
    /// The graph file; made when it is not there
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) into: PathBuf,
    /// Files, folders and zip archives; standard input is read as --nodes LABEL=- or --edges TYPE=-:LABEL-LABEL
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(super) files: Vec<PathBuf>,
    /// A file whose rows are nodes with this label, told apart by this column; may be repeated
    #[arg(long, value_name = "LABEL[.COLUMN]=FILE", value_parser = options::nodes)]
    pub(super) nodes: Vec<(PathBuf, Role)>,
    /// A file whose rows are edges of this type between nodes of these labels; may be repeated
    #[arg(long, value_name = "TYPE=FILE:LABEL-LABEL", value_parser = options::edges)]
    pub(super) edges: Vec<(PathBuf, Role)>,
    /// What the files mean: a TOML file, or one that ships with the program (esco, onet)
    #[arg(long, value_name = "FILE|NAME", value_hint = ValueHint::FilePath)]
    pub(super) mapping: Option<String>,
    /// Show what would be made and what is wrong, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Write rows that cannot be taken here, with the reasons, and take the others
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) reject: Option<PathBuf>,
    /// What ends a field: a character, or `tab`; found by looking otherwise
    #[arg(long, value_name = "CHARACTER", value_parser = options::character)]
    pub(super) delimiter: Option<u8>,
    /// What quotes a field: a character, or `none`
    #[arg(long, value_name = "CHARACTER", value_parser = options::quote)]
    pub(super) quote: Option<options::Quote>,
    /// Whether the first record holds the names of the columns; found by looking otherwise
    #[arg(long, value_name = "yes|no", value_parser = options::yes_or_no)]
    pub(super) header: Option<bool>,
    /// What separates the items of a list and the labels of a node
    #[arg(long, value_name = "TEXT", default_value = ";")]
    pub(super) array_delimiter: String,
}

/// `ken dump`
#[derive(Debug, Args)]
pub(super) struct Dump {
    #[command(flatten)]
    pub(super) named: Named,
    /// Write a text source into this folder instead, which `ken build` makes the same bytes of
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with_all = ["salvage", "output"])]
    pub(super) text: Option<PathBuf>,
    /// Replace the TOML files of a folder that is not empty
    #[arg(long, requires = "text")]
    pub(super) force: bool,
    /// Of a damaged file, write what can be read
    #[arg(long)]
    pub(super) salvage: bool,
    /// Write it here
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
}

/// `ken explain`
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A sentence or Cypher
    pub(super) query: String,
    /// Run it and show how many rows each step gave
    #[arg(long)]
    pub(super) analyze: bool,
    #[command(flatten)]
    pub(super) asking: Asking,
    #[command(flatten)]
    pub(super) form: AnswerForm,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_page_of_the_command_has_every_option() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/command.md")).unwrap();
        let named = |name: &str| page.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == name);
        let command = Arguments::command();
        for one in std::iter::once(&command).chain(command.get_subcommands()) {
            assert!(named(one.get_name()), "docs/command.md says nothing of `{}`", one.get_name());
            for option in one.get_arguments().filter_map(|argument| argument.get_long()) {
                assert!(named(&format!("--{option}")), "docs/command.md says nothing of `--{option}`");
            }
        }
        let forms = |values: Vec<String>| values.iter().for_each(|value| assert!(named(value), "{value}"));
        let names = |value: Option<clap::builder::PossibleValue>| value.map(|value| value.get_name().to_owned());
        forms(Format::value_variants().iter().filter_map(|form| names(form.to_possible_value())).collect());
        forms(ExportFormat::value_variants().iter().filter_map(|form| names(form.to_possible_value())).collect());
        forms(DiffForm::value_variants().iter().filter_map(|form| names(form.to_possible_value())).collect());
    }

    #[test]
    fn commands_come_before_files() {
        let command = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap();
        assert!(matches!(command("ken query x").command, Some(Command::Query(_))));
        assert_eq!(command("ken a.ken").file, Some("a.ken".into()));
        assert_eq!(command("ken schema -g a.ken").global.graph, Some("a.ken".into()));
        assert_eq!(command("ken -g a.ken schema").global.graph, Some("a.ken".into()));
        assert_eq!(command("ken -p n=-1").asking.param, [("n".to_owned(), "-1".to_owned())]);
    }
}
