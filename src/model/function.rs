//! The functions of the language by name: what they take and what they give.
//!
//! The planner checks calls against this table and the executor gives each function its body; the completer lists
//! it. Adding a function means a row here and an arm in `exec/function/`.

use super::temporal::TemporalKind;

/// A scalar function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the functions' own; the table says what each does")]
pub enum Function {
    Abs,
    Acos,
    Asin,
    Atan,
    Atan2,
    /// `duration.between` and its kin.
    Between(Span),
    Btrim,
    Ceil,
    CharLength,
    Coalesce,
    Cos,
    Cosh,
    Cot,
    Coth,
    Degrees,
    E,
    ElementId,
    EndNode,
    Exp,
    Floor,
    FromEpoch,
    FromEpochMillis,
    Haversin,
    Head,
    Id,
    IsEmpty,
    IsNan,
    Keys,
    Labels,
    Last,
    Left,
    Length,
    Log,
    Log10,
    Ltrim,
    /// `date(...)` and its kin.
    Make(TemporalKind),
    Nodes,
    /// `date.statement()` and its kin.
    Now(TemporalKind, Clock),
    NullIf,
    Pi,
    Properties,
    Radians,
    Rand,
    RandomUuid,
    Range,
    Relationships,
    Replace,
    Reverse,
    Right,
    Round,
    Rtrim,
    Sign,
    Sin,
    Sinh,
    Size,
    Split,
    Sqrt,
    StartNode,
    Substring,
    Tail,
    Tan,
    Tanh,
    Timestamp,
    ToBoolean,
    ToBooleanList,
    ToBooleanOrNull,
    ToFloat,
    ToFloatList,
    ToFloatOrNull,
    ToInteger,
    ToIntegerList,
    ToIntegerOrNull,
    ToLower,
    ToString,
    ToStringList,
    ToStringOrNull,
    ToUpper,
    /// `date.truncate` and its kin.
    Truncate(TemporalKind),
    Type,
    ValueType,
}

/// Which clock is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Clock {
    Transaction,
    Statement,
    Realtime,
}

/// What a duration between two values is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Span {
    All,
    Months,
    Days,
    Seconds,
}

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
    /// Dates, times and points in time.
    pub const TEMPORAL: Types = Types(512);
    /// Durations.
    pub const DURATION: Types = Types(1024);
    /// Everything; null always belongs to every set.
    pub const ANY: Types = Types(0x7ff);

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
///
/// ```
/// use kenning::model::function::lookup;
/// assert_eq!(lookup("TOUPPER").map(|signature| signature.name), Some("toUpper"));
/// ```
pub fn lookup(name: &str) -> Option<&'static Signature> {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().map(|byte| byte.to_ascii_lowercase())
    }
    let found = FUNCTIONS.binary_search_by(|signature| letters(signature.name).cmp(letters(name)));
    found.ok().map(|at| &FUNCTIONS[at])
}

/// The row of a function; of several names the longest is the main one (`toLower`, not `lower`).
///
/// None only for `count(*)`, which is not called by a name.
pub fn signature(kind: FunctionKind) -> Option<&'static Signature> {
    FUNCTIONS.iter().filter(|signature| signature.kind == kind).max_by_key(|signature| signature.name.len())
}

/// Every function, sorted by name, whatever its case.
pub fn all() -> &'static [Signature] {
    FUNCTIONS
}

use FunctionKind as Kind;

/// Nodes and edges.
const ELEMENT: Types = Types::NODE.or(Types::EDGE);

const fn row(
    name: &'static str,
    kind: FunctionKind,
    parameters: &'static [Types],
    required: usize,
    variadic: bool,
    returns: Types,
    text: &'static str,
) -> Signature {
    Signature { name, kind, parameters, required, variadic, returns, text }
}

/// What the constructors of temporal values take.
const MAKES: Types = Types::STRING.or(Types::MAP).or(Types::TEMPORAL);
/// What `duration` takes.
const SPANS: Types = Types::STRING.or(Types::MAP).or(Types::DURATION);

