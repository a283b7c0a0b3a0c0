//! `cohort.include`: which patients of the clinical table belong to the study; and `outcome.composite`, conditions of
//! the same language.
//!
//! Clauses joined by `and`, each counted in the flow of patients. Logic has three values: a test of an empty
//! cell is neither true nor false, so `not` does not turn a missing value into a reason to stay, and a patient
//! whose clause stays unknown leaves. Never: a patient's value in an error. Spec: docs/reference/plan.md.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

mod parse;
#[cfg(test)]
mod tests;

pub use parse::NotAnInclusion;

/// The parsed expression; empty means every patient.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(into = "String")]
pub struct Inclusion {
    clauses: Vec<Clause>,
}

/// One step of the flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    test: Test,
    text: String,
}

/// What makes a derived label true: alternatives and parts at once, without the steps of a flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "String")]
pub struct Condition {
    test: Test,
}

/// Why a clause cannot be decided for a row. The cell's content is left to the caller, who may show it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnfitCell {
    /// The table has no such column.
    #[error("the clinical table has no column `{0}`, which an expression of the plan names")]
    NoColumn(String),
    /// A number is asked for.
    #[error("column `{0}` holds a cell that is no number; an expression of the plan compares it with one")]
    NotANumber(String),
    /// A truth value is asked for.
    #[error("column `{0}` holds a cell that is none of true, false, yes, no, 1, 0")]
    NotTrueOrFalse(String),
}

impl UnfitCell {
    /// The stable code of this refusal.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoColumn(_) => "CNS-P-0501",
            Self::NotANumber(_) => "CNS-P-0502",
            Self::NotTrueOrFalse(_) => "CNS-P-0503",
        }
    }
}

impl Inclusion {
    /// The clauses, in the order in which they are applied.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The columns that are read, each once, in order of first use.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        self.clauses.iter().for_each(|clause| clause.test.collect_columns(&mut columns));
        columns
    }
}

impl Clause {
    /// The clause as text, in canonical spacing and quoting.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the patient stays. `cell` gives a column's content, empty when missing, or `None` when the table
    /// has no such column.
    pub fn evaluate<'a>(&self, cell: &dyn Fn(&str) -> Option<&'a str>) -> Result<bool, UnfitCell> {
        Ok(self.test.evaluate(cell)? == Some(true))
    }

    fn new(test: Test) -> Self {
        Self { text: test.to_string(), test }
    }
}

impl Condition {
    /// Whether it holds; nothing where empty cells leave it open. `cell` as for [`Clause::evaluate`].
    pub fn evaluate<'a>(&self, cell: &dyn Fn(&str) -> Option<&'a str>) -> Result<Option<bool>, UnfitCell> {
        self.test.evaluate(cell)
    }

    /// The columns that are read, each once, in order of first use.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        self.test.collect_columns(&mut columns);
        columns
    }
}

/// A condition on one row.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Compare { column: String, by: Comparison, with: Literal },
    Among { column: String, values: Vec<Literal> },
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Number(f64),
    Text(String),
    Truth(bool),
}

// === evaluation: Some(true), Some(false), or None where a missing cell leaves it open ===

impl Test {
    fn evaluate<'a>(&self, cell: &dyn Fn(&str) -> Option<&'a str>) -> Result<Option<bool>, UnfitCell> {
        match self {
            Self::Compare { column, by, with } => {
                let text = read(column, cell)?;
                if text.is_empty() { Ok(None) } else { with.compare(*by, column, text).map(Some) }
            }
            Self::Among { column, values } => {
                let text = read(column, cell)?;
                if text.is_empty() {
                    return Ok(None);
                }
                let equals = |value: &Literal| value.compare(Comparison::Equal, column, text);
                values.iter().try_fold(false, |found, value| Ok(found | equals(value)?)).map(Some)
            }
            Self::Not(test) => Ok(test.evaluate(cell)?.map(|truth| !truth)),
            Self::All(tests) => settle(tests, false, cell),
            Self::Any(tests) => settle(tests, true, cell),
        }
    }

    fn collect_columns<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Self::Compare { column, .. } | Self::Among { column, .. } => {
                if !into.contains(&column.as_str()) {
                    into.push(column);
                }
            }
            Self::Not(test) => test.collect_columns(into),
            Self::All(tests) | Self::Any(tests) => tests.iter().for_each(|test| test.collect_columns(into)),
        }
    }
}

