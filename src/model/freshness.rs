//! How old data may be: `[[freshness]]` of a pipeline.

use super::code::{CollectionCode, SourceCode};

/// What must not grow old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// What partners send; `each`: the latest of each of them, else the newest of all.
    Collection { code: CollectionCode, each: bool },
    /// What is fetched.
    Source(SourceCode),
    /// The scoreboard that was published last.
    Scoreboard,
}

/// Ages in whole days. At least one of the two is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    pub of: Of,
    /// Older than this is said.
    pub warn_after: Option<i64>,
    /// Older than this fails a gate.
    pub fail_after: Option<i64>,
}

/// What an age means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    Fresh,
    /// Older than these days, which are declared.
    Warn(i64),
    Fail(i64),
}

impl Freshness {
    pub fn judge(&self, age: i64) -> Judged {
        let past = |days: Option<i64>| days.filter(|days| age > *days);
        match (past(self.fail_after), past(self.warn_after)) {
            (Some(days), _) => Judged::Fail(days),
            (None, Some(days)) => Judged::Warn(days),
            (None, None) => Judged::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_judged_by_the_gravest_bound_that_it_passes() {
        let both = Freshness { of: Of::Scoreboard, warn_after: Some(7), fail_after: Some(14) };
        let judged = [7, 8, 14, 15].map(|age| both.judge(age));
        assert_eq!(judged, [Judged::Fresh, Judged::Warn(7), Judged::Warn(7), Judged::Fail(14)]);
        assert_eq!(Freshness { warn_after: None, ..both }.judge(8), Judged::Fresh);
    }
}
