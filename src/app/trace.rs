//! `scoreboard trace`: a figure, what it is made of with the numbers put in, and every cell that it came from, read
//! again from the files as they came.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::assemble::{assemble, run_code};
use super::known::KnownAt;
use super::project::Project;
use super::reading::workbook;
use super::state::{Known, State};
use super::{Progress, Stopped, disclosed, fault, formula, ingest, rebuild};
use crate::compute::disclose;
use crate::compute::evidence::JOINED;
use crate::define::catalog::{Derived, How};
use crate::finding::suggest::nearest;
use crate::finding::{CellRef, Finding, Place, rules};
use crate::ingest::Workbook;
use crate::model::audience::Audience;
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{AnswerRow, EvidenceRow, Figure, IndicatorResult, InputFile, Scoreboard};
use crate::model::trace::{Brings, Made, Standing};
use crate::model::value::{Coverage, Value};
use crate::store::Store;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub code: String,
    /// Fields and values that the figure is narrowed to.
    pub by: Vec<(String, String)>,
    pub as_of: Option<NaiveDate>,
    pub known_at: Option<KnownAt>,
    /// A run of the past instead: its code, a beginning of it, `last` or `previous`.
    pub run: Option<String>,
    pub audience: Audience,
    /// So many cells are read again; the others are told without what stands there.
    pub most: usize,
}

/// A figure with its sources.
#[derive(Debug)]
pub struct Traced {
    pub code: IndicatorCode,
    pub title: String,
    /// Fields with their values as they are shown.
    pub by: Vec<(String, String)>,
    pub unit: String,
    /// The entry of the catalogue that it follows.
    pub catalogue: Option<String>,
    /// Where it is declared; empty for audiences that see no definitions.
    pub declared: String,
    pub value: Value,
    pub coverage: Coverage,
    pub cut_off: Option<NaiveDate>,
    pub since_then: Option<Decimal>,
    /// How it comes about, with the numbers put in: a line each.
    pub formula: Vec<String>,
    /// Baseline, target, expected and progress, with where they are declared.
    pub held: Vec<String>,
    pub rows: Vec<Leaf>,
    /// By file and sheet: what its rows bring, such that all of them add up to the figure where it adds up.
    pub sub_totals: Vec<SubTotal>,
    pub not_counted: Vec<Aside>,
    pub answers: Vec<AnswerLeaf>,
    /// What a derived figure is made of.
    pub parts: Vec<Traced>,
    /// Computed again from the leaves.
    pub again: Option<Decimal>,
    /// For audiences that see no rows: the files that count, by hash alone.
    pub inputs: Vec<InputFile>,
}

/// A cell as it came.
#[derive(Debug)]
pub struct Read {
    pub field: String,
    pub cell: CellRef,
    /// What stands there; None where it was not read again.
    pub text: Option<String>,
}

/// A row that counts.
#[derive(Debug)]
pub struct Leaf {
    pub partner: String,
    pub file: String,
    pub hash: String,
    pub sheet: String,
    /// Counted from one.
    pub row: u32,
    pub key: String,
    pub date: Option<NaiveDate>,
    pub brings: Brings,
    pub below: Option<Brings>,
    /// Why its organisation is counted with another.
    pub joined: Option<String>,
    pub cells: Vec<Read>,
}

#[derive(Debug)]
pub struct SubTotal {
    pub file: String,
    pub hash: String,
    pub sheet: String,
    pub rows: usize,
    pub value: Option<Decimal>,
}

/// The reason in what evidence says of a row.
fn joined(says: &str) -> Option<String> {
    let (_, why) = says.split_once(JOINED)?;
    // Other fields stand behind it as `field = value`.
    let parts: Vec<&str> = why.split("; ").take_while(|part| !part.contains(" = ")).collect();
    Some(parts.join("; "))
}

/// A row that does not count, and why.
#[derive(Debug)]
pub struct Aside {
    pub file: String,
    pub sheet: String,
    pub row: u32,
    pub key: String,
    pub why: String,
}

