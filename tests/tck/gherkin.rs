//! The Gherkin that openCypher's TCK is written in.
//!
//! In: the text of a feature. Out: its scenarios in order, the background's steps in front of each scenario's own, an
//! outline as one scenario per row of its examples. Every scenario has an id that does not change when a text is
//! reworded: `[3]`, or `[3] #2` for the second example of an outline.
//!
//! The crate `gherkin` is not used because it refuses a cell that ends in `\'`, which the TCK's literals need.

use std::collections::HashSet;

/// A table of cells, escapes undone.
pub type Table = Vec<Vec<String>>;

/// One thing to do or to expect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The text behind `Given`, `When`, `Then`, `And` or `But`.
    pub text: String,
    /// The text between `"""` below it.
    pub doc: Option<String>,
    /// The table below it; empty when there is none.
    pub table: Table,
}

/// A scenario ready to be played.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The feature's path, the scenario's number and the example's: `clauses/match/Match6.feature [3] #2`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// What to do, in order.
    pub steps: Vec<Step>,
}

/// A scenario as it is written.
#[derive(Default)]
struct Block {
    title: String,
    steps: Vec<Step>,
    /// One table for each `Examples:`, its head first.
    examples: Vec<Table>,
}

/// Reads a feature; `path` is its name in ids.
///
/// # Errors
///
/// The line that is not Gherkin as the TCK writes it.
pub fn read(path: &str, text: &str) -> Result<Vec<Scenario>, String> {
    let (background, blocks) = blocks(text).map_err(|(line, what)| format!("{path}:{line}: {what}"))?;
    let mut ids = HashSet::new();
    let mut scenarios = Vec::new();
    for (ordinal, block) in blocks.into_iter().enumerate() {
        // A number that is missing or taken is replaced by the scenario's place in the file.
        let number = block.title.split(']').next().filter(|n| n.starts_with('[')).map(|n| format!("{n}]"));
        let number = number.filter(|n| ids.insert(n.clone())).unwrap_or_else(|| format!("({})", ordinal + 1));
        let id = format!("{path} {number}");
        let steps = [background.clone(), block.steps].concat();
        if block.examples.is_empty() {
            scenarios.push(Scenario { id, title: block.title, steps });
            continue;
        }
        let examples = block.examples.iter().filter_map(|table| table.split_first());
        let examples = examples.flat_map(|(head, rows)| rows.iter().map(move |row| (head, row)));
        for (index, (head, row)) in examples.enumerate() {
            let fill = |text: &str| {
                let pairs = head.iter().zip(row);
                pairs.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
            };
            scenarios.push(Scenario {
                id: format!("{id} #{}", index + 1),
                title: fill(&block.title),
                steps: steps.iter().map(|step| fill_step(step, &fill)).collect(),
            });
        }
    }
    Ok(scenarios)
}

fn fill_step(step: &Step, fill: &impl Fn(&str) -> String) -> Step {
    Step {
        text: fill(&step.text),
        doc: step.doc.as_deref().map(fill),
        table: step.table.iter().map(|row| row.iter().map(|cell| fill(cell)).collect()).collect(),
    }
}

/// A line's number and what is wrong with it.
type Fault = (usize, &'static str);

/// The background's steps and the scenarios as they are written.
fn blocks(text: &str) -> Result<(Vec<Step>, Vec<Block>), Fault> {
    let mut background = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let fail = |what| (index + 1, what);
        let trimmed = line.trim();
        let steps = blocks.last_mut().map_or(&mut background, |block| &mut block.steps);
        if let Some((_, title)) = trimmed.split_once(':').filter(|_| trimmed.starts_with("Scenario")) {
            blocks.push(Block { title: title.trim().to_owned(), ..Block::default() });
        } else if trimmed.starts_with("Examples:") {
            blocks.last_mut().ok_or(fail("examples without a scenario"))?.examples.push(Table::new());
        } else if trimmed.starts_with('|') {
            let examples = blocks.last_mut().and_then(|block| block.examples.last_mut());
            match examples {
                Some(table) => table.push(cells(trimmed)),
                None => {
                    let steps = blocks.last_mut().map_or(&mut background, |block| &mut block.steps);
                    steps.last_mut().ok_or(fail("a table without a step"))?.table.push(cells(trimmed));
                }
            }
        } else if trimmed == "\"\"\"" {
            let indent = line.len() - line.trim_start().len();
            let mut doc = Vec::new();
            loop {
                let (_, line) = lines.next().ok_or(fail("a text that is never closed"))?;
                if line.trim() == "\"\"\"" {
                    break;
                }
                let blanks = line.len() - line.trim_start().len();
                doc.push(&line[indent.min(blanks)..]);
            }
            steps.last_mut().ok_or(fail("a text without a step"))?.doc = Some(doc.join("\n"));
        } else if let Some(text) = step(trimmed) {
            steps.push(Step { text: text.to_owned(), ..Step::default() });
        } else if !steps.is_empty()
            && !trimmed.is_empty()
            && !["#", "@", "Feature:", "Background:"].iter().any(|start| trimmed.starts_with(start))
        {
            // In front of the first step it would be a description.
            return Err(fail("a line that is no step"));
        }
    }
    Ok((background, blocks))
}

/// The text behind a step's keyword.
fn step(line: &str) -> Option<&str> {
    let (keyword, text) = line.split_once(' ')?;
    ["Given", "When", "Then", "And", "But", "*"].contains(&keyword).then(|| text.trim())
}

/// The cells of a row: `\|`, `\\` and `\n` stand for a bar, a backslash and a new line; other backslashes for
/// themselves.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut chars = line.chars().skip(1).peekable();
    while let Some(char) = chars.next() {
        if char == '|' {
            cells.push(String::new());
            continue;
        }
        let escaped = chars.next_if(|next| char == '\\' && "n|\\".contains(*next));
        let meant = escaped.map_or(char, |escaped| if escaped == 'n' { '\n' } else { escaped });
        cells.last_mut().expect("there is a first cell").push(meant);
    }
    // What stands behind the last bar is no cell.
    cells.pop();
    // Only blanks are cut, so that a new line which the cell spelled survives.
    cells.iter().map(|cell| cell.trim_matches([' ', '\t']).to_owned()).collect()
}
