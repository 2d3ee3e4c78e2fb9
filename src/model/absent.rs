//! Why an answer has no value: six kinds, which stay apart from the cell to the report, and apart from zero.

/// A value that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absent {
    Refused,
    DontKnow,
    NotApplicable,
    /// The question was not shown.
    NotAsked,
    /// It was shown and left empty.
    NotAnswered,
    /// Not asked or not answered: the source does not tell.
    Unknown,
}

impl Absent {
    pub const NAMES: [(&'static str, Self); 6] = [
        ("refused", Self::Refused),
        ("dont_know", Self::DontKnow),
        ("not_applicable", Self::NotApplicable),
        ("not_asked", Self::NotAsked),
        ("not_answered", Self::NotAnswered),
        ("unknown", Self::Unknown),
    ];

    /// As it is stored and as definitions write it.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("unknown", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind)
    }

    /// Whether somebody said so, or nobody was asked: then the answer does not lack it.
    pub fn is_accounted_for(self) -> bool {
        matches!(self, Self::Refused | Self::DontKnow | Self::NotApplicable | Self::NotAsked)
    }
}
