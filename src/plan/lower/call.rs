//! Calls: functions and aggregations, checked against the table of functions.

use super::expr::{As, Env, Typed, describe};
use super::scope::Static;
use super::{Lower, Result};
use crate::lang::ast::{self, ExprKind as Ast, Name, UnaryOp};
use crate::model::function::{self, Aggregate, Function, FunctionKind, Signature, Types};
use crate::model::{Detail, Diagnostic, Span, nearest_term};
use crate::plan::expr::{AggregateCall, Expr, ExprKind};
use crate::plan::walk::volatile;

impl Lower<'_> {
    pub(super) fn call(
        &mut self,
        span: Span,
        name: &[Name],
        distinct: bool,
        arguments: &[ast::Expr],
        env: &mut Env<'_>,
    ) -> Result<Typed> {
        let full = name.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
        if full.eq_ignore_ascii_case("exists") {
            return self.exists_function(span, arguments, env);
        }
        let Some(signature) = function::lookup(&full) else {
            let span = name.iter().map(|part| part.span).reduce(Span::to).unwrap_or(span);
            return Err(unknown(&full).at(span).label("not a function"));
        };
        match signature.kind {
            FunctionKind::Scalar(function) => {
                let mut lowered = Vec::with_capacity(arguments.len());
                let mut kinds = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let (argument, is) = self.expr(argument, env, As::Value)?;
                    lowered.push(argument);
                    kinds.push(is);
                }
                self.check_arguments(signature, span, &lowered, &kinds)?;
                let is = result_kind(function, signature, &kinds);
                Ok((Expr::new(span, ExprKind::Call(function, lowered)), is))
            }
            FunctionKind::Aggregate(function) => {
                if env.aggregates.is_none() {
                    return Err(misplaced_aggregate(span));
                }
                let mut lowered = Vec::with_capacity(arguments.len());
                let mut kinds = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let (argument, is) = self.expr(argument, &mut Env::plain(env.scope), As::Value).map_err(nested)?;
                    if volatile(&argument) {
                        return Err(Diagnostic::syntax(
                            Detail::NonConstantExpression,
                            "an aggregation over a random value has no meaning",
                        )
                        .at(argument.span)
                        .help("bind the random value with WITH first"));
                    }
                    lowered.push(argument);
                    kinds.push(is);
                }
                self.check_arguments(signature, span, &lowered, &kinds)?;
                let is = match function {
                    Aggregate::Collect => Static::list(kinds.first().map_or(Types::ANY, |is| is.kinds)),
                    Aggregate::Min | Aggregate::Max => kinds.first().copied().unwrap_or(Static::ANY),
                    _ => Static::of(signature.returns),
                };
                let call = AggregateCall { span, function, distinct, arguments: lowered, weight: None, summed: false };
                Ok((Expr::new(span, self.aggregate(call, is, env)?), is))
            }
        }
    }

    /// The variable that holds the aggregate; the same aggregate is computed once.
    pub(super) fn aggregate(&mut self, call: AggregateCall, is: Static, env: &mut Env<'_>) -> Result<ExprKind> {
        let Some(aggregates) = env.aggregates.as_deref_mut() else {
            return Err(misplaced_aggregate(call.span));
        };
        if let Some((var, _)) = aggregates.iter().find(|(_, known)| *known == call) {
            return Ok(ExprKind::Var(*var));
        }
        let name = self.text(call.span).to_owned();
        let var = self.fresh(name, is);
        aggregates.push((var, call));
        Ok(ExprKind::Var(var))
    }

    fn check_arguments(&self, signature: &Signature, span: Span, arguments: &[Expr], kinds: &[Static]) -> Result<()> {
        let most = if signature.variadic { usize::MAX } else { signature.parameters.len() };
        if arguments.len() < signature.required || arguments.len() > most {
            let wants = match (signature.required, most) {
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) if least == most => format!("{least}"),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(Diagnostic::syntax(
                Detail::InvalidNumberOfArguments,
                format!("`{}` takes {wants} argument(s), not {}", signature.name, arguments.len()),
            )
            .at(span)
            .help(signature.text));
        }
        for (i, (argument, is)) in arguments.iter().zip(kinds).enumerate() {
            let Some(wanted) = signature.parameters.get(i).or(signature.parameters.last()) else { continue };
            if !is.kinds.meets(*wanted) {
                return Err(Diagnostic::syntax(
                    Detail::InvalidArgumentType,
                    format!("`{}` cannot take {}", signature.name, describe(is.kinds)),
                )
                .at(argument.span)
                .label(format!("expected {}", describe(*wanted)))
                .help(signature.text));
            }
        }
        Ok(())
    }

    /// `exists(n.key)` and `exists((a)-->(b))`, which openCypher had before `IS NOT NULL` and `EXISTS { }`.
    fn exists_function(&mut self, span: Span, arguments: &[ast::Expr], env: &mut Env<'_>) -> Result<Typed> {
        let [argument] = arguments else {
            return Err(Diagnostic::syntax(Detail::InvalidNumberOfArguments, "`exists` takes 1 argument").at(span));
        };
        let is = Static::of(Types::BOOL);
        match argument.kind.as_ref() {
            Ast::Pattern(_) => self.expr(argument, env, As::Predicate),
            Ast::Property(..) | Ast::Index(..) => {
                let (subject, _) = self.expr(argument, env, As::Value)?;
                let is_null = Expr::new(span, ExprKind::IsNull(subject));
                Ok((Expr::new(span, ExprKind::Unary(UnaryOp::Not, is_null)), is))
            }
            _ => Err(Diagnostic::syntax(Detail::InvalidArgumentType, "`exists` takes a property or a pattern")
                .at(argument.span)
                .help("for other values write `x IS NOT NULL`")),
        }
    }
}

/// What is known of a call's value beyond the signature: elements of the lists that graph functions give.
fn result_kind(function: Function, signature: &Signature, arguments: &[Static]) -> Static {
    let first = arguments.first().copied().unwrap_or(Static::ANY);
    match function {
        Function::Nodes => Static::list(Types::NODE),
        Function::Relationships => Static::list(Types::EDGE),
        Function::Labels | Function::Keys => Static::list(Types::STRING),
        Function::Range => Static::list(Types::INT),
        Function::Head | Function::Last => first.element(),
        Function::Tail => Static { kinds: Types::LIST, elements: first.elements },
        Function::Coalesce => arguments.iter().copied().reduce(Static::or).unwrap_or(Static::ANY),
        _ => Static::of(signature.returns),
    }
}

fn unknown(name: &str) -> Diagnostic {
    let error = Diagnostic::syntax(Detail::UnknownFunction, format!("there is no function `{name}`"));
    let near = nearest_term(name, function::all().iter().map(|signature| signature.name), 3);
    near.into_iter().fold(error, |error, name| error.help(format!("did you mean `{name}`?")))
}

fn misplaced_aggregate(span: Span) -> Diagnostic {
    Diagnostic::syntax(Detail::InvalidAggregation, "an aggregation cannot stand here")
        .at(span)
        .help("aggregate in a WITH or RETURN, then use the result's name")
}

/// Inside an aggregation's argument the misplaced one has a name of its own.
fn nested(mut error: Diagnostic) -> Diagnostic {
    if error.detail == Detail::InvalidAggregation {
        error.detail = Detail::NestedAggregation;
        error.message = "aggregations cannot be nested".to_owned();
    }
    error
}
