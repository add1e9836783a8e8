//! An article's lines as headings, entries and prose, each with the section that it stands in.
//!
//! Plain articles have no levels of headings. A heading that the table knows begins a section; prose or another heading
//! behind it makes it one that unknown headings below belong to. An unknown heading whose prose leads to further headings
//! begins a section that the table does not know. Articles in Markdown say their levels.

use std::borrow::Cow;

use super::table::Table;

/// A heading has at most so many words.
const HEADING: usize = 9;
/// The part of a bullet that names it has at most so many.
const NAME: usize = 8;
/// A sentence of the article's own, behind a bullet's text, has at least so many.
const SENTENCE: usize = 8;

/// A part of the article; places are those in [`Outline::items`].
#[derive(Debug)]
pub(super) enum Item {
    Heading {
        line: usize,
        text: String,
        /// The place in the table.
        section: Option<usize>,
        /// The heading that it belongs to.
        parent: Option<usize>,
        /// Whether it stands for no type by intention.
        front: bool,
    },
    /// A bullet, or an unknown heading with prose only.
    Entry {
        lines: Vec<usize>,
        name: String,
        text: Option<String>,
        section: Option<usize>,
        under: Option<usize>,
    },
    Prose {
        line: usize,
        text: String,
    },
}

impl Item {
    /// The line and what stands there.
    pub(super) fn told(&self) -> (usize, String) {
        match self {
            Item::Heading { line, text, .. } | Item::Prose { line, text } => (*line, text.clone()),
            Item::Entry { lines, name, text, .. } => {
                let text = text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
                (lines.first().copied().unwrap_or_default(), format!("{name}{text}"))
            }
        }
    }
}

pub(super) struct Outline {
    pub(super) items: Vec<Item>,
    title: Option<(usize, usize, String)>,
}

/// A line, or a part of one, before it is known where it belongs.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    number: usize,
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// With its level in Markdown, else 0.
    Heading(usize),
    Bullet,
    Prose,
}

