//! The files of `tests/query`, read and written.

use crate::cell::Cell;

/// A part of a case's outcome: `rows`, `rows in order`, `error`, `warnings` or `plan`, and its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub kind: String,
    pub text: String,
}

impl Section {
    pub fn new(kind: &str, text: &str) -> Section {
        Section { kind: kind.to_owned(), text: text.trim_matches('\n').to_owned() }
    }
}

/// A query and what it does.
#[derive(Default)]
pub struct Case {
    pub name: String,
    pub query: String,
    pub parameters: String,
    pub outcome: Vec<Section>,
}

/// A file of cases.
pub struct File {
    comment: String,
    /// Each graph's statement with the cases that run on it.
    pub graphs: Vec<(String, Vec<Case>)>,
}

impl File {
    /// Reads a file; panics where it is not in the form that `tests/query.rs` describes.
    pub fn read(text: &str) -> File {
        let text = format!("\n{text}");
        let mut sections = text.split("\n--- ");
        let mut file = File { comment: sections.next().unwrap().trim().to_owned(), graphs: Vec::new() };
        for section in sections {
            let (head, text) = section.split_once('\n').unwrap_or((section, ""));
            let text = text.trim_matches('\n').to_owned();
            if head == "graph" {
                file.graphs.push((text, Vec::new()));
                continue;
            }
            let (_, cases) = file.graphs.last_mut().expect("a graph comes first");
            if let Some(name) = head.strip_prefix("query ") {
                cases.push(Case { name: name.to_owned(), query: text, ..Case::default() });
                continue;
            }
            let case = cases.last_mut().expect("a query comes first");
            match head {
                "parameters" => case.parameters = text,
                "rows" | "rows in order" | "error" | "warnings" | "plan" => {
                    case.outcome.push(Section::new(head, &text));
                }
                other => panic!("there is no section `{other}`"),
            }
        }
        file
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let mut text = format!("{}\n", self.comment);
        let mut section = |head: &str, body: &str| text += &format!("--- {head}\n{body}\n");
        for (graph, cases) in &self.graphs {
            section("graph", &format!("{graph}\n"));
            for case in cases {
                section(&format!("query {}", case.name), &case.query);
                if !case.parameters.is_empty() {
                    section("parameters", &case.parameters);
                }
                for (index, part) in case.outcome.iter().enumerate() {
                    // A case ends in an empty line.
                    let end = if index + 1 == case.outcome.len() { "\n" } else { "" };
                    section(&part.kind, &format!("{}{end}", part.text));
                }
            }
        }
        text.trim_end().to_owned() + "\n"
    }
}

/// A table with bars, its columns aligned.
pub fn draw(table: &[Vec<String>]) -> String {
    let escape = |cell: &String| cell.replace('|', "\\|");
    let table: Vec<Vec<_>> = table.iter().map(|row| row.iter().map(escape).collect()).collect();
    let width = |column: usize| table.iter().map(|row: &Vec<String>| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..table[0].len()).map(width).collect();
    let cell = |(cell, width): (&String, &usize)| format!(" {cell:width$} |");
    let rows = table.iter().map(|row| row.iter().zip(&widths).map(cell).collect::<String>());
    rows.map(|row| format!("|{row}\n")).collect()
}

/// Whether both files say the same: tables may be spaced and, unless their order counts, sorted otherwise.
pub fn same(found: &str, expected: &str) -> bool {
    plain(found) == plain(expected)
}

/// A file in the one form that tables are compared in.
fn plain(text: &str) -> String {
    let mut file = File::read(text);
    let sections = file.graphs.iter_mut().flat_map(|(_, cases)| cases).flat_map(|case| &mut case.outcome);
    for section in sections.filter(|section| section.kind.starts_with("rows")) {
        let mut lines: Vec<_> = section.text.lines().map(cells).collect();
        if section.kind == "rows" && !lines.is_empty() {
            lines[1..].sort();
        }
        section.text = lines.join("\n");
    }
    file.write()
}

/// A row's cells, each in its canonical form when it is a value.
fn cells(row: &str) -> String {
    let inner = row.trim().trim_start_matches('|').replace("\\|", "\u{1}");
    let cells = inner.split('|').map(|cell| cell.trim().replace('\u{1}', "\\|"));
    cells.map(|cell| Cell::read(&cell).map_or(cell, |cell| cell.canonical(false))).collect::<Vec<_>>().join(" | ")
}

/// The cases that differ, as they are and as they were expected.
pub fn difference(expected: &str, found: &str) -> String {
    let (expected, found) = (plain(expected), plain(found));
    let cases = |text: &str| text.split("\n--- query ").map(str::to_owned).collect::<Vec<_>>();
    let pairs = cases(&expected).into_iter().zip(cases(&found));
    pairs.filter(|(e, f)| e != f).map(|(e, f)| format!("expected\n{e}\nfound\n{f}\n")).collect()
}
