//! What a template watches while it is filled in: what may be typed, what is missing, what stands twice.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    ConditionalFormatFormula, DataValidation, DataValidationRule, Format, Formula, Worksheet, XlsxError,
};

use super::hidden::list_name;
use super::words::{Texts, fill};
use super::{Template, table};
use crate::define::catalog::FieldKind;
use crate::finding::{CellRef, column_letters};
use crate::layout::plan::{ColumnPlan, SheetPlan};
use crate::report::style;
use crate::report::xlsx::date;

/// What Excel takes of a title and of a message.
const LONGEST_TITLE: usize = 32;
const LONGEST_MESSAGE: usize = 255;
/// Of a text that a partner types.
const LONGEST_TEXT: u32 = 1_000;
/// Numbers beyond are no figures of a partner; the reader refuses them.
const LARGEST: i64 = 1_000_000_000_000_000;
const LARGEST_WHOLE: i64 = 1_000_000_000_000;

/// The rule for the day of the report.
pub fn report_day(template: &Template<'_>) -> Result<DataValidation, XlsxError> {
    let texts = template.texts();
    let column = ColumnPlan {
        first_day: Some(template.catalog.programme.calendar.start),
        ..ColumnPlan::of_kind(FieldKind::Date)
    };
    let (rule, message) = days(&column, template)?;
    rule.set_error_title(cut(&texts.input.title, LONGEST_TITLE))?
        .set_error_message(cut(&message, LONGEST_MESSAGE))?
        .set_input_title(cut(&texts.guide.as_of, LONGEST_TITLE))?
        .set_input_message(cut(&texts.guide.as_of_help, LONGEST_MESSAGE))
}

