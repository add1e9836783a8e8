//! Parquet: the files and columns of our CSV, each column of one type.
//!
//! Nodes have `:ID` and `:LABEL` (a list), edges `:START_ID`, `:END_ID` and `:TYPE`; then come the properties. Values of
//! several kinds, maps, and temporal values that Parquet's types cannot hold as they are (years beyond its calendars, an
//! offset of their own, durations) are text, and the column's metadata say what: `ken:type` is `json`, or the kind of
//! temporal value. A column that had to be called otherwise than its property says so as `ken:key`.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, Time64NanosecondArray,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::Report;
use super::column::{Columns, Kind, Scalar, note};
use super::folder::Folder;
use super::json;
use super::order::Order;
use super::picture::Property;
use crate::model::Value;
use crate::model::temporal::{LocalDateTime, Temporal, TemporalKind};

/// Rows that are made ready at a time.
const BATCH: usize = 8192;

/// Rows of which Parquet keeps statistics together; so many are in memory before they are written.
const GROUP: usize = 128 * 1024;

/// How a column is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Bool,
    Int,
    Float,
    Text,
    Date,
    Clock,
    /// In microseconds, else nanoseconds; with UTC as its time zone, or nowhere in particular.
    Moment {
        micros: bool,
        utc: bool,
    },
    /// A text of which the metadata say what it is.
    Told(&'static str),
    /// A list of truth values, integers, floats or texts.
    List(Scalar),
}

/// A property's column.
struct Column<'v> {
    key: &'v str,
    name: String,
    kind: Type,
}

/// Which of Parquet's types hold all values of a column that are moments.
#[derive(Clone, Copy)]
struct Fit {
    date: bool,
    micros: bool,
    nanos: bool,
    utc: bool,
}

/// Writes the files.
pub(super) fn write(order: &Order<'_, '_>, path: &Path) -> io::Result<Report> {
    let mut folder = Folder::new(path, "parquet")?;
    let mut report = Report { nodes: order.nodes.len(), ..Report::default() };
    for group in &order.groups {
        let nodes = &order.nodes[group.nodes.clone()];
        let mut known = Known::default();
        nodes.iter().for_each(|node| known.note(&order.node_properties(*node)));
        let labels = Field::new_list(":LABEL", Field::new_list_field(DataType::Utf8, false), false);
        let mut table = Table::new(
            folder.file("nodes", &group.labels)?,
            vec![Field::new(":ID", DataType::Utf8, false), labels],
            known.columns(),
        )?;
        for (places, nodes) in group.nodes.clone().collect::<Vec<_>>().chunks(BATCH).zip(nodes.chunks(BATCH)) {
            let ids = StringArray::from_iter_values(places.iter().map(|place| format!("n{place}")));
            let item = Field::new_list_field(DataType::Utf8, false);
            let mut labels = ListBuilder::new(StringBuilder::new()).with_field(Arc::new(item));
            for _ in nodes {
                group.labels.iter().for_each(|label| labels.values().append_value(label));
                labels.append(true);
            }
            let rows = nodes.iter().map(|node| order.node_properties(*node)).collect();
            table.write(vec![Arc::new(ids), Arc::new(labels.finish())], rows)?;
        }
        table.end()?;
    }
    for edge_type in order.types() {
        let (mut known, mut any) = (Known::default(), false);
        order.edges_of(edge_type, &mut |edge| {
            any = true;
            known.note(&order.edge_properties(edge));
            Ok(())
        })?;
        if !any {
            continue;
        }
        let own = [":START_ID", ":END_ID", ":TYPE"].map(|name| Field::new(name, DataType::Utf8, false));
        let mut table = Table::new(folder.file("edges", &[edge_type])?, own.to_vec(), known.columns())?;
        let mut waiting = Vec::new();
        let mut flush = |waiting: &mut Vec<_>| {
            let edges: Vec<super::order::Edge> = std::mem::take(waiting);
            let own: [StringArray; 3] = [
                StringArray::from_iter_values(edges.iter().map(|edge| format!("n{}", edge.source))),
                StringArray::from_iter_values(edges.iter().map(|edge| format!("n{}", edge.target))),
                StringArray::from_iter_values(edges.iter().map(|_| edge_type)),
            ];
            let rows = edges.iter().map(|edge| order.edge_properties(*edge)).collect();
            table.write(own.map(|array| Arc::new(array) as ArrayRef).to_vec(), rows)
        };
        order.edges_of(edge_type, &mut |edge| {
            report.edges += 1;
            waiting.push(edge);
            if waiting.len() == BATCH { flush(&mut waiting) } else { Ok(()) }
        })?;
        flush(&mut waiting)?;
        table.end()?;
    }
    Ok(report)
}

