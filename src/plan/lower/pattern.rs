//! `MATCH`: patterns become a query graph.
//!
//! Two passes, because a property map or an inner `WHERE` may use any name of the clause: the first binds names and
//! draws the graph, the second lowers the predicates.

use super::expr::{As, Env, join};
use super::scope::{Scope, Static};
use super::{Lower, Result, group, shortest};
use crate::lang::ast::{
    self, BinaryOp, CompareOp, EdgePattern, ExprKind as Ast, NodePattern, PathElement, PathPattern, Selector,
};
use crate::model::function::Types;
use crate::model::{Detail, Diagnostic, Span, Var};
use crate::plan::expr::{Expr, ExprKind, Labels};
use crate::plan::logical::{Logical, MentionKind, PatternEdge, QueryGraph, Selection, Walk};
use crate::plan::physical::Shortest;
use crate::plan::vars::Vars;
use crate::plan::walk::free_vars;

/// A pattern while it is drawn.
#[derive(Default)]
pub(super) struct Drawing {
    pub(super) graph: QueryGraph,
    /// Edges that this clause has named: naming one twice asks one edge to be two.
    edges: Vec<String>,
}

impl Lower<'_> {
    /// Lowers a `MATCH` over `input`; the names that it binds join `scope`.
    pub(super) fn match_clause(
        &mut self,
        input: Logical,
        scope: &mut Scope,
        optional: bool,
        patterns: &[PathPattern],
        predicate: Option<&ast::Expr>,
    ) -> Result<Logical> {
        let outer = scope.vars();
        let patterns: Vec<PathPattern> = patterns.iter().map(group::with_nodes).collect();
        let mut drawing = Drawing::default();
        let mut parts: Vec<QueryGraph> = Vec::with_capacity(patterns.len());
        let mut drawn = Vec::with_capacity(patterns.len());
        for pattern in &patterns {
            drawn.push(self.draw(pattern, scope, &mut drawing)?);
            parts.push(std::mem::take(&mut drawing.graph));
        }
        for ((pattern, vars), graph) in patterns.iter().zip(&drawn).zip(&mut parts) {
            for (element, var) in pattern.elements.iter().zip(vars) {
                self.inline_predicates(element, *var, scope, graph)?;
            }
        }
        let mut predicates = Vec::new();
        if let Some(predicate) = predicate {
            conjuncts(self.predicate(predicate, scope)?, &mut predicates);
        }
        for (pattern, graph) in patterns.iter().zip(&mut parts) {
            if matches!(pattern.selector, Selector::ShortestPath | Selector::AllShortestPaths) {
                predicates = shortest::search_within(graph, predicates, &self.subqueries)?;
            }
        }
        if !optional {
            return Ok(self.join(input, &outer, parts, predicates));
        }
        let vars = scope.vars().into_iter().filter(|var| outer.binary_search(var).is_err()).collect();
        let inner = Box::new(self.join(Logical::Argument(outer.clone()), &outer, parts, predicates));
        Ok(Logical::Optional { input: Box::new(input), inner, vars })
    }

    /// The patterns of a clause together, and what its `WHERE` demands.
    ///
    /// All of them are one graph, but for those of which only the shortest walks count: the choice is among the walks of
    /// that pattern alone, so each is a graph of its own. It comes after the others, where its ends are bound, unless they
    /// use what lies between its ends.
    fn join(&self, input: Logical, outer: &[Var], parts: Vec<QueryGraph>, predicates: Vec<Expr>) -> Logical {
        let (selected, plain): (Vec<_>, Vec<_>) = parts.into_iter().partition(|graph| !graph.selections.is_empty());
        let plain = plain.into_iter().reduce(QueryGraph::with).unwrap_or_default();
        let between = |graph: &QueryGraph| {
            let inside = |node: &&Var| graph.selections.iter().all(|s| s.ends.0 != **node && s.ends.1 != **node);
            graph.nodes.iter().filter(inside).any(|node| plain.nodes.contains(node))
        };
        let (before, after): (Vec<_>, Vec<_>) = selected.into_iter().partition(between);
        let mut plan = input;
        let mut bound: Vars = outer.iter().copied().collect();
        let mut waiting = predicates;
        let graphs = before.into_iter().chain((!plain.nodes.is_empty()).then_some(plain)).chain(after);
        for mut graph in graphs {
            let own = &bound | &graph.vars();
            let (mine, foreign): (Vec<_>, Vec<_>) = std::mem::take(&mut graph.predicates)
                .into_iter()
                .partition(|predicate| free_vars(predicate, &self.subqueries).is_subset(&own));
            // A `WHERE` looks at the walks that were chosen; before the choice it may only look at what is the same for
            // all the walks between two ends.
            let seen = match graph.selections.is_empty() {
                true => own.clone(),
                false => &bound | &graph.selections.iter().flat_map(|s| [s.ends.0, s.ends.1]).collect(),
            };
            let (now, later): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|predicate| free_vars(predicate, &self.subqueries).is_subset(&seen));
            graph.predicates = [mine, now].concat();
            waiting = [foreign, later].concat();
            bound = own;
            plan = Logical::Match { input: Box::new(plan), graph };
        }
        match all_of(waiting) {
            None => plan,
            Some(predicate) => Logical::Filter { input: Box::new(plan), predicate },
        }
    }

    /// First pass: binds the names of one pattern and draws it; gives the var of each element.
    pub(super) fn draw(&mut self, pattern: &PathPattern, scope: &mut Scope, drawing: &mut Drawing) -> Result<Vec<Var>> {
        let mut vars = vec![Var(0); pattern.elements.len()];
        for (element, var) in pattern.elements.iter().zip(&mut vars) {
            if let PathElement::Node(node) = element {
                *var = self.draw_node(node, scope, &mut drawing.graph)?;
            }
        }
        let single = one_step(&pattern.elements);
        let function = matches!(pattern.selector, Selector::ShortestPath | Selector::AllShortestPaths);
        if function && !matches!(pattern.elements.as_slice(), [_, PathElement::Edge(_), _]) {
            return Err(Diagnostic::syntax(
                Detail::UnexpectedSyntax,
                "shortestPath and allShortestPaths take one edge between two nodes",
            )
            .at(pattern.span)
            .help("ANY SHORTEST and ALL SHORTEST in front of a pattern take longer ones"));
        }
        for i in 0..pattern.elements.len() {
            match &pattern.elements[i] {
                PathElement::Node(_) => {}
                PathElement::Edge(edge) => {
                    let ends = (i.checked_sub(1).and_then(|i| vars.get(i)), vars.get(i + 1));
                    let (Some(left), Some(right)) = (ends.0.copied(), ends.1.copied()) else { continue };
                    let selector = if single { pattern.selector } else { Selector::All };
                    vars[i] = self.draw_edge(edge, left, right, selector, scope, drawing)?;
                }
                PathElement::Group(group) => {
                    let ends = (i.checked_sub(1).and_then(|i| vars.get(i)), vars.get(i + 1));
                    let (Some(left), Some(right)) = (ends.0.copied(), ends.1.copied()) else { continue };
                    vars[i] = self.draw_group(group, (left, right), scope, drawing)?;
                }
            }
        }
        let steps: Vec<Var> = vars.iter().copied().skip(1).step_by(2).collect();
        let (Some(start), Some(end)) = (vars.first().copied(), vars.last().copied()) else { return Ok(vars) };
        let keep = match pattern.selector {
            Selector::All => None,
            Selector::AnyShortest | Selector::AllShortest | Selector::ShortestPath | Selector::AllShortestPaths
                if single =>
            {
                None
            }
            Selector::AnyShortest | Selector::Any | Selector::ShortestPath => Some(Some(1)),
            Selector::AllShortest | Selector::AllShortestPaths => Some(None),
            Selector::Shortest(k) => Some(Some(k)),
        };
        if let Some(keep) = keep {
            drawing.graph.selections.push(Selection { ends: (start, end), steps: steps.clone(), keep });
        }
        if let Some(name) = &pattern.variable {
            if scope.get(&name.text).is_some() {
                return Err(self.already_bound(&name.text, name.span));
            }
            let path = self.fresh(name.text.clone(), Static::of(Types::PATH));
            scope.bind(&name.text, path);
            drawing.graph.paths.push((path, Expr::new(pattern.span, ExprKind::Path { start, steps })));
        }
        Ok(vars)
    }

    fn draw_node(&mut self, node: &NodePattern, scope: &mut Scope, graph: &mut QueryGraph) -> Result<Var> {
        let var = match &node.variable {
            None => self.anonymous("node", Static::of(Types::NODE)),
            Some(name) => match scope.get(&name.text) {
                Some(var) => {
                    self.must_be(var, Types::NODE, "a node", &name.text, name.span)?;
                    var
                }
                None => {
                    if node.labels.is_none() {
                        self.mention(MentionKind::AnyNode, name.span, &name.text);
                    }
                    let var = self.fresh(name.text.clone(), Static::of(Types::NODE));
                    scope.bind(&name.text, var);
                    var
                }
            },
        };
        self.stands_at(var, node.span, node.labels.is_some());
        if !graph.nodes.contains(&var) {
            graph.nodes.push(var);
        }
        Ok(var)
    }

    fn draw_edge(
        &mut self,
        edge: &EdgePattern,
        left: Var,
        right: Var,
        selector: Selector,
        scope: &mut Scope,
        drawing: &mut Drawing,
    ) -> Result<Var> {
        let shortest = match selector {
            Selector::AnyShortest => Some(Shortest { all: false, closed: true }),
            Selector::AllShortest => Some(Shortest { all: true, closed: true }),
            Selector::ShortestPath => Some(Shortest { all: false, closed: false }),
            Selector::AllShortestPaths => Some(Shortest { all: true, closed: false }),
            _ => None,
        };
        let is = match edge.length.is_some() || shortest.is_some() {
            true => Static::list(Types::EDGE),
            false => Static::of(Types::EDGE),
        };
        let mut bound = None;
        let var = match &edge.variable {
            None => self.anonymous("edge", is),
            Some(name) => {
                if drawing.edges.contains(&name.text) {
                    return Err(Diagnostic::syntax(
                        Detail::RelationshipUniquenessViolation,
                        format!("the edge `{}` cannot stand at two places of one MATCH", name.text),
                    )
                    .at(name.span)
                    .help("the edges of a MATCH are all different; use two names"));
                }
                drawing.edges.push(name.text.clone());
                match scope.get(&name.text) {
                    Some(var) => {
                        self.must_be(var, is.kinds, "an edge", &name.text, name.span)?;
                        bound = Some(var);
                        self.anonymous("edge", is)
                    }
                    None => {
                        if edge.types.is_none() {
                            self.mention(MentionKind::AnyEdge, name.span, &name.text);
                        }
                        let var = self.fresh(name.text.clone(), is);
                        scope.bind(&name.text, var);
                        var
                    }
                }
            }
        };
        self.stands_at(var, edge.span, true);
        let walk = match (edge.length, shortest) {
            (None, None) => None,
            (length, shortest) => Some(Walk {
                min: length.map_or(1, |l| l.min),
                max: length.map_or(Some(1), |l| l.max),
                each: self.anonymous("each", Static::of(Types::EDGE)),
                filter: None,
                shortest,
                group: None,
            }),
        };
        drawing.graph.edges.push(PatternEdge {
            span: edge.span,
            var,
            bound,
            left,
            right,
            direction: edge.direction,
            types: edge.types.as_ref().map(|types| self.labels(types, MentionKind::EdgeType)),
            walk,
            clause: 0,
        });
        Ok(var)
    }

    fn must_be(&self, var: Var, wanted: Types, kind: &str, name: &str, span: Span) -> Result<()> {
        let is = self.is(var);
        if is.kinds.meets(wanted) && (wanted != Types::LIST || is.elements.meets(Types::EDGE)) {
            return Ok(());
        }
        let kind = if wanted == Types::LIST { "a list of edges" } else { kind };
        Err(Diagnostic::syntax(
            Detail::VariableTypeConflict,
            format!("`{name}` is {} and cannot be {kind} here", super::expr::describe(is.kinds)),
        )
        .at(span)
        .help("use another name for one of them"))
    }

    /// Second pass: labels, property maps and inner `WHERE`s.
    pub(super) fn inline_predicates(
        &mut self,
        element: &PathElement,
        var: Var,
        scope: &Scope,
        graph: &mut QueryGraph,
    ) -> Result<()> {
        match element {
            PathElement::Node(node) => {
                let subject = Expr::new(node.span, ExprKind::Var(var));
                if let Some(expr) = &node.labels {
                    let kind = ExprKind::HasLabels(subject.clone(), self.labels(expr, MentionKind::Label));
                    split_labels(Expr::new(expr.span, kind), &mut graph.predicates);
                }
                self.property_map(&subject, node.properties.as_ref(), scope, &mut graph.predicates)?;
                if let Some(predicate) = &node.predicate {
                    let predicate = self.predicate(predicate, scope)?;
                    conjuncts(predicate, &mut graph.predicates);
                }
            }
            PathElement::Edge(edge) => {
                let Some(drawn) = graph.edges.iter().position(|drawn| drawn.var == var) else { return Ok(()) };
                let walk = graph.edges[drawn].walk.as_ref().map(|walk| walk.each);
                let subject = Expr::new(edge.span, ExprKind::Var(walk.unwrap_or(var)));
                let mut predicates = Vec::new();
                self.property_map(&subject, edge.properties.as_ref(), scope, &mut predicates)?;
                if let Some(predicate) = &edge.predicate {
                    // Within the brackets the name stands for one edge of the walk.
                    let mut inner = scope.clone();
                    if let (Some(each), Some(name)) = (walk, &edge.variable) {
                        inner.bind(&name.text, each);
                    }
                    let predicate = self.predicate(predicate, &inner)?;
                    conjuncts(predicate, &mut predicates);
                }
                match &mut graph.edges[drawn].walk {
                    Some(walk) => walk.filter = all_of(predicates),
                    None => graph.predicates.append(&mut predicates),
                }
            }
            PathElement::Group(_) => {}
        }
        Ok(())
    }

    /// `{key: value}` in a pattern is one equality for each key.
    fn property_map(
        &mut self,
        subject: &Expr,
        map: Option<&ast::Expr>,
        scope: &Scope,
        predicates: &mut Vec<Expr>,
    ) -> Result<()> {
        let Some(map) = map else { return Ok(()) };
        let Ast::Map(entries) = map.kind.as_ref() else {
            return Err(Diagnostic::syntax(
                Detail::InvalidParameterUse,
                "a parameter cannot stand for the property map of a pattern that is matched",
            )
            .at(map.span)
            .help("write the keys out: {name: $name}"));
        };
        for (key, value) in entries {
            let (value, _) = self.expr(value, &mut Env::plain(scope), As::Value)?;
            self.mention(MentionKind::Key, key.span, &key.text);
            let property = Expr::new(key.span, ExprKind::Property(subject.clone(), key.text.clone()));
            let span = key.span.to(value.span);
            predicates.push(Expr::new(span, ExprKind::Compare(CompareOp::Equal, property, value)));
        }
        Ok(())
    }
}