/// An answer behind an estimate.
#[derive(Debug)]
pub struct AnswerLeaf {
    pub answer: AnswerRow,
    pub hash: String,
    pub cells: Vec<Read>,
}

/// Traces a figure of the state of things today, from all that was received, or of a run of the past; reads what is new
/// first, publishes nothing.
///
/// # Errors
/// No such indicator, field or value; or what keeps a run from computing it.
pub fn trace(project: &Project, asked: &Asked, progress: Progress<'_>) -> Result<Traced, Stopped> {
    if let Some(run) = &asked.run {
        let mut store = Store::open_or_aside(&project.store())?;
        let then = rebuild::at(project, &mut store, run)?;
        return at(&then.project, &mut store, &then.state, then.as_of, asked);
    }
    find(project, &asked.code)?;
    ingest::precondition(project)?;
    let mut store = Store::open_or_aside(&project.store())?;
    ingest::run(project, &mut store, progress)?;
    let entries = store.ledger_mut().entries()?;
    let known = Known::by(project.known_at(asked.known_at));
    let state = State::replay_known(&entries, &project.catalog.reading_hash, known);
    at(project, &mut store, &state, project.as_of(asked.as_of), asked)
}

/// The same of any state of things.
fn at(project: &Project, store: &mut Store, state: &State, as_of: NaiveDate, asked: &Asked) -> Result<Traced, Stopped> {
    let code = find(project, &asked.code)?;
    let mut report = project
        .catalog
        .reports
        .iter()
        .find(|report| report.audience == asked.audience)
        .cloned()
        .ok_or_else(|| no_report(asked.audience))?;
    let withheld = if asked.audience.is_restricted() {
        if !report.indicators.contains(&code) {
            return Err(no_report(asked.audience));
        }
        let run = run_code(project, state, as_of);
        Some(disclosed::recall(project, store, state, &run, as_of)?.ok_or_else(|| not_published(asked.audience))?)
    } else {
        report.indicators = with_parts(project, &code);
        report.evidence_rows = usize::MAX;
        None
    };
    report.copies = 0;
    let (mut board, _) = assemble(project, store, state, &report, as_of, &[])?;
    if let Some(withheld) = &withheld {
        disclose::withhold(&mut board, &project.catalog, withheld);
    }
    let mut originals = Originals { project, store, books: BTreeMap::new(), left: asked.most };
    one(&board, project, &code, &asked.by, &mut originals)
}

fn find(project: &Project, code: &str) -> Result<IndicatorCode, Stopped> {
    let all = &project.catalog.indicators;
    if let Some(found) = all.iter().find(|indicator| indicator.code.as_str() == code) {
        return Ok(found.code.clone());
    }
    let names = || all.iter().map(|indicator| indicator.code.as_str());
    let finding = Finding::error(&rules::UNKNOWN_INDICATOR, Place::Project, format!("no indicator is called `{code}`"));
    let help = format!("The indicators are {}.", names().collect::<Vec<_>>().join(", "));
    Err(Stopped::one(finding.suggest(nearest(code, names())).help(help)))
}

fn no_report(audience: Audience) -> Stopped {
    let message = format!("no report for the audience `{}` shows it", audience.as_str());
    let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
    Stopped::one(finding.help("Take `--audience` away, or declare such a report in reports/."))
}

fn not_published(audience: Audience) -> Stopped {
    let message =
        format!("what the audience `{}` may see has not been decided for this state of things", audience.as_str());
    let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
    Stopped::one(finding.help("Run `scoreboard run` first: it decides what is withheld, once for all."))
}

