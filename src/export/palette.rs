//! Colours and shapes of types: the schema's where it has them, else from a fixed list.

use crate::model::schema::Style;

/// Pale fill and dark border, in an order that keeps neighbours in the list apart, also for most colour-blind eyes.
const COLOURS: [(&str, &str); 12] = [
    ("#dbeafe", "#1e40af"),
    ("#ffedd5", "#9a3412"),
    ("#dcfce7", "#166534"),
    ("#f3e8ff", "#6b21a8"),
    ("#fef9c3", "#854d0e"),
    ("#fee2e2", "#991b1b"),
    ("#cffafe", "#155e75"),
    ("#fce7f3", "#9d174d"),
    ("#ecfccb", "#3f6212"),
    ("#e0e7ff", "#3730a3"),
    ("#f5f5f4", "#44403c"),
    ("#ccfbf1", "#115e59"),
];

/// Shapes that leave room for a text of several words.
const SHAPES: [&str; 5] = ["box", "ellipse", "hexagon", "note", "octagon"];

/// How a type is drawn; every part is safe to be written unquoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// A Graphviz shape.
    pub(super) shape: String,
    /// `#rrggbb`, pale.
    pub(super) fill: String,
    /// `#rrggbb`, dark.
    pub(super) border: String,
}

impl Look {
    /// The look of the `index`-th type. A schema may come from anywhere: what is no colour and no word is ignored.
    pub(super) fn new(index: usize, style: Option<&Style>) -> Look {
        let (fill, border) = COLOURS[index % COLOURS.len()];
        let choose = |wish: Option<&String>, valid: fn(&str) -> bool, default: &str| {
            wish.filter(|wish| valid(wish)).map_or_else(|| default.to_owned(), Clone::clone)
        };
        Look {
            shape: choose(style.map(|s| &s.shape), is_word, SHAPES[index % SHAPES.len()]),
            fill: choose(style.map(|s| &s.fill), is_colour, fill),
            border: choose(style.map(|s| &s.border), is_colour, border),
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_taken_where_it_is_sound() {
        let style = Style { shape: "note\"]".into(), fill: "#aabbcc".into(), border: "red;}".into() };
        let plain = Look::new(1, None);
        let styled = Look::new(1, Some(&style));
        assert_eq!(styled, Look { fill: "#aabbcc".into(), ..plain });
        assert_eq!(Look::new(12, None).fill, COLOURS[0].0);
    }
}
