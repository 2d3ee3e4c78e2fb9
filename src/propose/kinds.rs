//! Which kind a column is, from all its cells: the readers of `validate` say what fits, so that what is proposed is
//! what will be read. Start with [`guess`].

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::grid::{Class, class, is_clear_placeholder, is_placeholder};
use super::words::{IDENTIFIER, MONEY, PLACE, SHARE, speaks_of};
use crate::define::catalog::{FieldKind, PercentScale};
use crate::ingest::{Cell, Sheet};
use crate::layout::labels::fold_label;
use crate::model::country::{CountryMatch, read_country};
use crate::model::fold::fold;
use crate::model::number::SCALE;
use crate::validate::read::choice::yes_no;
use crate::validate::read::date::{DateEvidence, DateText, column_date_evidence, parse_date};
use crate::validate::read::number::{Evidence, NumberText, ParsedNumber, column_evidence, from_cell, parse_number};

/// More options than this are no list that a person would pick from.
const MOST_OPTIONS: usize = 12;
const LONGEST_OPTION: usize = 60;
/// Cells named one by one.
const NAMED: usize = 5;
/// Above it a whole number is refused by `validate`.
const LARGEST_WHOLE: i64 = 1_000_000_000_000;

/// A column of a table, or of several tables of the same columns.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    pub at: u16,
    pub label: String,
    /// Cells that hold something, with their sheet and row.
    pub cells: Vec<(&'a Sheet, u32, Cell)>,
    /// How many rows there are, filled or not.
    pub rows: usize,
}

/// What a column seems to be.
#[derive(Debug, Clone)]
pub struct Guess {
    pub kind: FieldKind,
    pub scale: Option<PercentScale>,
    pub options: Vec<String>,
    /// Whether no row lacks a value.
    pub required: bool,
    /// Whether no value stands twice, and it looks like something that names a record.
    pub names_rows: bool,
    /// What its text numbers and dates prove.
    pub decimal: Evidence,
    pub order: DateEvidence,
    /// The one currency that its cells show.
    pub currency: Option<&'static str>,
    /// Why, and what to look at: sentences without capital letters and full stops.
    pub says: Vec<String>,
}

