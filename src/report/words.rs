//! Every word of a workbook, in English and at one place, so that a translation has one file to follow.
//!
//! Longer texts about the method are in `prose`.

use chrono::NaiveDate;

use super::language::{Tongue, own};
use super::style::NumberFormat;
use crate::finding::Severity;
use crate::model::absent::Absent;
use crate::model::audience::Audience;
use crate::model::changes::CauseKind;
use crate::model::scoreboard::{Accumulation, Level, ReportingState, Status, Verdict};
use crate::model::target::{Direction, TargetValue};
use crate::model::trace::Standing;
use crate::model::unit::Unit;
use crate::model::value::Value;

// The names of sheets.
pub const SUMMARY: &str = "Summary";
pub const SURVEY: &str = "Survey";
pub const QUALITY: &str = "Data quality";
pub const FINDINGS: &str = "Findings";
pub const KEPT_OUT: &str = "Kept out";
pub const EVIDENCE: &str = "Evidence";
pub const ANSWERS: &str = "Survey answers";
pub const METHOD: &str = "Method";
pub const CHANGES: &str = "Changes";
pub const MATRIX: &str = "Partners";
pub const PACE: &str = "Pace";
pub const FUNNEL: &str = "Funnel";
pub const COUNTRIES: &str = "Countries";
pub const MAP: &str = "Matrix";
pub const ORGANISATIONS: &str = "Organisations";

/// All of them: an indicator's sheet must be called otherwise, in every language.
pub const SHEETS: [&str; 15] = [
    SUMMARY,
    CHANGES,
    MATRIX,
    PACE,
    FUNNEL,
    COUNTRIES,
    MAP,
    ORGANISATIONS,
    SURVEY,
    QUALITY,
    FINDINGS,
    KEPT_OUT,
    EVIDENCE,
    ANSWERS,
    METHOD,
];

/// The name of one of our sheets in this language; any other name as it is.
pub fn sheet_name(tongue: Tongue, name: &str) -> String {
    let ours = SHEETS.contains(&name) || super::across::SHEETS.contains(&name);
    if ours { tongue.say(name) } else { name.to_owned() }
}

/// The number of a page, as the foot of a page wants it.
pub const PAGE: &str = "Page &P of &N";
pub const BACK: &str = "← Summary";
/// Where nothing applies.
pub const NONE: &str = "–";
pub const YES: &str = "yes";
pub const NO: &str = "no";
pub const TO_BE_DECLARED: &str = "to be declared";
pub const NOT_COMPUTABLE: &str = "not computable";
/// Kinds of no answer, as heads of columns.
pub const ABSENT: [(Absent, &str); 6] = [
    (Absent::NotAnswered, "Not answered"),
    (Absent::Refused, "Refused"),
    (Absent::DontKnow, "Don't know"),
    (Absent::NotApplicable, "Not applicable"),
    (Absent::NotAsked, "Not asked"),
    (Absent::Unknown, "Not known why"),
];
/// Where a figure is withheld: a sign and a word, told in the legend.
pub const SUPPRESSED: &str = "⊘ suppressed";
pub const NO_BASELINE: &str = "none";
pub const NO_TREND: &str = "no trend yet";
pub const ILLUSTRATIVE: &str = "≈ illustrative";
pub const ALL: &str = "All";
pub const TOTAL: &str = "Total";
pub const RECOMPUTED: &str = "Total, recomputed";
pub const NO_THEME: &str = "none of these";

/// Fields that every collection has, with what the program calls them.
pub const FIELDS: [(&str, &str); 3] = [("partner", "Partner"), ("country", "Country"), ("period", "Period")];
/// Points of a trajectory that no period or wave gives a name to.
pub const POINTS: [&str; 3] = ["milestone", "target", "as of"];
/// Behind the title of a wave.
pub const OF_WAVES: [&str; 2] = [", on the pairs", ", all answers"];
/// The line of a breakdown for rows that do not say.
pub const NOT_GIVEN: &str = "(not given)";
/// The one stratum of a population without strata.
pub const ALL_MEMBERS: &str = "all members";
/// How a line begins whose name is withheld, before its number.
pub const WITHHELD: &str = "withheld ";
/// Of a change that is told in percentage points.
pub const POINTS_UNIT: &str = "points";

