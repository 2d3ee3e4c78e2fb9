//! Several programmes side by side as one page: what the workbook of `report/across` tells, in cards and tables that fit a
//! telephone. It has no script and loads nothing.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Section;
use super::page::{Head, Voice, folded, table, theirs, tone_class};
use super::style;
use crate::model::across::{Across, Entry, Matched, Once, Programme, SetCompared, SetPart, Total};
use crate::model::published::Outcome;
use crate::report::across::words::{self, head};
use crate::report::book::clean;
use crate::report::published::{meant, named};
use crate::report::sheets::PROGRAM;
use crate::report::style::{NumberFormat, Tone};
use crate::report::words::{NONE, audience, audience_word, label, page as ours};

/// Nothing may be loaded, nothing may run, nothing may be sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page as bytes.
pub fn across(across: &Across) -> Vec<u8> {
    bytes(across, &Voice::of(&across.language))
}

fn bytes(across: &Across, voice: &Voice) -> Vec<u8> {
    let sections = sections(across, voice);
    let whole = html! {
        (DOCTYPE)
        html lang=(voice.tongue.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(PROGRAM);
                title { (clean(&across.title, false)) }
                style { (PreEscaped(style::sheet(None))) }
            }
            body {
                a.skip href="#main" { (voice.say(ours::SKIP)) }
                header {
                    h1 { (theirs(&across.title)) }
                    p.programme { (voice.say(words::about(across))) }
                    dl.facts { div { dt { (voice.say(label::AUDIENCE)) } dd { (voice.say(audience(across.audience))) } } }
                }
                nav aria-label=(voice.say(ours::PARTS)) {
                    ul { @for section in &sections { li { a href=(format!("#{}", section.id)) { (voice.say(section.title)) } } } }
                }
                main #main tabindex="-1" {
                    @for section in &sections {
                        section.chapter id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
                            h2 id=(format!("{}-title", section.id)) { (voice.say(section.title)) }
                            (section.body)
                        }
                    }
                }
                footer { p { (theirs(&across.title)) " · " (voice.say(audience_word(across.audience))) " · " (PROGRAM) } }
            }
        }
    };
    let mut bytes = whole.into_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

fn sections(across: &Across, voice: &Voice) -> Vec<Section> {
    let mut all = vec![
        Section { id: "stand", title: words::STAND, body: stand(across, voice) },
        Section { id: "together", title: words::ALL_TOGETHER, body: together(across, voice) },
    ];
    if !across.matched.is_empty() {
        let body = html! { @for (at, one) in across.matched.iter().enumerate() { (card(across, voice, at, one)) } };
        all.push(Section { id: "beside", title: words::BESIDE, body });
    }
    if across.matched.iter().any(|one| one.once.as_ref().is_some_and(|once| once.several > 0)) {
        all.push(Section { id: "overlap", title: words::OVERLAP, body: overlap(across, voice) });
    }
    if let Some(body) = decisions(across, voice) {
        all.push(Section { id: "decisions", title: words::DECISIONS, body });
    }
    if !across.sets.is_empty() {
        let body = html! { @for (at, one) in across.sets.iter().enumerate() { (set(across, voice, at, one)) } };
        all.push(Section { id: "sets", title: words::SETS, body });
    }
    all.push(Section { id: "notes", title: words::NOTES, body: notes(across, voice) });
    all
}

fn left(voice: &Voice, text: &str) -> Head {
    Head::left(voice.say(text))
}

fn right(voice: &Voice, text: &str) -> Head {
    Head::right(voice.say(text))
}

/// A table whose lines become cards on a telephone: each cell says what it is.
struct Cards<'a> {
    voice: &'a Voice,
    heads: &'a [(&'static str, &'static str)],
}

impl Cards<'_> {
    /// A line: what it is about, then a cell for each further head.
    fn line(&self, about: &Markup, cells: &[Markup]) -> Markup {
        html! {
            tr role="row" {
                th scope="row" role="rowheader" { (about) }
                @for (cell, (head, class)) in cells.iter().zip(&self.heads[1..]) {
                    td role="cell" class=(class) data-label=(self.voice.say(head)) { (cell) }
                }
            }
        }
    }

    fn table(&self, id: &str, caption: &Markup, body: &Markup, foot: Option<&Markup>) -> Markup {
        // A changed display takes away what a table says of itself.
        html! {
            div.scroll.cards role="group" tabindex="0" aria-labelledby=(id) {
                table role="table" {
                    caption.unseen id=(id) { (caption) }
                    thead role="rowgroup" {
                        tr role="row" {
                            @for (head, class) in self.heads {
                                th scope="col" role="columnheader" class=(class) { (self.voice.say(head)) }
                            }
                        }
                    }
                    tbody role="rowgroup" { (body) }
                    @if let Some(foot) = foot { tfoot role="rowgroup" { (foot) } }
                }
            }
        }
    }
}

