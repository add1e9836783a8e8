//! Parquet and Arrow IPC: tables whose columns have types.
//!
//! Columns called `:ID`, `:LABEL`, `:START_ID`, `:END_ID` and `:TYPE` say that a table holds nodes or edges, as `ken
//! export` writes them; ids mean something within the table's folder. Any other table holds nodes, with the file's name as
//! their label and `id` (or the key that the schema declares) to be known by. A place is the row, from 1.
//!
//! Whole numbers, floats, decimals (as floats), truth values, texts, dates, times, points in time (those with a time zone
//! at UTC), durations, lists, structs and dictionaries are read. Others, such as bytes, are refused by their column's name.
//!
//! The crates that read these formats panic on some damaged files. That is caught here and told as damage; a program that is
//! built to abort on panics ends there, with nothing written.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};

use super::file_ids::Properties;
use super::jsonl::{Plain, key};
use super::{Edge, FileId, Input, Intake, Node, Place, Space, Stop, json};
use crate::model::temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Temporal, TemporalKind};
use crate::model::{Str, Value};

/// Rows that are read at a time.
const BATCH: usize = 8192;

/// Reads a Parquet file.
pub(super) fn parquet(input: &Input, plain: &Plain<'_>, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    let whole = Place { file, line: 0 };
    let Some(path) = input.plain() else {
        return intake.problem(whole, "a Parquet file is read in place, not inside an archive\nunpack it first", "");
    };
    let reader = guarded(|| {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
        let mut columns = builder.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
        if !columns.all(|column| is_inside(column, length)) {
            return Err("its footer speaks of bytes that it does not have".to_owned());
        }
        let schema = builder.schema().clone();
        let reader = builder.with_batch_size(BATCH).build().map_err(|error| error.to_string())?;
        Ok((schema, reader))
    });
    match reader {
        Ok((schema, reader)) => table(input, file, &schema, reader, plain, intake),
        Err(error) => intake.problem(whole, &format!("this cannot be read as Parquet: {error}"), ""),
    }
}

/// Whether a column's bytes can be in a file of this length. The crate that reads them takes it for granted that their place is no
/// negative number, and panics otherwise.
fn is_inside(column: &ColumnChunkMetaData, length: u64) -> bool {
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let place = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
    place.and_then(|(start, size)| start.checked_add(size)).is_some_and(|end| end <= length)
}

/// Reads an Arrow IPC file or stream.
pub(super) fn arrow(input: &Input, plain: &Plain<'_>, intake: &mut Intake) -> Result<(), Stop> {
    let file = intake.file(input.name());
    let whole = Place { file, line: 0 };
    let broken = |error: &dyn std::fmt::Display| format!("this cannot be read as Arrow IPC: {error}");
    if let Some(path) = input.plain() {
        let mut opened = match File::open(path) {
            Ok(opened) => opened,
            Err(error) => return intake.problem(whole, &broken(&error), ""),
        };
        let mut magic = [0; 6];
        let is_file = opened.read_exact(&mut magic).is_ok() && &magic == b"ARROW1" && opened.rewind().is_ok();
        if is_file {
            let opened = BufReader::new(opened);
            let reader =
                guarded(|| arrow_ipc::reader::FileReader::try_new(opened, None).map_err(|error| error.to_string()));
            return match reader {
                Ok(reader) => table(input, file, &reader.schema(), reader, plain, intake),
                Err(error) => intake.problem(whole, &broken(&error), ""),
            };
        }
    }
    let bytes = match input.open(true) {
        Ok(bytes) => bytes,
        Err(error) => return intake.problem(whole, &broken(&error), ""),
    };
    let bytes = BufReader::new(bytes);
    match guarded(|| arrow_ipc::reader::StreamReader::try_new(bytes, None).map_err(|error| error.to_string())) {
        Ok(reader) => table(input, file, &reader.schema(), reader, plain, intake),
        Err(error) => intake.problem(whole, &broken(&error), ""),
    }
}

/// The result of work inside of the crates that read these formats, a panic as an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("its bytes make no sense".to_owned()))
}

/// A column with what its field says.
struct Column {
    key: String,
    at: usize,
    /// `json`, or a kind of temporal value, when a text stands for it.
    told: Option<String>,
}

