//! Parsed pieces into the intake, in the file's order.

use super::kind::Kind;
use super::parse::{Column, Ids, Parsed, parts};
use super::record::Field;
use super::{End, From, Head, Makes, Table, TypeOf};
use crate::load::import::column::{Filled, Values};
use crate::load::import::conform::Rules;
use crate::load::import::ids::{NOBODY, SpaceId};
use crate::load::import::problems::Told;
use crate::load::import::{FileId, Intake, Place, Stop};
use crate::model::Value;

/// Room for more edges than this is not asked for before they come.
const LIKELY: usize = 1 << 26;

/// Takes what was parsed of one file.
pub(super) struct Taker<'t> {
    table: &'t Table,
    kinds: &'t [Kind],
    head: &'t Head,
    file: FileId,
    /// Bytes of the file.
    length: u64,
    /// The properties' numbers.
    keys: Vec<u32>,
    /// Rows whose node is not there.
    pub(super) skipped: usize,
}

impl<'t> Taker<'t> {
    pub(super) fn new(
        table: &'t Table,
        kinds: &'t [Kind],
        head: &'t Head,
        (file, length): (FileId, u64),
        intake: &mut Intake,
    ) -> Self {
        let keys = table.properties.iter().map(|property| intake.builder.key(&property.name)).collect();
        Taker { table, kinds, head, file, length, keys, skipped: 0 }
    }

    /// Takes a piece.
    pub(super) fn take(&mut self, mut parsed: Parsed, intake: &mut Intake) -> Result<(), Stop> {
        for (row, message) in std::mem::take(&mut parsed.bad) {
            let (place, record) = self.told(&parsed, row);
            intake.problem(place, &message, &record)?;
        }
        match &self.table.makes {
            Makes::Nodes { labels, label_column, id, merged, known } => {
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                let mut slots = Vec::new();
                if let Some((space, _)) = id {
                    for label in &labels {
                        intake.adopt(*space, label);
                    }
                    let next = intake.builder.node_count() as u32;
                    intake.opened(*space).ids.begin_with(next);
                    slots = self.slots(*space, &parsed, &parsed.ids[0], "the row has no id", intake)?;
                }
                if let (true, Some((space, _))) = (*known, id) {
                    let ids = intake.ids(*space);
                    let unknown: Vec<usize> = (0..slots.len())
                        .filter(|row| slots[*row] != NOBODY && ids.node(slots[*row]) == NOBODY)
                        .collect();
                    unknown.iter().for_each(|row| slots[*row] = NOBODY);
                    self.skipped += unknown.len();
                }
                let columns = self.columns(&parsed, intake);
                let ids = id.map(|(space, _)| (space, slots.as_slice()));
                let Some((column, separator)) = label_column else {
                    let told = Rows { taker: self, parsed: &parsed, rows: &parsed.rows };
                    return intake.nodes(&labels, ids, parsed.rows.len(), &columns, *merged, &told);
                };
                for (own, rows) in self.by_text(&parsed, *column) {
                    let own = parsed.text(own);
                    let mut all = labels.clone();
                    all.extend(own.split(separator.as_str()).map(str::trim).filter(|label| !label.is_empty()));
                    let columns: Vec<Filled> = columns.iter().map(|column| column.pick(&rows)).collect();
                    let slots: Vec<u32> = rows.iter().filter_map(|row| slots.get(*row as usize).copied()).collect();
                    let ids = id.map(|(space, _)| (space, slots.as_slice()));
                    let picked: Vec<u32> = rows.iter().map(|row| parsed.rows[*row as usize]).collect();
                    let told = Rows { taker: self, parsed: &parsed, rows: &picked };
                    if let Some(message) = intake.undeclared(|schema| Rules::of_nodes(schema, &all).err()) {
                        self.report(&told, &message, intake)?;
                        continue;
                    }
                    intake.nodes(&all, ids, rows.len(), &columns, *merged, &told)?;
                }
                Ok(())
            }
            Makes::Edges { edge_type, from, to, key, dangling } => {
                let columns = self.columns(&parsed, intake);
                match edge_type {
                    TypeOf::Named(name) => {
                        let group = intake.group(name, from.space, to.space, key.as_deref(), dangling);
                        self.edges_of(&parsed, (name, group), (&parsed.rows, &parsed.ids), [from, to], &columns, intake)
                    }
                    TypeOf::Column(column) => {
                        for (name, rows) in self.by_text(&parsed, *column) {
                            let name = parsed.text(name).to_owned();
                            let picked = parsed.picked(&rows);
                            let undeclared = || intake.undeclared(|schema| Rules::of_edges(schema, &name).err());
                            let empty = name.is_empty().then(|| "the row has no type of edge".to_owned());
                            if let Some(message) = empty.or_else(undeclared) {
                                let told = Rows { taker: self, parsed: &parsed, rows: &picked.0 };
                                self.report(&told, &message, intake)?;
                                continue;
                            }
                            let columns: Vec<Filled> = columns.iter().map(|column| column.pick(&rows)).collect();
                            let group = intake.group(&name, from.space, to.space, key.as_deref(), dangling);
                            let rows = (picked.0.as_slice(), picked.1.as_slice());
                            self.edges_of(&parsed, (&name, group), rows, [from, to], &columns, intake)?;
                        }
                        Ok(())
                    }
                }
            }
        }
    }

