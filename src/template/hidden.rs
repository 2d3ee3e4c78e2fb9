//! The sheets that nobody sees: whose the workbook is, and the lists of choices.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{Template, protect};
use crate::define::catalog::FieldKind;
use crate::layout::marks::{HIDDEN_SHEET, LISTS_SHEET};
use crate::layout::plan::ColumnPlan;
use crate::model::country;
use crate::report::xlsx::date;

const COUNTRIES: &str = "countries";
const YES_NO: &str = "yes_no";

/// Whose the workbook is, of when, and from which template.
pub fn identity(sheet: &mut Worksheet, template: &Template<'_>) -> Result<(), XlsxError> {
    sheet.set_name(HIDDEN_SHEET)?.set_hidden(true);
    let plan = template.plan;
    let texts = [
        (0, "partner", template.partner.code.as_str()),
        (1, "period", plan.period.label.as_str()),
        (4, "template", plan.version.as_str()),
        (5, "language", plan.language.as_str()),
    ];
    for (row, key, value) in texts {
        sheet.write_string(row, 0, key)?.write_string(row, 1, value)?;
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_string(2, 0, "reporting_date")?;
    sheet.write_datetime_with_format(2, 1, &date(template.made)?, &day)?;
    sheet.write_string(3, 0, "revision")?.write_number(3, 1, template.revision as f64)?;
    sheet.set_column_width_pixels(0, 120)?.set_column_width_pixels(1, 220)?;
    protect(sheet);
    Ok(())
}

/// The lists, one a column, each with a name: so they may be of any length and hold any sign.
pub fn lists(workbook: &mut Workbook, template: &Template<'_>) -> Result<(), XlsxError> {
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    for sheet in &template.plan.sheets {
        for column in &sheet.columns {
            let Some(name) = list_name(&sheet.collection, column) else { continue };
            if lists.iter().all(|(known, _)| *known != name) {
                lists.push((name, entries(column, template)));
            }
        }
    }
    if lists.is_empty() {
        return Ok(());
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(LISTS_SHEET)?.set_hidden(true);
    let text = Format::new().set_num_format("@");
    let mut names = Vec::new();
    for (column, (name, entries)) in (0u16..).zip(&lists) {
        for (row, entry) in (0u32..).zip(entries) {
            sheet.write_string_with_format(row, column, entry, &text)?;
        }
        let letters = crate::finding::column_letters(column);
        names.push((name, format!("='{LISTS_SHEET}'!${letters}$1:${letters}${}", entries.len())));
    }
    protect(sheet);
    for (name, range) in names {
        workbook.define_name(name, &range)?;
    }
    Ok(())
}

/// The name of the list that a column's cells are chosen from. Codes hold no `__`, so no two lists have one name.
pub fn list_name(collection: &str, column: &ColumnPlan) -> Option<String> {
    match column.kind {
        FieldKind::Choice => Some(format!("choices__{collection}__{}", column.field)),
        FieldKind::YesNo => Some(YES_NO.to_owned()),
        FieldKind::Country => Some(COUNTRIES.to_owned()),
        _ => None,
    }
}

fn entries(column: &ColumnPlan, template: &Template<'_>) -> Vec<String> {
    let texts = template.texts();
    match column.kind {
        FieldKind::YesNo => vec![texts.yes.clone(), texts.no.clone()],
        FieldKind::Country => country::codes().map(str::to_owned).collect(),
        _ => column.options.clone(),
    }
}
