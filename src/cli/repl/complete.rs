//! What may stand at the cursor: read off the tokens before it, never off a finished parse, as the text is half-typed.

use super::dot::COMMANDS;
use super::token::{Kind, Token, tokens};
use super::vocabulary::{EdgeType, Vocabulary};
use crate::cli::render::value::name;
use crate::db::{is_sentence, keywords};
use crate::model::function;

/// The candidates for the text before the cursor, best first, and the byte from which they replace it.
///
/// `next` says what can follow the beginning of a sentence, names of nodes between quotes.
pub(super) fn complete(
    before: &str,
    vocabulary: &Vocabulary,
    next: &dyn Fn(&str) -> Vec<String>,
) -> (usize, Vec<String>) {
    if before.starts_with('.') {
        return dot(before, vocabulary);
    }
    let sentence = is_sentence(before);
    if sentence {
        return phrase(before, next);
    }
    let tokens: Vec<Token> = tokens(before, false);
    let (word, rest) = match tokens.split_last() {
        Some((last, rest)) if matches!(last.kind, Kind::Word | Kind::Parameter | Kind::Quoted) => (Some(*last), rest),
        _ => (None, &tokens[..]),
    };
    if rest.last().is_some_and(|token| matches!(token.kind, Kind::OpenText | Kind::Comment)) {
        return (before.len(), Vec::new());
    }
    let start = word.map_or(before.len(), |word| word.span.start);
    let typed = &before[start..];
    let rest: Vec<Token> = rest.iter().copied().filter(|token| token.kind != Kind::Space).collect();
    let place = Place { text: before, tokens: &rest, vocabulary };
    let mut candidates = match typed.strip_prefix('$') {
        Some(_) => vocabulary.parameters.iter().map(|name| format!("${name}")).collect(),
        None => place.candidates(),
    };
    if rest.is_empty() {
        // A sentence may begin here as well.
        candidates.extend(next(""));
    }
    let typed = before[start..].trim_start_matches('`').to_lowercase();
    candidates.retain(|candidate| candidate.trim_start_matches('`').to_lowercase().starts_with(&typed));
    let mut seen = std::collections::HashSet::new();
    candidates.retain(|candidate| seen.insert(candidate.clone()));
    (start, candidates)
}

/// What can follow in a sentence. A phrase or a name of several words may be half-typed already, so the longest end of
/// the text that begins a candidate is taken for it.
fn phrase(before: &str, next: &dyn Fn(&str) -> Vec<String>) -> (usize, Vec<String>) {
    let boundaries = before.match_indices([' ', '"']).map(|(at, mark)| if mark == " " { at + 1 } else { at });
    // Eight words back is far enough for a name, and few enough to be asked for.
    let starts: Vec<usize> = boundaries.rev().take(8).collect();
    for start in starts.into_iter().rev() {
        let typed = before[start..].to_lowercase();
        let mut candidates = next(&before[..start]);
        candidates.retain(|candidate| {
            let candidate = candidate.to_lowercase();
            candidate.starts_with(&typed) || candidate.trim_start_matches('"').starts_with(&typed)
        });
        if !candidates.is_empty() {
            return (start, candidates);
        }
    }
    (before.len(), Vec::new())
}

/// `.command` and its argument.
fn dot(before: &str, vocabulary: &Vocabulary) -> (usize, Vec<String>) {
    let start = before.rfind(' ').map_or(0, |space| space + 1);
    let candidates: Vec<String> = match before.split_whitespace().next() {
        _ if start == 0 => COMMANDS.iter().map(|command| format!(".{}", command.name)).collect(),
        Some(".mode") => ["auto", "table", "tsv", "csv", "json", "jsonl", "markdown"].map(str::to_owned).to_vec(),
        Some(".schema") => {
            let labels = vocabulary.labels.iter().map(|label| label.name.clone());
            labels.chain(vocabulary.edge_types.iter().map(|edge_type| edge_type.name.clone())).collect()
        }
        Some(".timer") => ["on", "off"].map(str::to_owned).to_vec(),
        Some(".help") => COMMANDS.iter().map(|command| command.name.to_owned()).collect(),
        _ => Vec::new(),
    };
    let typed = before[start..].to_lowercase();
    (start, candidates.into_iter().filter(|candidate| candidate.to_lowercase().starts_with(&typed)).collect())
}

