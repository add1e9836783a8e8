//! Indexes and constraints in `schema.toml`, as `CREATE INDEX` and `CREATE CONSTRAINT` define them.
//!
//! ```toml
//! [[index]]
//! node = "Person"
//! keys = ["name"]            # without a `name`, an index of the graph's own, which no statement drops
//!
//! [[constraint]]
//! name = "Person_id_key"
//! node = "Person"            # or `edge = "KNOWS"`
//! keys = ["id"]
//! rule = "key"               # or `unique`, `not null`
//! ```

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::Check;
use super::schema::{lacks, unknown};
use super::source::in_order;
use crate::model::definition::{Definition, Rule, Subject};

/// The rules of constraints, as they are written.
pub(super) const RULES: [(&str, Rule); 3] = [("unique", Rule::Unique), ("not null", Rule::NotNull), ("key", Rule::Key)];

type Definitions = Vec<(Definition, Range<usize>)>;

/// Reads `[[index]]`.
pub(super) fn indexes(
    check: &mut Check<'_, '_>,
    value: &Spanned<DeValue<'_>>,
    own: &mut Vec<(String, String)>,
    defined: &mut Definitions,
) {
    for (at, table) in tables(check, "index", value) {
        let Some((name, subject, keys)) = subject(check, "an index", at.clone(), table, &["name", "node", "keys"])
        else {
            continue;
        };
        match (name, subject, keys.as_slice()) {
            (Some(name), subject, _) => {
                defined.push((Definition { name, subject, keys, rule: Rule::Index }, at));
            }
            (None, Subject::Nodes(label), [key]) => own.push((label, key.clone())),
            (None, ..) => {
                check.report(at, "an index of the graph's own has one key").help("give it a `name`");
            }
        }
    }
}

/// Reads `[[constraint]]`.
pub(super) fn constraints(check: &mut Check<'_, '_>, value: &Spanned<DeValue<'_>>, defined: &mut Definitions) {
    for (at, table) in tables(check, "constraint", value) {
        let keys = ["name", "node", "edge", "keys", "rule"];
        let Some((name, subject, keys)) = subject(check, "a constraint", at.clone(), table, &keys) else { continue };
        lacks(check, "a constraint", at.clone(), table, &["rule"]);
        let Some(rule) = table.get("rule") else { continue };
        let Some(written) = check.string("the rule of a constraint", rule) else { continue };
        match RULES.iter().find(|(name, _)| *name == written) {
            Some((_, rule)) if *rule != Rule::NotNull && matches!(subject, Subject::Edges(_)) => {
                check.report(at, format!("edges have no constraint of the rule `{written}`"));
            }
            Some((_, rule)) => defined.push((Definition::named(name, subject, keys, *rule), at)),
            None => {
                let known = || RULES.iter().map(|(name, _)| *name);
                check
                    .report(rule.span(), format!("there is no rule `{written}`"))
                    .suggest(written, known())
                    .allowed("rules are", known());
            }
        }
    }
}

fn tables<'v, 't>(
    check: &mut Check<'_, '_>,
    what: &str,
    value: &'v Spanned<DeValue<'t>>,
) -> Vec<(Range<usize>, &'v DeTable<'t>)> {
    let items = value.get_ref().as_array().map(|items| items.iter().collect::<Vec<_>>());
    let tables: Option<Vec<_>> =
        items.and_then(|items| items.into_iter().map(|item| Some((item.span(), item.get_ref().as_table()?))).collect());
    tables.unwrap_or_else(|| {
        check.report(value.span(), format!("what is to be defined is written as `[[{what}]]`"));
        Vec::new()
    })
}

/// Its name, what it is about, and the keys.
fn subject(
    check: &mut Check<'_, '_>,
    owner: &str,
    at: Range<usize>,
    table: &DeTable<'_>,
    known: &[&str],
) -> Option<(Option<String>, Subject, Vec<String>)> {
    for entry in in_order(table).into_iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
        unknown(check, owner, entry, known);
    }
    // Names are the graph's, and a graph may have empty ones.
    let mut text = |key: &str| {
        let value = table.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            check.report(value.span(), format!("`{key}` of {owner} is a string"));
        }
        text.map(str::to_owned)
    };
    let (name, node, edge) = (text("name"), text("node"), text("edge"));
    lacks(check, owner, at.clone(), table, &["keys"]);
    let items = table.get("keys")?.get_ref().as_array();
    let key = |key: &Spanned<DeValue<'_>>| key.get_ref().as_str().map(str::to_owned);
    let keys: Option<Vec<String>> = items.and_then(|items| items.iter().map(key).collect());
    match (node, edge, keys) {
        (Some(label), None, Some(keys)) if !keys.is_empty() => Some((name, Subject::Nodes(label), keys)),
        (None, Some(edge_type), Some(keys)) if !keys.is_empty() => Some((name, Subject::Edges(edge_type), keys)),
        (Some(_), None, _) | (None, Some(_), _) => {
            check.report(at, format!("`keys` of {owner} is a list of strings, at least one"));
            None
        }
        _ => {
            check.report(at, format!("{owner} is about one `node` label or one `edge` type"));
            None
        }
    }
}
