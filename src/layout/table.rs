//! Tables found in sheets: which collection, where its header stands, which column holds which field.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::header::Header;
use super::labels::{Labels, Target, fold_label};
use super::raw::{RawTable, Source};
use super::several;
use crate::finding::suggest::nearest;
use crate::finding::{CellRef, Finding, Place, column_letters, rules};
use crate::ingest::{Cell, Sheet};

/// Rows below the top in which a header is looked for.
const HEADER_DEPTH: usize = 40;

/// What a sheet was found to be.
pub enum Recognised<'a> {
    /// One below the other, where there are several.
    Tables(Vec<RawTable<'a>>),
    /// A table that cannot be used; the findings say why.
    Refused,
    /// No table of ours.
    Nothing,
}

/// Where the header of a table stands: its first row, counted from zero, and of how many rows it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HeaderAt {
    pub row: u32,
    pub rows: u32,
}

impl HeaderAt {
    /// The first row below it.
    fn end(self) -> u32 {
        self.row.saturating_add(self.rows)
    }
}

/// Looks at one sheet.
pub fn recognise<'a>(file: &str, sheet: &'a Sheet, labels: &Labels<'a>, findings: &mut Vec<Finding>) -> Recognised<'a> {
    let mut next = best_header(file, sheet, labels, findings);
    if next.is_none() {
        return Recognised::Nothing;
    }
    if sheet.hidden {
        let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: None };
        let finding = Finding::warning(&rules::HIDDEN_SHEET, place, "the sheet is hidden and holds a table");
        findings.push(finding.help(rules::HIDDEN_SHEET.fix));
    }
    let mut tables = Vec::new();
    let mut above = false;
    while let Some((target, at)) = next {
        next = several::next_header(sheet, labels, at.end());
        let rows = several::rows_between(sheet, at.end(), next.map(|(_, at)| at.row));
        // A header right above another one says the same in another language.
        if next.is_some() && rows.is_empty() {
            continue;
        }
        tables.extend(table(file, sheet, labels, Seen { target, at, rows, above }, findings));
        above = true;
    }
    if tables.is_empty() { Recognised::Refused } else { Recognised::Tables(tables) }
}

/// A header with the rows that may be its own.
struct Seen {
    target: usize,
    at: HeaderAt,
    /// Of the sheet's kept rows.
    rows: Range<usize>,
    /// Whether another table stands above.
    above: bool,
}

/// None where the table cannot be used; the findings say why.
fn table<'a>(
    file: &str,
    sheet: &'a Sheet,
    labels: &Labels<'a>,
    seen: Seen,
    findings: &mut Vec<Finding>,
) -> Option<RawTable<'a>> {
    let Seen { target, at, rows, above } = seen;
    let target_at = labels.targets[target];
    let header = Header::read(sheet, at.row, at.rows);
    let place = |column: u16| Place::Cell {
        file: file.to_owned(),
        sheet: sheet.name.clone(),
        cell: Some(header.cell(column).unwrap_or(CellRef::new(at.row, column))),
    };
    let mut columns: BTreeMap<usize, u16> = BTreeMap::new();
    let mut labels_of: BTreeMap<u16, String> = BTreeMap::new();
    let mut unknown: Vec<(u16, String)> = Vec::new();
    let mut refused = false;
    let by_label = |column: u16| {
        let of = |name: &String| labels.fields(name).iter().find(|(t, _)| *t == target).map(|(_, field)| *field);
        header.names(column).iter().find_map(of)
    };
    let by_code = |label: &str| target_at.fields().iter().position(|field| field.code.as_str() == label);
    // A header written in codes: there a code goes before a label of another field that reads the same.
    let in_codes = header.columns().filter(|(_, label)| by_code(label).is_some()).count()
        > header.columns().filter(|(column, _)| by_label(*column).is_some()).count();
    for (column, label) in header.columns() {
        let field = if in_codes { by_code(&label).or_else(|| by_label(column)) } else { by_label(column) };
        match field {
            Some(field) => {
                if let Some(first) = columns.insert(field, column) {
                    let message = format!(
                        "columns {} and {} are both called `{label}`",
                        column_letters(first),
                        column_letters(column)
                    );
                    findings.push(
                        Finding::error(&rules::COLUMN_TWICE, place(column), message)
                            .help("The table is not read. Rename or delete one of the two."),
                    );
                    refused = true;
                }
            }
            None => unknown.push((column, label.clone())),
        }
        labels_of.insert(column, label);
    }
    // A column headed by a field's code is that field, if no other column bears one of its labels.
    unknown.retain(|(column, text)| {
        let code = labels.codes(text).iter().find(|(t, f)| *t == target && !columns.contains_key(f));
        code.is_none_or(|(_, f)| columns.insert(*f, *column).is_some())
    });
    for (f, field) in target_at.fields().iter().enumerate() {
        if columns.contains_key(&f) {
            continue;
        }
        // A label that nearly fits is most likely this column, misspelt; it is said, never taken.
        let near = nearest_label(field.names(), &unknown);
        let at = near.map_or(0, |(column, _)| *column);
        let label = field.label.get("en").to_owned();
        let finding = if field.required {
            refused = true;
            let message = format!("the column `{label}` is missing");
            Finding::error(&rules::COLUMN_MISSING, place(at), message)
                .help(format!("The table is not read. Give the column the label `{label}`."))
        } else {
            let message = format!("the column `{label}` is missing: none of the rows has one");
            Finding::warning(&rules::COLUMN_MISSING, place(at), message)
                .help(format!("If the sheet has it under another name, call it `{label}`."))
        };
        findings.push(match near {
            Some((_, text)) => finding.found(text.clone()).suggest(Some(label)),
            None => finding,
        });
    }
    for (column, text) in &unknown {
        let finding = Finding::info(&rules::COLUMN_UNKNOWN, place(*column), format!("the column `{text}` is not read"));
        findings.push(finding.help("Fine for notes."));
    }
    if let Some((other, column)) = several::beside(labels, target, &unknown) {
        let message = format!("a second table, `{other}`, stands beside the first and is not read");
        findings.push(
            Finding::error(&rules::COLUMN_UNKNOWN, place(column), message)
                .help("Put each table on a sheet of its own."),
        );
    }
    if refused {
        return None;
    }
    let ours: Vec<u16> = columns.values().copied().collect();
    let rows = data_rows(file, sheet, rows, &ours, &required_columns(&columns, target_at), findings);
    let odd = [
        odd_place(sheet, labels, target, at, &columns),
        below_another(above),
        odd_names(&header, target_at, &columns),
        gaps(sheet, &rows),
    ];
    findings.extend(tolerated(file, sheet, target_at, at, &odd.concat()));
    let mut raw = RawTable::plain(target_at, sheet);
    raw.columns = columns.into_iter().map(|(field, column)| (field, Source::Column(column))).collect();
    raw.header = labels_of;
    raw.rows = rows;
    raw.note_merges();
    Some(raw)
}

