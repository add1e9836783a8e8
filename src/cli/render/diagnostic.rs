//! Failures and warnings as people read them: the line, carets below the places, a word beside them, the ways out.
//!
//! ```text
//! error: this node pattern is never closed
//!  --> query:1:7
//! 1 | MATCH (s:Skill RETURN s.name
//!   |       ^        ^^^^^^ expected `)` before `RETURN`
//!   = help: close it
//! ```

use std::fmt::Write;

use serde_json::json;

use super::text::{Paint, Tone, push_escape, visible, width};
use crate::cli::exit::{Failure, Place, Source, WARNING, floor};
use crate::model::Span;

/// How many ways out are shown; more of them help nobody.
const MOST_HELP: usize = 3;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Severity::Error => Tone::Error,
            Severity::Warning | Severity::Note => Tone::Warning,
        }
    }
}

/// One object on one line: `code`, `message`, `span` with line and column, `label` (what to say there), `hint`; a warning says `"warning"` as its
/// `level`.
pub(crate) fn as_json(failure: &Failure, severity: Severity) -> String {
    let span = failure.place.as_ref().and_then(|place| {
        let span = place.span?;
        let source = Source { name: &place.name, text: &place.text, offset: 0 };
        let (line, column) = source.line_and_column(span.start);
        Some(json!({"start": span.start, "end": span.end, "line": line, "column": column}))
    });
    let label = failure.place.as_ref().map(|place| &place.label).filter(|label| !label.is_empty());
    let hint = if failure.help.is_empty() { None } else { Some(failure.help.join("; ")) };
    json!({
        "level": severity.word(),
        "code": failure.class,
        "message": failure.message,
        "source": failure.place.as_ref().map(|place| &place.name),
        "span": span,
        "label": label,
        "hint": hint,
    })
    .to_string()
}

/// The drawing, with a newline at its end, for a terminal (or file) of so many columns.
pub(crate) fn draw(failure: &Failure, severity: Severity, columns: usize, paint: Paint) -> String {
    let word = paint.paint(severity.tone(), severity.word());
    // A warning is one sentence with its way out.
    let brief = failure.class == WARNING;
    let said = if brief { &failure.help[..] } else { &[] };
    let message = said.iter().fold(failure.message.clone(), |message, help| format!("{message}; {help}"));
    let mut text = format!("{word}: {}\n", paint.paint(Tone::Strong, &visible(&message)));
    let gutter = match &failure.place {
        Some(place) => Drawing::new(place, columns, paint, severity).draw(&mut text),
        None => 1,
    };
    for help in failure.help.iter().skip(said.len()).take(MOST_HELP) {
        let pad = " ".repeat(gutter);
        _ = writeln!(text, "{pad} {} {}", paint.paint(Tone::Help, "= help:"), visible(help));
    }
    text
}

/// So many bytes of a line before and behind a place are looked at; more than are shown.
const AROUND: usize = 1 << 14;

struct Drawing<'p> {
    place: &'p Place,
    columns: usize,
    paint: Paint,
    severity: Severity,
}

/// A place on one line: columns on the screen, and what to say.
struct Mark<'p> {
    start: usize,
    end: usize,
    label: &'p str,
}

impl<'p> Drawing<'p> {
    fn new(place: &'p Place, columns: usize, paint: Paint, severity: Severity) -> Self {
        Drawing { place, columns: columns.max(20), paint, severity }
    }

    /// Appends the drawing; gives the gutter's width.
    fn draw(&self, text: &mut String) -> usize {
        let place = self.place;
        let source = Source { name: &place.name, text: &place.text, offset: 0 };
        let Some(span) = place.span else { return 1 };
        let mut spans: Vec<(usize, Span, &str)> = [(span, place.label.as_str())]
            .into_iter()
            .chain(place.related.iter().map(|(span, label)| (*span, label.as_str())))
            .map(|(span, label)| (source.line_and_column(span.start).0, span, label))
            .collect();
        spans.sort_by_key(|(line, span, _)| (*line, span.start));
        // A label that is alone speaks of all places, and stands behind the last of them.
        if place.related.iter().all(|(_, label)| label.is_empty()) {
            let count = spans.len();
            spans
                .iter_mut()
                .enumerate()
                .for_each(|(at, span)| span.2 = if at + 1 == count { &place.label } else { "" });
        }
        let last = spans.last().map_or(1, |(line, ..)| *line);
        let gutter = last.to_string().len();
        let pad = " ".repeat(gutter);
        let (line, column) = source.line_and_column(span.start);
        let arrow = self.paint.paint(Tone::Faint, &format!("{pad}-->"));
        _ = writeln!(text, "{arrow} {}:{line}:{column}", visible(&place.name));
        let mut previous = None;
        for group in spans.chunk_by(|a, b| a.0 == b.0) {
            let line = group[0].0;
            if previous.is_some_and(|previous| previous + 1 < line) {
                _ = writeln!(text, "{}", self.paint.paint(Tone::Faint, &format!("{pad} …")));
            }
            previous = Some(line);
            self.line(text, line, gutter, group);
        }
        gutter
    }

