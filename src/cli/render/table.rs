//! A box table that fits the terminal.
//!
//! The first rows decide the columns' widths and the others stream past with them, so that a long answer needs no
//! memory. A value that does not fit is cut with `…`. When the columns are too many for the width, each row becomes a
//! block of `name │ value` lines.

use std::io::{self, Write};

use super::text::{Paint, Tone, cut, width};

/// How many rows decide the widths.
const SAMPLE: usize = 1000;

/// Room for values behind the sample that are longer than those in it.
const SLACK: usize = 8;

/// A column narrower than this says nothing.
const NARROWEST: usize = 5;

/// A cell's text, ready for a terminal, and how it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Numbers stand at the right.
    pub(crate) right: bool,
    /// Shown faint: null.
    pub(crate) faint: bool,
}

/// A table that is being written.
pub(crate) struct Table {
    width: usize,
    paint: Paint,
    header: Vec<String>,
    sample: Vec<Vec<Cell>>,
    layout: Option<Layout>,
    rows: usize,
}

enum Layout {
    Box(Vec<usize>),
    Blocks { name: usize },
}

impl Table {
    /// A table with these columns for a terminal of `width`.
    pub(crate) fn new(width: usize, paint: Paint, header: Vec<String>) -> Self {
        Table { width, paint, header, sample: Vec::new(), layout: None, rows: 0 }
    }

    /// Adds a row; it may be written later.
    pub(crate) fn row(&mut self, row: Vec<Cell>, out: &mut dyn Write) -> io::Result<()> {
        if self.layout.is_some() {
            return self.write_row(&row, out);
        }
        self.sample.push(row);
        if self.sample.len() == SAMPLE { self.start(SLACK, out) } else { Ok(()) }
    }

    /// Writes what is left and closes the box.
    pub(crate) fn end(mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.layout.is_none() {
            self.start(0, out)?;
        }
        match &self.layout {
            Some(Layout::Box(widths)) => self.rule(["└", "┴", "┘"], widths, out),
            _ => Ok(()),
        }
    }

