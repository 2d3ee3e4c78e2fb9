//! What every part of the page is written with: our words and numbers in its language, words of others, tables, and the
//! way from a figure to its rows.

use std::cell::RefCell;
use std::collections::BTreeMap;

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::behind::Rows;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{IndicatorResult, Scoreboard, Status};
use crate::model::value::Value;
use crate::report::book::clean;
use crate::report::language::Tongue;
use crate::report::partner_names;
use crate::report::style::{NumberFormat, Tone};
use crate::report::words;

/// Our words and numbers in the language of a page.
pub struct Voice {
    pub tongue: Tongue,
    /// Texts of ours that no table translates.
    pub untold: RefCell<Vec<String>>,
}

pub struct Page<'a> {
    pub board: &'a Scoreboard,
    pub rows: Rows<'a>,
    partners: BTreeMap<&'a str, &'a str>,
    voice: Voice,
}

impl std::ops::Deref for Page<'_> {
    type Target = Voice;

    fn deref(&self) -> &Voice {
        &self.voice
    }
}

impl Voice {
    pub fn of(language: &str) -> Self {
        Self { tongue: Tongue::of(language), untold: RefCell::default() }
    }

    /// A text of ours in the language of the page; what is not ours in it is marked by [`own`].
    ///
    /// [`own`]: crate::report::language::own
    pub fn say(&self, text: impl AsRef<str>) -> String {
        clean(&self.tongue.tell(text.as_ref(), &mut self.untold.borrow_mut()), true)
    }

    /// A number as the workbook shows it, with the sign for decimals that the language writes.
    pub fn number(&self, value: Decimal, format: NumberFormat) -> String {
        self.tongue.writing().numbers(&format.shown(value))
    }

    /// All digits of an amount, at least those of cents where it has a fraction.
    pub fn exact(&self, value: Decimal) -> String {
        let decimals = value.normalize().scale();
        let decimals = if decimals == 0 { 0 } else { decimals.max(2) };
        let shown = crate::model::number::display(value, decimals).replace('-', "−");
        self.tongue.writing().numbers(&shown)
    }

    pub fn count(&self, count: usize) -> String {
        self.number(Decimal::from(count), NumberFormat::WHOLE)
    }

    pub fn day(&self, day: chrono::NaiveDate) -> Markup {
        html! { time datetime=(day) { (self.short_day(day)) } }
    }

    pub fn short_day(&self, day: chrono::NaiveDate) -> String {
        self.tongue.short_day(day)
    }

    pub fn long_day(&self, day: chrono::NaiveDate) -> Markup {
        html! { time datetime=(day) { (self.tongue.writing().long_day(day)) } }
    }

    /// A figure, or the word for its absence: never a zero or nothing in its place.
    pub fn value(&self, value: &Value, format: NumberFormat) -> Markup {
        match (value.known(), words::absent(value)) {
            (Some(known), _) => html! { (self.number(known, format)) },
            (None, word) => self.absent(word.unwrap_or_default()),
        }
    }

    pub fn absent(&self, word: &str) -> Markup {
        html! { span.absent { (self.say(word)) } }
    }

    pub fn optional(&self, value: Option<Decimal>, word: &str, format: NumberFormat) -> Markup {
        value.map_or_else(|| self.absent(word), |value| html! { (self.number(value, format)) })
    }

    pub fn status(&self, status: Status) -> Markup {
        self.mark(words::status(status), Tone::of_status(status))
    }

    /// Symbol and word, in the colour of a tone.
    pub fn mark(&self, text: impl AsRef<str>, tone: Tone) -> Markup {
        html! { span.mark.(tone_class(tone)) { (self.say(text)) } }
    }

    /// How far a figure has come on its way, and where it should be: nothing that the figures beside it do not say.
    #[allow(clippy::unused_self, reason = "asked like all that a page writes")]
    pub fn way(&self, done: Option<Decimal>, due: Option<Decimal>) -> Markup {
        let Some(done) = done else { return html! {} };
        html! {
            span.way aria-hidden="true" {
                span.done style=(format!("width:{}%", percent(done))) {}
                @if let Some(due) = due { span.due style=(format!("left:{}%", percent(due))) {} }
            }
        }
    }
}

