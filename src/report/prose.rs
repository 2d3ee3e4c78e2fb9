//! The longer texts of a workbook, in English: sentences with figures in them, and how everything is computed.
//!
//! Short words and heads are in [`super::words`].

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::words::{counted, day, severities, short_day};
use crate::finding::Severity;
use crate::model::audience::Audience;
use crate::model::number::display;
use crate::model::scoreboard::{ChangeFacts, Thresholds, WaveResponse, WithoutLargest};

pub const SUMMARY_LEGEND: &str = "≈ illustrative: not from the programme's documents. Coverage: who has reported, of \
    those whose turn it was. Bounds: the 95 % interval of an estimate; of what is counted once, at least how many if all \
    organisations that may be one are one, and at most how many if all enterprises without a number are different. \
    Progress: (actual − baseline) / (target − baseline); its bar ends at 100 %. \
    Trend: actual figures at the end of each period. Click an indicator for its definition, trajectory and breakdowns.";
pub const TRAJECTORY: &str = "Empty: nothing is counted on that day, or it lies after the cut-off. Expected: the straight path from the baseline \
     through the milestones to the target.";
pub const ORIGINAL_PATH: &str = "First target: the path that was expected before the target was amended.";
pub const TRAJECTORY_WITHOUT_TARGET: &str = "Empty: nothing is counted on that day, or it lies after the cut-off.";
pub const PROJECTION: &str = "Projected: the recent pace carried on from the cut-off, with its 80 % interval. It is no \
    promise.";
pub const MATRIX: &str = "Each partner's figure for each indicator that is counted by partner";
pub const MATRIX_LEGEND: &str = "Where a partner has a target of its own, sign and shade say how much of the way is done: \
    ○ below 25 %, ◔ from 25 %, ◑ from 50 %, ◕ from 75 %, ● 100 % and more. Without one, the shade alone shows the \
    partner's share of a sum. Rates and figures counted once are not shaded. A record that several partners report \
    counts for each of them, and once in the total below: the lines may then add up to more.";
pub const COUNTRIES: &str = "Each figure by country, for every indicator that is counted so";
pub const COUNTRIES_LEGEND: &str = "The shade shows the country's share of a sum. Rates and figures counted once are not \
    shaded: their lines do not add up, and the total is recomputed from rows.";
pub const PACE: &str = "How fast each figure moves, how fast it must, and where it arrives at that pace";
pub const PACE_LEGEND: &str = "Recent: the mean of the last complete periods, four to eight of them. Needed: what each \
    period left must bring to meet the target. Projected: the recent pace carried on to the day of the target, with an \
    80 % interval. Back-test: how many earlier intervals of this kind held what came. ● the whole interval meets the \
    target, ▲ a part of it does, ▼ none of it does.";
pub const FUNNEL: &str = "What became of each step, from the first contact to the outcome";
pub const FUNNEL_LEGEND: &str = "Each step is an indicator of its own with its own rows: one that counts something other \
    than the step before may be larger than it.";
pub const NOTHING_MOVED: &str = "Nothing moved: every figure and every target is what it was.";
pub const NO_CAUSE: &str = "Nothing came, and nothing was changed.";
pub const MOVED_LEGEND: &str = "Below each figure that moved stand its causes, each with the amount due to it; they add up \
    to the difference. How joint effects are shared out: docs/methods.md.";
pub const BREAKS: &str = "Figures before and after such a day do not mean the same and are not to be compared.";
pub const NO_EARLIER_RUN: &str = "There is no earlier run to compare with";
pub const SUPPRESSED_LEGEND: &str = "⊘ suppressed: withheld so that nothing can be learnt of a single enterprise. The figure \
    comes from fewer than three enterprises, is money nearly all of one, or would tell such a figure together with the \
    others. It is counted in the totals that are shown. See Method.";
pub const QUALITY_RESTRICTED: &str =
    "Who has reported, and which rules found how much. No figure counts a row with an error.";
/// Of a trajectory with points that are withheld.
pub const POINTS_WITHHELD: &str = "Some points are suppressed (⊘): the line is drawn through the others.";
pub const RECOMPUTED: &str = "The lines do not add up: the total is recomputed from the rows.";
pub const MARK: &str = "≈ illustrative: not from the programme's documents.";
pub const RESPONSE: &str = "Response rate = complete answers / (asked − known ineligible), AAPOR RR1. Non-response is \
    assumed to be random within strata.";
