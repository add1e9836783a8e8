//! `MERGE`: a pattern to find, and the same pattern to create where it is not found.

use super::pattern::Drawing;
use super::scope::Scope;
use super::{Lower, Result};
use crate::lang::ast::{self, EdgePattern, NodePattern, PathElement, PathPattern};
use crate::model::{Detail, Diagnostic, Direction, Span, Var};
use crate::plan::logical::Logical;
use crate::plan::physical::{CreateEdge, CreateNode, Merge};

impl Lower<'_> {
    /// Lowers a `MERGE` over `input`; the names that it binds join `scope`.
    pub(super) fn merge(
        &mut self,
        input: Logical,
        scope: &mut Scope,
        pattern: &PathPattern,
        (on_create, on_match): (&[ast::SetItem], &[ast::SetItem]),
    ) -> Result<Logical> {
        let outer = scope.clone();
        self.can_be_merged(pattern, &outer)?;
        let mut drawing = Drawing::default();
        let vars = self.draw(pattern, scope, &mut drawing)?;
        let mut graph = drawing.graph;
        for (element, var) in pattern.elements.iter().zip(&vars) {
            self.inline_predicates(element, *var, scope, &mut graph)?;
        }
        // The path is made of what was found or created.
        let paths = std::mem::take(&mut graph.paths);
        let inner = Box::new(Logical::Match { input: Box::new(Logical::Argument(outer.vars())), graph });

        let known = outer.vars();
        let (mut nodes, mut edges): (Vec<CreateNode>, Vec<CreateEdge>) = (Vec::new(), Vec::new());
        for (i, element) in pattern.elements.iter().enumerate() {
            match element {
                PathElement::Node(node) => {
                    let var = vars[i];
                    if !known.contains(&var) && !nodes.iter().any(|other| other.var == var) {
                        let labels = node.labels.as_ref().map(super::create::plain_labels).transpose()?;
                        let properties = self.properties(node.properties.as_ref(), &outer)?;
                        nodes.push(CreateNode { var, labels: labels.unwrap_or_default(), properties });
                    }
                }
                PathElement::Edge(edge) => {
                    let (Some(left), Some(right)) = (i.checked_sub(1).and_then(|i| vars.get(i)), vars.get(i + 1))
                    else {
                        continue;
                    };
                    // Either direction is found; the one that is written is created.
                    let (source, target) = match edge.direction {
                        Direction::In => (*right, *left),
                        Direction::Out | Direction::Both => (*left, *right),
                    };
                    let edge_type = super::create::single_type(edge)?;
                    let properties = self.properties(edge.properties.as_ref(), &outer)?;
                    edges.push(CreateEdge { var: vars[i], source, target, edge_type, properties });
                }
                PathElement::Group(_) => {}
            }
        }
        let on_create = self.set_items(on_create, scope)?;
        let on_match = self.set_items(on_match, scope)?;
        let mut new: Vec<Var> = vars.into_iter().filter(|var| !known.contains(var)).collect();
        new.sort_unstable();
        new.dedup();
        let merge = Merge { vars: new, nodes, edges, on_create, on_match };
        let plan = Logical::Merge { input: Box::new(input), inner, merge };
        Ok(match paths.is_empty() {
            true => plan,
            false => Logical::Project { input: Box::new(plan), items: paths },
        })
    }

    fn can_be_merged(&self, pattern: &PathPattern, scope: &Scope) -> Result<()> {
        let alone = pattern.elements.len() == 1;
        for element in &pattern.elements {
            match element {
                PathElement::Node(node) => self.node_can_be_merged(node, alone, scope)?,
                PathElement::Edge(edge) => self.edge_can_be_merged(edge, scope)?,
                PathElement::Group(group) => return Err(no_walk(group.span)),
            }
        }
        Ok(())
    }

    fn node_can_be_merged(&self, node: &NodePattern, alone: bool, scope: &Scope) -> Result<()> {
        if let Some(name) = node.variable.as_ref().filter(|name| scope.get(&name.text).is_some())
            && (alone || node.labels.is_some() || node.properties.is_some())
        {
            return Err(self
                .already_bound(&name.text, name.span)
                .help(format!("to use the node that `{}` holds, write just ({0})", name.text)));
        }
        no_predicate(node.predicate.as_ref())
    }

    fn edge_can_be_merged(&self, edge: &EdgePattern, scope: &Scope) -> Result<()> {
        if let Some(name) = edge.variable.as_ref().filter(|name| scope.get(&name.text).is_some()) {
            return Err(self.already_bound(&name.text, name.span));
        }
        if let Some(length) = edge.length {
            return Err(no_walk(length.span));
        }
        super::create::single_type(edge)?;
        no_predicate(edge.predicate.as_ref())
    }
}

fn no_walk(span: Span) -> Diagnostic {
    Diagnostic::syntax(Detail::CreatingVarLength, "a walk of several edges cannot be merged")
        .at(span)
        .help("merge each edge by itself")
}

fn no_predicate(predicate: Option<&ast::Expr>) -> Result<()> {
    match predicate {
        None => Ok(()),
        Some(predicate) => Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "a pattern that is merged has no WHERE")
            .at(predicate.span)
            .help("put the values into {key: value}")),
    }
}