impl<'a> Page<'a> {
    pub fn new(board: &'a Scoreboard) -> Self {
        let voice = Voice::of(&board.presentation.language);
        Self { board, rows: Rows::new(board), partners: partner_names(board), voice }
    }

    pub fn restricted(&self) -> bool {
        self.board.audience.is_restricted()
    }

    /// Whether the report wants this kind of drawing.
    pub fn draws(&self, chart: ChartUse) -> bool {
        self.board.presentation.draws(chart)
    }

    /// A partner as people call it.
    pub fn partner(&self, code: &'a str) -> &'a str {
        self.partners.get(code).copied().unwrap_or(code)
    }

    /// A collection as people call it.
    pub fn collection(&self, code: &'a str) -> &'a str {
        let lines = &self.board.reporting;
        lines.iter().find(|line| line.collection == code).map_or(code, |line| &line.collection_title)
    }

    /// A figure that opens its rows, where there are any to be seen. `by` is the field and value of a line.
    pub fn traced(&self, one: &IndicatorResult, by: Option<(&str, &str)>, shown: Markup) -> Markup {
        let count = self.rows.behind(one, by);
        if count == 0 {
            return shown;
        }
        let (field, value) = by.unzip();
        let title = self.say(words::page::rows_behind(count));
        html! {
            a.trace href=(format!("#rows-{}", one.code)) data-rows=(one.code) data-by=[field] data-value=[value] title=(title) { (shown) }
        }
    }

    /// The way to rows that no figure stands for.
    pub fn way_to_rows(&self, one: &IndicatorResult, key: (&str, &str)) -> Markup {
        let count = self.rows.behind(one, Some(key));
        self.traced(one, Some(key), html! { @if count > 0 { (self.say(words::page::rows(count))) } })
    }
}

pub fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Fair => "fair",
        Tone::Bad => "bad",
        Tone::Quiet => "quiet",
    }
}

/// Words of the project or of a partner: text in a direction of its own, never markup.
pub fn theirs(text: impl AsRef<str>) -> Markup {
    html! { bdi { (clean(text.as_ref(), true)) } }
}

/// A share of one as a length in per cent, with two decimals, within the whole.
pub fn percent(share: Decimal) -> String {
    let within = share.clamp(Decimal::ZERO, Decimal::ONE);
    (within * Decimal::ONE_HUNDRED).round_dp(2).normalize().to_string()
}

/// The head of a column.
pub struct Head {
    pub text: Markup,
    pub class: &'static str,
}

impl Head {
    pub fn left(text: impl AsRef<str>) -> Self {
        Self { text: html! { (text.as_ref()) }, class: "" }
    }

    pub fn right(text: impl AsRef<str>) -> Self {
        Self { text: html! { (text.as_ref()) }, class: "num" }
    }

    /// Words of others.
    pub fn theirs(text: impl AsRef<str>) -> Self {
        Self { text: theirs(text), class: "" }
    }

    pub fn theirs_right(text: impl AsRef<str>) -> Self {
        Self { text: theirs(text), class: "num" }
    }
}

/// A table in a container that scrolls by itself. `caption` names it; `quiet` where a heading above already does so.
pub fn table(id: &str, caption: &Markup, quiet: bool, heads: &[Head], body: &Markup, foot: Option<&Markup>) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-labelledby=(id) {
            table {
                caption id=(id) .unseen[quiet] { (caption) }
                thead { tr { @for head in heads { th scope="col" class=[(!head.class.is_empty()).then_some(head.class)] { (head.text) } } } }
                tbody { (body) }
                @if let Some(foot) = foot { tfoot { (foot) } }
            }
        }
    }
}

/// What is read seldom: closed until somebody asks, open on paper.
pub fn folded(id: Option<&str>, summary: &Markup, body: &Markup) -> Markup {
    html! {
        details.fold {
            summary { (summary) }
            div.inside id=[id] tabindex=[id.map(|_| "-1")] { (body) }
        }
    }
}
