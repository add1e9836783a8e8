//! Integers by node, as narrow as the greatest of them allows.
//!
//! Sums look numbers up by chance, once for each edge, so what they take is what the processor's caches do not hold of them.
//! Most are small: degrees, ages, classes. So they begin as bytes and grow when a number comes that does not fit. They are
//! there for a span of nodes, those that have the labels, and 0 outside of it.

use std::ops::Range;

/// An integer for each node of a span, 0 for others.
pub(super) struct ByNode {
    span: Range<u32>,
    ints: Ints,
}

enum Ints {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    I64(Vec<i64>),
}

/// Does the same whatever the width.
macro_rules! of_any_width {
    ($ints:expr, $narrow:ident => $what:expr) => {
        match $ints {
            Ints::U8($narrow) => $what,
            Ints::U16($narrow) => $what,
            Ints::U32($narrow) => $what,
            Ints::I64($narrow) => $what,
        }
    };
}

impl ByNode {
    pub(super) fn zeros(span: Range<u32>) -> Self {
        ByNode { ints: Ints::U8(vec![0; span.len()]), span }
    }

    /// The nodes that may have a number.
    pub(super) fn span(&self) -> Range<u32> {
        self.span.clone()
    }

    /// How many bytes they take.
    pub(super) fn bytes(&self) -> u64 {
        of_any_width!(&self.ints, ints => size_of_val(ints.as_slice()) as u64)
    }

    #[inline]
    pub(super) fn of(&self, node: u32) -> i64 {
        of_any_width!(&self.ints, ints => at(ints, self.span.start, node))
    }

    /// The numbers of these nodes, in their order.
    pub(super) fn look_up(&self, nodes: &[u32], found: &mut Vec<i64>) {
        found.clear();
        of_any_width!(&self.ints, ints => found.extend(nodes.iter().map(|node| at(ints, self.span.start, *node))));
    }

    /// The sum of the numbers of these nodes, which is known to fit.
    pub(super) fn sum(&self, nodes: &[u32]) -> i64 {
        of_any_width!(&self.ints, ints => {
            nodes.iter().fold(0, |sum: i64, node| sum.wrapping_add(at(ints, self.span.start, *node)))
        })
    }

    /// The sum of the numbers of these nodes, if it fits.
    pub(super) fn checked_sum(&self, nodes: &[u32]) -> Option<i64> {
        nodes.iter().try_fold(0i64, |sum, node| sum.checked_add(self.of(*node)))
    }

    /// No number is greater, nor its negation.
    pub(super) fn most(&self) -> u64 {
        of_any_width!(&self.ints, ints => ints.iter().map(|int| wide(*int).unsigned_abs()).max().unwrap_or_default())
    }

    /// How many nodes have a number.
    pub(super) fn some(&self) -> usize {
        of_any_width!(&self.ints, ints => ints.iter().filter(|int| wide(**int) != 0).count())
    }

