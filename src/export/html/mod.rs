//! One page that shows the graph: to be searched, filtered, zoomed and read, with nothing but a browser.
//!
//! The page's own text lies beside this file: `page.html` with gaps, `page.css`, and the script in parts that follow one
//! upon the other. The graph goes in as JSON, in which no `<` is left; the script turns its texts into text, never into
//! markup. The page's policy lets nothing be loaded, and nothing run but the script whose digest it names.
//!
//! The places of nodes are found here and not in the page, so that the same graph gives the same picture.

mod digest;

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use super::graphml::escape;
use super::layout::{Point, Size, spread};
use super::picture::{Node, Picture};
use super::shape::{Shape, num};
use super::{json, text};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(
    "\n\"use strict\";\n(() => {\n",
    include_str!("model.js"),
    include_str!("camera.js"),
    include_str!("paint.js"),
    include_str!("panel.js"),
    include_str!("main.js"),
    "})();\n"
);

/// The size of letters below nodes, and how far lines are apart.
const TEXT: f64 = 12.0;
const LEADING: f64 = 15.0;

/// Where the page breaks a caption, in characters, and how many lines it shows.
const WIDTH: usize = 22;
const LINES: usize = 3;

/// What is kept free between two nodes with their captions.
const GAP: f64 = 12.0;

/// The size of the glyphs that the page scales.
const GLYPH: Size = Size { width: 24.0, height: 19.0 };

