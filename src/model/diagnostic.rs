//! What went wrong with a statement: openCypher's class and detail, our sentence, the place and the way out.
//!
//! Parser, planner and executor all speak in [`Diagnostic`]s; the phase (compile time or runtime) follows from the
//! stage that raised one. Only the command draws carets.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::Span;

/// openCypher's class of an error, named as its TCK names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are openCypher's own")]
pub enum Class {
    SyntaxError,
    SemanticError,
    TypeError,
    ArgumentError,
    ArithmeticError,
    EntityNotFound,
    PropertyNotFound,
    LabelNotFound,
    ParameterMissing,
    ProcedureError,
    ConstraintVerificationFailed,
    /// Not openCypher's: a limit of time, rows, memory or nesting was reached.
    LimitExceeded,
    /// Not openCypher's: somebody asked the statement to stop.
    Cancelled,
    /// Not openCypher's: the graph's bytes do not hold what they promise.
    Corrupt,
    /// Not openCypher's: a clause that is understood but cannot run here.
    Unsupported,
}

/// openCypher's detail code of an error, named as its TCK names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are openCypher's own")]
pub enum Detail {
    AmbiguousAggregationExpression,
    ColumnNameConflict,
    CreatingVarLength,
    DeleteConnectedNode,
    DeletedEntityAccess,
    DifferentColumnsInUnion,
    DivisionByZero,
    FloatingPointOverflow,
    IntegerOverflow,
    InvalidAggregation,
    InvalidArgumentPassingMode,
    InvalidArgumentType,
    InvalidArgumentValue,
    InvalidClauseComposition,
    InvalidDelete,
    InvalidNumberLiteral,
    InvalidNumberOfArguments,
    InvalidParameterUse,
    InvalidPropertyType,
    InvalidRelationshipPattern,
    InvalidUnicodeCharacter,
    InvalidUnicodeLiteral,
    ListElementAccessByNonInteger,
    MapElementAccessByNonString,
    MergeReadOwnWrites,
    MissingParameter,
    NegativeIntegerArgument,
    NestedAggregation,
    NoExpressionAlias,
    NoSingleRelationshipType,
    NonConstantExpression,
    NoVariablesInScope,
    NumberOutOfRange,
    ProcedureNotFound,
    PropertyAccessOnNonMap,
    RelationshipUniquenessViolation,
    RequiresDirectedRelationship,
    UndefinedVariable,
    UnexpectedSyntax,
    UnknownFunction,
    VariableAlreadyBound,
    VariableTypeConflict,
    /// Not openCypher's: see the class.
    Other,
}

/// One error of a statement; its [`Parts`] are its fields.
///
/// A pointer, because results that may hold one are handed up through deep recursions.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic(Box<Parts>);

/// What an error says.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// openCypher's class.
    pub class: Class,
    /// openCypher's detail code.
    pub detail: Detail,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where it is wrong, when a place is known.
    pub span: Option<Span>,
    /// What to say at the place, such as "expected `)`"; may be empty.
    pub label: String,
    /// Further places with a word each: where the bracket was opened, where the name was bound.
    pub related: Vec<(Span, String)>,
    /// Ways out, best first.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error of `class` and `detail` that says `message`; place and help are added with the builder methods.
    pub fn new(class: Class, detail: Detail, message: impl Into<String>) -> Self {
        Diagnostic(Box::new(Parts {
            class,
            detail,
            message: message.into(),
            span: None,
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
        }))
    }

    /// A `SyntaxError`.
    pub fn syntax(detail: Detail, message: impl Into<String>) -> Self {
        Self::new(Class::SyntaxError, detail, message)
    }

    /// A `TypeError`.
    pub fn type_error(detail: Detail, message: impl Into<String>) -> Self {
        Self::new(Class::TypeError, detail, message)
    }

    /// An `ArgumentError`.
    pub fn argument(detail: Detail, message: impl Into<String>) -> Self {
        Self::new(Class::ArgumentError, detail, message)
    }

    /// Sets the place, keeping an earlier one: the innermost place is the most precise.
    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// Says a word at the place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a further place.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds a way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl Deref for Diagnostic {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for help in &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}
