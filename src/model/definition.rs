//! Indexes and constraints, as statements define them.

/// Nodes or edges that a definition is about.
#[derive(Clone, Debug, PartialEq, Eq, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
pub enum Subject {
    /// Nodes with this label.
    Nodes(String),
    /// Edges of this type.
    Edges(String),
}

/// What is defined for some properties of nodes or edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
pub enum Rule {
    /// Nodes are found by the values of the properties.
    Index,
    /// No two nodes have the same values; a node that lacks one of the properties counts for nothing.
    Unique,
    /// The property is there.
    NotNull,
    /// All of the properties are there, and no two nodes have the same values.
    Key,
}

/// An index or a constraint.
#[derive(Clone, Debug, PartialEq, Eq, rkyv::Archive, rkyv::Serialize, rkyv::Deserialize)]
pub struct Definition {
    /// Its name; unique among indexes and constraints.
    pub name: String,
    /// What it is about.
    pub subject: Subject,
    /// The property keys, in order.
    pub keys: Vec<String>,
    /// What it says about them.
    pub rule: Rule,
}

/// What a statement does to definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `CREATE INDEX`, `CREATE CONSTRAINT`
    Create {
        /// What to define.
        definition: Definition,
        /// When it is there already, leave it.
        lenient: bool,
    },
    /// `DROP INDEX`, `DROP CONSTRAINT`
    Drop {
        /// Its name.
        name: String,
        /// A constraint instead of an index.
        constraint: bool,
        /// When it is not there, do nothing.
        lenient: bool,
    },
}

impl Rule {
    /// Whether it is a constraint.
    pub fn is_constraint(self) -> bool {
        self != Rule::Index
    }

    /// Whether it makes values unique, for which it keeps an index.
    pub fn is_unique(self) -> bool {
        matches!(self, Rule::Unique | Rule::Key)
    }

    /// What `SHOW` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Index => "INDEX",
            Rule::Unique => "UNIQUE",
            Rule::NotNull => "NOT NULL",
            Rule::Key => "KEY",
        }
    }
}

impl Definition {
    /// A name that says what is defined, for definitions without one of their own.
    ///
    /// ```
    /// use kenning::model::definition::{Definition, Rule, Subject};
    /// let subject = Subject::Nodes("Skill".to_owned());
    /// assert_eq!(Definition::named(None, subject, vec!["id".to_owned()], Rule::NotNull).name, "Skill_id_not_null");
    /// ```
    pub fn named(name: Option<String>, subject: Subject, keys: Vec<String>, rule: Rule) -> Self {
        let name = name.unwrap_or_else(|| {
            let (Subject::Nodes(of) | Subject::Edges(of)) = &subject;
            format!("{of}_{}_{}", keys.join("_"), rule.name().to_lowercase().replace(' ', "_"))
        });
        Definition { name, subject, keys, rule }
    }
}

impl std::fmt::Display for Definition {
    /// As a message names it: `Skill.name`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Subject::Nodes(of) | Subject::Edges(of)) = &self.subject;
        match self.keys.as_slice() {
            [key] => write!(f, "`{of}.{key}`"),
            keys => write!(f, "`{of}.({})`", keys.join(", ")),
        }
    }
}
