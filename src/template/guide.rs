//! The first sheet: whose report it is, what to fill in and by when, what is counted from it, and how.

use rust_xlsxwriter::{Format, FormatAlign, Url, Worksheet, XlsxError, quote_sheet_name};

use super::words::fill;
use super::{Template, checks, looks, protect, table};
use crate::define::catalog::How;
use crate::layout::marks::{GUIDE, REPORTING_DATE};
use crate::report::measure::{line_height, lines};
use crate::report::style::{self, Look, Rule};
use crate::report::xlsx::{self, date};

/// Pixels: the column of labels, of texts, of days. A hidden column with the mark stands before them.
const LABELS: u32 = 200;
const TEXTS: u32 = 520;
const DAYS: u32 = 150;

pub fn write(to: &mut Worksheet, template: &Template<'_>) -> Result<(), XlsxError> {
    let texts = template.texts();
    to.set_name(template.free_name(&texts.guide.sheet))?;
    to.set_screen_gridlines(false);
    to.set_tab_color(style::ACCENT);
    to.set_column_hidden(0)?;
    for (column, width) in (1u16..).zip([LABELS, TEXTS, DAYS]) {
        to.set_column_width_pixels(column, width)?;
    }
    to.write_string(0, 0, GUIDE)?;
    let mut page = Page { to, row: 0 };
    page.heading(template)?;
    page.facts(template)?;
    page.tables(template)?;
    page.advice(template)?;
    page.colours(template)?;
    let selected = page.row;
    template.print(to);
    to.set_portrait().set_print_area(0, 1, selected, 3)?;
    protect(to);
    Ok(())
}

/// The sheet as it grows, line by line.
struct Page<'w> {
    to: &'w mut Worksheet,
    row: u32,
}

