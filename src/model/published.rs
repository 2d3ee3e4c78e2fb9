//! Figures of an indicator that somebody else published, held against what the rows give.
//!
//! Which of two numbers is right is not for a program to say: both stand side by side.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::scoreboard::IndicatorResult;
use super::value::Value;

/// How a published number is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Is,
    /// Within five per cent.
    About,
    AtLeast,
    MoreThan,
    AtMost,
}

impl Relation {
    pub const NAMES: [(&'static str, Self); 5] = [
        ("=", Self::Is),
        ("about", Self::About),
        ("at_least", Self::AtLeast),
        ("more_than", Self::MoreThan),
        ("at_most", Self::AtMost),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }

    /// Whether a figure is what was published.
    pub fn holds(self, figure: Decimal, published: Decimal) -> bool {
        match self {
            Self::Is => figure == published,
            Self::About => published
                .abs()
                .checked_mul(Decimal::new(5, 2))
                .zip(figure.checked_sub(published))
                .is_some_and(|(span, gap)| gap.abs() <= span),
            Self::AtLeast => figure >= published,
            Self::MoreThan => figure > published,
            Self::AtMost => figure <= published,
        }
    }
}

/// What the project's rows are of the thing that the published figure speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of it.
    Real,
    /// A part, which says of the whole no more than that it is at least as much.
    Partial,
    /// A part of which an average or a share says nothing of the whole.
    Sample,
    /// Written by whoever wrote the project.
    Illustrative,
}

impl Held {
    pub const NAMES: [(&'static str, Self); 4] = [
        ("real", Self::Real),
        ("partial", Self::Partial),
        ("sample", Self::Sample),
        ("illustrative", Self::Illustrative),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }
}

/// What was published, as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub value: Decimal,
    pub relation: Relation,
    /// Of a line of a breakdown: field and value.
    pub by: Option<(String, String)>,
    /// The day that it stands for.
    pub on: Option<NaiveDate>,
    pub source: String,
    pub note: Option<String>,
    pub rows: Held,
    /// What the source says it is made of.
    pub parts: Vec<Decimal>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The rows give it.
    Agrees,
    /// Real rows give something else, or published figures disagree among themselves.
    Contradicted,
    /// The rows are a part of the whole, or not real: they neither give it nor contradict it.
    Open,
    /// There is no figure to hold it against.
    NotCompared,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Contradicted => "contradicted",
            Self::Open => "open",
            Self::NotCompared => "not_compared",
        }
    }
}

/// Why published figures cannot all be right, whatever the rows give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disagreement {
    /// Another source, or another page, has another number.
    Other { value: Decimal, source: String },
    /// The parts that it is said to be made of.
    Parts { sum: Decimal },
    /// The published figures of all lines of a breakdown, by its label.
    Lines { label: String, sum: Decimal },
}

/// A published figure beside what the rows give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub said: Statement,
    /// How the line is called; empty for the total.
    pub name: String,
    pub found: Value,
    pub outcome: Outcome,
    pub disagrees: Vec<Disagreement>,
}

impl Published {
    /// Whether the rows, or another published figure, say something else.
    pub fn is_disputed(&self) -> bool {
        self.outcome == Outcome::Contradicted || (self.outcome != Outcome::Agrees && !self.disagrees.is_empty())
    }
}

/// How many published figures are disputed, and of which indicators.
pub fn disputed(indicators: &[IndicatorResult]) -> (usize, Vec<&IndicatorResult>) {
    let count = |one: &IndicatorResult| one.published.iter().filter(|published| published.is_disputed()).count();
    let of: Vec<&IndicatorResult> = indicators.iter().filter(|one| count(one) > 0).collect();
    (of.iter().map(|one| count(one)).sum(), of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_says_which_figures_hold() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        assert!(Relation::Is.holds(d("14.0"), d("14")) && !Relation::Is.holds(d("13"), d("14")));
        assert!(Relation::About.holds(d("52.5"), d("50")) && !Relation::About.holds(d("53"), d("50")));
        assert!(Relation::AtLeast.holds(d("200"), d("200")) && !Relation::MoreThan.holds(d("200"), d("200")));
        assert!(Relation::AtMost.holds(d("3"), d("3")) && !Relation::AtMost.holds(d("4"), d("3")));
    }
}
