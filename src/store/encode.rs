//! Values of a mixed column as bytes.
//!
//! ```text
//! tag 0 null      tag 1 false      tag 2 true
//! tag 3 integer   i64              tag 4 float   f64         tag 5 string   u32 string id
//! tag 6 list      u32 count, then its items
//! tag 7 map       u32 count, then for each entry a u32 string id and a value, ascending by id
//! tag 8 temporal  as the module `moment` writes it
//! ```
//!
//! A tag is one byte, and numbers are little-endian and not aligned. Nulls occur inside lists and maps only.

use crate::model::{Str, Value};

use super::moment;
use super::value::MAX_DEPTH;

/// What a value is made of: the writer's side, with strings as ids of the dictionary.
pub(super) const NULL: u8 = 0;
pub(super) const FALSE: u8 = 1;
pub(super) const TRUE: u8 = 2;
pub(super) const INT: u8 = 3;
pub(super) const FLOAT: u8 = 4;
pub(super) const STRING: u8 = 5;
pub(super) const LIST: u8 = 6;
pub(super) const MAP: u8 = 7;
pub(super) const TEMPORAL: u8 = 8;

/// The value of these bytes; none when they are no encoding of one value, no more and no less.
pub(super) fn decode<'g>(bytes: &[u8], string: &impl Fn(u32) -> Option<Str<'g>>) -> Option<Value<'g>> {
    let mut rest = bytes;
    let value = at_depth(&mut rest, string, 0)?;
    rest.is_empty().then_some(value)
}

fn at_depth<'g>(rest: &mut &[u8], string: &impl Fn(u32) -> Option<Str<'g>>, depth: usize) -> Option<Value<'g>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let [tag] = take(rest)?;
    Some(match tag {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(i64::from_le_bytes(take(rest)?)),
        FLOAT => Value::Float(f64::from_le_bytes(take(rest)?)),
        STRING => Value::String(string(u32::from_le_bytes(take(rest)?))?),
        // Collecting grows with the items that are there, whatever the count says.
        LIST => {
            let count = u32::from_le_bytes(take(rest)?);
            Value::list((0..count).map(|_| at_depth(rest, string, depth + 1)).collect::<Option<_>>()?)
        }
        MAP => {
            let count = u32::from_le_bytes(take(rest)?);
            let entry = |_| {
                let key = string(u32::from_le_bytes(take(rest)?))?;
                Some((key, at_depth(rest, string, depth + 1)?))
            };
            Value::map((0..count).map(entry).collect::<Option<Vec<_>>>()?)
        }
        TEMPORAL => Value::from(moment::decode(rest)?),
        _ => return None,
    })
}

pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_value() {
        let string = |id| (id < 10).then_some(Str::Borrowed("s"));
        let nested = |depth: usize| [[LIST, 1, 0, 0, 0].repeat(depth), vec![NULL]].concat();
        assert_eq!(decode(&[TRUE], &string), Some(Value::Bool(true)));
        assert_eq!(
            decode(&[LIST, 1, 0, 0, 0, STRING, 9, 0, 0, 0], &string),
            Some(Value::list(vec![Value::string("s")]))
        );
        assert!(decode(&nested(MAX_DEPTH), &string).is_some());
        for bytes in [
            &[][..],
            &[8],
            &[TRUE, TRUE],
            &[INT, 1],
            &[STRING, 10, 0, 0, 0],
            &[LIST, 255, 255, 255, 255, NULL],
            &nested(MAX_DEPTH + 1),
        ] {
            assert_eq!(decode(bytes, &string), None, "{bytes:?}");
        }
    }
}
