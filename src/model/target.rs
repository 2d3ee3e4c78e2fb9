//! What an indicator is held against: baseline, milestones, target, and the direction that is good.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::code::PartnerCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Increase,
    Decrease,
    /// Stay within `tolerance` of the target.
    Maintain {
        tolerance: Decimal,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trajectory {
    Linear,
    Steps,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    pub value: Decimal,
    pub on: Option<NaiveDate>,
    pub source: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    pub value: Decimal,
    pub on: NaiveDate,
    pub illustrative: bool,
}

/// A target as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetValue {
    Value(Decimal),
    /// Above the baseline by this much; points where the unit is per cent.
    Increase(Decimal),
    /// Above the baseline by this many per cent of it.
    IncreasePercent(Decimal),
    /// Judged against `from`.
    Range {
        from: Decimal,
        to: Decimal,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub value: TargetValue,
    pub on: NaiveDate,
    pub illustrative: bool,
    pub decided: Option<NaiveDate>,
    pub because: Option<String>,
}

/// No target at all, one that is still to be declared, or its versions in the order of their decisions; the last counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    None,
    ToBeDeclared,
    Declared(Vec<Target>),
}

impl Targets {
    pub fn current(&self) -> Option<&Target> {
        if let Self::Declared(versions) = self { versions.last() } else { None }
    }
}

/// A target in figures, once the baseline is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolvedTarget {
    /// What is judged against; the lower end of a range.
    pub value: Decimal,
    /// The upper end of a range.
    pub to: Option<Decimal>,
    pub on: NaiveDate,
}

impl Target {
    /// With the baseline put in. None where it is too large to be exact.
    pub fn resolve(&self, baseline: Decimal) -> Option<ResolvedTarget> {
        let (value, to) = match self.value {
            TargetValue::Value(value) => (value, None),
            TargetValue::Increase(by) => (baseline.checked_add(by)?, None),
            TargetValue::IncreasePercent(by) => {
                (baseline.checked_add(baseline.checked_mul(by)?.checked_div(Decimal::ONE_HUNDRED)?)?, None)
            }
            TargetValue::Range { from, to } => (from, Some(to)),
        };
        Some(ResolvedTarget { value, to, on: self.on })
    }
}

/// Where in the definition files something is declared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    pub file: String,
    /// Lines, counted from one.
    pub line: u32,
    pub baseline: Option<u32>,
    /// In the order of [`Targets`].
    pub targets: Vec<u32>,
    pub milestones: Vec<u32>,
    pub partner_targets: BTreeMap<PartnerCode, u32>,
}
