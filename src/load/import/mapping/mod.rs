//! A mapping: a TOML file that says what the tables of a data set mean.
//!
//! ```toml
//! schema = "shop.schema.toml"          # types, relations and their words, as for `ken build`; beside this file
//!
//! [[nodes]]
//! file = "customers*.csv"              # by its name; a star stands for anything
//! label = "Customer"                   # or labels = ["Customer", "Person"]
//! label_column = "segment"             # a further label from a column
//! key = "id"                           # the column and property that identifies a node, or { column = "No", property = "id" }
//! merge = true                         # several rows may tell of one node
//! known = true                         # rows whose node no earlier entry made are left out
//! where = { status = "active" }        # rows that count; a list means any of them; where_not: those that do not
//! null = ["n/a"]                       # texts that stand for no value
//! dialect = { delimiter = ";", quote = "none", header = true }
//!
//! [nodes.properties]                   # without: every column, by its own name
//! name = "Customer name"               # a column
//! born = { column = "Born", type = "date" }
//! phones = { column = "Phones", split = ";" }
//! nicknames = { column = "Nick", collect = true }   # values of several rows make a list
//! source = { value = "shop" }          # the same for all
//!
//! [[edges]]
//! file = "orders.csv"
//! type = "BOUGHT"                      # or type_column = "kind"
//! from = { column = "customer", label = "Customer" }
//! to = { column = "products", label = "Product", split = "," }
//! key = "order"                        # the property that tells edges between the same nodes apart
//! dangling = "skip"                    # edges whose ends are not there are left out; { label = "Lost" } makes the ends;
//!                                      # without, they are problems
//! properties = { order = "order_no", at = { column = "at", type = "datetime" } }
//! ```
//!
//! Nodes of several labels that share one space of ids say `space = "NAME"`; ends of edges may name it in place of a label.
//! A file that is not there is a problem unless the entry says `optional = true`; files of no entry are left alone.

mod entry;

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use self::entry::{told, unknown};
use super::csv::{self, Dangling, End, Filter, From, Head, Kind, Makes, Property, Table, TypeOf, Wishes};
use super::input::in_words;
use super::{Input, Intake, Place, Space, SpaceId, Stop};
use crate::load::check::Check;
use crate::load::source::{Source, in_order};
use crate::load::words::Words;
use crate::load::{Errors, schema};
use crate::model::{Schema, Value, nearest};

/// What the tables of a data set mean.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    name: String,
    schema: Option<Schema>,
    entries: Vec<Told>,
}

/// An entry: what the rows of some files make.
#[derive(Clone, Debug, Default)]
struct Told {
    file: String,
    line: usize,
    optional: bool,
    edges: bool,
    labels: Vec<String>,
    label_column: Option<String>,
    /// Column and property.
    key: Option<(String, String)>,
    space: Option<String>,
    merge: bool,
    edge_type: Option<String>,
    type_column: Option<String>,
    ends: [Tip; 2],
    edge_key: Option<String>,
    dangling: Dangling,
    known: bool,
    properties: Option<Vec<Given>>,
    filters: Vec<(String, Vec<String>, bool)>,
    nulls: Vec<String>,
    wishes: Wishes,
}

#[derive(Clone, Debug, Default)]
struct Tip {
    column: String,
    label: Option<String>,
    key: Option<String>,
    space: Option<String>,
    split: Option<String>,
}

#[derive(Clone, Debug)]
struct Given {
    name: String,
    column: Option<String>,
    value: Value<'static>,
    kind: Option<Kind>,
    split: Option<String>,
    collect: bool,
}

const TOP: [&str; 4] = ["text", "schema", "nodes", "edges"];

/// Mappings that ship with the program: name, mapping, schema.
const SHIPPED: [(&str, &str, &str); 2] = [
    ("esco", include_str!("../../../../mappings/esco.toml"), include_str!("../../../../mappings/esco.schema.toml")),
    ("onet", include_str!("../../../../mappings/onet.toml"), include_str!("../../../../mappings/onet.schema.toml")),
];

impl Mapping {
    /// Reads the mapping that ships under this name, or else the file.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, with its places.
    pub fn open(name: &str) -> Result<Self, Errors> {
        if let Some((name, mapping, schema)) = SHIPPED.iter().find(|(known, ..)| *known == name) {
            return Self::read(Path::new(name), mapping, |_| Ok((*schema).to_owned()));
        }
        let path = Path::new(name);
        let text = std::fs::read_to_string(path).map_err(|error| {
            let shipped = SHIPPED.map(|(name, ..)| name).join("` and `");
            Errors::whole(
                path,
                format!("cannot read the mapping: {}; those that ship are `{shipped}`", in_words(&error)),
            )
        })?;
        Self::read(path, &text, |schema| std::fs::read_to_string(schema).map_err(|error| in_words(&error)))
    }