/// What a cell can be read as.
enum Look {
    Number(ParsedNumber),
    /// A cell that is a number by its type.
    Typed(Decimal, Option<&'static str>, bool),
    Day,
    ShortYear,
    Truth,
    Word,
    Wrong,
}

fn look(sheet: &Sheet, cell: Cell) -> Look {
    match cell {
        Cell::Number(value) => from_cell(value).map_or(Look::Wrong, |value| Look::Typed(value, None, false)),
        Cell::Percent(value) => from_cell(value * 100.0).map_or(Look::Wrong, |value| Look::Typed(value, None, true)),
        Cell::Money(value, currency) => {
            from_cell(value).map_or(Look::Wrong, |value| Look::Typed(value, Some(currency.as_str()), false))
        }
        Cell::Date(_) => Look::Day,
        Cell::Bool(_) => Look::Truth,
        Cell::Error(_) | Cell::Uncalculated => Look::Wrong,
        Cell::Text(id) => {
            let text = sheet.text(id);
            let number = parse_number(text);
            if number.reading != NumberText::NotANumber {
                return Look::Number(number);
            }
            match parse_date(text).0 {
                DateText::One(_) | DateText::Two { .. } => Look::Day,
                DateText::TwoDigitYear => Look::ShortYear,
                DateText::NotADate => Look::Word,
            }
        }
    }
}

/// Texts that stand for no value, by the column of numbers or dates in which they stand, as they are spelled; and
/// whether one of them, a single letter, is a value in a column of words.
pub fn placeholders(columns: &[Column<'_>]) -> (BTreeMap<u16, Vec<String>>, bool) {
    let mut found: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    let mut words: BTreeSet<String> = BTreeSet::new();
    for column in columns {
        let mut nothing: BTreeMap<String, String> = BTreeMap::new();
        let (mut data, mut all) = (0, 0);
        for (sheet, _, cell) in &column.cells {
            if let Cell::Text(id) = cell
                && is_placeholder(sheet.text(*id))
            {
                let text = sheet.text(*id).trim();
                nothing.entry(fold_label(text)).or_insert_with(|| text.to_owned());
                continue;
            }
            let class = class(sheet, *cell);
            data += usize::from(class.is_data());
            all += usize::from(class != Class::Nothing);
        }
        if data > 0 && data * 10 >= all * 6 {
            if !nothing.is_empty() {
                found.insert(column.at, nothing.into_values().collect());
            }
        } else {
            let (clear, others): (BTreeMap<_, _>, _) =
                nothing.into_iter().partition(|(_, text)| is_clear_placeholder(text));
            if !clear.is_empty() {
                found.insert(column.at, clear.into_values().collect());
            }
            words.extend(others.into_keys());
        }
    }
    let clashes = found.values().flatten().any(|text| {
        let folded = fold_label(text);
        folded.chars().count() == 1 && words.contains(&folded)
    });
    (found, clashes)
}

/// The kind of a column. `nothing` are folded texts that stand for no value; `currency` is the programme's.
pub fn guess(column: &Column<'_>, nothing: &BTreeSet<String>, currency: Option<&str>) -> Guess {
    let filled: Vec<&(&Sheet, u32, Cell)> = column
        .cells
        .iter()
        .filter(|(sheet, _, cell)| match cell {
            Cell::Text(id) => !nothing.contains(&fold_label(sheet.text(*id))),
            _ => true,
        })
        .collect();
    let looks: Vec<Look> = filled.iter().map(|(sheet, _, cell)| look(sheet, *cell)).collect();
    let mut guesser = Guesser { column, filled, looks, currency, says: Vec::new() };
    let (kind, scale, options) = guesser.kind();
    let required = column.rows >= 2 && guesser.filled.len() == column.rows;
    let names_rows = required && guesser.names_rows(kind);
    let numbers =
        guesser.looks.iter().filter_map(|look| if let Look::Number(number) = look { Some(number) } else { None });
    let decimal = if is_numeric(kind) { column_evidence(numbers) } else { Evidence::None };
    let order = if kind == FieldKind::Date { guesser.order() } else { DateEvidence::None };
    let shown = guesser.currencies();
    let currency = if let [one] = shown.as_slice() { Some(*one) } else { None };
    Guess { kind, scale, options, required, names_rows, decimal, order, currency, says: guesser.says }
}

pub fn is_numeric(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent)
}

type Kind = (FieldKind, Option<PercentScale>, Vec<String>);

struct Guesser<'c, 'a> {
    column: &'c Column<'a>,
    filled: Vec<&'c (&'a Sheet, u32, Cell)>,
    looks: Vec<Look>,
    currency: Option<&'c str>,
    says: Vec<String>,
}

impl Guesser<'_, '_> {
    fn say(&mut self, text: impl Into<String>) {
        self.says.push(text.into());
    }

    /// Whether nearly all cells are so. One in ten may be a slip; of few cells none.
    fn nearly(&self, count: usize) -> bool {
        count > 0 && count * 10 >= self.looks.len() * 9
    }

    fn count(&self, fits: impl Fn(&Look) -> bool) -> usize {
        self.looks.iter().filter(|look| fits(look)).count()
    }

