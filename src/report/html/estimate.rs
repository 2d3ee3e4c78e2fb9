//! What stands beside an estimate: its waves and its groups with intervals, drawn; and a count of the same thing.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::behind::WAVE;
use super::breakdown::title;
use super::chart;
use super::page::{Head, Page, table, theirs};
use super::plot::Span;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{Breakdown, Comparison, IndicatorResult, Verdict};
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::report::language::own;
use crate::report::prose;
use crate::report::sheets::{field_label, line_name, point_name};
use crate::report::style::{NumberFormat, Tone};
use crate::report::words::{self, head, label, page as ours, part as titles};

/// A line of a table of intervals.
struct Drawn<'a> {
    name: Markup,
    day: Option<chrono::NaiveDate>,
    level: &'a Value,
    /// The change where the indicator is one, else the level.
    value: Option<Decimal>,
    bounds: (Option<Decimal>, Option<Decimal>),
    /// Withheld with the figure.
    answers: Option<usize>,
    /// Under which its answers are found.
    key: Option<(&'a str, String)>,
}

/// How figures are written: the level, and what is drawn.
#[derive(Clone, Copy)]
struct Formats {
    level: NumberFormat,
    drawn: NumberFormat,
    changes: bool,
}

pub fn part(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Markup {
    let Some(facts) = &one.estimate else { return html! {} };
    let lines: Vec<Drawn> = facts
        .waves
        .iter()
        .enumerate()
        .map(|(at, wave)| Drawn {
            name: html! { (page.say(point_name(&wave.title))) },
            day: Some(wave.on),
            level: &wave.value,
            value: wave.value.known(),
            bounds: (wave.lower, wave.upper),
            answers: (wave.value != Value::Suppressed).then_some(wave.answers),
            key: Some((WAVE, at.to_string())),
        })
        .collect();
    let formats = Formats { level: number, drawn: number, changes: false };
    let id = format!("t-{}-waves", one.code);
    let caption = html! { (page.say(titles::ESTIMATE)) ": " (theirs(&one.title)) };
    let mut notes = vec![facts.method.clone()];
    if let Some(error) = facts.standard_error {
        notes.push(prose::standard_error(error, facts.degrees));
    }
    notes.extend(facts.change.as_ref().map(prose::change));
    let unit = facts.change.as_ref().map(|change| change.unit.as_str());
    notes.extend(facts.without_largest.as_ref().map(|without| prose::without_largest(without, unit)));
    notes.extend(facts.notes.iter().cloned());
    html! {
        section.part {
            h4 { (page.say(titles::ESTIMATE)) }
            (intervals(page, one, &id, &caption, Head::left(page.say(head::WAVE)), &lines, formats))
            @for note in notes { p.remark { (page.say(note)) } }
        }
    }
}

pub fn groups(page: &Page, one: &IndicatorResult, breakdown: &Breakdown, at: usize, number: NumberFormat) -> Markup {
    let Some(facts) = &one.estimate else { return html! {} };
    let change = facts.change.as_ref();
    let drawn = change.map_or(number, |change| NumberFormat::of_unit(&Unit::new(&change.unit), true));
    let formats = Formats { level: number, drawn, changes: change.is_some() };
    let groups = breakdown.figures.iter().zip(&breakdown.estimates).zip(&breakdown.names);
    let mut lines: Vec<Drawn> = groups
        .map(|((figure, estimate), name)| {
            let own = estimate.change.as_ref();
            Drawn {
                name: html! { bdi { (page.say(line_name(name))) } },
                day: None,
                level: &figure.value,
                value: if formats.changes { own.map(|change| change.value) } else { figure.value.known() },
                bounds: if formats.changes {
                    (own.and_then(|change| change.lower), own.and_then(|change| change.upper))
                } else {
                    (estimate.lower, estimate.upper)
                },
                answers: (figure.value != Value::Suppressed).then_some(estimate.answers),
                key: figure.by.last().map(|(field, value)| (field.as_str(), value.clone())),
            }
        })
        .collect();
    lines.push(Drawn {
        name: html! { strong { (page.say(words::ALL)) } },
        day: None,
        level: &one.total.value,
        value: change.map_or(one.total.value.known(), |change| Some(change.value)),
        bounds: change.map_or((facts.lower, facts.upper), |change| (change.lower, change.upper)),
        answers: (one.total.value != Value::Suppressed).then_some(facts.answers),
        key: None,
    });
    let id = format!("t-{}-{at}", one.code);
    let caption = html! { (theirs(&one.title)) ": " (title(page, breakdown)) };
    html! {
        section.part {
            h4 { (title(page, breakdown)) }
            (intervals(page, one, &id, &caption, Head::left(page.say(field_label(breakdown))), &lines, formats))
            @for note in notes(page, breakdown, &facts.notes) { p.note { (page.say(note)) } }
        }
    }
}

fn intervals(
    page: &Page,
    one: &IndicatorResult,
    id: &str,
    caption: &Markup,
    first: Head,
    lines: &[Drawn],
    formats: Formats,
) -> Markup {
    let ends = lines.iter().flat_map(|line| [line.value, line.bounds.0, line.bounds.1]);
    let span = Span::of(&ends.flatten().collect::<Vec<_>>(), false).filter(|_| page.draws(ChartUse::Interval));
    let days = lines.iter().any(|line| line.day.is_some());
    let mut heads = vec![first];
    if days {
        heads.push(Head::right(page.say(head::DAY)));
    }
    heads.push(Head::right(page.say(head::ESTIMATE)));
    if formats.changes {
        heads.push(Head::right(page.say(head::CHANGE)));
    }
    if let Some(span) = &span {
        let ends = format!("{} – {}", page.number(span.low, formats.drawn), page.number(span.high, formats.drawn));
        heads.push(Head { text: html! { (page.say(ours::DRAWN)) small.tick { (ends) } }, class: "" });
    }
    heads.extend([head::LOWER, head::UPPER, head::ANSWERS].map(|word| Head::right(page.say(word))));
    let body = html! {
        @for line in lines {
            tr {
                th scope="row" { (line.name) }
                @if days { td.num { @if let Some(day) = line.day { (page.day(day)) } } }
                td.num {
                    @let key = line.key.as_ref().map(|(field, value)| (*field, value.as_str()));
                    strong { (page.traced(one, key, page.value(line.level, formats.level))) }
                }
                @if formats.changes { td.num { (page.optional(line.value, words::NONE, formats.drawn)) } }
                @if let Some(span) = &span { td.drawn { (chart::interval(span, line.value, line.bounds.0.zip(line.bounds.1))) } }
                @for bound in [line.bounds.0, line.bounds.1] { td.num { (page.optional(bound, words::NONE, formats.drawn)) } }
                td.num { @match line.answers { Some(answers) => (page.count(answers)), None => (page.absent(words::NONE)) } }
            }
        }
    };
    table(id, caption, true, &heads, &body, None)
}

/// What must be read beside the lines: each remark once, with the groups that it is about; not what is said of the whole.
fn notes(page: &Page, breakdown: &Breakdown, whole: &[String]) -> Vec<String> {
    let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, estimate) in breakdown.names.iter().zip(&breakdown.estimates) {
        for note in estimate.notes.iter().filter(|note| !whole.contains(note)) {
            match said.iter_mut().find(|(text, _)| text == note) {
                Some((_, names)) => names.push(name),
                None => said.push((note, vec![name])),
            }
        }
    }
    let all = breakdown.names.len();
    let about = |(text, names): (&str, Vec<&str>)| {
        if names.len() == all {
            text.to_owned()
        } else {
            own(format!("{}: {}", names.join(", "), page.tongue.say(text)))
        }
    };
    breakdown.note.iter().cloned().chain(said.into_iter().map(about)).collect()
}

