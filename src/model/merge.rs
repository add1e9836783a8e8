//! Merging, for those who sort in pieces because they must be asked in between whether to go on.

use std::cmp::Ordering;

/// Appends two ordered slices, as one, to `into`; of equal items the left ones come first. `look` is called for each item
/// that is compared.
///
/// # Errors
///
/// The first of `look`.
pub(crate) fn merge<T: Copy, E>(
    (mut left, mut right): (&[T], &[T]),
    into: &mut Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
    mut look: impl FnMut() -> Result<(), E>,
) -> Result<(), E> {
    while let ([first, later @ ..], [second, behind @ ..]) = (left, right) {
        look()?;
        if compare(second, first).is_lt() {
            into.push(*second);
            right = behind;
        } else {
            into.push(*first);
            left = later;
        }
    }
    into.extend_from_slice(left);
    into.extend_from_slice(right);
    Ok(())
}