pub const NO_FINDING: &str = "Nothing was found: every file, row and cell is as it should be.";
pub const NO_KEPT_OUT: &str = "No row was kept out of the figures.";
pub const AFTER_FILTERING: &str = "Rows shown below, and the sum of their amounts, as filtered:";
pub const NO_EVIDENCE: &str = "No row stands behind any figure yet.";
pub const QUALITY: &str =
    "Who has reported, and what was found in what they sent. No figure counts a row with an error.";
pub const METHOD: &str = "How each figure came about, so that it can be made again";
pub const SURVEY: &str = "Who was asked, who answered, and what was left out";
pub const ESTIMATES: &str = "Follow the link for the estimate by wave and by group, drawn with its intervals.";
pub const TRIANGULATION: &str = "What partners' tables count beside what the survey estimates of the same thing. A count \
    beyond the 95 % interval of the estimate differs by more than chance explains.";
pub const PANEL: &str = "Complete answers. As the wave before: answered that one too. After a gap: answered an earlier \
    wave, but not the one before. No longer: answered the wave before, and not this one.";
pub const ANSWERED: &str = "enterprises answered, of those asked";
pub const REPORTED: &str = "have reported, of those due";
pub const KEPT_OUT: &str = "Rows with errors. No figure counts them. Their file is kept as it came; a corrected workbook \
    brings them in.";

/// What share of those that can be judged stands well.
pub fn headline(well: usize, judged: usize, all: usize) -> String {
    match (judged, all) {
        (_, 0) => "No indicator is declared".to_owned(),
        (0, _) => "No indicator can be judged yet".to_owned(),
        (judged, all) if judged == all => format!("{well} of {judged} indicators are achieved or on track"),
        _ => format!("{well} of {judged} judged indicators are achieved or on track"),
    }
}

pub fn cut_off(as_of: NaiveDate, days: &BTreeMap<NaiveDate, usize>) -> String {
    let mut all = days.iter();
    match (all.next(), all.next()) {
        (None, _) => format!("Figures count what is dated up to {}.", day(as_of)),
        (Some((only, _)), None) => format!(
            "Figures with a reporting period are judged at the cut-off, {}: the end of the latest period whose reports \
             are due. Figures without a period stand for {}.",
            day(*only),
            day(as_of)
        ),
        _ => {
            let list: Vec<String> =
                days.iter().map(|(on, count)| format!("{} ({})", day(*on), counted(*count, "indicator"))).collect();
            format!(
                "Figures with a reporting period are judged at the end of the latest period whose reports are due: {}. \
                 Figures without a period stand for {}.",
                list.join(", "),
                day(as_of)
            )
        }
    }
}

/// The data behind the page in one line.
pub fn quality(counts: [(Severity, usize); 3], kept_out: usize, late: usize, missing: usize) -> String {
    let findings: Vec<String> = counts.iter().map(|(severity, count)| severities(*severity, *count)).collect();
    format!(
        "Data quality: {}; {} kept out of the figures; {} late, {} missing →",
        findings.join(", "),
        counted(kept_out, "row"),
        counted(late, "report"),
        missing
    )
}

/// On the summary, and the way to what moved.
pub fn changed(since: NaiveDate, figures: usize, statuses: usize) -> String {
    if figures == 0 {
        return format!("Since the last run, as of {}: nothing moved →", day(since));
    }
    let moved = if figures == 1 { "1 figure moved".to_owned() } else { format!("{figures} figures moved") };
    let statuses = match statuses {
        0 => String::new(),
        1 => ", 1 status changed".to_owned(),
        several => format!(", {several} statuses changed"),
    };
    format!("Since the last run, as of {}: {moved}{statuses} →", day(since))
}

/// Below the title of the changes.
pub fn since(run: &str, as_of: NaiveDate) -> String {
    format!("Against run {run}, as of {}", day(as_of))
}

pub fn held(held: usize, of: usize) -> String {
    format!("{held} of {of} held")
}

/// The recent pace and the needed one, in a cell.
pub fn pace(recent: &str, required: Option<&str>) -> String {
    required.map_or_else(|| recent.to_owned(), |required| format!("{recent}, needs {required}"))
}

pub fn no_projection(why: &str) -> String {
    format!("No projection: {why}")
}

pub fn a_break(on: NaiveDate, says: &str) -> String {
    format!("Break on {}: {says}", day(on))
}

pub fn committed(shown: &str, rate: Option<&str>) -> String {
    let rate = rate.map_or(String::new(), |rate| format!(", {rate} of the target"));
    format!("Committed, which is decided or contracted: {shown}{rate}.")
}

pub fn part_of(part: usize, of: usize) -> String {
    format!("part {part} of {of}")
}

/// What moved is a figure's target.
pub fn target_of(figure: &str) -> String {
    format!("{figure} (target)")
}