/// The unit of a change: ours, or the indicator's.
pub fn change_unit(unit: &str) -> String {
    if unit == POINTS_UNIT { unit.to_owned() } else { own(unit) }
}

/// Heads of columns.
pub mod head {
    pub const INDICATOR: &str = "Indicator";
    pub const LEVEL: &str = "Level";
    pub const UNIT: &str = "Unit";
    pub const BASELINE: &str = "Baseline";
    pub const TARGET: &str = "Target";
    pub const BY: &str = "by";
    pub const ACTUAL: &str = "Actual";
    pub const BOUNDS: &str = "Bounds";
    pub const EXPECTED: &str = "Expected by now";
    pub const COVERAGE: &str = "Coverage";
    pub const PROGRESS: &str = "Progress";
    pub const STATUS: &str = "Status";
    pub const TREND: &str = "Trend";
    pub const POINT: &str = "Point";
    pub const DAY: &str = "Day";
    pub const EXPECTED_THEN: &str = "Expected";
    pub const MILESTONE: &str = "Milestone";
    pub const NUMERATOR: &str = "Numerator";
    pub const DENOMINATOR: &str = "Denominator";
    pub const UP_TO: &str = "at most";
    pub const ROWS: &str = "Rows";
    pub const WAVE: &str = "Wave";
    pub const ESTIMATE: &str = "Estimate";
    pub const LOWER: &str = "Lower, 95 %";
    pub const UPPER: &str = "Upper, 95 %";
    pub const ANSWERS: &str = "Answers";
    pub const BELOW: &str = "reach below";
    pub const ABOVE: &str = "reach above";
    pub const STRATUM: &str = "Stratum";
    pub const POPULATION: &str = "Population";
    pub const ASKED: &str = "Asked";
    pub const INELIGIBLE: &str = "Known ineligible";
    pub const COMPLETE: &str = "Complete answers";
    pub const RATE: &str = "Response rate";
    pub const QUESTION: &str = "Question";
    pub const WITH: &str = "Answered";
    pub const WITHOUT: &str = "Left out";
    pub const ITEM_RATE: &str = "Item non-response";
    pub const PARTNER: &str = "Partner";
    pub const COLLECTION: &str = "Collection";
    pub const STATE: &str = "State";
    pub const LATEST: &str = "Latest reported";
    pub const DUE: &str = "Period due";
    pub const DUE_ON: &str = "Due on";
    pub const REPORTED_ON: &str = "Reporting date";
    pub const FILE: &str = "File";
    pub const SHEET: &str = "Sheet";
    pub const ROW: &str = "Row";
    pub const CELL: &str = "Cell";
    pub const SEVERITY: &str = "Severity";
    pub const RULE: &str = "Rule";
    pub const COUNT: &str = "Findings";
    pub const MESSAGE: &str = "What is wrong";
    pub const FOUND: &str = "What stands there";
    pub const TO_DO: &str = "What to do";
    pub const REASONS: &str = "Why it does not count";
    pub const ITS_CELLS: &str = "The row as it came";
    pub const DATE: &str = "Date";
    pub const KEY: &str = "Key";
    pub const AMOUNT: &str = "Amount";
    pub const SAYS: &str = "What the row says";
    pub const GROUP: &str = "Group";
    pub const WEIGHT: &str = "Weight";
    pub const ENTERPRISE: &str = "Enterprise";
    pub const Y: &str = "y";
    pub const X: &str = "x";
    pub const INSIDE: &str = "Inside";
    pub const COUNTED: &str = "Counted";
    pub const CODE: &str = "Code";
    pub const COUNTED_AS: &str = "How it is counted";
    pub const SQL: &str = "As run (SQL)";
    pub const HASH: &str = "SHA-256";
    pub const KEPT_OUT: &str = "Kept out";
    pub const CHANGE: &str = "Change";
    pub const SOURCE: &str = "Source";
    pub const FIGURE: &str = "Figure";
    pub const PROJECTED: &str = "Projected";
    pub const BAND_FROM: &str = "80 % from";
    pub const BAND_TO: &str = "80 % to";
    pub const COMMITTED: &str = "Committed";
    pub const ACHIEVEMENT: &str = "Actual / target";
    pub const BULLET: &str = "Against target";
    pub const PACE: &str = "Pace";
    pub const RECENT: &str = "Recent, a period";
    pub const REQUIRED: &str = "Needed, a period";
    pub const LEFT: &str = "Periods left";
    pub const HELD: &str = "Back-test";
    pub const OUTLOOK: &str = "Outlook";
    pub const STEP: &str = "Step";
    pub const OF_STEP: &str = "of the step before";
    pub const ORIGINAL: &str = "First target";
    pub const OF_FIRST: &str = "of the first";
    pub const COUNTRY: &str = "Country";
    pub const NUMBER: &str = "No.";
    pub const CAUSE: &str = "Cause";
    pub const HAPPENED: &str = "What happened";
    pub const BEFORE: &str = "Before";
    pub const AFTER: &str = "After";
    pub const STATUS_CHANGE: &str = "Status";
    pub const SINCE: &str = "From";
    pub const MEANING: &str = "What changed its meaning";
    pub const RELATIVE: &str = "of the estimate";
    pub const COUNT_OF: &str = "Count";
    pub const DIFFERENCE: &str = "Difference";
    pub const VERDICT: &str = "The count lies";
    pub const ANSWERED: &str = "Answered";
    pub const AGAIN: &str = "as the wave before";
    pub const REJOINED: &str = "after a gap";
    pub const FIRST_TIME: &str = "for the first time";
    pub const DROPPED: &str = "no longer";
    pub const THEME: &str = "Theme";
    pub const THEMES: &str = "Themes";
    pub const SHARE_OF: &str = "of the answers";
    pub const SAID: &str = "What was said";
    pub const PUBLISHED: &str = "Published";
    pub const PLACE: &str = "Where";
    pub const MISSING: &str = "What is missing";
    pub const ROWS_GIVE: &str = "The rows give";
    pub const OUTCOME: &str = "Outcome";

