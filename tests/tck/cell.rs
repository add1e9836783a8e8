//! Values as the TCK writes them: `(:A {name: 'x'})`, `[:T {p: 1}]`, `<(:A)-[:T]->(:B)>`, lists, maps and scalars.
//!
//! A cell of a table and a value of an answer both become a [`Cell`], which knows no ids: two nodes are the same cell
//! when labels and properties are the same. [`Cell::canonical`] is one text for all cells that the TCK takes as equal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kenning::model::{EdgeId, NodeId, Path, Str, Value};
use kenning::store::View;

/// Properties, or a map's entries.
pub type Entries = BTreeMap<String, Cell>;

/// A value without identity.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    List(Vec<Cell>),
    Map(Entries),
    /// Labels, sorted, and properties.
    Node(Vec<String>, Entries),
    /// Type and properties.
    Edge(String, Entries),
    /// The first node, then each edge, whether it is walked along its own direction, and the node that it leads to.
    Path(Box<Cell>, Vec<(Cell, bool, Cell)>),
}

impl Cell {
    /// The cell as text; lists sorted when their order does not count.
    pub fn canonical(&self, any_list_order: bool) -> String {
        let text = |cell: &Cell| cell.canonical(any_list_order);
        let entries = |entries: &Entries| {
            let texts: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {}", text(value))).collect();
            texts.join(", ")
        };
        let braced = |properties: &Entries| match properties.is_empty() {
            true => String::new(),
            false => format!(" {{{}}}", entries(properties)),
        };
        match self {
            Cell::Null => "null".to_owned(),
            Cell::Bool(value) => value.to_string(),
            Cell::Int(value) => value.to_string(),
            Cell::Float(value) => format!("{value:?}"),
            Cell::String(value) => quoted(value),
            Cell::List(items) => {
                let mut items: Vec<_> = items.iter().map(text).collect();
                if any_list_order {
                    items.sort();
                }
                format!("[{}]", items.join(", "))
            }
            Cell::Map(map) => format!("{{{}}}", entries(map)),
            Cell::Node(labels, properties) => {
                let labels: String = labels.iter().map(|label| format!(":{label}")).collect();
                format!("({})", format!("{labels}{}", braced(properties)).trim_start())
            }
            Cell::Edge(edge_type, properties) => format!("[:{edge_type}{}]", braced(properties)),
            Cell::Path(start, steps) => {
                let mut path = format!("<{}", text(start));
                for (edge, along, node) in steps {
                    let (before, after) = if *along { ("-", "->") } else { ("<-", "-") };
                    let _ = write!(path, "{before}{}{after}{}", text(edge), text(node));
                }
                path + ">"
            }
        }
    }

