//! `[[collection.layout]]`: how a workbook that is not our template holds the table.

use std::collections::BTreeMap;

use super::catalog::{Across, AcrossColumns, Belonging, Field, Layout};
use super::collection::{codes_of, known_field};
use super::reader::{At, Table};
use crate::finding::CellRef;
use crate::model::code::FieldCode;
use crate::model::locale::locale;

/// All layouts of a collection: a table, or a list of tables.
pub fn read(table: &Table<'_>, fields: &[Field]) -> Vec<Layout> {
    if table.array_holds_tables("layout") {
        return table.tables("layout").iter().map(|one| layout(one, fields)).collect();
    }
    table.table("layout").map(|one| layout(&one, fields)).into_iter().collect()
}

fn layout(table: &Table<'_>, fields: &[Field]) -> Layout {
    let texts = |key| table.texts(key).into_iter().map(|at: At<String>| at.value).collect::<Vec<_>>();
    let (header_row, first_row, last_row) = (row(table, "header_row"), row(table, "first_row"), row(table, "last_row"));
    if let (Some(first), Some(header)) = (first_row, header_row)
        && first <= header
    {
        table.bad(
            &table.span_of("first_row"),
            "the data begin above the header",
            "Put `first_row` below `header_row`.",
        );
    }
    let header_rows =
        table.has("header_rows").then(|| u32::try_from(table.bounded("header_rows", 1, 1..=6)).unwrap_or(1));
    let columns = by_field(table, "columns", fields, |table, text| {
        let empty = text.value.trim().is_empty();
        if empty {
            table.bad(&text.span, "a column needs a label", "Write the label as it stands in the file.");
        }
        (!empty).then(|| text.value.clone())
    });
    let letters = by_field(table, "letters", fields, letter);
    let cells = by_field(table, "cells", fields, cell);
    for code in letters.keys().chain(cells.keys()) {
        if columns.contains_key(code) || (letters.contains_key(code) && cells.contains_key(code)) {
            table.bad(
                &table.span,
                format!("`{code}` is placed twice"),
                "Name it in one of `columns`, `letters`, `cells`.",
            );
        }
    }
    let across = table.table("across").and_then(|across| read_across(&across, fields));
    let repeat_merged = table.choice("merged", &[("refuse", false), ("repeat", true)]).is_some_and(|at| at.value);
    let read_locale = table.text("locale");
    if let Some(at) = read_locale.as_ref().filter(|at| locale(&at.value).is_none()) {
        let help = "Use a language and a country, for example de-AT: it says how numbers and dates are written.";
        table.bad(&at.span, format!("no locale is called `{}`", at.value), help);
    }
    let encoding = table.text("encoding");
    if let Some(at) = encoding.as_ref().filter(|at| encoding_rs::Encoding::for_label(at.value.as_bytes()).is_none()) {
        table.bad(
            &at.span,
            format!("no encoding is called `{}`", at.value),
            "Use a name such as windows-1250 or utf-8.",
        );
    }
    let by_field = table.is_table("not_reported");
    let layout = Layout {
        files: texts_or_one(table, "file"),
        sheets: texts_or_one(table, "sheets"),
        below: table.text("below").map(|at| at.value),
        header_row,
        header_rows,
        first_row,
        last_row,
        until: texts("until"),
        ends_at_blank_row: table.boolean("ends_at_blank_row").unwrap_or(false),
        skip: texts("skip"),
        columns,
        letters,
        cells,
        fill_down: codes_of(table, "fill_down", fields),
        repeat_merged,
        not_reported: if by_field { Vec::new() } else { texts("not_reported") },
        not_reported_in: if by_field { texts_by_field(table, "not_reported", fields) } else { BTreeMap::new() },
        locale: read_locale.map(|at| at.value),
        encoding: encoding.map(|at| at.value),
        partner: belonging(table, ["partner_column", "partner_cell", "partner_sheet"]),
        period: belonging(table, ["period_column", "period_cell", "period_sheet"]),
        across,
    };
    table.finish();
    layout
}

/// A text, or a list of texts.
fn texts_or_one(table: &Table<'_>, key: &'static str) -> Vec<String> {
    if table.is_text(key) {
        return table.text(key).map(|at| at.value).into_iter().collect();
    }
    table.texts(key).into_iter().map(|at| at.value).collect()
}

/// A row as Excel numbers it, counted from zero inside.
fn row(table: &Table<'_>, key: &'static str) -> Option<u32> {
    table.has(key).then(|| u32::try_from(table.bounded(key, 1, 1..=1_048_576) - 1).unwrap_or(0))
}