/// One line about everything that is not as in the template, and is read all the same.
fn tolerated(file: &str, sheet: &Sheet, target: Target<'_>, at: HeaderAt, said: &[String]) -> Option<Finding> {
    if said.is_empty() {
        return None;
    }
    let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: Some(CellRef::new(at.row, 0)) };
    let message = format!("read as `{}` although {}", target.name(), said.join(", and "));
    Some(Finding::info(&rules::LAYOUT_TOLERATED, place, message).help(rules::LAYOUT_TOLERATED.fix))
}

/// A sheet of another name, a header of several rows, columns in another order.
fn odd_place(
    sheet: &Sheet,
    labels: &Labels<'_>,
    target: usize,
    at: HeaderAt,
    columns: &BTreeMap<usize, u16>,
) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    if !sheet.name.is_empty() && !labels.titles(sheet.name.trim()).contains(&target) {
        said.push(format!("the sheet is called `{}`", sheet.name));
    }
    if at.rows > 1 {
        said.push(format!("its header has {} rows", at.rows));
    }
    if !columns.values().is_sorted() {
        said.push("its columns stand in another order".to_owned());
    }
    said
}

fn below_another(above: bool) -> Vec<String> {
    if above { vec!["it stands below another table".to_owned()] } else { Vec::new() }
}

/// Columns that bear none of their labels in any language, but another declared name or their code.
fn odd_names(header: &Header, target: Target<'_>, columns: &BTreeMap<usize, u16>) -> Vec<String> {
    let is_label = |field: usize, name: &str| {
        let mut labels = target.fields().get(field).into_iter().flat_map(|field| field.label.all());
        labels.any(|label| fold_label(label) == fold_label(name))
    };
    let odd = columns.iter().filter_map(|(field, column)| {
        let names = header.names(*column);
        (!names.iter().any(|name| is_label(*field, name)))
            .then(|| format!("`{}`", names.last().map_or("", |name| name)))
    });
    let odd: Vec<String> = odd.collect();
    if odd.is_empty() { Vec::new() } else { vec![format!("columns are called {}", odd.join(", "))] }
}

/// Blank rows inside the table. `rows` are indices of kept rows.
fn gaps(sheet: &Sheet, rows: &[usize]) -> Vec<String> {
    let place = |i: usize| sheet.rows.get(i).map_or(0, |row| row.index as usize);
    let is_gap = |pair: &[usize]| place(pair[1]) - place(pair[0]) > pair[1] - pair[0];
    if rows.windows(2).any(is_gap) { vec!["blank rows stand between its rows".to_owned()] } else { Vec::new() }
}

