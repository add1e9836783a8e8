//! CSV, TSV and their relatives: tables of which each row is a node or an edge.
//!
//! In: a file, and what its columns mean. Out: calls of the intake, many rows at a time. A file is read once, and before
//! that a first time when kinds of values have to be found, for which all of it counts. Threads parse pieces; what they
//! find is taken in the file's order, so that the result is the same with any number of them.

mod dialect;
mod kind;
mod numbers;
mod parse;
mod piece;
mod record;
mod take;

pub use dialect::Wishes;
pub(super) use kind::Kind;

use std::io::Read;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use self::dialect::{Dialect, sniff};
use self::parse::{Parsed, parse};
use self::piece::{Piece, Pieces};
use self::record::split;
use super::ids::SpaceId;
use super::input::in_words;
use super::{FileId, Input, Intake, Place, Stop};
use crate::model::schema::PropertyType;

/// What the rows of a file make.
pub(super) struct Table {
    pub(super) makes: Makes,
    pub(super) properties: Vec<Property>,
    /// Rows count only when all of these hold.
    pub(super) filters: Vec<Filter>,
    /// Texts that stand for no value.
    pub(super) nulls: Vec<String>,
}

pub(super) enum Makes {
    Nodes {
        labels: Vec<String>,
        /// A column with further labels, and what separates them.
        label_column: Option<(usize, String)>,
        id: Option<(SpaceId, usize)>,
        /// Several rows may tell of one node.
        merged: bool,
        /// Rows whose node no earlier row made are left out.
        known: bool,
    },
    Edges {
        edge_type: TypeOf,
        from: End,
        to: End,
        /// The property that tells edges apart.
        key: Option<String>,
        dangling: Dangling,
    },
}

/// What becomes of edges whose ends are not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::load) enum Dangling {
    /// They are problems.
    #[default]
    Problem,
    /// They are left out.
    Skip,
    /// The ends are made, with this label and nothing but their ids.
    Make(String),
}

/// Where an edge's type comes from.
pub(super) enum TypeOf {
    Named(String),
    Column(usize),
}

/// How an end of an edge is named.
pub(super) struct End {
    pub(super) space: SpaceId,
    pub(super) column: usize,
    /// Several ends stand in the field, with this between them.
    pub(super) separator: Option<String>,
}

pub(super) struct Property {
    pub(super) name: String,
    pub(super) from: From,
    /// What separates the items of a list.
    pub(super) separator: Option<String>,
    /// Values of several rows make a list.
    pub(super) collected: bool,
}

