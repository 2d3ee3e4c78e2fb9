//! A [`Scoreboard`] as one page: nothing is loaded from anywhere, and everything can be read without a script.
//!
//! `page` has what all parts are written with, `style` the looks, `plot` and `chart` the drawings, `evidence` the rows
//! behind figures; the other files are the parts of the page, in its order. What partners wrote passes through
//! [`page::theirs`] or `maud`, which escapes everything: it is text and never markup. The page tells what the workbook
//! of the same scoreboard tells, and nothing more.

mod across;
mod behind;
mod breakdown;
mod card;
mod chain;
mod changes;
mod chart;
mod estimate;
mod evidence;
mod map;
mod matrix;
mod method;
mod organisations;
mod overview;
mod page;
mod plot;
mod published;
mod quality;
mod style;
mod survey;
#[cfg(test)]
mod tests;

pub use across::across;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::book::clean;
use super::prose;
use super::sheets::PROGRAM;
use super::words::{self, page as ours, part};
use crate::model::presentation::SheetKind;
use crate::model::scoreboard::Scoreboard;
use page::{Page, theirs};

const SCRIPT: &str = include_str!("page.js");

/// A part of a page with a heading of its own.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// The page as bytes.
pub fn html(scoreboard: &Scoreboard) -> Vec<u8> {
    bytes(&Page::new(scoreboard))
}

fn bytes(page: &Page) -> Vec<u8> {
    let scoreboard = page.board;
    let sections = sections(page);
    let programme = &scoreboard.programme;
    let foot = prose::foot(programme.as_of, &scoreboard.run, words::audience_word(scoreboard.audience));
    let whole = html! {
        (DOCTYPE)
        html lang=(page.tongue.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(PROGRAM);
                title { (clean(&scoreboard.title, false)) " · " (clean(&programme.title, false)) }
                style { (PreEscaped(style::sheet(scoreboard.presentation.accent))) }
            }
            body {
                a.skip href="#main" { (page.say(ours::SKIP)) }
                header { (overview::head(page)) }
                nav aria-label=(page.say(ours::PARTS)) {
                    ul { @for section in &sections { li { a href=(format!("#{}", section.id)) { (page.say(section.title)) } } } }
                    button #scheme type="button" hidden data-words=(schemes(page)) { span aria-hidden="true" { "◐" } span.unseen {} }
                }
                main #main tabindex="-1" {
                    @for section in &sections {
                        section.chapter id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
                            h2 id=(format!("{}-title", section.id)) { (page.say(section.title)) }
                            (section.body)
                        }
                    }
                }
                footer { p { (theirs(&programme.title)) " · " (page.say(foot)) " · " (PROGRAM) } }
                dialog #rows-dialog aria-labelledby="rows-title" {
                    div.title {
                        h2 #rows-title tabindex="-1" { (page.say(words::EVIDENCE)) }
                        button type="button" data-close="" { (page.say(ours::CLOSE)) }
                    }
                    p #rows-said {}
                    div.scroll #rows-table role="group" tabindex="0" aria-labelledby="rows-title" {}
                }
                (evidence::data(page))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut bytes = whole.into_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// Nothing may be loaded, no other script may run, nothing may be sent.
fn policy() -> String {
    let script = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{script}'; base-uri 'none'; \
         form-action 'none'"
    )
}

/// What the switch of colours says in each of its states.
fn schemes(page: &Page) -> String {
    [ours::AS_SYSTEM, ours::LIGHT, ours::DARK].map(|word| page.say(word)).join("|")
}

/// The sheets of the workbook as parts of the page, in the order of the report; those that would be empty left out.
fn sections(page: &Page<'_>) -> Vec<Section> {
    let board = page.board;
    let all_rows = !page.restricted();
    let section = |id, title, body| Some(Section { id, title, body });
    let parts =
        board.presentation.sheets.iter().filter_map(|kind| match kind {
            SheetKind::Summary => section("overview", words::SUMMARY, overview::section(page)),
            SheetKind::Changes => {
                board.changes.as_ref().and_then(|all| section("changes", words::CHANGES, changes::section(page, all)))
            }
            SheetKind::Matrix => matrix::partners(page).and_then(|grid| {
                section(
                    "partners",
                    words::MATRIX,
                    matrix::grid(page, &grid, "partners-table", prose::MATRIX, prose::MATRIX_LEGEND),
                )
            }),
            SheetKind::Pace => Some(matrix::paces(page))
                .filter(|lines| !lines.is_empty())
                .and_then(|lines| section("pace", words::PACE, matrix::pace(page, &lines))),
            SheetKind::Funnel => (!board.presentation.funnels.is_empty() || !board.chains.is_empty())
                .then(|| Section { id: "funnel", title: words::FUNNEL, body: matrix::funnels(page) }),
            SheetKind::Countries => matrix::countries(page).and_then(|grid| {
                section(
                    "countries",
                    words::COUNTRIES,
                    matrix::grid(page, &grid, "countries-table", prose::COUNTRIES, prose::COUNTRIES_LEGEND),
                )
            }),
            SheetKind::Map => map::part(page).and_then(|body| section("map", words::MAP, body)),
            SheetKind::Organisations => {
                organisations::part(page).and_then(|body| section("organisations", words::ORGANISATIONS, body))
            }
            SheetKind::Indicators => (!board.indicators.is_empty()).then(|| Section {
                id: "indicators",
                title: ours::INDICATORS,
                body: html! { @for one in &board.indicators { (card::card(page, one)) } },
            }),
            SheetKind::Survey => (!board.surveys.is_empty()).then(|| Section {
                id: "survey",
                title: words::SURVEY,
                body: survey::section(page),
            }),
            SheetKind::Quality => section("quality", words::QUALITY, quality::section(page)),
            SheetKind::KeptOut if all_rows => section("kept-out", words::KEPT_OUT, quality::kept_out(page)),
            SheetKind::Method => section("method", words::METHOD, method::section(page)),
            // Findings stand with the quality of the data, rows with their figures, submissions in the workbook alone.
            SheetKind::KeptOut | SheetKind::Findings | SheetKind::Evidence | SheetKind::Submissions => None,
        });
    parts.chain([Section { id: "files", title: part::FILES, body: method::files(page) }]).collect()
}