/// A file with a row for each node or edge.
struct Table<'v> {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    columns: Vec<Column<'v>>,
}

impl<'v> Table<'v> {
    fn new(file: File, mut fields: Vec<Field>, columns: Vec<Column<'v>>) -> io::Result<Self> {
        fields.extend(columns.iter().map(Column::field));
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(io::Error::other)?;
        Ok(Table { writer, schema, columns })
    }

    fn write(&mut self, mut arrays: Vec<ArrayRef>, rows: Vec<Vec<Property<'v, '_>>>) -> io::Result<()> {
        for column in &self.columns {
            // Properties ascend by key.
            let found = rows.iter().map(|row| {
                let at = row.binary_search_by(|(key, _)| (*key).cmp(column.key)).ok()?;
                row.get(at).map(|(_, value)| value)
            });
            arrays.push(array(column.kind, &found.collect::<Vec<_>>()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(io::Error::other)
    }

    fn end(self) -> io::Result<()> {
        self.writer.close().map(drop).map_err(io::Error::other)
    }
}

/// What is known of the properties of a file's rows.
#[derive(Default)]
struct Known<'v> {
    columns: Columns<'v>,
    fits: BTreeMap<&'v str, Fit>,
}

impl<'v> Known<'v> {
    fn note<'g>(&mut self, properties: &[Property<'v, 'g>]) {
        note(&mut self.columns, properties, Kind::of);
        for (key, value) in properties {
            if let Value::Temporal(temporal) = value {
                let found = fit(temporal);
                let known = self.fits.entry(key).or_insert(found);
                *known = Fit {
                    date: known.date && found.date,
                    micros: known.micros && found.micros,
                    nanos: known.nanos && found.nanos,
                    utc: known.utc && found.utc,
                };
            }
        }
    }

    fn columns(self) -> Vec<Column<'v>> {
        let mut taken: Vec<String> = [":ID", ":LABEL", ":START_ID", ":END_ID", ":TYPE"].map(str::to_owned).to_vec();
        let column = |(key, kind): (&'v str, Kind)| {
            let mut name = if key.is_empty() { "_".to_owned() } else { key.to_owned() };
            while taken.contains(&name) || (name != key && self.columns.contains_key(name.as_str())) {
                name.insert(0, '_');
            }
            taken.push(name.clone());
            Column { key, name, kind: stored(kind, self.fits.get(key)) }
        };
        self.columns.clone().into_iter().map(column).collect()
    }
}

impl Column<'_> {
    fn field(&self) -> Field {
        let kind = match self.kind {
            Type::Bool => DataType::Boolean,
            Type::Int => DataType::Int64,
            Type::Float => DataType::Float64,
            Type::Text | Type::Told(_) => DataType::Utf8,
            Type::Date => DataType::Date32,
            Type::Clock => DataType::Time64(TimeUnit::Nanosecond),
            Type::Moment { micros, utc } => {
                let unit = if micros { TimeUnit::Microsecond } else { TimeUnit::Nanosecond };
                DataType::Timestamp(unit, utc.then(|| "UTC".into()))
            }
            Type::List(item) => {
                let item = match item {
                    Scalar::Bool => DataType::Boolean,
                    Scalar::Int => DataType::Int64,
                    Scalar::Float => DataType::Float64,
                    Scalar::String | Scalar::Temporal(_) => DataType::Utf8,
                };
                DataType::List(Arc::new(Field::new_list_field(item, true)))
            }
        };
        let mut told = HashMap::new();
        if let Type::Told(what) = self.kind {
            told.insert("ken:type".to_owned(), what.to_owned());
        }
        if self.name != self.key {
            told.insert("ken:key".to_owned(), self.key.to_owned());
        }
        Field::new(&self.name, kind, true).with_metadata(told)
    }
}

fn stored(kind: Kind, fit: Option<&Fit>) -> Type {
    let Kind::One(scalar) = kind else {
        return match kind {
            Kind::List(Some(item)) if !matches!(item, Scalar::Temporal(_)) => Type::List(item),
            _ => Type::Told("json"),
        };
    };
    let fit = fit.copied().unwrap_or(Fit { date: false, micros: false, nanos: false, utc: false });
    let moment = |utc| Type::Moment { micros: fit.micros, utc };
    match scalar {
        Scalar::Bool => Type::Bool,
        Scalar::Int => Type::Int,
        Scalar::Float => Type::Float,
        Scalar::String => Type::Text,
        Scalar::Temporal(TemporalKind::Date) if fit.date => Type::Date,
        Scalar::Temporal(TemporalKind::LocalTime) => Type::Clock,
        Scalar::Temporal(TemporalKind::LocalDateTime) if fit.micros || fit.nanos => moment(false),
        Scalar::Temporal(TemporalKind::DateTime) if fit.utc && (fit.micros || fit.nanos) => moment(true),
        Scalar::Temporal(kind) => Type::Told(kind.name()),
    }
}