    fn line(&self, text: &mut String, line: usize, gutter: usize, spans: &[(usize, Span, &'p str)]) {
        let (start, content) = near(nth_line(&self.place.text, line), spans);
        let shown = Shown::new(content);
        let mut marks: Vec<Mark<'_>> = spans
            .iter()
            .map(|(_, span, label)| {
                let from = shown.column(span.start.saturating_sub(start));
                // A place that runs on to further lines is shown to the end of its first one.
                let to = shown.column(span.end.saturating_sub(start));
                Mark { start: from, end: to.max(from + 1), label }
            })
            .collect();
        marks.dedup_by(|b, a| a.start == b.start && a.end == b.end && b.label.is_empty());
        let room = self.columns.saturating_sub(gutter + 3);
        let end = marks.iter().map(|mark| mark.end).max().unwrap_or(0);
        let first = marks.iter().map(|mark| mark.start).min().unwrap_or(0);
        let (visible_text, shift) = shown.window(first, end, room);
        for mark in &mut marks {
            mark.start = (mark.start + shift.1).saturating_sub(shift.0);
            mark.end = (mark.end + shift.1).saturating_sub(shift.0).max(mark.start + 1);
        }
        let number = self.paint.paint(Tone::Faint, &format!("{line:gutter$} |"));
        _ = writeln!(text, "{}", format!("{number} {visible_text}").trim_end());
        let bar = self.paint.paint(Tone::Faint, &format!("{:gutter$} |", ""));
        for below in self.below(&marks) {
            _ = writeln!(text, "{bar} {below}");
        }
    }

    /// The lines below the text: carets with the last one's label behind them, then the other labels from right to left.
    fn below(&self, marks: &[Mark<'_>]) -> Vec<String> {
        let tone = self.severity.tone();
        let mut carets = String::new();
        for mark in marks {
            let at = width(&carets);
            carets.push_str(&" ".repeat(mark.start.saturating_sub(at)));
            let done = mark.start.max(at);
            carets.push_str(&"^".repeat(mark.end.saturating_sub(done)));
        }
        let labelled: Vec<&Mark<'_>> = marks.iter().filter(|mark| !mark.label.is_empty()).collect();
        let mut lines = vec![self.paint.paint(tone, &carets)];
        let others = match (labelled.split_last(), marks.last()) {
            (Some((last, others)), Some(end)) if last.start == end.start => {
                lines[0].push_str(&self.paint.paint(tone, &format!(" {}", visible(last.label))));
                others
            }
            _ => &labelled[..],
        };
        for (count, mark) in others.iter().enumerate().rev() {
            let mut line = String::new();
            for bar in &others[..count] {
                line.push_str(&" ".repeat(bar.start.saturating_sub(width(&line))));
                line.push('|');
            }
            line.push_str(&" ".repeat(mark.start.saturating_sub(width(&line))));
            line.push_str(&visible(mark.label));
            lines.push(self.paint.paint(tone, &line));
        }
        lines
    }
}

/// Where the line (from 1) starts, and its text.
fn nth_line(text: &str, line: usize) -> (usize, &str) {
    let mut start = 0;
    for _ in 1..line {
        start = text[start..].find('\n').map_or(text.len(), |newline| start + newline + 1);
    }
    let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    (start, text[start..end].trim_end_matches('\r'))
}

/// Of a very long line what lies around the places; where it starts, and the text.
fn near<'t>((start, line): (usize, &'t str), spans: &[(usize, Span, &str)]) -> (usize, &'t str) {
    let first = spans.iter().map(|(_, span, _)| span.start).min().unwrap_or(start);
    let from = floor(line, first.saturating_sub(start + AROUND));
    let to = floor(line, (from + 2 * AROUND).min(line.len()));
    (start + from, &line[from..to])
}

/// A line as a terminal shows it: tabs are spaces, control characters escaped.
struct Shown {
    text: String,
    /// Byte in the line, byte in `text`, column of each character and of the end.
    places: Vec<(usize, usize, usize)>,
}

impl Shown {
    fn new(line: &str) -> Self {
        let mut shown = Shown { text: String::new(), places: Vec::new() };
        let mut column = 0;
        for (at, c) in line.char_indices() {
            let from = shown.text.len();
            shown.places.push((at, from, column));
            match c {
                '\t' => shown.text.push_str(&" ".repeat(4 - column % 4)),
                c if c.is_control() => push_escape(&mut shown.text, c),
                c => shown.text.push_str(&visible(c.encode_utf8(&mut [0; 4]))),
            }
            column += width(&shown.text[from..]);
        }
        shown.places.push((line.len(), shown.text.len(), column));
        shown
    }

    /// The column of a byte of the line.
    fn column(&self, at: usize) -> usize {
        let next = self.places.partition_point(|place| place.0 < at).min(self.places.len() - 1);
        self.places[next].2
    }

