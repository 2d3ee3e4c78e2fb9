//! Rows that a partner has reported, as cells of its template: accepted ones from the store, those kept out as they came.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::project::Project;
use super::reading::workbook;
use super::state::State;
use super::{Stopped, fault};
use crate::define::catalog::{Collection, Field, FieldKind};
use crate::finding::translate::{message, translate};
use crate::finding::{CellRef, Finding, Place};
use crate::ingest::{Cell, Sheet, Workbook};
use crate::model::code::PartnerCode;
use crate::model::submission::Submission;
use crate::sql::frame;
use crate::store::Store;
use crate::template::words::{Texts, texts};
use crate::template::{FilledCell, FilledRow, Value};

/// What the rows are taken from.
pub struct Prefill<'a> {
    project: &'a Project,
    store: &'a Store,
    state: &'a State,
    current: Vec<Submission>,
    /// Received files that were read again, by hash.
    originals: BTreeMap<String, Workbook>,
}

impl<'a> Prefill<'a> {
    pub fn new(project: &'a Project, store: &'a Store, state: &'a State) -> Self {
        let (current, _) = state.current(&project.catalog);
        Self { project, store, state, current, originals: BTreeMap::new() }
    }

    /// The rows of the submission that counts; of a table reported by period, only those of this very period.
    pub fn rows(
        &mut self,
        partner: &PartnerCode,
        collection: &Collection,
        period: i64,
        language: &str,
    ) -> Result<Vec<FilledRow>, Stopped> {
        let of = |submission: &&Submission| {
            submission.partner == *partner
                && submission.collection == collection.code
                && (!collection.by_period || submission.period == Some(period))
        };
        let submissions: Vec<Submission> = self.current.iter().filter(of).cloned().collect();
        let mut rows = Vec::new();
        for submission in &submissions {
            let mut placed = self.accepted(submission, collection, texts(language), language)?;
            placed.extend(self.kept_out(submission, collection, language)?);
            placed.sort_by_key(|(place, _)| *place);
            rows.extend(placed.into_iter().map(|(_, row)| row));
        }
        Ok(rows)
    }

    fn accepted(
        &mut self,
        submission: &Submission,
        collection: &Collection,
        texts: &Texts,
        language: &str,
    ) -> Result<Vec<(u32, FilledRow)>, Stopped> {
        let Some(part) = self.state.parts().get(&submission.section).map(|part| (*part).to_owned()) else {
            return Ok(Vec::new());
        };
        let stored = self.store.read_part(&part)?;
        let of_section =
            (0..stored.height()).filter(|row| frame::integer(&stored, "section", *row) == Some(submission.section));
        let mut rows = Vec::new();
        for row in of_section {
            let place = frame::integer(&stored, "place", row).and_then(|place| u32::try_from(place).ok()).unwrap_or(0);
            let mut cells = Vec::with_capacity(collection.fields.len());
            for field in &collection.fields {
                let mut value = stored_value(&stored, field, row, texts, language);
                if field.kind == FieldKind::Enterprise && value == Value::Empty && !named_beside(&stored, field, row) {
                    // Known by a name that stands in the cell of the number.
                    value = self.original(submission, field, place)?.map_or(Value::Empty, Value::Text);
                }
                cells.push(FilledCell { value, notes: Vec::new() });
            }
            rows.push((place, FilledRow { cells, kept_out: false }));
        }
        Ok(rows)
    }

    /// What a cell of the received file shows.
    fn original(&mut self, submission: &Submission, field: &Field, place: u32) -> Result<Option<String>, Stopped> {
        let Some(at) = submission.cell(field.code.as_str(), place) else { return Ok(None) };
        let book = self.book(&submission.file, &submission.name)?;
        let sheet = book.sheets.iter().find(|sheet| sheet.name == submission.sheet);
        Ok(sheet.and_then(|sheet| sheet.cell(at).map(|cell| sheet.display(cell))))
    }

    /// A received file, read again in the same bounds as when it came.
    fn book(&mut self, hash: &str, name: &str) -> Result<&Workbook, Stopped> {
        if !self.originals.contains_key(hash) {
            let bytes = self.store.files().get(hash)?;
            let read = workbook(name, &bytes, &self.project.catalog, &self.project.reader)?;
            let book = read.map_err(|refusal| fault("a file that was read before cannot be read again", refusal))?;
            self.originals.insert(hash.to_owned(), book);
        }
        self.originals.get(hash).ok_or_else(|| fault("a file that was read is gone", hash))
    }