    fn kind(&mut self) -> Kind {
        let plain = |kind| (kind, None, Vec::new());
        if self.looks.is_empty() {
            self.say("no row holds anything: the kind is not known");
            return plain(FieldKind::Text);
        }
        let wrong = self.rows_of(|look| matches!(look, Look::Wrong));
        if !wrong.is_empty() {
            let text = self.told(&wrong, "shows an error", "show errors");
            self.say(text);
        }
        let truth = self.count(|look| matches!(look, Look::Truth)) + self.yes_or_no();
        // Of words only all will do: another would keep its row out, and need not be a slip.
        if truth > 0 && truth + wrong.len() == self.looks.len() {
            return plain(FieldKind::YesNo);
        }
        let days = self.count(|look| matches!(look, Look::Day));
        let short = self.count(|look| matches!(look, Look::ShortYear));
        if self.nearly(days + short) {
            return self.dates(short);
        }
        let numbers = self.count(|look| matches!(look, Look::Number(_) | Look::Typed(..)));
        if self.nearly(numbers) {
            return self.numbers();
        }
        if numbers * 2 >= self.looks.len() || days * 2 >= self.looks.len() {
            let (part, what) = if days > numbers { (days, "dates") } else { (numbers, "numbers") };
            self.say(format!("only {part} of {} cells are {what}", self.looks.len()));
        }
        self.words()
    }

    fn text(&self, at: usize) -> Option<&str> {
        let (sheet, _, cell) = self.filled[at];
        if let Cell::Text(id) = cell { Some(sheet.text(*id)) } else { None }
    }

    /// Words for yes and no; numbers are not among them.
    fn yes_or_no(&self) -> usize {
        let is = |at: &usize| matches!(self.looks[*at], Look::Word) && self.text(*at).and_then(yes_no).is_some();
        (0..self.looks.len()).filter(is).count()
    }

    /// Rows whose cells look so.
    fn rows_of(&self, fits: impl Fn(&Look) -> bool) -> Vec<u32> {
        self.looks.iter().zip(&self.filled).filter(|(look, _)| fits(look)).map(|(_, (_, row, _))| row + 1).collect()
    }

    /// `3 of 240 cells are no dates: see rows 17, 20, 31`.
    fn told(&self, rows: &[u32], one: &str, several: &str) -> String {
        let list: Vec<String> = rows.iter().take(NAMED).map(u32::to_string).collect();
        let more = if rows.len() > NAMED { ", …" } else { "" };
        let (is, row) = if rows.len() == 1 { (one, "row") } else { (several, "rows") };
        format!("{} of {} cells {is}: see {row} {}{more}", rows.len(), self.looks.len(), list.join(", "))
    }

    fn misfits(&mut self, one: &str, several: &str, fits: impl Fn(&Look) -> bool) {
        let rows = self.rows_of(|look| !matches!(look, Look::Wrong) && !fits(look));
        if !rows.is_empty() {
            let text = self.told(&rows, one, several);
            self.say(text + "; such a row is kept out");
        }
    }

    fn order(&self) -> DateEvidence {
        let proofs = (0..self.filled.len()).filter_map(|at| self.text(at)).map(|text| parse_date(text).1);
        column_date_evidence(proofs)
    }

    fn dates(&mut self, short: usize) -> Kind {
        if short * 10 > self.looks.len() {
            let rows = self.rows_of(|look| matches!(look, Look::ShortYear));
            let text = self.told(&rows, "has a year of two digits", "have years of two digits");
            self.say(text + "; as dates they would be refused, so it is text");
            return (FieldKind::Text, None, Vec::new());
        }
        self.misfits("is no date", "are no dates", |look| matches!(look, Look::Day));
        let two = |at: &usize| matches!(self.text(*at).map(|t| parse_date(t).0), Some(DateText::Two { .. }));
        let open = (0..self.filled.len()).filter(two).count();
        if open > 0 && !matches!(self.order(), DateEvidence::DayFirst | DateEvidence::MonthFirst) {
            self.say(format!("{open} dates such as 03/04/2016 can be read in two ways, and no other decides"));
        }
        (FieldKind::Date, None, Vec::new())
    }

