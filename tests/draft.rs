//! Drafts of articles: what is in an article is in the draft, or said not to be.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stderr, reason = "a test that cannot look says so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kenning::Database;
use kenning::load::{self, Draft, DraftOptions};

/// The article that the shipped graph tells; `KENNING_SEED` names another place.
const ARTICLE: &str = "../shared/seed/000_9f777c92d335d75c.txt";

fn draft(article: &str) -> Draft {
    let options = DraftOptions { article: "article.txt".to_owned(), ..DraftOptions::default() };
    load::draft(article, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// The draft builds, says `stated` of everything, cites no line that is not there, and loses none.
fn sound(article: &str, draft: &Draft) -> Database {
    let folder = tempfile::tempdir().unwrap();
    draft.files.iter().for_each(|file| fs::write(folder.path().join(&file.name), &file.text).unwrap());
    let bytes = load::text(folder.path()).unwrap_or_else(|errors| panic!("{errors}"));
    let lines: Vec<&str> = article.lines().collect();
    let mut told: BTreeSet<usize> = draft.unplaced.iter().chain(&draft.unused).map(|(line, _)| *line).collect();
    let mut said = String::new();
    for file in draft.files.iter().filter(|file| file.name != "schema.toml") {
        said.push_str(&file.text);
        assert!(!file.text.contains("inferred"), "{}", file.text);
        for list in file.text.split("source = [").skip(1) {
            let cited = list.split(']').next().unwrap().split(", ").map(|line| line.parse::<usize>().unwrap());
            told.extend(cited.inspect(|line| assert!((1..=lines.len()).contains(line), "{line}")));
        }
    }
    draft.unplaced.iter().chain(&draft.unused).for_each(|(_, text)| said.extend([" ", text.as_str()]));
    // Every word of every line is in the draft or in what is told; headings keep their words, too.
    let said: BTreeSet<String> = words(&said).collect();
    for (number, line) in (1..).zip(&lines).filter(|(_, line)| !line.trim().is_empty()) {
        assert!(told.contains(&number), "line {number} is lost: {line}");
        // A number in front is a bullet's mark.
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let lost: Vec<String> = words(line).filter(|word| !said.contains(word)).collect();
        assert!(lost.is_empty(), "of line {number}, {lost:?} is lost: {line}");
    }
    Database::from_bytes(&bytes).unwrap()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let text = text.replace("\\\"", "\"");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

#[test]
fn small_articles() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/draft");
    for (file, role, unplaced) in [
        ("baker.txt", "Baker", &[(21, "Weather"), (23, "Summer")][..]),
        ("pastry-chef.md", "Pastry Chef", &[(15, "Odds and ends")][..]),
    ] {
        let article = fs::read_to_string(folder.join(file)).unwrap();
        let draft = draft(&article);
        assert_eq!(draft.role, role);
        let expected: Vec<(usize, String)> = unplaced.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
        assert_eq!(draft.unplaced, expected, "{file}");
        sound(&article, &draft);
    }
}

#[test]
fn roles_are_named() {
    let cases = [
        ("Overview\nA Head of Bread is a person.\nSkills\n- Patience", "Head of Bread"),
        ("The role of a Head of Bread is hard.\nSkills\n- Patience", "Head of Bread"),
        ("# Head of Bread\n## Skills\n- Patience", "Head of Bread"),
    ];
    for (article, role) in cases {
        assert_eq!(draft(article).role, role, "{article}");
    }
    let error = load::draft("Skills\n- Patience\n", &DraftOptions::default()).unwrap_err().to_string();
    assert!(error.contains("names no role") && error.contains("--role NAME"), "{error}");
    for odd in ["", "\n\n", "Skills", "- ", "#\n##\n", "ß: ü\nSkills\n- 大: 小\n- 大きい\n- 大: 中\n- ...\n- -"]
    {
        let options = DraftOptions { role: Some("Nobody".to_owned()), ..DraftOptions::default() };
        let options = DraftOptions { article: "odd.txt".to_owned(), ..options };
        load::draft(odd, &options).unwrap_or_else(|error| panic!("{odd}: {error}"));
    }
}

/// The article that the shipped graph was made of by hand.
#[test]
fn the_article_of_the_shipped_graph() {
    let path = std::env::var_os("KENNING_SEED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(ARTICLE), PathBuf::from);
    let Ok(article) = fs::read_to_string(&path) else {
        eprintln!("NOT CHECKED: the article {} cannot be read; KENNING_SEED names it", path.display());
        return;
    };
    let draft = draft(&article);
    assert_eq!(draft.role, "Senior Director of Machine Learning");
    let db = sound(&article, &draft);
    let count = |label: &str| db.view().label_id(label).map_or(0, |label| db.view().nodes_with_label(label));
    assert_eq!((count("Practice"), count("Challenge"), count("Responsibility")), (24, 33, 36));
    // Two headings are about a career, for which the table has no type.
    assert_eq!(draft.unplaced.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [98, 108]);
    assert!(kenning::lint::lint(&db.view(), &[]).unwrap().is_empty());
}
