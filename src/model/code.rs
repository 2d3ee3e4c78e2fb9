//! Codes: the names that definitions give to things, checked once, and of different types.

use std::fmt;

/// Why a text is no code: the rule, in words.
pub const RULE: &str = "use lower-case letters, digits and single `_`, beginning with a letter";

/// `a-z`, `0-9` and single `_`, beginning with a letter, at most 60 characters. `__` is kept for our own columns.
pub fn is_code(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !text.contains("__")
        && !text.ends_with('_')
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// None if [`is_code`] says no.
            pub fn new(text: &str) -> Option<Self> {
                is_code(text).then(|| Self(text.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

codes! {
    /// A partner of the programme.
    PartnerCode;
    /// A table that partners fill in.
    CollectionCode;
    /// A survey.
    SurveyCode;
    /// A wave of a survey.
    WaveCode;
    /// A survey server that answers are fetched from.
    SourceCode;
    /// A time at which work is done by itself.
    ScheduleCode;
    /// A column of a collection, or a question of a survey.
    FieldCode;
    /// An indicator.
    IndicatorCode;
    /// A report, and the name of its files.
    ReportCode;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_stand_inside_an_expression() {
        for good in ["a", "smes_benefiting", "rco_01"] {
            assert!(is_code(good), "{good}");
        }
        for bad in ["", "Water", "water access", "1st", "a-b", "a__b", "a_", "é"] {
            assert!(!is_code(bad), "{bad}");
        }
    }
}
