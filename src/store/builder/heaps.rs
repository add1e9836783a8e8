//! Entries beside their keys, by counting.
//!
//! In: entries of two halves each, and for each the node that is its key. Out: where the entries of each key begin, and the two
//! halves of all. Entries go to heaps of neighbouring keys first, then each heap to its place, so that either time what is
//! written to fits into a processor's cache; in rounds, which use the heaps again, since memory that was used before costs less
//! than new memory. Edges are turned around a round at a time, so that each can go to the file while the next is made. What always holds: the entries of a key stay in the order in which they came, whatever the number of threads.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

/// Below this, threads cost more than they save.
pub(super) const MANY: usize = 1 << 16;

/// About so many entries make a heap, of all rounds together.
const HEAP: usize = 1 << 17;

/// About so many entries make a round.
const ROUND: usize = if cfg!(test) { 1 << 16 } else { 1 << 22 };

/// Where the entries of each key begin, and the halves of the entries.
pub(super) type Beside<T> = (Vec<u32>, Vec<u32>, Vec<T>);

/// What entries hold in their second half: nothing, or numbers.
pub(super) trait Half: Copy + Default + Ord + Send + Sync {}
impl<T: Copy + Default + Ord + Send + Sync> Half for T {}

/// An entry on its way: what its key is in its heap, and both halves.
type Entry<T> = (u16, u32, T);

/// Where the entries of neighbouring keys go.
struct Heap<'s, T> {
    /// The place of the first one among those of all keys.
    first: u32,
    /// By key: where its next entry goes, among those of all keys.
    next: &'s mut [u32],
    a: &'s mut [u32],
    b: &'s mut [T],
}

/// How keys are told apart: so many bits are their place in their heap, the others their heap's number.
#[derive(Clone, Copy)]
struct Bits(u32);

impl Bits {
    fn new(nodes: usize, entries: usize, most: usize) -> Self {
        let width = nodes.div_ceil((entries / HEAP).clamp(1, most)).next_power_of_two();
        Bits(width.ilog2().min(u16::BITS))
    }

    fn heap(self, key: u32) -> usize {
        (key >> self.0) as usize
    }

    fn within(self, key: u32) -> u16 {
        (key & ((1 << self.0) - 1)) as u16
    }

    /// The first key of a heap.
    fn first(self, heap: usize) -> usize {
        heap << self.0
    }
}

/// Cuts what is to be filled into heaps; `next` says for each key where its next entry goes.
fn heaps<'s, T>(bits: Bits, next: &'s mut [u32], (mut a, mut b): (&'s mut [u32], &'s mut [T])) -> Vec<Heap<'s, T>> {
    let begins: Vec<u32> = next.iter().step_by(bits.first(1)).copied().collect();
    let end = begins.first().map(|first| first + a.len() as u32);
    let ends = begins.iter().skip(1).copied().chain(end);
    let heap = |(next, (first, end)): (&'s mut [u32], (&u32, u32))| {
        let count = (end - first) as usize;
        let a = a.split_off_mut(..count).unwrap_or_default();
        Heap { first: *first, next, a, b: b.split_off_mut(..count).unwrap_or_default() }
    };
    next.chunks_mut(bits.first(1)).zip(begins.iter().zip(ends)).map(heap).collect()
}

