//! A proposal as TOML, with the reasons as comments. What it writes passes `scoreboard check` as it stands; a layout
//! for a collection of another file is a comment where a file of its own is written.

use super::{Becomes, Field, Layout, Proposal, Table};
use crate::define::catalog::{FieldKind, PercentScale};
use crate::finding::column_letters;

/// Fewer cells prove little.
const FEW: usize = 5;
/// A comment line is broken near here.
const WIDTH: usize = 110;

impl Proposal {
    /// The whole file: new collections, and layouts for known ones.
    pub fn to_toml(&self) -> String {
        let mut text = Text::default();
        text.comment(&format!("Proposed by `scoreboard layout` from {}.", one_line(&self.file)));
        let is_new = |table: &&Table| matches!(table.becomes, Becomes::New { .. });
        let any_new = self.tables.iter().any(|table| is_new(&table));
        if self.tables.is_empty() {
            text.comment("No table was found: a table has a header of texts above rows of one kind.");
        } else if any_new {
            text.comment("Read each comment, take out what you do not need, save it as pipelines/NAME.toml and run `scoreboard check`.");
            text.comment(
                "A declaration is a contract: name fields by what they mean to the programme, not by this one file.",
            );
        }
        for aside in &self.aside {
            let sheet = if aside.sheet.is_empty() {
                "The file".to_owned()
            } else {
                format!("Sheet `{}`", one_line(&aside.sheet))
            };
            text.comment(&format!("{sheet} is left out: {}.", aside.why));
        }
        if any_new || self.tables.is_empty() {
            text.line("schema = 1");
        }
        for table in self.tables.iter().filter(is_new) {
            text.gap();
            collection(&mut text, table, self.tables.len() > 1);
        }
        for table in self.tables.iter().filter(|table| !is_new(table)) {
            text.gap();
            // Where a file of its own is written, this would not belong into it.
            text.as_comment = any_new;
            known(&mut text, table);
            text.as_comment = false;
        }
        text.all
    }
}

/// A file with one table.
pub fn single(table: &Table) -> String {
    let mut text = Text::default();
    text.line("schema = 1");
    collection(&mut text, table, false);
    text.all
}

fn collection(text: &mut Text, table: &Table, several: bool) {
    let Becomes::New { code, title, fields, key } = &table.becomes else { return };
    text.comment(&seen(table));
    for say in &table.says {
        text.comment(&sentence(say));
    }
    text.line(if several { "[[collection]]" } else { "[collection]" });
    text.pair("code", &quote(code));
    text.pair("title", &quote(title));
    match key {
        Some(key) => {
            text.comment("Its values stand once each and look like numbers of records. Without a key nothing is known to be sent twice.");
            text.pair("key", &format!("[{}]", quote(key)));
        }
        None => text.comment("key = [\"…\"]     # which fields name a record? No column looks like it."),
    }
    let dates: Vec<&str> =
        fields.iter().filter(|field| field.guess.kind == FieldKind::Date).map(|field| field.code.as_str()).collect();
    if !dates.is_empty() {
        text.comment(&format!(
            "date = {}     # if it says when a row happened: then figures have periods.",
            quote(dates[0])
        ));
    }
    for field in fields {
        text.gap();
        one_field(text, field);
    }
    text.gap();
    layout(text, &table.layout);
}

fn known(text: &mut Text, table: &Table) {
    let Becomes::Known { code, title, matched, missing } = &table.becomes else { return };
    text.comment(&seen(table));
    text.comment(&format!(
        "It fits the collection `{code}` ({}): {} of its fields were found. Put this below it, in its file.",
        one_line(title),
        matched.len()
    ));
    for say in &table.says {
        text.comment(&sentence(say));
    }
    for one in matched {
        if let Some(wanted) = &one.instead_of {
            text.comment(&format!(
                "`{}` is a guess for `{}` (column {}): check that it means the same.",
                one_line(&one.label),
                one_line(wanted),
                column_letters(one.column)
            ));
        }
    }
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|label| format!("`{}`", one_line(label))).collect();
        text.comment(&format!("Without a column: {}.", list.join(", ")));
    }
    layout(text, &table.layout);
}

/// Where it was seen.
fn seen(table: &Table) -> String {
    let range = format!("{}:{}", table.range.0, table.range.1);
    let rows = if table.rows == 1 { "1 row".to_owned() } else { format!("{} rows", table.rows) };
    match table.sheets.as_slice() {
        [] => format!("{range}, {rows} of data."),
        [sheet] => format!("Sheet `{}`, {range}, {rows} of data.", one_line(sheet)),
        [first, ..] => format!(
            "The same columns on {} sheets, {rows} of data in all; on `{}` in {range}.",
            table.sheets.len(),
            one_line(first)
        ),
    }
}

