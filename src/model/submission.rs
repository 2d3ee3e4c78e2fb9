//! Submissions, and which of several counts.
//!
//! A submission is one table of one file: a partner's rows of one collection (for one period, where the collection
//! is reported by period). Nothing is forgotten: what does not count stays in the store.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::code::{CollectionCode, PartnerCode};
use crate::finding::CellRef;

/// One accepted table as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Identifies the rows in the store.
    pub section: i64,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
    /// What the file was called.
    pub name: String,
    pub sheet: String,
    pub partner: PartnerCode,
    pub collection: CollectionCode,
    /// The period that it reports, if it says so.
    pub period: Option<i64>,
    pub reporting_date: Option<NaiveDate>,
    pub revision: Option<i64>,
    /// When it came, by the clock of then.
    pub received: DateTime<Utc>,
    /// Which receipt it came with: of two the greater is the later one, whatever the clock said.
    pub receipt: u32,
    /// Columns by field, zero-based: with a row's number they give the cell of every value.
    pub columns: BTreeMap<String, u16>,
    /// Fields whose value stands in one cell for every row.
    pub cells: BTreeMap<String, CellRef>,
    pub rows_accepted: u64,
    pub rows_kept_out: u64,
}

impl Submission {
    /// Whether the table has this field at all: one that it lacks says nothing, which is not zero.
    pub fn holds(&self, field: &str) -> bool {
        self.columns.contains_key(field) || self.cells.contains_key(field)
    }

    /// Where a field's value stands for a row, counted from zero.
    pub fn cell(&self, field: &str, row: u32) -> Option<CellRef> {
        let in_row = self.columns.get(field).map(|column| CellRef::new(row, *column));
        in_row.or_else(|| self.cells.get(field).copied())
    }
}

/// Two or more submissions that claim the same place with nothing to choose by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    pub contenders: Vec<Submission>,
    /// The one that stands: the earlier figure, if there was one.
    pub standing: Option<Submission>,
}

/// The submissions that count, and the ties that were found on the way.
///
/// Of several by one partner for one collection (and period, where `by_period` says so) the one with the higher
/// (reporting date, revision) counts, then the later receipt. The same rows sent twice within one receipt are no tie
/// when the file is the same. On a tie the contenders are put aside and the next earlier one stands.
pub fn current(submissions: &[Submission], by_period: impl Fn(&CollectionCode) -> bool) -> (Vec<Submission>, Vec<Tie>) {
    let mut groups: BTreeMap<Claim<'_>, Vec<&Submission>> = BTreeMap::new();
    for submission in submissions {
        groups.entry(claim(submission, &by_period)).or_default().push(submission);
    }
    let (mut chosen, mut ties) = (Vec::new(), Vec::new());
    for mut group in groups.into_values() {
        group.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.section.cmp(&b.section)));
        let mut rest = group.as_slice();
        let mut tied: Vec<Submission> = Vec::new();
        while let Some(first) = rest.first() {
            let same = rest.iter().take_while(|s| rank(s) == rank(first)).count();
            let (head, tail) = rest.split_at(same);
            // Several sheets of one file belong together: they are one submission in several sections.
            if head.iter().all(|s| s.file == first.file) {
                chosen.extend(head.iter().map(|s| (*s).clone()));
                break;
            }
            tied.extend(head.iter().map(|s| (*s).clone()));
            rest = tail;
        }
        if !tied.is_empty() {
            ties.push(Tie { contenders: tied, standing: rest.first().map(|s| (*s).clone()) });
        }
    }
    chosen.sort_by_key(|s| s.section);
    (chosen, ties)
}

/// The place that a submission claims: of several that claim one, one counts.
pub type Claim<'a> = (&'a PartnerCode, &'a CollectionCode, Option<i64>);

/// What a submission claims.
pub fn claim(submission: &Submission, by_period: impl Fn(&CollectionCode) -> bool) -> Claim<'_> {
    let period = if by_period(&submission.collection) { submission.period } else { None };
    (&submission.partner, &submission.collection, period)
}

