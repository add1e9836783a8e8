//! Graphviz.
//!
//! A small graph is drawn in ranks from left to right with the edges' verbs on them; a larger one by forces, where verbs
//! would only cover the nodes. What a caption cuts off stands in the tooltip, with all properties.

use std::io::{self, Write};

use super::picture::{Kind, Picture};
use super::{text, tooltip};

/// The most nodes that are drawn in ranks.
const RANKED: usize = 60;

/// How many types stand in a row of the legend.
const LEGEND: usize = 8;

/// Where a caption breaks, in characters, and how many lines it may have.
const WIDTH: usize = 24;
const LINES: usize = 4;

/// Writes the picture; with `clusters` the nodes of each type share a frame. Gives back what was left out.
pub(super) fn write(picture: &Picture<'_, '_>, clusters: bool, out: &mut dyn Write) -> io::Result<Vec<String>> {
    let ranked = picture.nodes.len() <= RANKED;
    out.write_all(b"digraph kenning {\n")?;
    let layout = if ranked {
        "rankdir=LR, nodesep=0.15, ranksep=0.9"
    } else {
        "layout=sfdp, overlap=prism, splines=line, K=0.9, repulsiveforce=1.6, sep=\"+6\""
    };
    writeln!(out, "  graph [{layout}, outputorder=edgesfirst, bgcolor=white, fontname=\"Helvetica,Arial\"]")?;
    out.write_all(
        b"  node [fontname=\"Helvetica,Arial\", fontsize=11, margin=\"0.11,0.06\", height=0.3, width=0.4]\n",
    )?;
    out.write_all(b"  edge [fontname=\"Helvetica,Arial\", fontsize=9, fontcolor=\"#57534e\", arrowsize=0.6]\n")?;
    legend(picture, out)?;
    for (place, kind) in picture.kinds.iter().enumerate() {
        // `sfdp` knows no frames.
        let frame = clusters && ranked && !kind.name.is_empty();
        if frame {
            let name = quote(&kind.name);
            writeln!(out, "  subgraph cluster_{place} {{\n  label={name}; color=\"#d6d3d1\"; style=rounded")?;
        }
        let look = &kind.look;
        // `rounded` is a style of boxes; the curved shapes draw it as noise.
        let style = if look.shape == "box" { "\"filled,rounded\"" } else { "filled" };
        let (shape, fill, border) = (&look.shape, &look.fill, &look.border);
        writeln!(
            out,
            "  node [shape=\"{shape}\", style={style}, fillcolor=\"{fill}\", color=\"{border}\", fontcolor=\"{border}\"]"
        )?;
        nodes(picture, place, out)?;
        if frame {
            out.write_all(b"  }\n")?;
        }
    }
    for edge in &picture.edges {
        // A line takes its colour from where it starts, pale enough for the lines below it to show.
        let colour = &picture.kind(&picture.nodes[edge.source]).look.border;
        write!(out, "  n{} -> n{} [color=\"{colour}66\", ", edge.source, edge.target)?;
        if ranked {
            write!(out, "label={}, ", quote(picture.verb(edge)))?;
        }
        writeln!(out, "tooltip={}]", quote_tooltip(&tooltip::of_edge(picture, edge)))?;
    }
    out.write_all(b"}\n")?;
    let mut notes = Vec::new();
    if !ranked && !picture.edges.is_empty() {
        notes.push(format!("edge labels are left out above {RANKED} nodes; the tooltips have them"));
    }
    if !ranked && clusters {
        notes.push(format!("frames are left out above {RANKED} nodes; colours tell the types apart"));
    }
    Ok(notes)
}

/// The nodes of one kind.
fn nodes(picture: &Picture<'_, '_>, kind: usize, out: &mut dyn Write) -> io::Result<()> {
    let nodes = picture.nodes.iter().enumerate().filter(|(_, node)| node.kind == kind);
    for (place, node) in nodes {
        let caption = quote(&text::wrap(&node.caption, WIDTH, LINES).join("\n"));
        let tooltip = quote_tooltip(&tooltip::of_node(picture, node));
        write!(out, "  n{place} [label={caption}, tooltip={tooltip}")?;
        if let Some(link) = picture.link(node) {
            write!(out, ", URL={}", quote(&link))?;
        }
        out.write_all(b"]\n")?;
    }
    Ok(())
}

/// What the colours mean, below the picture.
fn legend(picture: &Picture<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    let cell = |kind: &Kind| {
        let (fill, border) = (&kind.look.fill, &kind.look.border);
        let name = html(&kind.name);
        // Graphviz takes no empty cell.
        let shown = !name.trim().is_empty();
        shown.then(|| format!("<td bgcolor=\"{fill}\" color=\"{border}\"><font color=\"{border}\">{name}</font></td>"))
    };
    let cells: Vec<_> = picture.kinds.iter().filter_map(cell).collect();
    if cells.len() < 2 {
        return Ok(());
    }
    let rows: String = cells.chunks(LEGEND).map(|row| format!("<tr>{}</tr>", row.concat())).collect();
    let table = format!("<table border=\"0\" cellborder=\"1\" cellspacing=\"4\">{rows}</table>");
    writeln!(out, "  graph [labelloc=b, fontsize=10, label=<{table}>]")
}

/// A quoted string. Graphviz reads escapes (`\N` is the node's name) and entities (`&amp;`) in it; a text has neither.
pub(crate) fn quote(text: &str) -> String {
    quote_with(text, "\\\\")
}

/// A quoted string for a tooltip. Some versions of Graphviz undo `\\` there before they look for `\N`, so that a word
/// joiner, which is not seen, keeps the backslash from what follows.
pub(crate) fn quote_tooltip(text: &str) -> String {
    quote_with(text, "\\\\\u{2060}")
}

fn quote_with(text: &str, backslash: &str) -> String {
    let lines = text::lines(text).join("\n").replace('&', "&amp;");
    format!("\"{}\"", lines.replace('\\', backslash).replace('"', "\\\"").replace('\n', "\\n"))
}

/// A text inside an HTML-like label.
fn html(text: &str) -> String {
    let line = text::lines(text).join(" ");
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        let cases = [
            ("plain", r#""plain""#),
            ("", r#""""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r"ends in \", r#""ends in \\""#),
            (r#"\""#, r#""\\\"""#),
            (r"\N \G", r#""\\N \\G""#),
            ("two\nlines\r\nthree", r#""two\nlines\nthree""#),
            ("R&amp;D <b>", r#""R&amp;amp;D <b>""#),
            ("be\u{7}ll\u{0}", r#""bell""#),
            ("مرحبا 🎉", r#""مرحبا 🎉""#),
        ];
        for (text, expected) in cases {
            assert_eq!(quote(text), expected, "{text:?}");
        }
        assert_eq!(quote_tooltip("\\N \"&\"\nend \\"), "\"\\\\\u{2060}N \\\"&amp;\\\"\\nend \\\\\u{2060}\"");
    }
}