    /// What fits into `room` columns, `first..end` before all else; and by how many columns it moved: to the left, and
    /// back to the right for the mark in front.
    fn window(&self, first: usize, end: usize, room: usize) -> (String, (usize, usize)) {
        let total = self.places.last().map_or(0, |place| place.2);
        if total <= room {
            return (self.text.clone(), (0, 0));
        }
        // A third of the room shows what stands before the place.
        let left = if end <= room.saturating_sub(1) { 0 } else { first.saturating_sub(room / 3) };
        let from = self.places.iter().find(|place| place.2 >= left).map_or((0, 0), |place| (place.1, place.2));
        let mark = usize::from(left > 0);
        let limit = from.1 + room.saturating_sub(mark + 1);
        let to = self.places.iter().rev().find(|place| place.2 <= limit).map_or(self.text.len(), |place| place.1);
        let to = floor(&self.text, to.max(from.0));
        let ellipsis = if to < self.text.len() { "…" } else { "" };
        (format!("{}{}{ellipsis}", "…".repeat(mark), &self.text[from.0..to]), (from.1, mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Code;

    fn drawn(
        columns: usize,
        text: &str,
        span: (usize, usize),
        label: &str,
        related: &[((usize, usize), &str)],
    ) -> String {
        let place = Place {
            name: "query".to_owned(),
            text: text.to_owned(),
            span: Some(Span::new(span.0, span.1)),
            label: label.to_owned(),
            related: related.iter().map(|((a, b), label)| (Span::new(*a, *b), (*label).to_owned())).collect(),
        };
        let mut failure = Failure::new(Code::Error, "SyntaxError", "wrong").help("do this");
        failure.place = Some(Box::new(place));
        draw(&failure, Severity::Error, columns, Paint::default())
    }

    #[test]
    fn one_label_stands_behind_all_carets() {
        assert_eq!(
            drawn(80, "MATCH (s:Skill RETURN s", (6, 7), "expected `)` before `RETURN`", &[((15, 21), "")]),
            "error: wrong\n --> query:1:7\n1 | MATCH (s:Skill RETURN s\n  |       ^        ^^^^^^ expected `)` before `RETURN`\n  = help: do this\n"
        );
    }

    #[test]
    fn several_labels_stand_below_each_other() {
        assert_eq!(
            drawn(80, "RETURN a, b, c", (7, 8), "one", &[((10, 11), "two"), ((13, 14), "three")]),
            "error: wrong\n --> query:1:8\n1 | RETURN a, b, c\n  |        ^  ^  ^ three\n  |        |  two\n  |        one\n  = help: do this\n"
        );
    }

    #[test]
    fn lines_tabs_and_wide_characters() {
        assert_eq!(
            drawn(
                80,
                "MATCH (a)\n\tRETURN '日本', ü,\n\n\n b",
                (28, 30),
                "here",
                &[((6, 9), "bound here"), ((35, 36), "too")]
            ),
            "error: wrong\n --> query:2:15\n1 | MATCH (a)\n  |       ^^^ bound here\n2 |     RETURN '日本', ü,\n  |                    ^ here\n  …\n5 |  b\n  |  ^ too\n  = help: do this\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("RETURN {}x{}", "a + ".repeat(30), " + b".repeat(30));
        let drawn = drawn(40, &text, (127, 128), "unknown", &[]);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines[2], "1 | …a + a + a + x + b + b + b + b + b …");
        assert_eq!(lines[3], "  |              ^ unknown");
        assert!(lines[..3].iter().all(|line| width(line) <= 40));
    }

    #[test]
    fn of_a_line_without_end_little_is_looked_at() {
        let text = format!("RETURN {}x{}", "é+".repeat(1_000_000), "+é".repeat(1_000_000));
        let at = "RETURN ".len() + 3_000_000;
        let drawn = drawn(1000, &text, (at, at + 1), "unknown", &[]);
        let lines: Vec<&str> = drawn.lines().collect();
        assert!(
            lines[2].starts_with("1 | …") && lines[2].ends_with('…') && width(lines[2]) <= 1000,
            "{}",
            lines[2].len()
        );
        let marked = lines[3].find('^').and_then(|mark| lines[2].chars().nth(mark));
        assert_eq!(marked, Some('x'));
    }

    #[test]
    fn odd_places_do_no_harm() {
        for (text, span) in
            [("", (0, 0)), ("", (5, 9)), ("ab", (2, 2)), ("é", (1, 1)), ("a\r\nb", (2, 4)), ("a", (1, 0))]
        {
            let drawn = drawn(30, text, span, "", &[(span, "")]);
            assert!(drawn.contains('^'), "{text:?} {span:?}: {drawn}");
        }
    }

    #[test]
    fn programs_read_an_object() {
        let mut failure = Failure::new(Code::Error, "SyntaxError", "wrong").help("a").help("b");
        assert_eq!(
            as_json(&failure, Severity::Error),
            r#"{"level":"error","code":"SyntaxError","message":"wrong","source":null,"span":null,"label":null,"hint":"a; b"}"#
        );
        failure.place = Some(Box::new(Place {
            name: "f".to_owned(),
            text: "\nab".to_owned(),
            span: Some(Span::new(2, 3)),
            label: String::new(),
            related: Vec::new(),
        }));
        assert!(as_json(&failure, Severity::Warning).contains(r#""span":{"start":2,"end":3,"line":2,"column":2}"#));
    }
}
