#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::model::Value;
use crate::store::{Snapshot, View};

const PERSON: Space<'static> = Space::Key { label: "Person", key: "id" };

/// The graph that an import makes over another one.
fn import(over: Option<&[u8]>, read: impl FnOnce(&mut Intake) -> Result<(), Stop>) -> Result<Imported, Problems> {
    let snapshot = over.map_or_else(Snapshot::empty, |bytes| Snapshot::from_bytes(bytes).unwrap());
    let mut intake = Intake::over(&View::new(&snapshot)).unwrap();
    _ = read(&mut intake);
    intake.finish()
}

fn at(intake: &mut Intake, line: u64) -> Place {
    Place { file: intake.file("a.csv"), line }
}

fn two_who_know(intake: &mut Intake) -> Result<(), Stop> {
    let people = intake.space(PERSON);
    let place = at(intake, 2);
    let knows = Edge::new("KNOWS", (people, Value::Int(1)), (people, Value::string("2")));
    intake.edge(place, &knows.clone().property("since", Value::Int(2020)))?;
    intake.edge(place, &knows.property("since", Value::Int(2021)))?;
    intake
        .node(place, &Node::new(&["Person"]).identity(people, Value::Int(1)).property("name", Value::string("Ada")))?;
    intake.node(place, &Node::new(&["Person"]).identity(people, Value::Int(2)).property("name", Value::Null))
}

#[test]
fn the_same_import_again_changes_nothing() {
    let mut first = import(None, two_who_know).unwrap();
    assert_eq!((first.counts.nodes_created, first.counts.edges_created), (2, 2));
    let mut second = import(Some(&first.image.to_bytes().unwrap()), two_who_know).unwrap();
    assert_eq!((second.counts.nodes_matched, second.counts.edges_matched), (2, 2));
    assert_eq!((second.counts.nodes_created, second.counts.edges_created), (0, 0));
    assert!(first.image.to_bytes().unwrap() == second.image.to_bytes().unwrap());
}

#[test]
fn a_later_import_updates_and_adds() {
    let mut first = import(None, two_who_know).unwrap();
    let mut second = import(Some(&first.image.to_bytes().unwrap()), |intake| {
        let (people, place) = (intake.space(PERSON), at(intake, 2));
        let ada = Node::new(&["Person", "Author"]).identity(people, Value::Int(1));
        intake.node(place, &ada.property("born", Value::Int(1815)))?;
        let knows = Edge::new("KNOWS", (people, Value::Int(1)), (people, Value::Int(2)));
        intake.edge(place, &knows.key("since").property("since", Value::Int(2021)).property("well", Value::Bool(true)))
    })
    .unwrap();
    let snapshot = Snapshot::from_bytes(&second.image.to_bytes().unwrap()).unwrap();
    let view = View::new(&snapshot);
    assert_eq!((view.node_count(), view.edge_count()), (2, 2));
    let key = |name| view.key_id(name).unwrap();
    let ada = view.seek(view.label_id("Author").unwrap(), key("id"), &Value::Int(1));
    assert_eq!(ada.unwrap().len(), 1, "each label gets an index of what identifies its nodes");
    let ada = view.seek(view.label_id("Person").unwrap(), key("id"), &Value::Int(1)).unwrap()[0];
    assert!(view.has_label(ada, view.label_id("Author").unwrap()));
    assert_eq!(view.node_property(ada, key("name")), Value::string("Ada"));
    assert_eq!(view.node_property(ada, key("born")), Value::Int(1815));
    let mut told = Vec::new();
    view.edges(None, |edge, _, _| {
        told.push((view.edge_property(edge, key("since")), view.edge_property(edge, key("well"))))
    });
    assert_eq!(told, [(Value::Int(2020), Value::Null), (Value::Int(2021), Value::Bool(true))]);
    snapshot.verify().unwrap();
}

#[test]
fn problems_keep_everything_out_unless_they_may_be_left_out() {
    let read = |intake: &mut Intake| {
        let (people, place) = (intake.space(PERSON), at(intake, 3));
        let node = |id| Node::new(&["Person"]).identity(people, id);
        intake.node(place, &node(Value::Int(1)))?;
        intake.node(Place { line: 4, ..place }, &node(Value::string("1")))?;
        intake.node(Place { line: 5, ..place }, &node(Value::Null))?;
        intake
            .edge(Place { line: 6, ..place }, &Edge::new("KNOWS", (people, Value::Int(1)), (people, Value::Int(9))))?;
        intake.problem(Place { line: 7, ..place }, "no more of it", "")
    };
    let problems = import(None, read).err().unwrap();
    let expected = [
        "a.csv:4: the id `1` is there already",
        "a.csv:5: the row has no id",
        "a.csv:6: this KNOWS enters `9`, and there is no Person with that id",
        "a.csv:7: no more of it",
    ];
    assert_eq!(problems.shown().collect::<Vec<_>>(), expected);
    let rest = import(None, |intake| {
        intake.reject_to(Box::new(std::io::sink()));
        read(intake)
    });
    let rest = rest.unwrap();
    assert_eq!((rest.counts.nodes_created, rest.counts.edges_created, rest.counts.rejected), (1, 0, 4));
}

#[test]
fn nodes_may_be_told_in_pieces() {
    let imported = import(None, |intake| {
        let things = intake.space(Space::Named { name: "", key: Some("uri") });
        let place = at(intake, 1);
        let thing = |labels: &[&'static str]| Node::new(labels).identity(things, Value::string("urn:1")).merged();
        intake.node(place, &thing(&[]).property("a", Value::Int(1)))?;
        intake.node(place, &thing(&["Thing"]).property("b", Value::Int(2)))
    });
    let mut imported = imported.unwrap();
    let snapshot = Snapshot::from_bytes(&imported.image.to_bytes().unwrap()).unwrap();
    let view = View::new(&snapshot);
    let names: Vec<&str> =
        view.node_properties(crate::model::NodeId(0)).iter().map(|(key, _)| view.key_name(*key)).collect();
    assert_eq!((view.node_count(), names), (1, vec!["a", "b", "uri"]));
}