/// An indicator with all that it derives from.
fn with_parts(project: &Project, code: &IndicatorCode) -> Vec<IndicatorCode> {
    let mut all = vec![code.clone()];
    let mut at = 0;
    while let Some(code) = all.get(at).cloned() {
        let parts = match project.catalog.indicator(&code).map(|indicator| &indicator.how) {
            Some(How::Derived(Derived::Ratio { of, to })) => vec![of.clone(), to.clone()],
            Some(How::Derived(Derived::Sum(parts))) => parts.clone(),
            _ => Vec::new(),
        };
        for part in parts {
            if !all.contains(&part) {
                all.push(part);
            }
        }
        at += 1;
    }
    all
}

fn one(
    board: &Scoreboard,
    project: &Project,
    code: &IndicatorCode,
    by: &[(String, String)],
    originals: &mut Originals<'_>,
) -> Result<Traced, Stopped> {
    let result = board.indicators.iter().find(|one| one.code == *code);
    let result = result.ok_or_else(|| fault("nothing was computed for", code))?;
    let line = line(result, by)?;
    let rows: Vec<&EvidenceRow> = if line.figure.by.len() < line.shown.len() {
        // Narrowed by several fields at once, which no table shows: the rows that all of them leave.
        let all = board.evidence.behind(result, &result.total).map(|(_, row)| row);
        all.filter(|row| line.wanted.iter().all(|(place, value)| row.by.get(*place) == Some(value))).collect()
    } else {
        board.evidence.behind(result, &line.figure).map(|(_, row)| row).collect()
    };
    let answers: Vec<&AnswerRow> = board
        .evidence
        .answers
        .iter()
        .filter(|row| row.indicator == *code)
        .filter(|row| line.wanted.iter().all(|(place, value)| row.by.get(*place) == Some(value)))
        .collect();
    let mut parts = Vec::new();
    let of = match &result.made {
        Made::Quotient { of, to } => vec![of.clone(), to.clone()],
        Made::Sum(all) => all.clone(),
        _ => Vec::new(),
    };
    for part in &of {
        parts.push(one(board, project, part, by, originals)?);
    }
    let restricted = board.audience.is_restricted();
    let narrowed = line.figure.by.len() < line.shown.len();
    let mut told = if restricted {
        formula::bare(&line.figure, result.unit.is_percent())
    } else {
        formula::of(result, &line.figure, &rows, &answers, &parts)
    };
    if let Some(committed) = result.committed.as_ref().filter(|_| by.is_empty() && !restricted) {
        let rows: Vec<&EvidenceRow> = board.evidence.committed(result).map(|(_, row)| row).collect();
        told.lines.push(formula::committed(committed, &rows));
    }
    let value =
        if narrowed { told.again.map_or(line.figure.value.clone(), Value::Known) } else { line.figure.value.clone() };
    let leaves = rows.iter().map(|row| originals.leaf(board, row)).collect::<Result<Vec<_>, _>>()?;
    let answers = answers.into_iter().map(|row| originals.answer(board, row)).collect::<Result<Vec<_>, _>>()?;
    Ok(Traced {
        code: code.clone(),
        title: result.title.clone(),
        unit: result.unit.to_string(),
        value,
        coverage: line.figure.coverage,
        cut_off: line.figure.cut_off,
        catalogue: result.catalogue.clone(),
        declared: if restricted { String::new() } else { format!("{}:{}", result.declared.file, result.declared.line) },
        since_then: result.since_then.filter(|_| by.is_empty()),
        formula: told.lines,
        held: if narrowed { Vec::new() } else { formula::held(project, board, result, &line.figure) },
        sub_totals: sub_totals(result, &leaves),
        not_counted: if restricted { Vec::new() } else { asides(board, result, &rows) },
        rows: leaves,
        answers,
        parts,
        again: told.again,
        inputs: if restricted { board.inputs.clone() } else { Vec::new() },
        by: line.shown,
    })
}

/// The figure that is meant, and what its rows have in common.
struct Line {
    figure: Figure,
    /// Fields and values as people know them.
    shown: Vec<(String, String)>,
    /// Positions of breakdowns, and values.
    wanted: Vec<(usize, String)>,
}