/// Writes the page.
pub(super) fn write(picture: &Picture<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    let title = title(picture);
    let mut rest = PAGE;
    while let Some((before, (gap, after))) =
        rest.split_once("{{").and_then(|(before, gap)| Some((before, gap.split_once("}}")?)))
    {
        out.write_all(before.as_bytes())?;
        match gap {
            "policy" => write!(
                out,
                "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
                digest::source(SCRIPT),
                digest::source(STYLE)
            )?,
            "title" => out.write_all(escape(&title).as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            _ => data(picture, &title, out)?,
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// What the graph calls itself.
fn title(picture: &Picture<'_, '_>) -> String {
    let name = picture.view.schema().map_or("", |schema| schema.name.as_str());
    let name = text::wrap(name, 60, 1).concat();
    if name.is_empty() { "Graph".to_owned() } else { name }
}

/// The graph as one object, an element a line: a large graph is never one value in memory.
fn data(picture: &Picture<'_, '_>, title: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"title\":{}", safe(&json!(title)))?;
    list(out, "kinds", kinds(picture).into_iter())?;
    let (types, relations) = relations(picture);
    list(out, "relations", relations.into_iter())?;
    list(out, "nodes", nodes(picture).into_iter())?;
    let edges = picture.edges.iter().map(|edge| {
        json!({
            "source": edge.source,
            "target": edge.target,
            // Every type that occurs is listed.
            "relation": types.binary_search(&edge.edge_type).unwrap_or_default(),
            "properties": json::object(&picture.edge_properties(edge)),
        })
    });
    list(out, "edges", edges)?;
    out.write_all(b"}")
}

fn list(out: &mut dyn Write, name: &str, items: impl Iterator<Item = Json>) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (index, item) in items.enumerate() {
        write!(out, "{}\n{}", if index == 0 { "" } else { "," }, safe(&item))?;
    }
    out.write_all(b"]")
}

/// JSON that neither ends the element it stands in nor begins a comment there.
fn safe(value: &Json) -> String {
    // These characters stand inside of strings only.
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn kinds(picture: &Picture<'_, '_>) -> Vec<Json> {
    let kinds = picture.kinds.iter().map(|kind| {
        let declared = picture.view.schema().and_then(|schema| schema.node_type(&kind.name));
        let shape = Shape::new(&kind.look.shape, GLYPH);
        json!({
            "name": kind.name,
            "label": if kind.name.trim().is_empty() { "(no label)" } else { &kind.name },
            "text": declared.map(|declared| &declared.text).filter(|text| !text.is_empty()),
            "fill": kind.look.fill,
            "border": kind.look.border,
            "outline": shape.outline,
            "detail": shape.detail,
        })
    });
    kinds.collect()
}

/// The types of edges that occur, sorted, and what the page needs to know of them.
fn relations<'v>(picture: &Picture<'v, '_>) -> (Vec<&'v str>, Vec<Json>) {
    // Edges are sorted by type.
    let mut types: Vec<_> = picture.edges.iter().map(|edge| edge.edge_type).collect();
    types.dedup();
    let relations = types.iter().map(|&name| {
        let declared = picture.view.schema().and_then(|schema| schema.relation(name));
        let verb = declared.and_then(|relation| relation.verb.get(1)).map_or(name, String::as_str);
        let passive = declared.and_then(|relation| relation.passive.first());
        json!({
            "name": name,
            "label": verb,
            "verb": verb,
            "passive": passive.map_or_else(|| format!("← {verb}"), Clone::clone),
            "text": declared.map(|relation| &relation.text).filter(|text| !text.is_empty()),
        })
    });
    let relations = relations.collect();
    (types, relations)
}

/// The nodes with their places.
fn nodes(picture: &Picture<'_, '_>) -> Vec<Json> {
    let mut degrees = vec![0_u32; picture.nodes.len()];
    for edge in &picture.edges {
        degrees[edge.source] += 1;
        degrees[edge.target] += 1;
    }
    let radii: Vec<_> = degrees.iter().map(|&degree| (6.5 + 1.6 * f64::from(degree).sqrt()).min(26.0)).collect();
    let captions: Vec<_> = picture.nodes.iter().map(caption).collect();
    // A node's box holds its glyph and the caption below.
    let boxes = radii.iter().zip(&captions).map(|(&radius, caption)| Size {
        width: caption.width.max(2.0 * radius),
        height: 2.0 * radius + 4.0 + caption.height,
    });
    let ties: Vec<_> = picture.edges.iter().map(|edge| (edge.source, edge.target)).collect();
    let places = spread(&boxes.collect::<Vec<_>>(), &ties, GAP);
    let nodes = picture.nodes.iter().zip(places).enumerate().map(|(place, (node, Point { x, y }))| {
        let labels = picture.labels(node);
        let mut entry = Map::new();
        entry.insert("kind".to_owned(), json!(node.kind));
        entry.insert("x".to_owned(), rounded(x));
        entry.insert("y".to_owned(), rounded(y - (captions[place].height + 4.0) / 2.0));
        entry.insert("radius".to_owned(), rounded(radii[place]));
        entry.insert("name".to_owned(), json!(node.caption));
        if !node.key.is_empty() {
            entry.insert("key".to_owned(), json!(node.key));
        }
        if labels != [picture.kind(node).name.as_str()] {
            entry.insert("labels".to_owned(), json!(labels));
        }
        entry.insert("properties".to_owned(), json::object(&picture.node_properties(node)));
        Json::Object(entry)
    });
    nodes.collect()
}

/// The room that a caption takes.
fn caption(node: &Node) -> Size {
    let lines = text::wrap(&node.caption, WIDTH, LINES);
    let width = lines.iter().map(|line| text::width(line, TEXT)).fold(0.0, f64::max);
    Size { width, height: lines.len() as f64 * LEADING }
}

/// A number with at most one decimal.
fn rounded(number: f64) -> Json {
    num(number).parse().map_or(Json::Null, |number: f64| json!(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_script() {
        let hostile = json!({"</script>": "<!-- <script> ]]> &amp;"});
        let text = safe(&hostile);
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).ok(), Some(hostile));
    }

    #[test]
    fn the_page_loads_nothing() {
        for own in [PAGE, STYLE, SCRIPT] {
            // The one address is the name of SVG's elements.
            let web = own.replace("http://www.w3.org/2000/svg", "");
            for word in
                ["http:", "https:/", "src=", "url(", "@import", "import(", "fetch(", "XMLHttp", "innerHTML", "eval("]
            {
                assert!(!web.replace("https?:", "").contains(word), "{word}");
            }
        }
    }
}