    /// Of those who answered the baseline.
    pub fn kept(wave: &str) -> String {
        format!("{wave}, share")
    }
}

/// Titles of parts of sheets.
pub mod part {
    pub const ESTIMATE: &str = "Estimate";
    pub const DEFINITION: &str = "Definition";
    pub const TRAJECTORY: &str = "Trajectory";
    pub const THIS: &str = "This scoreboard";
    pub const COMPUTED: &str = "How figures are computed";
    pub const AS_RUN: &str = "Definitions as run";
    pub const FILES: &str = "Files that count";
    pub const REPORTED: &str = "Who has reported";
    pub const BY_RULE: &str = "Findings by rule";
    pub const BY_PARTNER: &str = "Findings by partner";
    pub const DETAIL: &str = "Reports in detail";
    pub const KEPT_OUT: &str = "Rows kept out of the figures";
    pub const ESTIMATES: &str = "Estimates from this survey";
    pub const PANEL: &str = "Who answered again";
    pub const COMPARED: &str = "Count and estimate";
    pub const TRIANGULATION: &str = "Triangulation";
    pub const CAUSES: &str = "What happened";
    pub const MOVED: &str = "What moved";
    pub const BREAKS: &str = "Breaks in series";
    pub const NOT_COMPARED: &str = "Not compared";
    pub const PROJECTIONS: &str = "Projections";
    pub const PUBLISHED: &str = "Published elsewhere";
}

