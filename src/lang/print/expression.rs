//! Expressions as text, with parentheses only where precedence or the grammar asks for them.

use super::{Printer, is_captured};
use crate::lang::ast::{BinaryOp, CompareOp, Expr, ExprKind, Literal, MapItem, Name, QuantifierKind, UnaryOp};
use crate::lang::build::Precedence;

impl Printer {
    /// An expression; between parentheses when it binds looser than `least`.
    pub(super) fn expr(&mut self, expr: &Expr, least: Precedence) {
        self.enclosed(expr, precedence(expr) < least);
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr]) {
        self.list(exprs, ", ", |p, expr| p.expr(expr, Precedence::Or));
    }

    /// An expression in front of a `|`, which must not be taken for a label expression's.
    pub(super) fn before_bar(&mut self, expr: &Expr) {
        self.enclosed(expr, ends_in_labels(expr));
    }

    fn enclosed(&mut self, expr: &Expr, parentheses: bool) {
        if parentheses {
            self.push("(");
        }
        self.kind(&expr.kind);
        if parentheses {
            self.push(")");
        }
    }

    fn kind(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Parameter(name) => {
                self.push("$");
                self.quote_unless(
                    name,
                    super::is_plain(super::Rule::name, name) || super::matches(super::Rule::digits, name),
                );
            }
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::Property(subject, key) => {
                self.expr(subject, Precedence::Suffix);
                self.push(".");
                self.name(&key.text);
            }
            ExprKind::Index(subject, index) => {
                self.expr(subject, Precedence::Suffix);
                self.push("[");
                self.expr(index, Precedence::Or);
                self.push("]");
            }
            ExprKind::Slice(subject, from, to) => {
                self.expr(subject, Precedence::Suffix);
                self.push("[");
                self.optional("", from);
                self.push("..");
                self.optional("", to);
                self.push("]");
            }
            ExprKind::Unary(op, operand) => self.unary(*op, operand),
            ExprKind::Chain(op, operands) => {
                for (i, operand) in operands.iter().enumerate() {
                    self.push(if i == 0 { "" } else { operator(*op) });
                    self.enclosed(operand, precedence(operand) <= (*op).into());
                }
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right),
            ExprKind::Comparison(first, rest) => {
                self.expr(first, Precedence::Predicate);
                for (op, operand) in rest {
                    self.push(comparison(*op));
                    self.expr(operand, Precedence::Predicate);
                }
            }
            ExprKind::IsNull { subject, negated } => {
                self.expr(subject, Precedence::Predicate);
                self.push(if *negated { " IS NOT NULL" } else { " IS NULL" });
            }
            ExprKind::HasLabels(subject, labels) => {
                let nested = matches!(*subject.kind, ExprKind::HasLabels(..));
                self.enclosed(subject, nested || precedence(subject) < Precedence::Suffix);
                self.label_test(labels);
            }
            ExprKind::Call { function, distinct, arguments } => self.call(function, *distinct, arguments),
            ExprKind::CountStar => self.push("count(*)"),
            ExprKind::Case { operand, branches, otherwise } => {
                self.push("CASE");
                self.optional(" ", operand);
                for (condition, result) in branches {
                    self.push(" WHEN ");
                    self.expr(condition, Precedence::Or);
                    self.push(" THEN ");
                    self.expr(result, Precedence::Or);
                }
                self.optional(" ELSE ", otherwise);
                self.push(" END");
            }
            ExprKind::List(items) => {
                self.push("[");
                match items.as_slice() {
                    [item] => self.enclosed(item, begins_like_comprehension(item)),
                    items => self.exprs(items),
                }
                self.push("]");
            }
            ExprKind::Map(entries) => {
                self.push("{");
                self.list(entries, ", ", |p, (key, value)| p.entry(key, value));
                self.push("}");
            }
            ExprKind::MapProjection(subject, items) => self.map_projection(subject, items),
            ExprKind::ListComprehension { variable, list, predicate, result } => {
                self.push("[");
                self.binding(variable, list, predicate.is_none() && result.is_some());
                self.filter(predicate, result.is_some());
                self.optional(" | ", result);
                self.push("]");
            }
            ExprKind::PatternComprehension { pattern, predicate, result } => {
                self.push("[");
                self.pattern(pattern);
                self.filter(predicate, true);
                self.push(" | ");
                self.expr(result, Precedence::Or);
                self.push("]");
            }
            ExprKind::Quantifier { kind, variable, list, predicate } => {
                self.push(match kind {
                    QuantifierKind::All => "all(",
                    QuantifierKind::Any => "any(",
                    QuantifierKind::None => "none(",
                    QuantifierKind::Single => "single(",
                });
                self.binding(variable, list, false);
                self.filter(predicate, false);
                self.push(")");
            }
            ExprKind::Reduce { accumulator, initial, variable, list, step } => {
                self.push("reduce(");
                self.variable(&accumulator.text);
                self.push(" = ");
                self.expr(initial, Precedence::Or);
                self.push(", ");
                self.binding(variable, list, true);
                self.push(" | ");
                self.expr(step, Precedence::Or);
                self.push(")");
            }
            ExprKind::Pattern(pattern) => self.pattern_expression(pattern),
            ExprKind::Exists(query) => self.subquery("EXISTS ", query),
            ExprKind::Count(query) => self.subquery("COUNT ", query),
            ExprKind::Collect(query) => self.subquery("COLLECT ", query),
        }
    }

    fn subquery(&mut self, head: &str, query: &super::Query) {
        self.push(head);
        self.inner_query(query);
    }

    fn optional(&mut self, head: &str, expr: &Option<Expr>) {
        if let Some(expr) = expr {
            self.push(head);
            self.expr(expr, Precedence::Or);
        }
    }

    /// `variable IN list`.
    fn binding(&mut self, variable: &Name, list: &Expr, before_bar: bool) {
        self.variable(&variable.text);
        self.push(" IN ");
        self.enclosed(list, before_bar && ends_in_labels(list));
    }

    /// ` WHERE predicate`.
    fn filter(&mut self, predicate: &Option<Expr>, before_bar: bool) {
        if let Some(predicate) = predicate {
            self.push(" WHERE ");
            self.enclosed(predicate, before_bar && ends_in_labels(predicate));
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Null => self.push("null"),
            Literal::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Literal::Int(value) => self.push(&value.to_string()),
            Literal::Float(value) => self.push(&format!("{value:?}")),
            Literal::String(value) => {
                self.push("'");
                for c in value.chars() {
                    match c {
                        '\\' => self.push("\\\\"),
                        '\'' => self.push("\\'"),
                        '\u{8}' => self.push("\\b"),
                        '\u{c}' => self.push("\\f"),
                        '\n' => self.push("\\n"),
                        '\r' => self.push("\\r"),
                        '\t' => self.push("\\t"),
                        c if c.is_control() => self.push(&format!("\\u{:04X}", u32::from(c))),
                        c => self.text.push(c),
                    }
                }
                self.push("'");
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) {
        self.push(match op {
            UnaryOp::Not => "NOT ",
            UnaryOp::Minus => "-",
            UnaryOp::Plus => "+",
        });
        self.expr(operand, op.into());
    }

    /// Operators associate to the left, so the right operand must bind tighter than the operator.
    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let own = Precedence::from(op);
        self.expr(left, own);
        let closed = self.text.ends_with(')');
        self.push(operator(op));
        let start = self.text.len();
        self.enclosed(right, precedence(right) <= own);
        // `(a) - [b]` begins like the edge of a pattern.
        if closed && op == BinaryOp::Subtract && self.text[start..].starts_with('[') {
            self.text.insert(start, '(');
            self.push(")");
        }
    }

    fn call(&mut self, function: &[Name], distinct: bool, arguments: &[Expr]) {
        for (i, name) in function.iter().enumerate() {
            let captured =
                function.len() == 1 && ["(x IN", "(x =", "(("].iter().any(|next| is_captured(&name.text, next));
            match i {
                _ if captured => self.quote_unless(&name.text, false),
                0 => self.variable(&name.text),
                _ => {
                    self.push(".");
                    self.name(&name.text);
                }
            }
        }
        self.push(if distinct { "(DISTINCT " } else { "(" });
        self.exprs(arguments);
        self.push(")");
    }

    fn map_projection(&mut self, subject: &Expr, items: &[MapItem]) {
        match &*subject.kind {
            ExprKind::Variable(name) if is_captured(name, "{") => self.quote_unless(name, false),
            _ => self.expr(subject, Precedence::Suffix),
        }
        self.push(" {");
        self.list(items, ", ", |p, item| match item {
            MapItem::Property(key) => {
                p.push(".");
                p.name(&key.text);
            }
            MapItem::All(_) => p.push(".*"),
            MapItem::Entry(key, value) => p.entry(key, value),
            MapItem::Variable(name) => p.variable(&name.text),
        });
        self.push("}");
    }

    fn entry(&mut self, key: &Name, value: &Expr) {
        self.name(&key.text);
        self.push(": ");
        self.expr(value, Precedence::Or);
    }
}

