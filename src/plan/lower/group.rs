//! Quantified path patterns: `((a)-[:R]->(b) WHERE a.x < b.x){1,3}` (ISO/IEC 39075, quantified path pattern).
//!
//! A group stands between two nodes of a pattern. It is a pattern of its own, found from a node that is known, again and
//! again: the last node of one round is the first of the next. Outside the group its names stand for lists, with an
//! element for each round.

use super::expr::{As, Env};
use super::pattern::{Drawing, conjuncts};
use super::scope::{Scope, Static};
use super::{Lower, Result};
use crate::lang::ast::{GroupPattern, Name, NodePattern, PathElement, PathPattern, Selector};
use crate::model::function::Types;
use crate::model::{Detail, Diagnostic, Direction, Span, Var};
use crate::plan::logical::{Group, Logical, PatternEdge, Walk};
use crate::plan::vars::Vars;
use crate::plan::walk::free_vars;

/// The pattern with a node before, between and behind its groups, where none is written.
pub(super) fn with_nodes(pattern: &PathPattern) -> PathPattern {
    PathPattern { elements: between_nodes(&pattern.elements), ..pattern.clone() }
}

fn between_nodes(elements: &[PathElement]) -> Vec<PathElement> {
    let mut all: Vec<PathElement> = Vec::with_capacity(elements.len() + 2);
    for element in elements {
        if let PathElement::Group(group) = element
            && !matches!(all.last(), Some(PathElement::Node(_)))
        {
            all.push(nameless(group.span));
        }
        all.push(element.clone());
    }
    if let Some(PathElement::Group(group)) = all.last() {
        all.push(nameless(group.span));
    }
    all
}

fn nameless(span: Span) -> PathElement {
    PathElement::Node(NodePattern { span, variable: None, labels: None, properties: None, predicate: None })
}

impl Lower<'_> {
    /// Draws a group between two nodes; its names join `scope` as lists. Gives the var of all its edges.
    pub(super) fn draw_group(
        &mut self,
        group: &GroupPattern,
        (left, right): (Var, Var),
        scope: &mut Scope,
        drawing: &mut Drawing,
    ) -> Result<Var> {
        let names = named(&group.elements);
        for name in &names {
            if scope.get(&name.text).is_some() {
                return Err(self
                    .already_bound(&name.text, name.span)
                    .help("a name inside a repeated pattern stands for a list outside it, and is bound there only"));
            }
        }
        let (mut inner_scope, mut inner) = (scope.clone(), Drawing::default());
        let elements = between_nodes(&group.elements);
        let pattern = PathPattern { span: group.span, variable: None, selector: Selector::All, elements };
        let vars = self.draw(&pattern, &mut inner_scope, &mut inner)?;
        let mut graph = inner.graph;
        for (element, var) in pattern.elements.iter().zip(&vars) {
            self.inline_predicates(element, *var, &inner_scope, &mut graph)?;
        }
        if let Some(predicate) = &group.predicate {
            let (predicate, is) = self.expr(predicate, &mut Env::plain(&inner_scope), As::Predicate)?;
            self.must_meet(is, Types::BOOL, predicate.span, "a predicate must be true or false")?;
            conjuncts(predicate, &mut graph.predicates);
        }
        let (Some(start), Some(end)) = (vars.first().copied(), vars.last().copied()) else { return Ok(left) };
        if graph.edges.is_empty() {
            return Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "a repeated pattern needs an edge")
                .at(group.span)
                .help("write ((a)-[:TYPE]->(b)){1,3}"));
        }
        let outer: Vars = scope.vars().into_iter().collect();
        let used = graph.predicates.iter().chain(graph.edges.iter().filter_map(|e| e.walk.as_ref()?.filter.as_ref()));
        let used: Vars = used.flat_map(|predicate| free_vars(predicate, &self.subqueries)).collect();
        let imports = &used & &outer;
        let mut lists = Vec::with_capacity(names.len());
        for name in names {
            let Some(one) = inner_scope.get(&name.text) else { continue };
            let list = self.fresh(name.text.clone(), Static::list(self.is(one).kinds));
            scope.bind(&name.text, list);
            lists.push((one, list));
        }
        let argument = Logical::Argument(imports.iter().chain([start]).collect());
        let edges = vars.iter().copied().skip(1).step_by(2).collect();
        let inner = Logical::Match { input: Box::new(argument), graph };
        let walked = self.anonymous("edges", Static::list(Types::EDGE));
        self.stands_at(walked, group.span, true);
        let each = self.anonymous("each", Static::of(Types::EDGE));
        let group_of = Group { inner: Box::new(inner), imports, start, end, edges, lists };
        let walk = Walk {
            min: group.length.min,
            max: group.length.max,
            each,
            filter: None,
            shortest: None,
            group: Some(group_of),
        };
        drawing.graph.edges.push(PatternEdge {
            span: group.span,
            var: walked,
            bound: None,
            left,
            right,
            direction: Direction::Out,
            types: None,
            walk: Some(walk),
            clause: 0,
        });
        Ok(walked)
    }
}

/// The names in a group, each once, those of groups inside included.
fn named(elements: &[PathElement]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for element in elements {
        let found = match element {
            PathElement::Node(node) => node.variable.iter().cloned().collect(),
            PathElement::Edge(edge) => edge.variable.iter().cloned().collect(),
            PathElement::Group(group) => named(&group.elements),
        };
        for name in found {
            if !names.iter().any(|known| known.text == name.text) {
                names.push(name);
            }
        }
    }
    names
}