/// Labels of lines.
pub mod label {
    pub const WHAT_COUNTS: &str = "What counts";
    pub const MILESTONES: &str = "Milestones";
    pub const EVIDENCE: &str = "Evidence required";
    pub const RESPONSIBLE: &str = "Responsible";
    pub const SOURCE: &str = "Source";
    pub const CATALOGUE: &str = "Catalogue";
    pub const PROGRAMME: &str = "Programme";
    pub const PARTNERS: &str = "Partners";
    pub const AS_OF: &str = "As of";
    pub const AUDIENCE: &str = "Audience";
    pub const MONEY: &str = "Money";
    pub const RUN: &str = "Run";
    pub const DEFINITIONS: &str = "Definitions, SHA-256";
    pub const KNOWN_AT: &str = "Received by";
    pub const LEDGER: &str = "Head of the ledger";
    pub const MADE_BY: &str = "Made by";
    pub const ERRORS: &str = "Errors";
    pub const WARNINGS: &str = "Warnings";
    pub const NOTES: &str = "Notes";
    pub const ROWS_KEPT_OUT: &str = "Rows kept out";
    pub const NOBODYS: &str = "Nobody's, or not known";
    pub const COUNTED: &str = "Counted by partners";
    pub const ESTIMATED: &str = "Estimated from the survey";
    pub const CHANGED: &str = "Change told by the survey";
    pub const DIFFERENCE: &str = "Difference";
}

/// What only the page says.
pub mod page {
    use super::counted;
    use crate::model::trace::Taking;

    pub const SKIP: &str = "Skip to the content";
    pub const PARTS: &str = "Parts of this page";
    pub const AS_SYSTEM: &str = "Colours: as the device";
    pub const LIGHT: &str = "Colours: light";
    pub const DARK: &str = "Colours: dark";
    pub const CLOSE: &str = "Close";
    pub const INDICATORS: &str = "Indicators";
    pub const ALL_INDICATORS: &str = "All indicators";
    pub const LEGEND: &str = "A figure with a dotted line below it leads to the rows that it was counted from; ✓ says that \
        they give the figure once more. ≈ illustrative: \
        not from the programme's documents. Coverage: who has reported, of those whose turn it was. At least, at \
        most: of what is counted once, if all organisations that may be one are one, and if all enterprises without a \
        number are different. Progress: (actual − \
        baseline) / (target − baseline); its bar ends at 100 %, and the mark on it stands where it should be by now.";
    pub const BY: &str = "By";
    pub const AS_TABLE: &str = "The drawing as a table";
    pub const TABLE_BELOW: &str = "Its figures stand in the table below.";
    pub const CUT_OFF: &str = "cut-off";
    pub const BREAK: &str = "Break";
    pub const ARITHMETIC: &str = "With its figures";
    pub const MADE_OF: &str = "Made of";
    pub const DECLARED_IN: &str = "Declared in";
    pub const DRAWN: &str = "Drawn";
    pub const PLACE: &str = "File › sheet › cell";
    pub const BACK: &str = "↑ Overview";
    pub const BAND: &str = "80 % interval";
    pub const WHY: &str = "Why, and how much is due to it";
    pub const CELLS: &str = "Where";
    pub const MORE: &str = "Show more rows";
    pub const NO_FILES: &str = "No file counts yet.";

    pub fn lines(count: usize) -> String {
        counted(count, "line")
    }

    pub fn rows(count: usize) -> String {
        counted(count, "row")
    }

    pub fn rows_behind(count: usize) -> String {
        format!("{} behind this figure", counted(count, "row"))
    }

    pub fn answers(count: usize) -> String {
        counted(count, "answer")
    }