/// Whether breadth-first search alone finds the shortest walks: one step between two nodes, and no walk too short.
fn one_step(elements: &[PathElement]) -> bool {
    match elements {
        [_, PathElement::Edge(edge), _] => edge.length.is_none_or(|length| length.min <= 1),
        _ => false,
    }
}

/// Splits at `AND`: each part must be true.
pub(in crate::plan) fn conjuncts(predicate: Expr, into: &mut Vec<Expr>) {
    match predicate.kind.as_ref() {
        ExprKind::Binary(BinaryOp::And, left, right) => {
            conjuncts(left.clone(), into);
            conjuncts(right.clone(), into);
        }
        ExprKind::HasLabels(..) => split_labels(predicate, into),
        _ => into.push(predicate),
    }
}

/// `n:A&B` is two predicates, so that each label can choose an index or a scan.
fn split_labels(predicate: Expr, into: &mut Vec<Expr>) {
    match predicate.kind.as_ref() {
        ExprKind::HasLabels(subject, Labels::And(parts)) => {
            for part in parts {
                split_labels(Expr::new(predicate.span, ExprKind::HasLabels(subject.clone(), part.clone())), into);
            }
        }
        _ => into.push(predicate),
    }
}

/// The conjunction of the predicates, if there are any.
pub(in crate::plan) fn all_of(predicates: Vec<Expr>) -> Option<Expr> {
    join(BinaryOp::And, predicates)
}
