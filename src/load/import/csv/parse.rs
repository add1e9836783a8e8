//! A piece's records as columns, on whichever thread is free.

use super::dialect::Dialect;
use super::kind::{self, Kind};
use super::numbers;
use super::record::{Field, Records, split};
use super::{Filter, From, Head, Makes, Property, Table, TypeOf};
use crate::load::import::ids::whole;

/// What is made of a file.
pub(super) struct Plan<'p> {
    pub(super) table: &'p Table,
    /// By column.
    pub(super) kinds: &'p [Kind],
    pub(super) head: &'p Head,
}

impl Plan<'_> {
    /// Edges between whole numbers, with whole numbers as properties, and no digit that ends or quotes a field: the columns of their
    /// ends, and behind them those of their properties. None when anything else is asked for, or one column for several things.
    fn numbers(&self) -> Option<Vec<usize>> {
        let Table { makes: Makes::Edges { edge_type: TypeOf::Named(_), from, to, .. }, properties, filters, nulls } =
            self.table
        else {
            return None;
        };
        let plain = |property: &Property| match property.from {
            From::Column(at, _) if property.separator.is_none() && !property.collected => {
                (self.kinds[at] == Kind::Int).then_some(at)
            }
            _ => None,
        };
        let Dialect { delimiter, quote, .. } = self.head.dialect;
        let digits = delimiter.is_ascii_digit() || quote.is_some_and(|quote| quote.is_ascii_digit());
        let single = from.separator.is_none() && to.separator.is_none() && filters.is_empty();
        let nulls = nulls.iter().any(|null| whole(null.as_bytes()).is_some());
        let ends = [from.column, to.column].map(Some).into_iter();
        let columns = ends.chain(properties.iter().map(plain)).collect::<Option<Vec<usize>>>()?;
        let once = (1..columns.len()).all(|at| !columns[..at].contains(&columns[at]));
        (single && !nulls && !digits && once).then_some(columns)
    }

    /// A piece of nothing but whole numbers, its bytes aside, when no more is asked for than these.
    fn numbers_of(&self, bytes: &[u8], line: u64) -> Option<Parsed> {
        let wanted = self.numbers()?;
        let mut columns = numbers::columns(bytes, self.head.dialect.delimiter, self.head.columns.len())?;
        let count = columns.first()?.len();
        let mut wanted = wanted.into_iter().map(|at| std::mem::take(&mut columns[at]));
        Some(Parsed {
            bytes: Vec::new(),
            records: Records::of_lines(count, line),
            rows: (0..count as u32).collect(),
            ids: wanted.by_ref().take(2).map(|numbers| Ids { numbers, others: Vec::new() }).collect(),
            columns: wanted.map(|numbers| Column::Ints(numbers, Vec::new())).collect(),
            bad: Vec::new(),
        })
    }
}

/// A piece, parsed.
pub(super) struct Parsed {
    pub(super) bytes: Vec<u8>,
    pub(super) records: Records,
    /// The records that count, one for each row to be made.
    pub(super) rows: Vec<u32>,
    /// The ids: of nodes, or of the edges' ends.
    pub(super) ids: Vec<Ids>,
    /// By property.
    pub(super) columns: Vec<Column>,
    /// Records that cannot be taken, and why.
    pub(super) bad: Vec<(u32, String)>,
}

/// The ids of a column, by row.
#[derive(Default)]
pub(super) struct Ids {
    /// Whole numbers; of other rows, zero.
    pub(super) numbers: Vec<i64>,
    /// The rows with other ids, ascending.
    pub(super) others: Vec<(u32, Field)>,
}

/// A property's values, by row.
pub(super) enum Column {
    Bools(Vec<bool>, Vec<bool>),
    Ints(Vec<i64>, Vec<bool>),
    Floats(Vec<f64>, Vec<bool>),
    Dates(Vec<i64>, Vec<bool>),
    /// Texts, lists and other values, which need the graph's strings.
    Fields(Vec<Field>),
    /// The same for all.
    Always,
}

