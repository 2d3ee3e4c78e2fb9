//! A [`Book`] as the bytes of an xlsx file.
//!
//! Here, and only here, an exact decimal becomes the `f64` that the format knows. Text is written as text: nothing
//! that a partner sent can become a formula or a link.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_xlsxwriter::{
    ConditionalFormatDataBar, ConditionalFormatDataBarAxisPosition, ConditionalFormatType, DocProperties,
    ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, IgnoreError, Image, Url, Workbook, Worksheet, XlsxError,
    quote_sheet_name,
};

use super::book::{Area, Book, Cell, Picture, Placed, Print, Scale, Sheet};
use super::style::{self, Align, Face, Look, Palette, Rule, Style, Vertical};
use super::{canvas, draw};
use crate::finding::written::Writing;

/// How a book is written: its colours, its days and numbers.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub palette: Palette,
    pub writing: Writing,
}

pub fn bytes(book: &Book) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(&book.title)
        .set_subject(&book.subject)
        .set_author(&book.author)
        .set_creation_datetime(&date(book.created)?);
    workbook.set_properties(&properties);
    let mut formats = BTreeMap::new();
    for (sheet, first) in book.sheets.iter().zip(std::iter::once(true).chain(std::iter::repeat(false))) {
        let worksheet = workbook.add_worksheet();
        worksheet.set_active(first);
        write(worksheet, sheet, book, &mut formats)?;
    }
    workbook.save_to_buffer()
}

/// A day as the format knows it.
pub fn date(day: chrono::NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    use chrono::Datelike as _;
    let (month, day_of) = (u8::try_from(day.month()).unwrap_or(1), u8::try_from(day.day()).unwrap_or(1));
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), month, day_of)
}

fn write(
    sheet: &mut Worksheet,
    from: &Sheet,
    book: &Book,
    formats: &mut BTreeMap<Style, Format>,
) -> Result<(), XlsxError> {
    let manner = Manner { palette: Palette(book.accent), writing: book.writing };
    let palette = manner.palette;
    sheet.set_name(&from.name)?;
    sheet.set_screen_gridlines(false);
    sheet.set_tab_color(if from.accent { palette.of(style::ACCENT) } else { style::HAIR });
    for (column, width) in (0..).zip(&from.columns) {
        sheet.set_column_width_pixels(column, *width)?;
    }
    for (row, line) in (0..).zip(&from.rows) {
        sheet.set_row_height_pixels(row, line.height)?;
    }
    merge(sheet, from, manner, formats)?;
    for (at, placed) in from.cells() {
        let format = formats.entry(placed.style).or_insert_with(|| format_in(placed.style, manner));
        cell(sheet, at.row, at.column, placed, format)?;
    }
    if let Some(Area { first, last }) = from.filter {
        sheet.autofilter(first.row, first.column, last.row, last.column)?;
    }
    // Numbers that partners typed as text keep their look; a green corner on each would say nothing new.
    if let (Some(row), Some(column)) = (from.rows.len().checked_sub(1), from.columns.len().checked_sub(1)) {
        let (row, column) = (u32::try_from(row).unwrap_or(0), u16::try_from(column).unwrap_or(0));
        sheet.ignore_error_range(0, 0, row, column, IgnoreError::NumberStoredAsText)?;
    }
    sheet.set_freeze_panes(from.freeze.0, from.freeze.1)?;
    for bar in &from.bars {
        data_bar(sheet, *bar, palette)?;
    }
    for chart in &from.charts {
        draw::chart(sheet, from, chart, manner)?;
    }
    for one in &from.pictures {
        picture(sheet, from, one)?;
    }
    print(sheet, &from.print, book)
}

/// Merged cells first: their looks lie below what is written into them.
fn merge(
    sheet: &mut Worksheet,
    from: &Sheet,
    manner: Manner,
    formats: &mut BTreeMap<Style, Format>,
) -> Result<(), XlsxError> {
    let mut styles = BTreeMap::new();
    for (at, placed) in from.cells() {
        styles.insert((at.row, at.column), placed.style);
    }
    for Area { first, last } in &from.spans {
        if first == last {
            continue;
        }
        let style = styles.get(&(first.row, first.column)).copied().unwrap_or(Look::Text.plain());
        let format = formats.entry(style).or_insert_with(|| format_in(style, manner));
        sheet.merge_range(first.row, first.column, last.row, last.column, "", format)?;
    }
    Ok(())
}

