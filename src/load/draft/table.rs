//! The table of heading words: which stand for which type, and what is declared of types and relations.

use toml::de::DeValue;

use crate::load::Errors;
use crate::load::check::Check;
use crate::load::schema;
use crate::load::source::{Source, in_order};
use crate::load::words::Words;
use crate::model::Schema;

/// The type of the role itself, and that of sections.
pub(super) const ROLE: &str = "Role";
pub(super) const TOPIC: &str = "Topic";
/// What ties nodes to sections, and sections to wider ones.
pub(super) const IN_TOPIC: &str = "IN_TOPIC";
pub(super) const PART_OF: &str = "PART_OF";

/// What is read from the file.
pub(super) struct Table {
    pub(super) schema: Schema,
    pub(super) sections: Vec<Section>,
    /// Headings that stand for no type and are no title either.
    pub(super) front: Vec<String>,
    /// Words that begin the article's own sentences behind a bullet.
    pub(super) closing: Vec<String>,
}

/// Headings with one of these words stand for this type.
pub(super) struct Section {
    pub(super) label: String,
    /// From the role.
    pub(super) relation: String,
    /// Lower case, each with single blanks.
    words: Vec<String>,
}

/// Reads a table; what its sections name has to be declared.
pub(super) fn read(source: &Source) -> Result<Table, Errors> {
    let mut errors = Errors::default();
    let mut document = source.parse(&mut errors);
    let mut check = Check::new(source, &mut errors);
    let mut take = |key: &str| document.remove(key);
    let (sections, front, closing) = (take("section"), take("front"), take("closing"));
    let schema = schema::read(&mut check, &mut Words::default(), &document).schema;
    let strings = |check: &mut Check<'_, '_>, what: &str, value: Option<toml::Spanned<DeValue<'_>>>| -> Vec<String> {
        let strings = value.as_ref().map(|value| check.strings(what, value)).unwrap_or_default();
        strings.into_iter().map(|(text, _)| text.to_owned()).collect()
    };
    let front = strings(&mut check, "`front`", front).iter().map(|text| plain(text)).collect();
    let closing = strings(&mut check, "`closing`", closing);
    if schema.node_type(ROLE).is_none() {
        check.report(0..0, format!("the table declares no type `{ROLE}`"));
    }
    let mut read = Vec::new();
    let items = sections.as_ref().and_then(|sections| sections.get_ref().as_array());
    if items.is_none() {
        check.report(0..0, "the table has no `[[section]]`");
    }
    for item in items.into_iter().flat_map(|items| items.iter()) {
        let Some(table) = check.table("each section", item) else { continue };
        for entry in in_order(table) {
            if !["type", "relation", "words"].contains(&entry.0.get_ref().as_ref()) {
                schema::unknown(&mut check, "a section", entry, &["type", "relation", "words"]);
            }
        }
        schema::lacks(&mut check, "a section", item.span(), table, &["type", "relation", "words"]);
        let (Some(label), Some(relation), Some(words)) = (table.get("type"), table.get("relation"), table.get("words"))
        else {
            continue;
        };
        let words = check.strings("`words` of a section", words).iter().map(|(word, _)| plain(word)).collect();
        let (Some(label_text), Some(relation_text)) =
            (check.string("the type of a section", label), check.string("the relation of a section", relation))
        else {
            continue;
        };
        let declared = schema.relation(relation_text);
        if schema.node_type(label_text).is_none() {
            let known = schema.types.iter().map(|t| t.label.as_str());
            check.report(label.span(), format!("there is no type `{label_text}`")).suggest(label_text, known);
        } else if !declared
            .is_some_and(|r| r.from.iter().any(|end| end == ROLE) && r.to.iter().any(|end| end == label_text))
        {
            let known = schema.relations.iter().map(|r| r.edge_type.as_str());
            let message = format!("no relation `{relation_text}` leads from `{ROLE}` to `{label_text}`");
            check.report(relation.span(), message).suggest(relation_text, known);
        }
        read.push(Section { label: label_text.to_owned(), relation: relation_text.to_owned(), words });
    }
    errors.none_or_sorted()?;
    Ok(Table { schema, sections: read, front, closing })
}

impl Table {
    /// The section that a heading stands for: by the longest of its words, among as long ones by the first.
    pub(super) fn place(&self, heading: &str) -> Option<usize> {
        let heading = format!(" {} ", plain(heading));
        let words = self.sections.iter().enumerate();
        let words = words.flat_map(|(place, section)| section.words.iter().map(move |word| (place, word)));
        let found = words.filter_map(|(place, word)| {
            let at = heading.find(&format!(" {word} "))?;
            Some((word.split(' ').count(), at, place))
        });
        found.min_by_key(|(count, at, _)| (usize::MAX - count, *at)).map(|(.., place)| place)
    }

    /// Whether the text is one of the words, and nothing else.
    pub(super) fn is_word(&self, text: &str) -> bool {
        let text = plain(text);
        let shortened = text.strip_prefix("key ").unwrap_or(&text);
        self.sections.iter().any(|section| section.words.iter().any(|word| *word == text || word == shortened))
    }

    pub(super) fn is_front(&self, heading: &str) -> bool {
        self.front.contains(&plain(heading))
    }

    /// Whether nodes with the label may be tied to their section.
    pub(super) fn has_topics(&self, label: &str) -> bool {
        self.relates(IN_TOPIC, label)
    }

    /// Whether sections may be tied to wider ones.
    pub(super) fn has_parts(&self) -> bool {
        self.relates(PART_OF, TOPIC)
    }

    fn relates(&self, relation: &str, from: &str) -> bool {
        let ends = |relation: &crate::model::schema::Relation| {
            relation.from.iter().any(|end| end == from) && relation.to.iter().any(|end| end == TOPIC)
        };
        self.schema.relation(relation).is_some_and(ends)
    }
}

/// Lower case, one blank for whatever is neither letter, digit, apostrophe nor hyphen within a word.
fn plain(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '-'));
    words.map(|word| word.trim_matches('-')).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
