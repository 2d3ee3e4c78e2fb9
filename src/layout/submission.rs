//! Whose a file is, and of when: its hidden sheet, else its name, else declared cells.

use chrono::NaiveDate;

use super::declared::Told;
use super::{marks, pattern, plan};
use crate::define::catalog::Catalog;
use crate::finding::{CellRef, Finding, Place, rules};
use crate::ingest::{Cell, Sheet, Workbook};
use crate::model::code::PartnerCode;
use crate::model::fold::fold;

/// Whose and of when; what nobody says is None.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub partner: Option<PartnerCode>,
    pub period: Option<i64>,
    pub reporting_date: Option<NaiveDate>,
    pub revision: Option<i64>,
}

impl Identity {
    fn fill(&mut self, other: Self) {
        self.partner = self.partner.take().or(other.partner);
        self.period = self.period.or(other.period);
        self.reporting_date = self.reporting_date.or(other.reporting_date);
        self.revision = self.revision.or(other.revision);
    }
}

/// Reads it from the first source that tells, each fact for itself; and reports sources that contradict each other.
pub fn identify(file: &str, workbook: &Workbook, catalog: &Catalog, findings: &mut Vec<Finding>) -> Identity {
    let mut identity = Identity::default();
    let hidden = workbook.sheets.iter().find(|sheet| marks::is_called(sheet, marks::HIDDEN_SHEET));
    let mut by_sheet = hidden.map(|sheet| hidden_sheet(file, sheet, catalog, findings)).unwrap_or_default();
    // The partner sees the guide, not the hidden sheet: what it says there is newer.
    let by_guide = workbook.sheets.iter().find_map(|sheet| day_of_guide(file, sheet, findings));
    by_sheet.reporting_date = by_guide.or(by_sheet.reporting_date);
    let rules = &catalog.programme.submission;
    let by_name = rules
        .file_names
        .iter()
        .find_map(|one| pattern::read(one, file, catalog))
        .map(|found| Identity {
            partner: found.partner,
            period: found.period,
            reporting_date: found.reporting_date,
            revision: found.revision,
        })
        .unwrap_or_default();
    let first = workbook.sheets.iter().find(|sheet| !sheet.hidden).filter(|sheet| !marks::is_ours(sheet));
    let by_cells = first.map(|sheet| cells(sheet, catalog)).unwrap_or_default();
    findings.extend(contradiction(file, &by_sheet, &by_name, catalog));
    for source in [by_sheet, by_name, by_cells] {
        identity.fill(source);
    }
    identity
}

/// What the hidden sheet and the name of a file say against each other. The sheet is believed: names are typed.
fn contradiction(file: &str, by_sheet: &Identity, by_name: &Identity, catalog: &Catalog) -> Vec<Finding> {
    let place = || Place::File { file: file.to_owned() };
    let message = |one: &str, other: &str| format!("the hidden sheet says {one}, the file name says {other}");
    let mut findings = Vec::new();
    if let (Some(one), Some(other)) = (&by_sheet.partner, &by_name.partner)
        && one != other
    {
        let finding = Finding::warning(&rules::PARTNER_UNKNOWN, place(), message(one.as_str(), other.as_str()));
        findings.push(finding.help(format!("It is taken for {one}; rename the file if that is right.")));
    }
    // The template of one period filled in for the next would replace what was reported for the first.
    let label = |number: Option<i64>| catalog.programme.calendar.period(number?).map(|period| period.label);
    if let (Some(one), Some(other)) = (label(by_sheet.period), label(by_name.period))
        && one != other
    {
        let finding = Finding::warning(&rules::PERIOD_UNKNOWN, place(), message(&one, &other));
        findings.push(finding.help(format!(
            "It is taken for {one} and replaces what was reported for it. Rename the file if that is right; else send it again on \
             the template of {other}."
        )));
    }
    findings
}

fn hidden_sheet(file: &str, sheet: &Sheet, catalog: &Catalog, findings: &mut Vec<Finding>) -> Identity {
    let mut identity = Identity::default();
    for i in 0..sheet.rows.len() {
        let [(_, Cell::Text(key)), (column, value), ..] = *sheet.row(i) else { continue };
        let at = CellRef::new(sheet.rows[i].index, column);
        let known = match fold(sheet.text(key)).as_str() {
            "partner" => {
                identity.partner = partner(sheet, value, catalog);
                identity.partner.is_some()
            }
            "period" => {
                identity.period = period(sheet, value, catalog);
                identity.period.is_some()
            }
            "reporting date" => {
                identity.reporting_date = date(sheet, value);
                identity.reporting_date.is_some()
            }
            "revision" => {
                identity.revision = whole(sheet, value);
                identity.revision.is_some()
            }
            "template" => {
                findings.extend(older(file, sheet, at, &sheet.display(value), catalog));
                true
            }
            _ => true,
        };
        if !known {
            let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: Some(at) };
            let message = format!("the hidden sheet's `{}` cannot be read", sheet.text(key).trim());
            findings.push(
                Finding::warning(&rules::PARTNER_UNKNOWN, place, message)
                    .found(sheet.display(value))
                    .help("Send the workbook on the template that was made for you."),
            );
        }
    }
    identity
}

