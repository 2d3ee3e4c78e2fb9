//! Tables found in sheets: which collection, where its header stands, which column holds which field.

use std::collections::BTreeMap;

use super::labels::{Labels, Target, fold_label};
use crate::finding::suggest::nearest;
use crate::finding::{CellRef, Finding, Place, column_letters, rules};
use crate::ingest::{Cell, Sheet};

/// Rows below the top in which a header is looked for.
const HEADER_DEPTH: usize = 40;
/// Longer texts are no labels.
const LONGEST_LABEL: usize = 300;

/// A table: where its values stand. Columns by field index; rows are indices of kept rows.
#[derive(Debug)]
pub struct RawTable<'a> {
    pub target: Target<'a>,
    pub sheet: &'a Sheet,
    pub columns: BTreeMap<usize, u16>,
    /// The header's label of every column, for showing rows that are kept out.
    pub header: BTreeMap<u16, String>,
    pub rows: Vec<usize>,
}

/// What a sheet was found to be.
pub enum Recognised<'a> {
    Table(Box<RawTable<'a>>),
    /// A table that cannot be used; the findings say why.
    Refused,
    /// No table of ours.
    Nothing,
}

/// Looks at one sheet.
pub fn recognise<'a>(file: &str, sheet: &'a Sheet, labels: &Labels<'a>, findings: &mut Vec<Finding>) -> Recognised<'a> {
    let Some((target, header)) = best_header(file, sheet, labels, findings) else { return Recognised::Nothing };
    let target_at = labels.targets[target];
    let place = |row: u32, column: u16| Place::Cell {
        file: file.to_owned(),
        sheet: sheet.name.clone(),
        cell: Some(CellRef::new(row, column)),
    };
    let header_row = sheet.rows[header].index;
    let mut columns: BTreeMap<usize, u16> = BTreeMap::new();
    let mut labels_of: BTreeMap<u16, String> = BTreeMap::new();
    let mut unknown: Vec<(u16, String)> = Vec::new();
    let mut refused = false;
    for (column, cell) in sheet.row(header) {
        let Cell::Text(id) = cell else { continue };
        let text = sheet.text(*id).trim();
        labels_of.insert(*column, text.split_whitespace().collect::<Vec<_>>().join(" "));
        let field = labels.fields(text).iter().find(|(t, _)| *t == target).map(|(_, f)| *f);
        match field {
            Some(field) => {
                if let Some(first) = columns.insert(field, *column) {
                    let message = format!(
                        "columns {} and {} are both called `{text}`",
                        column_letters(first),
                        column_letters(*column)
                    );
                    findings.push(
                        Finding::error(&rules::COLUMN_TWICE, place(header_row, *column), message)
                            .help("The table is not read. Rename or delete one of the two."),
                    );
                    refused = true;
                }
            }
            None => unknown.push((*column, text.to_owned())),
        }
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
            Finding::error(&rules::COLUMN_MISSING, place(header_row, at), message)
                .help(format!("The table is not read. Give the column the label `{label}`."))
        } else {
            let message = format!("the column `{label}` is missing: none of the rows has one");
            Finding::warning(&rules::COLUMN_MISSING, place(header_row, at), message)
                .help(format!("If the sheet has it under another name, call it `{label}`."))
        };
        findings.push(match near {
            Some((_, text)) => finding.found(text.clone()).suggest(Some(label)),
            None => finding,
        });
    }
    for (column, text) in &unknown {
        let finding = Finding::info(
            &rules::COLUMN_UNKNOWN,
            place(header_row, *column),
            format!("the column `{text}` is not read"),
        );
        findings.push(finding.help("Fine for notes."));
    }
    if refused {
        return Recognised::Refused;
    }
    let rows = data_rows(file, sheet, header, &columns, target_at, findings);
    Recognised::Table(Box::new(RawTable { target: target_at, sheet, columns, header: labels_of, rows }))
}

/// The target and the row that fit best. The sheet's name decides between equals; equals without a name are nobody's.
fn best_header(file: &str, sheet: &Sheet, labels: &Labels<'_>, findings: &mut Vec<Finding>) -> Option<(usize, usize)> {
    let named = labels.titles(sheet.name.trim());
    // For each target its best row: most fields; of equals the upper.
    let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for i in 0..sheet.rows.len().min(HEADER_DEPTH) {
        let mut fields: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (_, cell) in sheet.row(i) {
            let Cell::Text(id) = cell else { continue };
            let text = sheet.text(*id);
            if text.len() > LONGEST_LABEL {
                continue;
            }
            for (target, field) in labels.fields(text).iter().chain(labels.codes(text)) {
                let list = fields.entry(*target).or_default();
                if !list.contains(field) {
                    list.push(*field);
                }
            }
        }
        for (target, matched) in fields {
            let entry = best.entry(target).or_insert((0, i));
            if matched.len() > entry.0 {
                *entry = (matched.len(), i);
            }
        }
    }
    let enough = |target: usize, score: usize| {
        let all = labels.targets[target].fields().len();
        score >= 2 || score == all || (named.contains(&target) && score >= 1)
    };
    let mut fitting: Vec<(usize, usize, usize)> = best
        .into_iter()
        .filter(|(target, (score, _))| enough(*target, *score))
        .map(|(target, (score, row))| (target, score, row))
        .collect();
    if let Some((target, _, row)) = fitting.iter().find(|(target, ..)| named == [*target]) {
        return Some((*target, *row));
    }
    fitting.sort_by_key(|(_, score, _)| std::cmp::Reverse(*score));
    match fitting.as_slice() {
        [] => None,
        [(target, _, row)] => Some((*target, *row)),
        [(target, score, row), (other, second, _), ..] => {
            if score > second {
                return Some((*target, *row));
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

fn nearest_label(names: impl Iterator<Item = impl AsRef<str>>, unknown: &[(u16, String)]) -> Option<&(u16, String)> {
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
const TOTALS: &[&str] = &[
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

/// The rows below the header that hold something of ours, without rows of totals.
fn data_rows(
    file: &str,
    sheet: &Sheet,
    header: usize,
    columns: &BTreeMap<usize, u16>,
    target: Target<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<usize> {
    let mut ours: Vec<u16> = columns.values().copied().collect();
    ours.sort_unstable();
    let required: Vec<u16> =
        columns.iter().filter(|(f, _)| target.fields()[**f].required).map(|(_, column)| *column).collect();
    let mut rows = Vec::new();
    for i in header + 1..sheet.rows.len() {
        let cells = sheet.row(i);
        if !cells.iter().any(|(column, _)| ours.binary_search(column).is_ok()) {
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