/// How many, marked by its tone; a dash for none.
fn counted(voice: &Voice, count: usize, tone: Tone) -> Markup {
    html! {
        @if count == 0 { (voice.absent(NONE)) }
        @else if tone == Tone::Quiet { (voice.count(count)) }
        @else { span.mark.(tone_class(tone)) { (voice.count(count)) } }
    }
}

fn stand(across: &Across, voice: &Voice) -> Markup {
    let heads = [
        (head::PROGRAMME, ""),
        (head::WELL, "num"),
        (head::FAIR, "num"),
        (head::BAD, "num"),
        (head::UNJUDGED, "num"),
        (head::BEHIND, "num"),
        (head::KEPT_OUT, "num"),
        (head::AS_OF, "num"),
    ];
    let cards = Cards { voice, heads: &heads };
    let body = html! { @for one in &across.programmes { (programme(voice, &cards, one)) } };
    html! {
        (cards.table("stand-table", &html! { (voice.say(words::STAND)) }, &body, None))
        p.note { (voice.say(words::LEGEND)) }
    }
}

fn programme(voice: &Voice, cards: &Cards<'_>, one: &Programme) -> Markup {
    let about = html! {
        strong { (theirs(&one.title)) }
        small { (theirs(&one.name)) " · " (voice.day(one.start)) " – " (voice.day(one.end)) }
        @if one.report.is_none() { small { (voice.absent(words::NO_REPORT)) } }
    };
    let mut cells = vec![voice.absent(NONE); 6];
    if let Some(report) = &one.report {
        let tones = [Tone::Good, Tone::Fair, Tone::Bad, Tone::Quiet];
        for ((cell, count), tone) in cells.iter_mut().zip(words::standing(&report.statuses)).zip(tones) {
            *cell = counted(voice, count, tone);
        }
        if report.behind > 0 {
            cells[4] = html! { (voice.say(format!("{} of {}", report.behind, one.partners))) };
        }
        cells[5] = counted(voice, usize::try_from(report.rows_kept_out).unwrap_or(usize::MAX), Tone::Quiet);
    }
    cells.push(voice.day(one.as_of));
    cards.line(&about, &cells)
}

fn units(one: &Matched) -> String {
    let units: BTreeSet<&str> = one.entries.iter().map(|entry| entry.unit.as_str()).collect();
    units.into_iter().collect::<Vec<_>>().join(", ")
}

/// What the programmes make together, or why nothing.
fn total(voice: &Voice, one: &Matched) -> Markup {
    match (&one.total, &one.once) {
        (_, Some(once)) => html! { (voice.count(once.together)) },
        (Total::Sum { value, .. }, None) => html! { (voice.number(*value, words::formats(one)[0])) },
        (Total::Not(_), None) => voice.absent(NONE),
    }
}

/// What stands beside it.
fn beside(voice: &Voice, one: &Matched) -> String {
    match (&one.total, &one.once) {
        (_, Some(once)) => {
            let said = [words::ONCE_WORD.to_owned(), words::once_range(once), words::in_several(once)];
            let said = said.iter().filter(|text| !text.is_empty()).map(|text| voice.say(text));
            said.collect::<Vec<_>>().join(" · ")
        }
        (Total::Not(why), None) => voice.say(why.says()),
        (Total::Sum { .. }, None) => voice.say(words::of_known(&one.total)),
    }
}

fn together(across: &Across, voice: &Voice) -> Markup {
    if across.matched.is_empty() {
        return html! { p.note { (voice.say(words::NOTHING_IN_COMMON)) } };
    }
    let heads = [(head::INDICATOR, ""), (words::PROGRAMMES, "num"), (head::TOGETHER, "num"), (head::SAID, "long")];
    let cards = Cards { voice, heads: &heads };
    let body = html! {
        @for (at, one) in across.matched.iter().enumerate() {
            (cards.line(&html! { a href=(format!("#m-{at}")) { (theirs(&one.title)) } }, &[
                html! { (voice.count(one.entries.len())) },
                html! { strong { (total(voice, one)) } small { (theirs(units(one))) } },
                html! { (beside(voice, one)) },
            ]))
        }
    };
    cards.table("together-table", &html! { (voice.say(words::ALL_TOGETHER)) }, &body, None)
}

