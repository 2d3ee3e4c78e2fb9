//! A description as the text of a pipeline file, with what was seen beside it as comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::column::count;
use super::describe::{Draft, End, Field};
use super::names::{Codes, slug};
use super::view::View;
use crate::finding::column_letters;
use crate::model::fold::fold;

/// Texts and comments wider than this are cut.
const WIDEST: usize = 300;

/// The collection as a whole.
pub(super) struct Head<'h> {
    pub file_name: &'h str,
    pub code: &'h str,
    pub title: &'h str,
}

pub(super) fn toml(view: &View<'_>, head: &Head<'_>, draft: &Draft) -> String {
    let mut text = String::new();
    let sheet = if view.sheet.name.is_empty() { String::new() } else { format!(", sheet “{}”", view.sheet.name.trim()) };
    comment(&mut text, &format!("Proposed from {}{sheet}. Read it before it is used.", head.file_name));
    let rows = if draft.header_rows == 1 {
        format!("row {}", draft.header.row + 1)
    } else {
        format!("rows {} to {}", draft.header.row + 1, draft.header.row + draft.header_rows)
    };
    let across = draft.across.as_ref().map_or(String::new(), |across| {
        format!(" of {}", count(usize::from(across.last - across.first) + 1, "column"))
    });
    comment(&mut text, &format!("{}{across}; header in {rows}", count(draft.rows, "row")));
    for remark in &draft.remarks {
        comment(&mut text, &format!("- {remark}"));
    }
    push(&mut text, "schema = 1\n");
    push(&mut text, "[collection]");
    push(&mut text, &format!("code = {}", quoted(head.code)));
    push(&mut text, &format!("title = {}", quoted(head.title)));
    for field in &draft.fields {
        write_field(&mut text, field);
    }
    write_layout(&mut text, view, head, draft);
    text
}

fn write_field(text: &mut String, field: &Field) {
    push(text, "\n[[collection.field]]");
    push(text, &format!("code = {}", quoted(&field.code)));
    push(text, &format!("label = {}", quoted(&field.label)));
    push(text, &format!("kind = {}", quoted(field.kind.name)));
    if let Some(scale) = field.kind.scale {
        push(text, &format!("scale = {}", quoted(scale)));
    }
    if let Some(unit) = &field.kind.unit {
        push(text, &format!("unit = {}", quoted(unit)));
    }
    if field.required {
        push(text, "required = true");
    }
    if !field.kind.options.is_empty() {
        push(text, "options = [");
        let labels = field.kind.options.iter().map(|label| fold(label));
        let mut codes = Codes::beside(labels);
        for (at, label) in field.kind.options.iter().enumerate() {
            let code = codes.unique(&slug(label).unwrap_or_else(|| format!("option_{}", at + 1)), &fold(label));
            push(text, &format!("    {{ code = {}, label = {} }},", quoted(&code), quoted(label)));
        }
        push(text, "]");
    }
    for remark in &field.kind.remarks {
        let at = field.column.map_or(String::new(), |column| format!("column {}: ", column_letters(column)));
        comment(text, &format!("{at}{remark}"));
    }
}

fn write_layout(text: &mut String, view: &View<'_>, head: &Head<'_>, draft: &Draft) {
    push(text, "\n[[collection.layout]]");
    push(text, &format!("file = {}", quoted(&file_pattern(head.file_name))));
    if !view.sheet.name.trim().is_empty() {
        push(text, &format!("sheets = [{}]", quoted(view.sheet.name.trim())));
    }
    push(text, &format!("header_row = {}", draft.header.row + 1));
    if draft.header_rows > 1 {
        push(text, &format!("header_rows = {}", draft.header_rows));
    }
    if let Some(first) = draft.first_row {
        push(text, &format!("first_row = {}", first + 1));
    }
    match &draft.end {
        End::Open => {}
        End::BlankRow => push(text, "ends_at_blank_row = true"),
        End::Until(pattern) => push(text, &format!("until = [{}]", quoted(pattern))),
        End::LastRow(row) => push(text, &format!("last_row = {}", row + 1)),
    }
    let list = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
    for (key, texts) in [("skip", &draft.skip), ("fill_down", &draft.fill_down), ("not_reported", &draft.not_reported)] {
        if !texts.is_empty() {
            push(text, &format!("{key} = [{}]", list(texts)));
        }
    }
    if draft.repeat_merged {
        push(text, "merged = \"repeat\"");
    }
    if let Some(locale) = draft.locale {
        push(text, &format!("locale = {}  # how its texts write numbers and dates; another of the same habits will do", quoted(locale)));
    }
    if let Some(encoding) = view.encoding {
        push(text, &format!("encoding = {}", quoted(encoding)));
    }
    for field in &draft.fields {
        if let Some(key) = belonging(field) {
            comment(text, &format!("{key} = {}  # if it says whose each row is, or of which period", quoted(&field.label)));
        }
    }
    let letters: BTreeMap<u16, &str> =
        draft.fields.iter().filter_map(|field| Some((field.letter?, field.code.as_str()))).collect();
    if !letters.is_empty() {
        push(text, "\n[collection.layout.letters]");
        for (column, code) in letters {
            push(text, &format!("{code} = {}", quoted(&column_letters(column))));
        }
    }
    if let Some(across) = &draft.across {
        push(text, "\n[collection.layout.across]");
        let letters = format!("{}:{}", column_letters(across.first), column_letters(across.last));
        push(text, &format!("letters = {}", quoted(&letters)));
        push(text, &format!("into = {}", quoted(&across.into)));
        push(text, &format!("value = {}", quoted(&across.value)));
    }
}

/// The key that a column of partners or periods may be meant for.
fn belonging(field: &Field) -> Option<&'static str> {
    field.letter.is_none().then_some(())?;
    field.column?;
    match fold(&field.label).as_str() {
        "partner" | "partner name" | "project partner" | "partenaire" | "projektpartner" | "socio" | "partneris" => {
            Some("partner_column")
        }
        "period" | "reporting period" | "quarter" | "quartal" | "trimestre" | "berichtszeitraum" | "ketvirtis" => {
            Some("period_column")
        }
        _ => None,
    }
}

/// The file's name with a star for each number: the next one will have other dates.
pub(super) fn file_pattern(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut pattern = String::new();
    for letter in stem.chars() {
        if !letter.is_ascii_digit() {
            pattern.push(letter);
        } else if !pattern.ends_with('*') {
            pattern.push('*');
        }
    }
    let tells = pattern.chars().filter(|c| c.is_alphabetic()).count() > 2;
    match (tells, ending) {
        (false, _) => name.to_owned(),
        (true, "") => pattern,
        (true, ending) => format!("{pattern}.{ending}"),
    }
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn comment(text: &mut String, line: &str) {
    let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WIDEST).collect();
    push(text, &format!("# {}", plain.trim_end()));
}

/// A text as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if letter.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_the_name_of_a_file_may_change() {
        for (name, pattern) in [
            ("Report_2016-Q2 Wales.xlsx", "Report_*-Q* Wales.xlsx"),
            ("2016.csv", "2016.csv"),
            ("deaths.xlsx", "deaths.xlsx"),
        ] {
            assert_eq!(file_pattern(name), pattern);
        }
    }

    #[test]
    fn texts_of_any_letters_are_valid_toml() {
        for text in ["plain", "with \"quotes\" and \\", "line\nbreak\ttab\u{7f}\u{0}", "ünï €"] {
            let read: toml::Table = toml::from_str(&format!("key = {}", quoted(text))).unwrap();
            assert_eq!(read["key"].as_str(), Some(text));
        }
    }
}
