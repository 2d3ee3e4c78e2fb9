//! What a report says of organisations: what workbook and page share.

use rust_decimal::Decimal;

use super::language::own;
use super::style::NumberFormat;
use super::words;
use crate::model::organisations::{CountryDecided, List, Named, Pair};
use crate::model::scoreboard::Figure;

pub const ABOUT: &str = "Who reports the same organisations, which of them may be one, and what was decided";
/// The way there from the summary.
pub const TO_ORGANISATIONS: &str = "Organisations that several partners report →";
pub const WHAT: &str = "What is counted";
pub const WRITTEN: &str = "As written";
pub const ONCE: &str = "Counted once";
pub const LEAST: &str = "At least";
pub const MOST: &str = "At most";
pub const WHY: &str = "What makes it a range";
pub const ALL_ROWS: &str = "All rows up to this day";
const SEVERAL: &str = "counted over several lists";
pub const OVERLAP: &str = "Organisations that two partners report";
pub const SHARED: &str = "Also others'";
const OVERLAP_LEGEND: &str = "Each organisation counted once. On the diagonal all that a partner reports; beside its \
    name how many of them another partner reports too. A darker cell: a larger part of what the smaller of the two \
    reports. · none.";
const NUMBERED: &str = "The columns have the numbers of the rows.";
pub const PAIRS: &str = "Pairs that nobody has decided";
pub const ONE: &str = "One";
pub const OTHER: &str = "The other";
pub const LIKELY: &str = "Likely";
pub const REASONS: &str = "What speaks for it, and against";
pub const PAIRS_LEGEND: &str = "No pair is joined by its likelihood. Whoever knows writes into decisions.toml whether the \
    two are the same or different, with name, reason and day. Until then the count has its range.";
pub const NO_PAIR: &str = "No pair is undecided.";
pub const DECISIONS: &str = "Decided";
pub const VERDICT: &str = "Verdict";
pub const BY: &str = "Decided by";
pub const ON: &str = "On";
pub const BECAUSE: &str = "Because";
pub const COUNTRIES: &str = "Decided of countries";
pub const AS_PRINTED: &str = "As written";
pub const IS: &str = "Stands for";
pub const WHERE: &str = "Holds in";
pub const EVERYWHERE: &str = "everywhere";

/// More pairs than this are told in the JSON alone.
pub const SHOWN: usize = 100;
/// Above so many partners the heads of the matrix are the numbers of its rows.
pub const NAMED: usize = 8;
/// More partners than this do not fit beside each other: those that share most are shown.
pub const PARTNERS: usize = 40;

pub fn verdict(same: bool) -> &'static str {
    if same { "= the same" } else { "≠ different" }
}

pub fn title(list: &List) -> String {
    own(format!("{}: {}", list.title, list.label))
}

/// What makes the count of all rows a range, and what was joined already.
pub fn why(list: &List) -> String {
    let joined = list.written.saturating_sub(list.once);
    let parts = [
        (list.once.saturating_sub(list.least), fewer as fn(usize) -> String),
        (list.by_name, by_name),
        (joined, |count| format!("{count} joined with others, by decision or by the rule of a country")),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, says)| says(count)).collect();
    told(&parts)
}

/// The same of an indicator's figure; it may count over several lists.
pub fn why_of(figure: &Figure, several: bool) -> String {
    let gap = |one: Option<Decimal>, other: Option<Decimal>| {
        let gap = one?.checked_sub(other?)?;
        usize::try_from(gap).ok().filter(|gap| *gap > 0)
    };
    let value = figure.value.known();
    let below = gap(value, figure.lower).map(fewer);
    let above = gap(figure.upper, value).map(|count| format!("{count} more, if all known by name alone are others"));
    let over = several.then(|| SEVERAL.to_owned());
    let parts: Vec<String> = below.into_iter().chain(above).chain(over).collect();
    told(&parts)
}

fn fewer(count: usize) -> String {
    format!("{count} fewer, if every undecided pair is one")
}

fn by_name(count: usize) -> String {
    format!("{count} known by name alone")
}

fn told(parts: &[String]) -> String {
    if parts.is_empty() { words::NONE.to_owned() } else { parts.join(" · ") }
}

/// `and 12 more`.
pub fn more(count: usize) -> String {
    format!("and {} more", NumberFormat::WHOLE.shown(Decimal::from(count)))
}

/// Partners that are shown side by side, by their position: all, or those that share most.
pub fn side_by_side(list: &List) -> Vec<usize> {
    let mut all: Vec<usize> = (0..list.partners.len()).collect();
    if all.len() > PARTNERS {
        all.sort_by_key(|at| (usize::MAX - list.shared[*at], *at));
        all.truncate(PARTNERS);
        all.sort_unstable();
    }
    all
}

/// Over a column of the matrix: the partner, or of many the number of its row.
pub fn head(partner: &str, column: usize, named: bool) -> String {
    if named { own(partner) } else { (column + 1).to_string() }
}

/// Before a row of the matrix.
pub fn line(partner: &str, row: usize, named: bool) -> String {
    if named { own(partner) } else { format!("{} · {}", row + 1, own(partner)) }
}

/// Below the matrix.
pub fn legend(named: bool) -> String {
    if named { OVERLAP_LEGEND.to_owned() } else { format!("{OVERLAP_LEGEND} {NUMBERED}") }
}

/// The shade of a cell, from 0: the part of what the smaller of the two reports.
pub fn shade(list: &List, one: usize, other: usize) -> u8 {
    let (shared, smaller) = (list.overlap[one][other], list.overlap[one][one].min(list.overlap[other][other]).max(1));
    let reached = [10, 25, 40, 60].iter().filter(|step| shared * 100 >= *step * smaller).count();
    u8::try_from(reached).unwrap_or(0)
}

/// How an organisation is written: its number with a name, or its name.
pub fn called(one: &Named) -> String {
    let names: Vec<&str> = one.names.iter().map(String::as_str).filter(|name| !one.identity.contains(*name)).collect();
    if names.is_empty() { one.identity.clone() } else { format!("{} · {}", one.identity, names.join(", ")) }
}

/// Who reports it, and where it stands first.
pub fn found<'a>(one: &'a Named, partner: impl Fn(&'a str) -> &'a str) -> String {
    let partners: Vec<&str> = one.partners.iter().map(|code| partner(code)).collect();
    let place = one.place.as_ref().map_or_else(String::new, |place| format!(" · {place}"));
    format!("{}{place}", partners.join(", "))
}

pub fn reasons(pair: &Pair) -> String {
    pair.reasons.join(" · ")
}

pub fn holds_in(one: &CountryDecided) -> String {
    one.of.as_ref().map_or_else(|| EVERYWHERE.to_owned(), own)
}
