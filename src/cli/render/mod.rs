//! Answers and errors as text.
//!
//! In: rows of values with the view that they belong to, or a failure with its place. Out: bytes in one of the formats.
//! Rows stream: no renderer keeps more than a bounded number of them. On a terminal, control characters in stored
//! strings are escaped in every format.

pub(super) mod diagnostic;
mod json;
mod table;
pub(super) mod text;
pub(super) mod value;

use std::borrow::Cow;
use std::io::{self, Write};

use super::args::Format;
use crate::View;
use crate::model::Value;
use table::{Cell, Table};
use text::{Paint, visible, visible_lines};
use value::{Extent, cell};

/// How answers look.
#[derive(Clone, Debug)]
pub(super) struct Style {
    /// The format.
    pub(super) format: Format,
    /// How null is written; none leaves it to the format.
    pub(super) null: Option<String>,
    /// Columns of the terminal.
    pub(super) width: usize,
    /// Colours.
    pub(super) paint: Paint,
    /// Whether a terminal shows the bytes.
    pub(super) terminal: bool,
}

/// Writes one answer: each row as it comes, then [`end`](Renderer::end).
pub(super) trait Renderer {
    /// Writes a row, or keeps it for a while.
    fn row(&mut self, row: &[Value<'_>], view: &View<'_>, out: &mut dyn Write) -> io::Result<()>;
    /// Writes what is left.
    fn end(self: Box<Self>, out: &mut dyn Write) -> io::Result<()>;
}

impl Style {
    /// A renderer for an answer with these columns; what stands above the first row is written at once.
    ///
    /// With `separate`, an empty line stands before it in formats whose rows could be taken for those of an earlier answer.
    pub(super) fn renderer(
        &self,
        columns: &[String],
        separate: bool,
        out: &mut dyn Write,
    ) -> io::Result<Box<dyn Renderer>> {
        if separate && matches!(self.format, Format::Tsv | Format::Csv | Format::Markdown) {
            out.write_all(b"\n")?;
        }
        let null = |default: &str| self.null.clone().unwrap_or_else(|| default.to_owned());
        let columns = columns.to_vec();
        let terminal = self.terminal;
        Ok(match self.format {
            Format::Table => {
                let header = columns.iter().map(|name| visible(name).into_owned()).collect();
                Box::new(TableRenderer { table: Table::new(self.width, self.paint, header), null: null("null") })
            }
            Format::Tsv => {
                let header: Vec<_> = columns.iter().map(|name| tsv(name)).collect();
                writeln!(out, "{}", guard(&header.join("\t"), terminal))?;
                Box::new(Tsv { null: null("\\N"), terminal })
            }
            Format::Csv => {
                write_csv(columns.iter().map(|name| guard(name, terminal)), out)?;
                Box::new(Csv { null: null(""), terminal })
            }
            Format::Json => Box::new(Json { columns, rows: 0, array: true, terminal }),
            Format::Jsonl => Box::new(Json { columns, rows: 0, array: false, terminal }),
            Format::Markdown => {
                let header: Vec<String> = columns.iter().map(|name| markdown(name)).collect();
                writeln!(out, "| {} |", header.join(" | "))?;
                writeln!(out, "|{}", " --- |".repeat(columns.len()))?;
                Box::new(Markdown { null: null("") })
            }
        })
    }
}

/// Text for a terminal with its control characters escaped; for a file or pipe, untouched.
fn guard(text: &str, terminal: bool) -> Cow<'_, str> {
    if terminal { visible_lines(text) } else { Cow::Borrowed(text) }
}

struct TableRenderer {
    table: Table,
    null: String,
}

impl Renderer for TableRenderer {
    fn row(&mut self, row: &[Value<'_>], view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cells = row.iter().map(|value| Cell {
            text: visible(&cell(value, view, Extent::Brief, &self.null)).into_owned(),
            right: matches!(value, Value::Int(_) | Value::Float(_)),
            faint: value.is_null(),
        });
        self.table.row(cells.collect(), out)
    }

    fn end(self: Box<Self>, out: &mut dyn Write) -> io::Result<()> {
        self.table.end(out)
    }
}

struct Tsv {
    null: String,
    terminal: bool,
}

