//! Who answered again, wave by wave and by stratum; and what people said in their own words.

use rust_decimal::Decimal;

use super::{heads, live, section};
use crate::finding::CellRef;
use crate::model::number::quotient;
use crate::model::scoreboard::{Panel, PanelStratum, WaveResponse};
use crate::model::trace::Number;
use crate::report::book::{Area, Cell};
use crate::report::canvas::Canvas;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, head, part as title};

const NAME: u16 = 1;
/// The first and last column of counts.
const COUNTS: (u16, u16) = (2, 6);
/// Waves after the baseline that stand beside each other, the latest ones.
const WAVES: usize = 3;
/// Lines of themes are numbered through by question, so many each.
const THEMES: usize = 1000;

/// What a number is, by the positions of wave and line and a word.
pub type Of<'a> = &'a dyn Fn(usize, usize, &'static str) -> Number;

pub fn part(canvas: &mut Canvas, panel: &Panel, last: u16, of: Of<'_>) {
    let start = canvas.at();
    section(canvas, last, title::PANEL);
    heads(
        canvas,
        NAME,
        &[
            (head::WAVE, Look::Head),
            (head::ANSWERED, Look::HeadRight),
            (head::AGAIN, Look::HeadRight),
            (head::REJOINED, Look::HeadRight),
            (head::FIRST_TIME, Look::HeadRight),
            (head::DROPPED, Look::HeadRight),
        ],
    );
    for (at, wave) in panel.waves.iter().enumerate() {
        canvas.verbatim(NAME, &wave.title, Look::Text);
        let counts = [
            (wave.answered, "panel_answered"),
            (wave.again, "panel_again"),
            (wave.rejoined, "panel_rejoined"),
            (wave.new, "panel_new"),
            (wave.dropped, "panel_dropped"),
        ];
        for (column, (count, what)) in (COUNTS.0..).zip(counts) {
            // Before the first wave there is none that could have been answered.
            let open = at == 0 && column != COUNTS.0;
            if open {
                canvas.text(column, words::NONE, Look::Absent);
            } else {
                canvas.put(column, Cell::count(count), Look::Figure.with(NumberFormat::WHOLE)).of(of(at, 0, what));
            }
        }
        canvas.end_ruled(NAME, COUNTS.1, Rule::Hair);
    }
    canvas.span(NAME, last, Cell::text(prose::PANEL), Look::Note.plain()).end();
    canvas.gap(12);
    kept(canvas, panel, of);
    canvas.gap(18);
    canvas.keep_from(start);
}

/// Of those who answered the baseline, how many answered each later wave.
fn kept(canvas: &mut Canvas, panel: &Panel, of: Of<'_>) {
    let later: Vec<String> = panel.waves.iter().skip(panel.first + 1).map(|wave| own(&wave.title)).collect();
    let (Some(baseline), Some(end)) = (panel.waves.get(panel.first), later.last()) else { return };
    let skipped = later.len().saturating_sub(WAVES);
    let rate = head::kept(end);
    let first = own(&baseline.title);
    let mut looks = vec![(head::STRATUM, Look::Head), (first.as_str(), Look::HeadRight)];
    looks.extend(later[skipped..].iter().map(|title| (title.as_str(), Look::HeadRight)));
    looks.push((&rate, Look::HeadRight));
    heads(canvas, NAME, &looks);
    let last = NAME + u16::try_from(looks.len()).unwrap_or(1) - 1;
    let (strata, whole): (Vec<_>, Vec<_>) = panel.strata.iter().partition(|stratum| stratum.name != "all");
    let position = |one: &PanelStratum| panel.strata.iter().position(|other| other.name == one.name).unwrap_or(0);
    let first = canvas.at();
    for stratum in &strata {
        canvas.text(NAME, super::line_name(&stratum.name), Look::Text);
        let of = |wave, what| of(wave, position(stratum), what);
        line(canvas, stratum, skipped, |_, count| Cell::Number(count), Look::Figure, &of);
        canvas.end_ruled(NAME, last, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    for all in whole {
        canvas.text(NAME, words::ALL, Look::Strong);
        let sum = |column: u16, count: Decimal| {
            let total = strata.iter().map(|one| counts(one, skipped)[usize::from(column - COUNTS.0)]).sum::<usize>();
            let formula = format!("=SUM({})", Area::column(column, first, end));
            live(formula, count, (end >= first).then_some(Decimal::from(total)))
        };
        let of = |wave, what| of(wave, position(all), what);
        line(canvas, all, skipped, sum, Look::StrongFigure, &of);
        canvas.end_ruled(NAME, last, Rule::Above);
    }
    let rows = canvas.at().saturating_sub(1);
    canvas.sheet().bars.push(Area::column(last, first, rows));
    let note = prose::kept(&own(&baseline.title), skipped);
    canvas.span(NAME, COUNTS.1, Cell::text(note), Look::Note.plain()).end();
}

fn counts(stratum: &PanelStratum, skipped: usize) -> Vec<usize> {
    std::iter::once(stratum.answered).chain(stratum.kept.iter().skip(skipped).copied()).collect()
}

fn line(
    canvas: &mut Canvas,
    stratum: &PanelStratum,
    skipped: usize,
    cell: impl Fn(u16, Decimal) -> Cell,
    look: Look,
    of: &dyn Fn(usize, &'static str) -> Number,
) {
    let row = canvas.at();
    let counts = counts(stratum, skipped);
    let mut column = COUNTS.0;
    for (at, count) in counts.iter().enumerate() {
        // The baseline first, then the waves that are shown.
        let wave = if at == 0 { 0 } else { at + skipped };
        canvas.put(column, cell(column, Decimal::from(*count)), look.with(NumberFormat::WHOLE)).of(of(wave, "kept"));
        column += 1;
    }
    let last = counts.last().copied().unwrap_or_default();
    if let Some(cached) = quotient(Decimal::from(last), Decimal::from(stratum.answered)) {
        let text = format!("={}/{}", CellRef::new(row, column - 1), CellRef::new(row, COUNTS.0));
        canvas.put(column, Cell::Formula { text, cached }, look.with(NumberFormat::FINE_SHARE));
        canvas.of(of(stratum.kept.len(), "kept_rate"));
    } else {
        canvas.text(column, words::NOT_COMPUTABLE, Look::Absent);
    }
}

/// Answers in people's own words: how many speak of each theme, then what they said.
pub fn coded(canvas: &mut Canvas, wave: &WaveResponse, last: u16, of: super::survey::Of<'_>) {
    for (at, coded) in wave.coded.iter().enumerate().filter(|(_, coded)| !coded.answers.is_empty()) {
        let start = canvas.at();
        section(canvas, last, &prose::in_own_words(&own(&coded.question), &own(&wave.title)));
        heads(
            canvas,
            NAME,
            &[(head::THEME, Look::Head), (head::ANSWERS, Look::HeadRight), (head::SHARE_OF, Look::HeadRight)],
        );
        let all = Decimal::from(coded.answers.len());
        let first = canvas.at();
        let themes = coded.themes.iter().map(|(label, count)| (own(label), *count));
        for (line, (label, count)) in themes.chain([(words::NO_THEME.to_owned(), coded.without)]).enumerate() {
            let line = at * THEMES + line;
            canvas.text(NAME, label, Look::Text);
            canvas.put(2, Cell::count(count), Look::Figure.with(NumberFormat::WHOLE)).of(of(line, "theme"));
            match quotient(Decimal::from(count), all) {
                Some(share) => {
                    let style = Look::Figure.with(NumberFormat::FINE_SHARE);
                    canvas.put(3, Cell::Number(share), style).of(of(line, "theme_share"))
                }
                None => canvas.text(3, words::NOT_COMPUTABLE, Look::Absent),
            };
            canvas.end_ruled(NAME, 3, Rule::Hair);
        }
        let rows = canvas.at().saturating_sub(1);
        canvas.sheet().bars.push(Area::column(3, first, rows));
        canvas.span(NAME, last, Cell::text(prose::coded(coded.answers.len())), Look::Note.plain()).end();
        canvas.gap(8);
        canvas.keep_from(start);
        canvas.span(NAME, COUNTS.1, Cell::text(head::SAID), Look::Head.plain());
        canvas.span(8, last, Cell::text(head::THEMES), Look::Head.plain());
        canvas.end_ruled(NAME, last, Rule::Below);
        for answer in &coded.answers {
            canvas.span(NAME, COUNTS.1, Cell::verbatim_lines(&answer.text), Look::Text.plain());
            let (text, look) = if answer.themes.is_empty() {
                (words::NONE.to_owned(), Look::AbsentText)
            } else {
                (own(answer.themes.join(", ")), Look::Text)
            };
            canvas.span(8, last, Cell::text(text), look.plain());
            canvas.end_ruled(NAME, last, Rule::Hair);
        }
        canvas.gap(18);
    }
}
