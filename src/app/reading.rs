//! One file read from bytes to rows: ingest → layout → validate. No store, no clock: the same bytes under the same
//! definitions give the same reading, on any machine and in any order.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;

use super::totals::Totals;
use super::{Stopped, fault};
use crate::define::Catalog;
use crate::define::catalog::{Collection, Layout};
use crate::finding::{CellRef, Finding, Place, Severity, rules};
use crate::ingest::{Bounds, Limits, Note, Options, Refusal, Sandbox, Sheet, Workbook};
use crate::layout::repeats::{self, Repeat};
use crate::layout::submission::identify;
use crate::layout::table::{Recognised, recognise};
use crate::layout::{Identity, Labels, RawTable, Source, Target, declared, marks, pattern};
use crate::model::code::PartnerCode;
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
    /// Field → the one cell that holds its value for every row.
    pub cells: BTreeMap<String, CellRef>,
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
///
/// # Errors
/// When no process can be started that reads files: that says nothing about this one.
pub fn read(name: &str, bytes: &[u8], catalog: &Catalog, reader: &Sandbox) -> Result<FileReading, Stopped> {
    let mut findings = Vec::new();
    let place = catalog.file_sources().find(|source| source.holds(name));
    let survey = catalog.survey_sources().find(|source| source.file_name() == name);
    if name.starts_with("fetch:") && place.is_none() && survey.is_none() {
        let message = "was fetched from a source that is not declared any more";
        let finding = Finding::info(&rules::FILE_IGNORED, Place::File { file: name.to_owned() }, message);
        return Ok(FileReading {
            tables: Vec::new(),
            findings: vec![finding.help("Declare the source again if its answers should count.")],
        });
    }
    let bare = bare(name);
    let file = || Place::File { file: name.to_owned() };
    let workbook = match workbook(name, bytes, catalog, reader)? {
        Ok(workbook) => workbook,
        Err(refusal) => {
            let by_name = identify(bare, &Workbook::default(), catalog, &mut Vec::new()).partner;
            let finding = Finding::error(refusal.rule, file(), refusal.message)
                .help(refusal.help.unwrap_or_else(|| refusal.rule.fix.to_owned()))
                .partner(by_name.map(|code| code.as_str().to_owned()));
            return Ok(FileReading { tables: Vec::new(), findings: vec![finding] });
        }
    };
    let ours: Vec<&str> =
        workbook.sheets.iter().filter(|sheet| marks::is_ours(sheet)).map(|sheet| sheet.name.as_str()).collect();
    // What is odd about sheets that we added is nothing to the partner.
    let theirs = |note: &&Note| note.sheet.as_deref().is_none_or(|sheet| !ours.contains(&sheet));
    for note in workbook.notes.iter().filter(theirs) {
        let place = match &note.sheet {
            Some(sheet) => Place::Cell { file: name.to_owned(), sheet: sheet.clone(), cell: note.cell },
            None => file(),
        };
        findings.push(Finding::new(note.rule, note.severity, place, note.message.clone()).help(note.rule.fix));
    }
    let mut waves = catalog.surveys.iter().flat_map(|survey| survey.waves.iter().map(move |wave| (survey, wave)));
    let wave = match survey {
        Some(source) => waves.find(|(survey, wave)| survey.code == source.survey && wave.code == source.wave),
        None => waves.find(|(_, wave)| wave.files.iter().any(|files| pattern::glob(files, bare))),
    };
    let only = place.and_then(|source| source.partner.as_ref());
    let reader = Reader { name, bare, catalog, workbook: &workbook, only };
    let tables = match wave {
        Some((survey, wave)) => {
            let labels = Labels::new(vec![Target::Survey(survey, wave)]);
            reader.tables(&labels, &Identity::default(), &mut findings)
        }
        None => reader.submission(&mut findings),
    };
    Ok(FileReading { tables, findings })
}

/// What the process that reads a file may take.
pub(super) fn bounds(catalog: &Catalog) -> Bounds {
    let limits = catalog.programme.limits;
    Bounds { memory_bytes: limits.memory_bytes, time: Duration::from_secs(limits.seconds) }
}