fn cell(sheet: &mut Worksheet, row: u32, column: u16, placed: &Placed, format: &Format) -> Result<(), XlsxError> {
    if let Some(to) = &placed.to {
        // What is written next takes the place of the link's text; the link stays.
        let text = placed.cell.shown(placed.style.number);
        let address = Url::new(format!("internal:{}!{}", quote_sheet_name(&to.sheet), to.cell));
        sheet.write_url_with_options(
            row,
            column,
            address,
            text,
            to.tip.chars().take(250).collect::<String>(),
            Some(format),
        )?;
    }
    match &placed.cell {
        Cell::Blank => sheet.write_blank(row, column, format)?,
        Cell::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
        Cell::Number(value) => sheet.write_number_with_format(row, column, float(*value), format)?,
        Cell::Date(day) => sheet.write_datetime_with_format(row, column, &date(*day)?, format)?,
        Cell::Formula { text, cached } => {
            let formula = Formula::new(text).set_result(float(*cached).to_string());
            sheet.write_formula_with_format(row, column, formula, format)?
        }
        Cell::Link { sheet: to, cell, text, live } => {
            let place = format!("{}!{cell}", quote_sheet_name(to));
            let address = Url::new(format!("internal:{place}"));
            sheet.write_url_with_options(row, column, address, text, "", Some(format))?;
            if *live {
                let formula = Formula::new(format!("={place}")).set_result(text);
                sheet.write_formula_with_format(row, column, formula, format)?;
            }
            sheet
        }
    };
    Ok(())
}

/// The nearest `f64`: read from the digits, which rounds once.
pub fn float(value: Decimal) -> f64 {
    value.to_string().parse().unwrap_or(f64::MAX)
}

/// The appearance of a cell.
pub fn format(style: Style) -> Format {
    format_in(style, Manner { palette: Palette(None), writing: Writing::English })
}

fn format_in(style: Style, manner: Manner) -> Format {
    let Manner { palette, writing } = manner;
    let Face { points, bold, italic, color, fill, align, wrap, font, vertical, inset } = style.look.face();
    let mut format = Format::new()
        .set_font_name(font)
        .set_font_size(points)
        .set_font_color(palette.of(color))
        .set_align(match vertical {
            Vertical::Top => FormatAlign::Top,
            Vertical::Middle => FormatAlign::VerticalCenter,
        })
        .set_align(match align {
            Align::Left => FormatAlign::Left,
            Align::Right => FormatAlign::Right,
        });
    if bold {
        format = format.set_bold();
    }
    if italic {
        format = format.set_italic();
    }
    if wrap {
        format = format.set_text_wrap();
    }
    let inset_right = inset > 0 && align == Align::Right;
    let code = if inset_right { style.number.inset_code(writing) } else { style.number.code_in(writing) };
    if inset > 0 && (align == Align::Left || code.is_none()) {
        format = format.set_indent(inset);
    }
    if let Some(fill) = fill {
        format = format.set_background_color(palette.of(fill));
    }
    if let Some(code) = code {
        format = format.set_num_format(code);
    }
    match style.rule {
        Rule::None => format,
        Rule::Hair => format.set_border_bottom(FormatBorder::Thin).set_border_bottom_color(style::HAIR),
        Rule::Below => format.set_border_bottom(FormatBorder::Thin).set_border_bottom_color(palette.of(style::ACCENT)),
        Rule::Above => format.set_border_top(FormatBorder::Thin).set_border_top_color(style::GREY),
    }
}

/// A pale bar from nothing to the whole, behind the figure; beyond the whole it ends at the edge.
fn data_bar(sheet: &mut Worksheet, Area { first, last }: Area, palette: Palette) -> Result<(), XlsxError> {
    let bar = ConditionalFormatDataBar::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_maximum(ConditionalFormatType::Number, 1)
        .set_fill_color(palette.of(style::ACCENT_TINT))
        .set_negative_fill_color(style::HAIR)
        .set_solid_fill(true)
        .set_border_off(true)
        .set_axis_position(ConditionalFormatDataBarAxisPosition::None);
    sheet.add_conditional_format(first.row, first.column, last.row, last.column, &bar)?;
    Ok(())
}

/// At the right edge of its column, wherever that is.
fn picture(sheet: &mut Worksheet, from: &Sheet, one: &Picture) -> Result<(), XlsxError> {
    let drawn =
        Image::new_from_buffer(&one.logo.bytes)?.set_scale_to_size(one.width, one.height, false).set_alt_text(&one.alt);
    let edge = canvas::sum(&from.columns, 0, one.last_column);
    let (mut column, mut left) = (0, edge.saturating_sub(one.width));
    for (at, width) in (0..).zip(&from.columns) {
        column = at;
        if left < *width {
            break;
        }
        left -= width;
    }
    sheet.insert_image_with_offset(one.row, column, &drawn, left, 4)?;
    Ok(())
}

fn print(sheet: &mut Worksheet, print: &Print, book: &Book) -> Result<(), XlsxError> {
    // A4.
    sheet.set_paper_size(9).set_landscape().set_margins(0.47, 0.47, 0.47, 0.63, 0.3, 0.3);
    match print.scale {
        Scale::OnePage => sheet.set_print_fit_to_pages(1, 1),
        Scale::OnePageWide => sheet.set_print_fit_to_pages(1, 0),
    };
    if let Some((first, last)) = print.repeat {
        sheet.set_repeat_rows(first, last)?;
    }
    if !print.breaks.is_empty() {
        sheet.set_page_breaks(&print.breaks)?;
    }
    // A foot holds 255 characters in all.
    let left: String = book.foot[0].chars().take(110).collect();
    let part = |text: &str| text.replace('&', "&&");
    sheet.set_footer(format!("&L&8{}&C&8{}&R&8{}", part(&left), part(&book.foot[1]), book.page));
    Ok(())
}
