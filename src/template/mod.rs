//! The workbook that a partner fills in: a guide, a sheet a collection, totals to compare, and what the reader needs;
//! and, in [`patch`], the workbook that a partner sent, returned with what was found in it.
//!
//! What stands where is planned in [`crate::layout::plan`]; here it is only drawn. No clock, no path, no connection:
//! the same plan, rows and day give the same bytes. What a partner sent is always text or a number, never a formula.

mod checks;
mod guide;
mod hidden;
mod looks;
pub mod patch;
mod table;
mod totals;
pub mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, ProtectionOptions, Workbook, Worksheet, XlsxError};

use crate::define::Catalog;
use crate::define::catalog::Partner;
use crate::layout::plan::{LONGEST_SHEET_NAME, TemplatePlan};
use crate::model::fold::fold;
use crate::report::xlsx::date;
use words::{Texts, fill};

/// What is put into a workbook.
#[derive(Debug)]
pub struct Template<'a> {
    pub catalog: &'a Catalog,
    pub partner: &'a Partner,
    pub plan: &'a TemplatePlan,
    /// The day on which it is made, which is the day of the report until the partner says another.
    pub made: NaiveDate,
    pub revision: i64,
    /// Rows reported already, by collection.
    pub rows: BTreeMap<String, Vec<FilledRow>>,
}

/// A row that was reported already, a cell for each column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilledRow {
    pub cells: Vec<FilledCell>,
    /// It was sent, and does not count.
    pub kept_out: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilledCell {
    pub value: Value,
    /// What is wrong with it, in the partner's language.
    pub notes: Vec<String>,
}

/// What stands in a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    #[default]
    Empty,
    Text(String),
    /// As the cell stores it: 0.25 for 25 %.
    Number(Decimal),
    /// As a cell held it.
    Float(f64),
    Day(NaiveDate),
}

impl Template<'_> {
    fn texts(&self) -> &'static Texts {
        words::texts(&self.plan.language)
    }

    fn rows(&self, collection: &str) -> &[FilledRow] {
        self.rows.get(collection).map_or(&[], Vec::as_slice)
    }

    /// A name for a sheet beside those of the collections.
    fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.plan.sheets.iter().any(|sheet| fold(&sheet.name) == fold(name));
        let numbered = (2..).map(|number| format!("{wanted} {number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        let free = names.find(|name| !taken(name)).unwrap_or_default();
        free.chars().take(LONGEST_SHEET_NAME).collect()
    }

    /// A4, one page wide, with a foot that says whose it is and of when.
    fn print(&self, sheet: &mut Worksheet) {
        sheet.set_paper_size(9).set_margins(0.47, 0.47, 0.47, 0.63, 0.3, 0.3).set_print_fit_to_pages(1, 0);
        let part = |text: &str, most: usize| text.chars().take(most).collect::<String>().replace('&', "&&");
        let programme = &self.catalog.programme;
        let page = fill(&self.texts().print.page, &[("page", "&P"), ("pages", "&N")]);
        // A space behind the size of the type: a digit there would be read as part of it.
        sheet.set_footer(format!(
            "&L&8 {}&C&8 {} · {}&R&8 {page}",
            part(&programme.title, 80),
            part(&self.partner.name, 60),
            part(&self.plan.period.label, 20)
        ));
    }
}

/// The workbook as bytes.
pub fn workbook(template: &Template<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let programme = &template.catalog.programme;
    let properties = DocProperties::new()
        .set_title(format!("{} · {} · {}", programme.title, template.partner.name, template.plan.period.label))
        .set_author(&programme.title)
        .set_creation_datetime(&date(template.made)?);
    workbook.set_properties(&properties);
    guide::write(workbook.add_worksheet(), template)?;
    for sheet in &template.plan.sheets {
        table::write(workbook.add_worksheet(), template, sheet)?;
    }
    if totals::are_asked(template.plan) {
        totals::write(workbook.add_worksheet(), template)?;
    }
    hidden::identity(workbook.add_worksheet(), template)?;
    hidden::lists(&mut workbook, template)?;
    workbook.save_to_buffer()
}

/// Locks a sheet but for its entry cells, without a password: it guards against slips, not against people.
fn protect(sheet: &mut Worksheet) {
    let options = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        insert_rows: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    };
    sheet.protect_with_options(&options);
}
