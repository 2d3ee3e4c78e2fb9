//! A table read whole: cells, required fields, keys, checks; what is accepted, what is kept out, what is said.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::absent::{self, Answers, Said};
use super::checks;
use super::choices::{self, Part};
use super::column::{self, Context, Problem};
use super::currency;
use super::rows::{Column, Rows};
use crate::define::catalog::{Check, Field, FieldKind, Numbers};
use crate::finding::{CellRef, Finding, Place, Severity, rules};
use crate::ingest::{Cell, ErrorKind, Sheet};
use crate::layout::{Held, RawTable, Source, Target};
use crate::linkage::number::{Checked, check, swapped};
use crate::linkage::{EnterpriseProblem, read_enterprise};
use crate::model::absent::Absent;
use crate::model::fold::fold;
use crate::model::locale::locale;
use crate::model::scoreboard::KeptOut;

/// Of a finding repeated in one table, this many are told one by one.
const TOLD: usize = 50;
/// Of rows kept out of one table, this many are listed whole; all are counted.
const LISTED: usize = 5_000;

/// A wrong number is taken for a slip where so many right ones stand beside it; else the column holds placeholders.
const RIGHT_FOR_ONE_WRONG: usize = 3;

/// The number with two digits the other way round, if it is right and the only one.
fn meant(identity: &str) -> Option<String> {
    let right = swapped(identity)?;
    right.rsplit(':').next().map(str::to_owned)
}

/// Who speaks in the table, and how.
#[derive(Debug, Clone)]
pub struct Speaker<'a> {
    pub file: &'a str,
    pub partner: Option<&'a str>,
    /// The partner's country: that of rows without a field for it.
    pub country: Option<&'a str>,
    /// In which it writes: words for yes and no, names of months.
    pub language: &'a str,
    /// In which the programme's own messages are told.
    pub told_in: &'a str,
    pub locale: &'a str,
    pub currency: &'a str,
    pub period: Option<i64>,
    pub reporting_date: Option<NaiveDate>,
}

/// What came of a table.
#[derive(Debug)]
pub struct Outcome {
    pub rows: Rows,
    pub findings: Vec<Finding>,
    /// The first of them, whole; `kept_out_count` counts all.
    pub kept_out: Vec<KeptOut>,
    pub kept_out_count: usize,
}

/// Keys already seen in the same file, with their cells: two sheets of one collection are one submission.
pub type SeenKeys = BTreeMap<String, (String, CellRef)>;

/// Turns accepted rows into a frame for checks: given by the caller, so that there is one way to do it.
pub type ToFrame<'a> = &'a dyn Fn(&Rows) -> Result<DataFrame, String>;

/// Reads a table.
///
/// # Errors
/// Only what the SQL engine refuses while running checks, as text.
pub fn read(
    raw: &RawTable<'_>,
    speaker: &Speaker<'_>,
    seen: &mut SeenKeys,
    frame: ToFrame<'_>,
) -> Result<Outcome, String> {
    let mut table = Table { raw, speaker, problems: vec![Vec::new(); raw.rows.len()] };
    let fields = raw.target.fields();
    let mut columns: Vec<(String, Column)> = Vec::with_capacity(fields.len() + 2);
    let mut said: Vec<Said> = Vec::new();
    for (f, field) in fields.iter().enumerate() {
        let (column, instead) = table.column(f, field);
        columns.push((field.code.as_str().to_owned(), column));
        said.push(instead);
    }
    for (f, field) in fields.iter().enumerate().filter(|(_, field)| field.kind == FieldKind::Enterprise) {
        table.enterprises(f, field, &mut columns);
    }
    for (f, field) in fields.iter().enumerate().filter(|(_, field)| field.currency.is_some()) {
        let at = raw.columns.get(&f).copied();
        let cells = table.raw.cells(f).into_iter();
        let cells: Vec<Option<Cell>> =
            cells.map(|held| if let Held::Value(cell) = held { Some(cell) } else { None }).collect();
        for problem in currency::contradictions(field, raw.sheet, &cells, &columns) {
            table.add(at, problem);
        }
    }
    let present = |f: usize| raw.columns.contains_key(&f) || raw.parts.contains_key(&f);
    let answers = Answers { fields, columns: &columns, said: &said, present: &present };
    table.required(&columns, &answers);
    if matches!(raw.target, Target::Survey(..)) {
        let states = answers.states(raw.rows.len());
        columns.extend(states);
    }
    let (key, checks): (&[_], &[Check]) = match raw.target {
        Target::Collection(collection) => (&collection.key, &collection.checks),
        Target::Survey(..) => (&[], &[]),
    };
    let key: Vec<&str> = key.iter().map(super::super::model::code::FieldCode::as_str).collect();
    table.keys(&key, &columns, seen);
    let places = raw.rows.iter().map(|i| raw.sheet.rows[*i].index).collect();
    let all = Rows { columns, places };
    let sound: Vec<bool> =
        table.problems.iter().map(|problems| problems.iter().all(|(_, p)| p.severity != Severity::Error)).collect();
    let rows = all.filter(&sound);
    let accepted = table.run_checks(checks, rows, &sound, frame)?;
    Ok(table.finish(accepted))
}

