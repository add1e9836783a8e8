//! Sets of labels as the head of a node's table writes them: `[[Person]]`, `[["Person:Employee"]]`, `[[""]]` for none.

/// The labels of a head; a label may stand between backquotes, and has to when it holds a colon or a backquote, which is
/// doubled. None when a backquote is never closed, or text stands beside one.
pub(super) fn read(head: &str) -> Option<Vec<String>> {
    if head.is_empty() {
        return Some(Vec::new());
    }
    let mut labels = Vec::new();
    let mut chars = head.chars().peekable();
    loop {
        let mut label = String::new();
        if chars.next_if_eq(&'`').is_some() {
            loop {
                match chars.next()? {
                    '`' if chars.next_if_eq(&'`').is_some() => label.push('`'),
                    '`' => break,
                    other => label.push(other),
                }
            }
        } else {
            while let Some(other) = chars.next_if(|c| !matches!(c, ':' | '`')) {
                label.push(other);
            }
            if label.is_empty() {
                return None;
            }
        }
        labels.push(label);
        match chars.next() {
            None => return Some(labels),
            Some(':') => {}
            Some(_) => return None,
        }
    }
}

/// The head of nodes with these labels.
pub(super) fn write(labels: &[&str]) -> String {
    let quoted = |label: &&str| match label.is_empty() || label.contains([':', '`']) {
        true => format!("`{}`", label.replace('`', "``")),
        false => (*label).to_owned(),
    };
    labels.iter().map(quoted).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let sets: [&[&str]; 7] = [&[], &["A"], &["A", "B"], &["a b", "ü"], &["a:b", "`", "``x"], &["", ""], &[":"]];
        for set in sets {
            let owned: Vec<String> = set.iter().map(|label| (*label).to_owned()).collect();
            assert_eq!(read(&write(set)), Some(owned), "{set:?}");
        }
        for broken in [":", "A:", "A::B", "`A", "`A`B", "A`B`"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }
}
