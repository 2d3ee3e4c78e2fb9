//! The sheet of one collection: what each column holds, the rows reported already, and room for more.

use rust_xlsxwriter::{Format, IgnoreError, Note, Table, TableColumn, TableStyle, Worksheet, XlsxError};

use super::words::fill;
use super::{FilledRow, Template, Value, checks, looks, protect};
use crate::define::catalog::FieldKind;
use crate::layout::plan::{ColumnPlan, HEADER_ROW, SheetPlan};
use crate::report::measure::{line_height, lines, longest_word, margins, width};
use crate::report::style::Look;
use crate::report::xlsx::{date, float};

/// Pixels: what a column may be wide, and what the button of a filter takes.
const NARROWEST: u32 = 84;
const WIDEST: u32 = 300;
const BUTTON: u32 = 22;
/// A help wraps into so many lines before its column grows.
const HELP_LINES: u32 = 5;
/// Beyond this a sentence over the table is not on the screen.
const SENTENCE: u32 = 1_000;
/// Key columns farther right than this are not frozen: they would leave no room.
const FROZEN: u16 = 2;

pub fn write(to: &mut Worksheet, template: &Template<'_>, sheet: &SheetPlan) -> Result<(), XlsxError> {
    to.set_name(&sheet.name)?;
    to.set_screen_gridlines(false);
    let rows = template.rows(&sheet.collection);
    let (first, last) = body(template, sheet);
    let Some(columns) = u16::try_from(sheet.columns.len()).ok().filter(|columns| *columns > 0) else { return Ok(()) };
    let widths = widths(template, sheet, rows);
    for (column, width) in (0u16..).zip(&widths) {
        to.set_column_width_pixels(column, *width)?;
    }
    head(to, template, sheet, &widths)?;
    let headers: Vec<TableColumn> = sheet
        .columns
        .iter()
        .map(|column| TableColumn::new().set_header(&column.label).set_header_format(looks::head(column.required)))
        .collect();
    let table = Table::new().set_name(format!("rows__{}", sheet.collection)).set_style(TableStyle::None);
    to.add_table(HEADER_ROW, 0, last, columns - 1, &table.set_columns(&headers))?;
    fill_in(to, template, sheet, rows, last)?;
    for (column, plan) in (0u16..).zip(&sheet.columns) {
        to.add_data_validation(first, column, last, column, &checks::validation(template, sheet, plan)?)?;
    }
    checks::marks(to, sheet, first, last)?;
    // Numbers of enterprises are texts of digits, and meant to be.
    to.ignore_error_range(first, 0, last, columns - 1, IgnoreError::NumberStoredAsText)?;
    let frozen = sheet.key.iter().max().map_or(0, |key| key + 1);
    to.set_freeze_panes(first, if frozen <= FROZEN { frozen.max(1) } else { 1 })?;
    to.set_selection(first, 0, first, 0)?;
    template.print(to);
    to.set_landscape().set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
    protect(to);
    Ok(())
}

/// The first and the last row of the table's body.
pub fn body(template: &Template<'_>, sheet: &SheetPlan) -> (u32, u32) {
    let first = HEADER_ROW + 1;
    (first, first + SheetPlan::room(template.rows(&sheet.collection).len()) - 1)
}

/// What stands above the table: title, what belongs here, and for each column its unit, help and example.
fn head(to: &mut Worksheet, template: &Template<'_>, sheet: &SheetPlan, widths: &[u32]) -> Result<(), XlsxError> {
    to.write_string_with_format(0, 0, &sheet.title, &looks::of(Look::SheetTitle).unset_text_wrap())?;
    to.set_row_height_pixels(0, line_height(Look::SheetTitle.face()) + 10)?;
    let sentence = sentence(template, sheet);
    let mut reach = 0;
    let mut across = 0u16;
    for width in widths {
        if across > 0 && reach + width > SENTENCE {
            break;
        }
        reach += width;
        across += 1;
    }
    let look = looks::of(Look::Prose);
    if across > 1 {
        to.merge_range(1, 0, 1, across - 1, &sentence, &look)?;
    } else {
        to.write_string_with_format(1, 0, &sentence, &look)?;
    }
    let face = Look::Prose.face();
    to.set_row_height_pixels(1, lines(&sentence, face, reach) * line_height(face) + 10)?;
    let note = Look::Note.face();
    let tall = |text: &str, width: u32| lines(text, note, width) * line_height(note) + 5;
    let mut heights = [0; 4];
    for ((at, column), width) in (0u16..).zip(&sheet.columns).zip(widths) {
        let above = [unit(template, column), column.help.clone(), shown_example(template, column)];
        for ((row, text), format) in (2u32..).zip(&above).zip([false, false, true].map(looks::above)) {
            to.write_string_with_format(row, at, text, &format)?;
        }
        for (height, text) in heights.iter_mut().zip(&above) {
            *height = tall(text, *width).max(*height);
        }
        let label = Look::Strong.face();
        let header = lines(&column.label, label, width.saturating_sub(BUTTON)) * line_height(label) + 8;
        heights[3] = header.max(heights[3]);
    }
    for (row, height) in (2u32..).zip(heights) {
        to.set_row_height_pixels(row, height.max(line_height(note) + 5))?;
    }
    Ok(())
}

/// What belongs here, and whether it is the whole list.
pub fn sentence(template: &Template<'_>, sheet: &SheetPlan) -> String {
    let texts = template.texts();
    let which = if sheet.by_period {
        fill(&texts.guide.by_period, &[("day", &texts.day(template.plan.period.last))])
    } else {
        texts.guide.whole_list.clone()
    };
    if sheet.help.is_empty() { which } else { format!("{} {which}", sheet.help) }
}

