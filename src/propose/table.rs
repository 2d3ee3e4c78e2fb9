//! A found area → a table with its fields, its layout, and what to say about both.

use std::collections::{BTreeMap, BTreeSet};

use super::across::{self, Labels};
use super::kinds::{self, Column, guess, is_numeric};
use super::{Across, Becomes, Context, Field, Group, Layout, Table, grid, known, names};
use crate::finding::{CellRef, column_letters};
use crate::ingest::{Cell, Sheet};
use crate::layout::header::Header;
use crate::layout::labels::fold_label;
use crate::propose::detect::Area;
use crate::validate::read::date::DateEvidence;
use crate::validate::read::number::Evidence;

/// Patterns of rows to skip: more are no pattern.
const MOST_SKIPPED: usize = 6;
/// Letters of a note that tell it from rows of data.
const NOTE_LETTERS: usize = 24;

/// The folded labels of an area's columns: areas that have the same are one table.
pub fn labels(sheet: &Sheet, area: &Area) -> Vec<String> {
    let Some((row, lines)) = area.header else { return Vec::new() };
    let header = Header::read(sheet, row, lines);
    header.columns().filter(|(column, _)| area.columns.contains(column)).map(|(_, label)| fold_label(&label)).collect()
}

/// The table of a group. `codes` are those of collections so far.
pub fn of(group: &Group<'_>, codes: &mut BTreeSet<String>, context: &Context<'_>) -> Table {
    let (sheet, area) = &group.parts[0];
    let header = area.header.map(|(row, lines)| Header::read(sheet, row, lines)).unwrap_or_default();
    let columns = columns(group, &header);
    let across = across::find(sheet, area, &header, &columns);
    let mut layout = layout(group, context);
    let nothing = Nothing::of(&columns);
    if let Nothing::Anywhere(texts) = &nothing {
        layout.not_reported.clone_from(texts);
    }
    let mut says = says(group);
    let shown: Vec<String> = columns.iter().map(|column| column.label.clone()).collect();
    let known = known::fit(context.collections, &header, &columns);
    let becomes = match known {
        Some(fit) => {
            for matched in &fit.matched {
                let is_ambiguous =
                    columns.iter().filter(|c| fold_label(&c.label) == fold_label(&matched.label)).count() > 1;
                let code = matched.field.as_str().to_owned();
                if is_ambiguous || header.cell(matched.column).is_none() {
                    layout.letters.push((code, matched.column));
                } else if matched.instead_of.is_some() {
                    layout.columns.push((code, matched.label.clone()));
                }
            }
            fill_down(group, &columns, &mut layout, |column| {
                fit.matched.iter().find(|m| m.column == column).map(|m| m.field.as_str().to_owned())
            });
            layout.not_reported_in = nothing.by_field(|column| {
                fit.matched.iter().find(|m| m.column == column).map(|m| m.field.as_str().to_owned())
            });
            evidence(&mut layout, columns.iter().map(|column| guess(column, &nothing.at(column.at), context.currency)));
            Becomes::Known { code: fit.code, title: fit.title, matched: fit.matched, missing: fit.missing }
        }
        None => new(group, &header, &columns, across, &nothing, codes, context, &mut layout, &mut says),
    };
    let first = area.header.map(|(row, _)| row).or(area.body.first().map(|i| sheet.rows[*i].index)).unwrap_or(0);
    let last = area.body.last().map_or(first, |i| sheet.rows[*i].index);
    let corner = |row: u32, column: Option<&u16>| CellRef::new(row, column.copied().unwrap_or(0));
    Table {
        sheets: group.parts.iter().map(|(sheet, _)| sheet.name.clone()).filter(|name| !name.is_empty()).collect(),
        range: (corner(first, area.columns.first()), corner(last, area.columns.last())),
        header: shown,
        rows: group.parts.iter().map(|(_, area)| area.body.len()).sum(),
        says,
        becomes,
        layout,
    }
}

/// Texts that stand for no value: in every column, or in some, where one of them is a value in others.
enum Nothing {
    Anywhere(Vec<String>),
    In(BTreeMap<u16, Vec<String>>),
}