/// What the rows are.
enum Kind {
    Nodes,
    Edges,
    Plain,
}

fn table(
    input: &Input,
    file: FileId,
    schema: &Schema,
    mut batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    plain: &Plain<'_>,
    intake: &mut Intake,
) -> Result<(), Stop> {
    let at = |name: &str| schema.fields().iter().position(|field| field.name() == name);
    let (kind, own) = match (at(":ID"), at(":START_ID"), at(":END_ID"), at(":TYPE")) {
        (Some(id), ..) => (Kind::Nodes, vec![Some(id), at(":LABEL")]),
        (None, Some(from), Some(to), Some(edge_type)) => (Kind::Edges, vec![Some(from), Some(to), Some(edge_type)]),
        (None, None, None, _) => (Kind::Plain, Vec::new()),
        _ => {
            let message = "edges need the columns `:START_ID`, `:END_ID` and `:TYPE`, and not all of them are here";
            return intake.problem(Place { file, line: 0 }, message, "");
        }
    };
    let mut columns = Vec::new();
    for (at, field) in schema.fields().iter().enumerate().filter(|(at, _)| !own.contains(&Some(*at))) {
        if let Some(kind) = refused(field.data_type(), 0) {
            let message =
                format!("the column `{}` is of the type {kind}, which no property holds\nleave it out", field.name());
            return intake.problem(Place { file, line: 0 }, &message, "");
        }
        columns.push(Column {
            key: field.metadata().get("ken:key").unwrap_or(field.name()).clone(),
            at,
            told: field.metadata().get("ken:type").cloned(),
        });
    }
    let folder = input.name().rsplit_once('/').map_or("", |(folder, _)| folder);
    let space = intake.space(Space::Named { name: folder, key: None });
    let label = plain.label.unwrap_or(input.stem());
    let key = key(label, plain, intake);
    let mut line = 0;
    loop {
        let read = guarded(|| match batches.next() {
            Some(Ok(batch)) => Ok(Some(rows(&own, &columns, &batch))),
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(None),
        });
        let batch = match read {
            Ok(Some(batch)) => batch,
            Ok(None) => return Ok(()),
            Err(error) => {
                return intake.problem(Place { file, line: line + 1 }, &format!("cannot read on: {error}"), "");
            }
        };
        for row in batch {
            line += 1;
            let place = Place { file, line };
            let (own, properties) = match row {
                Ok(row) => row,
                Err(message) => {
                    intake.problem(place, &message, "")?;
                    continue;
                }
            };
            match (&kind, own.as_slice()) {
                (Kind::Nodes, [id, labels]) => {
                    let labels = self::labels(labels);
                    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                    intake.node(place, &with(Node::new(&labels).identity(space, id.clone()), &properties))?;
                }
                (Kind::Edges, [from, to, Value::String(edge_type)]) => {
                    let mut edge = Edge::new(edge_type.as_str(), (space, from.clone()), (space, to.clone()));
                    for (key, value) in &properties {
                        edge = edge.property(key, value.clone());
                    }
                    intake.edge(place, &edge)?;
                }
                (Kind::Edges, _) => intake.problem(place, "`:TYPE` is no text", "")?,
                _ => {
                    let mut node = Node::new(&[label]);
                    let known = properties.iter().find(|(name, _)| *name == key);
                    if let Some((_, value)) = known {
                        let space = intake.space(Space::Key { label, key: &key });
                        node = node.identity(space, value.clone());
                    } else if plain.key.is_some() {
                        intake.problem(place, &format!("there is no `{key}` to know this by"), "")?;
                        continue;
                    }
                    intake.node(place, &with(node, &properties))?;
                }
            }
        }
    }
}

