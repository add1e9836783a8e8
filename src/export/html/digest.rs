//! SHA-256 in base64, by which a page's policy names the only script and the only style that may run.
//!
//! FIPS 180-4, for texts of some kilobytes; nothing here is secret.

/// `sha256-...` as a Content-Security-Policy spells it.
pub(super) fn source(text: &str) -> String {
    format!("sha256-{}", base64(&sha256(text.as_bytes())))
}

/// The first 32 bits of the fractional parts of the roots of the first primes: cube roots of 64, square roots of 8.
/// Computed with whole numbers, so that there is no table to mistype.
fn constants() -> ([u32; 64], [u32; 8]) {
    let primes: Vec<u128> = (2..312).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    // The root of `prime << 32 * power` has 32 bits behind the point.
    let root = |prime: u128, power: u32| {
        let (mut low, mut high) = (0_u128, 1 << 38);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if middle.pow(power) <= prime << (32 * power) { low = middle } else { high = middle }
        }
        low as u32
    };
    (std::array::from_fn(|index| root(primes[index], 3)), std::array::from_fn(|index| root(primes[index], 2)))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let (round, mut state) = constants();
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).div_ceil(64) * 64 - 8, 0);
    padded.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0_u32; 64];
        for (word, four) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = four.iter().fold(0, |word, &byte| word << 8 | u32::from(byte));
        }
        for at in 16..64 {
            let (early, late) = (words[at - 15], words[at - 2]);
            let early = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
            let late = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
            words[at] = words[at - 16].wrapping_add(early).wrapping_add(words[at - 7]).wrapping_add(late);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (word, constant) in words.iter().zip(round) {
            let choice = (e & f) ^ (!e & g);
            let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let one = h.wrapping_add(mixed).wrapping_add(choice).wrapping_add(constant).wrapping_add(*word);
            let majority = (a & b) ^ (a & c) ^ (b & c);
            let two = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(majority);
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(one), c, b, a, one.wrapping_add(two));
        }
        for (sum, part) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *sum = sum.wrapping_add(part);
        }
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = char::from(LETTERS[bits >> (18 - 6 * at) & 63]);
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        let cases = [
            ("", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("abc", "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ];
        for (text, expected) in cases {
            assert_eq!(source(text), expected, "{text:?}");
        }
        assert_eq!(base64(b"kenn"), "a2Vubg==");
        // The last length whose padding fits, the first that needs another block, and many blocks.
        for (length, expected) in [(55, 0x9f43_90f8), (56, 0xb354_39a4), (1000, 0x41ed_ece4)] {
            assert_eq!(sha256(&vec![b'a'; length])[..4], u32::to_be_bytes(expected), "{length}");
        }
    }
}