impl Outline {
    pub(super) fn read(article: &str, table: &Table) -> Self {
        let lines = lines(article, table);
        let mut outline = Outline { items: Vec::new(), title: None };
        let mut place = Place::default();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let next = lines.get(at + 1).map(|line| line.kind);
            match line.kind {
                Kind::Heading(level) => {
                    let titled = at == 0 && table.place(&line.text).is_none() && !table.is_front(&line.text);
                    if titled {
                        outline.title = Some((outline.items.len(), line.number, line.text.clone()));
                        outline.items.push(outline_heading(line, None, None, true));
                    } else {
                        at += outline.heading_line(&lines[at..], level, table, &mut place);
                    }
                }
                Kind::Bullet => {
                    let begins = at == 0 || lines[at - 1].kind != Kind::Bullet;
                    if begins {
                        let plain = lines.get(at + 1).is_some_and(|next| !is_title(&next.text));
                        place.grouped = is_title(&line.text) && next == Some(Kind::Bullet) && plain;
                        place.group = None;
                    }
                    outline.bullet(line, next, table, &mut place);
                }
                Kind::Prose => outline.items.push(Item::Prose { line: line.number, text: line.text.clone() }),
            }
            at += 1;
        }
        outline
    }

    /// Takes a heading, and the prose that belongs to it when that is all it has; gives how many more lines it took.
    fn heading_line(&mut self, lines: &[Line], level: usize, table: &Table, place: &mut Place) -> usize {
        let line = &lines[0];
        let prose = lines[1..].iter().take_while(|line| line.kind == Kind::Prose).count();
        let behind = lines.get(1 + prose).map(|line| line.kind);
        let leads = prose > 0 && lines[prose].text.ends_with(':');
        let known = table.place(&line.text);
        place.group = None;
        if level > 0 {
            place.levels.retain(|(above, ..)| *above < level);
            place.main = place.levels.last().map(|(_, section, at)| (*section, *at));
        }
        let front = table.is_front(&line.text);
        let main = place.main.filter(|(section, _)| section.is_some());
        let container = matches!(behind, Some(Kind::Heading(_)) | None) && (leads || prose == 0);
        let inherits = known.is_none() && !front && main.is_some() && (level > 0 || !(leads && container));
        if inherits && prose > 0 && !leads && !matches!(behind, Some(Kind::Bullet)) {
            // All there is to it is said in its prose.
            let text = lines[1..=prose].iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
            let (section, under) = main.unwrap_or_default();
            let numbers = lines[..=prose].iter().map(|line| line.number).collect();
            let name = line.text.clone();
            self.items.push(Item::Entry { lines: numbers, name, text: Some(text), section, under: Some(under) });
            return prose;
        }
        let section = known.or(if inherits { main.and_then(|(section, _)| section) } else { None });
        let own = self.items.len();
        let parent = if section.is_some() { main.map(|(_, at)| at) } else { None };
        let begins = match level {
            0 if known.is_some() => !matches!(lines.get(1).map(|line| line.kind), Some(Kind::Bullet)),
            0 => !inherits,
            _ => true,
        };
        // A known heading with prose begins anew; it is no part of the section before.
        let parent = parent.filter(|_| level > 0 || known.is_none() || !begins || prose == 0);
        self.items.push(outline_heading(line, section, parent, front));
        place.current = Some((section, own));
        if begins {
            place.main = Some((section, own));
        }
        if level > 0 {
            place.levels.push((level, section, own));
        }
        0
    }

    fn bullet(&mut self, line: &Line, next: Option<Kind>, table: &Table, place: &mut Place) {
        let followed = next == Some(Kind::Bullet);
        let groups = line.text.ends_with(':') || is_title(&line.text) && place.grouped;
        if groups && followed && place.current.is_some() {
            let text = line.text.trim_end_matches(':').to_owned();
            let (section, at) = place.current.unwrap_or_default();
            let section = table.place(&text).or(section);
            place.group = Some((section, self.items.len()));
            let text_line = Line { text, ..line.clone() };
            self.items.push(outline_heading(&text_line, section, section.map(|_| at), false));
            return;
        }
        let (section, under) = match place.group.or(place.current) {
            Some((section, under)) => (section, Some(under)),
            None => (None, None),
        };
        let (name, text) = named(&line.text);
        self.items.push(Item::Entry { lines: vec![line.number], name, text, section, under });
    }

    /// The heading at a place, and its line.
    pub(super) fn heading(&self, place: usize) -> Option<(&str, usize)> {
        match self.items.get(place)? {
            Item::Heading { text, line, .. } => Some((text, *line)),
            _ => None,
        }
    }

    pub(super) fn title_place(&self) -> Option<usize> {
        self.title.as_ref().map(|(place, ..)| *place)
    }

    pub(super) fn first_line(&self) -> usize {
        self.items.first().map_or(1, |item| item.told().0)
    }

    /// The first paragraph: its place, line and text.
    pub(super) fn opening(&self) -> Option<(usize, usize, String)> {
        let mut prose = self.items.iter().enumerate();
        prose.find_map(|(place, item)| match item {
            Item::Prose { line, text } => Some((place, *line, text.clone())),
            _ => None,
        })
    }

    /// The role's name and the line that has it: the title, else what the first sentence says something of (`A baker is ...`).
    pub(super) fn role(&self) -> Option<(String, usize)> {
        if let Some((_, line, text)) = &self.title {
            return Some((text.clone(), *line));
        }
        let (_, line, text) = self.opening()?;
        let rest = ["A ", "An ", "The "].iter().find_map(|article| text.strip_prefix(article))?;
        let (name, _) = rest.split_once(" is ")?;
        let name = name.strip_prefix("role of a ").or(name.strip_prefix("role of an ")).unwrap_or(name);
        let sound = name.split(' ').count() <= NAME && !name.contains(['.', ',', ';', ':']);
        sound.then(|| (name.to_owned(), line))
    }
}

/// Where the next line belongs: sections with the places of their headings.
#[derive(Default)]
struct Place {
    /// What unknown headings belong to.
    main: Option<(Option<usize>, usize)>,
    current: Option<(Option<usize>, usize)>,
    /// A bullet that heads others.
    group: Option<(Option<usize>, usize)>,
    /// Whether the list has such bullets: its first is a title, and its second is none.
    grouped: bool,
    /// Markdown's levels above.
    levels: Vec<(usize, Option<usize>, usize)>,
}

fn outline_heading(line: &Line, section: Option<usize>, parent: Option<usize>, front: bool) -> Item {
    Item::Heading { line: line.number, text: line.text.clone(), section, parent, front }
}

/// What a bullet is called, and what is said of it behind a colon.
fn named(text: &str) -> (String, Option<String>) {
    let whole = || (text.trim_end_matches('.').to_owned(), None);
    match text.split_once(": ") {
        Some((name, rest)) if name.split(' ').count() <= NAME && !rest.trim().is_empty() => {
            (name.trim().to_owned(), Some(rest.trim().to_owned()))
        }
        _ => whole(),
    }
}

