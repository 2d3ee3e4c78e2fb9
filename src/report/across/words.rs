//! What a report over several programmes says itself: heads, sentences, and how it is put together. Workbook and page share
//! all of it; `translations/` has it in other languages.

use rust_decimal::Decimal;

use crate::model::across::{
    Across, Difference, Entry, Found, Matched, MatchedBy, Once, SetPart, Total, Undecided, decision_line,
};
use crate::model::scoreboard::Status;
use crate::model::unit::Unit;
use crate::report::language::{Tongue, own};
use crate::report::prose;
use crate::report::style::NumberFormat;
use crate::report::words;

pub const TITLE: &str = "Programmes side by side";

// The names of sheets, and of the parts of the page.
pub const PROGRAMMES: &str = "Programmes";
pub const BESIDE: &str = "Side by side";
pub const OVERLAP: &str = "Overlap";
pub const DECISIONS: &str = "Decisions";
pub const SETS: &str = "Dropped and new";
pub const NOTES: &str = "Notes";
/// All of them: an indicator's sheet must be called otherwise, in every language.
pub const SHEETS: [&str; 6] = [PROGRAMMES, BESIDE, OVERLAP, DECISIONS, SETS, NOTES];

pub const BACK: &str = "← Programmes";
pub const TO_FIGURES: &str = "Figures side by side →";
pub const TO_NOTES: &str = "How figures are put together, and where each comes from →";

/// Heads of columns, and parts of sheets.
pub mod head {
    pub const PROGRAMME: &str = "Programme";
    pub const FOLDER: &str = "Folder";
    pub const RUNS: &str = "From – to";
    pub const AS_OF: &str = "As of";
    pub const WELL: &str = "● On track";
    pub const FAIR: &str = "▲ At risk";
    pub const BAD: &str = "▼ Off track";
    pub const UNJUDGED: &str = "○ Not judged";
    pub const BEHIND: &str = "Partners behind";
    pub const KEPT_OUT: &str = "Rows kept out";
    pub const INDICATOR: &str = "Indicator";
    pub const ITS_INDICATOR: &str = "Its indicator";
    pub const FIGURE: &str = "Figure";
    pub const UNIT: &str = "Unit";
    pub const RANGE: &str = "Range";
    pub const TARGET: &str = "Target";
    pub const PROGRESS: &str = "Progress";
    pub const STATUS: &str = "Status";
    pub const COVERAGE: &str = "Coverage";
    pub const DAY: &str = "Day";
    pub const FOUND: &str = "Found in its workbook";
    pub const RUN: &str = "Run";
    pub const TOGETHER: &str = "Together";
    pub const ONCE: &str = "Each counted once";
    pub const SAID: &str = "What it is";
    pub const SEVERAL: &str = "In several";
    pub const IN: &str = "In";
    pub const KNOWN_AS: &str = "Known as";
    pub const ALSO: &str = "Counted with it";
    pub const REPORT: &str = "Report";
    pub const HEAD: &str = "Head of the ledger";
    pub const MATCHED_BY: &str = "Matched by";
    pub const CODE: &str = "Code";
    pub const LIKELY: &str = "How likely";
    pub const ONE: &str = "This one";
    pub const OTHER: &str = "And this one";
    pub const REASONS: &str = "What speaks for it";
    pub const LINE: &str = "Line of a decision";
    pub const VERDICT: &str = "They are";
    pub const BY: &str = "Who";
    pub const ON: &str = "When";
    pub const BECAUSE: &str = "Why";
    pub const PART: &str = "Part";
    pub const GIVES: &str = "Rows give";
    pub const PUBLISHED: &str = "Published";
    pub const OUTCOME: &str = "Outcome";
    pub const SOURCE: &str = "Source";
    pub const NOTE: &str = "Note";
}

pub const STAND: &str = "How the programmes stand";
pub const ALL_TOGETHER: &str = "What they make together";
pub const ONCE_WORD: &str = "each counted once";
pub const NOTHING_IN_COMMON: &str = "No indicator is matched between two programmes.";
pub const NO_REPORT: &str = "no report for this audience";
pub const BESIDE_ABOUT: &str = "Each figure leads to the sheet of its indicator, with all that belongs to it";
pub const BEFORE: &str = "Before the figures are held against each other";
pub const TWO_AT_ONCE: &str = "In two programmes at once";
pub const DEFINED: &str = "How each programme defines and counts it";
pub const OVERLAP_ABOUT: &str = "Who stands in several programmes, each counted once in all of them together";
pub const DECISIONS_ABOUT: &str = "Which organisations of two programmes may be one, and what was decided of them";
pub const UNDECIDED: &str = "Undecided pairs";
pub const TO_DECIDE: &str = "Write each that you can decide into the file that `decisions` names: [[decision]], the line of the \
    pair, verdict = \"same\" or \"different\", by, because and on. Until then they count as two, and the count has a range.";
