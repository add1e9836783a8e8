//! What the files of a simple import make, without a mapping: by flags, by Neo4j's headers, or by their names.
//!
//! | file | makes |
//! |---|---|
//! | named with `--nodes` or `--edges` | what that says |
//! | with `:ID`, `:START_ID` ... in its header | what Neo4j's import would make of it |
//! | with columns `from` and `to` (or `source` and `target` ...), or two columns named after labels | edges with the file's name as type |
//! | any other | nodes with the file's name as label, told apart by `id`, `key`, `uri`, `code` or `LABEL_id` |

use super::csv::{self, Dangling, End, From, Head, Kind, Makes, Property, Table, TypeOf, Wishes};
use super::{Input, Intake, Place, Space, Stop};
use crate::model::nearest;

/// A label, and the property that identifies its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The label.
    pub label: String,
    /// The property; none: the one that its file has.
    pub key: Option<String>,
}

/// What somebody says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nodes.
    Nodes(Named),
    /// Edges of this type between nodes of these labels.
    Edges(String, Named, Named),
    /// It is to be seen.
    Open,
}

/// How simple files are read.
#[derive(Clone, Debug)]
pub struct Manner {
    /// The form of tables.
    pub wishes: Wishes,
    /// What stands between the items of lists, and between labels.
    pub array_delimiter: String,
}

impl Default for Manner {
    fn default() -> Self {
        Manner { wishes: Wishes::default(), array_delimiter: ";".to_owned() }
    }
}

/// A table whose beginning was looked at.
struct Seen<'i> {
    input: &'i Input,
    head: Head,
    columns: Vec<Heading>,
    role: Role,
}

/// A column by its heading.
struct Heading {
    name: String,
    mark: Mark,
    kind: Option<Kind>,
    list: bool,
}

#[derive(PartialEq, Eq)]
enum Mark {
    None,
    Id(String),
    Label,
    Start(String),
    End(String),
    Type,
    Ignore,
}

/// Names of the columns that hold an edge's ends.
const ENDS: [(&str, &str); 5] =
    [("from", "to"), ("source", "target"), ("src", "dst"), ("start", "end"), ("subject", "object")];

/// The space of ids in what `ken export` writes.
const EXPORTED: &str = "ken";

/// Names of columns that identify a row.
const KEYS: [&str; 4] = ["id", "key", "uri", "code"];

/// Reads tables.
pub(super) fn read(inputs: &[(Input, Role)], manner: &Manner, intake: &mut Intake) -> Result<(), Stop> {
    let mut seen = Vec::new();
    for (input, role) in inputs {
        let before = intake.problem_count();
        if let Some(head) = csv::head(input, intake, manner.wishes)? {
            let columns = headings(input, &head, intake)?;
            if intake.problem_count() == before {
                seen.push(Seen { input, head, columns, role: role.clone() });
            }
        }
    }
    let mut labels: Vec<Named> = Vec::new();
    let (nodes, edges): (Vec<Seen<'_>>, Vec<Seen<'_>>) = seen.into_iter().partition(|seen| !seen.is_edges(inputs));
    let mut tables = Vec::new();
    for seen in nodes {
        if let Some((table, named)) = seen.nodes(manner, intake)? {
            labels.extend(named);
            tables.push((seen, table));
        }
    }
    for seen in edges {
        if let Some(table) = seen.edges(manner, &labels, intake)? {
            tables.push((seen, table));
        }
    }
    tables.iter().try_for_each(|(seen, table)| csv::rows(seen.input, &seen.head, table, intake))
}