    /// Reads a mapping's text; `load` gives the text of the schema that it names.
    fn read(path: &Path, text: &str, load: impl Fn(&Path) -> Result<String, String>) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let source = Source::new(path.to_owned(), text.to_owned());
        let document = source.parse(&mut errors);
        let mut this = Mapping { name: path.display().to_string(), ..Mapping::default() };
        let mut check = Check::new(&source, &mut errors);
        let mut schema_file: Option<(PathBuf, Range<usize>)> = None;
        for entry in in_order(&document) {
            match entry.0.get_ref().as_ref() {
                "text" => drop(check.string("`text`", entry.1)),
                "schema" => {
                    let name = check.string("`schema`", entry.1).unwrap_or_default();
                    schema_file = Some((path.with_file_name(name), entry.1.span()));
                }
                key @ ("nodes" | "edges") => {
                    let DeValue::Array(items) = entry.1.get_ref() else {
                        check.report(entry.1.span(), format!("`{key}` is a list of tables, each headed `[[{key}]]`"));
                        continue;
                    };
                    for item in items.iter() {
                        if let Some(table) = check.table(&format!("each of `{key}`"), item) {
                            this.entries.push(told(&mut check, key == "edges", item.span(), table));
                        }
                    }
                }
                _ => unknown(&mut check, "a mapping", entry, &TOP),
            }
        }
        if let Some((file, at)) = schema_file {
            match load(&file) {
                Ok(text) => {
                    let source = Source::new(file, text);
                    let document = source.parse(&mut errors);
                    let mut check = Check::new(&source, &mut errors);
                    this.schema = Some(schema::read(&mut check, &mut Words::default(), &document).schema);
                }
                Err(error) => {
                    Check::new(&source, &mut errors).report(at, format!("cannot read the schema: {error}"));
                }
            }
        }
        errors.none_or_sorted()?;
        Ok(this)
    }

    /// Reads the files that it speaks of.
    ///
    /// # Errors
    ///
    /// There is no sense in going on; what is wrong is known to the intake.
    pub fn take(&self, inputs: &[Input], intake: &mut Intake) -> Result<(), Stop> {
        if let Some(schema) = &self.schema {
            intake.schema(schema.clone());
        }
        for told in &self.entries {
            let found: Vec<&Input> = inputs.iter().filter(|input| is_like(input.base(), &told.file)).collect();
            if found.is_empty() && !told.optional {
                let place = Place { file: intake.file(&self.name), line: told.line as u64 };
                let near = nearest(&told.file, inputs.iter().map(Input::base), 1)
                    .first()
                    .map(|near| format!("\ndid you mean `{near}`?"));
                let message = format!("there is no file `{}` among those given{}", told.file, near.unwrap_or_default());
                intake.obstacle(place, &message)?;
            }
            for input in found {
                let Some(head) = csv::head(input, intake, told.wishes)? else { continue };
                if let Some(table) = self.table(told, input, &head, intake)? {
                    csv::rows(input, &head, &table, intake)?;
                }
            }
        }
        Ok(())
    }

    fn table(&self, told: &Told, input: &Input, head: &Head, intake: &mut Intake) -> Result<Option<Table>, Stop> {
        let mut missing = Vec::new();
        let mut at = |name: &str| {
            head.columns.iter().position(|column| column == name).unwrap_or_else(|| {
                missing.push(name.to_owned());
                0
            })
        };
        let mut properties = Vec::new();
        let key = told.key.as_ref().map(|(column, property)| (at(column), property.clone()));
        let given = told.properties.clone().unwrap_or_else(|| {
            let taken: Vec<&str> = [&told.label_column, &told.type_column]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .chain(told.ends.iter().map(|tip| tip.column.as_str()))
                .chain(told.key.iter().map(|(column, _)| column.as_str()))
                .collect();
            let others = head.columns.iter().filter(|column| !taken.contains(&column.as_str()));
            others.map(|column| Given::column(column, column)).collect()
        });
        if let Some((column, property)) = &key
            && !given.iter().any(|given| given.name == *property)
        {
            properties.push(Property {
                name: property.clone(),
                // What the schema calls a text stays one, whatever it looks like.
                from: From::Column(*column, self.declared(property)),
                separator: None,
                collected: false,
            });
        }
        for given in given {
            let from = match &given.column {
                Some(column) => From::Column(at(column), given.kind.or_else(|| self.declared(&given.name))),
                None => From::Always(given.value.clone()),
            };
            properties.push(Property { name: given.name, from, separator: given.split, collected: given.collect });
        }
        let label_column = told.label_column.as_deref().map(&mut at);
        let type_column = told.type_column.as_deref().map(&mut at);
        let columns = [&told.ends[0], &told.ends[1]].map(|tip| if told.edges { at(&tip.column) } else { 0 });
        let filters = told.filters.iter().map(|(column, values, wanted)| Filter {
            column: at(column),
            values: values.clone(),
            wanted: *wanted,
        });
        let filters = filters.collect();
        if !missing.is_empty() {
            let place = Place { file: intake.file(input.name()), line: 1 };
            for name in missing {
                let near = nearest(&name, head.columns.iter().map(String::as_str), 1)
                    .first()
                    .map(|near| format!("; did you mean `{near}`?"));
                let message = format!(
                    "there is no column `{name}`, of which the mapping speaks{}\ncolumns are {}",
                    near.unwrap_or_default(),
                    head.columns.join(", ")
                );
                intake.obstacle(place, &message)?;
            }
            return Ok(None);
        }
        let makes = if told.edges {
            let [from, to] = [0, 1].map(|end| {
                let tip = &told.ends[end];
                End { space: self.space_of(tip, intake), column: columns[end], separator: tip.split.clone() }
            });
            let named = || TypeOf::Named(told.edge_type.clone().unwrap_or_default());
            let edge_type = type_column.map_or_else(named, TypeOf::Column);
            Makes::Edges { edge_type, from, to, key: told.edge_key.clone(), dangling: told.dangling.clone() }
        } else {
            let label = told.labels.first().map_or("", String::as_str);
            let id = key.map(|(column, property)| {
                let space = match &told.space {
                    Some(name) => Space::Named { name, key: Some(&property) },
                    None => Space::Key { label, key: &property },
                };
                (intake.space(space), column)
            });
            let label_column = label_column.map(|column| (column, ";".to_owned()));
            Makes::Nodes { labels: told.labels.clone(), label_column, id, merged: told.merge, known: told.known }
        };
        Ok(Some(Table { makes, properties, filters, nulls: told.nulls.clone() }))
    }

    fn space_of(&self, tip: &Tip, intake: &mut Intake) -> SpaceId {
        if let Some(name) = &tip.space {
            return intake.space(Space::Named { name, key: None });
        }
        let label = tip.label.as_deref().unwrap_or_default();
        let nodes = self.entries.iter().find(|told| !told.edges && told.labels.iter().any(|own| own == label));
        // Ends are named as the label's nodes are, unless by another property.
        match (nodes.and_then(|told| told.space.as_ref()), &tip.key) {
            (Some(name), None) => intake.space(Space::Named { name, key: None }),
            (_, key) => {
                let own = nodes.and_then(|told| told.key.as_ref()).map(|(_, property)| property.as_str());
                intake.space(Space::Key { label, key: key.as_deref().or(own).unwrap_or("id") })
            }
        }
    }

    /// The kind of a property's values, where the schema declares it.
    fn declared(&self, property: &str) -> Option<Kind> {
        use crate::model::schema::PropertyType as Type;
        let (_, declared) = self.schema.as_ref()?.properties.iter().find(|(name, _)| name == property)?;
        Some(match declared {
            Type::Boolean | Type::BooleanList => Kind::Bool,
            Type::Integer | Type::IntegerList => Kind::Int,
            Type::Float | Type::FloatList => Kind::Float,
            Type::String | Type::StringList => Kind::Text,
        })
    }
}

