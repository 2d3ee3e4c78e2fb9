//! One column of cells read as its field's kind: values where they can be read, problems where not.
//!
//! A problem names its row and lets `table` make the finding: what the partner is told is decided there once.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::country;
use super::read::choice::{ChoiceMatch, match_choice, yes_no};
use super::read::date::{DateDecision, DateText, column_date_evidence, decide_date, parse_date};
use super::read::number::{Decision, NumberText, ParsedNumber, column_evidence, decide, from_cell, parse_number};
use super::rows::Column;
use crate::define::catalog::{Bound, Field, FieldKind, Future, PercentScale};
use crate::finding::{Rule, Severity, rules};
use crate::ingest::{Cell, Sheet};
use crate::model::fold::is_invisible;
use crate::model::locale::Locale;
use crate::model::number::SCALE;
use crate::sql::frame::to_unix;

/// Beyond this a number is no figure of a partner, and sums of it might not be exact.
const LARGEST: i64 = 1_000_000_000_000_000;
/// The same for whole numbers: products with small numbers must fit Int64. `sql` counts on both.
const LARGEST_WHOLE: i64 = 1_000_000_000_000;

/// Something about one cell. `row` counts the table's rows.
#[derive(Debug, Clone)]
pub struct Problem {
    pub row: usize,
    pub rule: &'static Rule,
    pub severity: Severity,
    pub message: String,
    pub help: String,
    pub suggestion: Option<String>,
}

/// What reading a column needs to know besides its field.
pub struct Context<'a> {
    pub locale: Option<Locale>,
    pub language: &'a str,
    pub currency: &'a str,
    /// Answers to a survey, in which servers write moments as text.
    pub answers: bool,
    /// Nothing happened after this day.
    pub reporting_date: Option<NaiveDate>,
}

/// Reads a column: `cells[row]` is None where the cell is empty.
pub fn read(field: &Field, sheet: &Sheet, cells: &[Option<Cell>], context: &Context<'_>) -> (Column, Vec<Problem>) {
    let mut reader = Reader { field, sheet, cells, context, problems: Vec::new() };
    let column = match field.kind {
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => reader.numbers(),
        FieldKind::Date => reader.dates(),
        FieldKind::Choice => reader.choices(),
        FieldKind::YesNo => reader.texts(|text| yes_no(text).map(|yes| if yes { "yes" } else { "no" }.to_owned())),
        FieldKind::Country => reader.countries(),
        // An enterprise's cell is kept as text here; `table` reads it together with name and country.
        // Several choices are parted by `choices`.
        FieldKind::Text | FieldKind::Enterprise | FieldKind::Choices => reader.texts(|text| Some(clean(text))),
    };
    (column, reader.problems)
}

/// Without leading and trailing spaces, one space inside where there were several, and nothing that nobody sees: two
/// keys that look the same are the same.
pub(super) fn clean(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Reader<'a> {
    field: &'a Field,
    sheet: &'a Sheet,
    cells: &'a [Option<Cell>],
    context: &'a Context<'a>,
    problems: Vec<Problem>,
}