/// Puts what each part gathered for each heap to its place, the parts in their order, and empties it.
fn put<T: Half>(heaps: &mut [Heap<'_, T>], parts: &mut [Vec<Vec<Entry<T>>>]) {
    let gathered = &*parts;
    heaps.par_iter_mut().enumerate().for_each(|(number, heap)| {
        for (key, a, b) in gathered.iter().flat_map(|heaps| &heaps[number]) {
            let place = &mut heap.next[usize::from(*key)];
            let at = (*place - heap.first) as usize;
            (heap.a[at], heap.b[at]) = (*a, *b);
            *place += 1;
        }
    });
    parts.iter_mut().flatten().for_each(Vec::clear);
}

fn threads(entries: usize) -> usize {
    if entries < MANY { 1 } else { rayon::current_num_threads() }
}

/// Puts entries beside their keys, which come in any order; those of a key are sorted.
pub(super) fn gather<T: Half>(nodes: usize, keys: &[u32], entry: impl Fn(usize) -> (u32, T) + Sync) -> Beside<T> {
    /// More heaps could not all be written to at a time.
    const HEAPS: usize = 1 << 10;
    let offsets = begins_of(nodes, keys);
    let bits = Bits::new(nodes, keys.len(), HEAPS);
    let (mut a, mut b) = (vec![0; keys.len()], vec![T::default(); keys.len()]);
    let mut next = offsets[..nodes].to_vec();
    let mut heaps = heaps(bits, &mut next, (&mut a, &mut b));

    let threads = threads(keys.len());
    let part = keys.len().min(ROUND).div_ceil(threads).max(1);
    let mut parts = vec![vec![Vec::new(); heaps.len()]; threads];
    for (round, keys) in keys.chunks(part * threads).enumerate() {
        let first = round * part * threads;
        parts.par_iter_mut().zip(keys.par_chunks(part)).enumerate().for_each(|(number, (heaps, keys))| {
            for (at, key) in (first + number * part..).zip(keys) {
                let (a, b) = entry(at);
                heaps[bits.heap(*key)].push((bits.within(*key), a, b));
            }
        });
        put(&mut heaps, &mut parts);
    }
    heaps.par_iter_mut().for_each(Heap::sort);
    (offsets, a, b)
}

impl<T: Half> Heap<'_, T> {
    /// Sorts the entries of each key, when all are there.
    fn sort(&mut self) {
        let mut begin = 0;
        let mut sorted = Vec::new();
        for next in &*self.next {
            let end = (*next - self.first) as usize;
            let (a, b) = (&mut self.a[begin..end], &mut self.b[begin..end]);
            begin = end;
            if a.is_sorted() {
                continue;
            }
            sorted.clear();
            sorted.extend(a.iter().copied().zip(b.iter().copied()));
            if sorted.len() < MANY {
                sorted.sort_unstable()
            } else {
                sorted.par_sort_unstable()
            }
            a.iter_mut().zip(b).zip(&sorted).for_each(|(place, entry)| (*place.0, *place.1) = *entry);
        }
    }
}

/// The other direction of edges: beside each target its sources, and which of the source's edges it is, in the order of the
/// sources.
///
/// `offsets` say where the edges of each source begin, whose `targets` ascend, and `entering` where those of each target begin. So a
/// round is all edges to the nodes of some heaps: at each source it goes on where the one before has ended. `done` takes the halves of
/// each round, one behind the other.
pub(super) fn transpose<T: Half>(
    offsets: &[u32],
    targets: &[u32],
    entering: &[u32],
    place: impl Fn(u32) -> T + Sync,
    mut done: impl FnMut(Vec<u32>, Vec<T>),
) {
    /// So many edges for each node make it worth to look at all sources in a round.
    const WORTH: usize = 4;
    let nodes = offsets.len() - 1;
    let bits = Bits::new(nodes, targets.len(), usize::MAX);

    // Each thread has the sources of about as many edges.
    let threads = threads(targets.len());
    let cut = |part: usize| offsets[..nodes].partition_point(|at| (*at as usize) < targets.len() / threads * part);
    let mut rest = offsets[..nodes].to_vec();
    let mut rest_of = rest.as_mut_slice();
    let parts = (0..threads).map(|part| {
        let (first, end) = (cut(part), if part + 1 == threads { nodes } else { cut(part + 1) });
        (first, rest_of.split_off_mut(..end - first).unwrap_or_default())
    });
    let mut parts: Vec<(usize, &mut [u32])> = parts.collect();
    let mut gathered: Vec<Vec<Vec<Entry<T>>>> = vec![Vec::new(); threads];

    let most = ROUND.max(nodes * WORTH);
    let mut first = 0;
    while first < nodes {
        let fits = |end: &usize| (entering[*end] - entering[first]) as usize <= most;
        let ends = (first + bits.first(1)..nodes).step_by(bits.first(1)).chain([nodes]);
        let end = ends.clone().take_while(fits).last().or_else(|| ends.clone().next()).unwrap_or(nodes);
        let count = (entering[end] - entering[first]) as usize;
        let (mut a, mut b) = (vec![0; count], vec![T::default(); count]);
        let mut next = entering[first..end].to_vec();
        let mut heaps = heaps(bits, &mut next, (&mut a, &mut b));
        gathered.par_iter_mut().zip(&mut parts).for_each(|(gathered, (source, rest))| {
            gathered.resize_with(gathered.len().max(heaps.len()), Vec::new);
            for (source, rest) in (*source..).zip(&mut **rest) {
                for target in &targets[*rest as usize..offsets[source + 1] as usize] {
                    if *target as usize >= end {
                        break;
                    }
                    let entry = (bits.within(*target), source as u32, place(*rest - offsets[source]));
                    gathered[bits.heap(*target - first as u32)].push(entry);
                    *rest += 1;
                }
            }
        });
        put(&mut heaps, &mut gathered);
        done(a, b);
        first = end;
    }
}