/// Sorted by name in small letters: `lookup` searches it.
#[rustfmt::skip]
static FUNCTIONS: &[Signature] = &[
    row("abs", Kind::Scalar(Function::Abs), &[Types::NUMBER], 1, false, Types::NUMBER, "The distance of a number from zero."),
    row("acos", Kind::Scalar(Function::Acos), &[Types::NUMBER], 1, false, Types::FLOAT, "The angle, in radians, with this cosine."),
    row("asin", Kind::Scalar(Function::Asin), &[Types::NUMBER], 1, false, Types::FLOAT, "The angle, in radians, with this sine."),
    row("atan", Kind::Scalar(Function::Atan), &[Types::NUMBER], 1, false, Types::FLOAT, "The angle, in radians, with this tangent."),
    row("atan2", Kind::Scalar(Function::Atan2), &[Types::NUMBER, Types::NUMBER], 2, false, Types::FLOAT, "The angle, in radians, of the point with this y and x."),
    row("avg", Kind::Aggregate(Aggregate::Avg), &[Types::NUMBER.or(Types::DURATION)], 1, false, Types::FLOAT.or(Types::DURATION), "The mean of the values that are not null."),
    row("btrim", Kind::Scalar(Function::Btrim), &[Types::STRING, Types::STRING], 1, false, Types::STRING, "The string without white space, or without these characters, at both ends."),
    row("ceil", Kind::Scalar(Function::Ceil), &[Types::NUMBER], 1, false, Types::FLOAT, "The smallest whole number that is not below."),
    row("ceiling", Kind::Scalar(Function::Ceil), &[Types::NUMBER], 1, false, Types::FLOAT, "The smallest whole number that is not below."),
    row("char_length", Kind::Scalar(Function::CharLength), &[Types::STRING], 1, false, Types::INT, "How many characters the string has."),
    row("character_length", Kind::Scalar(Function::CharLength), &[Types::STRING], 1, false, Types::INT, "How many characters the string has."),
    row("coalesce", Kind::Scalar(Function::Coalesce), &[Types::ANY], 1, true, Types::ANY, "The first argument that is not null."),
    row("collect", Kind::Aggregate(Aggregate::Collect), &[Types::ANY], 1, false, Types::LIST, "A list of the values that are not null."),
    row("cos", Kind::Scalar(Function::Cos), &[Types::NUMBER], 1, false, Types::FLOAT, "The cosine of an angle in radians."),
    row("cosh", Kind::Scalar(Function::Cosh), &[Types::NUMBER], 1, false, Types::FLOAT, "The hyperbolic cosine."),
    row("cot", Kind::Scalar(Function::Cot), &[Types::NUMBER], 1, false, Types::FLOAT, "The cotangent of an angle in radians."),
    row("coth", Kind::Scalar(Function::Coth), &[Types::NUMBER], 1, false, Types::FLOAT, "The hyperbolic cotangent."),
    row("count", Kind::Aggregate(Aggregate::Count), &[Types::ANY], 1, false, Types::INT, "How many values are not null; count(*) counts rows."),
    row("date", Kind::Scalar(Function::Make(TemporalKind::Date)), &[MAKES], 0, false, Types::TEMPORAL, "A day: of a text, of a map, of another temporal value, or now."),
    row("date.realtime", Kind::Scalar(Function::Now(TemporalKind::Date, Clock::Realtime)), &[Types::STRING], 0, false, Types::TEMPORAL, "A day now, in this time zone or UTC."),
    row("date.statement", Kind::Scalar(Function::Now(TemporalKind::Date, Clock::Statement)), &[Types::STRING], 0, false, Types::TEMPORAL, "A day now, in this time zone or UTC."),
    row("date.transaction", Kind::Scalar(Function::Now(TemporalKind::Date, Clock::Transaction)), &[Types::STRING], 0, false, Types::TEMPORAL, "A day now, in this time zone or UTC."),
    row("date.truncate", Kind::Scalar(Function::Truncate(TemporalKind::Date)), &[Types::STRING, Types::TEMPORAL, Types::MAP], 2, false, Types::TEMPORAL, "The start of the unit of time that a value lies in, with the map's parts set."),
    row("datetime", Kind::Scalar(Function::Make(TemporalKind::DateTime)), &[MAKES], 0, false, Types::TEMPORAL, "A point in time: of a text, of a map, of another temporal value, or now."),
    row("datetime.fromepoch", Kind::Scalar(Function::FromEpoch), &[Types::INT, Types::INT], 2, false, Types::TEMPORAL, "The point in time so many seconds and nanoseconds after the start of 1970, UTC."),
    row("datetime.fromepochmillis", Kind::Scalar(Function::FromEpochMillis), &[Types::INT], 1, false, Types::TEMPORAL, "The point in time so many milliseconds after the start of 1970, UTC."),
    row("datetime.realtime", Kind::Scalar(Function::Now(TemporalKind::DateTime, Clock::Realtime)), &[Types::STRING], 0, false, Types::TEMPORAL, "A point in time now, in this time zone or UTC."),
    row("datetime.statement", Kind::Scalar(Function::Now(TemporalKind::DateTime, Clock::Statement)), &[Types::STRING], 0, false, Types::TEMPORAL, "A point in time now, in this time zone or UTC."),
    row("datetime.transaction", Kind::Scalar(Function::Now(TemporalKind::DateTime, Clock::Transaction)), &[Types::STRING], 0, false, Types::TEMPORAL, "A point in time now, in this time zone or UTC."),
    row("datetime.truncate", Kind::Scalar(Function::Truncate(TemporalKind::DateTime)), &[Types::STRING, Types::TEMPORAL, Types::MAP], 2, false, Types::TEMPORAL, "The start of the unit of time that a value lies in, with the map's parts set."),
    row("degrees", Kind::Scalar(Function::Degrees), &[Types::NUMBER], 1, false, Types::FLOAT, "An angle in radians, in degrees."),
    row("duration", Kind::Scalar(Function::Make(TemporalKind::Duration)), &[SPANS], 1, false, Types::DURATION, "A duration, of a text or a map."),
    row("duration.between", Kind::Scalar(Function::Between(Span::All)), &[Types::TEMPORAL, Types::TEMPORAL], 2, false, Types::DURATION, "The duration from one value to another, in months, days and seconds."),
    row("duration.inDays", Kind::Scalar(Function::Between(Span::Days)), &[Types::TEMPORAL, Types::TEMPORAL], 2, false, Types::DURATION, "The whole days from one value to another."),
    row("duration.inMonths", Kind::Scalar(Function::Between(Span::Months)), &[Types::TEMPORAL, Types::TEMPORAL], 2, false, Types::DURATION, "The whole months from one value to another."),
    row("duration.inSeconds", Kind::Scalar(Function::Between(Span::Seconds)), &[Types::TEMPORAL, Types::TEMPORAL], 2, false, Types::DURATION, "The seconds from one value to another."),
    row("e", Kind::Scalar(Function::E), &[], 0, false, Types::FLOAT, "The base of the natural logarithm."),
    row("elementId", Kind::Scalar(Function::ElementId), &[ELEMENT], 1, false, Types::STRING, "A text that identifies a node or an edge."),
    row("endNode", Kind::Scalar(Function::EndNode), &[Types::EDGE], 1, false, Types::NODE, "The node that an edge enters."),
    row("exp", Kind::Scalar(Function::Exp), &[Types::NUMBER], 1, false, Types::FLOAT, "e to this power."),
    row("floor", Kind::Scalar(Function::Floor), &[Types::NUMBER], 1, false, Types::FLOAT, "The greatest whole number that is not above."),
    row("haversin", Kind::Scalar(Function::Haversin), &[Types::NUMBER], 1, false, Types::FLOAT, "Half the versed sine of an angle in radians."),
    row("head", Kind::Scalar(Function::Head), &[Types::LIST], 1, false, Types::ANY, "The first element."),
    row("id", Kind::Scalar(Function::Id), &[ELEMENT], 1, false, Types::INT, "A number that identifies a node or an edge."),
    row("isEmpty", Kind::Scalar(Function::IsEmpty), &[Types::STRING.or(Types::LIST).or(Types::MAP)], 1, false, Types::BOOL, "Whether a string, a list or a map holds nothing."),
    row("isNaN", Kind::Scalar(Function::IsNan), &[Types::NUMBER], 1, false, Types::BOOL, "Whether a number is NaN."),
    row("keys", Kind::Scalar(Function::Keys), &[Types::MAP.or(Types::NODE).or(Types::EDGE)], 1, false, Types::LIST, "The keys of a map, or of the properties of a node or an edge."),
    row("labels", Kind::Scalar(Function::Labels), &[Types::NODE], 1, false, Types::LIST, "The labels of a node."),
    row("last", Kind::Scalar(Function::Last), &[Types::LIST], 1, false, Types::ANY, "The last element."),
    row("left", Kind::Scalar(Function::Left), &[Types::STRING, Types::INT], 2, false, Types::STRING, "The first characters of a string."),
    row("length", Kind::Scalar(Function::Length), &[Types::PATH], 1, false, Types::INT, "How many edges a path has."),
    row("ln", Kind::Scalar(Function::Log), &[Types::NUMBER], 1, false, Types::FLOAT, "The natural logarithm."),
    row("localdatetime", Kind::Scalar(Function::Make(TemporalKind::LocalDateTime)), &[MAKES], 0, false, Types::TEMPORAL, "A day and a time of day: of a text, of a map, of another temporal value, or now."),
    row("localdatetime.realtime", Kind::Scalar(Function::Now(TemporalKind::LocalDateTime, Clock::Realtime)), &[Types::STRING], 0, false, Types::TEMPORAL, "A day and a time of day now, in this time zone or UTC."),
    row("localdatetime.statement", Kind::Scalar(Function::Now(TemporalKind::LocalDateTime, Clock::Statement)), &[Types::STRING], 0, false, Types::TEMPORAL, "A day and a time of day now, in this time zone or UTC."),
    row("localdatetime.transaction", Kind::Scalar(Function::Now(TemporalKind::LocalDateTime, Clock::Transaction)), &[Types::STRING], 0, false, Types::TEMPORAL, "A day and a time of day now, in this time zone or UTC."),
    row("localdatetime.truncate", Kind::Scalar(Function::Truncate(TemporalKind::LocalDateTime)), &[Types::STRING, Types::TEMPORAL, Types::MAP], 2, false, Types::TEMPORAL, "The start of the unit of time that a value lies in, with the map's parts set."),
    row("localtime", Kind::Scalar(Function::Make(TemporalKind::LocalTime)), &[MAKES], 0, false, Types::TEMPORAL, "A time of day: of a text, of a map, of another temporal value, or now."),
    row("localtime.realtime", Kind::Scalar(Function::Now(TemporalKind::LocalTime, Clock::Realtime)), &[Types::STRING], 0, false, Types::TEMPORAL, "A time of day now, in this time zone or UTC."),
    row("localtime.statement", Kind::Scalar(Function::Now(TemporalKind::LocalTime, Clock::Statement)), &[Types::STRING], 0, false, Types::TEMPORAL, "A time of day now, in this time zone or UTC."),
    row("localtime.transaction", Kind::Scalar(Function::Now(TemporalKind::LocalTime, Clock::Transaction)), &[Types::STRING], 0, false, Types::TEMPORAL, "A time of day now, in this time zone or UTC."),
    row("localtime.truncate", Kind::Scalar(Function::Truncate(TemporalKind::LocalTime)), &[Types::STRING, Types::TEMPORAL, Types::MAP], 2, false, Types::TEMPORAL, "The start of the unit of time that a value lies in, with the map's parts set."),
    row("log", Kind::Scalar(Function::Log), &[Types::NUMBER], 1, false, Types::FLOAT, "The natural logarithm."),
    row("log10", Kind::Scalar(Function::Log10), &[Types::NUMBER], 1, false, Types::FLOAT, "The logarithm to base 10."),
    row("lower", Kind::Scalar(Function::ToLower), &[Types::STRING], 1, false, Types::STRING, "The string in small letters."),
    row("ltrim", Kind::Scalar(Function::Ltrim), &[Types::STRING, Types::STRING], 1, false, Types::STRING, "The string without white space, or without these characters, in front."),
    row("max", Kind::Aggregate(Aggregate::Max), &[Types::ANY], 1, false, Types::ANY, "The last of the values by the order of ORDER BY."),
    row("min", Kind::Aggregate(Aggregate::Min), &[Types::ANY], 1, false, Types::ANY, "The first of the values by the order of ORDER BY."),
    row("nodes", Kind::Scalar(Function::Nodes), &[Types::PATH], 1, false, Types::LIST, "The nodes of a path."),
    row("nullIf", Kind::Scalar(Function::NullIf), &[Types::ANY, Types::ANY], 2, false, Types::ANY, "Null when both are equal, else the first."),
    row("percentileCont", Kind::Aggregate(Aggregate::PercentileCont), &[Types::NUMBER, Types::NUMBER], 2, false, Types::FLOAT, "The value at this share (0.0 to 1.0) of the sorted numbers, interpolated."),
    row("percentileDisc", Kind::Aggregate(Aggregate::PercentileDisc), &[Types::NUMBER, Types::NUMBER], 2, false, Types::NUMBER, "The nearest number at this share (0.0 to 1.0) of the sorted numbers."),
    row("pi", Kind::Scalar(Function::Pi), &[], 0, false, Types::FLOAT, "The ratio of a circle's circumference to its diameter."),
    row("properties", Kind::Scalar(Function::Properties), &[Types::MAP.or(Types::NODE).or(Types::EDGE)], 1, false, Types::MAP, "The properties of a node or an edge as a map."),
    row("radians", Kind::Scalar(Function::Radians), &[Types::NUMBER], 1, false, Types::FLOAT, "An angle in degrees, in radians."),
    row("rand", Kind::Scalar(Function::Rand), &[], 0, false, Types::FLOAT, "A random number from 0.0 to 1.0, without 1.0."),
    row("randomUUID", Kind::Scalar(Function::RandomUuid), &[], 0, false, Types::STRING, "A random UUID (version 4)."),
    row("range", Kind::Scalar(Function::Range), &[Types::INT, Types::INT, Types::INT], 2, false, Types::LIST, "The integers from the first to the second, both included, by the third."),
    row("relationships", Kind::Scalar(Function::Relationships), &[Types::PATH], 1, false, Types::LIST, "The edges of a path."),
    row("replace", Kind::Scalar(Function::Replace), &[Types::STRING, Types::STRING, Types::STRING], 3, false, Types::STRING, "The string with each occurrence of the second replaced by the third."),
    row("reverse", Kind::Scalar(Function::Reverse), &[Types::STRING.or(Types::LIST)], 1, false, Types::STRING.or(Types::LIST), "The string or list from its end."),
    row("right", Kind::Scalar(Function::Right), &[Types::STRING, Types::INT], 2, false, Types::STRING, "The last characters of a string."),
    row("round", Kind::Scalar(Function::Round), &[Types::NUMBER, Types::INT, Types::STRING], 1, false, Types::FLOAT, "The nearest whole number, halves up; or with that many decimals, halves away from zero or by the mode named (UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN)."),
    row("rtrim", Kind::Scalar(Function::Rtrim), &[Types::STRING, Types::STRING], 1, false, Types::STRING, "The string without white space, or without these characters, behind."),
    row("sign", Kind::Scalar(Function::Sign), &[Types::NUMBER], 1, false, Types::INT, "-1, 0 or 1."),
    row("sin", Kind::Scalar(Function::Sin), &[Types::NUMBER], 1, false, Types::FLOAT, "The sine of an angle in radians."),
    row("sinh", Kind::Scalar(Function::Sinh), &[Types::NUMBER], 1, false, Types::FLOAT, "The hyperbolic sine."),
    row("size", Kind::Scalar(Function::Size), &[Types::STRING.or(Types::LIST).or(Types::MAP)], 1, false, Types::INT, "How many elements a list or map, or characters a string has."),
    row("split", Kind::Scalar(Function::Split), &[Types::STRING, Types::STRING.or(Types::LIST)], 2, false, Types::LIST, "The parts of a string between separators."),
    row("sqrt", Kind::Scalar(Function::Sqrt), &[Types::NUMBER], 1, false, Types::FLOAT, "The square root."),
    row("startNode", Kind::Scalar(Function::StartNode), &[Types::EDGE], 1, false, Types::NODE, "The node that an edge leaves."),
    row("stDev", Kind::Aggregate(Aggregate::StDev), &[Types::NUMBER], 1, false, Types::FLOAT, "The standard deviation of a sample."),
    row("stDevP", Kind::Aggregate(Aggregate::StDevP), &[Types::NUMBER], 1, false, Types::FLOAT, "The standard deviation of a whole population."),
    row("substring", Kind::Scalar(Function::Substring), &[Types::STRING, Types::INT, Types::INT], 2, false, Types::STRING, "Characters of a string: from this position (0 is the first), and how many."),
    row("sum", Kind::Aggregate(Aggregate::Sum), &[Types::NUMBER.or(Types::DURATION)], 1, false, Types::NUMBER.or(Types::DURATION), "The sum of the values that are not null."),
    row("tail", Kind::Scalar(Function::Tail), &[Types::LIST], 1, false, Types::LIST, "The list without its first element."),
    row("tan", Kind::Scalar(Function::Tan), &[Types::NUMBER], 1, false, Types::FLOAT, "The tangent of an angle in radians."),
    row("tanh", Kind::Scalar(Function::Tanh), &[Types::NUMBER], 1, false, Types::FLOAT, "The hyperbolic tangent."),
    row("time", Kind::Scalar(Function::Make(TemporalKind::Time)), &[MAKES], 0, false, Types::TEMPORAL, "A time of day with its offset: of a text, of a map, of another temporal value, or now."),
    row("time.realtime", Kind::Scalar(Function::Now(TemporalKind::Time, Clock::Realtime)), &[Types::STRING], 0, false, Types::TEMPORAL, "A time of day with its offset now, in this time zone or UTC."),
    row("time.statement", Kind::Scalar(Function::Now(TemporalKind::Time, Clock::Statement)), &[Types::STRING], 0, false, Types::TEMPORAL, "A time of day with its offset now, in this time zone or UTC."),
    row("time.transaction", Kind::Scalar(Function::Now(TemporalKind::Time, Clock::Transaction)), &[Types::STRING], 0, false, Types::TEMPORAL, "A time of day with its offset now, in this time zone or UTC."),
    row("time.truncate", Kind::Scalar(Function::Truncate(TemporalKind::Time)), &[Types::STRING, Types::TEMPORAL, Types::MAP], 2, false, Types::TEMPORAL, "The start of the unit of time that a value lies in, with the map's parts set."),
    row("timestamp", Kind::Scalar(Function::Timestamp), &[], 0, false, Types::INT, "Milliseconds since the start of 1970, UTC, by the statement's clock."),
    row("toBoolean", Kind::Scalar(Function::ToBoolean), &[Types::ANY], 1, false, Types::BOOL, "true or false from a string, an integer or a boolean; null from other strings."),
    row("toBooleanList", Kind::Scalar(Function::ToBooleanList), &[Types::LIST], 1, false, Types::LIST, "Each element as a boolean, or null."),
    row("toBooleanOrNull", Kind::Scalar(Function::ToBooleanOrNull), &[Types::ANY], 1, false, Types::BOOL, "As toBoolean, and null from everything else."),
    row("toFloat", Kind::Scalar(Function::ToFloat), &[Types::ANY], 1, false, Types::FLOAT, "A float from a string or a number; null from other strings."),
    row("toFloatList", Kind::Scalar(Function::ToFloatList), &[Types::LIST], 1, false, Types::LIST, "Each element as a float, or null."),
    row("toFloatOrNull", Kind::Scalar(Function::ToFloatOrNull), &[Types::ANY], 1, false, Types::FLOAT, "As toFloat, and null from everything else."),
    row("toInteger", Kind::Scalar(Function::ToInteger), &[Types::ANY], 1, false, Types::INT, "An integer from a string, a number or a boolean; null from other strings."),
    row("toIntegerList", Kind::Scalar(Function::ToIntegerList), &[Types::LIST], 1, false, Types::LIST, "Each element as an integer, or null."),
    row("toIntegerOrNull", Kind::Scalar(Function::ToIntegerOrNull), &[Types::ANY], 1, false, Types::INT, "As toInteger, and null from everything else."),
    row("toLower", Kind::Scalar(Function::ToLower), &[Types::STRING], 1, false, Types::STRING, "The string in small letters."),
    row("toString", Kind::Scalar(Function::ToString), &[Types::ANY], 1, false, Types::STRING, "The text of a boolean, a number or a string."),
    row("toStringList", Kind::Scalar(Function::ToStringList), &[Types::LIST], 1, false, Types::LIST, "Each element as a string, or null."),
    row("toStringOrNull", Kind::Scalar(Function::ToStringOrNull), &[Types::ANY], 1, false, Types::STRING, "As toString, and null from everything else."),
    row("toUpper", Kind::Scalar(Function::ToUpper), &[Types::STRING], 1, false, Types::STRING, "The string in capital letters."),
    row("trim", Kind::Scalar(Function::Btrim), &[Types::STRING], 1, false, Types::STRING, "The string without white space at both ends."),
    row("type", Kind::Scalar(Function::Type), &[Types::EDGE], 1, false, Types::STRING, "The type of an edge."),
    row("upper", Kind::Scalar(Function::ToUpper), &[Types::STRING], 1, false, Types::STRING, "The string in capital letters."),
    row("valueType", Kind::Scalar(Function::ValueType), &[Types::ANY], 1, false, Types::STRING, "The name of a value's type."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_in_any_case() {
        for signature in all() {
            for name in [signature.name.to_owned(), signature.name.to_uppercase(), signature.name.to_lowercase()] {
                assert_eq!(lookup(&name).map(|found| found.name), Some(signature.name), "{name}");
            }
            assert!(signature.required <= signature.parameters.len(), "{}", signature.name);
        }
        for unknown in ["foo", "", "toUpper ", "siz", "sizes", "\u{130}d"] {
            assert!(lookup(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_its_rows_hold_together() {
        for pair in all().windows(2) {
            assert!(pair[0].name.to_lowercase() < pair[1].name.to_lowercase(), "{}", pair[1].name);
        }
        for row in all() {
            assert!(!row.variadic || !row.parameters.is_empty(), "{}", row.name);
            assert!(row.text.ends_with('.'), "{}", row.name);
            assert_eq!(signature(row.kind).map(|main| main.kind), Some(row.kind), "{}", row.name);
        }
        let main = |name: &str| lookup(name).and_then(|row| signature(row.kind)).map(|row| row.name);
        assert_eq!(main("lower"), Some("toLower"));
        assert_eq!(main("upper"), Some("toUpper"));
    }
}