impl Page<'_> {
    fn heading(&mut self, template: &Template<'_>) -> Result<(), XlsxError> {
        let texts = template.texts();
        let programme = &template.catalog.programme;
        self.across(&programme.title, Look::SheetTitle)?;
        let title = fill(&texts.guide.title, &[("period", &template.plan.period.label)]);
        self.across(&format!("{} · {title}", template.partner.name), Look::Headline)?;
        self.row += 1;
        Ok(())
    }

    fn facts(&mut self, template: &Template<'_>) -> Result<(), XlsxError> {
        let texts = template.texts();
        let period = &template.plan.period;
        let days = fill(&texts.guide.days, &[("first", &texts.day(period.first)), ("last", &texts.day(period.last))]);
        self.line(&texts.guide.partner, &template.partner.name, Look::Strong)?;
        self.line(&texts.guide.period, &format!("{} · {days}", period.label), Look::Strong)?;
        self.to.write_string_with_format(self.row, 1, &texts.guide.as_of, &looks::of(Look::Label))?;
        let entry = looks::entry(false).set_num_format(&texts.dates.code).set_bold();
        let entry =
            entry.set_align(FormatAlign::Left).set_align(FormatAlign::VerticalCenter).set_border_color(style::ACCENT);
        self.to.write_string(self.row, 0, REPORTING_DATE)?;
        self.to.write_datetime_with_format(self.row, 2, &date(template.made)?, &entry)?;
        self.to.add_data_validation(self.row, 2, self.row, 2, &checks::report_day(template)?)?;
        self.to.set_row_height_pixels(self.row, 24)?;
        self.row += 1;
        self.line("", &texts.guide.as_of_help, Look::Note)?;
        let contact = template.catalog.programme.contact.as_deref().unwrap_or(&texts.guide.ask);
        self.line(&texts.guide.send, contact, Look::Strong)?;
        self.line("", &texts.guide.send_help, Look::Note)?;
        self.row += 1;
        Ok(())
    }

    /// One block a collection: what to fill in, by when, and what is counted from it.
    fn tables(&mut self, template: &Template<'_>) -> Result<(), XlsxError> {
        let texts = template.texts();
        self.section(&texts.guide.fill)?;
        for sheet in &template.plan.sheets {
            let row = self.row;
            let link = Url::new(format!("internal:{}!A1", quote_sheet_name(&sheet.name)));
            self.to.write_url_with_options(row, 1, link, &sheet.title, "", Some(&top(Look::Link)))?;
            let sentence = table::sentence(template, sheet);
            self.to.write_string_with_format(row, 2, &sentence, &looks::of(Look::Prose))?;
            if let Some(due) = sheet.due {
                let due = fill(&texts.guide.due, &[("day", &texts.day(due))]);
                self.to.write_string_with_format(row, 3, due, &top(Look::Strong))?;
            }
            let height = tall(&sentence, Look::Prose, TEXTS).max(tall(&sheet.title, Look::Link, LABELS));
            self.to.set_row_height_pixels(row, height.max(2 * line_height(Look::Strong.face()) + 6))?;
            self.row += 1;
            let counted = counted(template, &sheet.collection);
            for (at, (title, definition)) in counted.iter().enumerate() {
                let label = if at == 0 { texts.guide.counted.as_str() } else { "" };
                let text = if definition.is_empty() { title.clone() } else { format!("{title}: {definition}") };
                self.to.write_string_with_format(self.row, 1, label, &top(Look::NoteRight))?;
                self.to.write_string_with_format(self.row, 2, &text, &top(Look::Note))?;
                self.to.set_row_height_pixels(self.row, tall(&text, Look::Note, TEXTS))?;
                self.row += 1;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn advice(&mut self, template: &Template<'_>) -> Result<(), XlsxError> {
        let texts = template.texts();
        self.section(&texts.guide.how)?;
        let day = texts.typed_day(template.plan.period.last);
        for (number, advice) in (1..).zip(&texts.guide.advice) {
            let text = fill(advice, &[("date", &day)]);
            self.to.write_string_with_format(self.row, 1, format!("{number}"), &top(Look::NoteRight))?;
            self.text(&text, Look::Prose)?;
        }
        self.row += 1;
        Ok(())
    }

    fn colours(&mut self, template: &Template<'_>) -> Result<(), XlsxError> {
        let texts = template.texts();
        self.section(&texts.guide.colours)?;
        let sample = |fill: u32| looks::of(Look::Text).set_background_color(fill);
        let samples: [(Format, &str, &str); 5] = [
            (looks::head(true), &texts.table.required, &texts.guide.head_required),
            (looks::head(false), &texts.table.optional, &texts.guide.head_optional),
            (sample(style::MISSING), "", &texts.guide.missing),
            (sample(style::TWICE), "", &texts.guide.twice),
            (sample(style::KEPT_OUT), "", &texts.guide.kept_out),
        ];
        for (format, sample, meaning) in samples {
            self.to.write_string_with_format(self.row, 1, sample, &format)?;
            self.text(meaning, Look::Prose)?;
        }
        Ok(())
    }

    /// A text over the whole page.
    fn across(&mut self, text: &str, look: Look) -> Result<(), XlsxError> {
        self.to.merge_range(self.row, 1, self.row, 3, text, &looks::of(look))?;
        self.to.set_row_height_pixels(self.row, tall(text, look, LABELS + TEXTS + DAYS) + 4)?;
        self.row += 1;
        Ok(())
    }

    fn section(&mut self, title: &str) -> Result<(), XlsxError> {
        let format = xlsx::format(style::Style { rule: Rule::Below, ..Look::Section.plain() });
        for (column, text) in (1u16..).zip([title, "", ""]) {
            self.to.write_string_with_format(self.row, column, text, &format)?;
        }
        self.to.set_row_height_pixels(self.row, 26)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, label: &str, text: &str, look: Look) -> Result<(), XlsxError> {
        self.to.write_string_with_format(self.row, 1, label, &looks::of(Look::Label))?;
        self.text(text, look)
    }

    /// A text in the column of texts, and the end of the line.
    fn text(&mut self, text: &str, look: Look) -> Result<(), XlsxError> {
        self.to.write_string_with_format(self.row, 2, text, &top(look))?;
        self.to.set_row_height_pixels(self.row, tall(text, look, TEXTS))?;
        self.row += 1;
        Ok(())
    }
}

fn top(look: Look) -> Format {
    looks::of(look).set_align(FormatAlign::Top)
}

fn tall(text: &str, look: Look, width: u32) -> u32 {
    lines(text, look.face(), width) * line_height(look.face()) + 6
}

/// The indicators that count from a collection: title and definition, in the programme's own words.
fn counted(template: &Template<'_>, collection: &str) -> Vec<(String, String)> {
    let counts = |how: &How| matches!(how, How::Rows { from, .. } if from.iter().any(|from| from.collection.as_str() == collection));
    let indicators = template.catalog.indicators.iter().filter(|indicator| counts(&indicator.how));
    indicators.map(|indicator| (indicator.title.clone(), indicator.definition.clone())).collect()
}
