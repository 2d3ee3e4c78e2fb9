//! A figure's value: known, or absent with a reason. There is no default, no NaN, and zero is a number.

use std::fmt;

use rust_decimal::Decimal;

/// Why a figure cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    ZeroDenominator,
    /// MIN, MAX or a median over no row.
    NoRows,
    /// Too large to be exact.
    Overflow,
    /// An amount whose currency has no rate in its month: which, or nothing where that is withheld.
    NoRate(String),
    /// An estimate that its answers do not allow, in words.
    Estimate(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZeroDenominator => f.write_str("the denominator is zero"),
            Self::NoRows => f.write_str("no row to take it from"),
            Self::Overflow => f.write_str("too large to be exact"),
            Self::NoRate(of) if of.is_empty() => f.write_str("an amount in another currency cannot be converted"),
            Self::NoRate(of) => write!(f, "no rate of exchange: {of}"),
            Self::Estimate(why) => f.write_str(why),
        }
    }
}

/// The five states of `design.md`, section 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Known(Decimal),
    /// Nobody whose turn it was has reported.
    NotReported,
    /// The partner does not take part.
    NotApplicable,
    NotComputable(Why),
    /// Withheld from this audience.
    Suppressed,
}

impl Value {
    pub fn known(&self) -> Option<Decimal> {
        if let Self::Known(value) = self { Some(*value) } else { None }
    }

    /// The state's name in every output.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Known(_) => "known",
            Self::NotReported => "not_reported",
            Self::NotApplicable => "not_applicable",
            Self::NotComputable(_) => "not_computable",
            Self::Suppressed => "suppressed",
        }
    }

    /// What a figure from two others is when one of them is not known: the first state in the order suppressed,
    /// `not_computable`, `not_reported`, `not_applicable`. None when both are known.
    pub fn first_absent<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Option<Self> {
        let rank = |value: &Self| match value {
            Self::Suppressed => 0,
            Self::NotComputable(_) => 1,
            Self::NotReported => 2,
            Self::NotApplicable => 3,
            Self::Known(_) => 4,
        };
        parts.filter(|value| value.known().is_none()).min_by_key(|value| rank(value)).cloned()
    }
}

/// How many of those whose turn it was have reported: partners, or enterprises asked for a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    pub reported: usize,
    pub due: usize,
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.reported, self.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_absence_wins() {
        let known = Value::Known(Decimal::ONE);
        let parts = [known.clone(), Value::NotApplicable, Value::NotReported];
        assert_eq!(Value::first_absent(parts.iter()), Some(Value::NotReported));
        let parts = [Value::NotComputable(Why::NoRows), Value::Suppressed];
        assert_eq!(Value::first_absent(parts.iter()), Some(Value::Suppressed));
        assert_eq!(Value::first_absent([known].iter()), None);
    }
}
