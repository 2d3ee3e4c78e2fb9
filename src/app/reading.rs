//! One file read from bytes to rows: ingest → layout → validate. No store, no clock: the same bytes under the same
//! definitions give the same reading, on any machine and in any order.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::define::Catalog;
use crate::define::catalog::Partner;
use crate::finding::{Finding, Place, rules};
use crate::ingest::{self, Limits, Workbook};
use crate::layout::submission::{HIDDEN_SHEET, identify};
use crate::layout::table::{Recognised, recognise};
use crate::layout::{Identity, Labels, Target, pattern};
use crate::model::fold::fold;
use crate::model::scoreboard::KeptOut;
use crate::validate::frame::{Part, Shape, frame};
use crate::validate::table::SeenKeys;
use crate::validate::{Rows, Speaker, table};

/// What a table belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Belongs {
    Collection(String),
    Wave { survey: String, wave: String },
}

/// One accepted table.
#[derive(Debug)]
pub struct TableReading {
    pub belongs: Belongs,
    pub identity: Identity,
    pub sheet: String,
    /// Field → column.
    pub columns: BTreeMap<String, u16>,
    pub rows: Rows,
    pub kept_out: Vec<KeptOut>,
    pub kept_out_count: usize,
}

/// What came of a file.
#[derive(Debug)]
pub struct FileReading {
    pub tables: Vec<TableReading>,
    pub findings: Vec<Finding>,
}

/// Reads a file. `name` is what it was called, with folders of the inbox before it.
pub fn read(name: &str, bytes: &[u8], catalog: &Catalog) -> FileReading {
    let mut findings = Vec::new();
    let limits = catalog.programme.limits;
    let limits = Limits {
        file_bytes: limits.file_bytes,
        unzipped_bytes: limits.unzipped_bytes,
        ratio: limits.ratio,
        rows: limits.rows,
        columns: limits.columns,
    };
    let bare = name.rsplit('/').next().unwrap_or(name);
    let file = || Place::File { file: name.to_owned() };
    let workbook = match ingest::read(bare, bytes, &limits) {
        Ok(workbook) => workbook,
        Err(refusal) => {
            let by_name = identify(bare, &Workbook::default(), catalog, &mut Vec::new()).partner;
            let finding = Finding::error(refusal.rule, file(), refusal.message)
                .help(refusal.help.unwrap_or_else(|| refusal.rule.fix.to_owned()))
                .partner(by_name.map(|code| code.as_str().to_owned()));
            return FileReading { tables: Vec::new(), findings: vec![finding] };
        }
    };
    for note in &workbook.notes {
        let place = match &note.sheet {
            Some(sheet) => Place::Cell { file: name.to_owned(), sheet: sheet.clone(), cell: note.cell },
            None => file(),
        };
        findings.push(Finding::new(note.rule, note.severity, place, note.message.clone()).help(note.rule.fix));
    }
    let waves = catalog.surveys.iter().flat_map(|survey| survey.waves.iter().map(move |wave| (survey, wave)));
    let wave = waves.into_iter().find(|(_, wave)| wave.files.iter().any(|files| pattern::glob(files, bare)));
    let reader = Reader { name, bare, catalog, workbook: &workbook };
    let tables = match wave {
        Some((survey, wave)) => {
            let labels = Labels::new(vec![Target::Survey(survey, wave)]);
            reader.tables(&labels, &Identity::default(), None, &mut findings)
        }
        None => reader.submission(&mut findings),
    };
    FileReading { tables, findings }
}

struct Reader<'a> {
    name: &'a str,
    bare: &'a str,
    catalog: &'a Catalog,
    workbook: &'a Workbook,
}

impl<'a> Reader<'a> {
    fn submission(&self, findings: &mut Vec<Finding>) -> Vec<TableReading> {
        let identity = identify(self.bare, self.workbook, self.catalog, findings);
        let labels = Labels::of_collections(self.catalog, self.bare);
        let partner = identity.partner.as_ref().and_then(|code| self.catalog.partner(code));
        let before = findings.len();
        let tables = self.tables(&labels, &identity, partner, findings);
        if let Some(partner) = partner {
            for finding in &mut findings[before..] {
                finding.partner.get_or_insert_with(|| partner.code.as_str().to_owned());
            }
            return tables;
        }
        if tables.is_empty() {
            return tables;
        }
        let help = "Use the template, or name the file as `[submission] file_names` in scoreboard.toml says.";
        let message = "it is not known which partner sent this file: it counts for nobody";
        findings.push(
            Finding::error(&rules::PARTNER_UNKNOWN, Place::File { file: self.name.to_owned() }, message).help(help),
        );
        Vec::new()
    }

