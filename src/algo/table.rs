//! The table of procedures.

use super::{
    Column, Parameter, Procedure, Types, a_star, betweenness, catalog, components, dijkstra, k_core, label_propagation,
    page_rank, spanning_tree, topological_sort,
};
use crate::model::{Str, Value};

/// A parameter that has to be given.
const fn required(name: &'static str, types: Types) -> Parameter {
    Parameter { name, types, default: None }
}

/// A setting that is a text, or nothing.
const fn optional(name: &'static str, types: Types) -> Parameter {
    Parameter { name, types, default: Some(Value::Null) }
}

/// A setting with a default.
const fn text(name: &'static str, default: &'static str) -> Parameter {
    Parameter { name, types: Types::STRING, default: Some(Value::String(Str::Borrowed(default))) }
}

/// A setting that is a number.
const fn number(name: &'static str, default: f64) -> Parameter {
    Parameter { name, types: Types::NUMBER, default: Some(Value::Float(default)) }
}

/// A setting that is a whole number.
const fn times(name: &'static str, default: i64) -> Parameter {
    Parameter { name, types: Types::INT, default: Some(Value::Int(default)) }
}

const fn column(name: &'static str, types: Types) -> Column {
    Column { name, types }
}

// Which nodes and edges: those with any of the labels, and of any of the types.
const LABELS: Parameter = optional("labels", Types::LIST);
const TYPES: Parameter = optional("types", Types::LIST);
// Along the edges, against them, or either way.
const OUT: Parameter = text("direction", "out");
const BOTH: Parameter = text("direction", "both");
// The key of the edges' property that says how much each counts or costs; without it each is 1.
const WEIGHT: Parameter = optional("weight", Types::STRING);

static CONFIG: &[Parameter] = &[optional("config", Types::MAP)];
static ENDS_AND_CONFIG: &[Parameter] =
    &[required("source", Types::NODE), required("target", Types::NODE), optional("config", Types::MAP)];

const NODE: Column = column("node", Types::NODE);
static SCORE: &[Column] = &[NODE, column("score", Types::FLOAT)];
static COMPONENT: &[Column] = &[NODE, column("component", Types::INT)];
static PATH_AND_COST: &[Column] = &[column("path", Types::PATH), column("cost", Types::FLOAT)];

