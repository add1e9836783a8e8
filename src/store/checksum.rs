//! XXH64, the checksum of headers and sections.
//!
//! Yann Collet's xxHash with 64 bits and seed 0, as its specification describes it. It finds damage, not malice:
//! whoever can write a file can write its checksum too. It reads several gigabytes a second without instructions that
//! some machines lack, which is why it was preferred to CRC-32C.

const P1: u64 = 0x9E37_79B1_85EB_CA87;
const P2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const P3: u64 = 0x1656_67B1_9E37_79F9;
const P4: u64 = 0x85EB_CA77_C2B2_AE63;
const P5: u64 = 0x27D4_EB2F_1656_67C5;

/// Bytes of which the lanes take a word each.
const STRIPE: usize = 32;

/// The checksum of the bytes.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = Checksum::default();
    sum.add(bytes);
    sum.sum()
}

/// The checksum of bytes that come piece by piece.
#[derive(Clone, Debug)]
pub(super) struct Checksum {
    lanes: [u64; 4],
    /// How many bytes came.
    length: u64,
    /// The last ones, which are no whole stripe yet.
    rest: [u8; STRIPE],
}

impl Default for Checksum {
    fn default() -> Self {
        Checksum { lanes: [P1.wrapping_add(P2), P2, 0, 0u64.wrapping_sub(P1)], length: 0, rest: [0; STRIPE] }
    }
}

impl Checksum {
    /// Takes the next bytes.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        let waiting = (self.length % STRIPE as u64) as usize;
        self.length += bytes.len() as u64;
        if waiting > 0 {
            let (first, after) = bytes.split_at(bytes.len().min(STRIPE - waiting));
            self.rest[waiting..waiting + first.len()].copy_from_slice(first);
            if waiting + first.len() < STRIPE {
                return;
            }
            take(&mut self.lanes, &[self.rest]);
            bytes = after;
        }
        let (stripes, rest) = bytes.as_chunks();
        take(&mut self.lanes, stripes);
        self.rest[..rest.len()].copy_from_slice(rest);
    }

    /// How many bytes came.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The checksum of all that came.
    pub(super) fn sum(&self) -> u64 {
        let mut hash = if self.length < STRIPE as u64 {
            P5
        } else {
            let [a, b, c, d] = self.lanes;
            let sum = a.rotate_left(1).wrapping_add(b.rotate_left(7));
            let sum = sum.wrapping_add(c.rotate_left(12)).wrapping_add(d.rotate_left(18));
            self.lanes.into_iter().fold(sum, |hash, lane| (hash ^ round(0, lane)).wrapping_mul(P1).wrapping_add(P4))
        };
        hash = hash.wrapping_add(self.length);
        let mut rest = &self.rest[..(self.length % STRIPE as u64) as usize];
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            hash = (hash ^ round(0, u64::from_le_bytes(*word))).rotate_left(27).wrapping_mul(P1).wrapping_add(P4);
            rest = after;
        }
        if let Some((word, after)) = rest.split_first_chunk::<4>() {
            let word = u64::from(u32::from_le_bytes(*word));
            hash = (hash ^ word.wrapping_mul(P1)).rotate_left(23).wrapping_mul(P2).wrapping_add(P3);
            rest = after;
        }
        for byte in rest {
            hash = (hash ^ u64::from(*byte).wrapping_mul(P5)).rotate_left(11).wrapping_mul(P1);
        }
        hash = (hash ^ (hash >> 33)).wrapping_mul(P2);
        hash = (hash ^ (hash >> 29)).wrapping_mul(P3);
        hash ^ (hash >> 32)
    }
}

/// Takes stripes into the lanes.
fn take(lanes: &mut [u64; 4], stripes: &[[u8; STRIPE]]) {
    let mut sums = *lanes;
    for stripe in stripes {
        let (words, _) = stripe.as_chunks();
        for (lane, word) in sums.iter_mut().zip(words) {
            *lane = round(*lane, u64::from_le_bytes(*word));
        }
    }
    *lanes = sums;
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_reference() {
        for (text, expected) in [
            ("", 0xEF46_DB37_51D8_E999),
            ("a", 0xD24E_C4F1_A98C_6E5B),
            ("abc", 0x44BC_2CF5_AD77_0999),
            ("The quick brown fox jumps over the lazy dog", 0x0B24_2D36_1FDA_71BC),
        ] {
            assert_eq!(checksum(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn pieces_have_the_checksum_of_the_whole() {
        let bytes: Vec<u8> = (0..200u32).map(|at| (at * at) as u8).collect();
        for length in [0, 1, 31, 32, 33, 64, 100, 200] {
            for piece in [1, 3, 8, 31, 32, 33, 70] {
                let mut sum = Checksum::default();
                bytes[..length].chunks(piece).for_each(|piece| sum.add(piece));
                assert_eq!(sum.sum(), checksum(&bytes[..length]), "{length} {piece}");
            }
        }
    }
}
