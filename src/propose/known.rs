//! Whether the labels of a table are those of a collection that is declared already.

use super::Matched;
use super::kinds::Column;
use crate::define::catalog::{Collection, Field};
use crate::finding::suggest::nearest;
use crate::layout::header::Header;
use crate::layout::labels::fold_label;

/// A collection that a table fits.
pub struct Fit {
    pub code: String,
    pub title: String,
    pub matched: Vec<Matched>,
    /// Labels of fields that no column seems to be.
    pub missing: Vec<String>,
}

/// The collection whose fields most of the labels are, by the letter or nearly.
pub fn fit(collections: &[Collection], header: &Header, columns: &[Column<'_>]) -> Option<Fit> {
    let mut best: Option<Fit> = None;
    for collection in collections {
        let matched = matched(collection, header, columns);
        let is_matched = |field: &Field| matched.iter().any(|one| one.field == field.code);
        let required: Vec<&Field> = collection.fields.iter().filter(|field| field.required).collect();
        let wanted: Vec<&Field> = if required.is_empty() { collection.fields.iter().collect() } else { required };
        let found = wanted.iter().filter(|field| is_matched(field)).count();
        let enough = found * 10 >= wanted.len() * 6 && matched.len() >= 2.min(collection.fields.len());
        // Of two columns by chance called alike nothing follows.
        let share = matched.len() * 3 >= columns.len().min(collection.fields.len());
        let more = best.as_ref().is_none_or(|best| matched.len() > best.matched.len());
        if enough && share && more {
            let missing = collection.fields.iter().filter(|field| !is_matched(field));
            let missing = missing.map(|field| field.label.get("en").to_owned()).collect();
            let title = collection.title.get("en").to_owned();
            best = Some(Fit { code: collection.code.as_str().to_owned(), title, matched, missing });
        }
    }
    best
}

fn matched(collection: &Collection, header: &Header, columns: &[Column<'_>]) -> Vec<Matched> {
    let mut taken: Vec<u16> = Vec::new();
    let mut matched: Vec<Matched> = Vec::new();
    let names = |field: &Field| -> Vec<String> { field.names().chain([field.code.as_str()]).map(fold_label).collect() };
    for field in &collection.fields {
        let names = names(field);
        let is_it = |column: &&Column<'_>| {
            !taken.contains(&column.at) && header.names(column.at).iter().any(|name| names.contains(&fold_label(name)))
        };
        if let Some(column) = columns.iter().find(is_it) {
            taken.push(column.at);
            let label = column.label.clone();
            matched.push(Matched { field: field.code.clone(), column: column.at, label, instead_of: None });
        }
    }
    for field in &collection.fields {
        if matched.iter().any(|one| one.field == field.code) {
            continue;
        }
        let free: Vec<&Column<'_>> =
            columns.iter().filter(|c| !taken.contains(&c.at) && !fold_label(&c.label).is_empty()).collect();
        let folded: Vec<String> = free.iter().map(|column| fold_label(&column.label)).collect();
        let near = names(field).iter().find_map(|name| {
            let near = nearest(name, folded.iter().map(String::as_str))?;
            folded.iter().position(|label| label == near)
        });
        if let Some(column) = near.and_then(|at| free.get(at)) {
            taken.push(column.at);
            let instead_of = Some(field.label.get("en").to_owned());
            matched.push(Matched {
                field: field.code.clone(),
                column: column.at,
                label: column.label.clone(),
                instead_of,
            });
        }
    }
    matched
}