/// The target and the header that fit best. The sheet's name decides between equals; equals without a name are nobody's.
fn best_header(
    file: &str,
    sheet: &Sheet,
    labels: &Labels<'_>,
    findings: &mut Vec<Finding>,
) -> Option<(usize, HeaderAt)> {
    let named = labels.titles(sheet.name.trim());
    // For each target its best header: most fields; of equals the one of fewer rows, then the upper.
    let mut best: BTreeMap<usize, (usize, HeaderAt)> = BTreeMap::new();
    for rows in [1, 2] {
        for row in sheet.rows.iter().take(HEADER_DEPTH).map(|row| row.index) {
            for (target, score) in scores(&Header::read(sheet, row, rows), labels) {
                let entry = best.entry(target).or_insert((0, HeaderAt { row, rows }));
                if score > entry.0 {
                    *entry = (score, HeaderAt { row, rows });
                }
            }
        }
    }
    let enough = |target: usize, score: usize| {
        let all = labels.targets[target].fields().len();
        score >= 2 || score == all || (named.contains(&target) && score >= 1)
    };
    let mut fitting: Vec<(usize, usize, HeaderAt)> = best
        .into_iter()
        .filter(|(target, (score, _))| enough(*target, *score))
        .map(|(target, (score, at))| (target, score, at))
        .collect();
    if let Some((target, _, at)) = fitting.iter().find(|(target, ..)| named == [*target]) {
        return Some((*target, *at));
    }
    fitting.sort_by_key(|(_, score, _)| std::cmp::Reverse(*score));
    match fitting.as_slice() {
        [] => None,
        [(target, _, at)] => Some((*target, *at)),
        [(target, score, at), (other, second, _), ..] => {
            if score > second {
                return Some((*target, *at));
            }
            let names = [labels.targets[*target].name(), labels.targets[*other].name()];
            let place = Place::Cell { file: file.to_owned(), sheet: sheet.name.clone(), cell: None };
            let message = format!("the sheet fits `{}` and `{}` equally well", names[0], names[1]);
            findings.push(
                Finding::error(&rules::SHEET_AMBIGUOUS, place, message)
                    .help("Give the sheet the name it has in the template."),
            );
            None
        }
    }
}

/// How many fields of each target a header names.
pub(super) fn scores(header: &Header, labels: &Labels<'_>) -> BTreeMap<usize, usize> {
    let mut fields: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (column, _) in header.columns() {
        for name in header.names(column) {
            fields.extend(labels.fields(&name).iter().chain(labels.codes(&name)));
        }
    }
    let mut scores = BTreeMap::new();
    for (target, _) in fields {
        *scores.entry(target).or_insert(0) += 1;
    }
    scores
}

fn required_columns(columns: &BTreeMap<usize, u16>, target: Target<'_>) -> Vec<u16> {
    columns.iter().filter(|(field, _)| target.fields()[**field].required).map(|(_, column)| *column).collect()
}

pub(super) fn nearest_label(
    names: impl Iterator<Item = impl AsRef<str>>,
    unknown: &[(u16, String)],
) -> Option<&(u16, String)> {
    let folded: Vec<String> = unknown.iter().map(|(_, text)| fold_label(text)).collect();
    for name in names {
        let wanted = fold_label(name.as_ref());
        if let Some(near) = nearest(&wanted, folded.iter().map(String::as_str)) {
            return folded.iter().position(|text| text == near).and_then(|at| unknown.get(at));
        }
    }
    None
}

/// Words that begin a row of totals, folded.
pub const TOTALS: &[&str] = &[
    "total",
    "totals",
    "grand total",
    "sum",
    "subtotal",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "zwischensumme",
    "somme",
    "sous total",
    "total general",
    "viso",
    "is viso",
    "totaal",
    "som",
    "suma",
    "razem",
    "totale",
    "celkem",
];

/// Of some rows those that hold something of ours, without rows of totals.
pub(super) fn data_rows(
    file: &str,
    sheet: &Sheet,
    range: Range<usize>,
    ours: &[u16],
    required: &[u16],
    findings: &mut Vec<Finding>,
) -> Vec<usize> {
    let mut rows = Vec::new();
    for i in range {
        let cells = sheet.row(i);
        if !cells.iter().any(|(column, _)| ours.contains(column)) {
            continue;
        }
        if let Some((column, Cell::Text(id))) = cells.first() {
            let text = fold_label(sheet.text(*id));
            // A row of totals has the word, and lacks what every row of data has.
            let lacking = required.iter().any(|need| need == column || !cells.iter().any(|(column, _)| column == need));
            if lacking && TOTALS.contains(&text.as_str()) {
                let place = Place::Cell {
                    file: file.to_owned(),
                    sheet: sheet.name.clone(),
                    cell: Some(CellRef::new(sheet.rows[i].index, *column)),
                };
                findings.push(Finding::info(&rules::TOTALS_ROW, place, "a row of totals was passed over"));
                continue;
            }
        }
        rows.push(i);
    }
    rows
}
