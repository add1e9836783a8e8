//! What texts from the graph go through before any format escapes them.

/// Whether a character can be shown and stored everywhere: no control character, and none that XML forbids.
pub(super) fn is_printable(char: char) -> bool {
    !char.is_control() && !matches!(char, '\u{fffe}' | '\u{ffff}')
}

/// The text's lines, without what cannot be shown; tabs become blanks.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\t', " ");
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    lines.map(|line| line.chars().filter(|&char| is_printable(char)).collect()).collect()
}

/// Lines of at most `width` characters (a longer word stays whole up to twice of it), at most `most` of them; a cut text
/// ends in `…`.
pub(super) fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    for line in lines(text) {
        let mut current = String::new();
        for word in line.split_whitespace() {
            let word = cut(word, 2 * width);
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
                wrapped.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current += &word;
        }
        if !current.is_empty() {
            wrapped.push(current);
        }
    }
    if wrapped.len() > most {
        wrapped.truncate(most);
        if let Some(last) = wrapped.last_mut() {
            last.push('…');
        }
    }
    wrapped
}

fn cut(word: &str, most: usize) -> String {
    match word.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &word[..at]),
        None => word.to_owned(),
    }
}

/// About how wide a line is in a sans-serif face of this size, rather more than less: the reader's face is not known.
pub(super) fn width(line: &str, size: f64) -> f64 {
    let ems = line.chars().map(|char| match char {
        'i' | 'j' | 'l' | '|' | '\'' | '.' | ',' | ':' | ';' | '!' => 0.3,
        ' ' | 'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '/' | '\\' | '-' | '`' | '"' => 0.4,
        'm' | 'M' | 'w' | 'W' | '@' | '%' | '&' | '…' => 0.9,
        'A'..='Z' => 0.72,
        // Marks that join the letter before them, and what is not shown at all.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        // The scripts of East Asia, and pictures.
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 1.25,
        _ => 0.6,
    });
    ems.sum::<f64>() * size
}

/// A link that is safe to write anywhere: `http` or `https`, of characters that a URL consists of.
pub(super) fn is_link(text: &str) -> bool {
    let web = ["http://", "https://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    web && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping() {
        let cases: [(&str, &[&str]); 8] = [
            ("", &[]),
            ("\u{7}\n\n", &[]),
            ("short", &["short"]),
            ("two words more", &["two words", "more"]),
            ("a\r\nb\u{2028}c", &["a", "b", "c"]),
            ("one\ntwo\nthree\nfour", &["one", "two", "three…"]),
            ("abcdefghijklmnopqrstuvwxyz", &["abcdefghijklmnopqrst…"]),
            ("tab\there\u{0}", &["tab here"]),
        ];
        for (text, expected) in cases {
            assert_eq!(wrap(text, 10, 3), expected, "{text:?}");
        }
    }

    #[test]
    fn links() {
        for good in ["http://a", "https://example.org/x?y=1&z=%20#f"] {
            assert!(is_link(good), "{good}");
        }
        for bad in
            ["", "http://", "javascript:alert(1)", "https://a b", "https://a\"", "https://a\\", "file:///etc", "HTTP"]
        {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