fn line(result: &IndicatorResult, by: &[(String, String)]) -> Result<Line, Stopped> {
    let mut found = Line { figure: result.total.clone(), shown: Vec::new(), wanted: Vec::new() };
    for (field, value) in by {
        let fields = || result.breakdowns.iter().map(|breakdown| breakdown.field.as_str());
        let Some(place) = fields().position(|name| name == field) else {
            let message = format!("`{field}` is no field to break down by");
            let finding = Finding::error(&rules::UNKNOWN_FIELD, Place::Project, message);
            let help = format!("`{}` is broken down by {}.", result.code, fields().collect::<Vec<_>>().join(", "));
            return Err(Stopped::one(finding.suggest(nearest(field, fields())).help(help)));
        };
        let breakdown = &result.breakdowns[place];
        let own = |figure: &Figure| figure.by.last().map(|(_, value)| value.clone()).unwrap_or_default();
        let mut lines = breakdown.figures.iter().zip(&breakdown.names);
        let Some((figure, name)) =
            lines.find(|(figure, name)| own(figure) == *value || name.to_lowercase() == value.to_lowercase())
        else {
            let values: Vec<String> = breakdown.figures.iter().map(own).collect();
            let message = format!("no line of `{field}` is called `{value}`");
            let finding = Finding::error(&rules::BAD_VALUE, Place::Project, message);
            let suggestion = nearest(value, values.iter().map(String::as_str));
            return Err(Stopped::one(finding.suggest(suggestion).help(format!("There are {}.", values.join(", ")))));
        };
        found.wanted.push((place, own(figure)));
        found.shown.push((field.clone(), name.clone()));
        if by.len() == 1 {
            found.figure = figure.clone();
        }
    }
    Ok(found)
}

fn sub_totals(result: &IndicatorResult, leaves: &[Leaf]) -> Vec<SubTotal> {
    let mut sheets: BTreeMap<(&str, &str, &str), Vec<&Leaf>> = BTreeMap::new();
    for leaf in leaves {
        sheets.entry((&leaf.file, &leaf.sheet, &leaf.hash)).or_default().push(leaf);
    }
    let of = |((file, sheet, hash), leaves): ((&str, &str, &str), Vec<&Leaf>)| SubTotal {
        file: file.to_owned(),
        hash: hash.to_owned(),
        sheet: sheet.to_owned(),
        rows: leaves.len(),
        value: match &result.made {
            Made::Rows(taking) => taking.of(leaves.iter().map(|leaf| &leaf.brings)),
            Made::Ratio { of, .. } => of.of(leaves.iter().map(|leaf| &leaf.brings)),
            _ => None,
        },
    };
    sheets.into_iter().map(of).collect()
}

/// Rows of the same indicator that the figure does not count.
fn asides(board: &Scoreboard, result: &IndicatorResult, counted: &[&EvidenceRow]) -> Vec<Aside> {
    let mut asides = Vec::new();
    let same = |one: &EvidenceRow, other: &EvidenceRow| one.key == other.key && one.collection == other.collection;
    for row in board.evidence.rows.iter().filter(|row| row.indicator == result.code) {
        let why = match row.standing {
            Standing::Counts | Standing::Record | Standing::Committed => continue,
            Standing::Partner if counted.iter().any(|other| std::ptr::eq(*other, row)) => continue,
            Standing::Partner => match counted.iter().find(|other| same(other, row)) {
                Some(other) => {
                    format!("the same record as {} › {} › {}, which counts", other.file, other.sheet, other.cell)
                }
                None => continue,
            },
            Standing::After => "dated after the cut-off: it stands in what came since then".to_owned(),
            Standing::Earlier => "an earlier state of a stock: the latest period counts".to_owned(),
        };
        asides.push(Aside {
            file: row.file.clone(),
            sheet: row.sheet.clone(),
            row: row.cell.row + 1,
            key: row.key.clone(),
            why,
        });
    }
    let collections: Vec<&str> = board
        .evidence
        .rows
        .iter()
        .filter(|row| row.indicator == result.code)
        .map(|row| row.collection.as_str())
        .collect();
    for row in board.kept_out.iter().filter(|row| collections.contains(&row.collection.as_str())) {
        let reasons: Vec<&str> = row.reasons.iter().map(|(_, reason)| reason.as_str()).collect();
        asides.push(Aside {
            file: row.file.clone(),
            sheet: row.sheet.clone(),
            row: row.row,
            key: String::new(),
            why: format!("kept out: {}", reasons.join("; ")),
        });
    }
    asides
}