    /// The nodes that have a number, ascending, and which.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, i64)> {
        self.span.clone().map(|node| (node, self.of(node))).filter(|(_, number)| *number != 0)
    }

    /// Copies the numbers of the nodes from `first` on.
    pub(super) fn write(&self, first: u32, numbers: &mut [i64]) {
        numbers.fill(0);
        let begin = first.max(self.span.start);
        let Some(numbers) = numbers.get_mut((begin - first) as usize..) else { return };
        of_any_width!(&self.ints, ints => {
            let ints = ints.get((begin - self.span.start) as usize..).unwrap_or_default();
            numbers.iter_mut().zip(ints).for_each(|(number, int)| *number = wide(*int));
        });
    }

    /// Puts down the numbers of the nodes from `first` on.
    pub(super) fn put(&mut self, first: u32, numbers: &[i64]) {
        self.put_each((first..).zip(numbers.iter().copied()));
    }

    /// Puts down the numbers of some nodes.
    pub(super) fn put_each(&mut self, numbers: impl Iterator<Item = (u32, i64)> + Clone) {
        self.widen(numbers.clone().fold(0, |bits, (_, number)| bits | number as u64));
        let start = self.span.start;
        of_any_width!(&mut self.ints, ints => {
            for (node, number) in numbers {
                if let Some(int) = ints.get_mut(node.wrapping_sub(start) as usize) {
                    *int = narrow(number);
                }
            }
        });
    }

    /// Makes room for numbers with these bits.
    fn widen(&mut self, bits: u64) {
        fn all<N: Copy + Into<i64>, W: TryFrom<i64> + Default>(ints: &[N]) -> Vec<W> {
            ints.iter().map(|int| narrow(wide(*int))).collect()
        }
        let width = match &self.ints {
            Ints::U8(_) => 8,
            Ints::U16(_) => 16,
            Ints::U32(_) => 32,
            Ints::I64(_) => 64,
        };
        if width == 64 || bits >> width == 0 {
            return;
        }
        self.ints = of_any_width!(&self.ints, ints => match bits {
            _ if bits >> 16 == 0 => Ints::U16(all(ints)),
            _ if bits >> 32 == 0 => Ints::U32(all(ints)),
            _ => Ints::I64(all(ints)),
        });
    }
}

#[inline]
fn wide<N: Into<i64>>(int: N) -> i64 {
    int.into()
}

/// It fits.
#[inline]
fn narrow<W: TryFrom<i64> + Default>(int: i64) -> W {
    W::try_from(int).unwrap_or_default()
}

#[inline]
fn at<N: Copy + Into<i64>>(ints: &[N], first: u32, node: u32) -> i64 {
    ints.get(node.wrapping_sub(first) as usize).map_or(0, |int| wide(*int))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_wide_as_the_greatest() {
        let cases: [(&[i64], usize); 8] = [
            (&[], 1),
            (&[255, 0, 7], 1),
            (&[255, 256], 2),
            (&[65_535, 1], 2),
            (&[1, 65_536], 4),
            (&[0, i64::from(u32::MAX)], 4),
            (&[3, i64::from(u32::MAX) + 1], 8),
            (&[4, -1, i64::MAX], 8),
        ];
        for (numbers, width) in cases {
            let mut all = ByNode::zeros(10..14);
            // The widest first, and last.
            for _ in 0..2 {
                all.put(10, numbers);
                assert_eq!(all.bytes(), 4 * width as u64, "{numbers:?}");
            }
            let own = |node: u32| numbers.get(node.wrapping_sub(10) as usize).copied().unwrap_or_default();
            let nodes = [9, 10, 11, 12, 13, 14, 0, u32::MAX];
            let expected = nodes.map(own);
            assert_eq!(nodes.map(|node| all.of(node)), expected, "{numbers:?}");
            let mut found = vec![5];
            all.look_up(&nodes, &mut found);
            assert_eq!(found, expected);
            let sum = expected.iter().try_fold(0i64, |sum, number| sum.checked_add(*number));
            assert_eq!(all.checked_sum(&nodes), sum);
            assert_eq!(all.sum(&nodes), expected.iter().fold(0, |sum: i64, number| sum.wrapping_add(*number)));
            let some = (10..14).map(|node| (node, own(node))).filter(|(_, number)| *number != 0);
            assert!(all.iter().eq(some.clone()) && all.some() == some.count(), "{numbers:?}");
            assert_eq!(all.most(), numbers.iter().map(|number| number.unsigned_abs()).max().unwrap_or_default());
            for first in [0, 8, 10, 11, 14, 20] {
                let mut written = [9; 5];
                all.write(first, &mut written);
                assert!(written.into_iter().eq((first..first + 5).map(own)), "{numbers:?} {first}");
            }
        }
    }

    #[test]
    fn what_is_no_part_of_the_span_is_not_put_down() {
        let mut all = ByNode::zeros(2..4);
        all.put_each([(1, 1), (3, 300), (2, 2), (4, 4)].into_iter());
        assert_eq!((0..6).map(|node| all.of(node)).collect::<Vec<_>>(), [0, 0, 2, 300, 0, 0]);
    }
}