/// How tight the outermost operator binds.
fn precedence(expr: &Expr) -> Precedence {
    match &*expr.kind {
        ExprKind::Unary(op, _) => (*op).into(),
        ExprKind::Binary(op, ..) | ExprKind::Chain(op, _) => (*op).into(),
        ExprKind::Comparison(..) => Precedence::Comparison,
        ExprKind::IsNull { .. } => Precedence::Predicate,
        ExprKind::Literal(Literal::Int(value)) if *value < 0 => Precedence::Sign,
        ExprKind::Literal(Literal::Float(value)) if value.is_sign_negative() => Precedence::Sign,
        _ => Precedence::Suffix,
    }
}

/// Whether the text of an expression ends in a label test.
fn ends_in_labels(expr: &Expr) -> bool {
    match &*expr.kind {
        ExprKind::HasLabels(..) => true,
        ExprKind::Unary(_, operand) | ExprKind::Binary(_, _, operand) => ends_in_labels(operand),
        ExprKind::Comparison(_, rest) => rest.last().is_some_and(|(_, operand)| ends_in_labels(operand)),
        ExprKind::Chain(_, operands) => operands.last().is_some_and(ends_in_labels),
        _ => false,
    }
}

/// Whether the text of an expression begins with `variable IN`.
fn begins_like_comprehension(expr: &Expr) -> bool {
    match &*expr.kind {
        ExprKind::Binary(BinaryOp::In, left, _) if matches!(*left.kind, ExprKind::Variable(_)) => true,
        ExprKind::Binary(_, left, _) | ExprKind::Comparison(left, _) | ExprKind::IsNull { subject: left, .. } => {
            begins_like_comprehension(left)
        }
        ExprKind::Chain(_, operands) => operands.first().is_some_and(begins_like_comprehension),
        _ => false,
    }
}

fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => " = ",
        CompareOp::NotEqual => " <> ",
        CompareOp::Less => " < ",
        CompareOp::LessEqual => " <= ",
        CompareOp::Greater => " > ",
        CompareOp::GreaterEqual => " >= ",
    }
}

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => " OR ",
        BinaryOp::Xor => " XOR ",
        BinaryOp::And => " AND ",
        BinaryOp::Add => " + ",
        BinaryOp::Subtract => " - ",
        BinaryOp::Multiply => " * ",
        BinaryOp::Divide => " / ",
        BinaryOp::Modulo => " % ",
        BinaryOp::Power => " ^ ",
        BinaryOp::In => " IN ",
        BinaryOp::StartsWith => " STARTS WITH ",
        BinaryOp::EndsWith => " ENDS WITH ",
        BinaryOp::Contains => " CONTAINS ",
        BinaryOp::Matches => " =~ ",
        BinaryOp::Concat => " || ",
    }
}