/// `decisive` is the value that settles the whole: false for `and`, true for `or`.
fn settle<'a>(
    tests: &[Test],
    decisive: bool,
    cell: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Option<bool>, UnfitCell> {
    let mut settled = Some(!decisive);
    for test in tests {
        match test.evaluate(cell)? {
            Some(truth) if truth == decisive => settled = Some(decisive),
            Some(_) => {}
            None if settled == Some(decisive) => {}
            None => settled = None,
        }
    }
    Ok(settled)
}

fn read<'a>(column: &str, cell: &dyn Fn(&str) -> Option<&'a str>) -> Result<&'a str, UnfitCell> {
    cell(column).map(str::trim).ok_or_else(|| UnfitCell::NoColumn(column.to_owned()))
}

impl Literal {
    fn compare(&self, by: Comparison, column: &str, text: &str) -> Result<bool, UnfitCell> {
        let equal = match self {
            Self::Number(limit) => {
                let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
                return value
                    .map(|value| by.holds(value, *limit))
                    .ok_or_else(|| UnfitCell::NotANumber(column.to_owned()));
            }
            Self::Text(expected) => text == expected,
            Self::Truth(expected) => {
                truth(text).ok_or_else(|| UnfitCell::NotTrueOrFalse(column.to_owned()))? == *expected
            }
        };
        Ok(equal == (by == Comparison::Equal))
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "`==` in a plan means equal, as the table writes it")]
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Equal => value == limit,
            Self::Unequal => value != limit,
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::Greater => value > limit,
            Self::AtLeast => value >= limit,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

// === text: what is written here parses back to the same expression ===

impl FromStr for Inclusion {
    type Err = NotAnInclusion;

    fn from_str(text: &str) -> Result<Self, NotAnInclusion> {
        parse::inclusion(text)
    }
}

impl FromStr for Condition {
    type Err = NotAnInclusion;

    fn from_str(text: &str) -> Result<Self, NotAnInclusion> {
        parse::condition(text)
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.to_string()
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.test)
    }
}

impl From<Inclusion> for String {
    fn from(inclusion: Inclusion) -> String {
        inclusion.to_string()
    }
}

impl fmt::Display for Inclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        join(f, &self.clauses, " and ", |f, clause| f.write_str(&clause.text))
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { column, by, with } => {
                write_column(f, column)?;
                write!(f, " {} {with}", by.symbol())
            }
            Self::Among { column, values } => write_among(f, column, "in", values),
            Self::Not(test) => match test.as_ref() {
                Self::Among { column, values } => write_among(f, column, "not in", values),
                test => write!(f, "not {test}"),
            },
            Self::All(tests) => write_group(f, tests, " and "),
            Self::Any(tests) => write_group(f, tests, " or "),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Text(text) if text.contains('\'') => write!(f, "\"{text}\""),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

fn write_column(f: &mut fmt::Formatter<'_>, column: &str) -> fmt::Result {
    if parse::is_plain(column) { f.write_str(column) } else { write!(f, "`{column}`") }
}

fn write_among(f: &mut fmt::Formatter<'_>, column: &str, word: &str, values: &[Literal]) -> fmt::Result {
    write_column(f, column)?;
    write!(f, " {word} [")?;
    join(f, values, ", ", |f, value| write!(f, "{value}"))?;
    f.write_str("]")
}

fn write_group(f: &mut fmt::Formatter<'_>, tests: &[Test], word: &str) -> fmt::Result {
    f.write_str("(")?;
    join(f, tests, word, |f, test| write!(f, "{test}"))?;
    f.write_str(")")
}

fn join<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    separator: &str,
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { separator })?;
        write(f, item)?;
    }
    Ok(())
}