/// Of all that claim one place: the sections of the file that would count if that of `of` had never come.
pub fn before<'a>(rivals: &[&'a Submission], of: &Submission) -> Vec<&'a Submission> {
    let others = rivals.iter().filter(|s| s.file != of.file && rank(s) <= rank(of));
    let Some(latest) = others.max_by_key(|s| (rank(s), s.section)) else { return Vec::new() };
    rivals.iter().filter(|s| s.file == latest.file).copied().collect()
}

/// By which of several the one that counts is chosen.
fn rank(submission: &Submission) -> (Option<NaiveDate>, Option<i64>, u32) {
    (submission.reporting_date, submission.revision, submission.receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submission(section: i64, file: &str, date: &str, revision: i64, receipt: u32) -> Submission {
        Submission {
            section,
            file: file.into(),
            name: format!("{file}.xlsx"),
            sheet: "S".into(),
            partner: PartnerCode::new("litek").expect("a code"),
            collection: CollectionCode::new("agreements").expect("a code"),
            period: Some(1),
            reporting_date: date.parse().ok(),
            revision: Some(revision),
            received: DateTime::UNIX_EPOCH,
            receipt,
            columns: BTreeMap::new(),
            cells: BTreeMap::new(),
            rows_accepted: 1,
            rows_kept_out: 0,
        }
    }

    fn chosen(all: &[Submission]) -> (Vec<i64>, usize) {
        let (current, ties) = current(all, |_| false);
        (current.iter().map(|s| s.section).collect(), ties.len())
    }

    #[test]
    fn the_reporting_date_counts_before_the_revision_and_the_receipt() {
        let all = [submission(1, "a", "2016-03-01", 9, 99), submission(2, "b", "2016-06-01", 1, 1)];
        assert_eq!(chosen(&all), (vec![2], 0));
        let all = [submission(1, "a", "2016-06-01", 2, 1), submission(2, "b", "2016-06-01", 1, 99)];
        assert_eq!(chosen(&all), (vec![1], 0));
        let all = [submission(1, "a", "2016-06-01", 1, 1), submission(2, "b", "2016-06-01", 1, 2)];
        assert_eq!(chosen(&all), (vec![2], 0));
    }

    #[test]
    fn on_a_tie_the_earlier_figure_stands() {
        let all = [
            submission(1, "a", "2016-03-01", 1, 1),
            submission(2, "b", "2016-06-01", 1, 5),
            submission(3, "c", "2016-06-01", 1, 5),
        ];
        assert_eq!(chosen(&all), (vec![1], 1));
    }

    #[test]
    fn the_one_before_is_that_which_would_count_otherwise() {
        let all = [
            submission(1, "a", "2016-03-01", 1, 1),
            submission(2, "b", "2016-06-01", 1, 5),
            submission(3, "b", "2016-06-01", 1, 5),
            submission(4, "c", "2016-06-01", 2, 3),
        ];
        let rivals: Vec<&Submission> = all.iter().collect();
        let sections = |of: usize| before(&rivals, &all[of]).iter().map(|s| s.section).collect::<Vec<_>>();
        assert_eq!((sections(3), sections(1), sections(0)), (vec![2, 3], vec![1], vec![]));
    }

    #[test]
    fn two_sheets_of_one_file_stand_together() {
        let all = [submission(1, "a", "2016-03-01", 1, 1), submission(2, "a", "2016-03-01", 1, 1)];
        assert_eq!(chosen(&all), (vec![1, 2], 0));
    }

    #[test]
    fn the_order_of_arrival_within_one_receipt_makes_no_difference() {
        let mut all = vec![
            submission(1, "a", "2016-03-01", 1, 1),
            submission(2, "b", "2016-06-01", 1, 1),
            submission(3, "c", "2016-05-01", 3, 1),
        ];
        let expect = chosen(&all);
        all.reverse();
        assert_eq!(chosen(&all), expect);
    }
}
