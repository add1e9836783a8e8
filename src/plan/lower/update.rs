//! `SET`, `REMOVE`, `DELETE` and `FOREACH`.

use super::scope::Scope;
use super::{Lower, Result};
use crate::lang::ast::{self, ClauseKind, ExprKind as Ast, Name, RemoveItem};
use crate::model::function::Types;
use crate::model::{Detail, Diagnostic, Span, Value};
use crate::plan::expr::{Expr, ExprKind};
use crate::plan::logical::Logical;
use crate::plan::physical::SetItem;

impl Lower<'_> {
    /// Lowers a clause that changes the graph over `input`; the names that it binds join `scope`. None for other clauses.
    pub(super) fn update(
        &mut self,
        input: Logical,
        scope: &mut Scope,
        clause: &ast::Clause,
    ) -> Result<Option<Logical>> {
        Ok(Some(match &clause.kind {
            ClauseKind::Create(patterns) => self.create(input, scope, patterns, clause.span)?,
            ClauseKind::Merge { pattern, on_create, on_match } => {
                self.merge(input, scope, pattern, (on_create, on_match))?
            }
            ClauseKind::Set(items) => {
                let items = self.set_items(items, scope)?;
                Logical::Set { input: Box::new(input), items }
            }
            ClauseKind::Remove(items) => {
                let items = items.iter().map(|item| self.remove_item(item, scope)).collect::<Result<_>>()?;
                Logical::Set { input: Box::new(input), items }
            }
            ClauseKind::Delete { detach, targets } => {
                let targets = targets.iter().map(|target| self.delete_target(target, scope)).collect::<Result<_>>()?;
                Logical::Delete { input: Box::new(input), targets, detach: *detach }
            }
            ClauseKind::Foreach { variable, list, clauses } => self.foreach(input, scope, (variable, list), clauses)?,
            _ => return Ok(None),
        }))
    }

    /// Lowers the items of `SET`.
    pub(super) fn set_items(&mut self, items: &[ast::SetItem], scope: &Scope) -> Result<Vec<SetItem>> {
        items.iter().map(|item| self.set_item(item, scope)).collect()
    }

    fn set_item(&mut self, item: &ast::SetItem, scope: &Scope) -> Result<SetItem> {
        Ok(match item {
            ast::SetItem::Property { target, value } => {
                let (subject, key) = self.property_target(target, scope)?;
                SetItem::Property { subject, key, value: self.value(value, scope)?.0 }
            }
            ast::SetItem::Replace { variable, value } => self.properties_item(variable, value, true, scope)?,
            ast::SetItem::Add { variable, value } => self.properties_item(variable, value, false, scope)?,
            ast::SetItem::Labels { variable, labels } => self.labels_item(variable, labels, false, scope)?,
        })
    }

    fn remove_item(&mut self, item: &RemoveItem, scope: &Scope) -> Result<SetItem> {
        Ok(match item {
            RemoveItem::Property(target) => {
                let (subject, key) = self.property_target(target, scope)?;
                let value = Expr::new(target.span, ExprKind::Literal(Value::Null));
                SetItem::Property { subject, key, value }
            }
            RemoveItem::Labels { variable, labels } => self.labels_item(variable, labels, true, scope)?,
        })
    }

    /// `subject.key` or `subject[key]`.
    fn property_target(&mut self, target: &ast::Expr, scope: &Scope) -> Result<(Expr, Expr)> {
        let (subject, key) = match target.kind.as_ref() {
            Ast::Property(subject, key) => {
                let name = Expr::new(key.span, ExprKind::Literal(Value::string(key.text.clone())));
                (subject, name)
            }
            Ast::Index(subject, key) => (subject, self.value(key, scope)?.0),
            _ => {
                return Err(Diagnostic::syntax(Detail::UnexpectedSyntax, "only a property can be set or removed")
                    .at(target.span)
                    .help("write name.key, or name[key] for a key that is computed"));
            }
        };
        let (lowered, is) = self.value(subject, scope)?;
        let what = "a property is set on a node or an edge";
        self.must_meet(is, Types::NODE.or(Types::EDGE), subject.span, what)?;
        Ok((lowered, key))
    }

    fn properties_item(&mut self, name: &Name, value: &ast::Expr, replace: bool, scope: &Scope) -> Result<SetItem> {
        let what = "properties are set on a node or an edge";
        let subject = self.subject(name, Types::NODE.or(Types::EDGE), what, scope)?;
        let (lowered, is) = self.value(value, scope)?;
        let maps = Types::MAP.or(Types::NODE).or(Types::EDGE);
        self.must_meet(is, maps, value.span, "properties come from a map, a node or an edge")?;
        Ok(SetItem::Properties { subject, value: lowered, replace })
    }

    fn labels_item(&mut self, name: &Name, labels: &[Name], remove: bool, scope: &Scope) -> Result<SetItem> {
        let subject = self.subject(name, Types::NODE, "only a node has labels", scope)?;
        Ok(SetItem::Labels { subject, labels: labels.iter().map(|label| label.text.clone()).collect(), remove })
    }

    fn subject(&mut self, name: &Name, wanted: Types, what: &str, scope: &Scope) -> Result<Expr> {
        let Some(var) = scope.get(&name.text) else { return Err(self.undefined(&name.text, name.span, scope)) };
        self.must_meet(self.is(var), wanted, name.span, what)?;
        Ok(Expr::new(name.span, ExprKind::Var(var)))
    }

    fn delete_target(&mut self, target: &ast::Expr, scope: &Scope) -> Result<Expr> {
        if let Ast::HasLabels(..) = target.kind.as_ref() {
            return Err(Diagnostic::syntax(Detail::InvalidDelete, "DELETE takes nodes, edges and paths, not labels")
                .at(target.span)
                .help("to take a label off, write REMOVE name:Label"));
        }
        let (lowered, is) = self.value(target, scope)?;
        let wanted = Types::NODE.or(Types::EDGE).or(Types::PATH);
        self.must_meet(is, wanted, target.span, "only nodes, edges and paths can be deleted")?;
        Ok(lowered)
    }

    fn foreach(
        &mut self,
        input: Logical,
        scope: &Scope,
        (variable, list): (&Name, &ast::Expr),
        clauses: &[ast::Clause],
    ) -> Result<Logical> {
        let (list, is) = self.value(list, scope)?;
        self.must_meet(is, Types::LIST, list.span, "FOREACH goes through a list")?;
        let mut inner_scope = scope.clone();
        let var = self.fresh(variable.text.clone(), is.element());
        inner_scope.bind(&variable.text, var);
        let mut inner = Logical::Argument(inner_scope.vars());
        let length = self.length;
        for clause in clauses {
            self.lengthen(1, clause.span)?;
            inner = match self.update(inner, &mut inner_scope, clause)? {
                Some(plan) => plan,
                None => return Err(only_updates(clause.span)),
            };
        }
        self.length = length;
        // One element after the other, each seeing what those before it did; then the row goes on.
        let outer = Box::new(Logical::Argument(scope.vars()));
        let elements = Box::new(Logical::Unwind { input: outer, list, var });
        let each = Logical::Foreach { input: elements, inner: Box::new(inner), each: true };
        Ok(Logical::Foreach { input: Box::new(input), inner: Box::new(each), each: false })
    }
}

fn only_updates(span: Span) -> Diagnostic {
    Diagnostic::syntax(Detail::InvalidClauseComposition, "FOREACH holds updating clauses only")
        .at(span)
        .help("use UNWIND to read for each element of a list")
}
