//! Articles about roles to draft text sources, by their structure alone.
//!
//! In: an article of headings and bullets, and a [`table`] that says which words of headings stand for which type. Out: the
//! files of a text source that builds, every node and edge `stated` with the lines that it stands on, and what could not
//! be placed. Nothing is inferred, and no line is lost: what is not used is told.

mod outline;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use outline::{Item, Outline};
use table::{Section, Table};

use super::graph::slug;
use super::write::{TextError, TextFile, write};
use super::{Errors, source::Source};
use crate::model::Value;
use crate::store::{Builder, Snapshot, View};

/// The table that is used when no other is given.
const TABLE: &str = include_str!("table.toml");

/// How to draft.
#[derive(Clone, Debug, Default)]
pub struct DraftOptions {
    /// The role's name; without it, the title's, else the one that the first sentence says something of.
    pub role: Option<String>,
    /// What the article is called, for the role's `article`.
    pub article: String,
    /// A table of heading words in place of the program's own: its name and its text.
    pub table: Option<(String, String)>,
}

/// A draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The text source.
    pub files: Vec<TextFile>,
    /// The role's name.
    pub role: String,
    /// Headings for which the table has no type, with their lines.
    pub unplaced: Vec<(usize, String)>,
    /// Other lines, or parts of them, that became nothing.
    pub unused: Vec<(usize, String)>,
    /// How many nodes.
    pub nodes: usize,
    /// How many edges.
    pub edges: usize,
}

/// Drafts a role from an article.
///
/// ```
/// use kenning::load::{DraftOptions, draft};
///
/// let article = "Baker\nSkills\n- Kneading: Feel when the dough is ready\nWeather\n- It rains\n";
/// let options = DraftOptions { article: "baker.txt".to_owned(), ..DraftOptions::default() };
/// let draft = draft(article, &options)?;
/// assert_eq!(draft.role, "Baker");
/// assert!(draft.files.iter().any(|file| file.text.contains("name = \"Kneading\"")));
/// assert_eq!(draft.unplaced, [(4, "Weather".to_owned())]);
/// # Ok::<(), kenning::load::TextError>(())
/// ```
///
/// # Errors
///
/// What is wrong with the table, or with an article that names no role.
pub fn draft(article: &str, options: &DraftOptions) -> Result<Draft, TextError> {
    let (name, text) = match &options.table {
        Some((name, text)) => (name.as_str(), text.as_str()),
        None => ("table.toml", TABLE),
    };
    let source = Source::new(name.into(), text.to_owned());
    let table = table::read(&source).map_err(TextError::Unwritable)?;
    let outline = Outline::read(article, &table);
    let named = options.role.clone().map(|name| (name, outline.first_line())).or_else(|| outline.role());
    let Some((role, line)) = named else {
        let message = "the article names no role: it has no title, and its first sentence is not about one";
        let mut errors = Errors::whole(Path::new(&options.article), message);
        if let Some(problem) = errors.last() {
            problem.help.push("say it: `--role NAME`".to_owned());
        }
        return Err(TextError::Unwritable(errors));
    };
    let mut drafted = Drafted::new(&table);
    let opening = outline.opening();
    drafted.role(&role, line, opening.as_ref(), &options.article);
    let mut used: BTreeSet<usize> = opening.into_iter().map(|(place, ..)| place).collect();
    used.extend(outline.title_place());
    let mut unplaced = Vec::new();
    for (place, item) in outline.items.iter().enumerate().filter(|(place, _)| Some(*place) != outline.title_place()) {
        match item {
            Item::Heading { line, text, section: Some(_), parent, .. } => {
                if let Some(parent) = parent.and_then(|parent| outline.heading(parent)) {
                    drafted.within((text, *line), parent);
                }
            }
            Item::Heading { line, text, front: false, .. } => {
                unplaced.push((*line, text.clone()));
                used.insert(place);
            }
            Item::Entry { lines, name, text, section, under } => {
                if let Some(section) = section.and_then(|section| table.sections.get(section)) {
                    let under = under.and_then(|under| outline.heading(under));
                    drafted.entry(section, (name, text), lines, under);
                    used.insert(place);
                }
            }
            Item::Heading { .. } | Item::Prose { .. } => {}
        }
    }
    // A heading is in the draft when something stands below it.
    let heads = |item: &Item| matches!(item, Item::Heading { line, text, .. } if drafted.headings.contains(&(*line, text.clone())));
    used.extend(outline.items.iter().enumerate().filter(|(_, item)| heads(item)).map(|(place, _)| place));
    let unused = outline.items.iter().enumerate().filter(|(place, _)| !used.contains(place));
    let unused = unused.map(|(_, item)| item.told()).collect();
    let (nodes, edges) = (drafted.nodes.len(), drafted.edges.len());
    let bytes = drafted.build()?;
    let snapshot = Snapshot::from_bytes(&bytes)?;
    let files = write(&View::new(&snapshot))?;
    Ok(Draft { files, role, unplaced, unused, nodes, edges })
}

/// A node of the draft.
struct Node {
    label: String,
    id: String,
    name: String,
    text: Vec<String>,
    lines: BTreeSet<usize>,
    article: Option<String>,
}

