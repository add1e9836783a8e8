//! `CREATE`: which nodes and edges a row adds.

use super::expr::{As, Env};
use super::scope::{Scope, Static};
use super::{Lower, Result};
use crate::lang::ast;
use crate::lang::ast::{EdgePattern, ExprKind as Ast, LabelExpr, LabelExprKind, NodePattern, PathElement, PathPattern};
use crate::model::function::Types;
use crate::model::{Detail, Diagnostic, Direction, Span, Var};
use crate::plan::expr::{Expr, ExprKind};
use crate::plan::logical::{Logical, Subquery};
use crate::plan::physical::{CreateEdge, CreateNode};
use crate::plan::vars::Vars;
use crate::plan::walk::{free_vars, has_subquery};

/// What one operator creates; its property values cannot see what it creates itself.
#[derive(Default)]
struct Stage {
    nodes: Vec<CreateNode>,
    edges: Vec<CreateEdge>,
}

/// `CREATE (a {x: 1}), (b {x: a.x})` takes two operators, because a value may use what stands before it.
struct Stages(Vec<Stage>);

impl Stages {
    /// The stage in which these properties can be evaluated.
    fn for_values(&mut self, properties: Option<&Expr>, subqueries: &[Subquery]) -> &mut Stage {
        let last = self.0.len() - 1;
        let used = properties.map(|properties| free_vars(properties, subqueries)).unwrap_or_default();
        if used.is_empty() {
            return &mut self.0[last];
        }
        let stage = &self.0[last];
        let mut made = stage.nodes.iter().map(|node| node.var).chain(stage.edges.iter().map(|edge| edge.var));
        if !made.any(|var| used.contains(&var)) {
            return &mut self.0[last];
        }
        self.0.push(Stage::default());
        &mut self.0[last + 1]
    }
}