fn headings(input: &Input, head: &Head, intake: &mut Intake) -> Result<Vec<Heading>, Stop> {
    let place = Place { file: intake.file(input.name()), line: 1 };
    let mut headings: Vec<Heading> = Vec::new();
    let neo4j = head.columns.iter().any(|column| is_marked(column));
    for column in &head.columns {
        let heading = heading(column, neo4j);
        if let Err(found) = &heading {
            let near = nearest(found, Kind::NAMES, 1).first().map(|near| format!("; did you mean `{near}`?"));
            let message = format!("`{column}` is of no type that is known here{}", near.unwrap_or_default());
            intake.obstacle(place, &message)?;
        }
        let heading = heading.unwrap_or_else(|_| Heading::plain(column));
        let twice = headings.iter().any(|other| other.name == heading.name && !heading.name.is_empty());
        if twice && heading.mark != Mark::Ignore {
            intake.obstacle(
                place,
                &format!("two columns are called `{}`\n`--header no` if these are no names", heading.name),
            )?;
        }
        headings.push(heading);
    }
    Ok(headings)
}

fn is_marked(column: &str) -> bool {
    let mark = column.rsplit_once(':').map_or("", |(_, mark)| mark);
    let mark = mark.split(['(', '{']).next().unwrap_or_default();
    ["ID", "LABEL", "START_ID", "END_ID", "TYPE"].iter().any(|known| known.eq_ignore_ascii_case(mark))
}

/// What a heading says; the name of a type that is unknown otherwise.
fn heading(column: &str, neo4j: bool) -> Result<Heading, String> {
    // `:ID(Space){label: ...}`: what the braces say is for Neo4j itself.
    let split = if column.ends_with('}') { column.split_once(':') } else { column.rsplit_once(':') };
    let Some((name, mark)) = split else { return Ok(Heading::plain(column)) };
    let mark = mark.split('{').next().unwrap_or_default().trim();
    let (mark, space) = mark.strip_suffix(')').and_then(|mark| mark.split_once('(')).unwrap_or((mark, ""));
    let heading = |mark, kind, list| Ok(Heading { name: name.to_owned(), mark, kind, list });
    match mark.to_ascii_uppercase().as_str() {
        "ID" => return heading(Mark::Id(space.to_owned()), None, false),
        "LABEL" => return heading(Mark::Label, None, false),
        "START_ID" => return heading(Mark::Start(space.to_owned()), None, false),
        "END_ID" => return heading(Mark::End(space.to_owned()), None, false),
        "TYPE" => return heading(Mark::Type, None, false),
        "IGNORE" => return heading(Mark::Ignore, None, false),
        _ => {}
    }
    let (kind, list) = mark.strip_suffix("[]").map_or((mark, false), |kind| (kind, true));
    match Kind::named(kind) {
        Some(kind) => heading(Mark::None, Some(kind), list),
        None if neo4j => Err(kind.to_owned()),
        None => Ok(Heading::plain(column)),
    }
}

impl Heading {
    fn plain(column: &str) -> Self {
        Heading { name: column.to_owned(), mark: Mark::None, kind: None, list: false }
    }
}