/// The kinds of some columns in a piece; none for those without a value.
pub(super) fn kinds(bytes: &mut [u8], line: u64, columns: &[usize], table: &Table, head: &Head) -> Vec<Option<Kind>> {
    let records = split(bytes, head.dialect.delimiter, head.dialect.quote, line);
    let rows: Vec<usize> = (0..records.len()).filter(|row| records.fields(*row).len() == head.columns.len()).collect();
    let kind = |column: &usize| {
        let mut found: Option<Kind> = None;
        for row in &rows {
            let field = records.fields(*row)[*column];
            let text = records.bytes(bytes, field);
            if text.is_empty() || is_null(text, table) {
                continue;
            }
            if found.is_some_and(|kind| kind.plainly_has(text)) {
                continue;
            }
            let kind = Kind::of(text);
            let known = *found.get_or_insert(kind);
            found = Some(known.or(kind));
            if found == Some(Kind::Text) {
                break;
            }
        }
        found
    };
    columns.iter().map(kind).collect()
}

fn is_null(text: &[u8], table: &Table) -> bool {
    table.nulls.iter().any(|null| null.as_bytes() == text)
}

/// Parses a piece that begins in a line.
pub(super) fn parse(plan: &Plan<'_>, mut bytes: Vec<u8>, line: u64) -> Parsed {
    if let Some(parsed) = plan.numbers_of(&bytes, line) {
        return Parsed { bytes, ..parsed };
    }
    let dialect = plan.head.dialect;
    let valid = bytes.is_ascii() || std::str::from_utf8(&bytes).is_ok();
    let mut records = split(&mut bytes, dialect.delimiter, dialect.quote, line);
    let mut bad = Vec::new();
    let width = plan.head.columns.len();
    if !records.is_even(width) {
        for row in 0..records.len() {
            let found = records.fields(row).len();
            if found != width {
                let fields = if found == 1 { "field" } else { "fields" };
                bad.push((row as u32, format!("this record has {found} {fields}, and the first one has {width}")));
            }
        }
    }
    if !valid {
        for row in 0..records.len() {
            let wrong = |field: &&Field| std::str::from_utf8(records.bytes(&bytes, **field)).is_err();
            if let Some(at) = records.fields(row).iter().position(|field| wrong(&field)) {
                let name = plan.head.columns.get(at).map_or("", String::as_str);
                let message = format!("`{name}` is not UTF-8\nconvert the file: `iconv -f WINDOWS-1252 -t UTF-8`");
                bad.push((row as u32, message));
            }
        }
    }
    if records.open && records.len() > 0 {
        let message = "quotes that begin in this record are never closed\n`--quote none` takes quotes for characters";
        bad.push((records.len() as u32 - 1, message.to_owned()));
    }
    let mut parsed = Parsed { bytes, records, rows: Vec::new(), ids: Vec::new(), columns: Vec::new(), bad };
    loop {
        let before = parsed.bad.len();
        fill(plan, &mut parsed);
        // Rows whose values are wrong are left out, and the columns made again without them.
        if parsed.bad.len() == before {
            parsed.bad.sort_by_key(|(row, _)| *row);
            parsed.bad.dedup_by_key(|(row, _)| *row);
            return parsed;
        }
    }
}