impl Nothing {
    fn of(columns: &[Column<'_>]) -> Self {
        let (found, clashes) = kinds::placeholders(columns);
        if clashes {
            return Self::In(found);
        }
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for text in found.into_values().flatten() {
            texts.entry(fold_label(&text)).or_insert(text);
        }
        Self::Anywhere(texts.into_values().collect())
    }

    /// Folded, of one column.
    fn at(&self, column: u16) -> BTreeSet<String> {
        let texts = match self {
            Self::Anywhere(texts) => Some(texts),
            Self::In(columns) => columns.get(&column),
        };
        texts.into_iter().flatten().map(|text| fold_label(text)).collect()
    }

    fn by_field(&self, field: impl Fn(u16) -> Option<String>) -> Vec<(String, Vec<String>)> {
        match self {
            Self::Anywhere(_) => Vec::new(),
            Self::In(columns) => columns.iter().filter_map(|(c, texts)| Some((field(*c)?, texts.clone()))).collect(),
        }
    }
}

/// The columns of a group with the cells of all its parts.
fn columns<'a>(group: &Group<'a>, header: &Header) -> Vec<Column<'a>> {
    let rows = group.parts.iter().map(|(_, area)| area.body.len()).sum();
    let first = &group.parts[0].1;
    let mut columns: Vec<Column<'a>> = first
        .columns
        .iter()
        .map(|column| {
            let label = header.columns().find(|(at, _)| at == column).map(|(_, label)| label);
            Column { at: *column, label: label.unwrap_or_default(), cells: Vec::new(), rows }
        })
        .collect();
    for (sheet, area) in &group.parts {
        for i in &area.body {
            let row = sheet.rows[*i].index;
            for (column, cell) in sheet.row(*i) {
                // A sheet of the same labels may have them elsewhere: told by their order.
                let at = area.columns.iter().position(|one| one == column);
                if let Some(column) = at.and_then(|at| columns.get_mut(at)) {
                    column.cells.push((sheet, row, *cell));
                }
            }
        }
    }
    columns
}

fn layout(group: &Group<'_>, context: &Context<'_>) -> Layout {
    let mut layout = Layout {
        file: names::file_pattern(context.file_name),
        encoding: context.encoding.map(str::to_owned),
        header_rows: group.parts[0].1.header.map_or(0, |(_, lines)| lines),
        ..Layout::default()
    };
    for (sheet, area) in &group.parts {
        if !sheet.name.is_empty() {
            layout.sheets.push(sheet.name.trim().to_owned());
        }
        ends(sheet, area, &mut layout);
        for i in &area.totals {
            if let Some((_, Cell::Text(id))) = sheet.row(*i).first() {
                let text = sheet.text(*id).trim().to_owned();
                if !layout.skip.contains(&text) {
                    layout.skip.push(text);
                }
            }
        }
        let is_tall = |merge: &&crate::ingest::Merge| merge.last.row > merge.first.row;
        let in_body = |merge: &&crate::ingest::Merge| {
            area.columns.contains(&merge.first.column)
                && area
                    .body
                    .iter()
                    .any(|i| sheet.rows[*i].index > merge.first.row && sheet.rows[*i].index <= merge.last.row)
        };
        layout.repeat_merged |= sheet.merges.iter().filter(is_tall).take(2_000).any(|merge| in_body(&merge));
        if group.shares_sheet {
            match area.title {
                Some(title) => layout.below = sheet.row(title).first().map(|(_, cell)| line(&sheet.display(*cell))),
                None => layout.header_row = area.header.map(|(row, _)| row),
            }
        }
        if area.header.is_none() {
            layout.first_row = area.body.first().map(|i| sheet.rows[*i].index);
        }
    }
    if layout.skip.len() > MOST_SKIPPED {
        let first = |text: &String| text.split([' ', ',', ':']).next().unwrap_or("").to_owned() + "*";
        let starts: BTreeSet<String> = layout.skip.iter().map(first).collect();
        layout.skip = starts.into_iter().collect();
    }
    layout
}