/// Whether every word of some length begins with a capital, as in a title.
fn is_title(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', '-', '/']).filter(|word| !word.is_empty()).collect();
    let capital = |word: &&str| word.chars().count() < 4 || word.starts_with(|c: char| c.is_uppercase());
    (2..=6).contains(&words.len())
        && words.iter().all(capital)
        && !text.contains([':', '.', ',', '(', '$', '%'])
        && text.starts_with(|c: char| c.is_uppercase())
}

/// The article's lines without blank ones, headings and sentences at the end of others taken off.
fn lines(article: &str, table: &Table) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (number, raw) in (1..).zip(article.lines()) {
        let text = without_stress(raw.trim().trim_start_matches('\u{feff}'));
        let text = text.as_ref();
        if text.is_empty() {
            continue;
        }
        let level = text.bytes().take_while(|byte| *byte == b'#').count();
        if level > 0 && text[level..].starts_with(' ') {
            lines.push(Line {
                number,
                kind: Kind::Heading(level),
                text: text[level..].trim_matches([' ', '#', ':']).to_owned(),
            });
            continue;
        }
        let (kind, text) = match bullet(text) {
            Some(text) => (Kind::Bullet, text),
            None if is_heading(text) => (Kind::Heading(0), text.trim_end_matches(':')),
            None => (Kind::Prose, text),
        };
        let (text, heading) = if kind == Kind::Heading(0) { (text, None) } else { without_heading(text, table) };
        let (text, closing) = if kind == Kind::Bullet { without_closing(text, table) } else { (text, None) };
        lines.push(Line { number, kind, text: text.to_owned() });
        lines.extend(closing.map(|text| Line { number, kind: Kind::Prose, text: text.to_owned() }));
        lines.extend(heading.map(|text| Line { number, kind: Kind::Heading(0), text: text.to_owned() }));
    }
    lines
}

/// The text without Markdown's marks of what is bold.
fn without_stress(text: &str) -> Cow<'_, str> {
    let marks = text.matches("**").count();
    if marks > 0 && marks.is_multiple_of(2) { Cow::Owned(text.replace("**", "")) } else { Cow::Borrowed(text) }
}

/// The text behind a bullet's mark.
fn bullet(text: &str) -> Option<&str> {
    let marks = ["- ", "* ", "• ", "– ", "+ "];
    let marked = marks.iter().find_map(|mark| text.strip_prefix(mark));
    let numbered = || {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = text.get(digits..).filter(|_| (1..=3).contains(&digits))?;
        rest.strip_prefix(". ").or(rest.strip_prefix(") "))
    };
    marked.or_else(numbered).map(str::trim)
}

fn is_heading(text: &str) -> bool {
    let words = text.split_whitespace().count();
    if text.ends_with(':') {
        words <= 5 && !text.contains(',')
    } else {
        words <= HEADING && !text.ends_with(['.', '!', '?', ';', ','])
    }
}

/// Takes a heading off the end: `... and leadership skills. Responsibilities:`
fn without_heading<'t>(text: &'t str, table: &Table) -> (&'t str, Option<&'t str>) {
    let Some(body) = text.strip_suffix(':') else { return (text, None) };
    let starts = body.match_indices(' ').map(|(at, _)| at);
    let mut starts: Vec<usize> = starts.collect();
    // The longest first, at most four words.
    let shortest = starts.len().saturating_sub(4);
    let found = starts.drain(shortest..).find(|at| {
        let heading = &body[at + 1..];
        heading.starts_with(|c: char| c.is_uppercase()) && table.is_word(heading)
    });
    match found {
        Some(at) => (body[..at].trim_end(), Some(&body[at + 1..])),
        None => (text, None),
    }
}

/// Takes the article's own sentences off the end of a bullet: `... at scale By doing all this, a director ...`
fn without_closing<'t>(text: &'t str, table: &Table) -> (&'t str, Option<&'t str>) {
    if !text.ends_with('.') {
        return (text, None);
    }
    let found = text.match_indices(' ').map(|(at, _)| at).find(|at| {
        let tail = &text[at + 1..];
        let word = tail.split(' ').next().unwrap_or_default();
        let open = text[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '.' | '%'));
        open && table.closing.iter().any(|closing| closing == word) && tail.split(' ').count() >= SENTENCE
    });
    match found {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}