struct Place<'a> {
    text: &'a str,
    /// Before the word at the cursor, without white space.
    tokens: &'a [Token],
    vocabulary: &'a Vocabulary,
}

impl Place<'_> {
    fn candidates(&self) -> Vec<String> {
        let enclosing = self.enclosing();
        let bracket = enclosing.map(|index| self.tokens[index].kind);
        match self.tokens.last() {
            Some(last) if last.is('.') => self.behind_dot(),
            Some(last) if self.is_word(last, "CALL") => behind("", self.procedures()),
            Some(last) if self.is_word(last, "YIELD") || last.is(',') && self.yields() => self.columns(),
            Some(last) if self.names_type(last) => match bracket {
                Some(Kind::Symbol('[')) => self.edge_types(enclosing.unwrap_or_default()),
                _ => self.vocabulary.labels.iter().map(|label| name(&label.name)).collect(),
            },
            Some(last) if bracket == Some(Kind::Symbol('{')) && (last.is('{') || last.is(',')) => {
                self.keys(self.owner(enclosing.unwrap_or_default()))
            }
            _ => self.words(),
        }
    }

    /// Whether a label or a type stands behind this token: `:`, or an operator behind a label.
    fn names_type(&self, last: &Token) -> bool {
        let bracket = self.enclosing().map(|index| self.tokens[index].kind);
        if last.is(':') {
            return bracket != Some(Kind::Symbol('{'));
        }
        let operator = last.is('|') || last.is('&') || last.is('!');
        // Within a node's or an edge's own brackets, before its properties: every token since is part of the labels.
        operator
            && self.tokens.iter().rev().take_while(|token| !token.is('(') && !token.is('[')).any(|token| token.is(':'))
    }

    /// The index of the innermost bracket that is open.
    fn enclosing(&self) -> Option<usize> {
        let mut closed = 0;
        for (index, token) in self.tokens.iter().enumerate().rev() {
            match token.kind {
                Kind::Symbol(')' | ']' | '}') => closed += 1,
                Kind::Symbol('(' | '[' | '{') if closed == 0 => return Some(index),
                Kind::Symbol('(' | '[' | '{') => closed -= 1,
                Kind::Symbol(';') => return None,
                _ => {}
            }
        }
        None
    }

    fn is_word(&self, token: &Token, word: &str) -> bool {
        token.kind == Kind::Word && token.text(self.text).eq_ignore_ascii_case(word)
    }

    /// Procedures behind CALL and functions of the namespace before the dot, else property keys.
    fn behind_dot(&self) -> Vec<String> {
        let start = self.tokens.iter().rposition(|token| !token.is('.') && token.kind != Kind::Word);
        let start = start.map_or(0, |before| before + 1);
        let chain = &self.tokens[start..];
        // Two words side by side belong to two things: `CALL algo.`, `RETURN date.`.
        let first = chain.windows(2).rposition(|pair| pair.iter().all(|token| token.kind == Kind::Word));
        let first = start + first.map_or(0, |before| before + 1);
        let prefix: String = self.tokens[first..].iter().map(|token| token.text(self.text)).collect();
        if first.checked_sub(1).is_some_and(|before| self.is_word(&self.tokens[before], "CALL")) {
            return behind(&prefix, self.procedures());
        }
        let functions = function::all().iter().map(|function| format!("{}(", function.name));
        let mut candidates = behind(&prefix, functions);
        candidates.extend(self.keys(self.subject()));
        candidates
    }

    fn procedures(&self) -> impl Iterator<Item = String> {
        self.vocabulary.procedures.iter().map(|(name, _)| format!("{name}("))
    }

    /// Whether only names and commas stand between YIELD and the end.
    fn yields(&self) -> bool {
        let mut before = self
            .tokens
            .iter()
            .rev()
            .skip_while(|token| token.is(',') || token.kind == Kind::Word && !self.is_word(token, "YIELD"));
        before.next().is_some_and(|token| self.is_word(token, "YIELD"))
    }

    /// The columns of the procedure that was called last.
    fn columns(&self) -> Vec<String> {
        let call = self.tokens.iter().rposition(|token| self.is_word(token, "CALL")).map_or(0, |call| call + 1);
        let name = self.tokens[call..].iter().take_while(|token| token.kind == Kind::Word || token.is('.'));
        let name: String = name.map(|token| token.text(self.text)).collect();
        let called = self.vocabulary.procedures.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        called.map(|(_, columns)| columns.clone()).unwrap_or_default()
    }

    /// The label or type of the variable before the dot.
    fn subject(&self) -> Option<String> {
        let variable = self.tokens.get(self.tokens.len().checked_sub(2)?)?;
        self.type_of(variable.text(self.text))
    }

    /// The label or type in front of the map that opens at `brace`, as in `(s:Skill {`.
    fn owner(&self, brace: usize) -> Option<String> {
        let before = self.tokens.get(brace.checked_sub(1)?)?;
        let written = before.text(self.text);
        let behind_colon = brace.checked_sub(2).and_then(|at| self.tokens.get(at)).is_some_and(|token| token.is(':'));
        if behind_colon { Some(written.trim_matches('`').to_owned()) } else { self.type_of(written) }
    }

    /// The label that a variable was bound with: `(variable:Label`.
    fn type_of(&self, variable: &str) -> Option<String> {
        self.tokens.windows(4).find_map(|window| {
            let [open, name, colon, label] = window else { return None };
            let bound = (open.is('(') || open.is('[')) && name.text(self.text) == variable && colon.is(':');
            bound.then(|| label.text(self.text).trim_matches('`').to_owned())
        })
    }

    fn keys(&self, label: Option<String>) -> Vec<String> {
        self.vocabulary.keys_of(label.as_deref()).iter().map(|key| name(key)).collect()
    }

    /// The types for the edge that opens at `bracket`: first those that its node's label has, in its direction.
    fn edge_types(&self, bracket: usize) -> Vec<String> {
        let inwards = bracket >= 2 && self.tokens[bracket - 1].is('-') && self.tokens[bracket - 2].is('<');
        let node_end = bracket.checked_sub(if inwards { 3 } else { 2 });
        let label = node_end.filter(|end| self.tokens[*end].is(')')).and_then(|end| self.label_of_node(end));
        let rank = |edge_type: &EdgeType| {
            let Some(label) = &label else { return 0 };
            let (along, against) =
                if inwards { (&edge_type.to, &edge_type.from) } else { (&edge_type.from, &edge_type.to) };
            if along.contains(label) { 0 } else { 1 + usize::from(!against.contains(label)) }
        };
        let mut types: Vec<&EdgeType> = self.vocabulary.edge_types.iter().collect();
        types.sort_by_key(|edge_type| (rank(edge_type), &edge_type.name));
        types.into_iter().map(|edge_type| name(&edge_type.name)).collect()
    }

    /// The label of the node whose closing bracket is at `end`, written there or where its variable was bound.
    fn label_of_node(&self, end: usize) -> Option<String> {
        let mut depth = 0;
        let open = (0..=end).rev().find(|index| {
            depth += i32::from(self.tokens[*index].is(')')) - i32::from(self.tokens[*index].is('('));
            depth == 0
        })?;
        let inside = &self.tokens[open + 1..end];
        let colon = inside.iter().take_while(|token| !token.is('{')).position(|token| token.is(':'));
        match colon {
            Some(colon) => Some(inside.get(colon + 1)?.text(self.text).trim_matches('`').to_owned()),
            None => self.type_of(inside.first()?.text(self.text)),
        }
    }

    /// Variables, keywords, functions.
    fn words(&self) -> Vec<String> {
        let is_keyword = |word: &str| keywords().iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
        let bound = |pair: &[Token]| {
            let opens = matches!(pair[0].kind, Kind::Symbol('(' | '['));
            let named = pair[0].text(self.text).eq_ignore_ascii_case("AS");
            (pair[1].kind == Kind::Word && (opens || named)).then(|| pair[1].text(self.text).to_owned())
        };
        let mut variables: Vec<String> =
            self.tokens.windows(2).filter_map(bound).filter(|word| !is_keyword(word)).collect();
        variables.dedup();
        let keywords = keywords().iter().map(|keyword| (*keyword).to_owned());
        let functions = function::all().iter().map(|function| format!("{}(", function.name));
        variables.into_iter().chain(keywords).chain(functions).collect()
    }
}

