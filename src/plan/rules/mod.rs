//! Rules: rewrites of the logical plan that keep its answer. Each can be switched off, so that tests can show that.

mod filter_pushdown;
mod join_matches;
mod tally;
mod top_k;

use super::logical::{Logical, Query, Subquery};

/// A rule by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A filter moves to the `MATCH` that binds what it tests.
    FilterPushdown,
    /// Two `MATCH` clauses in sequence become one pattern.
    JoinMatches,
    /// Matches that are only counted are not enumerated.
    Tally,
    /// `ORDER BY` below `LIMIT` keeps only the rows that can be among the first.
    TopK,
    /// A node with edges to several nodes that are known is found among the neighbours of all of them.
    Intersect,
    /// Walks of which only the ends count, each once, are not enumerated; see `reach`.
    Reach,
    /// A sort that keeps the greatest counts tells the tally below what it has no use for; see `floor`.
    Floor,
    /// Edges that nobody asks for are told apart by their ends; see `anonymous`.
    Anonymous,
    /// A grouping tells the tally below what it tells nodes apart by; see `class`.
    Class,
    /// Cycles of four nodes are counted by the paths of two edges that make them; see `wedge`.
    Wedge,
    /// A node whose indexed property is in a list is looked up by each element.
    Among,
    /// A node that has nothing but equal properties to tie it to what is known is found by a table, not by looking at every one
    /// for each row.
    NodeJoin,
}

impl Rule {
    /// Every rule, in the order of their application.
    pub const ALL: [Rule; 12] = [
        Rule::FilterPushdown,
        Rule::JoinMatches,
        Rule::Tally,
        Rule::TopK,
        Rule::Intersect,
        Rule::Reach,
        Rule::Floor,
        Rule::Anonymous,
        Rule::Class,
        Rule::Wedge,
        Rule::Among,
        Rule::NodeJoin,
    ];

    fn apply(self, plan: Logical, subqueries: &[Subquery], names: &mut Vec<String>) -> Logical {
        match self {
            Rule::FilterPushdown => filter_pushdown::apply(plan, subqueries),
            Rule::JoinMatches => join_matches::apply(plan),
            Rule::Tally => tally::apply(plan, subqueries, names),
            Rule::TopK => top_k::apply(plan),
            // They are about the physical plan.
            Rule::Intersect
            | Rule::Reach
            | Rule::Floor
            | Rule::Anonymous
            | Rule::Class
            | Rule::Wedge
            | Rule::Among
            | Rule::NodeJoin => plan,
        }
    }
}

/// Applies every rule that is not switched off, to the query and its subqueries.
pub(super) fn rewrite(mut query: Query, disabled: &[Rule]) -> Query {
    for rule in Rule::ALL.into_iter().filter(|rule| !disabled.contains(rule)) {
        query.root = rule.apply(query.root, &query.subqueries, &mut query.names);
        for i in 0..query.subqueries.len() {
            let root = std::mem::replace(&mut query.subqueries[i].root, Logical::Unit);
            query.subqueries[i].root = rule.apply(root, &query.subqueries, &mut query.names);
        }
    }
    query
}