fn card(across: &Across, voice: &Voice, at: usize, one: &Matched) -> Markup {
    let heads = [
        (head::PROGRAMME, ""),
        (head::FIGURE, "num"),
        (head::TARGET, "num"),
        (head::PROGRESS, "num"),
        (head::STATUS, "state"),
        (head::COVERAGE, "num"),
        (head::DAY, "num"),
        (head::FOUND, "place"),
    ];
    let cards = Cards { voice, heads: &heads };
    let formats = words::formats(one);
    let body = html! {
        @for (entry, format) in one.entries.iter().zip(&formats) { (line(across, &cards, entry, *format)) }
    };
    let has_total = one.once.is_some() || matches!(one.total, Total::Sum { .. });
    let foot = html! {
        tr role="row" {
            th scope="row" role="rowheader" { (voice.say(head::TOGETHER)) }
            td.num role="cell" { (total(voice, one)) @if has_total { small { (theirs(one.entries[0].unit.as_str())) } } }
            td.long role="cell" colspan="6" { (beside(voice, one)) }
        }
    };
    let id = format!("m-{at}");
    html! {
        article.card id=(id) aria-labelledby=(format!("{id}-title")) {
            div.title { h3 id=(format!("{id}-title")) { (theirs(&one.title)) } }
            p.kind { (voice.say(words::matched_about(one))) }
            (cards.table(&format!("{id}-table"), &theirs(&one.title), &body, Some(&foot)))
            @if !one.differences.is_empty() {
                div.part {
                    h4 { (voice.say(words::BEFORE)) }
                    ul { @for each in &one.differences { li { (voice.say(words::difference(across, each, voice.tongue))) } } }
                }
            }
            @if let Some(once) = one.once.as_ref().filter(|once| once.several > 0) { (shared(across, voice, &id, one, once)) }
            (folded(None, &html! { (voice.say(words::DEFINED)) }, &defined(across, one)))
        }
    }
}

fn line(across: &Across, cards: &Cards<'_>, entry: &Entry, format: NumberFormat) -> Markup {
    let voice = cards.voice;
    let programme = &across.programmes[entry.programme];
    let range = words::range(entry, format);
    let target = entry.target.map(|target| target.value);
    let shown = format.up_to(entry.target.and_then(|target| target.to));
    let about = html! {
        strong { (theirs(&programme.title)) }
        small { (theirs(format!("{}: {}", programme.name, entry.indicator))) }
    };
    let cells = [
        html! {
            strong { (voice.value(&entry.value, format)) }
            small { (theirs(entry.unit.as_str())) }
            @if !range.is_empty() { small { (voice.say(&range)) } }
        },
        voice.optional(target, NONE, shown),
        html! { (voice.optional(entry.progress, NONE, NumberFormat::SHARE)) (voice.way(entry.progress, None)) },
        entry.status.map_or_else(|| voice.absent(NONE), |status| voice.status(status)),
        html! { (voice.say(entry.coverage.to_string())) },
        voice.day(entry.cut_off.unwrap_or(programme.as_of)),
        html! {
            (voice.say(words::found(entry.found.as_ref())))
            @if let Some(report) = &programme.report { small { (voice.say(label::RUN)) " " code { (report.run) } } }
        },
    ];
    cards.line(&about, &cells)
}

/// How many stand in both of each two.
fn shared(across: &Across, voice: &Voice, id: &str, one: &Matched, once: &Once) -> Markup {
    let name = |at: usize| across.programmes[one.entries[at].programme].name.as_str();
    let mut heads = vec![left(voice, head::FOLDER)];
    heads.extend((0..one.entries.len()).map(|at| Head::theirs_right(name(at))));
    let pair = |row: usize, at: usize| {
        let both = once.shared.iter().find(|one| (one.0, one.1) == (row.min(at), row.max(at)));
        if row == at { once.each[row] } else { both.map(|(.., both)| *both) }
    };
    let body = html! {
        @for row in 0..one.entries.len() {
            tr {
                th scope="row" { (theirs(name(row))) }
                @for at in 0..one.entries.len() {
                    td.num.later[row == at] {
                        @match pair(row, at).filter(|both| *both > 0) { Some(both) => (voice.count(both)), None => (voice.absent(NONE)) }
                    }
                }
            }
        }
    };
    html! {
        div.part {
            h4 { (voice.say(words::TWO_AT_ONCE)) }
            (table(&format!("{id}-both"), &html! { (voice.say(words::TWO_AT_ONCE)) }, true, &heads, &body, None))
        }
    }
}