/// How the end of a table is told from what stands below it.
fn ends(sheet: &Sheet, area: &Area, layout: &mut Layout) {
    let Some(end) = area.ends_at else { return };
    let begins = |i: usize| sheet.row(i).first().map(|(_, cell)| line(&sheet.display(*cell)));
    if area.blank_after && !area.blank_inside && area.header.is_some() {
        layout.ends_at_blank_row = true;
    } else if let Some(text) = begins(end).filter(|text| text.chars().any(char::is_alphabetic)) {
        let is_used = area.body.iter().any(|i| begins(*i).is_some_and(|other| other == text));
        if is_used {
            layout.last_row = area.body.last().map(|i| sheet.rows[*i].index);
        } else {
            let start: String = text.chars().take(NOTE_LETTERS).collect();
            let whole = start.rfind(' ').map_or(start.as_str(), |at| &start[..at]);
            let pattern = if start.len() < text.len() { format!("{whole}*") } else { text };
            if !layout.until.contains(&pattern) {
                layout.until.push(pattern);
            }
        }
    } else {
        layout.last_row = area.body.last().map(|i| sheet.rows[*i].index);
    }
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(group: &Group<'_>) -> Vec<String> {
    let mut says = Vec::new();
    let (sheet, area) = &group.parts[0];
    if area.header.is_none() {
        says.push("no header stands above the rows: columns are named by their letters".to_owned());
    }
    if area.body.is_empty() {
        says.push("there is a header, but no row of data below it: kinds are not known".to_owned());
    }
    let alone: Vec<String> = area
        .body
        .iter()
        .filter(|i| area.columns.len() > 2 && sheet.row(**i).len() == 1)
        .map(|i| (sheet.rows[*i].index + 1).to_string())
        .collect();
    if !alone.is_empty() && alone.len() * 2 < area.body.len() {
        let list = alone.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let (rows, are) =
            if alone.len() == 1 { ("row holds", "is it a subheading") } else { ("rows hold", "are they subheadings") };
        says.push(format!("{} {rows} one cell only: {are}? see {list}", alone.len()));
    }
    let hidden_rows = area.body.iter().filter(|i| sheet.hidden_rows.contains(&sheet.rows[**i].index)).count();
    if hidden_rows > 0 {
        says.push(format!("{hidden_rows} of its rows are hidden in the file, and are read like the others"));
    }
    let hidden: Vec<String> =
        area.columns.iter().filter(|c| sheet.hidden_columns.contains(c)).map(|c| column_letters(*c)).collect();
    if !hidden.is_empty() {
        says.push(format!("hidden in the file: column {}", hidden.join(", ")));
    }
    says
}

/// Fields whose cells are filled in the first row of each group only: the leftmost ones, before a column that is full.
/// Never amounts: filled down they would count for each row.
fn fill_down(group: &Group<'_>, columns: &[Column<'_>], layout: &mut Layout, field: impl Fn(u16) -> Option<String>) {
    let mut sparse: Vec<&Column<'_>> = Vec::new();
    for column in columns {
        let begins = group.parts.iter().all(|(sheet, area)| {
            let first = area.body.first().map(|i| sheet.rows[*i].index);
            column.cells.iter().any(|(of, row, _)| std::ptr::eq(*of, *sheet) && Some(*row) == first)
        });
        let is_sparse = column.rows >= 3 && column.cells.len() * 10 < column.rows * 8;
        // What begins a group must be there wherever one begins: otherwise an empty cell says that there is nothing.
        let starts = |other: &Column<'_>| other.cells.iter().map(|(_, row, _)| *row).collect::<BTreeSet<u32>>();
        let with_first = sparse.first().is_none_or(|first| starts(first) == starts(column));
        if !is_sparse || !begins || !with_first || is_amount(column) {
            break;
        }
        sparse.push(column);
    }
    let full = columns.iter().any(|column| column.cells.len() * 10 >= column.rows * 9);
    if full && !layout.repeat_merged {
        layout.fill_down = sparse.into_iter().filter_map(|column| field(column.at)).collect();
    }
}

/// Whether a column holds numbers that are no years.
fn is_amount(column: &Column<'_>) -> bool {
    let is_number = |(sheet, _, cell): &&(&Sheet, u32, Cell)| {
        grid::class(sheet, *cell) == grid::Class::Number && grid::year(sheet, *cell).is_none()
    };
    column.cells.iter().filter(is_number).count() * 2 > column.cells.len()
}

/// The locale that text numbers and dates prove.
fn evidence(layout: &mut Layout, guesses: impl Iterator<Item = kinds::Guess>) {
    let (mut comma, mut point, mut month) = (false, false, false);
    for guess in guesses {
        comma |= matches!(guess.decimal, Evidence::Comma | Evidence::Both);
        point |= matches!(guess.decimal, Evidence::Point | Evidence::Both);
        month |= guess.order == DateEvidence::MonthFirst;
    }
    layout.locale = match (comma, point, month) {
        (true, false, _) => Some("de-DE"),
        (false, _, true) => Some("en-US"),
        (false, true, false) => Some("en-GB"),
        _ => None,
    };
}