pub const DECIDED: &str = "What was decided";
pub const SAME: &str = "the same";
pub const DIFFERENT: &str = "two";
pub const SETS_ABOUT: &str = "What one programme has and the other has not, as far as their rows tell";
pub const NOTES_ABOUT: &str = "How this report came about, and what it leaves out";
pub const PUT_TOGETHER: &str = "How figures are put together";
pub const COME_FROM: &str = "Where each programme's figures come from";
pub const VERIFY: &str = "The head says what had been received: `scoreboard verify --project FOLDER --head HEAD` looks for it in the \
    programme's own store. The programme's own outputs print the same head and the same run.";
pub const WHAT_MATCHED: &str = "What was matched, and by what";
pub const ALONE: &str = "Indicators of one programme alone";
pub const LEGEND: &str = "On track: achieved or on track. Off track: off track or missed. Not judged: not due yet, uncertain, without target or \
    without data. Partners behind: with a report that is late or missing.";

pub const METHOD: [&str; 6] = [
    "Each programme is computed from its own folder, as `scoreboard run` would publish it on its day. Beside each figure stand \
     its run, and the cell of the programme's own workbook of that run: there it leads to its rows.",
    "Indicators are matched by the code of the catalogue or by the EU's common code that they bear, or by declaration. What \
     differs between them is told on their sheet.",
    "Only sums and counts of rows in one unit are added up. Rates, means, medians, estimates, the smallest and the largest \
     never are; what counts each organisation once is counted again over all programmes.",
    "Two programmes speak of one organisation where both know it by the same number or name, where a country's rule links \
     their numbers, or where somebody decided so: in the file of this report or in a programme's own.",
    "While pairs are undecided the count has a range: at least so many, if all of them were one. At most: with those that are \
     known by name alone.",
    "Programmes end on different days and figures stand for different days: a sum of them is no state of any one day.",
];

/// `Programmes: 13 · indicators of several: 7 · internal`.
pub fn about(across: &Across) -> String {
    format!(
        "Programmes: {} · indicators of several: {} · {}",
        across.programmes.len(),
        across.matched.len(),
        words::audience_word(across.audience)
    )
}

/// Before the code.
pub fn matched_by(one: &Matched) -> String {
    let code = own(&one.code);
    match one.by {
        MatchedBy::Catalogue => format!("the catalogue's code {code}"),
        MatchedBy::Common => format!("the EU's common code {code}"),
        MatchedBy::Declared => format!("the declaration {code}"),
    }
}

pub fn matched_about(one: &Matched) -> String {
    format!("Matched by {}", matched_by(one))
}

/// How many indicators stand so: well, at risk, badly, without a judgement.
pub fn standing(statuses: &[(Status, usize)]) -> [usize; 4] {
    let mut all = [0; 4];
    for (status, count) in statuses {
        let at = match status {
            Status::Achieved | Status::OnTrack => 0,
            Status::AtRisk => 1,
            Status::OffTrack | Status::Missed => 2,
            Status::NotDue | Status::NoTarget | Status::NoData | Status::Uncertain => 3,
        };
        all[at] += count;
    }
    all
}

/// One format for all figures of a unit.
pub fn formats(one: &Matched) -> Vec<NumberFormat> {
    let known = |unit: &Unit| {
        let same = one.entries.iter().filter(|entry| entry.unit == *unit);
        let values: Vec<Decimal> = same.filter_map(|entry| entry.value.known()).collect();
        NumberFormat::telling(unit, values.into_iter())
    };
    one.entries.iter().map(|entry| known(&entry.unit)).collect()
}

/// Beside a figure: between what it may be, if it is not sure.
pub fn range(entry: &Entry, number: NumberFormat) -> String {
    let plain = |value| number.shown(value).replace(" %", "");
    let value = entry.value.known();
    let lower = entry.lower.filter(|lower| Some(*lower) < value);
    let upper = entry.upper.filter(|upper| Some(*upper) > value);
    between(lower.map(plain), upper.map(|upper| number.shown(upper)))
}

/// The same of a count over all programmes.
pub fn once_range(once: &Once) -> String {
    let shown = |count: usize| NumberFormat::WHOLE.shown(Decimal::from(count));
    let lower = (once.at_least < once.together).then(|| shown(once.at_least));
    between(lower, (once.at_most > once.together).then(|| shown(once.at_most)))
}