fn one_field(text: &mut Text, field: &Field) {
    let guess = &field.guess;
    let sure = if field.column.is_none() && field.cells == 0 {
        None
    } else if field.cells == 0 {
        Some("unknown")
    } else if field.cells < FEW {
        Some("a guess from few cells")
    } else if !guess.says.is_empty() {
        Some("likely")
    } else {
        None
    };
    let mut why = guess.says.join("; ");
    if why.is_empty() && sure.is_some() {
        why = format!(
            "{} looked at",
            if field.cells == 1 { "1 cell".to_owned() } else { format!("{} cells", field.cells) }
        );
    }
    match sure {
        Some(sure) => text.comment(&sentence(&format!("{sure}: {why}"))),
        None if !why.is_empty() => text.comment(&sentence(&why)),
        None => {}
    }
    text.line("[[collection.field]]");
    text.pair("code", &quote(&field.code));
    text.pair("label", &quote(&field.label));
    text.pair("kind", &quote(guess.kind.name()));
    if guess.required {
        text.pair("required", "true");
    }
    if let Some(scale) = guess.scale {
        text.pair("scale", if scale == PercentScale::Fraction { "\"fraction\"" } else { "\"percent\"" });
    }
    if !guess.options.is_empty() {
        text.pair("options", &list(&guess.options));
    }
}

fn layout(text: &mut Text, layout: &Layout) {
    text.line("[[collection.layout]]");
    if layout.file.contains('*') {
        text.comment("Digits in the name were left open for the next file.");
    }
    text.pair("file", &quote(&layout.file));
    match layout.sheets.as_slice() {
        [] => {}
        [one] => text.pair("sheets", &quote(one)),
        several => text.pair("sheets", &list(several)),
    }
    if let Some(encoding) = &layout.encoding {
        text.comment("The file does not say its encoding: look at letters with accents.");
        text.pair("encoding", &quote(encoding));
    }
    if let Some(below) = &layout.below {
        text.pair("below", &quote(below));
    }
    let row = |row: u32| (row + 1).to_string();
    if let Some(header_row) = layout.header_row {
        text.pair("header_row", &row(header_row));
    }
    if layout.header_rows > 1 {
        text.comment("The lines of a label are joined with ` / `, merged cells hold for all that they cover.");
        text.pair("header_rows", &layout.header_rows.to_string());
    }
    if let Some(first_row) = layout.first_row {
        text.pair("first_row", &row(first_row));
    }
    if let Some(last_row) = layout.last_row {
        text.comment("Nothing but its place tells the end of the data: the next file may be longer.");
        text.pair("last_row", &row(last_row));
    }
    if layout.ends_at_blank_row {
        text.comment("Something else stands below the first blank row.");
        text.pair("ends_at_blank_row", "true");
    }
    if !layout.until.is_empty() {
        text.comment("Notes below the data begin like this.");
        text.pair("until", &list(&layout.until));
    }
    if !layout.skip.is_empty() {
        text.comment("Rows that add up others: read as data they would count twice.");
        text.pair("skip", &list(&layout.skip));
    }
    let pairs = |entries: Vec<String>| format!("{{ {} }}", entries.join(", "));
    if !layout.columns.is_empty() {
        let entries = layout.columns.iter().map(|(field, label)| format!("{field} = {}", quote(label))).collect();
        text.pair("columns", &pairs(entries));
    }
    if !layout.letters.is_empty() {
        text.comment("These labels do not tell columns apart, or are none.");
        let letters = layout.letters.iter().map(|(field, at)| format!("{field} = \"{}\"", column_letters(*at)));
        text.pair("letters", &pairs(letters.collect()));
    }
    if !layout.fill_down.is_empty() {
        text.comment("Filled in the first row of each group only.");
        text.pair("fill_down", &list(&layout.fill_down));
    }
    if layout.repeat_merged {
        text.comment("Cells are merged over several rows: is the value meant for each of them? An amount would count several times.");
        text.pair("merged", "\"repeat\"");
    }
    if !layout.not_reported.is_empty() {
        text.comment("Texts among numbers and dates that seem to stand for no value.");
        text.pair("not_reported", &list(&layout.not_reported));
    }
    if !layout.not_reported_in.is_empty() {
        text.comment("Texts that seem to stand for no value in these fields; in others they may be one.");
        let entries = layout.not_reported_in.iter().map(|(field, texts)| format!("{field} = {}", list(texts)));
        text.pair("not_reported", &pairs(entries.collect()));
    }
    if let Some(locale) = layout.locale {
        text.comment("Proved by numbers or dates that are text; any place that writes them so will do.");
        text.pair("locale", &quote(locale));
    }
    if let Some(across) = &layout.across {
        text.line("[collection.layout.across]");
        text.pair("letters", &quote(&format!("{}:{}", column_letters(across.first), column_letters(across.last))));
        text.pair("into", &quote(&across.into));
        text.pair("value", &quote(&across.value));
    }
}

/// Lines that grow.
#[derive(Default)]
struct Text {
    all: String,
    /// Whether everything is written as a comment.
    as_comment: bool,
}

impl Text {
    fn line(&mut self, line: &str) {
        if self.as_comment {
            self.all.push_str("# ");
        }
        self.all.push_str(line);
        self.all.push('\n');
    }

    fn pair(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {value}"));
    }

    fn gap(&mut self) {
        if !self.all.is_empty() {
            self.all.push('\n');
        }
    }

    /// A comment, on as many lines as it needs.
    fn comment(&mut self, comment: &str) {
        let mut line = String::from("#");
        for word in one_line(comment).split(' ') {
            if line.len() > 1 && line.chars().count() + word.chars().count() >= WIDTH {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }
}

/// With a capital letter, and a full stop where nothing else ends it.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let capital: String =
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    if capital.ends_with(['?', '…']) { capital } else { capital + "." }
}

/// Without line breaks and control characters, which would end a comment.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // Several spaces stay: a comment may show a line as it is to be written.
    plain.trim().to_owned()
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", "))
}

/// A TOML string in double quotes.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
