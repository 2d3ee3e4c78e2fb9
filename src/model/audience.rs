//! Whom an output is for: what stands in it depends on that.

/// The audience of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Audience {
    /// The programme itself: all rows.
    #[default]
    Internal,
    /// Who pays for it.
    Funder,
    /// Everybody.
    Public,
}

impl Audience {
    pub const NAMES: [(&'static str, Self); 3] =
        [("internal", Self::Internal), ("funder", Self::Funder), ("public", Self::Public)];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, audience)| *audience == self).map_or("", |(name, _)| name)
    }

    /// Whether what tells of single enterprises is withheld.
    pub fn is_restricted(self) -> bool {
        self != Self::Internal
    }
}