fn fill(plan: &Plan<'_>, parsed: &mut Parsed) {
    let Parsed { bytes, records, rows, ids, columns, bad } = parsed;
    let mut skipped: Vec<u32> = bad.iter().map(|(row, _)| *row).collect();
    skipped.sort_unstable();
    let all = (0..records.len() as u32).filter(|row| skipped.binary_search(row).is_err());
    let holds = |row: &u32| plan.table.filters.iter().all(|filter| passes(filter, records, bytes, *row));
    *rows = if skipped.is_empty() && plan.table.filters.is_empty() {
        (0..records.len() as u32).collect()
    } else {
        all.filter(holds).collect()
    };
    ids.clear();
    match &plan.table.makes {
        Makes::Nodes { id, .. } => {
            if let Some((_, column)) = id {
                ids.push(named(
                    plan.table,
                    records,
                    bytes,
                    rows.iter().map(|row| records.fields(*row as usize)[*column]),
                ));
            }
        }
        Makes::Edges { from, to, .. } if from.separator.is_none() && to.separator.is_none() => {
            for end in [from, to] {
                let fields = rows.iter().map(|row| records.fields(*row as usize)[end.column]);
                ids.push(named(plan.table, records, bytes, fields));
            }
        }
        Makes::Edges { from, to, .. } => {
            let (mut expanded, mut ends) = (Vec::new(), [Vec::new(), Vec::new()]);
            for row in rows.iter() {
                let parts = |end: &super::End| {
                    let field = records.fields(*row as usize)[end.column];
                    parts(records.bytes(bytes, field), field, end.separator.as_deref())
                };
                let targets = parts(to);
                for source in parts(from) {
                    for target in &targets {
                        expanded.push(*row);
                        ends[0].push(source);
                        ends[1].push(*target);
                    }
                }
            }
            *rows = expanded;
            for fields in ends {
                ids.push(named(plan.table, records, bytes, fields.into_iter()));
            }
        }
    }
    columns.clear();
    for property in &plan.table.properties {
        let From::Column(at, _) = property.from else {
            columns.push(Column::Always);
            continue;
        };
        let fields = || rows.iter().map(|row| records.fields(*row as usize)[at]);
        let name = &plan.head.columns[at];
        columns.push(match plan.kinds[at] {
            _ if property.separator.is_some() || property.collected => Column::Fields(fields().collect()),
            Kind::Bool => {
                typed(plan, (records, bytes, rows), name, (fields(), bad), kind::bool, Kind::Bool, Column::Bools)
            }
            Kind::Int => typed(plan, (records, bytes, rows), name, (fields(), bad), kind::int, Kind::Int, Column::Ints),
            Kind::Float => {
                typed(plan, (records, bytes, rows), name, (fields(), bad), kind::float, Kind::Float, Column::Floats)
            }
            Kind::Date => {
                typed(plan, (records, bytes, rows), name, (fields(), bad), kind::day, Kind::Date, Column::Dates)
            }
            Kind::Text => Column::Fields(fields().collect()),
            other => {
                for (row, field) in rows.iter().zip(fields()) {
                    let text = std::str::from_utf8(records.bytes(bytes, field)).unwrap_or_default();
                    if !text.is_empty() && !is_null(text.as_bytes(), plan.table) && other.value(text).is_none() {
                        bad.push((*row, wrong(text.as_bytes(), name, other)));
                    }
                }
                Column::Fields(fields().collect())
            }
        });
    }
}

fn wrong(text: &[u8], column: &str, kind: Kind) -> String {
    let text: String = String::from_utf8_lossy(text).chars().take(60).collect();
    format!("`{text}` in `{column}` is not {}", kind.name())
}

/// Values of one kind; which rows have none, when there are such.
fn typed<T: Default + Copy>(
    plan: &Plan<'_>,
    (records, bytes, rows): (&Records, &[u8], &[u32]),
    name: &str,
    (fields, bad): (impl Iterator<Item = Field>, &mut Vec<(u32, String)>),
    read: impl Fn(&[u8]) -> Option<T>,
    kind: Kind,
    column: impl Fn(Vec<T>, Vec<bool>) -> Column,
) -> Column {
    let mut values = Vec::with_capacity(rows.len());
    let mut none: Vec<bool> = Vec::new();
    for (at, (row, field)) in rows.iter().zip(fields).enumerate() {
        let text = records.bytes(bytes, field);
        if text.is_empty() || is_null(text, plan.table) {
            none.resize(at, false);
            none.push(true);
            values.push(T::default());
            continue;
        }
        match read(text) {
            Some(value) => values.push(value),
            None => {
                bad.push((*row, wrong(text, name, kind)));
                values.push(T::default());
            }
        }
    }
    if !none.is_empty() {
        none.resize(rows.len(), false);
    }
    column(values, none)
}

fn named(table: &Table, records: &Records, bytes: &[u8], fields: impl Iterator<Item = Field>) -> Ids {
    let mut ids = Ids::default();
    ids.numbers.reserve(fields.size_hint().0);
    for (row, field) in fields.enumerate() {
        match records.whole(bytes, field) {
            Some(number) => ids.numbers.push(number),
            None => {
                let field = if is_null(records.bytes(bytes, field), table) { field.emptied() } else { field };
                ids.others.push((row as u32, field));
                ids.numbers.push(0);
            }
        }
    }
    ids
}

fn passes(filter: &Filter, records: &Records, bytes: &[u8], row: u32) -> bool {
    let text = records.bytes(bytes, records.fields(row as usize)[filter.column]);
    filter.values.iter().any(|value| value.as_bytes() == text) == filter.wanted
}

/// The parts of a field between separators, without blanks around them.
pub(super) fn parts(bytes: &[u8], field: Field, separator: Option<&str>) -> Vec<Field> {
    let Some(separator) = separator else { return vec![field] };
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let trimmed = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
    trimmed.map(|part| field.within(part.as_ptr() as usize - text.as_ptr() as usize, part.len())).collect()
}
