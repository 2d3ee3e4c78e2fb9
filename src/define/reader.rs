//! A TOML table read key by key, collecting what is wrong instead of stopping.
//!
//! The keys that a reader asks for are the keys that are allowed: [`Table::finish`] reports every other one, with
//! the nearest known name. So no list of keys stands beside the code that reads them.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::observe::{self, Asked, Observed, Shape};
use super::source::SourceFile;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, Rule, rules};
use crate::model::code::RULE as CODE_RULE;
use crate::model::words::Words;
use crate::sql;

/// Findings of all files, in the order in which they were met; and, where somebody wants to know, what was asked for.
#[derive(Default)]
pub struct Findings {
    list: RefCell<Vec<Finding>>,
    observed: Option<RefCell<Observed>>,
}

impl Findings {
    pub fn observing() -> Self {
        Self { observed: Some(RefCell::default()), ..Self::default() }
    }

    pub fn borrow_mut(&self) -> RefMut<'_, Vec<Finding>> {
        self.list.borrow_mut()
    }

    pub fn into_inner(self) -> Vec<Finding> {
        self.list.into_inner()
    }

    pub fn into_observed(self) -> Observed {
        self.observed.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// One table of a file. `path` names it in messages: `[collection]`.
pub struct Table<'a> {
    pub file: &'a SourceFile,
    pub span: Range<usize>,
    path: String,
    /// Where it stands, for who observes: the kind of file, then keys.
    at: String,
    inner: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
    shapes: RefCell<Asked>,
    findings: &'a Findings,
}

impl<'a> Table<'a> {
    pub fn new(
        file: &'a SourceFile,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        (path, at): (impl Into<String>, impl Into<String>),
        findings: &'a Findings,
    ) -> Self {
        let (asked, shapes) = (RefCell::default(), RefCell::default());
        Self { file, span, path: path.into(), at: at.into(), inner: table, asked, shapes, findings }
    }

