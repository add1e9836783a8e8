//! Statements, queries and clauses as text.

use super::{Printer, matches};
use crate::lang::ast::{
    Clause, ClauseKind, Expr, ExprKind, Mode, Name, PathPattern, Projection, Query, RemoveItem, SetItem, SingleQuery,
    Statement, Yield,
};
use crate::lang::build::Precedence;
use crate::lang::grammar::Rule;
use crate::model::definition::{Change, Subject};

impl Printer {
    pub(super) fn statement(&mut self, statement: &Statement) {
        self.push(match statement.mode {
            Mode::Run => "",
            Mode::Explain => "EXPLAIN ",
            Mode::Profile => "PROFILE ",
        });
        self.query(&statement.query);
    }

    pub(super) fn query(&mut self, query: &Query) {
        self.single_query(&query.first);
        for union in &query.unions {
            self.line();
            self.push(if union.all { "UNION ALL" } else { "UNION" });
            self.line();
            self.single_query(&union.query);
        }
    }

    /// A query between braces.
    pub(super) fn inner_query(&mut self, query: &Query) {
        self.push("{ ");
        self.depth += 1;
        self.query(query);
        self.depth -= 1;
        self.push(" }");
    }

    /// A new line, or a space inside of an inner query.
    fn line(&mut self) {
        self.push(if self.depth == 0 { "\n" } else { " " });
    }

