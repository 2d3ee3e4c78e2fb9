//! One indicator: the figure and why it stands so, its drawings, what is behind it, and how it is defined.

use chrono::NaiveDate;
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::behind::{AFTER, ON};
use super::overview::{due, status_of};
use super::page::{Head, Page, folded, table, theirs, tone_class};
use super::{breakdown, chart, estimate, evidence, published};
use crate::model::code::IndicatorCode;
use crate::model::number::quotient;
use crate::model::pace::Projection;
use crate::model::presentation::ChartUse;
use crate::model::scoreboard::{IndicatorResult, TrajectoryPoint};
use crate::model::target::{Target, TargetValue, Targets};
use crate::model::trace::Made;
use crate::model::value::Value;
use crate::report::illustrative;
use crate::report::language::own;
use crate::report::prose;
use crate::report::sheets::{
    amount, any_suppressed, bounds, capital, coverage, no_target, number_format, point_name, range, target_format,
};
use crate::report::style::{NumberFormat, Tone};
use crate::report::words::{self, head, label, page as ours, part};

pub fn card(page: &Page, one: &IndicatorResult) -> Markup {
    let number = number_format(one);
    let (id, title) = (format!("i-{}", one.code), format!("i-{}-title", one.code));
    let drawing = page.draws(ChartUse::Trajectory).then(|| chart::trajectory(page, one, number)).flatten();
    html! {
        article.card.(tone_class(Tone::of_status(status_of(one)))) id=(id) aria-labelledby=(title) {
            div.title {
                h3 id=(title) { (theirs(&one.title)) }
                (page.status(status_of(one)))
            }
            p.kind { (kind(page, one, number)) }
            (strip(page, one, number))
            p.reason { (page.say(&one.total.reason)) }
            (remarks(page, one, number))
            @if any_suppressed(one) { p.note { (page.say(prose::SUPPRESSED_LEGEND)) } }
            @if !one.trajectory.is_empty() {
                section.part {
                    h4 { (page.say(part::TRAJECTORY)) small { (theirs(one.unit.to_string())) } }
                    @if let Some(drawing) = drawing {
                        figure { (drawing) figcaption { (chart::legend(page, one)) } }
                    }
                    (pace(page, one))
                    (folded(None, &html! { (page.say(ours::AS_TABLE)) }, &points(page, one, number)))
                }
            }
            (estimate::part(page, one, number))
            (estimate::compared(page, one))
            (published::part(page, one, number))
            @for (at, lines) in one.breakdowns.iter().enumerate() {
                @if lines.estimates.is_empty() { (breakdown::part(page, one, lines, at, number)) }
                @else { (estimate::groups(page, one, lines, at, number)) }
            }
            (evidence::part(page, one))
            (folded(Some(&format!("def-{}", one.code)), &html! { (page.say(part::DEFINITION)) }, &definition(page, one, number)))
            p.back { a href="#overview" { (page.say(ours::BACK)) } }
        }
    }
}

fn kind(page: &Page, one: &IndicatorResult, number: NumberFormat) -> String {
    page.say(format!(
        "{} indicator in {} · {} · {}",
        capital(words::level(one.level)),
        own(one.unit.as_str()),
        words::accumulation(one.accumulation),
        words::direction(one.direction, number)
    ))
}

