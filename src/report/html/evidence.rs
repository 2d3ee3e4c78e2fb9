//! The rows behind the figures: which rows each figure is counted from, what they come to, a table of the first of them
//! for everybody, and all of them as data that the script of the page makes tables of.
//!
//! The page stays small: of all rows at most [`MOST`] are in it, shared out so that every indicator has some, and of a
//! long text its beginning. The workbook holds the rest.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::page::{Head, Page, folded, table, theirs};
use crate::model::presentation::SheetKind;
use crate::model::scoreboard::{EvidenceRow, IndicatorResult, Scoreboard};
use crate::report::book::clean;
use crate::report::words::{self, head, page as ours};

/// Rows in the page.
const MOST: usize = 10_000;
/// Rows of an indicator that stand in a table also where scripts do not run.
const WITHOUT_SCRIPT: usize = 60;
/// Letters of a text.
const LETTERS: usize = 300;

/// The rows of every indicator, as far as the audience may see them.
pub struct Rows<'a> {
    of: BTreeMap<&'a str, Own<'a>>,
    /// Rows of one indicator that are in the page.
    most: usize,
}

struct Own<'a> {
    rows: Vec<&'a EvidenceRow>,
    /// By field and value, positions among the rows; of the total under nothing.
    lines: BTreeMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Rows<'a> {
    pub fn new(board: &'a Scoreboard) -> Self {
        let shown = !board.audience.is_restricted() && board.presentation.sheets.contains(&SheetKind::Evidence);
        let mut of: BTreeMap<&str, Own> = BTreeMap::new();
        for row in board.evidence.rows.iter().filter(|_| shown) {
            let own = of
                .entry(row.indicator.as_str())
                .or_insert_with(|| Own { rows: Vec::new(), lines: BTreeMap::new() });
            let at = own.rows.len();
            own.rows.push(row);
            if row.counted {
                own.lines.entry(("", "")).or_default().push(at);
            }
            own.lines.entry(("partner", row.partner.as_str())).or_default().push(at);
        }
        let counts: Vec<usize> = of.values().map(|own| own.rows.len()).collect();
        Self { of, most: share_out(&counts, MOST) }
    }

    /// How many rows a figure is counted from.
    pub fn behind(&self, one: &IndicatorResult, by: Option<(&str, &str)>) -> usize {
        let own = self.of.get(one.code.as_str());
        own.and_then(|own| own.lines.get(&by.unwrap_or_default())).map_or(0, Vec::len)
    }
}

/// The most that each may have so that all together have no more than `limit`.
fn share_out(counts: &[usize], limit: usize) -> usize {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let (mut left, mut most) = (limit, 0);
    for (at, count) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at);
        most = share.min(*count);
        if share < *count {
            return share;
        }
        left -= count;
    }
    most
}

/// The rows of an indicator as a table, the first of them.
pub fn part(page: &Page, one: &IndicatorResult) -> Markup {
    let Some(own) = page.rows.of.get(one.code.as_str()) else { return html! {} };
    let heads = [
        Head::left(page.say(head::PARTNER)),
        Head::left(page.say(head::COLLECTION)),
        Head::right(page.say(head::DATE)),
        Head::left(page.say(head::KEY)),
        Head::right(page.say(head::AMOUNT)),
        Head::left(page.say(head::SAYS)),
        Head::left(page.say(head::FILE)),
        Head::left(page.say(head::SHEET)),
        Head::left(page.say(head::CELL)),
        Head::left(page.say(head::COUNTED)),
    ];
    let shown = own.rows.len().min(WITHOUT_SCRIPT);
    let body = html! { @for row in &own.rows[..shown] { (line(page, row)) } };
    let caption = html! { (page.say(words::EVIDENCE)) ": " (theirs(&one.title)) };
    let rows = html! {
        p.note {
            (page.say(said(page, own, own.lines.get(&("", "")).map_or(&[], Vec::as_slice))))
            @if shown < own.rows.len() { " " (page.say(ours::first_rows(shown, own.rows.len()))) }
        }
        (table(&format!("t-{}-rows", one.code), &caption, true, &heads, &body, None))
    };
    html! {
        (folded(Some(&format!("rows-{}", one.code)), &html! { (page.say(ours::rows_behind(own.rows.len()))) }, &rows))
    }
}

fn line(page: &Page, row: &EvidenceRow) -> Markup {
    html! {
        tr {
            td { (theirs(page.partner(&row.partner))) }
            td { (theirs(page.collection(&row.collection))) }
            td.num { @if let Some(day) = row.date { (page.day(day)) } }
            td { (theirs(&row.key)) }
            td.num { @if let Some(amount) = row.amount { (page.exact(amount)) } }
            td.long { (theirs(short(&row.says))) }
            td { (theirs(&row.file)) }
            td { (theirs(&row.sheet)) }
            td { strong { (row.cell) } }
            td { (page.say(words::yes_no(row.counted))) }
        }
    }
}

