//! The answers behind the estimates, each with its weight and the cell that it came from.

use rust_decimal::Decimal;

use super::{Context, heading, heads, repeat};
use crate::model::scoreboard::AnswerRow;
use crate::model::trace::{AnswerPart, Number};
use crate::report::book::{Area, Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::{Kind, Look, NumberFormat, Rule};
use crate::report::words::{self, head};

const LAST: u16 = 13;
/// The head of the table, and below it the first row.
pub const TOP: u32 = 4;

pub fn sheet(context: Context) -> Sheet {
    let widths = vec![
        MARGIN,
        between(150, 230),
        between(150, 230),
        between(110, 190),
        between(80, 170),
        between(70, 90),
        between(80, 110),
        between(84, 120),
        between(84, 120),
        between(60, 80),
        between(80, 200),
        between(150, 290),
        between(90, 150),
        between(60, 130),
    ];
    let mut canvas = Canvas::new(context.tongue, words::ANSWERS, widths);
    heading(&mut canvas, context, LAST, words::ANSWERS, prose::ANSWERS);
    canvas.gap(6);
    let top = heads(
        &mut canvas,
        1,
        &[
            (head::INDICATOR, Look::Head),
            (head::WAVE, Look::Head),
            (head::ENTERPRISE, Look::Head),
            (head::STRATUM, Look::Head),
            (head::POPULATION, Look::HeadFilter),
            (head::WEIGHT, Look::HeadFilter),
            (head::Y, Look::HeadFilter),
            (head::X, Look::HeadFilter),
            (head::INSIDE, Look::Head),
            (head::GROUP, Look::Head),
            (head::FILE, Look::Head),
            (head::SHEET, Look::Head),
            (head::CELL, Look::Head),
        ],
    );
    super::frozen(&mut canvas, top + 1, 0);
    for (at, row) in context.scoreboard.evidence.answers.iter().enumerate() {
        line(&mut canvas, context, row, at);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.sheet().filter = Some(Area::new((top, 1), (end, LAST)));
    repeat(canvas.sheet(), top);
    canvas.finish()
}

fn line(canvas: &mut Canvas, context: Context, row: &AnswerRow, at: usize) {
    let of = |part| Number::Answer { row: at, part };
    let wave = if row.paired { prose::on_pairs(&own(&row.wave_title)) } else { own(&row.wave_title) };
    canvas.verbatim(1, context.indicator(row.indicator.as_str()), Look::Text).text(2, wave, Look::Text);
    canvas.verbatim(3, &row.enterprise, Look::Text).verbatim(4, &row.stratum, Look::Text);
    if let Some(population) = row.population {
        canvas.put(5, Cell::Number(Decimal::from(population)), Look::FaintFigure.with(NumberFormat::WHOLE));
        canvas.of(of(AnswerPart::Population));
    }
    let fine = NumberFormat { kind: Kind::General, ..NumberFormat::WHOLE };
    canvas.put(6, Cell::Number(row.weight), Look::FaintFigure.with(fine)).of(of(AnswerPart::Weight));
    canvas.put(7, Cell::Number(row.y), Look::Figure.with(fine)).of(of(AnswerPart::Y));
    if let Some(x) = row.x {
        canvas.put(8, Cell::Number(x), Look::Figure.with(fine)).of(of(AnswerPart::X));
    }
    let inside = if row.inside { words::YES } else { words::NO };
    canvas.text(9, inside, if row.inside { Look::Text } else { Look::AbsentText });
    canvas.text(10, super::lines_of(&row.by), Look::Text);
    canvas.verbatim(11, &row.file, Look::Note).verbatim(12, &row.sheet, Look::Note);
    let cells: Vec<String> = row.cells.iter().map(|(_, cell)| cell.to_string()).collect();
    canvas.verbatim(13, cells.join(", "), Look::Strong).of(of(AnswerPart::Y));
    canvas.end_ruled(1, LAST, Rule::Hair);
}
