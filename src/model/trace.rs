//! What a number in an output is, and what it is made of: the words in which workbook, page and command line speak of
//! sources. docs/methods.md, "From a number to its cells".

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::code::IndicatorCode;
use super::scoreboard::{Accumulation, Evidence, EvidenceRow, Figure, IndicatorResult, SourceSheet};

/// What a number in an output is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// A part of a figure: `by` is empty for the total.
    Figure { indicator: IndicatorCode, by: Vec<(String, String)>, part: Part },
    /// What a row of the evidence brings: its position.
    Evidence { row: usize, below: bool },
    /// A number of an answer behind an estimate, by the answer's position.
    Answer { row: usize, part: AnswerPart },
    /// One number as a part of another.
    Share { above: Box<Number>, below: Box<Number> },
    /// Something counted that is no figure of an indicator.
    Counted(Counted),
}

impl Number {
    pub fn of(figure: &Figure, part: Part) -> Self {
        Self::Figure { indicator: figure.indicator.clone(), by: figure.by.clone(), part }
    }

    /// Of an indicator's total.
    pub fn total(one: &IndicatorResult, part: Part) -> Self {
        Self::Figure { indicator: one.code.clone(), by: Vec::new(), part }
    }

    /// Of an estimate: the figure itself, or its change.
    pub fn estimate(figure: &Figure, of_change: bool, bound: Bound) -> Self {
        Self::of(figure, Part::Estimate(Estimated { of_change, wave: None, bound }))
    }

    /// Of one of an estimate's waves, by its position.
    pub fn wave(one: &IndicatorResult, wave: usize, bound: Bound) -> Self {
        Self::total(one, Part::Estimate(Estimated { of_change: false, wave: Some(wave), bound }))
    }
}

/// Which number of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Value,
    /// At most so many enterprises.
    Upper,
    /// At least so many organisations, if every undecided pair is one.
    Lower,
    Numerator,
    Denominator,
    Rows,
    Baseline,
    Target,
    Expected,
    Progress,
    Achievement,
    SinceThen,
    Committed,
    Actual(NaiveDate),
    ExpectedOn(NaiveDate),
    OriginalOn(NaiveDate),
    Milestone(NaiveDate),
    Estimate(Estimated),
    /// Of pace and projection.
    Pace(Paced),
}

/// Which number of an estimate, and of which of its waves; None is the figure itself, of a change the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Estimated {
    pub of_change: bool,
    pub wave: Option<usize>,
    pub bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    Value,
    Lower,
    Upper,
    /// Value less lower, upper less value: what a chart draws as whiskers.
    Below,
    Above,
    Answers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paced {
    Recent,
    Required,
    Left,
    Value(NaiveDate),
    Lower(NaiveDate),
    Upper(NaiveDate),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerPart {
    Y,
    X,
    Weight,
    Population,
}

/// Something counted that is no figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Indicators of a status, by its name.
    Status(String),
    /// Findings of a rule and weight; all where they are empty.
    Findings { rule: String, severity: String },
    /// Findings of a severity about a partner: nobody's where it is empty, all where it is None.
    FindingsOf { partner: Option<String>, severity: String },
    /// Rows accepted, or kept out, of a partner: as above.
    Rows { partner: Option<String>, collection: Option<String>, kept_out: bool },
    /// Of a survey's wave by position, in a line of one of its tables by position.
    Response { survey: String, wave: usize, line: usize, what: &'static str },
    /// Of a comparison, by position.
    Comparison { at: usize, what: &'static str },
    /// A figure that moved since an earlier run, by position; of a cause's part its position.
    Change { at: usize, what: Moving },
    /// Organisations of a list by position.
    Organisations { list: usize, what: Listed },
    /// How likely an undecided pair is one, by position: an estimate, taken as given.
    Likely { pair: usize },
    /// Rows of the evidence, and the sum of what they bring.
    Evidence { amount: bool },
    /// The number that a spreadsheet gives a row: it says where, not how much.
    Place,
    /// In a copy of a submission: the cell is its own source.
    Original,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moving {
    Before,
    After,
    Difference,
    Due(usize),
}

/// Which organisations of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    Written,
    Once,
    Least,
    /// A partner's that another reports too.
    Shared(String),
    /// Both partners'; of one with itself all that it reports.
    Both(String, String),
}

/// How rows become a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    Sum,
    Count,
    /// Different identities; at least one if a row is known by its name alone.
    Distinct,
    Least,
    Greatest,
    /// The smallest value that half of the rows do not exceed.
    Median,
}

/// How an indicator comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    Rows(Taking),
    /// Of two numbers over the same rows.
    Ratio {
        of: Taking,
        to: Taking,
    },
    /// The sum of a field over how many rows give it.
    Mean,
    /// From the answers to a survey: [`Evidence::answers`].
    Answers,
    /// One indicator divided by another.
    Quotient {
        of: IndicatorCode,
        to: IndicatorCode,
    },
    /// Indicators added up.
    Sum(Vec<IndicatorCode>),
}

/// What a row brings to a figure, or to one part of a ratio.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brings {
    /// False where a FILTER leaves it out, or nothing stands in the cell that is counted.
    pub counts: bool,
    pub amount: Option<Decimal>,
    /// What is counted once.
    pub identity: Option<String>,
    /// The identity is a name, since no number is known.
    pub by_name: bool,
}

