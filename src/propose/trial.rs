//! Reads the sheets by the proposed layout, and says more in it until exactly the rows and columns that were found
//! come out: first where the header stands, then the letters of all columns and the rows of the data.

use std::collections::{BTreeMap, BTreeSet};

use super::{Becomes, Context, Group, Layout, Table, toml};
use crate::define::catalog::{self, AcrossColumns, Collection};
use crate::define::{Catalog, SourceFile, load};
use crate::layout::{Source, declared};
use crate::model::code::FieldCode;

/// The least that a project needs: the proposal is held against the same rules as `scoreboard check` holds it.
const PROGRAMME: &str =
    "schema = 1\n[programme]\ncode = \"trial\"\ntitle = \"Trial\"\nstart = 2000-01-01\nend = 2000-12-31\n";

/// A project without an indicator is none, and an indicator needs a collection.
const COLLECTION: &str = "schema = 1\n[[collection]]\ncode = \"trial_rows\"\ntitle = \"Trial\"\n[[collection.field]]\ncode = \"a\"\nlabel = \"A\"\nkind = \"text\"\n";
const INDICATOR: &str = "schema = 1\n[[indicator]]\ncode = \"trial\"\nunit = \"rows\"\nfrom = \"trial_rows\"\nmeasure = \"COUNT(*)\"\naccumulation = \"stock\"\n";
/// Who sends the file when it is read on trial.
const SENDER: &str = "[[partner]]\ncode = \"sender\"\nname = \"Sender\"\ncountry = \"BE\"\n";

/// The catalogue of a project that holds nothing but this text; None where it has errors.
pub fn catalog(text: &str) -> Option<Catalog> {
    project(PROGRAMME, text)
}

/// The same, with somebody who sends every file, and in a currency.
pub fn catalog_for(text: &str, currency: Option<&str>) -> Option<Catalog> {
    let currency = currency.map_or_else(String::new, |currency| format!("currency = \"{currency}\"\n"));
    let mut catalog = project(&format!("{PROGRAMME}{currency}{SENDER}"), text)?;
    // Whatever a file is called, it begins with this name.
    catalog.partners.first_mut()?.also_called = vec![String::new()];
    catalog.programme.submission.file_names = vec!["{partner}*".to_owned()];
    Some(catalog)
}

fn project(programme: &str, text: &str) -> Option<Catalog> {
    completed(vec![file("scoreboard.toml", programme), file("pipelines/proposal.toml", text)])
}

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), text: text.to_owned() }
}

/// The catalogue of definitions that lack nothing but an indicator.
pub fn completed(mut files: Vec<SourceFile>) -> Option<Catalog> {
    files.push(file("pipelines/trial_rows.toml", COLLECTION));
    files.push(file("indicators/trial_rows.toml", INDICATOR));
    let mut catalog = load(&files).0?;
    catalog.collections.retain(|collection| collection.code.as_str() != "trial_rows");
    Some(catalog)
}

pub(super) fn firm_up(table: &mut Table, group: &Group<'_>, context: &Context<'_>) {
    if gives_what_was_found(table, group, context) {
        return;
    }
    let (sheet, area) = &group.parts[0];
    let header = area.header.filter(|_| group.parts.iter().all(|(_, other)| other.header == area.header));
    if let Some((row, _)) = header {
        table.layout.header_row = Some(row);
        table.layout.below = None;
        if gives_what_was_found(table, group, context) {
            return;
        }
    }
    let columns: Vec<(String, u16)> = match &table.becomes {
        Becomes::New { fields, .. } => fields.iter().filter_map(|f| Some((f.code.clone(), f.column?))).collect(),
        Becomes::Known { matched, .. } => matched.iter().map(|m| (m.field.as_str().to_owned(), m.column)).collect(),
    };
    let before = table.layout.clone();
    table.layout.letters = columns;
    table.layout.columns.clear();
    if gives_what_was_found(table, group, context) {
        return;
    }
    if group.parts.len() == 1 {
        table.layout.first_row = area.body.first().map(|i| sheet.rows[*i].index);
        table.layout.last_row = area.body.last().map(|i| sheet.rows[*i].index);
        if gives_what_was_found(table, group, context) {
            return;
        }
    }
    table.layout = before;
    let rows = table.rows;
    table
        .says
        .push(format!("read by this layout the file gives other rows than the {rows} that were seen: look at both"));
}