    fn numbers(&mut self) -> Kind {
        let plain = |kind| (kind, None, Vec::new());
        let label = self.column.label.clone();
        let zeros = (0..self.filled.len()).filter(|at| self.text(*at).is_some_and(leads_with_zero)).count();
        if zeros > 0 {
            self.say("digits that begin with 0 name things: a number would lose the 0");
            return plain(FieldKind::Text);
        }
        let values = self.values();
        let whole = values.iter().all(|value| value.fract().is_zero() && value.abs() <= LARGEST_WHOLE.into());
        let years = values.iter().all(|value| (1950..=2100).contains(&i64::try_from(value.trunc()).unwrap_or(0)));
        if whole && !years && speaks_of(&label, IDENTIFIER) && self.is_unique() {
            self.say("numbers that name things, by the label: they are never added up");
            return plain(FieldKind::Text);
        }
        self.misfits("is no number", "are no numbers", |look| matches!(look, Look::Number(_) | Look::Typed(..)));
        self.ambiguous();
        let percent = self.count(|look| match look {
            Look::Number(number) => number.percent_sign,
            Look::Typed(_, _, percent) => *percent,
            _ => false,
        });
        if percent * 2 >= self.looks.len() {
            if percent < self.looks.len() {
                let rest = self.looks.len() - percent;
                self.say(format!("{rest} cells have no % sign or format: say `scale`, or their rows are kept out"));
            }
            return plain(FieldKind::Percent);
        }
        if percent > 0 {
            self.say(format!("{percent} cells are shown with a % sign: their rows are kept out"));
        }
        if let Some(kind) = self.money(&label) {
            return plain(kind);
        }
        // A rate per 1 000 is no share.
        if speaks_of(&label, SHARE) && !fold(&label).contains("per 1") {
            return self.share(&values);
        }
        if whole {
            return plain(FieldKind::Integer);
        }
        if values.iter().any(|value| value.round_dp(SCALE) != *value) {
            self.say("some have more than six decimals: they are rounded, with a warning");
        }
        plain(FieldKind::Decimal)
    }

    /// Each number by its first reading.
    fn values(&self) -> Vec<Decimal> {
        let numbers = self.looks.iter().filter_map(|look| match look {
            Look::Number(number) => match number.reading {
                NumberText::One(value) => Some(value),
                NumberText::Two { comma_decimal, .. } => Some(comma_decimal),
                NumberText::NotANumber => None,
            },
            Look::Typed(value, ..) => Some(*value),
            _ => None,
        });
        numbers.collect()
    }

    fn ambiguous(&mut self) {
        let numbers = || self.looks.iter().filter_map(|look| if let Look::Number(n) = look { Some(n) } else { None });
        let evidence = column_evidence(numbers());
        let open = numbers().filter(|number| matches!(number.reading, NumberText::Two { .. })).count();
        if evidence == Evidence::Both {
            self.say("some texts have a decimal comma, others a decimal point: look at each");
        } else if open > 0 && evidence == Evidence::None {
            self.say(format!("{open} texts such as 1.234 can be read in two ways, and no other decides"));
        }
    }

    /// The currencies that cells show, each once.
    fn currencies(&self) -> Vec<&'static str> {
        let shown = self.looks.iter().filter_map(|look| match look {
            Look::Number(number) => number.currency,
            Look::Typed(_, currency, _) => *currency,
            _ => None,
        });
        shown.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether it is money: by the currency that cells show, else by the label.
    fn money(&mut self, label: &str) -> Option<FieldKind> {
        match (self.currencies().as_slice(), self.currency) {
            ([], _) if speaks_of(label, MONEY) => {
                self.say("money by its label; no cell shows a currency");
                Some(FieldKind::Money)
            }
            ([], _) => None,
            ([one], Some(ours)) if *one == ours => Some(FieldKind::Money),
            ([one], Some(ours)) => {
                self.say(format!(
                    "amounts in {one}, the programme's currency is {ours}: as money they would be refused"
                ));
                Some(FieldKind::Decimal)
            }
            ([one], None) => {
                self.say(format!("amounts in {one}: `currency` of scoreboard.toml must say so, or they are refused"));
                Some(FieldKind::Money)
            }
            (several, _) => {
                self.say(format!("amounts in {}: all but the programme's currency are refused", several.join(", ")));
                Some(FieldKind::Money)
            }
        }
    }