impl Lower<'_> {
    /// Lowers a `CREATE` over `input`; the names that it binds join `scope`.
    pub(super) fn create(
        &mut self,
        input: Logical,
        scope: &mut Scope,
        patterns: &[PathPattern],
        span: Span,
    ) -> Result<Logical> {
        let mut stages = Stages(vec![Stage::default()]);
        let mut paths = Vec::new();
        for pattern in patterns {
            let alone = pattern.elements.len() == 1;
            let mut vars = vec![Var(0); pattern.elements.len()];
            for (element, var) in pattern.elements.iter().zip(&mut vars) {
                match element {
                    PathElement::Node(node) => *var = self.create_node(node, alone, scope, &mut stages)?,
                    PathElement::Edge(_) => {}
                    PathElement::Group(group) => {
                        return Err(Diagnostic::syntax(
                            Detail::CreatingVarLength,
                            "a repeated pattern cannot be created",
                        )
                        .at(group.span)
                        .help("create each edge by itself"));
                    }
                }
            }
            for (i, element) in pattern.elements.iter().enumerate() {
                if let (PathElement::Edge(edge), Some(left), Some(right)) =
                    (element, i.checked_sub(1).and_then(|i| vars.get(i)).copied(), vars.get(i + 1).copied())
                {
                    vars[i] = self.create_edge(edge, (left, right), scope, &mut stages)?;
                }
            }
            if let (Some(name), Some(start)) = (&pattern.variable, vars.first().copied()) {
                if scope.get(&name.text).is_some() {
                    return Err(self.already_bound(&name.text, name.span));
                }
                let path = self.fresh(name.text.clone(), Static::of(Types::PATH));
                scope.bind(&name.text, path);
                let steps = vars.iter().copied().skip(1).step_by(2).collect();
                paths.push((path, Expr::new(pattern.span, ExprKind::Path { start, steps })));
            }
        }
        let mut plan = input;
        for stage in stages.0 {
            plan = self.after(plan, stage, span)?;
        }
        if !paths.is_empty() {
            plan = Logical::Project { input: Box::new(plan), items: paths };
        }
        Ok(plan)
    }

    /// The stage after `input`: part of the same operator when it needs to see nothing of what that creates, so that a
    /// script of ten thousand `CREATE`s is one operator.
    fn after(&mut self, input: Logical, Stage { nodes, edges }: Stage, span: Span) -> Result<Logical> {
        let values = nodes.iter().filter_map(|node| node.properties.as_ref());
        let values: Vec<&Expr> = values.chain(edges.iter().filter_map(|edge| edge.properties.as_ref())).collect();
        let used: Vars = values.iter().flat_map(|value| free_vars(value, &self.subqueries)).collect();
        match input {
            Logical::Create { input, nodes: mut old_nodes, edges: mut old_edges }
                if !values.iter().any(|value| has_subquery(value))
                    && !(old_nodes.iter().map(|node| node.var))
                        .chain(old_edges.iter().map(|edge| edge.var))
                        .any(|var| !used.is_empty() && used.contains(&var)) =>
            {
                old_nodes.extend(nodes);
                old_edges.extend(edges);
                Ok(Logical::Create { input, nodes: old_nodes, edges: old_edges })
            }
            input => {
                self.lengthen(1, span)?;
                Ok(Logical::Create { input: Box::new(input), nodes, edges })
            }
        }
    }

    fn create_node(&mut self, node: &NodePattern, alone: bool, scope: &mut Scope, stages: &mut Stages) -> Result<Var> {
        if let Some(name) = &node.variable
            && let Some(var) = scope.get(&name.text)
        {
            if alone || node.labels.is_some() || node.properties.is_some() {
                return Err(self
                    .already_bound(&name.text, name.span)
                    .help(format!("to use the node that `{}` holds, write just ({0})", name.text)));
            }
            if !self.is(var).kinds.meets(Types::NODE) {
                return Err(Diagnostic::syntax(
                    Detail::VariableTypeConflict,
                    format!("`{}` is {}, not a node", name.text, super::expr::describe(self.is(var).kinds)),
                )
                .at(name.span));
            }
            return Ok(var);
        }
        if let Some(predicate) = &node.predicate {
            return Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "a pattern that is created has no WHERE")
                .at(predicate.span)
                .help("put the values into {key: value}"));
        }
        let labels = node.labels.as_ref().map(plain_labels).transpose()?.unwrap_or_default();
        let properties = self.properties(node.properties.as_ref(), scope)?;
        let var = match &node.variable {
            Some(name) => {
                let var = self.fresh(name.text.clone(), Static::of(Types::NODE));
                scope.bind(&name.text, var);
                var
            }
            None => self.anonymous("node", Static::of(Types::NODE)),
        };
        stages.for_values(properties.as_ref(), &self.subqueries).nodes.push(CreateNode { var, labels, properties });
        Ok(var)
    }

    fn create_edge(
        &mut self,
        edge: &EdgePattern,
        (left, right): (Var, Var),
        scope: &mut Scope,
        stages: &mut Stages,
    ) -> Result<Var> {
        if let Some(name) = &edge.variable
            && scope.get(&name.text).is_some()
        {
            return Err(self.already_bound(&name.text, name.span));
        }
        if let Some(length) = edge.length {
            return Err(Diagnostic::syntax(Detail::CreatingVarLength, "a walk of several edges cannot be created")
                .at(length.span)
                .help("create each edge by itself"));
        }
        let edge_type = single_type(edge)?;
        let (source, target) = match edge.direction {
            Direction::Out => (left, right),
            Direction::In => (right, left),
            Direction::Both => {
                return Err(Diagnostic::syntax(
                    Detail::RequiresDirectedRelationship,
                    "an edge is created with a direction",
                )
                .at(edge.span)
                .help("write -[:TYPE]-> or <-[:TYPE]-"));
            }
        };
        if let Some(predicate) = &edge.predicate {
            return Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "a pattern that is created has no WHERE")
                .at(predicate.span)
                .help("put the values into {key: value}"));
        }
        let properties = self.properties(edge.properties.as_ref(), scope)?;
        let var = match &edge.variable {
            Some(name) => {
                let var = self.fresh(name.text.clone(), Static::of(Types::EDGE));
                scope.bind(&name.text, var);
                var
            }
            None => self.anonymous("edge", Static::of(Types::EDGE)),
        };
        let stage = stages.for_values(properties.as_ref(), &self.subqueries);
        stage.edges.push(CreateEdge { var, source, target, edge_type, properties });
        Ok(var)
    }

    pub(super) fn properties(&mut self, map: Option<&ast::Expr>, scope: &Scope) -> Result<Option<Expr>> {
        let Some(map) = map else { return Ok(None) };
        let allowed = matches!(map.kind.as_ref(), Ast::Map(_) | Ast::Parameter(_));
        if !allowed {
            return Err(
                Diagnostic::syntax(Detail::UnexpectedSyntax, "properties are a map or a parameter").at(map.span)
            );
        }
        Ok(Some(self.expr(map, &mut Env::plain(scope), As::Value)?.0))
    }
}

/// The type of an edge that is created.
pub(super) fn single_type(edge: &EdgePattern) -> Result<String> {
    match edge.types.as_ref().map(|types| &types.kind) {
        Some(LabelExprKind::Name(name)) => Ok(name.clone()),
        _ => Err(Diagnostic::syntax(Detail::NoSingleRelationshipType, "an edge is created with exactly one type")
            .at(edge.types.as_ref().map_or(edge.span, |types| types.span))
            .help("write -[:TYPE]->")),
    }
}

/// The labels of a node that is created: names joined by `:` or `&`.
pub(super) fn plain_labels(expr: &LabelExpr) -> Result<Vec<String>> {
    match &expr.kind {
        LabelExprKind::Name(name) => Ok(vec![name.clone()]),
        LabelExprKind::And(left, right) => {
            let mut labels = plain_labels(left)?;
            for label in plain_labels(right)? {
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            Ok(labels)
        }
        _ => Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "a node is created with plain labels")
            .at(expr.span)
            .help("write (:A:B)")),
    }
}