/// What a text cell turned into, remembered by text.
#[derive(Clone)]
pub(super) enum Read<T> {
    Fine(T),
    Said(T, &'static Rule, String, String),
    /// A country that is none, kept as it is written.
    Kept(T, String, String, Option<String>),
    Bad(&'static Rule, String, String, Option<String>),
}

impl Reader<'_> {
    fn problem(&mut self, row: usize, rule: &'static Rule, severity: Severity, message: String, help: String) {
        self.problems.push(Problem { row, rule, severity, message, help, suggestion: None });
    }

    /// What may have been meant in the cell that was told last.
    fn suggesting(&mut self, suggestion: Option<&String>) {
        if let Some(last) = self.problems.last_mut() {
            last.suggestion = suggestion.cloned();
        }
    }

    fn other_currency(&mut self, row: usize, currency: &str, wanted: &str) {
        let message = format!("the amount is in {currency}, not in {wanted}");
        let help = format!("Convert it to {wanted} and note the rate.");
        self.problem(row, &rules::CURRENCY_OTHER, Severity::Error, message, help);
    }

    fn error_cell(&mut self, row: usize, shown: &str) {
        let message = format!("the cell shows the error {shown}");
        let help = "Repair the formula, or type the value.".to_owned();
        self.problem(row, &rules::ERROR_VALUE, Severity::Error, message, help);
    }

    /// A formula that nobody has calculated is unknown, which is not empty.
    fn uncalculated(&mut self, row: usize) {
        let message = "a formula without a stored value: no spreadsheet program has calculated it".to_owned();
        let help = "Open the workbook in Excel, save it and send it again; or type the value.".to_owned();
        self.problem(row, &rules::UNCALCULATED, Severity::Error, message, help);
    }

    /// A csv, whose sheet has no name, knows nothing but text: there a number as text is no slip.
    fn has_types(&self) -> bool {
        !self.sheet.name.is_empty()
    }

    /// Reads every distinct text once.
    fn memo<T>(&self, mut read: impl FnMut(&str) -> T) -> Vec<Option<T>> {
        let mut memo: Vec<Option<T>> = Vec::new();
        memo.resize_with(self.sheet.texts_len(), || None);
        for cell in self.cells.iter().flatten() {
            if let Cell::Text(id) = cell
                && let Some(slot) = memo.get_mut(id.0 as usize)
                && slot.is_none()
            {
                *slot = Some(read(self.sheet.text(*id)));
            }
        }
        memo
    }

    fn take<T: Clone>(&mut self, row: usize, read: &Read<T>) -> Option<T> {
        match read {
            Read::Fine(value) => Some(value.clone()),
            Read::Said(value, rule, message, help) => {
                self.problem(row, rule, Severity::Warning, message.clone(), help.clone());
                Some(value.clone())
            }
            Read::Kept(value, message, help, suggestion) => {
                self.problem(row, &rules::UNKNOWN_COUNTRY, Severity::Warning, message.clone(), help.clone());
                self.suggesting(suggestion.as_ref());
                Some(value.clone())
            }
            Read::Bad(rule, message, help, suggestion) => {
                self.problem(row, rule, Severity::Error, message.clone(), help.clone());
                self.suggesting(suggestion.as_ref());
                None
            }
        }
    }

    // Texts.

    fn texts(&mut self, accept: impl Fn(&str) -> Option<String>) -> Column {
        let refused =
            || Read::Bad(&rules::UNKNOWN_OPTION, "neither yes nor no".into(), "Write yes or no.".into(), None);
        let read = |text: &str| accept(text).map_or_else(refused, Read::Fine);
        let memo = self.memo(read);
        self.build_texts(&memo, read)
    }

    fn choices(&mut self) -> Column {
        let options: Vec<Vec<String>> = self
            .field
            .options
            .iter()
            .map(|option| {
                let labels = option.label.all().map(str::to_owned);
                labels.chain(option.also_called.iter().cloned()).chain([option.code.clone()]).collect()
            })
            .collect();
        let field = self.field;
        let language = self.context.language;
        let label = |at: usize| field.options[at].label.get(language).to_owned();
        let read = move |text: &str| match match_choice(text, &options) {
            ChoiceMatch::Exact(at) => Read::Fine(field.options[at].code.clone()),
            ChoiceMatch::LookAlike(at) => Read::Said(
                field.options[at].code.clone(),
                &rules::OPTION_LOOK_ALIKE,
                format!("read as `{}`", label(at)),
                format!("Pick `{}` from the list.", label(at)),
            ),
            ChoiceMatch::None { nearest } => {
                let list: Vec<String> = (0..field.options.len()).map(label).collect();
                Read::Bad(
                    &rules::UNKNOWN_OPTION,
                    "not in the list of options".into(),
                    format!("Write one of: {}.", list.join(", ")),
                    nearest.map(label),
                )
            }
        };
        let memo = self.memo(&read);
        self.build_texts(&memo, read)
    }

    fn countries(&mut self) -> Column {
        let field = self.field;
        let read = |text: &str| country::read(field, text);
        let memo = self.memo(read);
        self.build_texts(&memo, read)
    }

    fn build_texts(&mut self, memo: &[Option<Read<String>>], read: impl Fn(&str) -> Read<String>) -> Column {
        let mut texts: Vec<String> = Vec::new();
        let mut known = std::collections::BTreeMap::new();
        let mut intern = |value: String| {
            *known.entry(value).or_insert_with_key(|value| {
                texts.push(value.clone());
                u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
            })
        };
        // A text that is simply fine needs no look at its string for every row.
        let mut quick: Vec<Option<u32>> = memo
            .iter()
            .map(|read| if let Some(Read::Fine(value)) = read { Some(intern(value.clone())) } else { None })
            .collect();
        quick.shrink_to_fit();
        let cells = self.cells;
        let ids = (0..cells.len())
            .map(|row| match cells[row]? {
                Cell::Text(id) => match quick.get(id.0 as usize).copied().flatten() {
                    Some(known) => Some(known),
                    None => memo.get(id.0 as usize)?.as_ref().and_then(|read| self.take(row, read)).map(&mut intern),
                },
                Cell::Error(error) => {
                    self.error_cell(row, error.as_str());
                    None
                }
                Cell::Uncalculated => {
                    self.uncalculated(row);
                    None
                }
                other => {
                    let shown = self.sheet.display(other);
                    let read = read(&shown);
                    self.take(row, &read).map(&mut intern)
                }
            })
            .collect();
        Column::Text { texts, ids }
    }

    // Numbers.

    fn numbers(&mut self) -> Column {
        let memo = self.memo(parse_number);
        // For a whole number the reading with a fraction is none.
        let whole = self.field.kind == FieldKind::Integer;
        let evidence = column_evidence(memo.iter().flatten());
        let locale = self.context.locale;
        let decisions: Vec<Option<(Decision, ParsedNumber)>> = memo
            .into_iter()
            .map(|parsed| {
                parsed.map(|parsed| {
                    let reading = match parsed.reading {
                        NumberText::Two { comma_decimal, point_decimal } if whole => {
                            let both = [comma_decimal, point_decimal];
                            match both.map(|value| value.fract().is_zero()) {
                                [true, false] => NumberText::One(comma_decimal),
                                [false, true] => NumberText::One(point_decimal),
                                _ => parsed.reading,
                            }
                        }
                        other => other,
                    };
                    (decide(&reading, evidence, locale), parsed)
                })
            })
            .collect();
        let values: Vec<Option<Decimal>> = (0..self.cells.len()).map(|row| self.number(row, &decisions)).collect();
        if whole {
            let whole = values
                .into_iter()
                .enumerate()
                .map(|(row, value)| {
                    let value = value?;
                    if !value.fract().is_zero() {
                        let help = "Type a whole number.".to_owned();
                        self.problem(
                            row,
                            &rules::NUMBER_NOT_WHOLE,
                            Severity::Error,
                            "a whole number is expected".into(),
                            help,
                        );
                        return None;
                    }
                    i64::try_from(value.trunc().mantissa() / 10i128.pow(value.trunc().scale())).ok()
                })
                .collect();
            return Column::Integer(whole);
        }
        let millionths = values
            .into_iter()
            .map(|value| {
                let mut value = value?.round_dp(SCALE);
                value.rescale(SCALE);
                Some(value.mantissa())
            })
            .collect();
        Column::Decimal(millionths)
    }

    fn number(&mut self, row: usize, decisions: &[Option<(Decision, ParsedNumber)>]) -> Option<Decimal> {
        let value = match self.cells[row]? {
            Cell::Error(error) => {
                self.error_cell(row, error.as_str());
                return None;
            }
            Cell::Number(value) => self.plain(row, from_cell(value)),
            Cell::Money(value, currency) => {
                let wanted = self.field.instead_of(currency.as_str(), self.context.currency);
                if let Some(wanted) = wanted.filter(|_| self.field.kind == FieldKind::Money) {
                    self.other_currency(row, currency.as_str(), wanted);
                    return None;
                }
                self.plain(row, from_cell(value))
            }
            Cell::Uncalculated => {
                self.uncalculated(row);
                return None;
            }
            Cell::Percent(value) if self.field.kind == FieldKind::Percent => from_cell(value * 100.0),
            Cell::Percent(_) => {
                // What people see is a hundred times the number that is stored: nobody can tell which was meant.
                let help = "Type the number itself, and take the percentage format off the cell.".to_owned();
                let message = "a number is expected, not a percentage".to_owned();
                self.problem(row, &rules::NOT_A_NUMBER, Severity::Error, message, help);
                return None;
            }
            Cell::Text(id) => {
                let (decision, parsed) = decisions.get(id.0 as usize)?.as_ref()?;
                self.text_number(row, *decision, parsed)
            }
            Cell::Date(_) | Cell::Bool(_) => {
                let help = "Type only the number.".to_owned();
                self.problem(row, &rules::NOT_A_NUMBER, Severity::Error, "a number is expected".into(), help);
                return None;
            }
        }?;
        self.bounds(row, value)
    }

    /// A number cell without a percent format.
    fn plain(&mut self, row: usize, value: Option<Decimal>) -> Option<Decimal> {
        if value.is_none() {
            let help = "Correct the value.".to_owned();
            self.problem(row, &rules::NOT_A_NUMBER, Severity::Error, "the number is too large".into(), help);
        }
        if self.field.kind == FieldKind::Percent { self.scaled(row, value?) } else { value }
    }

    /// A share without sign or format: the declared scale says what it means, or nobody does.
    fn scaled(&mut self, row: usize, value: Decimal) -> Option<Decimal> {
        match self.field.scale {
            Some(PercentScale::Percent) => Some(value),
            Some(PercentScale::Fraction) => value.checked_mul(Decimal::ONE_HUNDRED),
            None => {
                let help = format!("Write {value} % if it is per cent, or format the cell as a percentage.");
                let message = "a share that may be per cent or a fraction".to_owned();
                self.problem(row, &rules::PERCENT_AMBIGUOUS, Severity::Error, message, help);
                None
            }
        }
    }

    /// A number as the partner writes it.
    fn spelled(&self, value: Decimal) -> String {
        let mark = self.context.locale.map_or('.', |locale| locale.decimal).to_string();
        value.normalize().to_string().replace('.', &mark)
    }

    fn text_number(&mut self, row: usize, decision: Decision, parsed: &ParsedNumber) -> Option<Decimal> {
        match decision {
            Decision::NotANumber => {
                let help = "Type only the number; put words into a notes column.".to_owned();
                self.problem(row, &rules::NOT_A_NUMBER, Severity::Error, "a number is expected".into(), help);
                None
            }
            Decision::Ambiguous { comma_decimal, point_decimal } => {
                let (low, high) = if comma_decimal < point_decimal {
                    (comma_decimal, point_decimal)
                } else {
                    (point_decimal, comma_decimal)
                };
                let (low, high) = (self.spelled(low), self.spelled(high));
                let message = format!("this text can mean {low} or {high}");
                let help = "Type it as a number, not as text: then no separator is needed.".to_owned();
                self.problem(row, &rules::NUMBER_AMBIGUOUS, Severity::Error, message, help);
                None
            }
            Decision::Value(value) => {
                if let Some(currency) = parsed.currency
                    && let Some(wanted) = self.field.instead_of(currency, self.context.currency)
                {
                    self.other_currency(row, currency, wanted);
                    return None;
                }
                if self.has_types() {
                    let shown = self.spelled(value);
                    let message = format!("a number stored as text, read as {shown}");
                    let help = format!("Type {shown} as a number.");
                    self.problem(row, &rules::NUMBER_AS_TEXT, Severity::Warning, message, help);
                }
                match (self.field.kind, parsed.percent_sign) {
                    (FieldKind::Percent, false) => self.scaled(row, value),
                    (FieldKind::Percent, true) | (_, false) => Some(value),
                    (_, true) => {
                        let help = "Type the number itself.".to_owned();
                        self.problem(
                            row,
                            &rules::NOT_A_NUMBER,
                            Severity::Error,
                            "a number is expected, not a percentage".into(),
                            help,
                        );
                        None
                    }
                }
            }
        }
    }

    fn bounds(&mut self, row: usize, value: Decimal) -> Option<Decimal> {
        let largest = if self.field.kind == FieldKind::Integer { LARGEST_WHOLE } else { LARGEST };
        if value.abs() > Decimal::from(largest) {
            let help = "Correct the value.".to_owned();
            self.problem(
                row,
                &rules::ABOVE_MAXIMUM,
                Severity::Error,
                "the number is too large to be a figure of a partner".into(),
                help,
            );
            return None;
        }
        if value.round_dp(SCALE) != value {
            let message = format!("rounded to six decimals: {}", value.round_dp(SCALE));
            self.problem(
                row,
                &rules::NUMBER_TOO_PRECISE,
                Severity::Warning,
                message,
                "Nothing, if the sixth decimal does not matter.".into(),
            );
        }
        let number = |bound: Option<Bound>| if let Some(Bound::Number(number)) = bound { Some(number) } else { None };
        if let Some(minimum) = number(self.field.minimum).filter(|minimum| value < *minimum) {
            let help = format!("It must be at least {}.", self.spelled(minimum));
            self.problem(
                row,
                &rules::BELOW_MINIMUM,
                Severity::Error,
                format!("{} is below the minimum {}", self.spelled(value), self.spelled(minimum)),
                help,
            );
        }
        if let Some(maximum) = number(self.field.maximum).filter(|maximum| value > *maximum) {
            let help = format!("It must be at most {}.", self.spelled(maximum));
            self.problem(
                row,
                &rules::ABOVE_MAXIMUM,
                Severity::Error,
                format!("{} is above the maximum {}", self.spelled(value), self.spelled(maximum)),
                help,
            );
        }
        Some(value)
    }

    // Dates.

    fn dates(&mut self) -> Column {
        let memo = self.memo(parse_date);
        let evidence = column_date_evidence(memo.iter().flatten().map(|(_, proof)| *proof));
        let locale = self.context.locale;
        let decisions: Vec<Option<DateDecision>> = memo
            .iter()
            .map(|read| read.as_ref().map(|(date, _): &(DateText, _)| decide_date(date, evidence, locale)))
            .collect();
        let days = (0..self.cells.len())
            .map(|row| {
                let day = self.date(row, &decisions)?;
                Some(to_unix(day))
            })
            .collect();
        Column::Date(days)
    }

    fn date(&mut self, row: usize, decisions: &[Option<DateDecision>]) -> Option<NaiveDate> {
        let day = match self.cells[row]? {
            Cell::Date(day) => day,
            Cell::Error(error) => {
                self.error_cell(row, error.as_str());
                return None;
            }
            Cell::Text(id) => match decisions.get(id.0 as usize)?.as_ref()? {
                DateDecision::Value(day) => {
                    if self.has_types() && !self.context.answers {
                        let message = format!("a date stored as text, read as {day}");
                        self.problem(
                            row,
                            &rules::DATE_AS_TEXT,
                            Severity::Warning,
                            message,
                            format!("Type {day} as a date."),
                        );
                    }
                    *day
                }
                DateDecision::Ambiguous { day_first, month_first } => {
                    let message = format!("this text can mean {day_first} or {month_first}");
                    self.problem(
                        row,
                        &rules::DATE_AMBIGUOUS,
                        Severity::Error,
                        message,
                        format!("Type {day_first} or {month_first}."),
                    );
                    return None;
                }
                DateDecision::TwoDigitYear => {
                    let message = "the year has two digits only".to_owned();
                    self.problem(
                        row,
                        &rules::NOT_A_DATE,
                        Severity::Error,
                        message,
                        "Write the year in full, for example 2016-06-30.".into(),
                    );
                    return None;
                }
                DateDecision::NotADate => {
                    self.problem(
                        row,
                        &rules::NOT_A_DATE,
                        Severity::Error,
                        "a date is expected".into(),
                        "Type a date, for example 2016-06-30.".into(),
                    );
                    return None;
                }
            },
            Cell::Uncalculated => {
                self.uncalculated(row);
                return None;
            }
            Cell::Number(_) | Cell::Percent(_) | Cell::Money(..) | Cell::Bool(_) => {
                let message = "a date is expected, this is a number without a date's format".to_owned();
                self.problem(
                    row,
                    &rules::NOT_A_DATE,
                    Severity::Error,
                    message,
                    "Type a date, for example 2016-06-30.".into(),
                );
                return None;
            }
        };
        if let Some(reported) = self.context.reporting_date.filter(|reported| day > *reported) {
            let severity = match self.field.future {
                Future::Refuse => Some(Severity::Error),
                Future::Warn => Some(Severity::Warning),
                Future::Allow => None,
            };
            if let Some(severity) = severity {
                let message = format!("{day} lies after {reported}, the day of the report");
                self.problem(
                    row,
                    &rules::DATE_FUTURE,
                    severity,
                    message,
                    "Write the day on which it happened; look at the year.".into(),
                );
            }
        }
        let bound = |bound: Option<Bound>| if let Some(Bound::Day(day)) = bound { Some(day) } else { None };
        if let Some(minimum) = bound(self.field.minimum).filter(|minimum| day < *minimum) {
            let help = format!("It must not be before {minimum}; look at the year.");
            self.problem(row, &rules::BELOW_MINIMUM, Severity::Error, format!("{day} is before {minimum}"), help);
        }
        if let Some(maximum) = bound(self.field.maximum).filter(|maximum| day > *maximum) {
            let help = format!("It must not be after {maximum}; look at the year.");
            self.problem(row, &rules::ABOVE_MAXIMUM, Severity::Error, format!("{day} is after {maximum}"), help);
        }
        Some(day)
    }
}
