//! The rows behind an indicator: a table of the first of them for everybody, and all that the page has as data that its
//! script makes tables of, each text once.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use serde_json::{Value as Json, json};

use super::behind::Own;
use super::page::{Head, Page, table, theirs};
use crate::model::scoreboard::{AnswerRow, EvidenceRow, IndicatorResult};
use crate::report::book::clean;
use crate::report::language::own;
use crate::report::prose;
use crate::report::words::{self, head, page as ours};

/// Rows of an indicator that stand in a table also where scripts do not run.
const WITHOUT_SCRIPT: usize = 60;
/// Letters of a text.
const LETTERS: usize = 300;

/// What stands in a column; the script draws by the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Long,
    Number,
    Place,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Long => "long",
            Self::Number => "number",
            Self::Place => "place",
        }
    }
}

const OF_ROWS: [(&str, Kind); 8] = [
    (head::DATE, Kind::Number),
    (head::AMOUNT, Kind::Number),
    (head::KEY, Kind::Text),
    (head::SAYS, Kind::Long),
    (ours::PLACE, Kind::Place),
    (head::PARTNER, Kind::Text),
    (head::COLLECTION, Kind::Text),
    (head::COUNTED, Kind::Text),
];

const OF_ANSWERS: [(&str, Kind); 8] = [
    (head::WAVE, Kind::Text),
    (head::ENTERPRISE, Kind::Text),
    (head::STRATUM, Kind::Text),
    (head::WEIGHT, Kind::Number),
    (head::Y, Kind::Number),
    (head::X, Kind::Number),
    (head::INSIDE, Kind::Text),
    (ours::PLACE, Kind::Place),
];

fn columns(own: &Own) -> &'static [(&'static str, Kind)] {
    if own.rows.is_empty() { &OF_ANSWERS } else { &OF_ROWS }
}

/// The texts of a row, in the order of its columns.
fn texts(page: &Page, own: &Own, at: usize) -> Vec<String> {
    match (own.rows.get(at), own.answers.get(at)) {
        (Some(row), _) => of_row(page, row),
        (None, Some(answer)) => of_answer(page, answer),
        (None, None) => Vec::new(),
    }
}

fn of_row(page: &Page, row: &EvidenceRow) -> Vec<String> {
    vec![
        row.date.map_or(String::new(), |day| page.short_day(day)),
        row.amount.map_or(String::new(), |amount| page.exact(amount)),
        row.key.clone(),
        row.says.clone(),
        format!("{} › {} › {}", row.file, row.sheet, row.cell),
        page.partner(&row.partner).to_owned(),
        page.collection(&row.collection).to_owned(),
        page.say(words::standing(row.standing)),
    ]
}

fn of_answer(page: &Page, answer: &AnswerRow) -> Vec<String> {
    let wave = if answer.paired { prose::on_pairs(&own(&answer.wave_title)) } else { own(&answer.wave_title) };
    let cells: Vec<String> = answer.cells.iter().map(|(_, cell)| cell.to_string()).collect();
    vec![
        page.say(wave),
        answer.enterprise.clone(),
        answer.stratum.clone(),
        page.exact(answer.weight),
        page.exact(answer.y),
        answer.x.map_or(String::new(), |x| page.exact(x)),
        page.say(if answer.inside { words::YES } else { words::NO }),
        format!("{} › {} › {}", answer.file, answer.sheet, cells.join(", ")),
    ]
}

/// The rows of an indicator as a table, the first of them.
pub fn part(page: &Page, one: &IndicatorResult) -> Markup {
    let Some(own) = page.rows.of.get(one.code.as_str()) else { return html! {} };
    let columns = columns(own);
    let heads: Vec<Head> = columns
        .iter()
        .map(
            |(word, kind)| if *kind == Kind::Number { Head::right(page.say(word)) } else { Head::left(page.say(word)) },
        )
        .collect();
    let shown = own.len().min(WITHOUT_SCRIPT);
    let body = html! {
        @for at in 0..shown {
            tr {
                @for (text, (_, kind)) in texts(page, own, at).iter().zip(columns) {
                    td .num[*kind == Kind::Number] .long[*kind == Kind::Long] .place[*kind == Kind::Place] {
                        (theirs(short(text)))
                    }
                }
            }
        }
    };
    let answers = own.rows.is_empty();
    let title = if answers { words::ANSWERS } else { words::EVIDENCE };
    let caption = html! { (page.say(title)) ": " (theirs(&one.title)) };
    let total = (String::new(), String::new());
    let counted = own.lines.get(&total).map_or(&[][..], Vec::as_slice);
    let rows = html! {
        p { strong { (page.say(own.said(page, &total, counted))) } }
        @if answers { p.note { (page.say(prose::ANSWERS)) } }
        @if shown < own.len() { p.note { (page.say(ours::first_rows(shown, own.len()))) } }
        (table(&format!("t-{}-rows", one.code), &caption, true, &heads, &body, None))
    };
    let summary = html! { (page.say(title)) ", " (page.say(ours::rows(own.len()))) };
    html! {
        // Not opened on paper: the rows fill many pages, and stand in the workbook.
        details.rows {
            summary { (summary) }
            div.inside id=(format!("rows-{}", one.code)) tabindex="-1" { (rows) }
        }
    }
}

/// The beginning of a long text.
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
    let mut all_texts = Texts::default();
    let mut all = serde_json::Map::new();
    for (code, own) in &page.rows.of {
        let columns = columns(own);
        let shipped = own.len().min(page.rows.most);
        let rows: Vec<Vec<usize>> =
            (0..shipped).map(|at| texts(page, own, at).iter().map(|text| all_texts.of(text)).collect()).collect();
        let mut figures = serde_json::Map::new();
        for (key, at) in &own.lines {
            let inside: Vec<usize> = at.iter().copied().filter(|at| *at < shipped).collect();
            let more = at.len() - inside.len();
            let mut said = page.say(own.said(page, key, at));
            if more > 0 {
                said = format!("{said}. {}", page.say(ours::more_rows(more)));
            }
            figures.insert(format!("{}={}", key.0, key.1), json!([said, ranges(&inside)]));
        }
        all.insert(
            (*code).to_owned(),
            json!({
                "heads": columns.iter().map(|(word, _)| page.say(word)).collect::<Vec<_>>(),
                "kinds": columns.iter().map(|(_, kind)| kind.as_str()).collect::<Vec<_>>(),
                "rows": rows,
                "figures": figures,
            }),
        );
    }
    let data = json!({ "texts": all_texts.all, "more": page.say(ours::MORE), "indicators": all });
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
        let at = self.all.len();
        self.all.push(text.clone());
        self.known.insert(text, at);
        at
    }
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
    fn data_cannot_end_its_element() {
        let told = embedded(&json!(["</script><!--", "a & b"]));
        assert!(!told.contains(['<', '>', '&']), "{told}");
        let back: Json = serde_json::from_str(&told).unwrap();
        assert_eq!(back, json!(["</script><!--", "a & b"]));
    }
}