/// What is left of the names that begin with the prefix, in order.
fn behind(prefix: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let rest = |name: String| {
        let begins = name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        begins.then(|| name[prefix.len()..].to_owned())
    };
    let mut rests: Vec<String> = names.filter_map(rest).collect();
    rests.sort();
    rests
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The candidates for the text, joined.
    fn offered(before: &str) -> String {
        let next = |before: &str| {
            let known: &[&str] = match before {
                "" => &["which", "how many", "compare"],
                "which " => &["skills", "skill", "challenges"],
                "which challenges are " => &["addressed by", "faced by"],
                "what is " => &["\"Data bias\"", "\"Data privacy\"", "\"MLOps\""],
                _ => &[],
            };
            known.iter().map(|word| (*word).to_owned()).collect()
        };
        complete(before, &Vocabulary::sample(), &next).1.join(" ")
    }

    #[test]
    fn every_place_has_its_names() {
        let cases = [
            ("MATCH (s:Sk", "Skill"),
            ("MATCH (s:", "Challenge Role Skill `odd label`"),
            ("MATCH (s:Skill|Ro", "Role"),
            ("MATCH (s:o", "`odd label`"),
            ("MATCH (s:`o", "`odd label`"),
            ("MATCH (s:Skill)-[:", "ADDRESSES REQUIRES FACES"),
            ("MATCH (s:Skill)<-[:", "REQUIRES ADDRESSES FACES"),
            ("MATCH (s:Skill {name: 'x'})-[:", "ADDRESSES REQUIRES FACES"),
            ("MATCH (r:Role) MATCH (r)-[x:", "FACES REQUIRES ADDRESSES"),
            ("MATCH (r:Role)-[:FACES|R", "REQUIRES"),
            ("MATCH ()-[:f", "FACES"),
            ("MATCH (s:Skill) WHERE s.", "id name text"),
            ("MATCH (s:Skill)-->(c:Challenge) RETURN c.k", "kind"),
            ("MATCH (s:Skill {", "id name text"),
            ("MATCH (s:Skill {id: 'a', n", "name"),
            ("MATCH (x) WHERE x.", "id kind name text"),
            ("MATCH (s) WHERE s:R", "Role"),
            ("CALL ", "algo.aStar( algo.pageRank( db.labels("),
            ("CALL al", "algo.aStar( algo.pageRank("),
            ("CALL algo.", "aStar( pageRank("),
            ("MATCH (s) CALL algo.p", "pageRank("),
            ("CALL algo.pagerank() YIELD ", "node score"),
            ("CALL algo.pageRank({}) YIELD node, s", "score"),
            ("CALL db.labels() YIELD label AS x, ", "label"),
            ("RETURN date.t", "transaction( truncate( text"),
            ("RETURN $", "$role $year"),
            ("RETURN $y", "$year"),
            ("RETURN 'Sk", ""),
            ("MATCH (skill:Skill) RETURN ski", "skill SKIP"),
            ("which sk", "skills skill"),
            ("which challenges are addressed b", "addressed by"),
            ("comp", "compare"),
            ("what is \"Da", "\"Data bias\" \"Data privacy\""),
            ("what is \"data b", "\"Data bias\""),
            ("what is data b", "\"Data bias\""),
            ("what is \"x", ""),
            (".mo", ".mode"),
            (".mode js", "json jsonl"),
            (".help mo", "mode"),
            (".schema sk", "Skill"),
            (".schema fa", "FACES"),
        ];
        for (before, expected) in cases {
            assert_eq!(offered(before), expected, "{before}");
        }
        assert!(offered("MAT").contains("MATCH"));
        assert!(offered("MATCH (s:Skill) RETURN coll").contains("collect("));
    }
}