/// For some fields a text each, or a list of texts.
fn texts_by_field(table: &Table<'_>, key: &'static str, fields: &[Field]) -> BTreeMap<FieldCode, Vec<String>> {
    let Some(declared) = table.table(key) else { return BTreeMap::new() };
    let mut placed = BTreeMap::new();
    for (name, value) in declared.entries() {
        let Some(field) = known_field(&declared, &name, fields) else { continue };
        let listed = value.get_ref().as_array().map(|list| list.iter().map(|one| one.get_ref().as_str()).collect());
        let one = || value.get_ref().as_str().map(|text| vec![text.to_owned()]);
        let texts: Option<Vec<&str>> = listed.unwrap_or_default();
        if let Some(texts) = texts.map(|texts| texts.into_iter().map(str::to_owned).collect()).or_else(one) {
            placed.insert(field, texts);
        } else {
            let message = format!("`{}` must be a list of texts", name.value);
            declared.bad(&value.span(), message, "Write it like [\"n/a\", \"C\"].");
        }
    }
    placed
}

fn by_field<T>(
    table: &Table<'_>,
    key: &'static str,
    fields: &[Field],
    read: impl Fn(&Table<'_>, &At<String>) -> Option<T>,
) -> BTreeMap<FieldCode, T> {
    let Some(declared) = table.table(key) else { return BTreeMap::new() };
    let mut placed = BTreeMap::new();
    for (name, value) in declared.entries() {
        let Some(field) = known_field(&declared, &name, fields) else { continue };
        let Some(text) = value.get_ref().as_str() else {
            declared.bad(&value.span(), format!("`{}` must be text", name.value), "Write it in double quotes.");
            continue;
        };
        if let Some(value) = read(&declared, &At { value: text.to_owned(), span: value.span() }) {
            placed.insert(field, value);
        }
    }
    placed
}

fn letter(table: &Table<'_>, text: &At<String>) -> Option<u16> {
    let column = CellRef::parse(&format!("{}1", text.value.trim())).map(|cell| cell.column);
    if column.is_none() {
        table.bad(
            &text.span,
            format!("`{}` is not a column", text.value),
            "Write its letters as in Excel, for example E.",
        );
    }
    column
}

fn cell(table: &Table<'_>, text: &At<String>) -> Option<CellRef> {
    let cell = CellRef::parse(&text.value);
    if cell.is_none() {
        table.bad(&text.span, format!("`{}` is not a cell", text.value), "Write it as in Excel, for example B1.");
    }
    cell
}

/// At most one of the three ways to say whose a row is.
fn belonging(table: &Table<'_>, [column, fixed, sheet]: [&'static str; 3]) -> Belonging {
    let by_column = table.text(column).map(|at| Belonging::Column(at.value));
    let by_cell = table.text(fixed).and_then(|at| cell(table, &at)).map(Belonging::Cell);
    let by_sheet = table.boolean(sheet).filter(|yes| *yes).map(|_| Belonging::Sheet);
    let mut said = [by_column, by_cell, by_sheet].into_iter().flatten();
    let first = said.next();
    if said.next().is_some() {
        let message = format!("only one of `{column}`, `{fixed}` and `{sheet}` can say it");
        table.bad(&table.span, message, "Keep one of them.");
    }
    first.unwrap_or(Belonging::File)
}

fn read_across(table: &Table<'_>, fields: &[Field]) -> Option<Across> {
    let letters = table.text("letters");
    let labels: Vec<String> = table.texts("labels").into_iter().map(|at| at.value).collect();
    let into = table.required_text("into").and_then(|text| known_field(table, &text, fields));
    let value = table.required_text("value").and_then(|text| known_field(table, &text, fields));
    table.finish();
    let columns = match (&letters, labels.is_empty()) {
        (Some(range), true) => {
            let (first, last) = range.value.split_once(':').unwrap_or((&range.value, &range.value));
            let part = |text: &str| letter(table, &At { value: text.to_owned(), span: range.span.clone() });
            let (first, last) = (part(first)?, part(last)?);
            AcrossColumns::Letters(first.min(last), first.max(last))
        }
        (None, false) => AcrossColumns::Labels(labels),
        _ => {
            let help = "Write letters = \"D:O\", or labels = [\"Jan*\", \"Feb*\"].";
            table.bad(&table.span, "`across` needs either `letters` or `labels`", help);
            return None;
        }
    };
    Some(Across { columns, into: into?, value: value? })
}