pub fn by_partner_alone(partner: &str) -> String {
    format!("Only what {partner} reported is counted here, and held against its own targets.")
}

pub fn since_then(shown: &str, as_of: NaiveDate) -> String {
    format!(
        "Since the cut-off, up to {}: {shown} more. Reports for that time are not due yet, so it is not judged.",
        day(as_of)
    )
}

pub fn at_most(shown: &str) -> String {
    format!(
        "Counted once by number. At most {shown}, if every enterprise that is known by name only is another one that \
         has not been counted."
    )
}

/// Organisations of which some may be one.
pub fn at_least(shown: &str) -> String {
    format!("At least {shown}, if all organisations that may be one are one: nobody has decided it yet.")
}

/// A figure made of others that are ranges.
pub fn range_of_parts(shown: &str) -> String {
    format!("As a range: {shown}, since what it is made of is one, and each part may be any number of its own.")
}

/// A change between two waves, with its own interval.
pub fn change(change: &ChangeFacts) -> String {
    let signed = |value: Decimal| {
        let sign = if value.is_sign_negative() { "−" } else { "+" };
        format!("{sign}{}", display(value.abs(), 1))
    };
    let interval = change
        .lower
        .zip(change.upper)
        .map_or(String::new(), |(lower, upper)| format!(", 95 % interval {} to {}", signed(lower), signed(upper)));
    let error = change.standard_error.map_or(String::new(), |error| format!("; standard error {}", display(error, 2)));
    format!("Change: {} {}{interval}{error}.", signed(change.value), change.unit)
}

/// What the figure would be without one enterprise. `unit` is that of the change.
pub fn without_largest(one: &WithoutLargest, change_unit: Option<&str>) -> String {
    let what = if one.of_change { "the change" } else { "the figure" };
    let unit = change_unit.filter(|_| one.of_change).map_or(String::new(), |unit| format!(" {unit}"));
    let head = "Without the enterprise of the largest weighted amount";
    let Some(value) = one.value.known() else { return format!("{head} {what} could not be estimated.") };
    let interval = one.lower.zip(one.upper).map_or(String::new(), |(lower, upper)| {
        format!(", 95 % interval {} to {}", display(lower, 1), display(upper, 1))
    });
    format!("{head} {what} would be {}{unit}{interval}.", display(value, 1))
}

pub fn standard_error(error: Decimal, degrees: i64) -> String {
    format!("Standard error {}, {degrees} degrees of freedom.", display(error, 2))
}

pub fn evidence_rows(shown: usize, total: usize) -> String {
    if shown >= total {
        return format!(
            "{} behind the figures, each with the file, sheet and cell that it came from.",
            counted(total, "row")
        );
    }
    format!(
        "The first {shown} of {total} rows behind the figures, each with the file, sheet and cell that it came from. \
         {} more stand in the Parquet file beside this workbook.",
        total - shown
    )
}

pub const ANSWERS: &str = "The answers that each estimate used: weight × y, added up, is a total; divided by weight × x added up, a ratio. \
     Outside the population that the indicator speaks of, y and x count as zero.";

/// Why there are no copies of what came.
pub fn not_copied(cells: u64) -> String {
    format!("Sheets as they came are not copied here: {cells} cells are more than the report's `copies`.")
}

pub fn on_pairs(wave: &str) -> String {
    format!("{wave}, on the pairs")
}

/// What a link from a number leads to.
pub fn behind(count: usize, what: &str, filter: &str) -> String {
    let all = counted(count, what);
    if filter.chars().all(|c| !c.is_alphanumeric()) { all } else { format!("{all}: {filter}") }
}

pub fn dated_to(on: NaiveDate) -> String {
    format!("Rows dated up to {}", day(on))
}

pub fn declared_in(file: &str) -> String {
    format!("Declared in {file}")
}

/// Below the title of the summary.
pub fn facts(as_of: NaiveDate, audience: &str, run: &str) -> String {
    format!("As of {} · audience: {audience} · run {run}", day(as_of))
}

/// At the foot of every page.
pub fn foot(as_of: NaiveDate, run: &str, audience: &str) -> String {
    format!("As of {} · {audience} · run {run}", day(as_of))
}

/// At the head of every sheet.
pub fn which(title: &str, as_of: NaiveDate, audience: &str) -> String {
    format!("{title} · {audience} · as of {}", day(as_of))
}

pub fn interval(interval: &str) -> String {
    format!("95 % interval {interval}")
}

pub fn with_interval(unit: &str) -> String {
    format!("{unit}, with 95 % interval")
}

pub fn change_with_interval(unit: &str) -> String {
    format!("Change in {unit}, with 95 % interval")
}