/// What is said of a workbook whose template has been changed since.
fn older(file: &str, sheet: &Sheet, at: CellRef, version: &str, catalog: &Catalog) -> Option<Finding> {
    if version.trim() == plan::version(catalog) {
        return None;
    }
    let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: Some(at) };
    let finding = Finding::info(&rules::TEMPLATE_OLDER, place, rules::TEMPLATE_OLDER.title).found(version);
    Some(finding.help(rules::TEMPLATE_OLDER.fix))
}

/// The day of the report as it stands on our guide, where partners correct it.
fn day_of_guide(file: &str, sheet: &Sheet, findings: &mut Vec<Finding>) -> Option<NaiveDate> {
    let is_key = |i: &usize| matches!(sheet.row(*i).first(), Some((0, Cell::Text(key))) if sheet.text(*key).trim() == marks::REPORTING_DATE);
    let row = (0..sheet.rows.len()).filter(|_| marks::bears(sheet, marks::GUIDE)).find(is_key)?;
    // Behind the key and the words for it.
    let (column, value) = sheet.row(row).iter().copied().rfind(|(column, _)| *column > 1)?;
    let day = date(sheet, value);
    if day.is_none() {
        let at = CellRef::new(sheet.rows[row].index, column);
        let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: Some(at) };
        let finding = Finding::warning(&rules::NOT_A_DATE, place, "the day of the report cannot be read");
        let finding = finding.found(sheet.display(value));
        findings
            .push(finding.help("Type it as a date. Until then the day on which the template was made stands for it."));
    }
    day
}

fn cells(sheet: &Sheet, catalog: &Catalog) -> Identity {
    let rules = &catalog.programme.submission;
    let get = |place: &Option<String>| place.as_deref().and_then(CellRef::parse).and_then(|at| sheet.cell(at));
    Identity {
        partner: get(&rules.partner_cell).and_then(|cell| partner(sheet, cell, catalog)),
        period: get(&rules.period_cell).and_then(|cell| period(sheet, cell, catalog)),
        reporting_date: get(&rules.reporting_date_cell).and_then(|cell| date(sheet, cell)),
        revision: get(&rules.revision_cell).and_then(|cell| whole(sheet, cell)),
    }
}

/// The partner whom a cell or a sheet's name means.
pub fn partner_named(sheet: &Sheet, told: Told<'_>, catalog: &Catalog) -> Option<PartnerCode> {
    match told {
        Told::Cell(cell) => partner(sheet, cell, catalog),
        Told::Name(name) => partner_called(name, catalog),
    }
}

/// The period that a cell or a sheet's name means.
pub fn period_named(sheet: &Sheet, told: Told<'_>, catalog: &Catalog) -> Option<i64> {
    match told {
        Told::Cell(cell) => period(sheet, cell, catalog),
        Told::Name(name) => catalog.programme.calendar.parse(name),
    }
}

fn partner(sheet: &Sheet, cell: Cell, catalog: &Catalog) -> Option<PartnerCode> {
    partner_called(&sheet.display(cell), catalog)
}

fn partner_called(name: &str, catalog: &Catalog) -> Option<PartnerCode> {
    let said = fold(name);
    let is = |name: &str| fold(name) == said;
    catalog
        .partners
        .iter()
        .find(|partner| {
            is(partner.code.as_str()) || is(&partner.name) || partner.also_called.iter().any(|name| is(name))
        })
        .map(|partner| partner.code.clone())
}

fn period(sheet: &Sheet, cell: Cell, catalog: &Catalog) -> Option<i64> {
    match cell {
        Cell::Date(day) => {
            let calendar = &catalog.programme.calendar;
            let number = calendar.number_of(day);
            (1..=calendar.number_of(calendar.end)).contains(&number).then_some(number)
        }
        cell => catalog.programme.calendar.parse(&sheet.display(cell)),
    }
}

fn date(sheet: &Sheet, cell: Cell) -> Option<NaiveDate> {
    match cell {
        Cell::Date(day) => Some(day),
        // A stated date is ISO, or has a day first with dots: those have one reading.
        Cell::Text(id) => {
            let text = sheet.text(id).trim();
            let formats = ["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"];
            formats.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        }
        _ => None,
    }
}

fn whole(sheet: &Sheet, cell: Cell) -> Option<i64> {
    sheet.display(cell).trim().trim_start_matches(['r', 'v', 'R', 'V']).parse().ok()
}