#[allow(clippy::too_many_arguments, reason = "everything that a new collection is made of")]
fn new(
    group: &Group<'_>,
    header: &Header,
    columns: &[Column<'_>],
    across: Option<Labels>,
    nothing: &Nothing,
    codes: &mut BTreeSet<String>,
    context: &Context<'_>,
    layout: &mut Layout,
    says: &mut Vec<String>,
) -> Becomes {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for column in columns {
        *times.entry(fold_label(&column.label)).or_default() += 1;
    }
    let (mut taken, mut labels) = (BTreeSet::new(), BTreeSet::new());
    let mut fields: Vec<Field> = Vec::new();
    let mut of_column: BTreeMap<u16, String> = BTreeMap::new();
    let is_across = |column: u16| across.as_ref().is_some_and(|across| (across.first..=across.last).contains(&column));
    for column in columns.iter().filter(|column| !is_across(column.at)) {
        let letters = column_letters(column.at);
        let code = names::code(&column.label, &format!("column_{}", letters.to_lowercase()), &mut taken);
        // Empty, twice on the sheet, or too long to be found by: told by its letters.
        let unclear = times.get(&fold_label(&column.label)).is_some_and(|times| *times > 1)
            || fold_label(&column.label).is_empty()
            || header.cell(column.at).is_none();
        let mut label = column.label.clone();
        if label.trim().is_empty() {
            label = format!("Column {letters}");
        }
        if unclear || labels.contains(&label.trim().to_lowercase()) {
            layout.letters.push((code.clone(), column.at));
            if labels.contains(&label.trim().to_lowercase()) {
                label = format!("{label} ({letters})");
            }
        }
        labels.insert(label.trim().to_lowercase());
        of_column.insert(column.at, code.clone());
        let mut guess = guess(column, &nothing.at(column.at), context.currency);
        if column.cells.is_empty() && label.trim_end().ends_with('*') {
            guess.required = true;
            guess.says.push("marked with * in the header".to_owned());
        }
        fields.push(Field { code, label, column: Some(column.at), guess, cells: column.cells.len() });
    }
    fill_down(group, columns, layout, |column| of_column.get(&column).cloned());
    layout.not_reported_in = nothing.by_field(|column| of_column.get(&column).cloned());
    for field in fields.iter_mut().filter(|field| layout.fill_down.contains(&field.code)) {
        field.guess.required = true;
        field.guess.names_rows = false;
    }
    if let Some(across) = across {
        says.push(format!(
            "columns {} to {} stand side by side for {}: each becomes rows of its own",
            column_letters(across.first),
            column_letters(across.last),
            across.what
        ));
        let into = names::code(across.code, across.code, &mut taken);
        let value = names::code("value", "value", &mut taken);
        let all = Column {
            at: across.first,
            label: "Value".to_owned(),
            cells: columns.iter().filter(|c| is_in(&across, c.at)).flat_map(|c| c.cells.clone()).collect(),
            rows: 0,
        };
        let guess = guess(&all, &nothing.at(across.first), context.currency);
        fields.push(across.field(&into, &labels));
        let label = if labels.contains("value") { "Value of the cell" } else { "Value" }.to_owned();
        fields.push(Field { code: value.clone(), label, column: None, guess, cells: all.cells.len() });
        layout.across = Some(Across { first: across.first, last: across.last, into, value });
    }
    evidence(layout, fields.iter().map(|field| field.guess.clone()));
    if layout.locale.is_none()
        && fields.iter().any(|field| is_numeric(field.guess.kind) && field.guess.decimal == Evidence::Both)
    {
        says.push("decimal commas and decimal points stand in one file: which `locale` is meant?".to_owned());
    }
    let key = fields.iter().find(|field| field.guess.names_rows).map(|field| field.code.clone());
    let (sheet, _) = &group.parts[0];
    let stem = context.file_name.rsplit_once('.').map_or(context.file_name, |(stem, _)| stem);
    let says_nothing = |name: &str| {
        let folded = crate::model::fold::fold(name);
        let word = folded.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        ["", "sheet", "tabelle", "feuil", "feuille", "hoja", "blad", "foglio", "arkusz", "лист", "data"].contains(&word)
    };
    let title = match (&layout.below, says_nothing(&sheet.name)) {
        (Some(title), _) => title.clone(),
        (None, true) => line(&stem.replace('_', " ")),
        (None, false) => sheet.name.trim().to_owned(),
    };
    let code = names::code(&title, "table", codes);
    Becomes::New { code, title, fields, key }
}

fn is_in(across: &Labels, column: u16) -> bool {
    (across.first..=across.last).contains(&column)
}