/// A file as cells.
///
/// # Errors
/// When no process can be started that reads files.
pub fn workbook(
    name: &str,
    bytes: &[u8],
    catalog: &Catalog,
    reader: &Sandbox,
) -> Result<Result<Workbook, Refusal>, Stopped> {
    let read = reader.read(bare(name), bytes, &options(bare(name), catalog), bounds(catalog));
    read.map_err(|error| fault("no process can be started that reads files", error))
}

/// A name without the folders of the inbox.
pub(super) fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The limits of the programme, and the encoding that a layout declares for files of this name.
pub(super) fn options(bare: &str, catalog: &Catalog) -> Options {
    let limits = catalog.programme.limits;
    let limits = Limits {
        file_bytes: limits.file_bytes,
        unzipped_bytes: limits.unzipped_bytes,
        ratio: limits.ratio,
        rows: limits.rows,
        columns: limits.columns,
    };
    let layouts = catalog.collections.iter().flat_map(|collection| &collection.layouts);
    let mut ours = layouts.filter(|layout| layout.files.iter().any(|pattern| pattern::glob(pattern, bare)));
    Options { limits, encoding: ours.find_map(|layout| layout.encoding.clone()) }
}

/// Keys seen so far, by collection, partner and period.
type Seen = BTreeMap<(String, Option<PartnerCode>, Option<i64>), SeenKeys>;

/// A declared layout, and what came of it in this file.
struct Declaration<'a> {
    collection: &'a Collection,
    layout: &'a Layout,
    fitted: bool,
    /// The first sheet that it did not fit, and why.
    misfit: Option<(&'a Sheet, declared::Misfit)>,
}

struct Reader<'a> {
    name: &'a str,
    bare: &'a str,
    catalog: &'a Catalog,
    workbook: &'a Workbook,
    /// Where it came from only this partner's files lie.
    only: Option<&'a PartnerCode>,
}

impl<'a> Reader<'a> {
    /// Whether the file was made from our template: then no declared layout speaks of it.
    fn is_template(&self) -> bool {
        self.workbook.sheets.iter().any(|sheet| marks::is_called(sheet, marks::HIDDEN_SHEET))
    }

    fn submission(&self, findings: &mut Vec<Finding>) -> Vec<TableReading> {
        let mut identity = identify(self.bare, self.workbook, self.catalog, findings);
        identity.partner = identity.partner.or(self.only.cloned());
        let labels = if self.is_template() {
            Labels::new(self.catalog.collections.iter().map(Target::Collection).collect())
        } else {
            Labels::of_collections(self.catalog, self.bare)
        };
        let before = findings.len();
        let mut tables = self.tables(&labels, &identity, findings);
        if let Some(partner) = &identity.partner {
            for finding in &mut findings[before..] {
                finding.partner.get_or_insert_with(|| partner.as_str().to_owned());
            }
        }
        if let Some(only) = self.only {
            let count = tables.len();
            tables.retain(|table| table.identity.partner.as_ref().is_none_or(|partner| partner == only));
            if tables.len() < count {
                let message = format!("says that it is another partner's, and came from where only {only} sends files");
                let finding =
                    Finding::error(&rules::PARTNER_UNKNOWN, Place::File { file: self.name.to_owned() }, message);
                findings.push(finding.help("It counts for nobody. Ask whose it is, and put it where it belongs."));
            }
        }
        let count = tables.len();
        tables.retain(|table| table.identity.partner.is_some());
        if tables.len() < count {
            let help = "Use the template, or name the file as `[submission] file_names` in scoreboard.toml says.";
            let message = "it is not known which partner sent this file: it counts for nobody";
            let place = Place::File { file: self.name.to_owned() };
            findings.push(Finding::error(&rules::PARTNER_UNKNOWN, place, message).help(help));
        }
        tables
    }