/// How many rows, and what their amounts come to.
fn said(page: &Page, own: &Own, at: &[usize]) -> String {
    let rows = || at.iter().filter_map(|at| own.rows.get(*at));
    let amounts: Vec<Decimal> = rows().filter_map(|row| row.amount).collect();
    let sum = amounts.iter().copied().try_fold(Decimal::ZERO, Decimal::checked_add).filter(|_| !amounts.is_empty());
    sum.map_or_else(|| words::counted(at.len(), "row"), |sum| ours::rows_and_sum(at.len(), &page.exact(sum)))
}

fn short(text: &str) -> String {
    let text = clean(text, false);
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// All rows that the page has, and the words that its script needs; nothing where there is no row.
pub fn data(page: &Page) -> Markup {
    if page.rows.of.is_empty() {
        return html! {};
    }
    let mut texts = Texts::default();
    let mut all = serde_json::Map::new();
    for (code, own) in &page.rows.of {
        let shipped = own.rows.len().min(page.rows.most);
        let rows: Vec<Json> = own.rows[..shipped].iter().map(|row| row_data(page, row, &mut texts)).collect();
        let mut figures = serde_json::Map::new();
        for ((field, value), at) in &own.lines {
            let key = if field.is_empty() { String::new() } else { format!("{field}={value}") };
            let inside: Vec<usize> = at.iter().copied().filter(|at| *at < shipped).collect();
            let more = at.len() - inside.len();
            let mut said = page.say(said(page, own, at));
            if more > 0 {
                said = format!("{said}. {}", page.say(ours::more_rows(more)));
            }
            figures.insert(key, json!([said, ranges(&inside)]));
        }
        all.insert((*code).to_owned(), json!({ "rows": rows, "figures": figures }));
    }
    let heads = [
        head::PARTNER,
        head::COLLECTION,
        head::DATE,
        head::KEY,
        head::AMOUNT,
        head::SAYS,
        head::FILE,
        head::SHEET,
        head::CELL,
        head::COUNTED,
    ];
    let data = json!({
        "texts": texts.all,
        "heads": heads.map(|head| page.say(head)),
        "kinds": ["text", "text", "day", "text", "amount", "long", "text", "text", "cell", "told"],
        "told": [page.say(words::yes_no(false)), page.say(words::yes_no(true))],
        "more": page.say(ours::MORE),
        "indicators": all,
    });
    html! { script #rows type="application/json" { (PreEscaped(embedded(&data))) } }
}

/// JSON that cannot end the element it stands in.
fn embedded(data: &Json) -> String {
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Each text once; rows have its number.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    known: BTreeMap<String, usize>,
}

impl Texts {
    fn of(&mut self, text: &str) -> usize {
        let text = short(text);
        if let Some(at) = self.known.get(&text) {
            return *at;
        }
        self.all.push(text.clone());
        self.known.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }
}

/// A row in the order of the heads: numbers of texts, but for its amount and whether it counts.
fn row_data(page: &Page, row: &EvidenceRow, texts: &mut Texts) -> Json {
    let date = row.date.map_or(String::new(), |day| page.say(words::short_day(day)));
    json!([
        texts.of(page.partner(&row.partner)),
        texts.of(page.collection(&row.collection)),
        texts.of(&date),
        texts.of(&row.key),
        row.amount.map_or(String::new(), |amount| page.exact(amount)),
        texts.of(&row.says),
        texts.of(&row.file),
        texts.of(&row.sheet),
        row.cell.to_string(),
        usize::from(row.counted),
    ])
}

/// `0-6,9`: positions in order.
fn ranges(at: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for at in at {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *at => *last = *at,
            _ => runs.push((*at, *at)),
        }
    }
    let run = |(first, last): (usize, usize)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.into_iter().map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_told_as_runs() {
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn rows_are_shared_out_so_that_every_indicator_has_some() {
        assert_eq!(share_out(&[3, 5], 100), 5);
        assert_eq!(share_out(&[1, 90_000, 90_000], 10_001), 5_000);
        assert_eq!(share_out(&[], 10), 0);
    }

    #[test]
    fn data_cannot_end_its_element() {
        let told = embedded(&json!(["</script><!--", "a & b"]));
        assert!(!told.contains(['<', '>', '&']), "{told}");
        let back: Json = serde_json::from_str(&told).unwrap();
        assert_eq!(back, json!(["</script><!--", "a & b"]));
    }
}