struct Table<'a> {
    raw: &'a RawTable<'a>,
    speaker: &'a Speaker<'a>,
    /// By row of the table: the field's place (None: the row as a whole) and what is wrong.
    problems: Vec<Vec<(Option<Source>, Problem)>>,
}

impl Table<'_> {
    fn add(&mut self, column: Option<Source>, problem: Problem) {
        self.problems[problem.row].push((column, problem));
    }

    /// Cells of one field in the order of rows; what a merge covers is a problem of its row.
    fn cells(&mut self, f: usize) -> Vec<Option<Cell>> {
        let at = self.raw.columns.get(&f).copied();
        let held = self.raw.cells(f);
        let mut cells = Vec::with_capacity(held.len());
        for (row, held) in held.into_iter().enumerate() {
            cells.push(if let Held::Value(cell) = held { Some(as_error(self.raw.sheet, cell)) } else { None });
            if let Held::Covered(first) = held {
                let problem = Problem {
                    row,
                    rule: &rules::MERGED_CELLS,
                    severity: Severity::Error,
                    message: format!("the cell is merged with {first}, which alone holds a value"),
                    help: "Unmerge the cells and write the value into every row.".into(),
                    suggestion: None,
                };
                self.add(at, problem);
            }
        }
        cells
    }

    /// Where empty cells of a question that moved between groups take the value of its other columns, by row.
    fn moved(&mut self, f: usize, cells: &mut [Option<Cell>]) -> BTreeMap<usize, u16> {
        let mut from = BTreeMap::new();
        for column in self.raw.moved.get(&f).map_or(&[][..], Vec::as_slice) {
            for (row, held) in self.raw.column(*column).into_iter().enumerate() {
                let Held::Value(cell) = held else { continue };
                match cells[row] {
                    None => {
                        cells[row] = Some(cell);
                        from.insert(row, *column);
                    }
                    Some(first) if self.raw.sheet.display(first) != self.raw.sheet.display(cell) => {
                        let message = "the question stands in two groups, with two answers".to_owned();
                        let help = "Clear one of the two cells.".to_owned();
                        let rule = &rules::OPTIONS_DISAGREE;
                        let problem = Problem { row, rule, severity: Severity::Error, message, help, suggestion: None };
                        self.add(Some(Source::Column(*column)), problem);
                    }
                    Some(_) => {}
                }
            }
        }
        from
    }

    fn column(&mut self, f: usize, field: &Field) -> (Column, Said) {
        let at = self.raw.columns.get(&f).copied();
        let mut cells = self.cells(f);
        let from = self.moved(f, &mut cells);
        let mut said = absent::take(field, self.raw.sheet, &mut cells);
        let context = Context {
            locale: locale(self.raw.locale.unwrap_or(self.speaker.locale)),
            language: self.speaker.language,
            currency: self.speaker.currency,
            answers: matches!(self.raw.target, Target::Survey(..)),
            reporting_date: self.speaker.reporting_date,
        };
        let (column, problems) = column::read(field, self.raw.sheet, &cells, &context);
        for problem in problems {
            let moved = from.get(&problem.row).map(|column| Source::Column(*column));
            self.add(moved.or(at), problem);
        }
        if field.kind != FieldKind::Choices {
            return (column, said);
        }
        let mut placed = Vec::new();
        let parts: Vec<Part> = self
            .raw
            .parts
            .get(&f)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .map(|(option, column)| {
                let shown = |held| if let Held::Value(cell) = held { Some(self.raw.sheet.display(cell)) } else { None };
                let texts: Vec<Option<String>> = self.raw.column(*column).into_iter().map(shown).collect();
                Part { option: *option, column: *column, ticks: choices::ticks(&texts, *column, &mut placed) }
            })
            .collect();
        let (column, instead) = choices::read(field, &column, &parts, &mut placed);
        for (part, problem) in placed {
            self.add(part.map(Source::Column).or(at), problem);
        }
        for (slot, kind) in said.iter_mut().zip(instead) {
            // Which of the codes it was does not matter: all say the same.
            if let (None, Some(kind)) = (&slot, kind) {
                let code = field.options.iter().find(|option| field.absent.get(&fold(&option.code)) == Some(&kind));
                *slot = code.map(|option| (kind, option.code.clone()));
            }
        }
        (column, said)
    }

    /// Numbers into the enterprise's column, names into `<field>__name` beside it.
    fn enterprises(&mut self, f: usize, field: &Field, columns: &mut Vec<(String, Column)>) {
        let find = |code: &Option<crate::model::code::FieldCode>| {
            code.as_ref()
                .and_then(|code| columns.iter().find(|(name, _)| name == code.as_str()))
                .map(|(_, c)| c.clone())
        };
        let (names, countries) = (find(&field.name), find(&field.country));
        let Some((_, raw)) = columns.get(f) else { return };
        let raw = raw.clone();
        let at = self.raw.columns.get(&f).copied();
        let mut numbers = Interned::default();
        let mut by_name = Interned::default();
        let mut memo: BTreeMap<Told, Option<Ids>> = BTreeMap::new();
        let Column::Text { ids, .. } = &raw else { return };
        for (row, id) in ids.iter().enumerate() {
            let name = names.as_ref().and_then(|column| column.text(row));
            let country = countries.as_ref().and_then(|column| column.text(row)).or(self.speaker.country);
            let cell = raw.text(row);
            if cell.is_none() && name.is_none() {
                numbers.ids.push(None);
                by_name.ids.push(None);
                continue;
            }
            // A number does not depend on the name beside it; remembering by all three is exact all the same.
            let key = (
                *id,
                names.as_ref().and_then(|column| column.id(row)),
                countries.as_ref().and_then(|column| column.id(row)),
            );
            let known = memo.entry(key).or_insert_with(|| match read_enterprise(cell.unwrap_or(""), name, country) {
                Ok(read) => Some((
                    read.number.as_deref().map(|number| numbers.intern(number)),
                    read.name.as_deref().map(|name| by_name.intern(name)),
                )),
                Err(EnterpriseProblem::Empty | EnterpriseProblem::Placeholder) => None,
            });
            let (number, name_id) = known.unwrap_or((None, None));
            numbers.ids.push(number);
            by_name.ids.push(name_id);
            let told = match (known.is_some(), number) {
                (false, _) => Some((
                    &rules::NOT_AN_ENTERPRISE,
                    Severity::Error,
                    "this stands for no enterprise",
                    "Give its VAT or register number.",
                )),
                (true, None) => Some((
                    &rules::ENTERPRISE_BY_NAME,
                    Severity::Warning,
                    "given by name only: it counts in the upper bound",
                    "Add its VAT or register number.",
                )),
                _ => None,
            };
            if let Some((rule, severity, message, help)) = told {
                let (message, help) = (message.into(), help.into());
                self.add(at, Problem { row, rule, severity, message, help, suggestion: None });
            }
        }
        self.check_digits(at, field, &numbers);
        columns[f].1 = numbers.column();
        columns.push((format!("{}__name", field.code), by_name.column()));
    }

    /// Numbers with wrong check digits, each at its cell.
    fn check_digits(&mut self, at: Option<Source>, field: &Field, numbers: &Interned) {
        let checked: Vec<Checked> = numbers.texts.iter().map(|number| check(number)).collect();
        let count = |wanted: Checked| checked.iter().filter(|checked| **checked == wanted).count();
        let told = match field.numbers {
            Numbers::AsWritten => false,
            Numbers::Slips => count(Checked::Right) >= RIGHT_FOR_ONE_WRONG * count(Checked::Wrong),
            Numbers::Checked => true,
        };
        for (row, id) in numbers.ids.iter().enumerate().filter(|_| told) {
            let Some(number) = id.map(|id| id as usize).filter(|id| checked.get(*id) == Some(&Checked::Wrong)) else {
                continue;
            };
            let problem = Problem {
                row,
                rule: &rules::NUMBER_CHECKSUM,
                severity: Severity::Warning,
                message: "the check digits of this number are wrong: it counts as it is written".into(),
                help: "Compare it with the register.".into(),
                suggestion: numbers.texts.get(number).and_then(|number| meant(number)),
            };
            self.add(at, problem);
        }
    }

    fn required(&mut self, columns: &[(String, Column)], answers: &Answers<'_>) {
        let fields = self.raw.target.fields();
        for (f, field) in fields.iter().enumerate().filter(|(_, field)| field.required) {
            let at = self.raw.columns.get(&f).copied();
            // Of an enterprise its name will do.
            let name =
                columns.iter().find(|(name, _)| *name == format!("{}__name", field.code)).map(|(_, column)| column);
            for row in 0..self.raw.rows.len() {
                let empty = columns[f].1.is_missing(row) && name.is_none_or(|name| name.is_missing(row));
                // Who was not asked, or said why not, left nothing out.
                let missing = empty && !answers.absent(f, row).is_some_and(Absent::is_accounted_for);
                // A cell that could not be read has its own finding.
                let told = self.problems[row].iter().any(|(column, p)| *column == at && p.severity == Severity::Error);
                if missing && !told {
                    let label = field.label.get(self.speaker.language).to_owned();
                    // An answer without an answer is incomplete, not wrong: it says that somebody did not respond.
                    let incomplete =
                        matches!(self.raw.target, Target::Survey(survey, _) if field.code != survey.respondent);
                    let problem = Problem {
                        row,
                        rule: if incomplete { &rules::ANSWER_INCOMPLETE } else { &rules::REQUIRED },
                        severity: if incomplete { Severity::Info } else { Severity::Error },
                        message: format!("`{label}` is empty"),
                        help: if incomplete { "The answer does not count as complete." } else { "Fill in the cell." }
                            .into(),
                        suggestion: None,
                    };
                    self.add(at, problem);
                }
            }
        }
    }

    fn keys(&mut self, key: &[&str], columns: &[(String, Column)], seen: &mut SeenKeys) {
        if key.is_empty() {
            return;
        }
        let fields = self.raw.target.fields();
        let of: Vec<(usize, &Column)> = key
            .iter()
            .filter_map(|name| columns.iter().position(|(column, _)| column == name))
            .map(|f| (f, &columns[f].1))
            .collect();
        let Some(at) = of.first().and_then(|(f, _)| self.raw.columns.get(f).copied()) else { return };
        for row in 0..self.raw.rows.len() {
            let parts: Option<Vec<String>> = of.iter().map(|(_, column)| column.key(row)).collect();
            let Some(parts) = parts else { continue };
            let here = at.at(self.raw.place(row));
            let joined = parts.join("\u{1f}");
            match seen.get(&joined) {
                Some((sheet, first)) => {
                    let where_ = if *sheet == self.raw.sheet.name {
                        format!("in {first}")
                    } else {
                        format!("on {sheet} in {first}")
                    };
                    let label = fields.get(of[0].0).map_or("", |field| field.label.get(self.speaker.language));
                    let problem = Problem {
                        row,
                        rule: &rules::DUPLICATE_KEY,
                        severity: Severity::Error,
                        message: format!("the same `{label}` stands {where_}: that row counts, this one does not"),
                        help: "Delete one of the two rows, or correct its number.".into(),
                        suggestion: None,
                    };
                    self.add(Some(at), problem);
                }
                None => {
                    seen.insert(joined, (self.raw.sheet.name.clone(), here));
                }
            }
        }
    }

    /// Runs the checks over the sound rows, and keeps out those that fail one of severity error.
    fn run_checks(&mut self, checks: &[Check], rows: Rows, sound: &[bool], frame: ToFrame<'_>) -> Result<Rows, String> {
        if checks.is_empty() || rows.is_empty() {
            return Ok(rows);
        }
        let failing = checks::failing(&frame(&rows)?, checks, &rows)?;
        // From sound rows back to rows of the table.
        let origin: Vec<usize> = sound.iter().enumerate().filter(|(_, sound)| **sound).map(|(row, _)| row).collect();
        let mut keep = vec![true; rows.len()];
        for (check, failing) in checks.iter().zip(failing) {
            for row in failing {
                let at = self.column_of(check, origin[row]);
                let problem = Problem {
                    row: origin[row],
                    rule: &rules::CHECK_FAILED,
                    severity: check.severity,
                    message: check.message.get(self.speaker.told_in).to_owned(),
                    help: format!("The check `{}` expects: {}", check.code, check.expect.source),
                    suggestion: None,
                };
                self.add(at, problem);
                keep[row] &= check.severity != Severity::Error;
            }
        }
        Ok(rows.filter(&keep))
    }

    /// The cell that a failed check points at: of its fields the first that is empty, else the first.
    fn column_of(&self, check: &Check, row: usize) -> Option<Source> {
        let fields = self.raw.target.fields();
        let used: Vec<Source> = fields
            .iter()
            .enumerate()
            .filter(|(_, field)| check.expect.fields.contains(field.code.as_str()))
            .filter_map(|(f, _)| self.raw.columns.get(&f).copied())
            .collect();
        let place = self.raw.place(row);
        let empty = used.iter().find(|source| self.raw.sheet.cell(source.at(place)).is_none());
        empty.or(used.first()).copied()
    }

    fn finish(self, rows: Rows) -> Outcome {
        let (mut findings, mut kept_out, mut kept_out_count) = (Vec::new(), Vec::new(), 0);
        // Rule, column and severity → how often; beyond `TOLD` they are counted only.
        let mut told: BTreeMap<(&str, Option<Source>), (usize, Finding)> = BTreeMap::new();
        for (row, problems) in self.problems.iter().enumerate() {
            let index = self.raw.sheet.rows[self.raw.rows[row]].index;
            let errors: Vec<(String, String)> = problems
                .iter()
                .filter(|(_, problem)| problem.severity == Severity::Error)
                .map(|(_, problem)| (problem.rule.id.to_owned(), problem.message.clone()))
                .collect();
            for (column, problem) in problems {
                let entry = told.entry((problem.rule.id, *column));
                let known = entry.and_modify(|(count, _)| *count += 1);
                let count = match &known {
                    std::collections::btree_map::Entry::Occupied(entry) => entry.get().0,
                    std::collections::btree_map::Entry::Vacant(_) => 0,
                };
                if count < TOLD {
                    let finding = self.finding(index, *column, problem);
                    known.or_insert_with(|| (0, finding.clone()));
                    findings.push(finding);
                }
            }
            if !errors.is_empty() {
                kept_out_count += 1;
                if kept_out.len() < LISTED {
                    kept_out.push(self.kept_out(row, index, errors));
                }
            }
        }
        for ((_, _), (count, first)) in told {
            if count >= TOLD {
                let more = count + 1 - TOLD;
                let mut finding = first;
                finding.message = format!("and {more} more cells like it in this column: {}", finding.message);
                finding.found = None;
                findings.push(finding);
            }
        }
        Outcome { rows, findings, kept_out, kept_out_count }
    }

    fn finding(&self, row: u32, column: Option<Source>, problem: &Problem) -> Finding {
        let cell = Some(column.map_or(CellRef::new(row, 0), |source| source.at(row)));
        let place = Place::Cell { file: self.speaker.file.to_owned(), sheet: self.raw.sheet.name.clone(), cell };
        let mut finding = Finding::new(problem.rule, problem.severity, place, problem.message.clone())
            .help(problem.help.clone())
            .suggest(problem.suggestion.clone())
            .partner(self.speaker.partner);
        let there = column.and_then(|source| self.raw.sheet.cell(source.at(row)));
        finding.found = there.map(|cell| self.raw.sheet.display(cell));
        finding
    }

    fn kept_out(&self, row: usize, index: u32, reasons: Vec<(String, String)>) -> KeptOut {
        let cells = self.raw.sheet.row(self.raw.rows[row]);
        let cells = cells
            .iter()
            .filter_map(|(column, cell)| Some((self.raw.header.get(column)?.clone(), self.raw.sheet.display(*cell))))
            .collect();
        KeptOut {
            partner: self.speaker.partner.map(str::to_owned),
            collection: self.raw.target.name().to_owned(),
            file: self.speaker.file.to_owned(),
            sheet: self.raw.sheet.name.clone(),
            row: index + 1,
            reasons,
            cells,
        }
    }
}

/// A csv, and a cell that was pasted, hold an error as its text: it is no value of a text field either.
fn as_error(sheet: &Sheet, cell: Cell) -> Cell {
    match cell {
        Cell::Text(id) => ErrorKind::shown_as(sheet.text(id)).map_or(cell, Cell::Error),
        cell => cell,
    }
}

/// What an enterprise's cells say, each by the id of its text: number, name, country.
type Told = (Option<u32>, Option<u32>, Option<u32>);
/// What they were read as: number and name, each by the id of its text.
type Ids = (Option<u32>, Option<u32>);

/// Distinct texts with the ids of rows.
#[derive(Default)]
struct Interned {
    texts: Vec<String>,
    known: BTreeMap<String, u32>,
    ids: Vec<Option<u32>>,
}

impl Interned {
    fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.known.get(text) {
            return *id;
        }
        let id = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.known.insert(text.to_owned(), id);
        id
    }

    fn column(self) -> Column {
        Column::Text { texts: self.texts, ids: self.ids }
    }
}