fn gives_what_was_found(table: &Table, group: &Group<'_>, context: &Context<'_>) -> bool {
    let loaded = match &table.becomes {
        Becomes::New { .. } => catalog(&toml::single(table)),
        Becomes::Known { .. } => catalog("schema = 1\n"),
    };
    let Some(catalog) = loaded else { return false };
    let declared = match &table.becomes {
        Becomes::New { .. } => catalog.collections.first().and_then(|one| Some((one, one.layouts.first()?.clone()))),
        Becomes::Known { code, .. } => {
            let known = context.collections.iter().find(|one| one.code.as_str() == code);
            known.map(|one| (one, of(&table.layout)))
        }
    };
    let Some((collection, layout)) = declared else { return false };
    group.parts.iter().all(|(sheet, area)| {
        let read = declared::read(context.file_name, sheet, collection, &layout, &catalog, &mut Vec::new());
        let Ok(tables) = read else { return false };
        let rows: BTreeSet<usize> = tables.iter().flat_map(|table| table.rows.iter().copied()).collect();
        let across = table.layout.across.as_ref().map(|across| across.first..=across.last);
        let expected: BTreeSet<usize> = match &across {
            // An empty cell of a column that becomes rows is none.
            Some(columns) => {
                let filled = |i: &&usize| sheet.row(**i).iter().any(|(column, _)| columns.contains(column));
                area.body.iter().filter(filled).copied().collect()
            }
            None => area.body.iter().copied().collect(),
        };
        rows == expected && tables.iter().all(|raw| columns_are(table, collection, &raw.columns))
    })
}

/// Whether each field is read from the column that it was made of.
fn columns_are(table: &Table, collection: &Collection, columns: &BTreeMap<usize, Source>) -> bool {
    let of = |code: &str| collection.fields.iter().position(|field| field.code.as_str() == code);
    let is = |code: &str, column: u16| of(code).is_some_and(|f| columns.get(&f) == Some(&Source::Column(column)));
    match &table.becomes {
        Becomes::New { fields, .. } => {
            fields.iter().all(|field| field.column.is_none_or(|column| is(&field.code, column)))
        }
        Becomes::Known { matched, .. } => matched.iter().all(|one| is(one.field.as_str(), one.column)),
    }
}

/// The layout as `define` would read it.
fn of(layout: &Layout) -> catalog::Layout {
    let code = |text: &String| FieldCode::new(text);
    catalog::Layout {
        files: vec![layout.file.clone()],
        sheets: layout.sheets.clone(),
        below: layout.below.clone(),
        header_row: layout.header_row,
        header_rows: (layout.header_rows > 0).then_some(layout.header_rows),
        first_row: layout.first_row,
        last_row: layout.last_row,
        until: layout.until.clone(),
        ends_at_blank_row: layout.ends_at_blank_row,
        skip: layout.skip.clone(),
        columns: layout.columns.iter().filter_map(|(field, label)| Some((code(field)?, label.clone()))).collect(),
        letters: layout.letters.iter().filter_map(|(field, column)| Some((code(field)?, *column))).collect(),
        fill_down: layout.fill_down.iter().filter_map(code).collect(),
        repeat_merged: layout.repeat_merged,
        not_reported: layout.not_reported.clone(),
        not_reported_in: layout
            .not_reported_in
            .iter()
            .filter_map(|(field, texts)| Some((code(field)?, texts.clone())))
            .collect(),
        locale: layout.locale.map(str::to_owned),
        encoding: layout.encoding.clone(),
        across: layout.across.as_ref().and_then(|across| {
            Some(catalog::Across {
                columns: AcrossColumns::Letters(across.first, across.last),
                into: code(&across.into)?,
                value: code(&across.value)?,
            })
        }),
        ..catalog::Layout::default()
    }
}