    fn tables(
        &self,
        labels: &Labels<'a>,
        identity: &Identity,
        partner: Option<&Partner>,
        findings: &mut Vec<Finding>,
    ) -> Vec<TableReading> {
        let mut tables = Vec::new();
        let mut seen: BTreeMap<String, SeenKeys> = BTreeMap::new();
        let mut refused = false;
        for sheet in &self.workbook.sheets {
            if fold(&sheet.name) == fold(HIDDEN_SHEET) {
                continue;
            }
            let mut said = Vec::new();
            match recognise(self.name, sheet, labels, &mut said) {
                Recognised::Nothing => {
                    refused |= said.iter().any(Finding::is_error);
                    findings.append(&mut said);
                    if !sheet.hidden && !sheet.rows.is_empty() && self.workbook.sheets.len() > 1 {
                        let place = Place::Cell { file: self.name.to_owned(), sheet: sheet.name.clone(), cell: None };
                        findings.push(
                            Finding::info(&rules::SHEET_UNKNOWN, place, "the sheet fits no collection and is not read")
                                .help("Fine for notes and cover sheets."),
                        );
                    }
                }
                Recognised::Refused => {
                    refused = true;
                    findings.append(&mut said);
                }
                Recognised::Table(raw) => {
                    findings.append(&mut said);
                    if let Some(table) = self.table(&raw, identity, partner, &mut seen, findings) {
                        tables.push(table);
                    } else {
                        refused = true;
                    }
                }
            }
        }
        if tables.is_empty() && !refused {
            let names: Vec<&str> = labels.targets.iter().map(Target::name).collect();
            let message = format!("no sheet has the columns of {}", names.join(", "));
            let finding =
                Finding::error(&rules::NOTHING_RECOGNISED, Place::File { file: self.name.to_owned() }, message);
            findings.push(
                finding.help("Use the template: column labels must be those of the collection, or its `also_called`."),
            );
        }
        tables
    }

    fn table(
        &self,
        raw: &crate::layout::RawTable<'a>,
        identity: &Identity,
        partner: Option<&Partner>,
        seen: &mut BTreeMap<String, SeenKeys>,
        findings: &mut Vec<Finding>,
    ) -> Option<TableReading> {
        let programme = &self.catalog.programme;
        let place = || Place::Cell { file: self.name.to_owned(), sheet: raw.sheet.name.clone(), cell: None };
        let (language, locale, date, belongs) = match raw.target {
            Target::Collection(collection) => {
                if let Some(partner) = partner
                    && !partner.takes_part(&collection.code)
                {
                    let message =
                        format!("{} does not take part in `{}`: the sheet is not read", partner.name, collection.code);
                    findings.push(
                        Finding::warning(&rules::SHEET_UNKNOWN, place(), message)
                            .help("Correct `collections` of the partner in scoreboard.toml if it does."),
                    );
                    return None;
                }
                if collection.by_period && identity.period.is_none() {
                    let message =
                        format!("`{}` is reported by period, and the file does not say which", collection.code);
                    findings
                        .push(Finding::error(&rules::PERIOD_UNKNOWN, place(), message).help(rules::PERIOD_UNKNOWN.fix));
                    return None;
                }
                let (language, locale) =
                    partner.map_or(("en", "en"), |partner| (partner.language.as_str(), partner.locale.as_str()));
                let date = collection.placing_date();
                (language, locale, date, Belongs::Collection(collection.code.as_str().to_owned()))
            }
            Target::Survey(survey, wave) => {
                let belongs =
                    Belongs::Wave { survey: survey.code.as_str().to_owned(), wave: wave.code.as_str().to_owned() };
                (survey.language.as_str(), survey.locale.as_str(), None, belongs)
            }
        };
        let speaker = Speaker {
            file: self.name,
            partner: partner.map(|partner| partner.code.as_str()),
            country: partner.map(|partner| partner.country.as_str()),
            language,
            locale,
            currency: &programme.currency,
            period: identity.period,
            reporting_date: identity.reporting_date,
        };
        let shape = Shape { fields: raw.target.fields(), date, calendar: &programme.calendar };
        let to_frame = |rows: &Rows| {
            let part =
                Part { rows, section: 0, partner: speaker.partner, country: speaker.country, period: speaker.period };
            frame(&[part], shape).map_err(|error| error.to_string())
        };
        let outcome = match table::read(raw, &speaker, seen.entry(raw.target.name().to_owned()).or_default(), &to_frame)
        {
            Ok(outcome) => outcome,
            Err(error) => {
                let message = format!("the declared checks could not be run: {error}");
                findings.push(
                    Finding::error(&rules::CHECK_FAILED, place(), message)
                        .help("This is a fault of the program. Please report it."),
                );
                return None;
            }
        };
        findings.extend(outcome.findings);
        if raw.rows.is_empty() && matches!(raw.target, Target::Collection(_)) {
            findings.push(
                Finding::warning(
                    &rules::SUBMISSION_EMPTY,
                    place(),
                    "the sheet has no rows: none are counted, and earlier ones are replaced",
                )
                .help("Fine if there was nothing. Otherwise send the sheet with all its rows."),
            );
        }
        let columns =
            raw.columns.iter().map(|(f, column)| (raw.target.fields()[*f].code.as_str().to_owned(), *column)).collect();
        Some(TableReading {
            belongs,
            identity: identity.clone(),
            sheet: raw.sheet.name.clone(),
            columns,
            rows: outcome.rows,
            kept_out: outcome.kept_out,
            kept_out_count: outcome.kept_out_count,
        })
    }
}

/// The period that a submission covers: as it says, else the latest that had ended when it was made or came.
pub fn covers(catalog: &Catalog, period: Option<i64>, reporting_date: Option<NaiveDate>, received: NaiveDate) -> i64 {
    let ended = |day| catalog.programme.calendar.latest_due(day, 0).map_or(0, |period| period.number);
    period.unwrap_or_else(|| ended(reporting_date.unwrap_or(received)))
}