    /// An estimate of a wave made once more.
    pub fn estimated(wave: &str, shown: &str) -> String {
        format!("{wave}: {shown}")
    }

    /// The figure made once more from its rows.
    pub fn made(taking: Taking, count: usize, value: &str) -> String {
        let rows = counted(count, "row");
        match taking {
            Taking::Sum => format!("{rows}, sum {value}"),
            Taking::Count => format!("{rows}, {value} counted"),
            Taking::Distinct => format!("{rows}, {value} different"),
            Taking::Least => format!("{rows}, the smallest {value}"),
            Taking::Greatest => format!("{rows}, the largest {value}"),
            Taking::Median => format!("{rows}, median {value}"),
        }
    }

    pub fn made_ratio(count: usize, above: &str, below: &str) -> String {
        format!("{}, {above} of {below}", counted(count, "row"))
    }

    pub fn more_rows(count: usize) -> String {
        format!("{} more in the workbook", counted(count, "row"))
    }

    pub fn first_rows(shown: usize, all: usize) -> String {
        format!("The first {shown} of {all} rows; all of them stand in the workbook.")
    }

    pub fn first_findings(shown: usize, all: usize) -> String {
        format!("The first {shown} of {all}; all of them stand in the workbook.")
    }

    pub fn rows_of(rows: u64, kept_out: u64) -> String {
        let rows = counted(usize::try_from(rows).unwrap_or(usize::MAX), "row");
        if kept_out == 0 { rows } else { format!("{rows}, {kept_out} kept out") }
    }
}

/// Whom an output is for, and what that means.
pub fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Internal => "internal (all rows)",
        Audience::Funder => "funder (nothing from fewer than three enterprises)",
        Audience::Public => "public (nothing from fewer than three enterprises)",
    }
}

/// In one word, for the head and foot of pages.
pub fn audience_word(audience: Audience) -> &'static str {
    match audience {
        Audience::Internal => "internal",
        Audience::Funder => "for the funder",
        Audience::Public => "public",
    }
}

/// Whether the interval of a projection lies beyond the target, around it, or short of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    Reaches,
    May,
    Misses,
}

pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::NoTarget => "no target",
        Status::NoData => "no data",
        Status::Uncertain => "uncertain",
        Status::Achieved => "achieved",
        Status::Missed => "missed",
        Status::NotDue => "not due yet",
        Status::OnTrack => "on track",
        Status::AtRisk => "at risk",
        Status::OffTrack => "off track",
    }
}

/// Symbols differ in shape, so that a status is told without its colour.
pub fn status(status: Status) -> String {
    let symbol = match status {
        Status::NoTarget => '◇',
        Status::NoData => '□',
        Status::Uncertain => '◐',
        Status::Achieved => '✓',
        Status::Missed => '✕',
        Status::NotDue => '○',
        Status::OnTrack => '●',
        Status::AtRisk => '▲',
        Status::OffTrack => '▼',
    };
    format!("{symbol} {}", status_word(status))
}

/// The word that stands where a figure would; None for a figure.
pub fn absent(value: &Value) -> Option<&'static str> {
    match value {
        Value::Known(_) => None,
        Value::NotReported => Some("not reported"),
        Value::NotApplicable => Some("not applicable"),
        Value::NotComputable(_) => Some(NOT_COMPUTABLE),
        Value::Suppressed => Some(SUPPRESSED),
    }
}

/// Where a count lies beside an estimate.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Within => "✓ within the interval",
        Verdict::Beyond => "▲ beyond the interval",
        Verdict::NotComparable => "– not comparable",
        Verdict::Unknown => "□ not known",
    }
}

pub fn reporting(state: ReportingState) -> &'static str {
    match state {
        ReportingState::Reported => "✓ reported",
        ReportingState::Late => "▲ late",
        ReportingState::Missing => "✕ missing",
        ReportingState::NotTakingPart => "– not taking part",
    }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✕ error",
        Severity::Warning => "▲ warning",
        Severity::Info => "○ note",
    }
}