/// Where the entries of each key begin, when they are put beside their keys, which stand in any order.
pub(super) fn begins_of(nodes: usize, keys: &[u32]) -> Vec<u32> {
    // Each thread counts for itself, in no more memory than the keys take.
    let threads = (keys.len() / nodes.max(1)).clamp(1, rayon::current_num_threads());
    let parts: Vec<Counts> =
        keys.par_chunks(keys.len().div_ceil(threads).max(1)).map(|keys| Counts::of(nodes, keys)).collect();
    let mut sum = 0;
    let begin = |key: usize| {
        let count: u32 = parts.iter().map(|counts| u32::from(counts.low[key])).sum();
        sum += count;
        sum - count
    };
    let mut begins: Vec<u32> = (0..=nodes).map(begin).collect();
    let mut carries: Vec<u32> = parts.into_iter().flat_map(|counts| counts.carries).collect();
    carries.sort_unstable();
    let mut carries = carries.into_iter().peekable();
    let mut more = 0;
    for (key, begin) in (0..).zip(&mut begins) {
        *begin += more;
        while carries.next_if_eq(&key).is_some() {
            more += 1 << u8::BITS;
        }
    }
    begins
}

/// How many entries each key has. Most have few, and a byte for each fits into a processor's cache where four do not.
struct Counts {
    low: Vec<u8>,
    /// The keys whose byte has begun again, each time.
    carries: Vec<u32>,
}

impl Counts {
    fn of(nodes: usize, keys: &[u32]) -> Self {
        let (mut low, mut carries) = (vec![0u8; nodes + 1], Vec::new());
        for key in keys {
            let count = &mut low[*key as usize];
            *count = count.wrapping_add(1);
            if *count == 0 {
                carries.push(*key);
            }
        }
        Counts { low, carries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of which one has many of the entries, and some have none.
    fn keys(nodes: usize, count: usize) -> Vec<u32> {
        let key = |at: usize| if at.is_multiple_of(3) { 0 } else { (at.wrapping_mul(2_654_435_761) >> 7) % nodes };
        (0..count).map(|at| key(at) as u32).collect()
    }

    const SIZES: [(usize, usize); 7] =
        [(0, 0), (1, 3), (5, 0), (10, 100), (1000, MANY + 7), (300_000, 3 * MANY), (10_000, 3 * HEAP)];

    #[test]
    fn entries_stand_beside_their_keys_in_order() {
        for (nodes, count) in SIZES {
            let keys = keys(nodes, count);
            let other = |at: usize| (at.wrapping_mul(40_503) >> 3) as u32 % 1000;
            let (offsets, a, b) = gather(nodes, &keys, |at| (other(at), at as u32));
            let mut expected: Vec<u32> = (0..count as u32).collect();
            expected.sort_by_key(|at| (keys[*at as usize], other(*at as usize)));
            assert!(b == expected, "{nodes} {count}");
            assert!(a.iter().zip(&b).all(|(a, b)| *a == other(*b as usize)), "{nodes} {count}");
            assert!((0..nodes).all(|key| {
                let own = &b[offsets[key] as usize..offsets[key + 1] as usize];
                own.iter().all(|at| keys[*at as usize] == key as u32)
            }));
        }
    }

    /// The halves of all rounds.
    fn turned<T: Half>(
        (offsets, targets, entering): (&[u32], &[u32], &[u32]),
        place: impl Fn(u32) -> T + Sync,
    ) -> (Vec<u32>, Vec<T>) {
        let mut all = (Vec::new(), Vec::new());
        transpose(offsets, targets, entering, place, |mut a, mut b| {
            all.0.append(&mut a);
            all.1.append(&mut b);
        });
        all
    }

    #[test]
    fn transposed_twice_they_are_as_before() {
        for (nodes, count) in SIZES {
            let (sources, targets) = (keys(nodes, count), keys(nodes.max(1), count + 5).split_off(5));
            let (offsets, targets, _) = gather(nodes, &sources, |at| (targets[at], ()));
            let entering = begins_of(nodes, &targets);
            let (sources, places) = turned((&offsets, &targets, &entering), |place| place);
            let target = |at: usize| entering.partition_point(|begin| *begin as usize <= at) as u32 - 1;
            let right = |at: usize| targets[(offsets[sources[at] as usize] + places[at]) as usize] == target(at);
            assert!((0..count).all(right), "{nodes} {count}");
            let (targets_again, _) = turned((&entering, &sources, &offsets), |_| ());
            assert!(begins_of(nodes, &sources) == offsets && targets_again == targets, "{nodes} {count}");
        }
    }
}
