//! A Mermaid flowchart.
//!
//! Mermaid reads a text several times before a label is shown: directives and comments are cut out, `\n` breaks lines,
//! markdown is looked for. So every character that any of these steps could take for its own is spelled `#code;`.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::picture::{Node, Picture};
use super::text;

/// Punctuation that means nothing to Mermaid inside a quoted label.
const HARMLESS: &str = "-_.,'()/!?+";

/// Where a caption breaks, in characters, and how many lines it may have.
const WIDTH: usize = 28;
const LINES: usize = 4;

/// How many edges Mermaid draws unless it is told otherwise.
const MAX_EDGES: usize = 500;

/// Writes the picture; with `clusters` the nodes of each type share a frame. Gives back what its reader will meet.
pub(super) fn write(picture: &Picture<'_, '_>, clusters: bool, out: &mut dyn Write) -> io::Result<Vec<String>> {
    out.write_all(b"flowchart LR\n")?;
    for (kind, places) in by_kind(picture) {
        let name = &picture.kinds[kind].name;
        let frame = clusters && !name.is_empty();
        if frame {
            writeln!(out, "  subgraph c{kind}[\"{}\"]", label(name))?;
        }
        for &place in &places {
            writeln!(out, "  {}", shaped(picture, place))?;
        }
        if frame {
            out.write_all(b"  end\n")?;
        }
    }
    for edge in &picture.edges {
        writeln!(out, "  n{} -->|\"{}\"| n{}", edge.source, label(picture.verb(edge)), edge.target)?;
    }
    for (kind, places) in by_kind(picture) {
        let look = &picture.kinds[kind].look;
        let (fill, border) = (&look.fill, &look.border);
        writeln!(out, "  classDef t{kind} fill:{fill},stroke:{border},color:{border}")?;
        let ids: Vec<_> = places.iter().map(|place| format!("n{place}")).collect();
        writeln!(out, "  class {} t{kind}", ids.join(","))?;
    }
    let edges = picture.edges.len();
    let refused = edges > MAX_EDGES;
    Ok(Vec::from_iter(refused.then(|| format!("Mermaid refuses {edges} edges until its `maxEdges` is raised"))))
}

/// The places of each kind's nodes.
fn by_kind(picture: &Picture<'_, '_>) -> Vec<(usize, Vec<usize>)> {
    let places = |kind| move |(place, node): (usize, &Node)| (node.kind == kind).then_some(place);
    let kinds = 0..picture.kinds.len();
    kinds.map(|kind| (kind, picture.nodes.iter().enumerate().filter_map(places(kind)).collect())).collect()
}

/// A node with brackets that draw its shape.
fn shaped(picture: &Picture<'_, '_>, place: usize) -> String {
    let node = &picture.nodes[place];
    let (open, close) = match picture.kind(node).look.shape.as_str() {
        "ellipse" | "oval" => ("([", "])"),
        "circle" | "doublecircle" => ("((", "))"),
        "hexagon" | "octagon" => ("{{", "}}"),
        "diamond" => ("{", "}"),
        "cylinder" => ("[(", ")]"),
        "note" | "tab" | "component" => ("[", "]"),
        _ => ("(", ")"),
    };
    format!("n{place}{open}\"{}\"{close}", label(&node.caption))
}

/// A text as the inside of a quoted label; never empty, because Mermaid wants one.
fn label(text: &str) -> String {
    let lines = text::wrap(text, WIDTH, LINES);
    let label = lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br>");
    if label.is_empty() { "#32;".to_owned() } else { label }
}

fn escape(line: &str) -> String {
    let mut escaped = String::new();
    // `1.` and `-` at the start make a list of it.
    let mut leading = true;
    for char in line.chars() {
        let punctuation = char.is_ascii_punctuation();
        let harmless = !punctuation || (!leading && HARMLESS.contains(char));
        if harmless {
            escaped.push(char);
        } else {
            let _ = write!(escaped, "#{};", u32::from(char));
        }
        leading &= char.is_ascii_digit();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let cases = [
            ("", "#32;"),
            ("Model accuracy (over time)", "Model accuracy (over time)"),
            ("say \"hi\"", "say #34;hi#34;"),
            ("end\\n", "end#92;n"),
            ("a\nb", "a<br>b"),
            ("<b>&amp;", "#60;b#62;#38;amp#59;"),
            ("style:#x;", "style#58;#35;x#59;"),
            ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
            ("1. first", "1#46; first"),
            ("- dash-ed", "#45; dash-ed"),
            ("`code`", "#96;code#96;"),
            ("مرحبا 🎉", "مرحبا 🎉"),
        ];
        for (text, expected) in cases {
            assert_eq!(label(text), expected, "{text:?}");
        }
    }
}