fn defined(across: &Across, one: &Matched) -> Markup {
    html! {
        dl.lines {
            @for entry in &one.entries {
                div {
                    dt { (theirs(&across.programmes[entry.programme].name)) }
                    dd { (theirs(&entry.definition)) @for line in &entry.method { br; (theirs(line)) } }
                }
            }
        }
    }
}

fn names(across: &Across, all: impl IntoIterator<Item = usize>) -> Markup {
    let names: Vec<&str> = all.into_iter().map(|at| across.programmes[at].name.as_str()).collect();
    theirs(names.join(", "))
}

fn overlap(across: &Across, voice: &Voice) -> Markup {
    let heads = [left(voice, head::KNOWN_AS), left(voice, head::IN), left(voice, head::ALSO)];
    html! {
        p.note { (voice.say(words::OVERLAP_ABOUT)) }
        @for (at, one) in across.matched.iter().enumerate() {
            @if let Some(once) = one.once.as_ref().filter(|once| once.several > 0) {
                h3 { (theirs(&one.title)) }
                p { (voice.say(words::overlap(one, once))) }
                (folded(None, &html! { (voice.say(head::KNOWN_AS)) }, &table(&format!("o-{at}"), &theirs(&one.title), true, &heads, &html! {
                    @for standing in &once.names {
                        tr {
                            th scope="row" { (theirs(&standing.identity)) }
                            td { (names(across, standing.entries.iter().map(|at| one.entries[*at].programme))) }
                            td.long {
                                @for (name, why) in &standing.also {
                                    (theirs(name)) @if !why.is_empty() { ": " (theirs(why)) } br;
                                }
                            }
                        }
                    }
                }, None)))
                @if once.several > once.names.len() { p.note { (voice.say(words::more(once.several - once.names.len()))) } }
            }
        }
    }
}

fn decisions(across: &Across, voice: &Voice) -> Option<Markup> {
    let open =
        across.open.as_ref().filter(|open| open.all > 0 || !open.within.is_empty() || !open.decisions.is_empty())?;
    let pairs = [
        right(voice, head::LIKELY),
        left(voice, head::ONE),
        left(voice, head::OTHER),
        left(voice, head::REASONS),
        left(voice, head::LINE),
    ];
    let organisation = |one: &crate::model::across::Named| {
        html! {
            td { (theirs(&one.identity)) @for name in &one.names { small { (theirs(name)) } } small { (names(across, one.programmes.iter().copied())) } }
        }
    };
    let open_pairs = html! {
        @for pair in &open.pairs {
            tr {
                td.num { (voice.number(pair.probability, NumberFormat::FINE_SHARE)) }
                (organisation(&pair.one))
                (organisation(&pair.other))
                td.long { (words::reasons(pair, |reason| voice.say(reason))) }
                td.long { code { (clean(&words::line(pair), false)) } }
            }
        }
    };
    let taken =
        [head::VERDICT, head::ONE, head::OTHER, head::BY, head::ON, head::BECAUSE].map(|text| left(voice, text));
    let decided = html! {
        @for one in &open.decisions {
            tr {
                td { (voice.say(if one.same { words::SAME } else { words::DIFFERENT })) }
                @for name in &one.pair { td { (theirs(name)) } }
                td { (theirs(&one.by)) }
                td { (voice.day(one.on)) }
                td.long { (theirs(&one.because)) }
            }
        }
    };
    Some(html! {
        p.note { (voice.say(words::DECISIONS_ABOUT)) }
        @if open.all > 0 || !open.within.is_empty() {
            h3 { (voice.say(words::UNDECIDED)) }
            @for within in &open.within { p.note { (voice.say(words::within(across, *within))) } }
        }
        @if open.all > 0 {
            p.note { (voice.say(words::TO_DECIDE)) }
            (table("pairs", &html! { (voice.say(words::UNDECIDED)) }, true, &pairs, &open_pairs, None))
            @if open.all > open.pairs.len() { p.note { (voice.say(words::more(open.all - open.pairs.len()))) } }
        }
        @if !open.decisions.is_empty() {
            h3 { (voice.say(words::DECIDED)) }
            (table("decided", &html! { (voice.say(words::DECIDED)) }, true, &taken, &decided, None))
        }
    })
}

