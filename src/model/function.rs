//! The functions of the language by name: what they take and what they give.
//!
//! The planner checks calls against this table and the executor gives each function its body; the completer lists
//! it. Adding a function means a row here and an arm in `exec/function/`.

/// A scalar function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {}

/// An aggregation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the functions' own")]
pub enum Aggregate {
    CountStar,
    Count,
    Sum,
    Avg,
    Min,
    Max,
    Collect,
    StDev,
    StDevP,
    PercentileCont,
    PercentileDisc,
}

/// The kinds of values, as a set: what a parameter accepts, or what an expression may turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Types(pub u16);

impl Types {
    /// Truth values.
    pub const BOOL: Types = Types(1);
    /// Integers.
    pub const INT: Types = Types(2);
    /// Floats.
    pub const FLOAT: Types = Types(4);
    /// Strings.
    pub const STRING: Types = Types(8);
    /// Lists.
    pub const LIST: Types = Types(16);
    /// Maps.
    pub const MAP: Types = Types(32);
    /// Nodes.
    pub const NODE: Types = Types(64);
    /// Edges.
    pub const EDGE: Types = Types(128);
    /// Paths.
    pub const PATH: Types = Types(256);
    /// Integers and floats.
    pub const NUMBER: Types = Types(2 | 4);
    /// Everything; null always belongs to every set.
    pub const ANY: Types = Types(0x1ff);

    /// Either.
    pub const fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    /// Whether they have a kind in common.
    pub const fn meets(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// One value from one row's values.
    Scalar(Function),
    /// One value from many rows.
    Aggregate(Aggregate),
}

/// A function's row in the table.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Its name as documentation writes it; calls are case-blind.
    pub name: &'static str,
    /// What it stands for.
    pub kind: FunctionKind,
    /// What each parameter accepts.
    pub parameters: &'static [Types],
    /// How many of them must be given.
    pub required: usize,
    /// The last parameter may repeat.
    pub variadic: bool,
    /// What it may give (besides null).
    pub returns: Types,
    /// What it does, in a sentence, for help and completion.
    pub text: &'static str,
}

/// The signature of the function with this name, whatever its case; namespaces are joined by dots.
pub fn lookup(_name: &str) -> Option<&'static Signature> {
    None
}