/// The unit, and whether the cell must be filled in.
fn unit(template: &Template<'_>, column: &ColumnPlan) -> String {
    let texts = template.texts();
    let units = &texts.units;
    let by_kind = match column.kind {
        FieldKind::Text => &units.text,
        FieldKind::Integer => &units.integer,
        FieldKind::Decimal => &units.decimal,
        FieldKind::Money => &template.catalog.programme.currency,
        FieldKind::Percent => &units.percent,
        FieldKind::Date => &units.date,
        FieldKind::Choice | FieldKind::YesNo => &units.list,
        FieldKind::Enterprise => &units.enterprise,
        FieldKind::Country => &units.country,
    };
    let unit = if column.unit.is_empty() { by_kind } else { &column.unit };
    let needed = if column.required { &texts.table.required } else { &texts.table.optional };
    format!("{unit} · {needed}")
}

/// As a partner would type it: declared, else where the kind tells.
pub fn example(template: &Template<'_>, column: &ColumnPlan) -> String {
    let texts = template.texts();
    match column.kind {
        _ if !column.example.is_empty() => column.example.clone(),
        FieldKind::Date => texts.typed_day(template.plan.period.last),
        FieldKind::Choice => column.options.first().cloned().unwrap_or_default(),
        FieldKind::YesNo => texts.yes.clone(),
        FieldKind::Country => template.partner.country.clone(),
        _ => String::new(),
    }
}

fn shown_example(template: &Template<'_>, column: &ColumnPlan) -> String {
    let example = example(template, column);
    if example.is_empty() { example } else { fill(&template.texts().table.example, &[("example", &example)]) }
}

/// Columns as wide as their texts need, and wider where the help would take many lines.
fn widths(template: &Template<'_>, sheet: &SheetPlan, rows: &[FilledRow]) -> Vec<u32> {
    let (label, note, text) = (Look::Strong.face(), Look::Note.face(), Look::Text.face());
    let of = |(at, column): (usize, &ColumnPlan)| {
        let inside = rows.iter().filter_map(|row| row.cells.get(at));
        let values = inside.map(|cell| match &cell.value {
            Value::Text(value) => width(value, text) + margins(text),
            Value::Empty => 0,
            Value::Day(_) => width("2016-06-30", text) + margins(text),
            Value::Number(value) => width(&format!("{value:.2}"), text) + margins(text) + 12,
            Value::Float(value) => width(&format!("{value:.2}"), text) + margins(text) + 12,
        });
        let options = column.options.iter().map(|option| width(option, text) + margins(text) + BUTTON);
        // A header of two lines is fine; a word cut in two is not.
        let head = longest_word(&column.label, label).max(width(&column.label, label) / 2) + margins(label) + BUTTON;
        let above = [unit(template, column), shown_example(template, column)];
        let above = above.iter().map(|text| longest_word(text, note).max(width(text, note) / 2) + margins(note));
        let least = longest_word(&column.help, note) + margins(note);
        let mut wide =
            values.chain(options).chain(above).max().unwrap_or(0).clamp(NARROWEST, WIDEST).max(head).max(least);
        while wide < WIDEST && lines(&column.help, note, wide) > HELP_LINES {
            wide += 6;
        }
        wide
    };
    sheet.columns.iter().enumerate().map(of).collect()
}

/// The rows reported already, and empty ones below them.
fn fill_in(
    to: &mut Worksheet,
    template: &Template<'_>,
    sheet: &SheetPlan,
    rows: &[FilledRow],
    last: u32,
) -> Result<(), XlsxError> {
    let texts = template.texts();
    let formats: Vec<[Format; 2]> = sheet
        .columns
        .iter()
        .map(|column| [false, true].map(|kept_out| looks::entry_of(column, kept_out, texts)))
        .collect();
    // Rows can only be deleted on a protected sheet where every cell of them is open.
    let open = Format::new().set_unlocked();
    let nothing = FilledRow::default();
    for (row, i) in (HEADER_ROW + 1..=last).zip(0usize..) {
        to.set_row_format(row, &open)?;
        let filled = rows.get(i).unwrap_or(&nothing);
        for ((column, [plain, kept_out]), at) in (0u16..).zip(&formats).zip(0usize..) {
            let cell = filled.cells.get(at);
            let format = if filled.kept_out { kept_out } else { plain };
            match cell.map_or(&Value::Empty, |cell| &cell.value) {
                Value::Empty => to.write_blank(row, column, format)?,
                Value::Text(text) => to.write_string_with_format(row, column, text, format)?,
                Value::Number(number) => to.write_number_with_format(row, column, float(*number), format)?,
                Value::Float(number) => to.write_number_with_format(row, column, *number, format)?,
                Value::Day(day) => to.write_datetime_with_format(row, column, &date(*day)?, format)?,
            };
            if let Some(cell) = cell.filter(|cell| !cell.notes.is_empty()) {
                let text =
                    [&[texts.note.row.clone()], cell.notes.as_slice(), &[texts.note.mend.clone()]].concat().join("\n");
                let face = Look::Note.face();
                let height = lines(&text, face, NOTE) * line_height(face) + 16;
                let note = Note::new(text).add_author_prefix(false).set_author(&template.catalog.programme.code);
                to.insert_note(row, column, &note.set_width(NOTE).set_height(height))?;
            }
        }
    }
    Ok(())
}

/// The width of a note, in pixels.
const NOTE: u32 = 280;