/// Where the indicator is one of two that count and estimate the same thing.
pub fn compared(page: &Page, one: &IndicatorResult) -> Markup {
    let own = page.board.comparisons.iter().filter(|pair| pair.counted == one.code || pair.estimated == one.code);
    html! {
        @for (at, pair) in own.enumerate() {
            section.part {
                h4 { (page.say(titles::COMPARED)) }
                (comparison(page, &format!("t-{}-compared-{at}", one.code), pair))
            }
        }
    }
}

fn comparison(page: &Page, id: &str, pair: &Comparison) -> Markup {
    let values = [pair.count.known(), pair.estimate.known()];
    let number = NumberFormat::telling(&pair.unit, values.into_iter().flatten());
    let percent = NumberFormat::of_unit(&Unit::new("%"), true);
    let heads = [
        Head::left(page.say(head::SOURCE)),
        Head::right(page.say(head::FIGURE)),
        Head::right(page.say(head::LOWER)),
        Head::right(page.say(head::UPPER)),
        Head::right(page.say(head::RELATIVE)),
    ];
    let estimated = if pair.of_change { label::CHANGED } else { label::ESTIMATED };
    let body = html! {
        tr {
            th scope="row" { (page.say(label::COUNTED)) ": " (theirs(&pair.counted_title)) }
            td.num { (page.value(&pair.count, number)) }
            td.num {} td.num {} td.num {}
        }
        tr {
            th scope="row" { (page.say(estimated)) ": " (theirs(&pair.estimated_title)) }
            td.num { (page.value(&pair.estimate, number)) }
            @for bound in [pair.lower, pair.upper] { td.num { (page.optional(bound, words::NONE, number)) } }
            td.num {}
        }
    };
    let foot = html! {
        tr {
            th scope="row" { (page.say(label::DIFFERENCE)) }
            td.num { (page.optional(pair.difference, words::NONE, number)) }
            td.num {} td.num {}
            td.num { (page.optional(pair.relative, words::NONE, percent)) }
        }
    };
    let tone = match pair.verdict {
        Verdict::Within => Tone::Good,
        Verdict::Beyond => Tone::Fair,
        Verdict::NotComparable | Verdict::Unknown => Tone::Quiet,
    };
    html! {
        (table(id, &html! { (page.say(titles::COMPARED)) ": " (theirs(&pair.counted_title)) }, true, &heads, &body, Some(&foot)))
        p.remark { (page.mark(words::verdict(pair.verdict), tone)) " " (page.say(&pair.says)) }
        @for note in &pair.notes { p.note { (page.say(note)) } }
    }
}