    pub fn findings(&self) -> &'a Findings {
        self.findings
    }

    pub fn report(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    pub fn place(&self, span: &Range<usize>) -> Place {
        self.file.place(span.clone())
    }

    pub fn error(&self, rule: &'static Rule, span: &Range<usize>, message: impl Into<String>) -> Finding {
        Finding::error(rule, self.place(span), message)
    }

    /// Reports an unusable value.
    pub fn bad(&self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.report(self.error(&rules::BAD_VALUE, span, message).help(help));
    }

    /// Notes what a key is taken for, where somebody observes.
    fn takes(&self, key: &'static str, shape: impl FnOnce() -> Shape) {
        if self.findings.observed.is_some() {
            self.shapes.borrow_mut().entry(key).or_default().0.insert(shape());
        }
    }

    /// Hands over what was asked for.
    fn observe(&self, is_open: bool) {
        if let Some(observed) = &self.findings.observed {
            let mut shapes = self.shapes.borrow_mut();
            for key in self.asked.borrow().iter() {
                shapes.entry(key).or_default();
            }
            observe::add(&mut observed.borrow_mut(), &self.at, &shapes, is_open);
        }
    }

    fn get(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        self.inner.get(key)
    }

    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Where a key's value stands, or the table if it is absent.
    pub fn span_of(&self, key: &'static str) -> Range<usize> {
        self.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    fn wrong_type<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Option<T> {
        let kind = match value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let finding =
            self.error(&rules::WRONG_TYPE, &value.span(), format!("`{key}` must be {wanted}, this is {kind}"));
        self.report(finding.help(format!("Write {key} = {}.", example(wanted))));
        None
    }

    /// Reports a key that is not there.
    pub fn required<T>(&self, key: &'static str, value: Option<T>) -> Option<T> {
        if self.findings.observed.is_some() {
            self.shapes.borrow_mut().entry(key).or_default().1 = true;
        }
        if value.is_none() && self.inner.get(key).is_none() {
            // One mark at the table's own head, not over all of it.
            let span = self.span.start..self.span.start + 1;
            self.report(self.error(&rules::MISSING_KEY, &span, format!("{} needs `{key}`", self.path)));
        }
        value
    }

    pub fn text(&self, key: &'static str) -> Option<At<String>> {
        self.takes(key, || Shape::Text);
        self.plain(key)
    }

    fn plain(&self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
                self.bad(
                    &value.span(),
                    format!("`{key}` holds a control character"),
                    "Take it out: it cannot be shown.",
                );
                None
            }
            DeValue::String(text) => Some(At { value: text.to_string(), span: value.span() }),
            _ => self.wrong_type(key, value, "text"),
        }
    }

    /// Text that says something: blanks alone are told as a mistake.
    pub fn required_text(&self, key: &'static str) -> Option<At<String>> {
        let text = self.required(key, self.text(key))?;
        if text.value.trim().is_empty() {
            self.bad(&text.span, format!("`{key}` is empty"), "Write what it asks for between the quotation marks.");
            return None;
        }
        Some(text)
    }

    /// A code, checked by its type's constructor.
    pub fn code<C>(&self, key: &'static str, make: impl Fn(&str) -> Option<C>) -> Option<At<C>> {
        self.takes(key, || Shape::Code);
        let text = self.required(key, self.plain(key))?;
        self.make_code(&text, make)
    }

    pub fn make_code<C>(&self, text: &At<String>, make: impl Fn(&str) -> Option<C>) -> Option<At<C>> {
        let made = make(&text.value);
        if made.is_none() {
            let finding = self.error(&rules::BAD_CODE, &text.span, format!("`{}` is not a code", text.value));
            let suggestion = as_code(&text.value);
            self.report(finding.help(format!("For a code, {CODE_RULE}.")).suggest(suggestion));
        }
        made.map(|value| At { value, span: text.span.clone() })
    }

    pub fn words(&self, key: &'static str) -> Option<Words> {
        self.takes(key, || Shape::Words);
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Words::plain(text.to_string())),
            DeValue::Table(languages) => {
                let mut texts = BTreeMap::new();
                for (language, text) in languages {
                    match text.get_ref() {
                        DeValue::String(text) if language.get_ref().len() == 2 => {
                            texts.insert(language.get_ref().to_string(), text.to_string());
                        }
                        DeValue::String(_) => self.bad(
                            &language.span(),
                            format!("`{}` is not a language", language.get_ref()),
                            "Use two letters, for example en, fr, de.",
                        ),
                        _ => {
                            let _: Option<()> = self.wrong_type(language.get_ref(), text, "text");
                        }
                    }
                }
                Some(Words::by_language(texts))
            }
            _ => self.wrong_type(key, value, "text, or a text a language"),
        }
    }

    pub fn required_words(&self, key: &'static str) -> Option<Words> {
        self.required(key, self.words(key))
    }

    pub fn integer(&self, key: &'static str) -> Option<At<i64>> {
        self.takes(key, || Shape::Whole(None));
        self.whole(key)
    }

    fn whole(&self, key: &'static str) -> Option<At<i64>> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) => Some(At { value: number, span: value.span() }),
            None => self.wrong_type(key, value, "a whole number"),
        }
    }

    /// A whole number within bounds, or the default.
    pub fn bounded(&self, key: &'static str, default: i64, range: std::ops::RangeInclusive<i64>) -> i64 {
        self.takes(key, || Shape::Whole(Some((*range.start(), *range.end()))));
        match self.whole(key) {
            Some(number) if range.contains(&number.value) => number.value,
            Some(number) => {
                let message = format!("`{key}` must lie between {} and {}", range.start(), range.end());
                self.bad(&number.span, message, format!("The default is {default}."));
                default
            }
            None => default,
        }
    }

    /// A number exactly as written: never through a float.
    pub fn decimal(&self, key: &'static str) -> Option<At<Decimal>> {
        self.takes(key, || Shape::Number);
        let value = self.get(key)?;
        match exact(value.get_ref()) {
            Some(number) => Some(At { value: number, span: value.span() }),
            None => self.wrong_type(key, value, "a number"),
        }
    }

    pub fn required_decimal(&self, key: &'static str) -> Option<At<Decimal>> {
        self.required(key, self.decimal(key))
    }

    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        self.takes(key, || Shape::Truth);
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.wrong_type(key, value, "true or false"),
        }
    }

    pub fn date(&self, key: &'static str) -> Option<At<NaiveDate>> {
        self.takes(key, || Shape::Day);
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Datetime(datetime) => {
                let day = datetime.date.filter(|_| datetime.time.is_none()).and_then(|date| {
                    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
                });
                match day {
                    Some(day) => Some(At { value: day, span: value.span() }),
                    None => self.wrong_type(key, value, "a date without a time"),
                }
            }
            DeValue::String(text) => {
                let finding =
                    self.error(&rules::WRONG_TYPE, &value.span(), format!("`{key}` must be a date, this is text"));
                let finding = finding.help("Write the date without quotes, for example 2016-06-30.");
                self.report(finding.suggest(text.parse::<NaiveDate>().ok().map(|day| day.to_string())));
                None
            }
            _ => self.wrong_type(key, value, "a date"),
        }
    }

    pub fn required_date(&self, key: &'static str) -> Option<At<NaiveDate>> {
        self.required(key, self.date(key))
    }

    /// One of a fixed list of words.
    pub fn choice<T: Copy>(&self, key: &'static str, options: &[(&str, T)]) -> Option<At<T>> {
        self.takes(key, || Shape::Choice(options.iter().map(|(name, _)| (*name).to_owned()).collect()));
        let text = self.plain(key)?;
        if let Some((_, value)) = options.iter().find(|(name, _)| *name == text.value) {
            return Some(At { value: *value, span: text.span });
        }
        let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
        let finding = self.error(&rules::BAD_VALUE, &text.span, format!("`{key}` cannot be `{}`", text.value));
        let suggestion = nearest(&text.value, names.iter().copied());
        self.report(finding.help(format!("It is one of {}.", names.join(", "))).suggest(suggestion));
        None
    }

    pub fn required_choice<T: Copy>(&self, key: &'static str, options: &[(&str, T)]) -> Option<At<T>> {
        self.required(key, self.choice(key, options))
    }

    /// A list of texts; a single text is a list of one. Absent: empty.
    pub fn texts(&self, key: &'static str) -> Vec<At<String>> {
        self.takes(key, || Shape::Texts);
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::String(text) => vec![At { value: text.to_string(), span: value.span() }],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| match item.get_ref() {
                    DeValue::String(text) => Some(At { value: text.to_string(), span: item.span() }),
                    _ => self.wrong_type(key, item, "a list of texts"),
                })
                .collect(),
            _ => self.wrong_type(key, value, "a list of texts").unwrap_or_default(),
        }
    }

    /// A list of numbers, exactly as written. Absent: empty.
    pub fn numbers(&self, key: &'static str) -> Vec<Decimal> {
        self.takes(key, || Shape::Numbers);
        let Some(value) = self.get(key) else { return Vec::new() };
        let wanted = "a list of numbers";
        let Some(items) = value.get_ref().as_array() else {
            return self.wrong_type(key, value, wanted).unwrap_or_default();
        };
        items.iter().filter_map(|item| exact(item.get_ref()).or_else(|| self.wrong_type(key, item, wanted))).collect()
    }

    /// A list of lists of texts. Absent: empty.
    pub fn groups(&self, key: &'static str) -> Vec<At<Vec<At<String>>>> {
        self.takes(key, || Shape::Groups);
        let Some(value) = self.get(key) else { return Vec::new() };
        let wanted = "a list of lists of texts";
        let Some(groups) = value.get_ref().as_array() else {
            return self.wrong_type(key, value, wanted).unwrap_or_default();
        };
        let text = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), span: item.span() }),
            _ => self.wrong_type(key, item, wanted),
        };
        let group = |group: &Spanned<DeValue<'_>>| match group.get_ref() {
            DeValue::Array(items) => Some(At { value: items.iter().filter_map(text).collect(), span: group.span() }),
            _ => self.wrong_type(key, group, wanted),
        };
        groups.iter().filter_map(group).collect()
    }

    pub fn table(&self, key: &'static str) -> Option<Table<'a>> {
        self.takes(key, || Shape::Table);
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(self.inside(key, table, value.span())),
            _ => self.wrong_type(key, value, "a table"),
        }
    }

    fn inside(&self, key: &str, table: &'a DeTable<'a>, span: Range<usize>) -> Table<'a> {
        Table::new(self.file, table, span, (format!("`{key}`"), format!("{}.{key}", self.at)), self.findings)
    }

    pub fn required_table(&self, key: &'static str) -> Option<Table<'a>> {
        self.required(key, self.table(key))
    }

    /// A list of tables; a single table is a list of one. Absent: empty.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        self.takes(key, || Shape::Tables);
        let Some(value) = self.get(key) else { return Vec::new() };
        let make = |table: &'a DeTable<'a>, span| self.inside(key, table, span);
        match value.get_ref() {
            DeValue::Table(table) => vec![make(table, value.span())],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| match item.get_ref() {
                    DeValue::Table(table) => Some(make(table, item.span())),
                    _ => self.wrong_type(key, item, "a list of tables"),
                })
                .collect(),
            _ => self.wrong_type(key, value, "a table, or a list of tables").unwrap_or_default(),
        }
    }

    /// Whether a key holds a table (and not, say, a text).
    pub fn is_table(&self, key: &'static str) -> bool {
        self.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// A number that stands where no number may stand: for a better word about it.
    pub fn misplaced_number(&self, key: &'static str) -> Option<At<Decimal>> {
        let value = self.get(key)?;
        exact(value.get_ref()).map(|number| At { value: number, span: value.span() })
    }

    pub fn is_text(&self, key: &'static str) -> bool {
        self.get(key).is_some_and(|value| value.get_ref().is_str())
    }

    /// Whether a key holds a list whose first item is a table.
    pub fn array_holds_tables(&self, key: &'static str) -> bool {
        let first = self.get(key).and_then(|value| value.get_ref().as_array()).and_then(|items| items.first());
        first.is_some_and(|item| item.get_ref().is_table())
    }

    /// The tables of a key, be it one or several, with where each stands and its dates and texts by key. Reports nothing.
    pub fn items(&self, key: &'static str) -> Vec<(Place, BTreeMap<String, String>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let all: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Table(_) => vec![value],
            DeValue::Array(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        let plain = |value: &DeValue<'_>| match value {
            DeValue::Datetime(day) => day.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let item = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
            DeValue::Table(table) => {
                let keys = table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())));
                Some((self.place(&item.span()), keys.collect()))
            }
            _ => None,
        };
        all.into_iter().filter_map(item).collect()
    }

    /// Every entry of a table whose keys are names of the project, such as codes.
    pub fn entries(&self) -> impl Iterator<Item = (At<String>, &'a Spanned<DeValue<'a>>)> {
        self.observe(true);
        self.inner.iter().map(|(key, value)| (At { value: key.get_ref().to_string(), span: key.span() }, value))
    }

    /// Of a table whose keys are names of the project: those whose value is a table, and a word for each other.
    pub fn inner_tables(&self) -> Vec<(At<String>, Table<'a>)> {
        let inner = |(name, value): (At<String>, &'a Spanned<DeValue<'a>>)| {
            let Some(table) = value.get_ref().as_table() else {
                self.bad(&value.span(), format!("`{}` must be a table", name.value), "Write { … }.");
                return None;
            };
            let named = (format!("`{}`", name.value), format!("{}.*", self.at));
            Some((name, Table::new(self.file, table, value.span(), named, self.findings)))
        };
        self.entries().filter_map(inner).collect()
    }

    /// Reports what an expression has wrong, at its own characters.
    pub fn problems(&self, text: &At<String>, problems: Vec<sql::Problem>) {
        for problem in problems {
            let place = self.file.place_inside(text.span.clone(), &text.value, problem.start, problem.width);
            let mut finding = Finding::error(problem.rule, place, problem.message).suggest(problem.suggestion);
            finding.help = problem.help;
            self.report(finding);
        }
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(&self) {
        self.observe(false);
        for finding in self.unknown_keys() {
            self.report(finding);
        }
    }

    /// Like [`finish`](Self::finish), but shows no line: a key that is misspelt may hold a secret.
    pub fn finish_discreetly(&self) {
        self.observe(false);
        for mut finding in self.unknown_keys() {
            finding.place = undisclosed(finding.place);
            self.report(finding);
        }
    }

    fn unknown_keys(&self) -> Vec<Finding> {
        let asked = self.asked.borrow();
        let unknown = self.inner.iter().filter(|(key, _)| !asked.contains(&key.get_ref().as_ref()));
        let finding = |key: &Spanned<std::borrow::Cow<'_, str>>| {
            let name = key.get_ref().as_ref();
            let message = format!("{} has no key `{name}`", self.path);
            self.error(&rules::UNKNOWN_KEY, &key.span(), message).suggest(nearest(name, asked.iter().copied()))
        };
        unknown.map(|(key, _)| finding(key)).collect()
    }
}

/// A number exactly as written, from an integer or a float of TOML.
pub fn exact(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Decimal::from),
        DeValue::Float(float) => {
            let text = float.as_str();
            if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { text.parse().ok() }
        }
        _ => None,
    }
}

/// A place without the line that stands there.
pub fn undisclosed(place: Place) -> Place {
    match place {
        Place::Definition { file, line, column, .. } => {
            Place::Definition { file, line, column, width: 1, snippet: "(not shown)".to_owned() }
        }
        place => place,
    }
}

fn example(wanted: &str) -> &'static str {
    match wanted {
        "a date" | "a date without a time" => "2016-06-30",
        "a number" | "a whole number" => "12, without quotes",
        "true or false" => "true or false, without quotes",
        "a list of texts" => "[\"one\", \"two\"]",
        "a list of numbers" => "[4, 3, 8]",
        "a list of lists of texts" => "[[\"one\", \"two\"]]",
        "a table" | "a list of tables" | "a table, or a list of tables" => "{ … }",
        _ => "\"…\", in double quotes",
    }
}

/// The code that a text would make, if it makes one.
fn as_code(text: &str) -> Option<String> {
    let folded: String =
        text.trim().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let code = folded.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    crate::model::code::is_code(&code).then_some(code)
}