impl Renderer for Tsv {
    fn row(&mut self, row: &[Value<'_>], view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                out.write_all(b"\t")?;
            }
            match value {
                // Escaping would make an ordinary text of it.
                Value::Null => out.write_all(self.null.as_bytes())?,
                value => {
                    out.write_all(guard(&tsv(&cell(value, view, Extent::Whole, "")), self.terminal).as_bytes())?;
                }
            }
        }
        out.write_all(b"\n")
    }

    fn end(self: Box<Self>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Text without the characters that separate fields and rows, so that every line is a row.
fn tsv(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\t', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\t' | '\n' | '\r' => text::push_escape(&mut escaped, c),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

struct Csv {
    null: String,
    terminal: bool,
}

impl Renderer for Csv {
    fn row(&mut self, row: &[Value<'_>], view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cells = row.iter().map(|value| cell(value, view, Extent::Whole, &self.null));
        write_csv(cells.map(|text| guard(&text, self.terminal).into_owned()), out)
    }

    fn end(self: Box<Self>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn write_csv(fields: impl Iterator<Item = impl AsRef<str>>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(512).from_writer(out);
    for field in fields {
        writer.write_field(field.as_ref())?;
    }
    writer.write_record(None::<&[u8]>)?;
    writer.flush()
}

struct Json {
    columns: Vec<String>,
    rows: u64,
    /// One array, or an object per line.
    array: bool,
    terminal: bool,
}

impl Renderer for Json {
    fn row(&mut self, values: &[Value<'_>], view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        if self.array {
            out.write_all(if self.rows == 0 { b"[\n" } else { b",\n" })?;
        }
        self.rows += 1;
        let row = json::Row { columns: &self.columns, values, view };
        if self.terminal {
            out.write_all(guard(&serde_json::to_string(&row)?, true).as_bytes())?;
        } else {
            serde_json::to_writer(&mut *out, &row)?;
        }
        if self.array { Ok(()) } else { out.write_all(b"\n") }
    }

    fn end(self: Box<Self>, out: &mut dyn Write) -> io::Result<()> {
        match (self.array, self.rows) {
            (false, _) => Ok(()),
            (true, 0) => out.write_all(b"[]\n"),
            (true, _) => out.write_all(b"\n]\n"),
        }
    }
}

struct Markdown {
    null: String,
}

impl Renderer for Markdown {
    fn row(&mut self, row: &[Value<'_>], view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cells: Vec<String> =
            row.iter().map(|value| markdown(&cell(value, view, Extent::Whole, &self.null))).collect();
        writeln!(out, "| {} |", cells.join(" | "))
    }

    fn end(self: Box<Self>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// Text that stays one cell of one row.
fn markdown(text: &str) -> String {
    visible(&text.replace('\\', "\\\\").replace('|', "\\|").replace("\r\n", "<br>").replace(['\n', '\r'], "<br>"))
        .into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::store::Snapshot;

    fn write(format: Format, terminal: bool, columns: &[&str], rows: &[Vec<Value<'_>>]) -> String {
        let empty = Snapshot::empty();
        let view = View::new(&empty);
        let style = Style { format, null: None, width: 40, paint: Paint::default(), terminal };
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let mut out = Vec::new();
        let mut renderer = style.renderer(&columns, false, &mut out).unwrap();
        for row in rows {
            renderer.row(row, &view, &mut out).unwrap();
        }
        renderer.end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn rows() -> Vec<Vec<Value<'static>>> {
        vec![
            vec![Value::string("a\tb\\\n\u{1b}\"|"), Value::Int(i64::MAX)],
            vec![Value::Null, Value::list(vec![Value::Float(1.0), Value::string("it's\n"), Value::Null])],
        ]
    }

    #[test]
    fn every_format_keeps_what_a_value_says() {
        let cases = [
            (Format::Tsv, "x\ty\na\\tb\\\\\\n\u{1b}\"|\t9223372036854775807\n\\N\t[1.0, 'it\\\\'s\\\\n', null]\n"),
            (Format::Csv, "x,y\n\"a\tb\\\n\u{1b}\"\"|\",9223372036854775807\n,\"[1.0, 'it\\'s\\n', null]\"\n"),
            (
                Format::Json,
                "[\n{\"x\":\"a\\tb\\\\\\n\\u001b\\\"|\",\"y\":9223372036854775807},\n\
                 {\"x\":null,\"y\":[1.0,\"it's\\n\",null]}\n]\n",
            ),
            (
                Format::Jsonl,
                "{\"x\":\"a\\tb\\\\\\n\\u001b\\\"|\",\"y\":9223372036854775807}\n\
                 {\"x\":null,\"y\":[1.0,\"it's\\n\",null]}\n",
            ),
            (
                Format::Markdown,
                "| x | y |\n| --- | --- |\n| a\\tb\\\\<br>\\u001b\"\\| | 9223372036854775807 |\n\
                 |  | [1.0, 'it\\\\'s\\\\n', null] |\n",
            ),
        ];
        for (format, expected) in cases {
            assert_eq!(write(format, false, &["x", "y"], &rows()), expected, "{format:?}");
        }
    }

    #[test]
    fn a_terminal_never_sees_a_control_character() {
        for format in [Format::Table, Format::Tsv, Format::Csv, Format::Json, Format::Jsonl, Format::Markdown] {
            let text = write(format, true, &["x\u{7}", "y"], &rows());
            assert!(text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')), "{format:?}: {text:?}");
        }
    }

    #[test]
    fn floats_that_are_no_number_are_strings_in_json() {
        let row = vec![Value::Float(f64::NAN), Value::Float(f64::NEG_INFINITY), Value::Float(-0.0)];
        let text = write(Format::Jsonl, false, &["a", "b", "c"], &[row]);
        assert_eq!(text, "{\"a\":\"NaN\",\"b\":\"-Infinity\",\"c\":-0.0}\n");
    }

    #[test]
    fn no_rows() {
        assert_eq!(write(Format::Json, false, &["x"], &[]), "[]\n");
        assert_eq!(write(Format::Jsonl, false, &["x"], &[]), "");
        assert_eq!(write(Format::Tsv, false, &["x"], &[]), "x\n");
        assert_eq!(write(Format::Table, false, &["x"], &[]), "┌───┐\n│ x │\n├───┤\n└───┘\n");
    }
}
