//! A sheet of a form by the names of its columns, in all the ways in which these are written.

use std::collections::BTreeMap;

use super::FormSheet;
use crate::model::words::Words;

/// The columns of a sheet: names in one spelling, languages apart.
pub struct Head {
    /// Row of the header, counted from zero.
    pub row: u32,
    columns: Vec<(u16, String, String)>,
}

impl Head {
    /// The first row that holds something.
    pub fn of(sheet: &FormSheet) -> Option<Self> {
        let (row, cells) = sheet.rows.first()?;
        let columns = cells
            .iter()
            .map(|(column, text)| {
                let (name, language) = parted(text);
                (*column, name, language)
            })
            .collect();
        Some(Self { row: *row, columns })
    }

    /// The column of this name that bears no language.
    pub fn column(&self, name: &str) -> Option<u16> {
        self.columns
            .iter()
            .find(|(_, known, language)| known == name && language.is_empty())
            .map(|(column, ..)| *column)
    }

    pub fn text<'r>(&self, cells: &'r BTreeMap<u16, String>, name: &str) -> Option<&'r str> {
        let text = cells.get(&self.column(name)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The texts of a name in all languages.
    pub fn words(&self, cells: &BTreeMap<u16, String>, name: &str) -> Words {
        let mut texts = BTreeMap::new();
        for (column, known, language) in &self.columns {
            let text = cells.get(column).map(|text| text.trim()).unwrap_or_default();
            if known == name && !text.is_empty() {
                texts.insert(language.clone(), text.to_owned());
            }
        }
        Words::by_language(texts)
    }

    /// The names of the columns, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(_, name, _)| name.as_str())
    }
}

/// `Label::English (en)` → `label` and `en`; `bind:relevant` → `relevant`.
fn parted(text: &str) -> (String, String) {
    let folded: String = text.trim().to_lowercase().split_whitespace().collect::<Vec<_>>().join("_");
    let mut parts = folded.split(':').filter(|part| !part.is_empty()).map(|part| part.trim_matches('_'));
    let mut name = parts.next().unwrap_or_default();
    if matches!(name, "bind" | "control" | "body") {
        name = parts.next_back().unwrap_or(name);
        return (as_named(name).to_owned(), String::new());
    }
    (as_named(name).to_owned(), parts.next_back().map(language).unwrap_or_default())
}

/// Older names of columns.
fn as_named(name: &str) -> &str {
    match name {
        "relevance" => "relevant",
        "caption" => "label",
        "value" => "name",
        name => name,
    }
}

/// Names of languages in English and in themselves.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("en", &["english"]),
    ("fr", &["french", "français", "francais"]),
    ("de", &["german", "deutsch"]),
    ("nl", &["dutch", "nederlands"]),
    ("lt", &["lithuanian", "lietuvių", "lietuviu"]),
    ("lv", &["latvian", "latviešu"]),
    ("et", &["estonian", "eesti"]),
    ("pl", &["polish", "polski"]),
    ("cs", &["czech", "čeština"]),
    ("sk", &["slovak", "slovenčina"]),
    ("sl", &["slovenian", "slovenščina"]),
    ("hu", &["hungarian", "magyar"]),
    ("ro", &["romanian", "română"]),
    ("bg", &["bulgarian", "български"]),
    ("hr", &["croatian", "hrvatski"]),
    ("el", &["greek", "ελληνικά"]),
    ("it", &["italian", "italiano"]),
    ("es", &["spanish", "español", "espanol"]),
    ("pt", &["portuguese", "português"]),
    ("da", &["danish", "dansk"]),
    ("sv", &["swedish", "svenska"]),
    ("fi", &["finnish", "suomi"]),
    ("no", &["norwegian", "norsk"]),
    ("zh", &["chinese"]),
];

/// `english_(en)` → `en`; a language that is not known keeps its name.
fn language(text: &str) -> String {
    if let Some((_, rest)) = text.rsplit_once('(')
        && let Some(code) = rest.strip_suffix(')')
        && code.len() >= 2
    {
        return code.chars().take(2).collect();
    }
    let known = LANGUAGES.iter().find(|(_, names)| names.contains(&text));
    known.map_or_else(|| text.to_owned(), |(code, _)| (*code).to_owned())
}

/// A value of the settings sheet: its second row under this name.
pub fn setting(sheet: &FormSheet, key: &str) -> Option<String> {
    let head = Head::of(sheet)?;
    let (_, cells) = sheet.rows.get(1)?;
    head.text(cells, key).map(str::to_owned)
}

/// Yes in the ways in which forms say it.
pub fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "yes" | "true" | "true()" | "1" | "y" | "x")
}
