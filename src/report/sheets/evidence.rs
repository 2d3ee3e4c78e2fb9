//! The rows behind the figures, each with its file, sheet and cell.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Context, heading, heads, repeat};
use crate::model::scoreboard::{EvidenceRow, IndicatorResult, Scoreboard};
use crate::model::trace::{Counted, Number};
use crate::report::book::{Area, Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::prose;
use crate::report::style::{Kind, Look, NumberFormat, Rule};
use crate::report::words::{self, head};

const LAST: u16 = 12;
const KEY: u16 = 5;
const AMOUNT: u16 = 6;
/// The head of the table, and below it the first row.
pub const TOP: u32 = 5;

/// Where the rows of an indicator begin, and how many are shown.
pub fn rows_of(board: &Scoreboard, one: &IndicatorResult) -> Option<(u32, usize)> {
    let first = board.evidence.rows.iter().position(|row| row.indicator == one.code)?;
    let count = board.evidence.rows.iter().filter(|row| row.indicator == one.code && row.counted).count();
    Some((TOP + 1 + u32::try_from(first).ok()?, count))
}

pub fn sheet(context: Context) -> Sheet {
    let widths = vec![
        MARGIN,
        between(150, 230),
        between(90, 170),
        between(100, 170),
        between(78, 100),
        between(90, 190),
        between(84, 120),
        between(220, 470),
        between(90, 240),
        between(150, 290),
        between(90, 170),
        between(48, 60),
        between(62, 130),
    ];
    let mut canvas = Canvas::new(context.tongue, words::EVIDENCE, widths);
    let evidence = &context.scoreboard.evidence;
    let mut about = prose::evidence_rows(evidence.rows.len(), evidence.total);
    if let Some(cells) = evidence.not_copied {
        about = format!("{about} {}", prose::not_copied(cells));
    }
    heading(&mut canvas, context, LAST, words::EVIDENCE, &about);
    canvas.gap(6);
    let count = u32::try_from(evidence.rows.len()).unwrap_or(0);
    shown(&mut canvas, evidence.rows.as_slice(), count);
    let top = heads(
        &mut canvas,
        1,
        &[
            (head::INDICATOR, Look::Head),
            (head::PARTNER, Look::Head),
            (head::COLLECTION, Look::Head),
            (head::DATE, Look::HeadFilter),
            (head::KEY, Look::Head),
            (head::AMOUNT, Look::HeadFilter),
            (head::SAYS, Look::Head),
            (head::GROUP, Look::Head),
            (head::FILE, Look::Head),
            (head::SHEET, Look::Head),
            (head::CELL, Look::Head),
            (head::COUNTED, Look::Head),
        ],
    );
    super::frozen(&mut canvas, top + 1, 0);
    let names = names_of_groups(context.scoreboard);
    for (at, row) in evidence.rows.iter().enumerate() {
        line(&mut canvas, context, &names, (at, row));
    }
    if evidence.rows.is_empty() {
        canvas.span(1, LAST, Cell::text(prose::NO_EVIDENCE), Look::Prose.plain()).end();
    } else {
        canvas.sheet().filter = Some(Area::new((top, 1), (top + count, LAST)));
    }
    repeat(canvas.sheet(), top);
    canvas.finish()
}

/// How the values of a field are called, by indicator, position of the field and value.
type Names<'a> = BTreeMap<(&'a str, usize, &'a str), &'a str>;

fn names_of_groups(board: &Scoreboard) -> Names<'_> {
    let mut names = Names::new();
    for one in &board.indicators {
        for (at, breakdown) in one.breakdowns.iter().enumerate() {
            for (figure, name) in breakdown.figures.iter().zip(&breakdown.names) {
                if let Some((_, value)) = figure.by.last() {
                    names.insert((one.code.as_str(), at, value.as_str()), name.as_str());
                }
            }
        }
    }
    names
}

/// The values by which figures are broken down: what a reader filters by.
fn group(names: &Names<'_>, row: &EvidenceRow) -> String {
    let named = |(at, value): (usize, &String)| {
        names.get(&(row.indicator.as_str(), at, value.as_str())).copied().unwrap_or(value).to_owned()
    };
    super::lines_of(&row.by.iter().enumerate().map(named).collect::<Vec<_>>())
}

/// Live counts of what a filter leaves: rows, and the sum of their amounts.
fn shown(canvas: &mut Canvas, rows: &[EvidenceRow], count: u32) {
    canvas.span(1, 4, Cell::text(prose::AFTER_FILTERING), Look::Note.plain());
    if count > 0 {
        let over = |column| Area::column(column, TOP + 1, TOP + count);
        let number = Decimal::from(count);
        let text = format!("=SUBTOTAL(103,{})", over(1));
        canvas.put(KEY, Cell::Formula { text, cached: number }, Look::StrongFigure.with(NumberFormat::WHOLE));
        canvas.of(Number::Counted(Counted::Evidence { amount: false }));
        let sum = rows.iter().filter_map(|row| row.amount).try_fold(Decimal::ZERO, Decimal::checked_add);
        if let Some(sum) = sum {
            let text = format!("=SUBTOTAL(109,{})", over(AMOUNT));
            canvas.put(AMOUNT, Cell::Formula { text, cached: sum }, Look::StrongFigure.with(amount_format(sum)));
            canvas.of(Number::Counted(Counted::Evidence { amount: true }));
        }
    }
    canvas.end();
}

/// Amounts are shown whole, or with the two decimals of money.
fn amount_format(amount: Decimal) -> NumberFormat {
    if amount.fract().is_zero() {
        NumberFormat::WHOLE
    } else {
        NumberFormat { kind: Kind::Cents, ..NumberFormat::WHOLE }
    }
}

fn line(canvas: &mut Canvas, context: Context, names: &Names<'_>, (at, row): (usize, &EvidenceRow)) {
    let titles = &context.scoreboard.reporting;
    let title =
        titles.iter().find(|line| line.collection == row.collection).map_or(&row.collection, |l| &l.collection_title);
    canvas.verbatim(1, context.indicator(row.indicator.as_str()), Look::Text);
    canvas.verbatim(2, context.partner(&row.partner), Look::Text);
    canvas.verbatim(3, title, Look::Text);
    if let Some(day) = row.date {
        canvas.put(4, Cell::Date(day), Look::FaintFigure.with(NumberFormat::DAY));
    }
    canvas.verbatim(KEY, &row.key, Look::Text);
    if let Some(amount) = row.amount {
        canvas.put(AMOUNT, Cell::Number(amount), Look::Figure.with(amount_format(amount)));
        canvas.of(Number::Evidence { row: at, below: false });
    }
    canvas.verbatim(7, &row.says, Look::Text).text(8, group(names, row), Look::Text);
    canvas.verbatim(9, &row.file, Look::Note).verbatim(10, &row.sheet, Look::Note);
    canvas.verbatim(11, row.cell.to_string(), Look::Strong).of(Number::Evidence { row: at, below: false });
    canvas.text(LAST, words::standing(row.standing), if row.counted { Look::Text } else { Look::AbsentText });
    canvas.end_ruled(1, LAST, Rule::Hair);
}
