//! Who was asked, who answered, which questions were left out, who answered again, and what people said.

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::page::{Head, Page, folded, table, theirs};
use crate::model::absent::Absent;
use crate::model::number::quotient;
use crate::model::scoreboard::{Coded, Panel, StratumResponse, SurveyResult, WaveResponse};
use crate::model::value::Value;
use crate::report::language::own;
use crate::report::prose;
use crate::report::style::NumberFormat;
use crate::report::words::{self, head, part};

pub fn section(page: &Page) -> Markup {
    html! {
        @for survey in &page.board.surveys {
            div.survey {
                h3 { (theirs(&survey.title)) }
                @for line in &survey.method { p { (page.say(line)) } }
                p.note { (page.say(prose::RESPONSE)) }
                @for (at, wave) in survey.waves.iter().enumerate() { (response(page, survey, wave, at)) }
                @if let Some(panel) = &survey.panel { (again(page, survey, panel)) }
            }
        }
    }
}

fn response(page: &Page, survey: &SurveyResult, wave: &WaveResponse, at: usize) -> Markup {
    let id = format!("survey-{}-{at}", survey.code);
    let heads = [
        Head::left(page.say(head::STRATUM)),
        Head::right(page.say(head::POPULATION)),
        Head::right(page.say(head::ASKED)),
        Head::right(page.say(head::INELIGIBLE)),
        Head::right(page.say(head::COMPLETE)),
        Head::right(page.say(head::RATE)),
    ];
    let (strata, whole): (Vec<_>, Vec<_>) = wave.strata.iter().partition(|stratum| stratum.name != "all");
    let body = html! { @for one in strata { (stratum(page, one, &theirs(&one.name))) } };
    let foot = html! { @for one in &whole { (stratum(page, one, &html! { (page.say(words::ALL)) })) } };
    let caption = html! { (page.say(prose::wave_on(&own(&wave.title), wave.on))) };
    let withheld =
        wave.strata.iter().any(|one| one.rate == Value::Suppressed) || wave.items.iter().any(|item| item.suppressed);
    html! {
        section.part {
            h4 { (caption) }
            div.bars { (table(&id, &caption, true, &heads, &body, (!whole.is_empty()).then_some(&foot))) }
            @if !page.restricted() { p.note { (page.say(prose::aside(wave))) } }
            @else if withheld { p.note { (page.say(prose::SUPPRESSED_LEGEND)) } }
            (items(page, wave, &id))
            @for (at, coded) in wave.coded.iter().filter(|coded| !coded.answers.is_empty()).enumerate() {
                (own_words(page, wave, coded, &format!("{id}-said-{at}")))
            }
        }
    }
}

fn stratum(page: &Page, one: &StratumResponse, name: &Markup) -> Markup {
    let withheld = one.rate == Value::Suppressed;
    let eligible = one.asked.saturating_sub(one.ineligible);
    let rate = one.rate.known().and_then(|_| quotient(Decimal::from(one.complete), Decimal::from(eligible)));
    let word = words::absent(&one.rate).unwrap_or(words::NOT_COMPUTABLE);
    let counts = [one.population, one.asked, one.ineligible, one.complete];
    html! {
        tr {
            th scope="row" { (name) }
            @for count in counts {
                td.num { @if withheld { (page.absent(words::NONE)) } @else { (page.count(count)) } }
            }
            td.num {
                (page.optional(rate, word, NumberFormat::FINE_SHARE))
                (page.way(rate, None))
            }
        }
    }
}

fn items(page: &Page, wave: &WaveResponse, id: &str) -> Markup {
    if wave.items.is_empty() {
        return html! {};
    }
    // A kind that no question has needs no column; where nobody can tell the kinds apart, there is none.
    let mut kinds: Vec<(Absent, &str)> =
        words::ABSENT.into_iter().filter(|(kind, _)| wave.items.iter().any(|item| item.of(*kind) > 0)).collect();
    if kinds.iter().all(|(kind, _)| *kind == Absent::Unknown) {
        kinds.clear();
    }
    let mut heads = vec![Head::left(page.say(head::QUESTION))];
    heads.extend([head::WITH, head::WITHOUT, head::ITEM_RATE].map(|word| Head::right(page.say(word))));
    heads.extend(kinds.iter().map(|(_, word)| Head::right(page.say(word))));
    let rate = |answered: usize, left_out: usize| quotient(Decimal::from(left_out), Decimal::from(answered + left_out));
    let body = html! {
        @for item in &wave.items {
            tr {
                th scope="row" { (theirs(&item.question)) }
                @if item.suppressed {
                    td.num { (page.absent(words::NONE)) } td.num { (page.absent(words::NONE)) }
                    td.num { (page.absent(words::SUPPRESSED)) }
                    @for _ in &kinds { td.num { (page.absent(words::NONE)) } }
                } @else {
                    td.num { (page.count(item.answered)) }
                    td.num { (page.count(item.left_out())) }
                    td.num { (page.optional(rate(item.answered, item.left_out()), words::NOT_COMPUTABLE, NumberFormat::FINE_SHARE)) }
                    @for (kind, _) in &kinds { td.num { (page.count(item.of(*kind))) } }
                }
            }
        }
    };
    let caption = html! { (page.say(head::ITEM_RATE)) ", " (theirs(&wave.title)) };
    folded(None, &caption, &table(&format!("{id}-items"), &caption, true, &heads, &body, None))
}

