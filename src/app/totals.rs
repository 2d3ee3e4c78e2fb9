//! Totals that a partner knows from its own books, held against the rows of the same workbook. They are compared,
//! never counted.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::reading::TableReading;
use crate::define::Catalog;
use crate::define::catalog::Field;
use crate::finding::{CellRef, Finding, Place, rules};
use crate::ingest::{Cell, Sheet, Workbook};
use crate::layout::{Held, RawTable, Target, marks};
use crate::model::locale::locale;
use crate::model::number::SCALE;
use crate::validate::Column;
use crate::validate::column::{self, Context};

/// Half a cent: what rounding may make.
const TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);
/// The column in which partners type.
const TYPED: u16 = 3;

/// What the rows of one collection add up to, those kept out among them.
#[derive(Debug, Default)]
struct Sums {
    rows: usize,
    kept_out: usize,
    by_field: BTreeMap<String, Decimal>,
    locale: String,
}

/// The sums of every table of a workbook whose template asks for totals.
pub struct Totals<'a> {
    catalog: &'a Catalog,
    sheet: Option<&'a Sheet>,
    of: BTreeMap<String, Sums>,
}

impl<'a> Totals<'a> {
    pub fn new(workbook: &'a Workbook, catalog: &'a Catalog) -> Self {
        let sheet = workbook.sheets.iter().find(|sheet| marks::bears(sheet, marks::TOTALS));
        Self { catalog, sheet, of: BTreeMap::new() }
    }

    /// Adds the rows of a table.
    pub fn add(&mut self, raw: &RawTable<'_>, table: &TableReading) {
        let (Some(_), Target::Collection(collection)) = (self.sheet, raw.target) else { return };
        let partner = table.identity.partner.as_ref().and_then(|code| self.catalog.partner(code));
        let written = raw.locale.or(partner.map(|partner| partner.locale.as_str())).unwrap_or("en");
        let sums = self.of.entry(collection.code.as_str().to_owned()).or_default();
        written.clone_into(&mut sums.locale);
        sums.rows += raw.rows.len();
        sums.kept_out += table.kept_out_count;
        let context = context(self.catalog, written);
        for (f, field) in collection.fields.iter().enumerate().filter(|(_, field)| field.total) {
            let held = raw.cells(f).into_iter();
            let cells: Vec<Option<Cell>> =
                held.map(|held| if let Held::Value(cell) = held { Some(cell) } else { None }).collect();
            let (column, _) = column::read(field, raw.sheet, &cells, &context);
            *sums.by_field.entry(field.code.as_str().to_owned()).or_default() += sum(&column);
        }
    }

    /// Says which totals differ from what the rows add up to.
    pub fn compare(self, file: &str, findings: &mut Vec<Finding>) {
        let Some(sheet) = self.sheet else { return };
        for i in 0..sheet.rows.len() {
            let Some((0, Cell::Text(key))) = sheet.row(i).first().copied() else { continue };
            let Some((code, what)) = sheet.text(key).trim().split_once('.') else { continue };
            let at = CellRef::new(sheet.rows[i].index, TYPED);
            let (Some(cell), Some(sums)) = (sheet.cell(at), self.of.get(code)) else { continue };
            let (typed, found) = if what == marks::ROWS {
                (sheet.display(cell).trim().parse().ok(), Decimal::from(sums.rows))
            } else {
                let collection = self.catalog.collections.iter().find(|collection| collection.code.as_str() == code);
                let Some(field) = collection.and_then(|collection| collection.field(what)) else { continue };
                let Some(found) = sums.by_field.get(what) else { continue };
                (typed(field, sheet, cell, &context(self.catalog, &sums.locale)), *found)
            };
            let found = found.normalize();
            let message = match (typed, sums.kept_out) {
                (Some(typed), _) if (typed - found).abs() <= TOLERANCE => continue,
                (None, _) => "the total cannot be read as a number".to_owned(),
                (Some(_), 0) => format!("the rows of this table add up to {found}"),
                (Some(_), 1) => format!("the rows of this table add up to {found}; one of them is kept out"),
                (Some(_), kept_out) => {
                    format!("the rows of this table add up to {found}; {kept_out} of them are kept out")
                }
            };
            let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: Some(at) };
            let finding = Finding::warning(&rules::TOTAL_DIFFERS, place, message).found(sheet.display(cell));
            findings.push(finding.help(rules::TOTAL_DIFFERS.fix));
        }
    }
}

fn context<'a>(catalog: &'a Catalog, written: &str) -> Context<'a> {
    Context { locale: locale(written), language: "en", currency: &catalog.programme.currency, reporting_date: None }
}

/// The number in a cell, read as the field's own cells are.
fn typed(field: &Field, sheet: &Sheet, cell: Cell, context: &Context<'_>) -> Option<Decimal> {
    let (column, _) = column::read(field, sheet, &[Some(cell)], context);
    (!column.is_missing(0)).then(|| sum(&column))
}

fn sum(column: &Column) -> Decimal {
    match column {
        Column::Integer(values) => values.iter().flatten().map(|value| Decimal::from(*value)).sum(),
        Column::Decimal(values) => {
            let millionths: i128 = values.iter().flatten().sum();
            Decimal::try_from_i128_with_scale(millionths, SCALE).unwrap_or_default()
        }
        Column::Text { .. } | Column::Date(_) => Decimal::ZERO,
    }
}