pub fn severities(severity: Severity, count: usize) -> String {
    let word = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    counted(count, word)
}

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Output => "output",
        Level::Result => "result",
        Level::Impact => "impact",
    }
}

pub fn accumulation(accumulation: Accumulation) -> &'static str {
    match accumulation {
        Accumulation::Flow => "a flow: adds up over periods",
        Accumulation::Stock => "a stock: each partner's latest period counts",
        Accumulation::Rate => "a rate: never added up, always recomputed from rows",
    }
}

pub fn direction(direction: Direction, unit: NumberFormat) -> String {
    match direction {
        Direction::Increase => "more is better".to_owned(),
        Direction::Decrease => "less is better".to_owned(),
        Direction::Maintain { tolerance } => format!("to be held within ± {} of the target", unit.shown(tolerance)),
    }
}

/// A day in a sentence.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

pub fn short_day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// `1 row`, `2 rows`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A figure with its unit: `EUR 5 000`, `90 SMEs`; per cent stands in the format already.
pub fn with_unit(shown: &str, unit: &Unit) -> String {
    if unit.is_percent() {
        shown.to_owned()
    } else if unit.is_money() {
        format!("{unit} {shown}")
    } else {
        format!("{shown} {unit}")
    }
}

/// A target as it was declared.
pub fn target(value: &TargetValue, unit: &Unit, number: NumberFormat) -> String {
    let plain = |value| number.shown(value).replace(" %", "");
    match value {
        TargetValue::Value(value) => with_unit(&number.shown(*value), unit),
        TargetValue::Increase(by) if unit.is_percent() => format!("baseline + {} percentage points", plain(*by)),
        TargetValue::Increase(by) => format!("baseline + {}", with_unit(&number.shown(*by), unit)),
        TargetValue::IncreasePercent(by) => format!("baseline + {} % of it", by.normalize()),
        TargetValue::Range { from, to } => with_unit(&format!("{} to {}", plain(*from), number.shown(*to)), unit),
    }
}

/// Whether a row of the evidence counts, and where.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Counts => "yes",
        Standing::Record => "in the total",
        Standing::Partner => "for its partner",
        Standing::After => "later",
        Standing::Earlier => "until then",
        Standing::Committed => "committed",
    }
}

/// Why figures moved.
pub fn cause(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::Program => "another version of the program",
        CauseKind::Definition => "definition changed",
        CauseKind::Target => "target changed",
        CauseKind::AsOf => "another day",
        CauseKind::Decision => "decision",
        CauseKind::Waiver => "waiver",
        CauseKind::NewSubmission => "new report",
        CauseKind::LateData => "late report",
        CauseKind::Correction => "correction",
        CauseKind::Answers => "survey answers",
    }
}

/// Where a projection arrives.
pub fn outlook(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Reaches => "● reaches the target",
        Outlook::May => "▲ may reach it",
        Outlook::Misses => "▼ falls short",
    }
}

/// A status then and now.
pub fn status_change(before: Option<Status>, after: Option<Status>) -> String {
    let word = |one: Option<Status>| one.map_or_else(|| NONE.to_owned(), status);
    format!("{} → {}", word(before), word(after))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_status_has_a_symbol_and_a_word_of_its_own() {
        let all: Vec<String> = Status::NAMES.iter().map(|(_, s)| status(*s)).collect();
        let symbols: BTreeSet<_> = all.iter().filter_map(|text| text.chars().next()).collect();
        let words: BTreeSet<_> = all.iter().map(|text| text.split_once(' ').map(|(_, word)| word)).collect();
        assert_eq!((symbols.len(), words.len()), (Status::NAMES.len(), Status::NAMES.len()));
        // Spreadsheets read these as patterns when they count.
        assert!(all.iter().all(|text| !text.contains(['?', '*', '~'])));
    }
}
