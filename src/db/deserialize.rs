//! Rows as the program's own types, by serde.
//!
//! A row becomes a struct by its columns' names, or a tuple by their order; a row of one column also what that column
//! holds. A node, an edge or a map becomes a struct by its properties, a path the list of its nodes, null an `Option`, a
//! string an enum without data.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::error::Error;
use crate::model::Value;
use crate::store::View;

/// Why a row does not fit a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Misfit(String);

impl serde::de::Error for Misfit {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Misfit(message.to_string())
    }
}

/// A row as a `T`.
pub(super) fn row<T: DeserializeOwned>(columns: &[String], values: &[Value<'_>], view: &View<'_>) -> Result<T, Error> {
    T::deserialize(Row { columns, values, view }).map_err(|misfit| Error::Row(misfit.to_string()))
}

#[derive(Clone, Copy)]
struct Row<'r, 'g> {
    columns: &'r [String],
    values: &'r [Value<'g>],
    view: &'r View<'g>,
}

impl<'r, 'g> Row<'r, 'g> {
    fn cells(self) -> impl Iterator<Item = Cell<'r, 'g>> {
        self.values.iter().map(move |value| Cell { value, view: self.view })
    }

    fn by_name<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(&mut MapDeserializer::new(self.columns.iter().map(String::as_str).zip(self.cells())))
    }

    /// What the only column holds.
    fn only(self) -> Result<Cell<'r, 'g>, Misfit> {
        match self.values {
            [value] => Ok(Cell { value, view: self.view }),
            values => Err(Misfit::custom(format!("a row of {} columns is no single value", values.len()))),
        }
    }
}

impl<'de> Deserializer<'de> for Row<'_, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.only() {
            Ok(cell) => cell.deserialize_any(visitor),
            Err(_) => self.by_name(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        // `RETURN s` for a struct of s's properties.
        match self.only() {
            Ok(cell) if !self.columns.iter().any(|column| fields.contains(&column.as_str())) => {
                cell.deserialize_struct(name, fields, visitor)
            }
            _ => self.by_name(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.only() {
            Ok(cell) if matches!(cell.value, Value::Map(_) | Value::Node(_) | Value::Edge(_)) => {
                cell.deserialize_any(visitor)
            }
            _ => self.by_name(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Misfit> {
        if self.values.len() != length {
            return Err(Misfit::custom(format!("a row of {} columns, for a tuple of {length}", self.values.len())));
        }
        visitor.visit_seq(SeqDeserializer::new(self.cells()))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.only()?.deserialize_option(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        identifier ignored_any
    }
}

/// A value and the graph that it belongs to.
#[derive(Clone, Copy)]
struct Cell<'r, 'g> {
    value: &'r Value<'g>,
    view: &'r View<'g>,
}

/// As [`Cell`], of a value that is made on the way.
struct Owned<'r, 'g> {
    value: Value<'g>,
    view: &'r View<'g>,
}

impl<'r, 'g> Cell<'r, 'g> {
    /// Properties by name.
    fn properties(self) -> Option<Vec<(String, Value<'g>)>> {
        let of = match self.value {
            Value::Node(node) => self.view.node_properties(*node),
            Value::Edge(edge) => self.view.edge_properties(*edge),
            _ => return None,
        };
        Some(of.into_iter().map(|(key, value)| (self.view.key_name(key).to_owned(), value)).collect())
    }
}

impl<'de> Deserializer<'de> for Cell<'_, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let view = self.view;
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(*b),
            Value::Int(i) => visitor.visit_i64(*i),
            Value::Float(f) => visitor.visit_f64(*f),
            Value::String(s) => visitor.visit_str(s.as_str()),
            Value::List(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.iter().map(|value| Cell { value, view })))
            }
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key.as_str(), Cell { value, view }));
                visitor.visit_map(&mut MapDeserializer::new(entries))
            }
            Value::Node(_) | Value::Edge(_) => {
                let entries = self.properties().into_iter().flatten();
                let entries = entries.map(|(key, value)| (key, Owned { value, view }));
                visitor.visit_map(&mut MapDeserializer::new(entries))
            }
            Value::Temporal(temporal) => visitor.visit_string(temporal.to_string()),
            Value::Path(path) => {
                let nodes = path.nodes.iter().map(|node| Owned { value: Value::Node(*node), view });
                visitor.visit_seq(SeqDeserializer::new(nodes))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.value {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            other => Err(Misfit::custom(format!("{} is no word of a list", other.type_name()))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Owned<'_, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        Cell { value: &self.value, view: self.view }.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        Cell { value: &self.value, view: self.view }.deserialize_option(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        Cell { value: &self.value, view: self.view }.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        Cell { value: &self.value, view: self.view }.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Cell<'_, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Owned<'_, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde::Deserialize;

    use crate::{Database, Error};

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Soft,
        Technical,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Skill {
        name: String,
        kind: Kind,
        level: Option<u8>,
        #[serde(default)]
        tags: Vec<String>,
    }

    fn all<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, Error> {
        let db = Database::in_memory();
        let set_up = "CREATE (a:S {name: 'Python', kind: 'technical', level: 3, tags: ['x', 'y']})-[:R {n: 1}]->(b:S {name: 'Tact', kind: 'soft'})";
        db.query(set_up, &Default::default(), &Default::default()).unwrap();
        db.query(text, &Default::default(), &Default::default())?.deserialize::<T>().collect()
    }

    #[test]
    fn rows_become_what_they_fit() {
        let python = Skill {
            name: "Python".to_owned(),
            kind: Kind::Technical,
            level: Some(3),
            tags: vec!["x".to_owned(), "y".to_owned()],
        };
        let tact = Skill { name: "Tact".to_owned(), kind: Kind::Soft, level: None, tags: vec![] };
        let both = [python, tact];
        assert_eq!(all::<Skill>("MATCH (s:S) RETURN s ORDER BY s.name").unwrap(), both);
        let columns = "MATCH (s:S) RETURN s.name AS name, s.kind AS kind, s.level AS level, coalesce(s.tags, []) AS tags ORDER BY name";
        assert_eq!(all::<Skill>(columns).unwrap(), both);
        assert_eq!(all::<(Skill, i64)>("MATCH (s:S {kind: 'soft'}) RETURN s, 7").unwrap()[0].1, 7);
        assert_eq!(all::<Vec<Skill>>("MATCH p = (:S)-->(:S) RETURN p").unwrap()[0], both);
        assert_eq!(all::<f64>("UNWIND [1.5, 2.5] AS x RETURN x").unwrap(), [1.5, 2.5]);
        assert_eq!(all::<Option<i64>>("UNWIND [1, null] AS x RETURN x").unwrap(), [Some(1), None]);
        let map: std::collections::BTreeMap<String, i64> = all("MATCH ()-[r]->() RETURN r").unwrap().remove(0);
        assert_eq!(map, [("n".to_owned(), 1)].into());
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        for (text, says) in [
            ("MATCH (s:S) RETURN s.name AS name", "kind"),
            ("RETURN 'x' AS name, 'hard' AS kind, 1 AS level", "hard"),
            ("RETURN 'x' AS name, 'soft' AS kind, 300 AS level", "300"),
        ] {
            let error = all::<Skill>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(all::<(i64, i64)>("RETURN 1").is_err());
        assert!(all::<i64>("RETURN 1, 2").is_err());
    }
}