/// A row: the cells that say what it is, and the properties; or what is wrong with it.
type Row = Result<(Vec<Value<'static>>, Properties), String>;

fn rows(own: &[Option<usize>], columns: &[Column], batch: &RecordBatch) -> Vec<Row> {
    let keys: Vec<Option<Vec<usize>>> = columns.iter().map(|column| dictionary(batch.column(column.at))).collect();
    let row = |row| {
        let cell = |at: &Option<usize>| at.map_or(Ok(Value::Null), |at| cell(batch.column(at), row));
        Ok((own.iter().map(cell).collect::<Result<_, _>>()?, properties(columns, &keys, batch, row)?))
    };
    (0..batch.num_rows()).map(row).collect()
}

fn with<'r>(mut node: Node<'r>, properties: &'r Properties) -> Node<'r> {
    for (key, value) in properties {
        node = node.property(key, value.clone());
    }
    node
}

/// A list of texts, or a text in which they end at `;`.
fn labels(value: &Value<'_>) -> Vec<String> {
    match value {
        Value::String(text) => text.split(';').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
        Value::List(items) => {
            let text = |item: &Value<'_>| if let Value::String(text) = item { Some(text.to_string()) } else { None };
            items.iter().filter_map(text).collect()
        }
        _ => Vec::new(),
    }
}

/// The places in the dictionary of all rows, found once a batch.
fn dictionary(array: &dyn Array) -> Option<Vec<usize>> {
    array.as_any_dictionary_opt().filter(|array| !array.values().is_empty()).map(|array| array.normalized_keys())
}

fn properties(
    columns: &[Column],
    keys: &[Option<Vec<usize>>],
    batch: &RecordBatch,
    row: usize,
) -> Result<Properties, String> {
    let mut properties = Properties::with_capacity(columns.len());
    for (column, keys) in columns.iter().zip(keys) {
        let wrong = |what: String| format!("`{}`: {what}", column.key);
        let array = batch.column(column.at);
        let value = match (keys, array.as_any_dictionary_opt()) {
            (Some(keys), Some(dictionary)) if !array.is_null(row) => {
                cell(dictionary.values(), keys.get(row).copied().unwrap_or_default())
            }
            _ => cell(array, row),
        };
        let value = value.map_err(wrong)?;
        let value = match (&column.told, value) {
            (Some(told), Value::String(text)) => match TemporalKind::named(told) {
                Some(kind) => {
                    let read = Temporal::read(kind, text.as_str());
                    read.ok_or_else(|| wrong(format!("`{}` is no {told}", text.as_str())))?.into()
                }
                None => json::parse(text.as_str()).and_then(|value| json::property(&value)).map_err(wrong)?,
            },
            (_, value) => value,
        };
        if !value.is_null() {
            properties.push((column.key.clone(), value));
        }
    }
    Ok(properties)
}

/// A type that no property holds.
fn refused(kind: &DataType, depth: usize) -> Option<String> {
    let inner = |field: &Field| refused(field.data_type(), depth + 1);
    if depth > 32 {
        return Some("a list in a list more than 32 levels deep".to_owned());
    }
    match kind {
        DataType::Null
        | DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(..)
        | DataType::Duration(_)
        | DataType::Decimal128(..) => None,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => inner(item),
        DataType::Struct(fields) => fields.iter().find_map(|field| inner(field)),
        DataType::Dictionary(_, values) => refused(values, depth + 1),
        other => Some(other.to_string()),
    }
}

/// The value of a cell.
fn cell(array: &dyn Array, row: usize) -> Result<Value<'static>, String> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    macro_rules! primitive {
        ($kind:ty) => {
            array.as_primitive::<$kind>().value(row)
        };
    }
    let string = |text: &str| Value::string(text.to_owned());
    Ok(match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Int8 => Value::Int(primitive!(Int8Type).into()),
        DataType::Int16 => Value::Int(primitive!(Int16Type).into()),
        DataType::Int32 => Value::Int(primitive!(Int32Type).into()),
        DataType::Int64 => Value::Int(primitive!(Int64Type)),
        DataType::UInt8 => Value::Int(primitive!(UInt8Type).into()),
        DataType::UInt16 => Value::Int(primitive!(UInt16Type).into()),
        DataType::UInt32 => Value::Int(primitive!(UInt32Type).into()),
        DataType::UInt64 => {
            let number = primitive!(UInt64Type);
            Value::Int(
                i64::try_from(number).map_err(|_| format!("{number} is no whole number of 64 bits with a sign"))?,
            )
        }
        DataType::Float16 => Value::Float(primitive!(Float16Type).to_f64()),
        DataType::Float32 => Value::Float(primitive!(Float32Type).into()),
        DataType::Float64 => Value::Float(primitive!(Float64Type)),
        DataType::Decimal128(_, scale) => {
            let number = primitive!(Decimal128Type);
            Value::Float(format!("{number}e{}", -i32::from(*scale)).parse().map_err(|_| "no number".to_owned())?)
        }
        DataType::Utf8 => string(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => string(array.as_string::<i64>().value(row)),
        DataType::Utf8View => string(array.as_string_view().value(row)),
        DataType::Date32 => day(i64::from(primitive!(Date32Type)))?,
        DataType::Date64 => day(primitive!(Date64Type).div_euclid(86_400_000))?,
        DataType::Time32(TimeUnit::Second) => clock(i64::from(primitive!(Time32SecondType)), TimeUnit::Second)?,
        DataType::Time32(_) => clock(i64::from(primitive!(Time32MillisecondType)), TimeUnit::Millisecond)?,
        DataType::Time64(TimeUnit::Microsecond) => clock(primitive!(Time64MicrosecondType), TimeUnit::Microsecond)?,
        DataType::Time64(_) => clock(primitive!(Time64NanosecondType), TimeUnit::Nanosecond)?,
        DataType::Timestamp(unit, zone) => {
            let since = match unit {
                TimeUnit::Second => primitive!(TimestampSecondType),
                TimeUnit::Millisecond => primitive!(TimestampMillisecondType),
                TimeUnit::Microsecond => primitive!(TimestampMicrosecondType),
                TimeUnit::Nanosecond => primitive!(TimestampNanosecondType),
            };
            let (seconds, nanos) = seconds(since, *unit);
            let local = LocalDateTime::from_seconds(seconds, nanos).ok_or("a point in time beyond the calendar")?;
            match zone {
                None => Temporal::LocalDateTime(local).into(),
                Some(_) => Temporal::DateTime(DateTime { local, offset: 0, zone: None }).into(),
            }
        }
        DataType::Duration(unit) => {
            let long = match unit {
                TimeUnit::Second => primitive!(DurationSecondType),
                TimeUnit::Millisecond => primitive!(DurationMillisecondType),
                TimeUnit::Microsecond => primitive!(DurationMicrosecondType),
                TimeUnit::Nanosecond => primitive!(DurationNanosecondType),
            };
            let (seconds, nanos) = seconds(long, *unit);
            Temporal::Duration(Duration { seconds, nanos, ..Duration::default() }).into()
        }
        DataType::List(_) => items(&array.as_list::<i32>().value(row))?,
        DataType::LargeList(_) => items(&array.as_list::<i64>().value(row))?,
        DataType::FixedSizeList(..) => items(&array.as_fixed_size_list().value(row))?,
        DataType::Struct(fields) => {
            let columns = array.as_struct();
            let entries = fields.iter().zip(columns.columns());
            let entry = |(field, column): (&std::sync::Arc<Field>, &arrow_array::ArrayRef)| {
                Ok((Str::from(field.name().clone()), cell(column, row)?))
            };
            Value::map(entries.map(entry).collect::<Result<Vec<_>, String>>()?)
        }
        DataType::Dictionary(..) => {
            // Of a list of these; a column's own places are found once a batch.
            let place = dictionary(array).and_then(|keys| keys.get(row).copied());
            cell(array.as_any_dictionary().values(), place.ok_or("a place beyond the dictionary")?)?
        }
        _ => Value::Null,
    })
}

fn items(array: &dyn Array) -> Result<Value<'static>, String> {
    Ok(Value::list((0..array.len()).map(|row| cell(array, row)).collect::<Result<_, _>>()?))
}

fn day(days: i64) -> Result<Value<'static>, String> {
    Date(0)
        .plus_days(days)
        .map(|date| Temporal::Date(date).into())
        .ok_or_else(|| "a day beyond the calendar".to_owned())
}

fn clock(since: i64, unit: TimeUnit) -> Result<Value<'static>, String> {
    match seconds(since, unit) {
        (seconds @ 0..86_400, nanos) => Ok(Temporal::LocalTime(LocalTime(seconds * 1_000_000_000 + nanos)).into()),
        _ => Err("a time beyond the day".to_owned()),
    }
}

/// Whole seconds, and the nanoseconds of the next one.
fn seconds(count: i64, unit: TimeUnit) -> (i64, i64) {
    let parts = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    (count.div_euclid(parts), count.rem_euclid(parts) * (1_000_000_000 / parts))
}
