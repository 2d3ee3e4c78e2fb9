//! The sheet of totals: what the rows add up to, beside what the partner knows from its own books.

use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError, quote_sheet_name};

use super::{FilledCell, Template, Value, looks, protect, table};
use crate::finding::{CellRef, column_letters};
use crate::layout::marks::{ROWS, TOTALS};
use crate::layout::plan::{SheetPlan, TemplatePlan};
use crate::report::measure::{line_height, lines};
use crate::report::style::{self, Look, Rule};
use crate::report::xlsx::{self, float};

/// Pixels: table, what, the partner's total, what the rows say, the difference. The mark stands in a hidden column.
const WIDTHS: [u32; 5] = [230, 230, 140, 140, 140];

/// Whether any table has a field of which partners know the total.
pub fn are_asked(plan: &TemplatePlan) -> bool {
    plan.sheets.iter().any(has_total)
}

fn has_total(sheet: &SheetPlan) -> bool {
    sheet.columns.iter().any(|column| column.total)
}

pub fn write(to: &mut Worksheet, template: &Template<'_>) -> Result<(), XlsxError> {
    let texts = &template.texts().totals;
    to.set_name(template.free_name(&texts.sheet))?;
    to.set_screen_gridlines(false);
    to.set_column_hidden(0)?;
    // A difference of nothing is an empty text, not zero.
    to.set_formula_result_default("");
    for (column, width) in (1u16..).zip(WIDTHS) {
        to.set_column_width_pixels(column, width)?;
    }
    to.write_string(0, 0, TOTALS)?;
    to.write_string_with_format(0, 1, &texts.title, &looks::of(Look::SheetTitle).unset_text_wrap())?;
    to.set_row_height_pixels(0, line_height(Look::SheetTitle.face()) + 10)?;
    to.merge_range(1, 1, 1, 5, &texts.sentence, &looks::of(Look::Prose))?;
    let face = Look::Prose.face();
    to.set_row_height_pixels(1, lines(&texts.sentence, face, WIDTHS.iter().sum()) * line_height(face) + 12)?;
    let heads = [&texts.table, &texts.what, &texts.yours, &texts.rows_say, &texts.difference];
    for ((column, text), right) in (1u16..).zip(heads).zip([false, false, true, true, true]) {
        let look = if right { Look::HeadRight } else { Look::Head };
        let format = xlsx::format(style::Style { rule: Rule::Below, ..look.plain() });
        to.write_string_with_format(3, column, text, &format)?;
    }
    to.set_row_height_pixels(3, 24)?;
    let mut row = 4;
    for sheet in template.plan.sheets.iter().filter(|sheet| has_total(sheet)) {
        let (first, last) = table::body(template, sheet);
        let place = |column: u16| {
            let letters = column_letters(column);
            format!("{}!${letters}${}:${letters}${}", quote_sheet_name(&sheet.name), first + 1, last + 1)
        };
        let rows = template.rows(&sheet.collection);
        let all: Vec<String> = (0u16..).zip(&sheet.columns).map(|(column, _)| place(column)).collect();
        let count = Line {
            key: ROWS,
            what: &texts.rows,
            code: "#,##0",
            formula: format!("=SUMPRODUCT(--(LEN({})>0))", all.join("&")),
            cached: rows.len() as f64,
        };
        count.write(to, row, sheet)?;
        row += 1;
        for (at, column) in sheet.columns.iter().enumerate().filter(|(_, column)| column.total) {
            let cells = rows.iter().filter_map(|row| row.cells.get(at));
            let line = Line {
                key: &column.field,
                what: &column.label,
                code: looks::code(column.kind, template.texts()),
                formula: format!("=SUM({})", place(u16::try_from(at).unwrap_or(u16::MAX))),
                // Adding zero turns the minus zero of no cells into zero.
                cached: cells.map(number).sum::<f64>() + 0.0,
            };
            line.write(to, row, sheet)?;
            row += 1;
        }
    }
    to.set_freeze_panes(4, 0)?;
    to.set_selection(4, 3, 4, 3)?;
    template.print(to);
    to.set_landscape().set_print_area(0, 1, row, 5)?;
    protect(to);
    Ok(())
}

fn number(cell: &FilledCell) -> f64 {
    match cell.value {
        Value::Number(value) => float(value),
        Value::Float(value) => value,
        Value::Empty | Value::Text(_) | Value::Day(_) => 0.0,
    }
}

/// One total.
struct Line<'a> {
    key: &'a str,
    what: &'a str,
    code: &'a str,
    formula: String,
    cached: f64,
}

impl Line<'_> {
    fn write(&self, to: &mut Worksheet, row: u32, sheet: &SheetPlan) -> Result<(), XlsxError> {
        let figure = |format: Format| format.set_num_format(self.code);
        to.write_string(row, 0, format!("{}.{}", sheet.collection, self.key))?;
        to.write_string_with_format(row, 1, &sheet.title, &looks::of(Look::Text))?;
        to.write_string_with_format(row, 2, self.what, &looks::of(Look::Text))?;
        let entry = looks::entry(false).set_border_color(style::ACCENT);
        to.write_blank(row, 3, &figure(entry.set_align(rust_xlsxwriter::FormatAlign::Right)))?;
        let sum = Formula::new(&self.formula).set_result(self.cached.to_string());
        to.write_formula_with_format(row, 4, sum, &figure(looks::of(Look::Figure)))?;
        let (typed, says) = (CellRef::new(row, 3), CellRef::new(row, 4));
        let difference = Formula::new(format!("=IF(ISBLANK({typed}),\"\",ROUND({typed}-{says},2))")).set_result("");
        to.write_formula_with_format(row, 5, difference, &figure(looks::of(Look::Figure)))?;
        to.set_row_height_pixels(row, 24)?;
        Ok(())
    }
}