    fn single_query(&mut self, query: &SingleQuery) {
        for (i, clause) in query.clauses.iter().enumerate() {
            if i > 0 {
                self.line();
            }
            self.clause(clause);
        }
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Match { optional, patterns, predicate } => {
                self.push(if *optional { "OPTIONAL MATCH " } else { "MATCH " });
                self.patterns(patterns);
                self.condition(predicate);
            }
            ClauseKind::Unwind { list, variable } => {
                self.push("UNWIND ");
                self.expr(list, Precedence::Or);
                self.push(" AS ");
                self.variable(&variable.text);
            }
            ClauseKind::With { projection, predicate } => {
                self.push("WITH ");
                self.projection(projection);
                self.condition(predicate);
            }
            ClauseKind::Return(projection) => {
                self.push("RETURN ");
                self.projection(projection);
            }
            ClauseKind::Finish => self.push("FINISH"),
            ClauseKind::Create(patterns) => {
                self.push("CREATE ");
                self.patterns(patterns);
            }
            ClauseKind::Merge { pattern, on_create, on_match } => {
                self.push("MERGE ");
                self.pattern(pattern);
                for (head, items) in [("ON CREATE SET ", on_create), ("ON MATCH SET ", on_match)] {
                    if !items.is_empty() {
                        self.line();
                        self.push(head);
                        self.list(items, ", ", Printer::set_item);
                    }
                }
            }
            ClauseKind::Delete { detach, targets } => {
                self.push(if *detach { "DETACH DELETE " } else { "DELETE " });
                self.exprs(targets);
            }
            ClauseKind::Set(items) => {
                self.push("SET ");
                self.list(items, ", ", Printer::set_item);
            }
            ClauseKind::Remove(items) => {
                self.push("REMOVE ");
                self.list(items, ", ", |p, item| match item {
                    RemoveItem::Property(target) => p.target(target),
                    RemoveItem::Labels { variable, labels } => p.label_list(variable, labels),
                });
            }
            ClauseKind::Foreach { variable, list, clauses } => {
                self.push("FOREACH (");
                self.variable(&variable.text);
                self.push(" IN ");
                self.before_bar(list);
                self.push(" | ");
                self.list(clauses, " ", Printer::clause);
                self.push(")");
            }
            ClauseKind::Call { procedure, arguments, items, predicate } => {
                self.push("CALL ");
                self.list(procedure, ".", |p, name| p.name(&name.text));
                if let Some(arguments) = arguments {
                    self.push("(");
                    self.exprs(arguments);
                    self.push(")");
                }
                self.yielded(items);
                self.condition(predicate);
            }
            ClauseKind::Subquery { imports, query } => {
                self.push("CALL ");
                if let Some(imports) = imports {
                    self.push("(");
                    self.variables(imports);
                    self.push(") ");
                }
                self.inner_query(query);
            }
            ClauseKind::Define(change) => self.definition(change),
            ClauseKind::LoadCsv { headers, source, variable, terminator } => {
                self.push(if *headers { "LOAD CSV WITH HEADERS FROM " } else { "LOAD CSV FROM " });
                self.expr(source, Precedence::Or);
                self.push(" AS ");
                self.variable(&variable.text);
                if let Some(terminator) = terminator {
                    self.push(" FIELDTERMINATOR ");
                    self.expr(terminator, Precedence::Or);
                }
            }
        }
    }

    fn definition(&mut self, change: &Change) {
        match change {
            Change::Drop { name, constraint, lenient } => {
                self.push(if *constraint { "DROP CONSTRAINT " } else { "DROP INDEX " });
                self.name(name);
                self.push(if *lenient { " IF EXISTS" } else { "" });
            }
            Change::Create { definition, lenient } => {
                let constraint = definition.rule.is_constraint();
                self.push(if constraint { "CREATE CONSTRAINT " } else { "CREATE INDEX " });
                self.definition_name(&definition.name);
                self.push(if *lenient { " IF NOT EXISTS FOR " } else { " FOR " });
                match &definition.subject {
                    Subject::Nodes(label) => {
                        self.push("(n:");
                        self.name(label);
                        self.push(")");
                    }
                    Subject::Edges(edge_type) => {
                        self.push("()-[n:");
                        self.name(edge_type);
                        self.push("]-()");
                    }
                }
                self.push(if constraint { " REQUIRE (" } else { " ON (" });
                self.list(&definition.keys, ", ", |p, key| {
                    p.push("n.");
                    p.name(key.as_str());
                });
                self.push(")");
                if constraint {
                    self.push(" IS ");
                    self.push(definition.rule.name());
                }
            }
        }
    }

    /// As a variable; `FOR`, `IF` and `ON` begin something else here.
    fn definition_name(&mut self, name: &str) {
        let captured = ["for", "if", "on"].iter().any(|word| name.eq_ignore_ascii_case(word));
        self.quote_unless(name, !captured && matches(Rule::variable, name) && !name.starts_with('`'));
    }

    fn patterns(&mut self, patterns: &[PathPattern]) {
        self.list(patterns, ", ", Printer::pattern);
    }

    /// `WHERE`, on a line of its own.
    fn condition(&mut self, predicate: &Option<Expr>) {
        if let Some(predicate) = predicate {
            self.line();
            self.push("WHERE ");
            self.expr(predicate, Precedence::Or);
        }
    }

    fn yielded(&mut self, items: &Yield) {
        match items {
            Yield::None => {}
            Yield::All => self.push(" YIELD *"),
            Yield::Items(items) => {
                self.push(" YIELD ");
                self.list(items, ", ", |p, (field, alias)| {
                    p.variable(&field.text);
                    p.alias(alias);
                });
            }
        }
    }

    fn alias(&mut self, alias: &Option<Name>) {
        if let Some(alias) = alias {
            self.push(" AS ");
            self.variable(&alias.text);
        }
    }

    fn projection(&mut self, projection: &Projection) {
        if projection.distinct {
            self.push("DISTINCT ");
        }
        if projection.star {
            self.push(if projection.items.is_empty() { "*" } else { "*, " });
        }
        self.list(&projection.items, ", ", |p, item| {
            p.expr(&item.expr, Precedence::Or);
            p.alias(&item.alias);
        });
        if !projection.order.is_empty() {
            self.line();
            self.push("ORDER BY ");
            self.list(&projection.order, ", ", |p, item| {
                p.expr(&item.expr, Precedence::Or);
                p.push(if item.descending { " DESC" } else { "" });
            });
        }
        for (head, count) in [("SKIP ", &projection.skip), ("LIMIT ", &projection.limit)] {
            if let Some(count) = count {
                self.line();
                self.push(head);
                self.expr(count, Precedence::Or);
            }
        }
    }

    fn set_item(&mut self, item: &SetItem) {
        let value = match item {
            SetItem::Property { target, value } => {
                self.target(target);
                self.push(" = ");
                value
            }
            SetItem::Replace { variable, value } => {
                self.variable(&variable.text);
                self.push(" = ");
                value
            }
            SetItem::Add { variable, value } => {
                self.variable(&variable.text);
                self.push(" += ");
                value
            }
            SetItem::Labels { variable, labels } => return self.label_list(variable, labels),
        };
        self.expr(value, Precedence::Or);
    }

    /// What is set or removed: a variable or an expression between parentheses, and what hangs on it.
    fn target(&mut self, target: &Expr) {
        match target.kind.as_ref() {
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::Property(subject, key) => {
                self.target(subject);
                self.push(".");
                self.name(&key.text);
            }
            ExprKind::Index(subject, index) => {
                self.target(subject);
                self.push("[");
                self.expr(index, Precedence::Or);
                self.push("]");
            }
            _ => {
                self.push("(");
                self.expr(target, Precedence::Or);
                self.push(")");
            }
        }
    }

    /// `variable:A:B`.
    fn label_list(&mut self, variable: &Name, labels: &[Name]) {
        self.variable(&variable.text);
        for label in labels {
            self.push(":");
            self.name(&label.text);
        }
    }
}