fn between(lower: Option<String>, upper: Option<String>) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) => prose::both(&lower, &upper),
        (Some(lower), None) => prose::lower(&lower),
        (None, Some(upper)) => prose::upper(&upper),
        (None, None) => String::new(),
    }
}

/// Beside a count over all programmes.
pub fn in_several(once: &Once) -> String {
    format!("{} of them in several programmes", once.several)
}

/// Beside a sum of which not all parts are known.
pub fn of_known(total: &Total) -> String {
    match total {
        Total::Sum { known, of, .. } if known < of => format!("of {known} of {of} programmes"),
        _ => String::new(),
    }
}

/// `report.xlsx › Summary!D12`.
pub fn found(found: Option<&Found>) -> String {
    found.map_or_else(|| words::NONE.to_owned(), |one| own(format!("{} › {}!{}", one.file, one.sheet, one.cell)))
}

/// What a link from a figure says.
pub fn tip(across: &Across, entry: &Entry) -> String {
    let programme = &across.programmes[entry.programme];
    let run = programme.report.as_ref().map_or("", |report| &report.run);
    let cell = entry.found.as_ref().map_or_else(String::new, |one| format!(", {}!{}", one.sheet, one.cell));
    format!("{}: {}, {run}{cell}", programme.name, entry.indicator)
}

/// What each has, with its name.
fn listed<T>(all: &[(usize, T)], said: impl Fn(&T) -> String, name: impl Fn(usize) -> String) -> String {
    own(all.iter().map(|(at, one)| format!("{} ({})", said(one), name(*at))).collect::<Vec<_>>().join(", "))
}

/// What must be known before figures are held against each other.
pub fn difference(across: &Across, one: &Difference, tongue: Tongue) -> String {
    let name = |at: usize| across.programmes[at].name.as_str();
    let called = |at: usize| name(at).to_owned();
    match one {
        Difference::Units(all) => {
            format!("They count in different units: {}.", listed(all, ToString::to_string, called))
        }
        Difference::Levels(all) => {
            format!("They stand at different levels: {}.", listed(all, |one| tongue.say(words::level(*one)), called))
        }
        Difference::Accumulations(all) => {
            let said = listed(all, |one| tongue.say(words::accumulation(*one)), called);
            format!("They add up differently over time: {said}.")
        }
        Difference::Days(all) => {
            format!("They stand for different days: {}.", listed(all, |day| tongue.short_day(*day), called))
        }
        Difference::Definitions => "Their definitions are worded differently: both stand below.".to_owned(),
        Difference::Coverage(at, coverage) => {
            format!("In {} only {} of {} have reported.", own(name(*at)), coverage.reported, coverage.due)
        }
        Difference::TooManyRows => {
            "There are too many rows to look for organisations that stand in several programmes.".to_owned()
        }
    }
}

/// Above those who stand in several programmes.
pub fn overlap(one: &Matched, once: &Once) -> String {
    let count = NumberFormat::WHOLE.shown(Decimal::from(once.together));
    let unit = own(one.entries[0].unit.as_str());
    format!("{count} {unit} in {} programmes, {} of them in several.", one.entries.len(), once.several)
}

pub fn more(count: usize) -> String {
    format!("{count} more of them")
}

/// Pairs that are a programme's own business.
pub fn within(across: &Across, (at, count): (usize, usize)) -> String {
    let name = own(&across.programmes[at].name);
    format!("Within {name} alone, undecided: {count}. Decide these there: `scoreboard organisations --project {name}`.")
}

/// The line of a decision that names a pair.
pub fn line(pair: &Undecided) -> String {
    decision_line(&pair.one.identity, &pair.other.identity)
}

/// Reasons, each told by itself.
pub fn reasons(pair: &Undecided, mut tell: impl FnMut(&str) -> String) -> String {
    pair.reasons.iter().map(|reason| tell(reason)).collect::<Vec<_>>().join("; ")
}

pub fn part(part: SetPart, first: &str, second: &str) -> String {
    match part {
        SetPart::First => format!("in {}", own(first)),
        SetPart::Second => format!("in {}", own(second)),
        SetPart::Kept => "in both".to_owned(),
        SetPart::Dropped => format!("dropped: in {}, not in {}", own(first), own(second)),
        SetPart::Added => format!("new: in {}, not in {}", own(second), own(first)),
    }
}

/// Published numbers that do not come out.
pub fn account(makes: Decimal, second: Decimal) -> String {
    format!(
        "▲ What was published does not come out: the first, less the dropped, plus the new, makes {}; published for the second \
         was {}.",
        makes.normalize(),
        second.normalize()
    )
}