impl Given {
    fn column(name: &str, column: &str) -> Self {
        Given {
            name: name.to_owned(),
            column: Some(column.to_owned()),
            value: Value::Null,
            kind: None,
            split: None,
            collect: false,
        }
    }
}

/// Whether a file's name is like a pattern with stars, whatever the case.
fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (name, pattern, like) in [
            ("skills_en.csv", "skills_*.csv", true),
            ("skills_en.csv", "SKILLS_EN.CSV", true),
            ("skills_en.csv", "skills.csv", false),
            ("skillsets_en.csv", "skills_*.csv", false),
            ("a.csv", "*", true),
            ("abcabc", "a*b*c", true),
            ("ab", "ab*b", false),
        ] {
            assert_eq!(is_like(name, pattern), like, "{name} {pattern}");
        }
    }

    #[test]
    fn what_ships_can_be_read() {
        for (name, ..) in SHIPPED {
            if let Err(errors) = Mapping::open(name) {
                panic!("{errors}");
            }
        }
    }

    #[test]
    fn mistakes_have_places_and_ways_out() {
        let text = "[[nodes]]\nfile = \"a.csv\"\nlabell = \"A\"\n\n[[edges]]\nfile = \"b.csv\"\ntype = \"T\"\nfrom = { column = \"a\" }\nproperties = { x = { column = \"x\", type = \"integr\" } }\n";
        let errors = Mapping::read(Path::new("m.toml"), text, |_| Ok(String::new())).unwrap_err();
        let told: Vec<String> =
            errors.problems().iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect();
        assert_eq!(
            told,
            [
                "1: an entry of `nodes` lacks `label`, `labels` or `label_column`",
                "3: an entry of `nodes` has no key `labell`",
                "5: an entry of `edges` lacks `to`",
                "8: `from` needs `column`, and `label` or `space`",
                "9: there is no type `integr`",
            ]
        );
        assert_eq!(errors.problems()[1].help[0], "did you mean `label` or `labels`?");
    }
}
