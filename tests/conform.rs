//! What a statement writes into a graph with a schema is as the schema declares, or the statement fails.

#![allow(clippy::unwrap_used, reason = "tests")]

use kenning::model::Class;
use kenning::{Database, Error, Limits, Parameters};

/// Runs a statement on a draft of the shipped graph: what was created and set, or why not.
fn run(text: &str) -> Result<u64, String> {
    let draft = Database::draft(include_bytes!("../graph/roles.ken")).unwrap();
    let before = (draft.view().node_count(), draft.view().edge_count());
    match draft.query(text, &Parameters::new(), &Limits::default()) {
        Ok(rows) => Ok(rows.summary().nodes_created + rows.summary().edges_created + rows.summary().properties_set),
        Err(Error::Run(error)) => {
            assert_eq!(error.class, Class::ConstraintVerificationFailed, "{text}: {error}");
            assert_eq!((draft.view().node_count(), draft.view().edge_count()), before);
            Err(error.message.clone())
        }
        Err(error) => panic!("{text}: {error}"),
    }
}

const SKILL: &str = "CREATE (s:Skill {id: 'tact', name: 'Tact', text: 'Saying hard things well.', kind: 'soft', basis: 'stated', source: [1]";

#[test]
fn what_fits_is_written() {
    for text in [
        format!("{SKILL}}})"),
        format!(
            "{SKILL}}}) WITH s MATCH (c:Challenge {{name: 'Data bias'}}) CREATE (s)-[:ADDRESSES {{basis: 'inferred', why: 'It does.', source: [2]}}]->(c)"
        ),
        "MATCH (p:Pay) SET p.low = 200000".to_owned(),
        "MATCH (s:Skill {name: 'Critical thinking'}) SET s.text = 'Writing programs.'".to_owned(),
        "MATCH (s:Skill {name: 'Critical thinking'}) DETACH DELETE s".to_owned(),
    ] {
        assert!(run(&text).is_ok(), "{text}: {:?}", run(&text));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let cases = [
        ("CREATE (:Skil {id: 'x', name: 'x'})".to_owned(), "the schema declares no type `Skil`; did you mean `Skill`?"),
        ("CREATE ()".to_owned(), "a node without a label: the schema wants a type for each"),
        (format!("{SKILL}, level: 3}})"), "the schema declares no property of `Skill` `level`"),
        ("MATCH (s:Skill {name: 'Critical thinking'}) REMOVE s.kind".to_owned(), "`Skill` needs `kind`"),
        ("MATCH (s:Skill {name: 'Critical thinking'}) SET s.kind = 'sofd'".to_owned(), "`kind` of `Skill` is one of `technical`, `leadership`, `strategic`, `soft`, not `sofd`"),
        ("MATCH (s:Skill {name: 'Critical thinking'}) SET s.text = 7".to_owned(), "`text` of `Skill` is a string, and this is an integer"),
        ("MATCH (s:Skill {name: 'Critical thinking'}) SET s.basis = 'inferred', s.why = null".to_owned(), "`Skill` whose `basis` is `inferred` needs `why`"),
        ("MATCH (s:Skill {name: 'Critical thinking'}), (t:Skill) WHERE t <> s WITH s, t LIMIT 1 SET t.name = s.name".to_owned(), "two `Skill` nodes have the name `Critical thinking`"),
        ("MATCH (s:Skill {name: 'Critical thinking'}), (c:Challenge {name: 'Data bias'}) CREATE (c)-[:ADDRESSES {basis: 'stated'}]->(s)".to_owned(), "`ADDRESSES` leaves"),
        ("MATCH (s:Skill {name: 'Critical thinking'}), (c:Challenge {name: 'Data bias'}) CREATE (s)-[:ADRESSES]->(c)".to_owned(), "the schema declares no relation `ADRESSES`; did you mean `ADDRESSES`?"),
        ("MATCH (c:Challenge {name: 'Data bias'}) REMOVE c:Challenge SET c:Topic".to_owned(), "`"),
    ];
    for (text, says) in cases {
        let found = run(&text).expect_err(&text);
        assert!(found.starts_with(says), "{text}: {found}");
    }
}
