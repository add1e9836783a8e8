//! Identifiers as types: a node id cannot slip into an edge's place.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($repr:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            /// The id as an index into a slice.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

id!(
    /// A node of a graph: dense, snapshot nodes first, then nodes added since.
    NodeId(u32)
);
id!(
    /// An edge of a graph: dense, snapshot edges first, then edges added since.
    EdgeId(u32)
);
id!(
    /// A label's number in the catalog of a view.
    LabelId(u32)
);
id!(
    /// An edge type's number in the catalog of a view.
    EdgeTypeId(u32)
);
id!(
    /// A property key's number in the catalog of a view.
    KeyId(u32)
);
id!(
    /// A variable of a statement: unique after scopes are resolved, and the index of its column in a batch.
    Var(u32)
);