    /// Reports all of these rows.
    fn report(&self, told: &Rows<'_, '_>, message: &str, intake: &mut Intake) -> Result<(), Stop> {
        (0..told.rows.len()).try_for_each(|row| intake.problem(told.place(row), message, &told.record(row)))
    }

    /// Takes the edges of all or of some rows of a piece; `rows` are their records and the ids of their ends.
    fn edges_of(
        &self,
        parsed: &Parsed,
        (name, group): (&str, usize),
        (rows, ids): (&[u32], &[Ids]),
        [from, to]: [&End; 2],
        columns: &[Filled],
        intake: &mut Intake,
    ) -> Result<(), Stop> {
        let missing = "the row lacks the id of a node that its edge leaves or enters";
        let told = Rows { taker: self, parsed, rows };
        let schema = intake.schema.clone();
        let rules = |schema| Rules::of_edges(schema, name);
        let off = intake.check_rows(rules, schema.as_deref(), columns, rows.len(), &told)?;
        let mut sources = self.slots_of(from.space, parsed, rows, &ids[0], missing, intake)?;
        off.keys().for_each(|row| sources[*row] = NOBODY);
        let targets = self.slots_of(to.space, parsed, rows, &ids[1], missing, intake)?;
        let whole = !sources.contains(&NOBODY) && !targets.contains(&NOBODY);
        let group = intake.group_of(group);
        let first = group.edges.len();
        if whole {
            let mut at = |row: usize, line| group.at(first + row, Place { file: self.file, line });
            if rows.len() == parsed.records.len() && rows.is_sorted_by(|a, b| a < b) {
                parsed.records.lines().iter().for_each(|(row, line)| at(*row as usize, *line));
            } else {
                let lines = rows.iter().map(|record| parsed.records.line(*record as usize));
                lines.enumerate().for_each(|(row, line)| at(row, line));
            }
            if first == 0 {
                // The rest of the file will be like its beginning.
                let likely = self.length.saturating_mul(rows.len() as u64 * 17 / 16) / parsed.bytes.len().max(1) as u64;
                let likely = usize::try_from(likely).unwrap_or(0).min(LIKELY);
                group.edges.targets.reserve(likely);
            }
            group.edges.sources.extend(sources);
            group.edges.targets.extend(targets);
            for column in columns {
                column.append_to(group.edges.column(column.key), first);
            }
        } else {
            for (row, ends) in sources.into_iter().zip(targets).enumerate() {
                if ends.0 == NOBODY || ends.1 == NOBODY {
                    continue;
                }
                let place = Place { file: self.file, line: parsed.records.line(rows[row] as usize) };
                let at = group.push([ends.0, ends.1], place);
                for column in columns {
                    if let Some(cell) = column.cell(row) {
                        group.edges.column(column.key).put(at, cell);
                    }
                }
            }
        }
        intake.took(rows.len())
    }

    fn slots(
        &self,
        space: SpaceId,
        parsed: &Parsed,
        ids: &Ids,
        missing: &str,
        intake: &mut Intake,
    ) -> Result<Vec<u32>, Stop> {
        self.slots_of(space, parsed, &parsed.rows, ids, missing, intake)
    }

    /// The slots of a column's ids; rows without one are reported, and have [`NOBODY`].
    fn slots_of(
        &self,
        space: SpaceId,
        parsed: &Parsed,
        rows: &[u32],
        ids: &Ids,
        missing: &str,
        intake: &mut Intake,
    ) -> Result<Vec<u32>, Stop> {
        let known = &mut intake.opened(space).ids;
        if ids.others.is_empty() {
            // The edges of a node stand together, mostly.
            let mut last = None;
            let slot = |number: &i64| match last {
                Some((before, slot)) if before == *number => slot,
                _ => last.insert((*number, known.number(*number))).1,
            };
            return Ok(ids.numbers.iter().map(slot).collect());
        }
        let mut slots = Vec::with_capacity(ids.numbers.len());
        let mut others = ids.others.iter().peekable();
        let mut lacking = Vec::new();
        for (row, number) in (0u32..).zip(&ids.numbers) {
            let Some((_, field)) = others.next_if(|(at, _)| *at == row) else {
                slots.push(known.number(*number));
                continue;
            };
            let text = parsed.text(*field);
            if text.is_empty() {
                lacking.push(rows[row as usize]);
                slots.push(NOBODY);
            } else {
                slots.push(known.text(text));
            }
        }
        for row in lacking {
            let (place, record) = self.told(parsed, row);
            intake.problem(place, missing, &record)?;
        }
        Ok(slots)
    }