pub(super) enum From {
    /// A column, and the kind of its values when it is known.
    Column(usize, Option<Kind>),
    Always(crate::model::Value<'static>),
}

pub(super) struct Filter {
    pub(super) column: usize,
    pub(super) values: Vec<String>,
    /// Whether the field is to be one of them, or none.
    pub(super) wanted: bool,
}

/// How a file is written, and its columns.
pub(super) struct Head {
    dialect: Dialect,
    pub(super) columns: Vec<String>,
}

/// The piece at the start that a file's form is read off.
const START: u64 = 1 << 16;

/// Looks at a file's beginning; none when there is nothing to be read, which was reported.
pub(super) fn head(input: &Input, intake: &mut Intake, wishes: Wishes) -> Result<Option<Head>, Stop> {
    let place = Place { file: intake.file(input.name()), line: 0 };
    let mut start = Vec::new();
    let read = input.open(false).and_then(|reader| reader.take(START).read_to_end(&mut start));
    if let Err(error) = read {
        intake.problem(place, &format!("cannot read the file: {}", in_words(&error)), "")?;
        return Ok(None);
    }
    if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
        intake.problem(place, "this is UTF-16, and tables are UTF-8\nconvert it: `iconv -f UTF-16 -t UTF-8`", "")?;
        return Ok(None);
    }
    if start.contains(&0) {
        intake.problem(place, "this is no text: it holds zero bytes", "")?;
        return Ok(None);
    }
    let (dialect, first) = sniff(without_mark(&start), &input.extension(), wishes);
    let columns =
        if dialect.header { first } else { (1..=first.len()).map(|number| format!("column{number}")).collect() };
    if columns.is_empty() {
        intake.problem(place, "the file is empty", "")?;
        return Ok(None);
    }
    Ok(Some(Head { dialect, columns }))
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Reads all rows of a file.
pub(super) fn rows(input: &Input, head: &Head, table: &Table, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    let kinds = match kinds(input, head, table, file, intake)? {
        Some(kinds) => kinds,
        None => return Ok(()),
    };
    let plan = parse::Plan { table, kinds: &kinds, head };
    let mut taker = take::Taker::new(table, &kinds, head, (file, input.length()), intake);
    each_round(
        input,
        head,
        true,
        (file, intake),
        &|bytes, line| parse(&plan, bytes, line),
        &mut |parsed: Parsed, intake| taker.take(parsed, intake),
    )?;
    if taker.skipped > 0 {
        intake.note(format!("{}: {} rows of nodes that are not there were left out", input.name(), taker.skipped));
    }
    Ok(())
}

/// The kinds of all columns of which a property has to know it; none when the file cannot be read, which was reported.
fn kinds(
    input: &Input,
    head: &Head,
    table: &Table,
    file: FileId,
    intake: &mut Intake,
) -> Result<Option<Vec<Kind>>, Stop> {
    let mut open: Vec<usize> = Vec::new();
    let mut kinds = vec![Kind::Text; head.columns.len()];
    for property in &table.properties {
        match &property.from {
            From::Column(column, Some(kind)) => kinds[*column] = *kind,
            // Items of lists are texts unless somebody says otherwise, and a schema says what a property is.
            From::Column(column, None) if let Some(kind) = declared(&property.name, intake) => {
                if property.separator.is_none() {
                    kinds[*column] = kind;
                }
            }
            From::Column(column, None) if property.separator.is_none() => open.push(*column),
            From::Column(..) | From::Always(_) => {}
        }
    }
    if open.is_empty() {
        return Ok(Some(kinds));
    }
    let mut found: Vec<Option<Kind>> = vec![None; open.len()];
    let before = intake.problem_count();
    let look = |mut bytes: Vec<u8>, line| parse::kinds(&mut bytes, line, &open, table, head);
    each_round(input, head, false, (file, intake), &look, &mut |kinds: Vec<Option<Kind>>, _| {
        for (known, new) in found.iter_mut().zip(kinds) {
            *known = match (*known, new) {
                (Some(a), Some(b)) => Some(a.or(b)),
                (a, b) => a.or(b),
            };
        }
        Ok(())
    })?;
    if intake.problem_count() > before {
        return Ok(None);
    }
    for (column, kind) in open.iter().zip(found) {
        kinds[*column] = kind.unwrap_or(Kind::Text);
    }
    Ok(Some(kinds))
}

/// The kind of values that the schema wants of a property.
fn declared(property: &str, intake: &Intake) -> Option<Kind> {
    match intake.declared()?.kind_of(property)? {
        PropertyType::Boolean => Some(Kind::Bool),
        PropertyType::Integer => Some(Kind::Int),
        PropertyType::Float => Some(Kind::Float),
        PropertyType::String => Some(Kind::Text),
        _ => None,
    }
}

/// Reads a file in rounds of pieces: while the pieces of a round are worked on, those of the round before are
/// taken, in the file's order, and those of the next are read.
fn each_round<T: Send>(
    input: &Input,
    head: &Head,
    counted: bool,
    (file, intake): (FileId, &mut Intake),
    work: &(impl Fn(Vec<u8>, u64) -> T + Sync),
    take: &mut (impl FnMut(T, &mut Intake) -> Result<(), Stop> + Send),
) -> Result<(), Stop> {
    let reader = match input.open(counted) {
        Ok(reader) => reader,
        Err(error) => {
            return intake.problem(Place { file, line: 0 }, &format!("cannot read the file: {}", in_words(&error)), "");
        }
    };
    let mut pieces = Pieces::new(reader, head.dialect);
    let mut next = Round::read(&mut pieces);
    if let Some(first) = next.pieces.first_mut() {
        drop_header(first, head.dialect);
    }
    let mut done: Vec<T> = Vec::new();
    loop {
        let Round { pieces: round, failed } = next;
        let over = round.is_empty() || failed.is_some();
        let before = std::mem::take(&mut done);
        let (taken, (read, worked)) = rayon::join(
            || before.into_iter().try_for_each(|done| take(done, intake)),
            || {
                rayon::join(
                    || if over { Round::default() } else { Round::read(&mut pieces) },
                    || round.into_par_iter().map(|piece| work(piece.bytes, piece.line)).collect::<Vec<T>>(),
                )
            },
        );
        taken?;
        intake.go_on()?;
        (next, done) = (read, worked);
        if over {
            done.into_iter().try_for_each(|done| take(done, intake))?;
            return match failed {
                Some((line, message)) => intake.obstacle(Place { file, line }, &message),
                None => Ok(()),
            };
        }
    }
}

/// Some pieces for each thread, so that none waits long for the others.
#[derive(Default)]
struct Round {
    pieces: Vec<Piece>,
    /// Why there are no more: the line, and what is wrong.
    failed: Option<(u64, String)>,
}

impl Round {
    fn read(pieces: &mut Pieces) -> Self {
        let mut round = Round::default();
        while round.pieces.len() < 4 * rayon::current_num_threads() {
            match pieces.next() {
                Ok(Some(piece)) => round.pieces.push(piece),
                Ok(None) => break,
                Err(error) => {
                    round.failed = Some(error);
                    break;
                }
            }
        }
        round
    }
}

/// Takes the byte-order mark and the header off the first piece.
fn drop_header(piece: &mut Piece, dialect: Dialect) {
    let marked = piece.bytes.len() - without_mark(&piece.bytes).len();
    piece.bytes.drain(..marked);
    if !dialect.header {
        return;
    }
    let mut copy = piece.bytes.clone();
    let records = split(&mut copy, dialect.delimiter, dialect.quote, 1);
    // The second record begins in the line that says where the first ends.
    let lines = if records.len() > 1 { records.line(1) - 1 } else { u64::MAX };
    let mut ends = piece.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let end = usize::try_from(lines - 1).ok().and_then(|lines| ends.nth(lines)).unwrap_or(piece.bytes.len());
    piece.bytes.drain(..end);
    piece.line += lines.min(u64::from(u32::MAX));
}