/// Below the table of those who answered again.
pub fn kept(baseline: &str, skipped: usize) -> String {
    let head = format!("Of those who answered “{baseline}”, how many answered each later wave.");
    match skipped {
        0 => head,
        1 => format!("{head} One wave between is left out here."),
        several => format!("{head} {several} waves between are left out here."),
    }
}

/// The heading of a breakdown.
pub fn by(label: &str) -> String {
    format!("By {label}")
}

/// The latest period that was reported, and when.
pub fn latest(period: &str, on: NaiveDate) -> String {
    format!("{period}, {}", short_day(on))
}

pub fn wave_on(title: &str, on: NaiveDate) -> String {
    format!("{title}, {}", day(on))
}

pub fn kept_out_of(rows: usize) -> String {
    format!("{} kept out", counted(rows, "row"))
}

pub fn compared(title: &str, unit: &str) -> String {
    format!("{title} ({unit})")
}

pub fn in_own_words(question: &str, wave: &str) -> String {
    format!("In their own words: {question} ({wave})")
}

pub fn coded(answers: usize) -> String {
    format!(
        "{}. An answer may speak of several themes; it speaks of one where a word of it begins with a term of the theme. \
         Not weighted.",
        counted(answers, "answer")
    )
}

pub fn lower(shown: &str) -> String {
    format!("at least {shown}")
}

pub fn both(lower: &str, upper: &str) -> String {
    format!("{lower} to {upper}")
}

pub fn upper(shown: &str) -> String {
    format!("at most {shown}")
}

/// What progress is measured over.
pub fn way(baseline: &str) -> String {
    format!("from {baseline} to the target")
}

pub fn rate(shown: &str) -> String {
    format!("actual / target {shown}")
}

pub fn rows_behind(count: usize) -> String {
    format!("{} behind this figure, with file, sheet and cell →", counted(count, "row"))
}

pub fn first_of(unit: &str, drawn: usize, all: usize) -> String {
    format!("{unit}, the first {drawn} of {all}")
}

pub fn suggest(suggestion: &str, help: &str) -> String {
    format!("Did you mean “{suggestion}”? {help}")
}

pub fn findings(count: usize) -> String {
    format!("{} →", counted(count, "finding"))
}

pub fn rows_kept_out(count: usize) -> String {
    format!("{} kept out →", counted(count, "row"))
}

pub fn is_due(period: &str) -> String {
    format!("{period} is due")
}

/// Answers that are no response, and where the answers came from.
pub fn aside(wave: &WaveResponse) -> String {
    let other = [
        (wave.incomplete, "incomplete"),
        (wave.superseded, "replaced by a later answer of the same enterprise"),
        (wave.unmatched, "from nobody in the population"),
        (wave.unasked, "from members who were not asked"),
    ];
    let other: Vec<String> =
        other.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let other = if other.is_empty() { "none".to_owned() } else { other.join(", ") };
    format!("Answers that do not count: {other}. From {}.", wave.files.join(", "))
}

/// A point of the trajectory whose figure is withheld: its cell stays empty, for the chart.
pub fn point_withheld(label: &str) -> String {
    format!("{label} ⊘")
}

// What charts show, for those who do not see them.

pub fn alt_breakdown(title: &str, by: &str) -> String {
    format!("{title} by {by}")
}

pub fn alt_trend(title: &str) -> String {
    format!("Trend: {title}")
}

pub fn alt_bullet(title: &str) -> String {
    format!("Actual on the way to the target: {title}")
}

pub fn alt_projection(title: &str) -> String {
    format!("Actual, expected and projected: {title}")
}

pub fn alt_funnel(title: &str) -> String {
    format!("Steps of the funnel: {title}")
}

pub const TO_MATRIX: &str = "Every figure by partner →";
pub const TO_PACE: &str = "Pace and projection →";
pub const TO_FUNNEL: &str = "From the first contact to the outcome →";
pub const TO_COUNTRIES: &str = "Every figure by country →";
pub const ALT_LOGO: &str = "Logo";

pub fn alt_trajectory(title: &str) -> String {
    format!("Actual against expected: {title}")
}

pub fn alt_estimate(title: &str) -> String {
    format!("Estimates with their intervals: {title}")
}

pub fn alt_groups(title: &str, by: &str) -> String {
    format!("Estimates by {by} with their intervals: {title}")
}

pub fn alt_response(title: &str) -> String {
    format!("Response rate by stratum: {title}")
}

