//! Units of figures, and how many decimals a reader wants to see of each.

use std::fmt;

/// A unit as declared: `EUR`, `%`, `SMEs`, `FTE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit(String);

impl Unit {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Figures of this unit are per cent: a ratio is multiplied by a hundred, an increase is in points.
    pub fn is_percent(&self) -> bool {
        self.0 == "%"
    }

    /// Three capital letters are taken for a currency.
    pub fn is_money(&self) -> bool {
        self.0.len() == 3 && self.0.bytes().all(|b| b.is_ascii_uppercase()) && self.0 != "FTE"
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