    /// Every table of every sheet: as declared, else as its labels say.
    fn tables(&self, labels: &Labels<'a>, identity: &Identity, findings: &mut Vec<Finding>) -> Vec<TableReading> {
        let mut tables = Vec::new();
        let mut seen = Seen::new();
        let mut refused = false;
        let is_survey = labels.targets.iter().any(|target| matches!(target, Target::Survey(..)));
        let mut totals = Totals::new(self.workbook, self.catalog);
        let mut declarations = if self.is_template() { Vec::new() } else { self.declarations(labels) };
        for sheet in self.workbook.sheets.iter().filter(|sheet| !marks::is_ours(sheet)) {
            let mut said = Vec::new();
            if is_survey && let Some(repeat) = repeats::repeat(sheet, &self.workbook.sheets) {
                said.push(self.repeat(sheet, &repeat));
                refused = true;
                findings.append(&mut said);
                continue;
            }
            let declared = self.declared(sheet, &mut declarations, &mut said);
            refused |= said.iter().any(Finding::is_error);
            let found = match declared {
                Some(found) => found,
                None => match recognise(self.name, sheet, labels, &mut said) {
                    Recognised::Tables(tables) => tables,
                    Recognised::Refused => {
                        refused = true;
                        Vec::new()
                    }
                    Recognised::Nothing => {
                        refused |= said.iter().any(Finding::is_error);
                        if !sheet.hidden && !sheet.rows.is_empty() && self.workbook.sheets.len() > 1 {
                            said.push(
                                Finding::info(
                                    &rules::SHEET_UNKNOWN,
                                    self.sheet_place(sheet),
                                    "the sheet fits no collection and is not read",
                                )
                                .help("Fine for notes and cover sheets."),
                            );
                        }
                        Vec::new()
                    }
                },
            };
            findings.append(&mut said);
            for raw in found {
                match self.table(&raw, identity, &mut seen, findings) {
                    Some(table) => {
                        totals.add(&raw, &table);
                        tables.push(table);
                    }
                    None => refused = true,
                }
            }
        }
        totals.compare(self.name, findings);
        findings.extend(self.moved_sheets(&tables));
        for declaration in declarations.iter().filter(|declaration| !declaration.fitted) {
            // A layout for files of this name that fits none of its sheets: the file has changed.
            let Some((sheet, misfit)) = &declaration.misfit else { continue };
            if !declaration.layout.files.is_empty() && declaration.layout.sheets.is_empty() {
                findings.push(self.misfit(sheet, declaration.collection, misfit));
                refused = true;
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

    /// Sheets of our template that stand in another order: they are told by their names and labels.
    fn moved_sheets(&self, tables: &[TableReading]) -> Option<Finding> {
        let order = |table: &TableReading| match &table.belongs {
            Belongs::Collection(code) => self.catalog.collections.iter().position(|one| one.code.as_str() == code),
            Belongs::Wave { .. } => None,
        };
        if !self.is_template() || tables.iter().filter_map(order).is_sorted() {
            return None;
        }
        let place = Place::File { file: self.name.to_owned() };
        let finding = Finding::info(&rules::LAYOUT_TOLERATED, place, "its sheets stand in another order");
        Some(finding.help(rules::LAYOUT_TOLERATED.fix))
    }

    /// The declared layouts that speak of this file.
    fn declarations(&self, labels: &Labels<'a>) -> Vec<Declaration<'a>> {
        let collections = labels.targets.iter().filter_map(|target| match target {
            Target::Collection(collection) => Some(*collection),
            Target::Survey(..) => None,
        });
        let of = |collection: &'a Collection| {
            let layouts = collection.layouts.iter().filter(|layout| declared::speaks_of_file(layout, self.bare));
            layouts.map(move |layout| Declaration { collection, layout, fitted: false, misfit: None })
        };
        collections.flat_map(of).collect()
    }

    /// The tables that declared layouts find on a sheet. None: no layout speaks of it, or none fits.
    fn declared(
        &self,
        sheet: &'a Sheet,
        declarations: &mut [Declaration<'a>],
        findings: &mut Vec<Finding>,
    ) -> Option<Vec<RawTable<'a>>> {
        let mut found: Vec<RawTable<'a>> = Vec::new();
        let mut told = false;
        for declaration in declarations {
            let Declaration { collection, layout, .. } = *declaration;
            if !declared::speaks_of_sheet(layout, sheet) || sheet.rows.is_empty() {
                continue;
            }
            let mut said = Vec::new();
            match declared::read(self.name, sheet, collection, layout, self.catalog, &mut said) {
                Ok(tables) => {
                    // Also where it leaves no row: whoever it says they belong to, they are not looked for elsewhere.
                    declaration.fitted = true;
                    told = true;
                    findings.append(&mut said);
                    if found.iter().any(|one| tables.iter().any(|other| one.shares_values_with(other))) {
                        let message = format!("two layouts of `{}` read the same rows", collection.code);
                        findings
                            .push(Finding::error(&rules::LAYOUT_MISFIT, self.sheet_place(sheet), message).help(
                                "The second is passed over. Part them with `below`, `first_row` and `last_row`.",
                            ));
                        continue;
                    }
                    found.extend(tables);
                }
                Err(misfit) if !layout.sheets.is_empty() => {
                    findings.push(self.misfit(sheet, collection, &misfit));
                    told = true;
                }
                Err(misfit) => declaration.misfit = declaration.misfit.take().or(Some((sheet, misfit))),
            }
        }
        told.then_some(found)
    }

    fn misfit(&self, sheet: &Sheet, collection: &Collection, misfit: &declared::Misfit) -> Finding {
        let place = Place::Cell { file: self.name.to_owned(), sheet: sheet.name.clone(), cell: misfit.at };
        let message = format!("the declared layout of `{}` does not fit: {}", collection.code, misfit.message);
        let finding = Finding::error(&rules::LAYOUT_MISFIT, place, message).help(misfit.help.clone());
        match &misfit.found {
            Some(found) => finding.found(found.clone()),
            None => finding,
        }
    }

    /// What is said of a repeat: it is counted, its rows are held against their answers, and no estimate uses it.
    fn repeat(&self, sheet: &Sheet, repeat: &Repeat) -> Finding {
        let (rows, answers) = (repeat.rows, repeat.parents);
        let message = match repeat.lost {
            Some(lost) if lost > 0 => {
                format!("a repeat with {rows} rows, {lost} of them of answers that are not in the file")
            }
            Some(_) => format!("a repeat with {rows} rows of {answers} answers"),
            None => format!("a repeat with {rows} rows of {answers} answers, which stand in another file"),
        };
        let lost = repeat.lost.is_some_and(|lost| lost > 0);
        let severity = if lost { Severity::Warning } else { Severity::Info };
        Finding::new(&rules::REPEAT_UNREAD, severity, self.sheet_place(sheet), message).help(rules::REPEAT_UNREAD.fix)
    }

    fn sheet_place(&self, sheet: &Sheet) -> Place {
        Place::Cell { file: self.name.to_owned(), sheet: sheet.name.clone(), cell: None }
    }

    fn table(
        &self,
        raw: &RawTable<'a>,
        identity: &Identity,
        seen: &mut Seen,
        findings: &mut Vec<Finding>,
    ) -> Option<TableReading> {
        let programme = &self.catalog.programme;
        let place = || self.sheet_place(raw.sheet);
        let mut identity = identity.clone();
        identity.partner = raw.partner.clone().or(identity.partner);
        identity.period = raw.period.or(identity.period);
        let partner = identity.partner.as_ref().and_then(|code| self.catalog.partner(code));
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
            told_in: &programme.language,
            locale,
            currency: &programme.currency,
            period: identity.period,
            reporting_date: identity.reporting_date,
        };
        let answers = matches!(raw.target, Target::Survey(..));
        let shape = Shape { fields: raw.target.fields(), date, calendar: &programme.calendar, answers };
        let to_frame = |rows: &Rows| {
            let part =
                Part { rows, section: 0, partner: speaker.partner, country: speaker.country, period: speaker.period };
            frame(&[part], shape).map_err(|error| error.to_string())
        };
        let whose = (raw.target.name().to_owned(), identity.partner.clone(), identity.period);
        let outcome = match table::read(raw, &speaker, seen.entry(whose).or_default(), &to_frame) {
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
        let code = |f: &usize| raw.target.fields()[*f].code.as_str().to_owned();
        let (mut columns, mut cells) = (BTreeMap::new(), BTreeMap::new());
        for (f, source) in &raw.columns {
            match source {
                Source::Column(column) => drop(columns.insert(code(f), *column)),
                Source::Cell(cell) => drop(cells.insert(code(f), *cell)),
            }
        }
        for (f, parts) in &raw.parts {
            if let Some((_, first)) = parts.first() {
                columns.entry(code(f)).or_insert(*first);
            }
        }
        Some(TableReading {
            belongs,
            identity,
            sheet: raw.sheet.name.clone(),
            columns,
            cells,
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