/// Sorted by name in small letters: `find` searches it.
pub(super) static PROCEDURES: &[Procedure] = &[
    Procedure {
        name: "algo.aStar",
        parameters: ENDS_AND_CONFIG,
        settings: &[LABELS, TYPES, OUT, WEIGHT, text("latitude", "latitude"), text("longitude", "longitude")],
        results: PATH_AND_COST,
        text: "The cheapest path between two nodes, found sooner by the latitude and longitude of each, in degrees.",
        run: a_star::run,
    },
    Procedure {
        name: "algo.betweenness",
        parameters: CONFIG,
        settings: &[LABELS, TYPES, OUT],
        results: SCORE,
        text: "How many of the shortest paths between other nodes lead through each node.",
        run: betweenness::run,
    },
    Procedure {
        name: "algo.dijkstra",
        parameters: ENDS_AND_CONFIG,
        settings: &[LABELS, TYPES, OUT, WEIGHT],
        results: PATH_AND_COST,
        text: "The cheapest path between two nodes.",
        run: dijkstra::run,
    },
    Procedure {
        name: "algo.kCore",
        parameters: CONFIG,
        settings: &[LABELS, TYPES],
        results: &[NODE, column("core", Types::INT)],
        text: "The largest k such that each node belongs to a part where everybody has k neighbours.",
        run: k_core::run,
    },
    Procedure {
        name: "algo.labelPropagation",
        parameters: CONFIG,
        settings: &[LABELS, TYPES, BOTH, WEIGHT, times("maxIterations", 20)],
        results: &[NODE, column("community", Types::INT)],
        text: "Communities: each node joins the one that most of its neighbours are in.",
        run: label_propagation::run,
    },
    Procedure {
        name: "algo.minimumSpanningTree",
        parameters: CONFIG,
        settings: &[LABELS, TYPES, WEIGHT],
        results: &[
            column("source", Types::NODE),
            column("target", Types::NODE),
            column("edge", Types::EDGE),
            column("weight", Types::FLOAT),
        ],
        text: "The lightest edges that hold each component together.",
        run: spanning_tree::run,
    },
    Procedure {
        name: "algo.pageRank",
        parameters: CONFIG,
        settings: &[
            LABELS,
            TYPES,
            OUT,
            WEIGHT,
            number("damping", 0.85),
            times("maxIterations", 100),
            number("tolerance", 1e-6),
        ],
        results: SCORE,
        text: "How likely a walker along edges is at each node; the scores sum to 1.",
        run: page_rank::run,
    },
    Procedure {
        name: "algo.stronglyConnectedComponents",
        parameters: CONFIG,
        settings: &[LABELS, TYPES],
        results: COMPONENT,
        text: "Components of nodes that reach each other along edges.",
        run: components::strong,
    },
    Procedure {
        name: "algo.topologicalSort",
        parameters: CONFIG,
        settings: &[LABELS, TYPES, OUT],
        results: &[NODE, column("position", Types::INT)],
        text: "An order of the nodes in which every edge leads forwards.",
        run: topological_sort::run,
    },
    Procedure {
        name: "algo.weaklyConnectedComponents",
        parameters: CONFIG,
        settings: &[LABELS, TYPES],
        results: COMPONENT,
        text: "Components of nodes that edges connect, whatever their direction.",
        run: components::weak,
    },
    Procedure {
        name: "db.constraints",
        parameters: &[],
        settings: &[],
        results: &[
            column("name", Types::STRING),
            column("type", Types::STRING),
            column("entityType", Types::STRING),
            column("labelsOrTypes", Types::LIST),
            column("properties", Types::LIST),
            column("ownedIndex", Types::STRING),
        ],
        text: "The constraints that hold. SHOW CONSTRAINTS calls it.",
        run: catalog::constraints,
    },
    Procedure {
        name: "db.indexes",
        parameters: &[],
        settings: &[],
        results: &[
            column("name", Types::STRING),
            column("entityType", Types::STRING),
            column("labelsOrTypes", Types::LIST),
            column("properties", Types::LIST),
            column("owningConstraint", Types::STRING),
        ],
        text: "The indexes that find nodes by their properties. SHOW INDEXES calls it.",
        run: catalog::indexes,
    },
    Procedure {
        name: "db.labels",
        parameters: &[],
        settings: &[],
        results: &[column("label", Types::STRING)],
        text: "The labels that nodes have.",
        run: catalog::labels,
    },
    Procedure {
        name: "db.procedures",
        parameters: &[],
        settings: &[],
        results: &[
            column("name", Types::STRING),
            column("signature", Types::STRING),
            column("description", Types::STRING),
        ],
        text: "The procedures, what they take and give, and what they do.",
        run: catalog::procedures,
    },
    Procedure {
        name: "db.propertyKeys",
        parameters: &[],
        settings: &[],
        results: &[column("propertyKey", Types::STRING)],
        text: "The keys of properties that nodes or edges have.",
        run: catalog::property_keys,
    },
    Procedure {
        name: "db.relationshipTypes",
        parameters: &[],
        settings: &[],
        results: &[column("relationshipType", Types::STRING)],
        text: "The types that edges have.",
        run: catalog::relationship_types,
    },
    Procedure {
        name: "db.schema",
        parameters: &[],
        settings: &[],
        results: &[
            column("source", Types::STRING),
            column("type", Types::STRING),
            column("target", Types::STRING),
            column("count", Types::INT),
        ],
        text: "Which labels are connected by which types, and how often; a node counts for each of its labels.",
        run: catalog::schema,
    },
];