fn fit(temporal: &Temporal) -> Fit {
    let of = |local: LocalDateTime, utc| Fit {
        date: false,
        micros: moment(local, true).is_some() && local.time.0 % 1000 == 0,
        nanos: moment(local, false).is_some(),
        utc,
    };
    match temporal {
        Temporal::Date(date) => Fit { date: i32::try_from(date.0).is_ok(), micros: false, nanos: false, utc: false },
        Temporal::LocalDateTime(local) => of(*local, false),
        Temporal::DateTime(point) => of(point.local, point.offset == 0 && point.zone.is_none()),
        _ => Fit { date: false, micros: false, nanos: false, utc: false },
    }
}

/// Micro- or nanoseconds since 1970.
fn moment(local: LocalDateTime, micros: bool) -> Option<i64> {
    let (seconds, nanos) = local.seconds();
    let (unit, rest) = if micros { (1_000_000, nanos / 1000) } else { (1_000_000_000, nanos) };
    seconds.checked_mul(unit)?.checked_add(rest)
}

fn array(kind: Type, values: &[Option<&Value<'_>>]) -> ArrayRef {
    macro_rules! of {
        ($array:ty, $pattern:pat => $found:expr) => {
            Arc::new(
                values
                    .iter()
                    .map(|value| match value {
                        Some($pattern) => $found,
                        _ => None,
                    })
                    .collect::<$array>(),
            )
        };
    }
    match kind {
        Type::Bool => of!(BooleanArray, Value::Bool(bool) => Some(*bool)),
        Type::Int => of!(Int64Array, Value::Int(int) => Some(*int)),
        Type::Float => of!(Float64Array, Value::Float(float) => Some(*float)),
        Type::Text => of!(StringArray, Value::String(text) => Some(text.as_str())),
        Type::Told("json") => of!(StringArray, value => Some(json::exact(value).to_string())),
        Type::Told(_) => of!(StringArray, Value::Temporal(temporal) => Some(temporal.to_string())),
        Type::Date => of!(Date32Array, Value::Temporal(temporal) => match &**temporal {
            Temporal::Date(date) => i32::try_from(date.0).ok(),
            _ => None,
        }),
        Type::Clock => of!(Time64NanosecondArray, Value::Temporal(temporal) => match &**temporal {
            Temporal::LocalTime(time) => Some(time.0),
            _ => None,
        }),
        Type::Moment { micros, utc } => {
            let found = |value: &Option<&Value<'_>>| match value {
                Some(Value::Temporal(temporal)) => match &**temporal {
                    Temporal::LocalDateTime(local) => moment(*local, micros),
                    Temporal::DateTime(point) => moment(point.local, micros),
                    _ => None,
                },
                _ => None,
            };
            let moments: Vec<Option<i64>> = values.iter().map(found).collect();
            let zone = utc.then_some("UTC");
            match micros {
                true => Arc::new(TimestampMicrosecondArray::from(moments).with_timezone_opt(zone)),
                false => Arc::new(TimestampNanosecondArray::from(moments).with_timezone_opt(zone)),
            }
        }
        Type::List(item) => list(item, values),
    }
}

fn list(item: Scalar, values: &[Option<&Value<'_>>]) -> ArrayRef {
    macro_rules! of {
        ($builder:expr, $pattern:pat => $found:expr) => {{
            let mut lists = ListBuilder::new($builder);
            for value in values {
                let Some(Value::List(items)) = value else {
                    lists.append(false);
                    continue;
                };
                for item in items.iter() {
                    if let $pattern = item {
                        lists.values().append_value($found);
                    }
                }
                lists.append(true);
            }
            Arc::new(lists.finish())
        }};
    }
    match item {
        Scalar::Bool => of!(BooleanBuilder::new(), Value::Bool(bool) => *bool),
        Scalar::Int => of!(Int64Builder::new(), Value::Int(int) => *int),
        Scalar::Float => of!(Float64Builder::new(), Value::Float(float) => *float),
        Scalar::String | Scalar::Temporal(_) => of!(StringBuilder::new(), Value::String(text) => text.as_str()),
    }
}