    /// A share by its label: the size of the values says on which scale, if any.
    fn share(&mut self, values: &[Decimal]) -> Kind {
        let within = |top: i64| values.iter().all(|value| (Decimal::ZERO..=top.into()).contains(value));
        let most = values.iter().max().map_or_else(String::new, |most| most.normalize().to_string());
        if within(1) && values.iter().any(|value| !value.fract().is_zero()) {
            self.say("a share by its label, and none is above 1: 0.25 is taken for 25 %");
            (FieldKind::Percent, Some(PercentScale::Fraction), Vec::new())
        } else if within(100) && values.iter().any(|value| *value > Decimal::ONE) {
            self.say(format!("a share by its label, up to {most}: 25 is taken for 25 %"));
            (FieldKind::Percent, Some(PercentScale::Percent), Vec::new())
        } else {
            self.say(format!("the label speaks of a share, but the values go up to {most}: are they amounts?"));
            (FieldKind::Decimal, None, Vec::new())
        }
    }

    fn words(&mut self) -> Kind {
        let shown: Vec<String> =
            self.filled.iter().map(|(sheet, _, cell)| sheet.display(*cell).trim().to_owned()).collect();
        let mut options: BTreeMap<String, (usize, BTreeSet<&str>)> = BTreeMap::new();
        for text in &shown {
            let entry = options.entry(fold(text)).or_default();
            entry.0 += 1;
            entry.1.insert(text);
        }
        if self.countries(&shown) {
            return (FieldKind::Country, None, Vec::new());
        }
        let few = (2..=MOST_OPTIONS).contains(&options.len()) && shown.len() >= 4 && shown.len() >= 2 * options.len();
        let short = shown.iter().all(|text| text.chars().count() <= LONGEST_OPTION);
        if few && short && !options.contains_key("") {
            let alike: Vec<String> = options
                .values()
                .filter(|(_, spellings)| spellings.len() > 1)
                .map(|(_, spellings)| {
                    spellings.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" and ")
                })
                .collect();
            if !alike.is_empty() {
                self.say(format!("{} are taken for one", alike.join("; ")));
            }
            self.say("a text that is not among the options keeps its row out: add it, or make it kind text");
            let mut list: Vec<(usize, &str)> = options
                .values()
                .filter_map(|(count, spellings)| Some((*count, spellings.iter().next().copied()?)))
                .collect();
            list.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            return (FieldKind::Choice, None, list.into_iter().map(|(_, text)| text.to_owned()).collect());
        }
        (FieldKind::Text, None, Vec::new())
    }

    /// Countries by name, or by code where the label says that they are countries.
    fn countries(&self, shown: &[String]) -> bool {
        let named = speaks_of(&self.column.label, PLACE);
        let fits = |text: &&String| match read_country(text) {
            CountryMatch::Name(_) => true,
            CountryMatch::Code(_) | CountryMatch::EuCode(_) => named,
            CountryMatch::None { .. } => false,
        };
        shown.len() >= 2 && shown.iter().all(|text| fits(&text))
    }

    fn is_unique(&self) -> bool {
        let mut seen = BTreeSet::new();
        self.filled.iter().all(|(sheet, _, cell)| seen.insert(sheet.display(*cell).trim().to_lowercase()))
    }

    /// A text or whole number that stands once in each row, and is called or spelled like a number of a record.
    fn names_rows(&self, kind: FieldKind) -> bool {
        if !matches!(kind, FieldKind::Text | FieldKind::Integer) || self.filled.len() < 3 || !self.is_unique() {
            return false;
        }
        let spelled = |(sheet, _, cell): &&(&Sheet, u32, Cell)| {
            let text = sheet.display(*cell);
            let text = text.trim();
            text.len() <= 40 && !text.contains(' ') && text.bytes().any(|byte| byte.is_ascii_digit())
        };
        speaks_of(&self.column.label, IDENTIFIER)
            || (kind == FieldKind::Text && self.filled.iter().filter(|one| spelled(one)).count() == self.filled.len())
    }
}

/// `057`, but not `0,5` or `0`.
fn leads_with_zero(text: &str) -> bool {
    let text = text.trim();
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}