/// The rule for a column's cells, with what it says before and after.
pub fn validation(
    template: &Template<'_>,
    sheet: &SheetPlan,
    column: &ColumnPlan,
) -> Result<DataValidation, XlsxError> {
    let texts = template.texts();
    let (rule, message) = match column.kind {
        FieldKind::Choice | FieldKind::YesNo | FieldKind::Country => {
            let name = list_name(&sheet.collection, column).unwrap_or_default();
            let says = if column.kind == FieldKind::Country { &texts.input.country } else { &texts.input.list };
            let message = fill(says, &[("example", &template.partner.country)]);
            (DataValidation::new().allow_list_formula(Formula::new(format!("={name}"))), message)
        }
        FieldKind::Date => days(column, template)?,
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => numbers(column, texts),
        FieldKind::Text | FieldKind::Enterprise => {
            let rule = DataValidation::new().allow_text_length(DataValidationRule::LessThanOrEqualTo(LONGEST_TEXT));
            (rule, fill(&texts.input.text, &[("most", &LONGEST_TEXT.to_string())]))
        }
    };
    let example = table::example(template, column);
    let hint = if example.is_empty() { String::new() } else { fill(&texts.table.example, &[("example", &example)]) };
    let hint =
        [column.help.as_str(), hint.as_str()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    let mut rule = rule
        .set_error_title(cut(&texts.input.title, LONGEST_TITLE))?
        .set_error_message(cut(&message, LONGEST_MESSAGE))?;
    if !hint.is_empty() {
        rule = rule
            .set_input_title(cut(&column.label, LONGEST_TITLE))?
            .set_input_message(cut(&hint.join("\n"), LONGEST_MESSAGE))?;
    }
    Ok(rule)
}

/// Dates within the field's bounds; without any, in the years in which spreadsheets and people agree.
fn days(column: &ColumnPlan, template: &Template<'_>) -> Result<(DataValidation, String), XlsxError> {
    let texts = template.texts();
    let first = column.first_day.or_else(|| NaiveDate::from_ymd_opt(2000, 1, 1)).unwrap_or_default();
    let last = column.last_day.or_else(|| NaiveDate::from_ymd_opt(2099, 12, 31)).unwrap_or_default();
    let rule = DataValidation::new().allow_date(DataValidationRule::Between(date(first)?, date(last)?));
    let [first, last] = [column.first_day, column.last_day].map(|day| day.map(|day| texts.typed_day(day)));
    let input = &texts.input;
    let range = range([&input.days_between, &input.days_from, &input.days_to], first.as_deref(), last.as_deref());
    let example = texts.typed_day(template.plan.period.last);
    Ok((rule, fill(&input.date, &[("range", &range), ("example", &example)])))
}

/// The words for what lies between two bounds; none where there is no bound.
fn range(words: [&str; 3], first: Option<&str>, last: Option<&str>) -> String {
    let [between, from, to] = words;
    let words = match (first, last) {
        (Some(_), Some(_)) => between,
        (Some(_), None) => from,
        (None, Some(_)) => to,
        (None, None) => "",
    };
    fill(words, &[("first", first.unwrap_or_default()), ("last", last.unwrap_or_default())])
}

fn numbers(column: &ColumnPlan, texts: &Texts) -> (DataValidation, String) {
    let whole = column.kind == FieldKind::Integer;
    let percent = column.kind == FieldKind::Percent;
    let largest = Decimal::from(if whole { LARGEST_WHOLE } else { LARGEST });
    // A cell stores 25 % as 0.25.
    let stored = |value: Decimal| {
        let value = if percent { value / Decimal::ONE_HUNDRED } else { value };
        Formula::new(format!("={}", value.normalize()))
    };
    let (lowest, highest) = (column.lowest.unwrap_or(-largest), column.highest.unwrap_or(largest));
    let between = DataValidationRule::Between(stored(lowest), stored(highest));
    let input = &texts.input;
    let rule = DataValidation::new();
    let (rule, says) = if whole {
        (rule.allow_whole_number_formula(between), &input.integer)
    } else {
        (rule.allow_decimal_number_formula(between), &input.number)
    };
    let shown = |value: Decimal| texts.number(value) + if percent { "\u{a0}%" } else { "" };
    let [first, last] = [column.lowest, column.highest].map(|value| value.map(shown));
    let words: [&str; 3] = [&input.numbers_between, &input.numbers_from, &input.numbers_to];
    (rule, fill(says, &[("range", &range(words, first.as_deref(), last.as_deref()))]))
}

/// Shows required cells that are empty in a row that holds something, and keys that stand twice.
pub fn marks(to: &mut Worksheet, sheet: &SheetPlan, first: u32, last: u32) -> Result<(), XlsxError> {
    let Some(width) = u16::try_from(sheet.columns.len()).ok().and_then(|width| width.checked_sub(1)) else {
        return Ok(());
    };
    let row = first + 1;
    let empty = |column: u16| format!("LEN(TRIM({}))=0", CellRef::new(first, column));
    for (column, plan) in (0u16..).zip(&sheet.columns).filter(|(_, plan)| plan.required) {
        let both: Vec<String> = [Some(column), plan.instead].into_iter().flatten().map(empty).collect();
        let rule = format!("=AND({},COUNTA($A{row}:${}{row})>0)", both.join(","), column_letters(width));
        let format = ConditionalFormatFormula::new().set_rule(rule.as_str());
        let format = format.set_format(Format::new().set_background_color(style::MISSING));
        to.add_conditional_format(first, column, last, column, &format)?;
    }
    if sheet.key.is_empty() {
        return Ok(());
    }
    let mut same = Vec::new();
    let mut given = Vec::new();
    for column in &sheet.key {
        let letters = column_letters(*column);
        same.push(format!("--(${letters}${row}:${letters}${}=${letters}{row})", last + 1));
        given.push(format!("LEN(TRIM(${letters}{row}))>0"));
    }
    let rule = format!("=AND({},SUMPRODUCT({})>1)", given.join(","), same.join(","));
    for column in &sheet.key {
        let format = ConditionalFormatFormula::new().set_rule(rule.as_str());
        let format = format.set_format(Format::new().set_background_color(style::TWICE));
        to.add_conditional_format(first, *column, last, *column, &format)?;
    }
    Ok(())
}

/// A text of at most so many characters, as Excel counts them, cut behind a word.
pub fn cut(text: &str, most: usize) -> String {
    let long = |text: &str| text.encode_utf16().count();
    if long(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        if long(&kept) + long(word.trim_end()) + 1 > most {
            break;
        }
        kept.push_str(word);
    }
    if kept.is_empty() {
        // A word that is too long by itself.
        kept = text.chars().take(most / 2 - 1).collect();
    }
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_behind_a_word_and_stays_within_its_limit() {
        assert_eq!(cut("short", 32), "short");
        let text = "UID des federführenden Unternehmens der Vereinbarung";
        assert_eq!(cut(text, 32), "UID des federführenden…");
        for most in [32, 255] {
            for text in ["x".repeat(400), "ab ".repeat(200), "\u{1f600} ".repeat(200), "\u{1f600}".repeat(200)] {
                assert!(cut(&text, most).encode_utf16().count() <= most, "{text}");
            }
        }
    }
}