fn set(across: &Across, voice: &Voice, at: usize, set: &SetCompared) -> Markup {
    let (first, second) = (across.programmes[set.first.0].name.as_str(), across.programmes[set.second.0].name.as_str());
    let heads = [
        left(voice, head::PART),
        right(voice, head::GIVES),
        right(voice, head::PUBLISHED),
        left(voice, head::OUTCOME),
        left(voice, head::SOURCE),
    ];
    let body = html! {
        @for (_, part) in SetPart::NAMES {
            @let said: Vec<_> = set.published.iter().filter(|one| one.part == part).collect();
            @for published in said.iter().copied().map(Some).chain(said.is_empty().then_some(None)) {
                tr {
                    th scope="row" { (voice.say(words::part(part, first, second))) }
                    td.num { strong { (voice.count(set.count(part))) } }
                    @if let Some(one) = published {
                        td.num { (voice.say(meant(one.said.relation, &NumberFormat::WHOLE.shown(one.said.value)))) }
                        td.state { (voice.mark(named(one.outcome, one.said.rows), tone(one.outcome))) }
                        td.long { (theirs(&one.said.source)) @if let Some(note) = &one.said.note { small { (theirs(note)) } } }
                    } @else { td {} td {} td {} }
                }
            }
        }
    };
    html! {
        h3 { (theirs(&set.title)) }
        p.note { (theirs(format!("{} ({}) · {} ({})", first, set.first.1, second, set.second.1))) }
        (table(&format!("set-{at}"), &theirs(&set.title), true, &heads, &body, None))
        @if let Some(account) = &set.account { p.reason { (voice.say(words::account(account.makes, account.second))) } }
        dl.lines {
            @for (part, values) in [(SetPart::Kept, &set.kept), (SetPart::Dropped, &set.dropped), (SetPart::Added, &set.added)] {
                div {
                    dt { (voice.say(words::part(part, first, second))) }
                    dd { @if values.is_empty() { (voice.absent(NONE)) } @else { (theirs(values.join(", "))) } }
                }
            }
        }
    }
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Agrees => Tone::Good,
        Outcome::Contradicted => Tone::Fair,
        Outcome::Open | Outcome::NotCompared => Tone::Quiet,
    }
}

fn notes(across: &Across, voice: &Voice) -> Markup {
    let heads = [head::PROGRAMME, head::REPORT, head::RUN, head::HEAD].map(|text| left(voice, text));
    let runs = html! {
        @for one in &across.programmes {
            tr {
                th scope="row" { (theirs(&one.name)) }
                @if let Some(report) = &one.report {
                    td { (theirs(format!("{}.xlsx", report.code))) }
                    td { code { (report.run) } }
                    td.hash { code { (report.head) } }
                } @else { td colspan="3" { (voice.absent(words::NO_REPORT)) } }
            }
        }
    };
    let alone = html! {
        ul { @for (at, code, title) in &across.alone { li { (theirs(format!("{}: {title} ({code})", across.programmes[*at].name))) } } }
    };
    html! {
        h3 { (voice.say(words::PUT_TOGETHER)) }
        @for line in words::METHOD { p { (voice.say(line)) } }
        h3 { (voice.say(words::COME_FROM)) }
        p.note { (voice.say(words::VERIFY)) }
        (table("runs", &html! { (voice.say(words::COME_FROM)) }, true, &heads, &runs, None))
        @if !across.alone.is_empty() { (folded(None, &html! { (voice.say(words::ALONE)) }, &alone)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::across::tests;

    #[test]
    fn what_partners_wrote_is_text_and_never_markup() {
        let page = String::from_utf8(across(&tests::across("en"))).unwrap();
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        let written = page.matches("=1+1&lt;script&gt;alert('x')&lt;/script&gt;").count();
        assert!(written > 30, "{written}");
        assert!(!["src=", "href=\"http", "url(", "@import"].iter().any(|way| page.contains(way)), "nothing is loaded");
    }

    #[test]
    fn every_text_of_ours_is_told_in_every_language() {
        for language in ["de", "fr", "nl"] {
            let voice = Voice::of(language);
            bytes(&tests::across(language), &voice);
            let untold = voice.untold.borrow();
            assert!(untold.is_empty(), "{language}: put these into src/report/translations: {untold:#?}");
        }
    }

    #[test]
    fn every_way_on_the_page_leads_somewhere() {
        let page = String::from_utf8(across(&tests::across("fr"))).unwrap();
        for way in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.contains(&format!("id=\"{way}\"")), "{way}");
        }
    }
}