/// In which figures a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// In the total, in its groups and in its partner's line.
    Counts,
    /// Not in its partner's line: there stands what the partner itself reported, as a row of its own.
    Record,
    /// In its partner's line alone: in the total another partner's row stands for the record.
    Partner,
    /// Dated after the cut-off: in what came since then.
    After,
    /// Of a stock: an earlier state, which counts in the figures of earlier periods.
    Earlier,
    /// In what is committed: decided or contracted, counted beside what is achieved.
    Committed,
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Record => "record",
            Self::Partner => "partner",
            Self::After => "after",
            Self::Earlier => "earlier",
            Self::Committed => "committed",
        }
    }
}

impl Taking {
    /// The number that these rows give. None where no row gives one.
    pub fn of<'a>(self, rows: impl Iterator<Item = &'a Brings>) -> Option<Decimal> {
        let counting = rows.filter(|brings| brings.counts);
        match self {
            Self::Count => Some(Decimal::from(counting.count())),
            Self::Distinct => {
                let (mut numbers, mut named) = (BTreeSet::new(), false);
                for brings in counting {
                    match &brings.identity {
                        Some(_) if brings.by_name => named = true,
                        Some(identity) => drop(numbers.insert(identity)),
                        None => {}
                    }
                }
                Some(Decimal::from(if numbers.is_empty() && named { 1 } else { numbers.len() }))
            }
            Self::Sum => counting.filter_map(|brings| brings.amount).try_fold(Decimal::ZERO, Decimal::checked_add),
            Self::Least => counting.filter_map(|brings| brings.amount).min(),
            Self::Greatest => counting.filter_map(|brings| brings.amount).max(),
            Self::Median => {
                let mut values: Vec<Decimal> = counting.filter_map(|brings| brings.amount).collect();
                values.sort_unstable();
                values.get(values.len().div_ceil(2).checked_sub(1)?).copied()
            }
        }
    }
}

impl Evidence {
    /// The rows that a figure is counted from, with their positions.
    pub fn behind<'a>(
        &'a self,
        result: &'a IndicatorResult,
        figure: &'a Figure,
    ) -> impl Iterator<Item = (usize, &'a EvidenceRow)> + use<'a> {
        let places: Vec<(Option<usize>, &str, &str)> = figure
            .by
            .iter()
            .map(|(field, value)| {
                let place = result.breakdowns.iter().position(|breakdown| breakdown.field == *field);
                (place, field.as_str(), value.as_str())
            })
            .collect();
        let partner = figure.by.iter().any(|(field, _)| field == "partner");
        // A stock is not grouped by period: its line is the state at the period's end.
        let state = (result.accumulation == Accumulation::Stock)
            .then(|| figure.by.iter().find(|(field, _)| field == "period"))
            .flatten()
            .and_then(|(_, label)| result.trajectory.iter().find(|point| point.label == *label));
        let at_end: Option<BTreeSet<usize>> =
            state.map(|point| self.on(result, point.on).map(|(at, _)| at).collect::<BTreeSet<usize>>());
        self.rows.iter().enumerate().filter(move |(at, row)| {
            if row.indicator != result.code {
                return false;
            }
            if let Some(at_end) = &at_end {
                return at_end.contains(at);
            }
            let stands = match row.standing {
                Standing::Counts => true,
                Standing::Record => !partner,
                Standing::Partner => partner,
                Standing::After | Standing::Earlier | Standing::Committed => false,
            };
            stands
                && places.iter().all(|(place, field, value)| match place.and_then(|place| row.by.get(place)) {
                    Some(own) => own == value,
                    None => *field == "partner" && row.partner == *value,
                })
        })
    }

    /// The rows behind the total as it stood on a day of the trajectory.
    pub fn on<'a>(
        &'a self,
        result: &'a IndicatorResult,
        day: NaiveDate,
    ) -> impl Iterator<Item = (usize, &'a EvidenceRow)> + use<'a> {
        let stock = result.accumulation == Accumulation::Stock;
        let reaches = move |row: &EvidenceRow| row.from_day.is_none_or(|from| from <= day);
        self.rows.iter().enumerate().filter(move |(_, row)| {
            let stands = match row.standing {
                Standing::Counts | Standing::Record => true,
                Standing::Earlier => stock,
                Standing::After | Standing::Partner | Standing::Committed => false,
            };
            row.indicator == result.code && stands && reaches(row) && (!stock || self.is_latest(row, day))
        })
    }

    /// The rows behind what is committed.
    pub fn committed<'a>(
        &'a self,
        result: &'a IndicatorResult,
    ) -> impl Iterator<Item = (usize, &'a EvidenceRow)> + use<'a> {
        let own = |row: &EvidenceRow| row.indicator == result.code && row.standing == Standing::Committed;
        self.rows.iter().enumerate().filter(move |(_, row)| own(row))
    }

    /// Whether no later report of its partner had come for a period up to this day: what a stock counts.
    fn is_latest(&self, row: &EvidenceRow, day: NaiveDate) -> bool {
        let Some(own) = row.from_day else { return true };
        !self.sources.iter().any(|source| {
            let same = source.partner == row.partner && source.collection == row.collection;
            same && source.covers.is_some_and(|covers| own < covers && covers <= day)
        })
    }

    /// The sheet that a row came from.
    pub fn source(&self, row: &EvidenceRow) -> Option<&SourceSheet> {
        self.sources.get(row.source?)
    }
}