/// The figure, large, and what it is held against.
fn strip(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Markup {
    let total = &one.total;
    let unit = if one.unit.is_percent() {
        html! {}
    } else {
        html! { (theirs(one.unit.as_str())) }
    };
    let beside = bounds(one, number);
    let beside = if one.estimate.is_some() && !beside.is_empty() { prose::interval(&beside) } else { beside };
    let parts = total.numerator.zip(total.denominator).filter(|_| one.estimate.is_none());
    let definition = format!("#def-{}", one.code);
    html! {
        dl.strip {
            div.hero {
                dt { (page.say(head::ACTUAL)) }
                dd { (page.traced(one, None, page.value(&total.value, illustrative::marked(one, number)))) }
                dd.beside {
                    (unit)
                    @if let Value::NotComputable(why) = &total.value { span { (page.say(why.to_string())) } }
                    @if !beside.is_empty() { span { (page.say(beside)) } }
                    @if let Some((above, below)) = parts { span { (page.say(format!("{} of {}", NumberFormat::WHOLE.shown(above), NumberFormat::WHOLE.shown(below)))) } }
                }
            }
            div {
                dt { (page.say(head::TARGET)) }
                dd { a href=(definition) { (page.optional(total.target.map(|target| target.value), no_target(one), target_format(one, number))) } }
                @if let Some(target) = &one.target {
                    dd.beside {
                        span { (page.say(format!("by {}", words::short_day(target.on)))) }
                        @if !matches!(target.value, TargetValue::Value(_)) { span { (page.say(words::target(&target.value, &one.unit, number))) } }
                        @if target.illustrative { span { (page.say(words::ILLUSTRATIVE)) } }
                    }
                }
            }
            @if let Some(committed) = &one.committed {
                div {
                    dt { (page.say(head::COMMITTED)) }
                    dd { (page.value(&committed.value, number)) }
                }
            }
            div {
                dt { (page.say(head::EXPECTED)) }
                dd { a href=(definition) { (page.optional(total.expected, words::NONE, number)) } }
                @if let Some(day) = total.cut_off.filter(|_| total.expected.is_some()) {
                    dd.beside { span { (page.say(format!("on {}", words::short_day(day)))) } }
                }
            }
            div {
                dt { (page.say(head::PROGRESS)) }
                dd {
                    a href=(definition) { (page.optional(total.progress, words::NONE, NumberFormat::SHARE)) }
                    (page.way(total.progress, due(one)))
                }
                @if total.progress.is_some() {
                    dd.beside {
                        span { (page.say(prose::way(&number.shown(total.baseline.unwrap_or_default())))) }
                        @if let Some(rate) = total.achievement.filter(|rate| Some(*rate) != total.progress) {
                            span { (page.say(prose::rate(&NumberFormat::SHARE.shown(rate)))) }
                        }
                    }
                }
            }
            div {
                dt { (page.say(head::COVERAGE)) }
                dd { a href=(if one.estimate.is_some() { "#survey" } else { "#quality" }) { (page.say(coverage(one))) } }
                dd.beside { span { (page.say(if one.estimate.is_some() { prose::ANSWERED } else { prose::REPORTED })) } }
            }
        }
    }
}

/// What else must be known of the figure.
fn remarks(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Markup {
    let since = one
        .since_then
        .map(|since| prose::since_then(&words::with_unit(&number.shown(since), &one.unit), page.board.programme.as_of));
    html! {
        @if let Some(since) = since {
            p.remark { (page.say(since)) " " (page.way_to_rows(one, AFTER)) }
        }
        @for text in illustrative::beside(one).into_iter().chain(range(one, number)) { p.remark { (page.say(text)) } }
        @for broken in &one.breaks {
            p.remark { (page.say(prose::a_break(broken.on, &broken.says))) }
        }
    }
}

fn pace(page: &Page, one: &IndicatorResult) -> Markup {
    match &one.pace {
        Some(Projection::Known(pace)) => html! { p.remark { (page.say(&pace.says)) } },
        Some(Projection::Refused(why)) => html! { p.remark { (page.say(prose::no_projection(why))) } },
        None => html! {},
    }
}

/// A head, and what stands below it for a point.
type Column = (&'static str, fn(&TrajectoryPoint) -> Option<Decimal>);

/// The drawing's figures.
fn points(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Markup {
    let any = |part: fn(&TrajectoryPoint) -> Option<Decimal>| one.trajectory.iter().any(|point| part(point).is_some());
    let columns: [Column; 5] = [
        (head::ACTUAL, |point| point.actual),
        (head::EXPECTED_THEN, |point| point.expected),
        (head::ORIGINAL, |point| point.original),
        (head::MILESTONE, |point| point.milestone),
        (head::TARGET, |point| point.target),
    ];
    let columns: Vec<Column> = columns.into_iter().filter(|(_, part)| any(*part)).collect();
    let mut heads = vec![Head::left(page.say(head::POINT)), Head::right(page.say(head::DAY))];
    heads.extend(columns.iter().map(|(word, _)| Head::right(page.say(word))));
    let illustrative = |point: &TrajectoryPoint, word: &str| match word {
        head::MILESTONE => one.milestones.iter().any(|m| m.on == point.on && m.illustrative),
        head::TARGET => one.target.as_ref().is_some_and(|target| target.illustrative),
        _ => false,
    };
    let body = html! {
        @for point in &one.trajectory {
            tr {
                th scope="row" { (page.say(point_name(&point.label))) }
                td.num { (page.day(point.on)) }
                @for (word, part) in &columns {
                    td.num {
                        @if *word == head::ACTUAL && point.withheld { (page.absent(words::SUPPRESSED)) }
                        @else if let Some(value) = part(point) {
                            @let shown = html! { (page.number(value, number.illustrative(illustrative(point, word)))) };
                            @if *word == head::ACTUAL { (page.traced(one, Some((ON, &point.on.to_string())), shown)) } @else { (shown) }
                        }
                    }
                }
            }
        }
        @if let Some(Projection::Known(pace)) = &one.pace {
            @for at in &pace.path {
                tr.later {
                    th scope="row" { (page.say(point_name(&at.label))) }
                    td.num { (page.day(at.on)) }
                    td.num colspan=(columns.len().max(1)) {
                        (page.say(head::PROJECTED)) " " (page.number(at.value, number)) " ("
                        (page.number(at.lower, number)) " – " (page.number(at.upper, number)) ")"
                    }
                }
            }
        }
    };
    let note = if one.total.target.is_some() { prose::TRAJECTORY } else { prose::TRAJECTORY_WITHOUT_TARGET };
    html! {
        (table(&format!("t-{}-points", one.code), &html! { (page.say(part::TRAJECTORY)) ": " (theirs(&one.title)) }, true, &heads, &body, None))
        p.note {
            (page.say(note))
            @if one.trajectory.iter().any(|point| point.original.is_some()) { " " (page.say(prose::ORIGINAL_PATH)) }
            @if matches!(one.pace, Some(Projection::Known(_))) { " " (page.say(prose::PROJECTION)) }
        }
    }
}

/// What counts and how, against what; then the queries as they were run.
fn definition(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Markup {
    let with_unit = |value| amount(page.tongue, value, &one.unit, number);
    let marked = |illustrative: bool| if illustrative { format!(" ({})", words::ILLUSTRATIVE) } else { String::new() };
    let baseline = match &one.baseline {
        None => html! { (page.say(one.total.baseline.map_or_else(|| words::NO_BASELINE.to_owned(), with_unit))) },
        Some(baseline) => html! {
            (page.say(with_unit(baseline.value)))
            @if let Some(day) = baseline.on { ", " (page.long_day(day)) }
            @if let Some(source) = &baseline.source { ". " (theirs(source)) }
        },
    };
    let version = |target: &Target| {
        html! {
            (page.say(format!("{} by {}", words::target(&target.value, &one.unit, number), words::day(target.on))))
            (page.say(marked(target.illustrative)))
            @if let Some(day) = target.decided { (page.say(format!(", decided {}", words::day(day)))) }
            @if let Some(because) = &target.because { ": " (theirs(because)) }
        }
    };
    let targets = match &one.targets {
        Targets::None => html! { (page.say(words::NO_BASELINE)) },
        Targets::ToBeDeclared => html! { (page.say(words::TO_BE_DECLARED)) },
        Targets::Declared(versions) => html! { @for target in versions { div { (version(target)) } } },
    };
    let theirs_of = |text: &Option<String>| text.as_ref().map(theirs);
    let lines = [
        (label::WHAT_COUNTS, Some(theirs(&one.definition))),
        (head::COUNTED_AS, Some(html! { @for line in &one.method { div { (page.say(line)) } } })),
        (head::BASELINE, Some(baseline)),
        (label::MILESTONES, (!one.milestones.is_empty()).then(|| html! {
            @for milestone in &one.milestones {
                div { (page.say(format!("{} by {}{}", with_unit(milestone.value), words::day(milestone.on), marked(milestone.illustrative)))) }
            }
        })),
        (head::TARGET, Some(targets)),
        (label::EVIDENCE, theirs_of(&one.evidence)),
        (label::RESPONSIBLE, theirs_of(&one.responsible)),
        (label::SOURCE, theirs_of(&one.source)),
        (label::CATALOGUE, one.catalogue.as_ref().map(|name| html! { code { (name) } })),
        (head::CODE, Some(html! { code { (one.code) } })),
        (ours::ARITHMETIC, arithmetic(page, one)),
        (ours::MADE_OF, made_of(page, one)),
        (ours::DECLARED_IN, declared(page, one)),
    ];
    html! {
        dl.lines {
            @for (label, text) in lines {
                @if let Some(text) = text { div { dt { (page.say(label)) } dd { (text) } } }
            }
            @if !one.sql.is_empty() {
                div { dt { (page.say(head::SQL)) } dd { @for query in &one.sql { pre tabindex="0" { code { (query) } } } } }
            }
        }
    }
}

/// How progress follows from the figures above it, with the numbers put in.
fn arithmetic(page: &Page, one: &IndicatorResult) -> Option<Markup> {
    let total = &one.total;
    let (actual, target, progress) = (total.value.known()?, total.target?, total.progress?);
    let baseline = total.baseline.unwrap_or_default();
    let plain = |value| page.exact(value);
    let share = page.number(progress, NumberFormat::FINE_SHARE);
    Some(html! {
        @if let Some(expected) = expected(page, one) { div { (expected) } }
        (page.say(head::PROGRESS)) " = (" (plain(actual)) " − " (plain(baseline)) ") / (" (plain(target.value)) " − " (plain(baseline)) ") = " (share)
    })
}

/// What was expected on its day: on the line between two days that are declared. None where it came about otherwise.
fn expected(page: &Page, one: &IndicatorResult) -> Option<Markup> {
    let total = &one.total;
    let (day, shown, target) = (total.cut_off?, total.expected?, total.target?);
    let mut path = vec![(page.board.programme.start, total.baseline.unwrap_or_default())];
    path.extend(one.milestones.iter().map(|milestone| (milestone.on, milestone.value)));
    path.push((target.on, target.value));
    path.sort_by_key(|(on, _)| *on);
    let after = path.iter().position(|(on, _)| *on > day)?;
    let (from, to) = (path.get(after.checked_sub(1)?)?, path.get(after)?);
    let days = |from: NaiveDate, to: NaiveDate| Decimal::from(to.signed_duration_since(from).num_days());
    let (gone, all) = (days(from.0, day), days(from.0, to.0));
    let step = quotient(to.1.checked_sub(from.1)?.checked_mul(gone)?, all)?;
    let made = from.1.checked_add(step)?;
    let near = made.checked_sub(shown)?.abs() <= shown.abs().checked_mul(Decimal::new(1, 9))?;
    near.then(|| {
        html! {
            (page.say(head::EXPECTED_THEN)) ", " (page.day(day)) " = " (page.exact(from.1)) " + (" (page.exact(to.1)) " − "
            (page.exact(from.1)) ") × " span.tick { (gone) " / " (all) } " = " (page.exact(shown.round_dp(6)))
        }
    })
}

/// The indicators that it is made of, with their figures.
fn made_of(page: &Page, one: &IndicatorResult) -> Option<Markup> {
    let link = |code: &IndicatorCode| {
        let other = page.board.indicators.iter().find(|other| other.code == *code);
        html! {
            @match other {
                Some(other) => {
                    a href=(format!("#i-{code}")) { (theirs(&other.title)) }
                    " (" (page.value(&other.total.value, number_format(other))) ")"
                }
                None => { code { (code) } }
            }
        }
    };
    match &one.made {
        Made::Quotient { of, to } => Some(html! { (link(of)) " / " (link(to)) }),
        Made::Sum(all) => {
            Some(html! { @for (at, code) in all.iter().enumerate() { @if at > 0 { " + " } (link(code)) } })
        }
        Made::Rows(_) | Made::Ratio { .. } | Made::Mean | Made::Answers => None,
    }
}

/// The file and its lines; for those who have the project's files.
fn declared(page: &Page, one: &IndicatorResult) -> Option<Markup> {
    let declared = &one.declared;
    let place = |line: u32| html! { code { (declared.file) ":" (line) } };
    let lines = [
        (head::BASELINE, declared.baseline.as_slice()),
        (head::TARGET, &declared.targets),
        (label::MILESTONES, &declared.milestones),
    ];
    (!declared.file.is_empty() && !page.restricted()).then(|| {
        html! {
            div { (place(declared.line)) }
            @for (word, lines) in lines.into_iter().filter(|(_, lines)| !lines.is_empty()) {
                div { (page.say(word)) ": " @for (at, line) in lines.iter().enumerate() { @if at > 0 { ", " } (place(*line)) } }
            }
        }
    })
}
