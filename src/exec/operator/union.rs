//! `Union`: the rows of each branch in turn, under the same variables.

use super::{Batch, Boxed, Context, Operator, Result};
use crate::model::Var;

pub(super) struct Union<'g> {
    branches: Vec<(Boxed<'g>, Vec<Var>)>,
    vars: Vec<Var>,
    live: Vec<Var>,
    at: usize,
}

impl<'g> Union<'g> {
    pub(super) fn new(branches: Vec<(Boxed<'g>, Vec<Var>)>, vars: Vec<Var>, live: Vec<Var>) -> Self {
        Union { branches, vars, live, at: 0 }
    }
}

impl<'g> Operator<'g> for Union<'g> {
    fn next(&mut self, ctx: &mut Context<'g>) -> Result<Option<Batch<'g>>> {
        while let Some((branch, theirs)) = self.branches.get_mut(self.at) {
            let Some(rows) = branch.next(ctx)? else {
                self.at += 1;
                continue;
            };
            let mut batch = Batch::new(rows.len);
            for (var, their) in self.vars.iter().zip(theirs.iter()).filter(|(var, _)| self.live.contains(var)) {
                batch.set(*var, rows.column(*their).clone());
            }
            return Ok(Some(batch));
        }
        Ok(None)
    }

    fn reset(&mut self) {
        self.branches.iter_mut().for_each(|(branch, _)| branch.reset());
        self.at = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{X, Y, Z, counted, given, lengths, rows};
    use super::*;

    #[test]
    fn branches_in_turn_each_under_its_own_names() {
        let cases: [([&[&str]; 2], &str); 3] =
            [([&[], &[]], ""), ([&["1 2"], &["3 null", "5 6"]], "1, null, 6"), ([&[], &["3 4"]], "4")];
        for (inputs, expected) in cases {
            let branches = vec![(given(inputs[0]), vec![X]), (given(inputs[1]), vec![Y])];
            assert_eq!(rows(Union::new(branches, vec![Z], vec![Z]), &[Z]), expected, "{inputs:?}");
        }
        let branches = vec![(counted(&[2048]), vec![X]), (counted(&[1]), vec![X])];
        assert_eq!(lengths(Union::new(branches, vec![Z], vec![Z])), [2048, 1]);
    }
}