impl Seen<'_> {
    fn at(&self, is: impl Fn(&Mark) -> bool) -> Option<usize> {
        self.columns.iter().position(|heading| is(&heading.mark))
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|heading| heading.name.eq_ignore_ascii_case(name))
    }

    /// Whether its rows are edges.
    fn is_edges(&self, inputs: &[(Input, Role)]) -> bool {
        match &self.role {
            Role::Nodes(_) => false,
            Role::Edges(..) => true,
            Role::Open if self.at(|mark| matches!(mark, Mark::Start(_) | Mark::End(_))).is_some() => true,
            Role::Open if self.at(|mark| matches!(mark, Mark::Id(_) | Mark::Label)).is_some() => false,
            Role::Open => {
                self.named_ends().is_some() || {
                    // Other files of the import may be what two of the columns are named after.
                    let others = inputs.iter().filter(|(other, _)| other.name() != self.input.name());
                    let labels = others.map(|(input, role)| match role {
                        Role::Nodes(named) => named.label.as_str(),
                        _ => input.stem(),
                    });
                    self.ends_by_label(&labels.collect::<Vec<_>>()).is_some()
                }
            }
        }
    }

    /// The columns `from` and `to`, or as they are called.
    fn named_ends(&self) -> Option<(usize, usize)> {
        ENDS.iter().find_map(|(from, to)| Some((self.column(from)?, self.column(to)?)))
    }

    /// The first two columns, when they are named after labels, such as `person_id` and `city`; with these.
    fn ends_by_label(&self, labels: &[&str]) -> Option<((usize, usize), (usize, usize))> {
        let label = |column: usize| {
            let name = self.columns.get(column)?.name.to_lowercase();
            let name = ["from_", "to_", "source_", "target_", "start_", "end_"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .unwrap_or(&name)
                .to_owned();
            let name = name.strip_suffix("_id").or_else(|| name.strip_suffix("id")).unwrap_or(&name);
            labels.iter().position(|label| label.eq_ignore_ascii_case(name))
        };
        Some(((0, 1), (label(0)?, label(1)?)))
    }

    /// A table of nodes, and what ends of edges call them.
    fn nodes(&self, manner: &Manner, intake: &mut Intake) -> Result<Option<(Table, Option<Named>)>, Stop> {
        let (label, wanted) = match &self.role {
            Role::Nodes(named) => (named.label.clone(), named.key.clone()),
            _ => (self.input.stem().to_owned(), None),
        };
        if let Some(wanted) = wanted.as_ref().filter(|wanted| self.key_column(&label, Some(wanted)).is_none()) {
            let place = Place { file: intake.file(self.input.name()), line: 1 };
            let columns: Vec<&str> = self.columns.iter().map(|heading| heading.name.as_str()).collect();
            let message = format!("there is no column `{wanted}`\ncolumns are {}", columns.join(", "));
            intake.obstacle(place, &message)?;
            return Ok(None);
        }
        let label_column = self.at(|mark| *mark == Mark::Label);
        let labels = if label_column.is_some() && self.role == Role::Open { Vec::new() } else { vec![label.clone()] };
        let id = self.at(|mark| matches!(mark, Mark::Id(_)));
        let mut known = None;
        let mut key = None;
        if let (Some(column), Mark::Id(space)) = (id, id.map_or(&Mark::None, |column| &self.columns[column].mark)) {
            let name = if self.columns[column].name.is_empty() { "id" } else { &self.columns[column].name };
            // Our own export counts its nodes, and a number says nothing beyond its files.
            let counted = self.columns[column].name.is_empty() && space == EXPORTED;
            key = (!counted).then(|| (column, name.to_owned()));
            known = Some((intake.space(Space::Named { name: space, key: (!counted).then_some(name) }), column));
        } else if let Some(column) = self.key_column(&label, wanted.as_deref()) {
            let name = self.columns[column].name.clone();
            known = Some((intake.space(Space::Key { label: &label, key: &name }), column));
            key = Some((column, name));
        } else {
            let (name, stem) = (self.input.name(), &label);
            intake.note(format!(
                "{name}: no column identifies a row, so that a second import adds them all again; \
                 `--nodes {stem}.COLUMN={name}` names one"
            ));
        }
        let named = key.as_ref().map(|(_, key)| Named { label, key: Some(key.clone()) });
        let skip = |column: usize| label_column == Some(column);
        let rename = |column: usize| key.as_ref().filter(|(at, _)| *at == column).map(|(_, name)| name.clone());
        let makes = Makes::Nodes {
            labels,
            label_column: label_column.map(|column| (column, manner.array_delimiter.clone())),
            id: known,
            merged: false,
            known: false,
        };
        Ok(Some((self.table(makes, manner, skip, rename), named)))
    }

    fn key_column(&self, label: &str, wanted: Option<&str>) -> Option<usize> {
        if let Some(wanted) = wanted {
            return self.columns.iter().position(|heading| heading.name == wanted);
        }
        let own = [format!("{label}_id"), format!("{label}id")];
        KEYS.iter().copied().chain(own.iter().map(String::as_str)).find_map(|key| self.column(key))
    }

    /// A table of edges; none when it cannot be known between what, which was reported.
    fn edges(&self, manner: &Manner, labels: &[Named], intake: &mut Intake) -> Result<Option<Table>, Stop> {
        let place = Place { file: intake.file(self.input.name()), line: 0 };
        let edge_type = match &self.role {
            Role::Edges(name, ..) => TypeOf::Named(name.clone()),
            _ => match self.at(|mark| *mark == Mark::Type) {
                Some(column) => TypeOf::Column(column),
                None => TypeOf::Named(self.input.stem().to_owned()),
            },
        };
        let (start, end) =
            (self.at(|mark| matches!(mark, Mark::Start(_))), self.at(|mark| matches!(mark, Mark::End(_))));
        let by_label = || self.ends_by_label(&labels.iter().map(|named| named.label.as_str()).collect::<Vec<_>>());
        let ends = match (start, end) {
            (Some(start), Some(end)) => Some((start, end)),
            (None, None) => self
                .named_ends()
                .or_else(|| by_label().map(|(columns, _)| columns))
                .or_else(|| (matches!(self.role, Role::Edges(..)) && self.columns.len() > 1).then_some((0, 1))),
            _ => None,
        };
        let Some((from, to)) = ends else {
            intake.obstacle(place, "edges need two columns that say which nodes they leave and enter")?;
            return Ok(None);
        };
        let key = |named: &Named| {
            let same = |known: &&Named| known.label == named.label;
            let known = || labels.iter().find(same).and_then(|named| named.key.clone());
            named.key.clone().or_else(known).unwrap_or_else(|| "id".to_owned())
        };
        let spaces = match (&self.role, &self.columns[from].mark, &self.columns[to].mark) {
            (Role::Edges(_, a, b), ..) => [a, b].map(|named| {
                let key = key(named);
                intake.space(Space::Key { label: &named.label, key: &key })
            }),
            (_, Mark::Start(a), Mark::End(b)) => [a, b].map(|name| intake.space(Space::Named { name, key: None })),
            _ => {
                let pair = match (by_label(), labels) {
                    (Some((_, (a, b))), _) => Some((a, b)),
                    (None, [_]) => Some((0, 0)),
                    _ => None,
                };
                let Some((a, b)) = pair else {
                    let (name, stem) = (self.input.name(), self.input.stem());
                    let known: Vec<&str> = labels.iter().map(|named| named.label.as_str()).collect();
                    let known =
                        if known.is_empty() { String::new() } else { format!("\nlabels are {}", known.join(", ")) };
                    let message = format!(
                        "of which nodes are `{}` and `{}` the ids?\nsay it: `--edges {stem}={name}:LABEL-LABEL`{known}",
                        self.columns[from].name, self.columns[to].name
                    );
                    intake.obstacle(place, &message)?;
                    return Ok(None);
                };
                [a, b].map(|at| {
                    let key = key(&labels[at]);
                    intake.space(Space::Key { label: &labels[at].label, key: &key })
                })
            }
        };
        let end = |space, column| End { space, column, separator: None };
        let type_column = if let TypeOf::Column(column) = edge_type { Some(column) } else { None };
        let makes = Makes::Edges {
            edge_type,
            from: end(spaces[0], from),
            to: end(spaces[1], to),
            key: None,
            dangling: Dangling::Problem,
        };
        let skip = |column: usize| column == from || column == to || type_column == Some(column);
        Ok(Some(self.table(makes, manner, skip, |_| None)))
    }

    fn table(
        &self,
        makes: Makes,
        manner: &Manner,
        skip: impl Fn(usize) -> bool,
        rename: impl Fn(usize) -> Option<String>,
    ) -> Table {
        let kept = self.columns.iter().enumerate().filter(|(at, heading)| !skip(*at) && heading.mark != Mark::Ignore);
        let property = |(at, heading): (usize, &Heading)| Property {
            name: rename(at).unwrap_or_else(|| heading.name.clone()),
            from: From::Column(at, heading.kind),
            separator: heading.list.then(|| manner.array_delimiter.clone()),
            collected: false,
        };
        let properties = kept.filter(|(at, heading)| !heading.name.is_empty() || rename(*at).is_some());
        Table { makes, properties: properties.map(property).collect(), filters: Vec::new(), nulls: Vec::new() }
    }
}