/// Received files, read again in the same bounds as when they came.
struct Originals<'a> {
    project: &'a Project,
    store: &'a Store,
    books: BTreeMap<String, Workbook>,
    left: usize,
}

impl Originals<'_> {
    /// What stands in a cell; None once enough was read.
    fn text(&mut self, hash: &str, name: &str, sheet: &str, cell: CellRef) -> Result<Option<String>, Stopped> {
        if self.left == 0 || hash.is_empty() {
            return Ok(None);
        }
        if !self.books.contains_key(hash) {
            let bytes = self.store.files().get(hash)?;
            let read = workbook(name, &bytes, &self.project.catalog, &self.project.reader)?;
            let book = read.map_err(|refusal| fault("a file that was read before cannot be read again", refusal))?;
            self.books.insert(hash.to_owned(), book);
        }
        let found = self.books.get(hash).and_then(|book| book.sheets.iter().find(|one| one.name == sheet));
        Ok(Some(
            found.map_or_else(String::new, |sheet| {
                sheet.cell(cell).map_or_else(String::new, |cell| sheet.display(cell))
            }),
        ))
    }

    fn leaf(&mut self, board: &Scoreboard, row: &EvidenceRow) -> Result<Leaf, Stopped> {
        let source = board.evidence.source(row);
        let hash = source.map_or_else(String::new, |source| source.hash.clone());
        // Every field that the row is told by: they decide whether and with what it counts.
        let mut fields: Vec<String> =
            row.says.split("; ").filter_map(|part| Some(part.split_once(" = ")?.0.to_owned())).collect();
        let collection = self.project.catalog.collections.iter().find(|one| one.code.as_str() == row.collection);
        if let Some(collection) = collection {
            fields.extend(collection.key.iter().chain(&collection.date).map(ToString::to_string));
        }
        let indicator = self.project.catalog.indicator(&row.indicator);
        fields.extend(indicator.iter().flat_map(|indicator| indicator.by.iter().cloned()));
        let mut cells: Vec<Read> = Vec::new();
        for field in fields {
            let at = source.and_then(|source| source.cell(&field, row.cell.row));
            if let Some(cell) = at.filter(|at| cells.iter().all(|other| other.cell != *at)) {
                let text = self.text(&hash, &row.file, &row.sheet, cell)?;
                cells.push(Read { field, cell, text });
            }
        }
        self.left = self.left.saturating_sub(1);
        Ok(Leaf {
            partner: row.partner.clone(),
            file: row.file.clone(),
            hash,
            sheet: row.sheet.clone(),
            row: row.cell.row + 1,
            key: row.key.clone(),
            date: row.date,
            brings: row.brings.clone(),
            below: row.below.clone(),
            joined: joined(&row.says),
            cells,
        })
    }

    fn answer(&mut self, board: &Scoreboard, row: &AnswerRow) -> Result<AnswerLeaf, Stopped> {
        let file = board.inputs.iter().find(|input| input.name == row.file);
        let hash = file.map_or_else(String::new, |input| input.hash.clone());
        let mut cells = Vec::new();
        for (field, cell) in &row.cells {
            let text = self.text(&hash, &row.file, &row.sheet, *cell)?;
            cells.push(Read { field: field.clone(), cell: *cell, text });
        }
        self.left = self.left.saturating_sub(1);
        Ok(AnswerLeaf { answer: row.clone(), hash, cells })
    }
}