    /// Rows that do not count, as they were sent, with what is wrong at its cell.
    fn kept_out(
        &mut self,
        submission: &Submission,
        collection: &Collection,
        language: &str,
    ) -> Result<Vec<(u32, FilledRow)>, Stopped> {
        let state = self.state;
        let Some(table) = state.table(submission.section).filter(|table| !table.kept_out.is_empty()) else {
            return Ok(Vec::new());
        };
        let read = state.files.get(&submission.file).and_then(|file| file.read.as_ref());
        let findings = read.map_or(&[][..], |read| read.findings.as_slice());
        let currency = self.project.catalog.programme.currency.clone();
        let book = self.book(&submission.file, &submission.name)?;
        let Some(sheet) = book.sheets.iter().find(|sheet| sheet.name == submission.sheet) else {
            return Ok(Vec::new());
        };
        let rows = table.kept_out.iter().map(|kept_out| {
            let place = kept_out.row.saturating_sub(1);
            let mut said = errors_of(findings, &submission.sheet, place);
            let mut cells: Vec<FilledCell> = collection
                .fields
                .iter()
                .map(|field| {
                    let at = submission.cell(field.code.as_str(), place);
                    let value = at
                        .and_then(|at| sheet.cell(at))
                        .map_or(Value::Empty, |cell| sent(sheet, cell, field, &currency));
                    // What is wrong in a cell is said there once.
                    let (here, elsewhere) = said.drain(..).partition(|(cell, _)| Some(*cell) == at);
                    said = elsewhere;
                    let here: Vec<(CellRef, &Finding)> = here;
                    FilledCell { value, notes: here.iter().map(|(_, finding)| told(finding, language)).collect() }
                })
                .collect();
            let untold = cells.iter().all(|cell| cell.notes.is_empty());
            if let Some(first) = cells.first_mut().filter(|_| untold) {
                let reasons = kept_out.reasons.iter();
                first.notes =
                    reasons.map(|(_, text)| message(text, language).unwrap_or_else(|| text.clone())).collect();
            }
            (place, FilledRow { cells, kept_out: true })
        });
        Ok(rows.collect())
    }
}

/// Errors about a row of a sheet, with their cells.
fn errors_of<'f>(findings: &'f [Finding], sheet: &str, row: u32) -> Vec<(CellRef, &'f Finding)> {
    let of = |finding: &'f Finding| match &finding.place {
        Place::Cell { sheet: on, cell: Some(cell), .. } if on == sheet && cell.row == row => Some((*cell, finding)),
        _ => None,
    };
    findings.iter().filter(|finding| finding.is_error()).filter_map(of).collect()
}

fn told(finding: &Finding, language: &str) -> String {
    let finding = translate(finding, language);
    let mut text = finding.message.clone();
    if let Some(suggestion) = &finding.suggestion {
        text.push_str(&format!(" → {suggestion}?"));
    }
    match &finding.help {
        // The expression of a check says nothing to a partner.
        Some(help) if finding.rule.id != crate::finding::rules::CHECK_FAILED.id => format!("{text}\n{help}"),
        _ => text,
    }
}

/// A stored value as people write it, such that reading it back gives the same.
fn stored_value(stored: &DataFrame, field: &Field, row: usize, texts: &Texts, language: &str) -> Value {
    let code = field.code.as_str();
    let number =
        || if let frame::Exact::Number(number) = frame::exact(stored, code, row) { Some(number) } else { None };
    let value = match field.kind {
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money => number().map(Value::Number),
        FieldKind::Percent => number().map(|number| Value::Number(number / Decimal::ONE_HUNDRED)),
        FieldKind::Date => frame::date(stored, code, row).map(Value::Day),
        FieldKind::Text | FieldKind::Country | FieldKind::Choices => frame::text(stored, code, row).map(Value::Text),
        FieldKind::Choice => frame::text(stored, code, row).map(|value| {
            let option = field.options.iter().find(|option| option.code == value);
            Value::Text(option.map_or(value, |option| option.label.get(language).to_owned()))
        }),
        FieldKind::YesNo => frame::text(stored, code, row)
            .map(|value| Value::Text(if value == "yes" { &texts.yes } else { &texts.no }.clone())),
        FieldKind::Enterprise => frame::text(stored, code, row).map(|value| Value::Text(as_written(&value).to_owned())),
    };
    value.unwrap_or_default()
}

/// `vat:LT300123456` and `reg:AT:FN12345` without what only we write.
fn as_written(identity: &str) -> &str {
    let number = identity.strip_prefix("vat:").or_else(|| identity.strip_prefix("reg:")).unwrap_or(identity);
    number.rsplit(':').next().unwrap_or(number)
}

/// Whether the name of an enterprise stands in a field of its own.
fn named_beside(stored: &DataFrame, field: &Field, row: usize) -> bool {
    field.name.as_ref().is_some_and(|name| frame::text(stored, name.as_str(), row).is_some())
}

/// A cell as it was sent. What is not of its column's own kind stays the text that the partner sees: under the column's
/// format it would be read as something else.
fn sent(sheet: &Sheet, cell: Cell, field: &Field, currency: &str) -> Value {
    match (field.kind, cell) {
        (FieldKind::Money, Cell::Money(value, of)) if field.instead_of(of.as_str(), currency).is_none() => {
            Value::Float(value)
        }
        (FieldKind::Integer | FieldKind::Decimal | FieldKind::Money, Cell::Number(value))
        | (FieldKind::Percent, Cell::Percent(value)) => Value::Float(value),
        (FieldKind::Date, Cell::Date(day)) => Value::Day(day),
        (_, Cell::Uncalculated) => Value::Empty,
        (_, cell) => Value::Text(sheet.display(cell)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_an_enterprise_is_written_as_people_do() {
        for (identity, written) in
            [("vat:LT300123456", "LT300123456"), ("reg:AT:FN12345", "FN12345"), ("reg:12345", "12345")]
        {
            assert_eq!(as_written(identity), written);
        }
    }
}