    /// Decides the widths by the sample, with `slack` for what may follow, and writes the sample.
    fn start(&mut self, slack: usize, out: &mut dyn Write) -> io::Result<()> {
        let columns = self.header.len();
        let frame = 3 * columns + 1;
        let natural: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self.sample.iter().map(|row| row.get(column).map_or(0, |cell| width(&cell.text)));
                cells.chain([width(&self.header[column])]).max().unwrap_or(0) + slack
            })
            .collect();
        let least: usize = natural.iter().map(|natural| (*natural).min(NARROWEST)).sum();
        if frame + least > self.width {
            let name = self.header.iter().map(|name| width(name)).max().unwrap_or(0).min(self.width / 3);
            self.layout = Some(Layout::Blocks { name });
        } else {
            let widths = share(&natural, self.width - frame);
            self.rule(["┌", "┬", "┐"], &widths, out)?;
            let header: Vec<String> =
                self.header.iter().zip(&widths).map(|(name, width)| self.head(name, *width)).collect();
            self.line(&header, out)?;
            self.rule(["├", "┼", "┤"], &widths, out)?;
            self.layout = Some(Layout::Box(widths));
        }
        for row in std::mem::take(&mut self.sample) {
            self.write_row(&row, out)?;
        }
        Ok(())
    }

    fn head(&self, name: &str, columns: usize) -> String {
        let name = cut(name, columns);
        let pad = " ".repeat(columns.saturating_sub(width(&name)));
        format!("{}{pad}", self.paint.paint(Tone::Strong, &name))
    }

    fn write_row(&mut self, row: &[Cell], out: &mut dyn Write) -> io::Result<()> {
        self.rows += 1;
        match &self.layout {
            Some(Layout::Box(widths)) => {
                let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| self.fit(cell, *width)).collect();
                self.line(&cells, out)
            }
            Some(Layout::Blocks { name }) => {
                let title = format!("─ row {} ", self.rows);
                let rest = "─".repeat(self.width.saturating_sub(width(&title)));
                writeln!(out, "{}", self.paint.paint(Tone::Faint, &format!("{title}{rest}")))?;
                for (header, cell) in self.header.iter().zip(row) {
                    let room = self.width.saturating_sub(name + 3).max(1);
                    let bar = self.paint.paint(Tone::Faint, "│");
                    let value = cut(&cell.text, room);
                    let value = if cell.faint { self.paint.paint(Tone::Faint, &value) } else { value.into_owned() };
                    writeln!(out, "{} {bar} {value}", self.head(header, *name))?;
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn fit(&self, cell: &Cell, columns: usize) -> String {
        let text = cut(&cell.text, columns);
        let pad = " ".repeat(columns.saturating_sub(width(&text)));
        let text = if cell.faint { self.paint.paint(Tone::Faint, &text) } else { text.into_owned() };
        if cell.right { format!("{pad}{text}") } else { format!("{text}{pad}") }
    }

    fn line(&self, cells: &[String], out: &mut dyn Write) -> io::Result<()> {
        let bar = self.paint.paint(Tone::Faint, "│");
        for cell in cells {
            write!(out, "{bar} {cell} ")?;
        }
        writeln!(out, "{bar}")
    }

    fn rule(&self, [left, middle, right]: [&str; 3], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
        let runs: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        writeln!(out, "{}", self.paint.paint(Tone::Faint, &format!("{left}{}{right}", runs.join(middle))))
    }
}

/// Gives each column what it wants if that is at most an equal share of what is left, and the others equal shares.
fn share(wanted: &[usize], available: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|column| wanted[*column]);
    let mut given = vec![0; wanted.len()];
    let mut left = available;
    for (done, column) in order.into_iter().enumerate() {
        given[column] = wanted[column].min(left / (wanted.len() - done));
        left -= given[column];
    }
    given
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn draw(width: usize, header: &[&str], rows: &[&[&str]]) -> String {
        let header = header.iter().map(|name| (*name).to_owned()).collect();
        let mut table = Table::new(width, Paint::default(), header);
        let mut out = Vec::new();
        for row in rows {
            let cell =
                |text: &&str| Cell { text: (*text).to_owned(), right: text.parse::<f64>().is_ok(), ..Cell::default() };
            table.row(row.iter().map(cell).collect(), &mut out).unwrap();
        }
        table.end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_fits_its_width() {
        let rows: &[&[&str]] = &[&["Python", "12"], &["モデルの精度 over time", "3"]];
        assert_eq!(
            draw(40, &["skill", "n"], rows),
            "┌────────────────────────┬────┐\n\
             │ skill                  │ n  │\n\
             ├────────────────────────┼────┤\n\
             │ Python                 │ 12 │\n\
             │ モデルの精度 over time │  3 │\n\
             └────────────────────────┴────┘\n"
        );
        assert_eq!(
            draw(20, &["skill", "n"], rows),
            "┌─────────────┬────┐\n\
             │ skill       │ n  │\n\
             ├─────────────┼────┤\n\
             │ Python      │ 12 │\n\
             │ モデルの精… │  3 │\n\
             └─────────────┴────┘\n"
        );
        for width in 9..60 {
            for line in draw(width, &["skill", "number of challenges"], rows).lines() {
                assert!(super::width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn too_many_columns_become_blocks() {
        let rows: &[&[&str]] = &[&["aaaaaaaaaaaaaaaaaaaaaa", "2", "3"], &["", "5", "6"]];
        assert_eq!(
            draw(20, &["first", "second", "third"], rows),
            "─ row 1 ────────────\n\
             first  │ aaaaaaaaaa…\n\
             second │ 2\n\
             third  │ 3\n\
             ─ row 2 ────────────\n\
             first  │ \n\
             second │ 5\n\
             third  │ 6\n"
        );
    }

    #[test]
    fn rows_behind_the_sample_stream() {
        let mut table = Table::new(20, Paint::default(), vec!["n".to_owned()]);
        let mut out = Vec::new();
        for _ in 0..SAMPLE {
            table.row(vec![Cell { text: "1".to_owned(), ..Cell::default() }], &mut out).unwrap();
        }
        let before = out.len();
        table.row(vec![Cell { text: "1234567890".to_owned(), ..Cell::default() }], &mut out).unwrap();
        assert_eq!(&out[before..], "│ 12345678… │\n".as_bytes());
    }
}