    /// The properties' columns.
    fn columns(&self, parsed: &Parsed, intake: &mut Intake) -> Vec<Filled> {
        let columns = self.table.properties.iter().zip(&parsed.columns).zip(&self.keys);
        let filled = columns.map(|((property, column), key)| {
            let (values, none) = match column {
                Column::Bools(values, none) => (Values::Bools(values.clone()), none.clone()),
                Column::Ints(values, none) => (Values::Ints(values.clone()), none.clone()),
                Column::Floats(values, none) => (Values::Floats(values.clone()), none.clone()),
                Column::Dates(values, none) => (Values::Dates(values.clone()), none.clone()),
                Column::Always => {
                    let From::Always(value) = &property.from else { return Filled::none(*key) };
                    let Some(cell) = intake.builder.cell(value) else { return Filled::none(*key) };
                    (Values::Cells(vec![cell; parsed.rows.len()]), Vec::new())
                }
                Column::Fields(fields) => {
                    let From::Column(at, _) = property.from else { return Filled::none(*key) };
                    self.fields(parsed, fields, self.kinds[at], property.separator.as_deref(), intake)
                }
            };
            Filled { key: *key, values, none, collected: property.collected }
        });
        filled.collect()
    }

    fn fields(
        &self,
        parsed: &Parsed,
        fields: &[Field],
        kind: Kind,
        separator: Option<&str>,
        intake: &mut Intake,
    ) -> (Values, Vec<bool>) {
        let is_none = |field: &Field| {
            let text = parsed.records.bytes(&parsed.bytes, *field);
            field.is_none()
                || (text.is_empty() && kind != Kind::Text)
                || self.table.nulls.iter().any(|null| null.as_bytes() == text)
        };
        let none: Vec<bool> = fields.iter().map(is_none).collect();
        if kind == Kind::Text && separator.is_none() {
            // Most pieces are text from end to end, and are looked at for that once.
            let all = std::str::from_utf8(&parsed.bytes).unwrap_or_default();
            let texts = fields.iter().zip(&none).map(|(field, none)| {
                let text = || all.get(field.range()).unwrap_or_else(|| parsed.text(*field));
                if *none { 0 } else { intake.builder.text(text()) }
            });
            return (Values::Texts(texts.collect()), if none.contains(&true) { none } else { Vec::new() });
        }
        let value = |field: Field| kind.value(parsed.text(field)).unwrap_or(Value::Null);
        let cell = |(field, none): (&Field, &bool)| {
            let value = match separator {
                _ if *none => Value::Null,
                None => value(*field),
                Some(_) => {
                    let parts = parts(parsed.text(*field).as_bytes(), *field, separator);
                    Value::list(parts.into_iter().map(value).filter(|value| !value.is_null()).collect())
                }
            };
            intake.builder.cell(&value).unwrap_or_default()
        };
        let cells = fields.iter().zip(&none).map(cell).collect();
        (Values::Cells(cells), none)
    }

    /// The rows by a column's text, in the order in which the texts come.
    fn by_text(&self, parsed: &Parsed, column: usize) -> Vec<(Field, Vec<u32>)> {
        let mut found: Vec<(Field, Vec<u32>)> = Vec::new();
        for (row, record) in (0u32..).zip(&parsed.rows) {
            let field = parsed.records.fields(*record as usize)[column];
            let text = parsed.text(field);
            match found.iter_mut().rev().find(|(known, _)| parsed.text(*known) == text) {
                Some((_, rows)) => rows.push(row),
                None => found.push((field, vec![row])),
            }
        }
        found
    }

    /// A record's place and its text, for messages.
    fn told(&self, parsed: &Parsed, record: u32) -> (Place, String) {
        let place = Place { file: self.file, line: parsed.records.line(record as usize) };
        (place, parsed.records.text(&parsed.bytes, record as usize, self.head.dialect.delimiter))
    }
}

/// Rows of a piece, by their records.
struct Rows<'r, 't> {
    taker: &'r Taker<'t>,
    parsed: &'r Parsed,
    rows: &'r [u32],
}

impl Told for Rows<'_, '_> {
    fn place(&self, row: usize) -> Place {
        Place { file: self.taker.file, line: self.parsed.records.line(self.rows[row] as usize) }
    }

    fn record(&self, row: usize) -> String {
        self.taker.told(self.parsed, self.rows[row]).1
    }
}

impl Parsed {
    /// A field's text.
    fn text(&self, field: Field) -> &str {
        std::str::from_utf8(self.records.bytes(&self.bytes, field)).unwrap_or_default()
    }

    /// Some of the rows, with their ids.
    fn picked(&self, rows: &[u32]) -> (Vec<u32>, Vec<Ids>) {
        let ids = self.ids.iter().map(|ids| {
            let mut picked = Ids::default();
            for (at, row) in (0u32..).zip(rows) {
                picked.numbers.push(ids.numbers[*row as usize]);
                if let Ok(other) = ids.others.binary_search_by_key(row, |(row, _)| *row) {
                    picked.others.push((at, ids.others[other].1));
                }
            }
            picked
        });
        (rows.iter().map(|row| self.rows[*row as usize]).collect(), ids.collect())
    }
}
