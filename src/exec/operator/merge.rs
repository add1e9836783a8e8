//! `Merge`: for each input row, every way to find a pattern; where there is none, creates it.
//!
//! The whole input is read first. Then the rows go one by one, because each must find what those before it created.

use super::gathered::Whole;
use super::waiting::Waiting;
use super::write::{create, set};
use super::{Batch, Context, Result, Subplan};
use crate::exec::expr::eval;
use crate::model::{Class, Detail, Diagnostic, Value, Var};
use crate::plan::expr::{Expr, ExprKind};
use crate::plan::physical;

pub(super) struct Merge<'g> {
    pub(super) inner: Subplan<'g>,
    pub(super) merge: physical::Merge,
    pub(super) live: Vec<Var>,
}

impl<'g> Merge<'g> {
    /// The rows that one input row becomes.
    fn row(&mut self, row: &Batch<'g>, vars: &[Var], ctx: &mut Context<'g>) -> Result<Vec<Batch<'g>>> {
        self.inner.start(row);
        let mut found = Vec::new();
        while let Some((inner, rows)) = self.inner.next(ctx)? {
            let mut batch = row.gather(&rows, vars);
            for var in &self.merge.vars {
                batch.set(*var, inner.column(*var).clone());
            }
            found.push(batch);
        }
        if !found.is_empty() {
            set(&self.merge.on_match, &found.iter().collect::<Vec<_>>(), ctx)?;
            return Ok(found);
        }
        let mut batch = row.clone();
        self.no_nulls(&batch, ctx)?;
        create(&self.merge.nodes, &self.merge.edges, &mut batch, ctx)?;
        set(&self.merge.on_create, &[&batch], ctx)?;
        Ok(vec![batch])
    }

    /// A null equals nothing, so a pattern with one would be created again and again and never be found.
    fn no_nulls(&self, row: &Batch<'g>, ctx: &mut Context<'g>) -> Result<()> {
        let nodes = self.merge.nodes.iter().filter_map(|node| node.properties.as_ref());
        for map in nodes.chain(self.merge.edges.iter().filter_map(|edge| edge.properties.as_ref())) {
            let Value::Map(entries) = eval(map, row, ctx)?.value(0) else { continue };
            if let Some((key, _)) = entries.iter().find(|(_, value)| value.is_null()) {
                return Err(Diagnostic::new(
                    Class::SemanticError,
                    Detail::MergeReadOwnWrites,
                    format!("`{}` is null, and MERGE finds nothing by a null", key.as_str()),
                )
                .at(entry_span(map, key.as_str()))
                .help("set it in ON CREATE SET, or keep such rows away with WHERE ... IS NOT NULL"));
            }
        }
        Ok(())
    }
}

fn entry_span(map: &Expr, key: &str) -> crate::model::Span {
    match map.kind.as_ref() {
        ExprKind::Map(entries) => {
            entries.iter().find(|(name, _)| name == key).map_or(map.span, |(_, value)| value.span)
        }
        _ => map.span,
    }
}

impl<'g> Whole<'g> for Merge<'g> {
    fn work(&mut self, rows: &mut Waiting<'g>, ctx: &mut Context<'g>) -> Result<()> {
        rows.each(|batch, done| {
            let vars: Vec<Var> = (0..batch.columns.len() as u32).map(Var).collect();
            for row in 0..batch.len {
                if row % 64 == 0 {
                    ctx.check()?;
                }
                for mut rows in self.row(&batch.gather(&[row as u32], &vars), &vars, ctx)? {
                    rows.keep(&self.live);
                    done.push(rows);
                }
            }
            Ok(())
        })
    }
}
