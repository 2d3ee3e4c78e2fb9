//! Every label that a column may bear, by its folded text: built once for a catalogue.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::sheet_names;
use crate::define::catalog::{Catalog, Collection, Field, Layout, Survey, Wave};

/// What a sheet may turn out to be.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    Collection(&'a Collection),
    Survey(&'a Survey, &'a Wave),
}

impl<'a> Target<'a> {
    pub fn fields(&self) -> &'a [Field] {
        match self {
            Self::Collection(collection) => &collection.fields,
            Self::Survey(survey, _) => &survey.questions,
        }
    }

    pub fn name(&self) -> &'a str {
        match self {
            Self::Collection(collection) => collection.code.as_str(),
            Self::Survey(survey, _) => survey.code.as_str(),
        }
    }

    fn titles(&self) -> Vec<&'a str> {
        match self {
            Self::Collection(collection) => collection
                .title
                .all()
                .chain(collection.also_called.iter().map(String::as_str))
                .chain([collection.code.as_str()])
                .collect(),
            Self::Survey(survey, _) => survey.title.all().chain([survey.code.as_str()]).collect(),
        }
    }
}

/// The labels and sheet titles of some targets. Targets and fields are indices.
#[derive(Debug)]
pub struct Labels<'a> {
    pub targets: Vec<Target<'a>>,
    /// Folded label → targets and fields.
    fields: BTreeMap<String, Vec<(usize, usize)>>,
    /// Folded code of a field → targets and fields: a label only where no column bears a declared one.
    codes: BTreeMap<String, Vec<(usize, usize)>>,
    titles: BTreeMap<String, Vec<usize>>,
}

impl<'a> Labels<'a> {
    pub fn new(targets: Vec<Target<'a>>) -> Self {
        let mut fields: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        let mut codes: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        let mut titles: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (t, target) in targets.iter().enumerate() {
            for title in target.titles() {
                push(&mut titles, title, t);
            }
            for (f, field) in target.fields().iter().enumerate() {
                for name in field.names() {
                    push(&mut fields, name, (t, f));
                }
                push(&mut codes, field.code.as_str(), (t, f));
            }
        }
        // What our template calls its sheets: titles that are too long for a name are cut there.
        let collections: Vec<(usize, &Collection)> = targets
            .iter()
            .enumerate()
            .filter_map(
                |(t, target)| if let Target::Collection(collection) = target { Some((t, *collection)) } else { None },
            )
            .collect();
        let languages: BTreeSet<&str> =
            collections.iter().flat_map(|(_, collection)| collection.title.languages()).chain(["en"]).collect();
        for language in languages {
            let names = sheet_names(collections.iter().map(|(_, collection)| *collection), language);
            for ((t, _), name) in collections.iter().zip(names) {
                push(&mut titles, &name, *t);
            }
        }
        Self { targets, fields, codes, titles }
    }

    /// For a partner's file: all collections that this file name is not kept from.
    pub fn of_collections(catalog: &'a Catalog, file_name: &str) -> Self {
        let open = |collection: &&Collection| is_open(collection, file_name);
        Self::new(catalog.collections.iter().filter(open).map(Target::Collection).collect())
    }

    /// The (target, field) pairs that a header cell may mean.
    pub fn fields(&self, label: &str) -> &[(usize, usize)] {
        self.fields.get(&fold_label(label)).map_or(&[], Vec::as_slice)
    }

    /// The (target, field) pairs whose code a header cell is.
    pub fn codes(&self, label: &str) -> &[(usize, usize)] {
        self.codes.get(&fold_label(label)).map_or(&[], Vec::as_slice)
    }

    /// The targets that a sheet's name may mean.
    pub fn titles(&self, name: &str) -> &[usize] {
        self.titles.get(&fold_label(name)).map_or(&[], Vec::as_slice)
    }
}

/// Whether a collection is looked for in files of this name: where all its layouts name files, in these only.
pub fn is_open(collection: &Collection, file_name: &str) -> bool {
    let fits = |layout: &Layout| {
        layout.files.is_empty() || layout.files.iter().any(|pattern| super::pattern::glob(pattern, file_name))
    };
    collection.layouts.is_empty() || collection.layouts.iter().any(fits)
}

fn push<T: PartialEq>(map: &mut BTreeMap<String, Vec<T>>, name: &str, value: T) {
    let list = map.entry(fold_label(name)).or_default();
    if !list.contains(&value) {
        list.push(value);
    }
}

/// A label without what people add to it: case, accents, marks of required fields, closing colons.
pub fn fold_label(label: &str) -> String {
    let trimmed = label.trim().trim_end_matches(['*', ':', ' ']);
    crate::model::fold::fold(trimmed)
}