/// The graph so far.
struct Drafted<'t> {
    table: &'t Table,
    nodes: Vec<Node>,
    places: BTreeMap<(String, String), usize>,
    ids: BTreeSet<String>,
    edges: BTreeMap<(usize, String, usize), BTreeSet<usize>>,
    /// Headings that something was said of, with their lines.
    headings: BTreeSet<(usize, String)>,
}

impl<'t> Drafted<'t> {
    fn new(table: &'t Table) -> Self {
        let (nodes, places, ids) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        Drafted { table, nodes, places, ids, edges: BTreeMap::new(), headings: BTreeSet::new() }
    }

    /// The node of this type and name, made when it is not there.
    fn node(&mut self, label: &str, name: &str, lines: impl IntoIterator<Item = usize>) -> usize {
        let key = (label.to_owned(), name.to_lowercase());
        let place = *self.places.entry(key).or_insert_with(|| {
            let singular = self.table.schema.node_type(label).map_or(label, |t| &t.singular);
            let word = format!("{}-{}", slug(singular), slug(name)).trim_end_matches('-').to_owned();
            let mut ids = std::iter::once(word.clone()).chain((2..).map(|number| format!("{word}-{number}")));
            let id = ids.find(|id| !self.ids.contains(id)).unwrap_or(word);
            self.ids.insert(id.clone());
            let (label, name) = (label.to_owned(), name.to_owned());
            self.nodes.push(Node { label, id, name, text: Vec::new(), lines: BTreeSet::new(), article: None });
            self.nodes.len() - 1
        });
        self.nodes[place].lines.extend(lines);
        place
    }

    fn edge(&mut self, from: usize, edge_type: &str, to: usize, lines: impl IntoIterator<Item = usize>) {
        self.edges.entry((from, edge_type.to_owned(), to)).or_default().extend(lines);
    }

    fn role(&mut self, name: &str, line: usize, opening: Option<&(usize, usize, String)>, article: &str) {
        let place = self.node(table::ROLE, name, [line].into_iter().chain(opening.map(|(_, line, _)| *line)));
        self.nodes[place].article = Some(article.to_owned());
        self.nodes[place].text.extend(opening.map(|(.., text)| text.clone()));
    }

    /// What stands in a section, and the section's heading.
    fn entry(
        &mut self,
        section: &Section,
        (name, text): (&str, &Option<String>),
        lines: &[usize],
        under: Option<(&str, usize)>,
    ) {
        let node = self.node(&section.label, name, lines.iter().copied());
        if let Some(text) = text.as_ref().filter(|text| !self.nodes[node].text.contains(text)) {
            self.nodes[node].text.push(text.clone());
        }
        let cited = lines.iter().copied().chain(under.map(|(_, line)| line));
        self.headings.extend(under.map(|(heading, line)| (line, heading.to_owned())));
        self.edge(0, &section.relation, node, cited.clone());
        if let Some((heading, line)) = under.filter(|_| self.table.has_topics(&section.label)) {
            let topic = self.node(table::TOPIC, heading, [line]);
            self.edge(node, table::IN_TOPIC, topic, cited);
        }
    }

    /// A heading within another one's section.
    fn within(&mut self, (text, line): (&str, usize), (parent, above): (&str, usize)) {
        if self.table.has_parts() && !text.eq_ignore_ascii_case(parent) {
            self.headings.extend([(line, text.to_owned()), (above, parent.to_owned())]);
            let (part, whole) = (self.node(table::TOPIC, text, [line]), self.node(table::TOPIC, parent, [above]));
            // Sections of the same names may be told the other way round elsewhere.
            if !self.edges.contains_key(&(whole, table::PART_OF.to_owned(), part)) {
                self.edge(part, table::PART_OF, whole, [above, line]);
            }
        }
    }

    fn build(self) -> Result<Vec<u8>, crate::store::Error> {
        let mut builder = Builder::new();
        builder.schema(self.table.schema.clone());
        let lines = |lines: &BTreeSet<usize>| {
            Value::list(lines.iter().map(|line| Value::Int(i64::try_from(*line).unwrap_or(i64::MAX))).collect())
        };
        // Types in the order of their plurals, as files are, so that no number has to stand in their names.
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        let plural = |label: &str| self.table.schema.node_type(label).map_or(String::new(), |t| slug(&t.plural));
        order.sort_by_cached_key(|place| plural(&self.nodes[*place].label));
        let mut built = BTreeMap::new();
        for place in order {
            let node = &self.nodes[place];
            let mut properties = vec![
                ("id", Value::string(node.id.as_str())),
                ("name", Value::string(node.name.as_str())),
                ("basis", Value::string("stated")),
                ("source", lines(&node.lines)),
            ];
            properties.extend((!node.text.is_empty()).then(|| ("text", Value::string(node.text.join(" / ")))));
            properties.extend(node.article.as_ref().map(|article| ("article", Value::string(article.as_str()))));
            built.insert(place, builder.node(&[&node.label], properties));
        }
        for ((from, edge_type, to), cited) in &self.edges {
            if let (Some(from), Some(to)) = (built.get(from), built.get(to)) {
                let properties = vec![("basis", Value::string("stated")), ("source", lines(cited))];
                builder.edge(*from, edge_type, *to, properties);
            }
        }
        builder.finish()
    }
}
