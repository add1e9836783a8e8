//! Vars: a set of a statement's variables.
//!
//! Planning asks again and again which variables an expression uses and a row binds. Most statements have fewer than
//! [`SMALL`] variables, and a set of those is one word, made and compared without memory of its own; the others are in
//! a tree, so that a set costs what it holds however many variables there are.

use std::collections::{BTreeSet, btree_set};

use crate::model::Var;

/// Variables with smaller numbers are bits of a word.
const SMALL: u32 = u64::BITS;

/// Variables, each once, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vars {
    small: u64,
    large: BTreeSet<Var>,
}

/// The variable's bit; none for one that has none.
fn bit(var: Var) -> Option<u64> {
    (var.0 < SMALL).then(|| 1 << var.0)
}

impl Vars {
    pub(super) fn insert(&mut self, var: Var) {
        match bit(var) {
            Some(bit) => self.small |= bit,
            None => _ = self.large.insert(var),
        }
    }

    pub(super) fn remove(&mut self, var: &Var) {
        match bit(*var) {
            Some(bit) => self.small &= !bit,
            None => _ = self.large.remove(var),
        }
    }

    pub(super) fn contains(&self, var: &Var) -> bool {
        bit(*var).map_or_else(|| self.large.contains(var), |bit| self.small & bit != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.small == 0 && self.large.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.small.count_ones() as usize + self.large.len()
    }

    pub(super) fn clear(&mut self) {
        *self = Vars::default();
    }

    pub(super) fn first(&self) -> Option<Var> {
        self.iter().next()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Var> {
        Bits(self.small).chain(self.large.iter().copied())
    }

    pub(super) fn append(&mut self, other: Vars) {
        self.small |= other.small;
        self.large.extend(other.large);
    }

    pub(super) fn is_subset(&self, of: &Vars) -> bool {
        self.small & !of.small == 0 && self.large.is_subset(&of.large)
    }

    pub(super) fn is_disjoint(&self, from: &Vars) -> bool {
        self.small & from.small == 0 && self.large.is_disjoint(&from.large)
    }
}

/// The variables of a word's bits.
pub(super) struct Bits(u64);

impl Iterator for Bits {
    type Item = Var;

    fn next(&mut self) -> Option<Var> {
        let next = (self.0 != 0).then(|| Var(self.0.trailing_zeros()))?;
        self.0 &= self.0 - 1;
        Some(next)
    }
}

impl IntoIterator for Vars {
    type Item = Var;
    type IntoIter = std::iter::Chain<Bits, btree_set::IntoIter<Var>>;

    fn into_iter(self) -> Self::IntoIter {
        Bits(self.small).chain(self.large)
    }
}

impl Extend<Var> for Vars {
    fn extend<I: IntoIterator<Item = Var>>(&mut self, vars: I) {
        vars.into_iter().for_each(|var| self.insert(var));
    }
}

impl<'v> Extend<&'v Var> for Vars {
    fn extend<I: IntoIterator<Item = &'v Var>>(&mut self, vars: I) {
        vars.into_iter().for_each(|var| self.insert(*var));
    }
}

impl FromIterator<Var> for Vars {
    fn from_iter<I: IntoIterator<Item = Var>>(vars: I) -> Vars {
        let mut set = Vars::default();
        set.extend(vars);
        set
    }
}

impl std::ops::BitOr for &Vars {
    type Output = Vars;

    fn bitor(self, other: &Vars) -> Vars {
        Vars { small: self.small | other.small, large: &self.large | &other.large }
    }
}

impl std::ops::BitAnd for &Vars {
    type Output = Vars;

    fn bitand(self, other: &Vars) -> Vars {
        Vars { small: self.small & other.small, large: &self.large & &other.large }
    }
}

impl std::ops::Sub for &Vars {
    type Output = Vars;

    fn sub(self, other: &Vars) -> Vars {
        Vars { small: self.small & !other.small, large: &self.large - &other.large }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some() -> impl Strategy<Value = BTreeSet<Var>> {
        proptest::collection::btree_set((0u32..130).prop_map(Var), 0..40)
    }

    proptest! {
        #[test]
        fn as_a_tree_of_variables(a in some(), b in some()) {
            let set = |tree: &BTreeSet<Var>| tree.iter().copied().collect::<Vars>();
            let (ours, others) = (set(&a), set(&b));
            prop_assert!(ours.iter().eq(a.iter().copied()));
            prop_assert!(ours.clone().into_iter().eq(a.iter().copied()));
            prop_assert_eq!((ours.len(), ours.is_empty(), ours.first()), (a.len(), a.is_empty(), a.first().copied()));
            prop_assert_eq!((ours.is_subset(&others), ours.is_disjoint(&others)), (a.is_subset(&b), a.is_disjoint(&b)));
            prop_assert_eq!(&ours | &others, set(&(&a | &b)));
            prop_assert_eq!(&ours & &others, set(&(&a & &b)));
            prop_assert_eq!(&ours - &others, set(&(&a - &b)));
            for var in (0..130).map(Var) {
                prop_assert_eq!(ours.contains(&var), a.contains(&var));
                let mut less = ours.clone();
                less.remove(&var);
                prop_assert!(less.iter().eq(a.iter().copied().filter(|other| *other != var)));
            }
        }
    }
}