fn again(page: &Page, survey: &SurveyResult, panel: &Panel) -> Markup {
    let id = format!("survey-{}-panel", survey.code);
    let mut heads = vec![Head::left(page.say(head::WAVE))];
    heads.extend(
        [head::ANSWERED, head::AGAIN, head::REJOINED, head::FIRST_TIME, head::DROPPED]
            .map(|word| Head::right(page.say(word))),
    );
    let body = html! {
        @for (at, wave) in panel.waves.iter().enumerate() {
            tr {
                th scope="row" { (theirs(&wave.title)) }
                td.num { (page.count(wave.answered)) }
                @for count in [wave.again, wave.rejoined, wave.new, wave.dropped] {
                    // Before the first wave there is none that could have been answered.
                    td.num { @if at == 0 { (page.absent(words::NONE)) } @else { (page.count(count)) } }
                }
            }
        }
    };
    html! {
        section.part {
            h4 { (page.say(part::PANEL)) }
            (table(&id, &html! { (page.say(part::PANEL)) }, true, &heads, &body, None))
            p.note { (page.say(prose::PANEL)) }
            (kept(page, panel, &format!("{id}-kept")))
        }
    }
}

/// Of those who answered the baseline, how many answered each later wave.
fn kept(page: &Page, panel: &Panel, id: &str) -> Markup {
    let later = &panel.waves[(panel.first + 1).min(panel.waves.len())..];
    let Some(baseline) = panel.waves.get(panel.first).filter(|_| !later.is_empty()) else { return html! {} };
    let mut heads = vec![Head::left(page.say(head::STRATUM)), Head::theirs_right(&baseline.title)];
    heads.extend(later.iter().map(|wave| Head::theirs_right(&wave.title)));
    let body = html! {
        @for stratum in &panel.strata {
            tr {
                th scope="row" { @if stratum.name == "all" { (page.say(words::ALL)) } @else { (theirs(&stratum.name)) } }
                td.num { (page.count(stratum.answered)) }
                @for count in &stratum.kept { td.num { (page.count(*count)) } }
            }
        }
    };
    html! {
        (table(id, &html! { (page.say(prose::kept(&own(&baseline.title), 0))) }, true, &heads, &body, None))
        p.note { (page.say(prose::kept(&own(&baseline.title), 0))) }
    }
}

/// Answers in people's own words: how many speak of each theme, then what they said.
fn own_words(page: &Page, wave: &WaveResponse, coded: &Coded, id: &str) -> Markup {
    let all = Decimal::from(coded.answers.len());
    let heads = [
        Head::left(page.say(head::THEME)),
        Head::right(page.say(head::ANSWERS)),
        Head::right(page.say(head::SHARE_OF)),
    ];
    let line = |label: &Markup, count: usize| {
        let share = quotient(Decimal::from(count), all);
        html! {
            tr {
                th scope="row" { (label) }
                td.num { (page.count(count)) }
                td.num { (page.optional(share, words::NOT_COMPUTABLE, NumberFormat::FINE_SHARE)) (page.way(share, None)) }
            }
        }
    };
    let themes = html! {
        @for (label, count) in &coded.themes { (line(&theirs(label), *count)) }
        (line(&html! { (page.say(words::NO_THEME)) }, coded.without))
    };
    let said = html! {
        @for answer in &coded.answers {
            tr {
                td.long { (theirs(&answer.text)) }
                td { @if answer.themes.is_empty() { (page.absent(words::NONE)) } @else { (theirs(answer.themes.join(", "))) } }
            }
        }
    };
    let caption = html! { (page.say(prose::in_own_words(&own(&coded.question), &own(&wave.title)))) };
    html! {
        h5 { (caption) }
        (table(id, &caption, true, &heads, &themes, None))
        p.note { (page.say(prose::coded(coded.answers.len()))) }
        (folded(None, &html! { (page.say(head::SAID)) }, &table(
            &format!("{id}-answers"),
            &html! { (page.say(head::SAID)) ": " (theirs(&coded.question)) },
            true,
            &[Head::left(page.say(head::SAID)), Head::left(page.say(head::THEMES))],
            &said,
            None,
        )))
    }
}