/// How things are computed: a heading and its paragraphs.
pub fn method(thresholds: Thresholds, audience: Audience) -> Vec<(&'static str, Vec<String>)> {
    let (on_track, at_risk) = (thresholds.on_track.normalize(), thresholds.at_risk.normalize());
    let texts = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let mut method = vec![
        (
            "Which rows count",
            texts(&[
                "A figure counts the rows that its definition names, from the submission of each partner that is current: the \
                 one with the latest reporting date, then the highest revision. Rows with errors are kept out and listed.",
                "Figures with a reporting period are judged at the cut-off: the end of the latest period whose reports are due \
                 by the day of the scoreboard. What is dated later stands beside the figure as \"since the cut-off\".",
                "Sums and counts are exact decimals. A quotient is rounded half-even to twelve significant digits, once.",
            ]),
        ),
        (
            "What is not known",
            texts(&[
                "Zero is a number: a partner that reported and has no matching row counts 0. \"Not reported\": nothing came. \
                 \"Not applicable\": the partner does not take part. \"Not computable\": for example, a denominator of zero. \
                 \"Suppressed\": withheld from this audience.",
                "Coverage k of n: of the n partners whose turn it was (or enterprises asked, for a survey), k have reported. A \
                 sum is over those k, and over what the others had reported before.",
            ]),
        ),
        (
            "Progress",
            texts(&[
                "Progress = (actual − baseline) / (target − baseline), with a baseline of 0 where none is declared. 100 % is the \
                 target, also where less is better. A range is judged against its lower end.",
                "Achievement rate = actual / target, as EU funds report it.",
            ]),
        ),
        (
            "Expected",
            texts(&[
                "On a straight line from the baseline at the start through each milestone to the target on its day; where a \
                 definition says steps, the last milestone passed.",
            ]),
        ),
        (
            "Status",
            vec![
                "The first rule that holds, at the cut-off:".to_owned(),
                "◇ no target: none is declared.  □ no data: nothing is known.  ✓ achieved: the actual meets the target.  ✕ \
                 missed: the target's day has passed.  ○ not due yet: nothing was expected by now."
                    .to_owned(),
                "◐ uncertain: the figure is a range, and its ends do not stand alike: one of them would be achieved and the \
                 other missed, for example."
                    .to_owned(),
                format!(
                    "Else by r = (actual − baseline) / (expected − baseline):  ● on track: r ≥ {on_track}.  ▲ at risk: r ≥ \
                     {at_risk}.  ▼ off track: below."
                ),
            ],
        ),
        (
            "Totals and breakdowns",
            texts(&[
                "A flow is summed over periods and partners; a stock takes each partner's latest period; a rate is never added \
                 up. Totals of counted-once figures, rates and medians are recomputed from rows, so their lines need not add up.",
                "Counted once: an enterprise that several partners or tables report counts once, by its number. The upper bound \
                 adds enterprises known by name and country only. A record that several partners report under one number counts \
                 once in the total and once for each of them.",
            ]),
        ),
        (
            "Survey estimates",
            texts(&[
                "Weights are population over usable answers in each stratum. A ratio is the ratio of weighted totals; a change \
                 compares the same enterprises in both waves. Variances are linearised, with finite-population correction; the \
                 95 % interval uses Student's t, for extreme shares Wilson's interval.",
                "The status of an estimate rests on the point estimate; its sentence says whether the interval excludes the \
                 target. Non-response is assumed to be random within strata.",
                "Särndal, Swensson, Wretman (1992), chapters 3 and 5; Lumley (2010), chapters 2 and 3.",
            ]),
        ),
    ];
    if audience.is_restricted() {
        method.push((
            "What is withheld",
            texts(&[
                "A figure from one or two enterprises is suppressed, and so is an amount of money of which one enterprise has \
                 more than 85 %. Zero is shown where nobody stands behind it. A smallest and a largest value are always one \
                 enterprise's, so they are suppressed; a median needs six enterprises, a share of nobody or everybody in a \
                 survey ten answers.",
                "Other figures are suppressed where the first could be computed from them: from totals, breakdowns, periods, \
                 parts of ratios and sums, and from the outputs published before. Of each suppressed figure at least 40 % of its \
                 size stays open, to whoever knows all that was published.",
                "Of a survey these are left out: estimates by group, who answered again, answers in people's own words, counts \
                 beside estimates, and figures without the largest enterprise. Where partners list its population by period, \
                 it differs by wave, and all counts and estimates are suppressed.",
                "Not in this output: the rows behind the figures, rows kept out, what was found in cells, how many rows there \
                 are, names of files, what came after the cut-off, and bounds for enterprises known by name only. Files are \
                 named by their hash; the programme can show an evaluator the rest.",
            ]),
        ));
    }
    method
}