    /// What a query answered.
    pub fn of(value: &Value<'_>, view: &View<'_>) -> Cell {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(value) => Cell::Int(*value),
            // The scenarios write the negative zero as `0.0`: numerically they are one.
            Value::Float(value) => Cell::Float(*value + 0.0),
            Value::String(value) => Cell::String(value.to_string()),
            // The scenarios write temporal values as their text.
            Value::Temporal(value) => Cell::String(value.to_string()),
            Value::List(items) => Cell::List(items.iter().map(|item| Cell::of(item, view)).collect()),
            Value::Map(map) => Cell::Map(map.iter().map(|(key, v)| (key.to_string(), Cell::of(v, view))).collect()),
            Value::Node(node) => Cell::node(*node, view),
            Value::Edge(edge) => Cell::edge(*edge, view),
            Value::Path(path) => Cell::path(path, view),
        }
    }

    fn node(node: NodeId, view: &View<'_>) -> Cell {
        let mut labels: Vec<_> =
            view.node_labels(node).into_iter().map(|label| view.label_name(label).to_owned()).collect();
        labels.sort();
        let properties = view.node_properties(node).into_iter();
        Cell::Node(labels, properties.map(|(k, v)| (view.key_name(k).to_owned(), Cell::of(&v, view))).collect())
    }

    fn edge(edge: EdgeId, view: &View<'_>) -> Cell {
        let edge_type = view.edge(edge).map_or("", |edge| view.edge_type_name(edge.edge_type));
        let properties = view.edge_properties(edge).into_iter();
        let properties = properties.map(|(k, v)| (view.key_name(k).to_owned(), Cell::of(&v, view)));
        Cell::Edge(edge_type.to_owned(), properties.collect())
    }

    fn path(path: &Path, view: &View<'_>) -> Cell {
        let steps = path.edges.iter().zip(path.nodes.windows(2)).map(|(&edge, ends)| {
            let along = view.edge(edge).is_some_and(|edge| (edge.source, edge.target) == (ends[0], ends[1]));
            (Cell::edge(edge, view), along, Cell::node(ends[1], view))
        });
        Cell::Path(Box::new(Cell::node(path.nodes[0], view)), steps.collect())
    }

    /// The cell as a parameter; none for what belongs to a graph.
    pub fn value(&self) -> Option<Value<'static>> {
        Some(match self {
            Cell::Null => Value::Null,
            Cell::Bool(value) => Value::Bool(*value),
            Cell::Int(value) => Value::Int(*value),
            Cell::Float(value) => Value::Float(*value),
            Cell::String(value) => Value::string(value.clone()),
            Cell::List(items) => Value::list(items.iter().map(Cell::value).collect::<Option<_>>()?),
            Cell::Map(map) => {
                let entries = map.iter().map(|(key, value)| Some((Str::from(key.clone()), value.value()?)));
                Value::map(entries.collect::<Option<Vec<_>>>()?)
            }
            Cell::Node(..) | Cell::Edge(..) | Cell::Path(..) => return None,
        })
    }

    /// Reads a cell of a table.
    ///
    /// # Errors
    ///
    /// What was expected where.
    pub fn read(text: &str) -> Result<Cell, String> {
        let mut reader = Reader { rest: text };
        let cell = reader.cell().and_then(|cell| match reader.peek() {
            None => Ok(cell),
            Some(_) => Err("the end".to_owned()),
        });
        cell.map_err(|expected| format!("expected {expected} before `{}` in the cell `{text}`", reader.rest))
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

/// A cell's text from the place that was reached.
struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// The next character that is no blank.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn accept(&mut self, token: &str) -> bool {
        self.peek();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.accept(token) { Ok(()) } else { Err(format!("`{token}`")) }
    }

    /// The longest run of characters that `keep` keeps; never empty.
    fn word(&mut self, what: &str, keep: impl Fn(char) -> bool) -> Result<&'t str, String> {
        self.peek();
        let (word, rest) = self.rest.split_at(self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        if word.is_empty() { Err(what.to_owned()) } else { Ok(word) }
    }

    fn name(&mut self) -> Result<String, String> {
        self.word("a name", |c| c.is_alphanumeric() || c == '_').map(str::to_owned)
    }

    fn cell(&mut self) -> Result<Cell, String> {
        match self.peek().ok_or("a value")? {
            '\'' => self.string(),
            '(' => self.node(),
            '<' => self.path(),
            '{' => Ok(Cell::Map(self.entries()?)),
            '[' if self.rest[1..].trim_start().starts_with(':') => self.edge(),
            '[' => self.list(),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Cell, String> {
        let word = self.word("a value", |c| c.is_alphanumeric() || "+-._".contains(c))?;
        Ok(match word {
            "null" => Cell::Null,
            "true" => Cell::Bool(true),
            "false" => Cell::Bool(false),
            "NaN" => Cell::Float(f64::NAN),
            _ => match (word.parse(), word.parse()) {
                (Ok(int), _) => Cell::Int(int),
                (_, Ok(float)) => Cell::Float(float),
                _ => return Err(format!("something other than `{word}`")),
            },
        })
    }

    fn string(&mut self) -> Result<Cell, String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '\'' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Cell::String(text));
                }
                '\\' => match chars.next().ok_or("an escaped character")?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        Err("`'`".to_owned())
    }

    /// Items between brackets that are open already.
    fn items<T>(
        &mut self,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        while !self.accept(close) {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn list(&mut self) -> Result<Cell, String> {
        self.expect("[")?;
        Ok(Cell::List(self.items("]", Self::cell)?))
    }

    fn entries(&mut self) -> Result<Entries, String> {
        self.expect("{")?;
        let entries = self.items("}", |reader| {
            let key = reader.name()?;
            reader.expect(":")?;
            Ok((key, reader.cell()?))
        })?;
        Ok(entries.into_iter().collect())
    }

    fn properties(&mut self) -> Result<Entries, String> {
        if self.peek() == Some('{') { self.entries() } else { Ok(Entries::new()) }
    }

    fn node(&mut self) -> Result<Cell, String> {
        self.expect("(")?;
        let mut labels = Vec::new();
        while self.accept(":") {
            labels.push(self.name()?);
        }
        labels.sort();
        let properties = self.properties()?;
        self.expect(")")?;
        Ok(Cell::Node(labels, properties))
    }

    fn edge(&mut self) -> Result<Cell, String> {
        self.expect("[")?;
        self.expect(":")?;
        let edge_type = self.name()?;
        let properties = self.properties()?;
        self.expect("]")?;
        Ok(Cell::Edge(edge_type, properties))
    }

    fn path(&mut self) -> Result<Cell, String> {
        self.expect("<")?;
        let start = self.node()?;
        let mut steps = Vec::new();
        while !self.accept(">") {
            let along = !self.accept("<-");
            if along {
                self.expect("-")?;
            }
            let edge = self.edge()?;
            self.expect(if along { "->" } else { "-" })?;
            steps.push((edge, along, self.node()?));
        }
        Ok(Cell::Path(Box::new(start), steps))
    }
}
