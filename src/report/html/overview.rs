//! The head of the page, how many stand how, and all indicators in one table.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use maud::{Markup, html};
use rust_decimal::Decimal;

use super::chart;
use super::page::{Page, theirs, tone_class};
use crate::finding::Severity;
use crate::model::number::quotient;
use crate::model::presentation::{ChartUse, Logo, LogoKind, SummaryColumn};
use crate::model::published::disputed;
use crate::model::scoreboard::{IndicatorResult, ReportingState, Status};
use crate::report::illustrative;
use crate::report::language::own;
use crate::report::prose;
use crate::report::published;
use crate::report::sheets::{bounds, coverage, no_target, number_format, target_format};
use crate::report::style::{NumberFormat, Tone};
use crate::report::words::{self, head, page as ours};

/// Statuses in the order in which they are counted out.
const ORDER: [Status; 9] = [
    Status::Achieved,
    Status::OnTrack,
    Status::AtRisk,
    Status::OffTrack,
    Status::Missed,
    Status::Uncertain,
    Status::NotDue,
    Status::NoTarget,
    Status::NoData,
];
/// Those that are a judgement.
const JUDGED: [Status; 5] = [Status::Achieved, Status::OnTrack, Status::AtRisk, Status::OffTrack, Status::Missed];

pub fn status_of(one: &IndicatorResult) -> Status {
    one.total.status.unwrap_or(Status::NoData)
}

/// What this page is: title, programme, day, audience, run, head of the chain.
pub fn head(page: &Page) -> Markup {
    let board = page.board;
    let programme = &board.programme;
    html! {
        @if let Some(logo) = &board.presentation.logo { (picture(logo)) }
        h1 { (theirs(&board.title)) }
        p.programme { (theirs(&programme.title)) }
        @if let Some(text) = illustrative::line(board) { p { strong { (page.say(text)) } } }
        dl.facts {
            div { dt { (page.say(words::label::AS_OF)) } dd { (page.long_day(programme.as_of)) } }
            div { dt { (page.say(words::label::AUDIENCE)) } dd { (page.say(words::audience(board.audience))) } }
            div { dt { (page.say(words::label::RUN)) } dd { code { (board.run) } } }
            div { dt { (page.say(words::label::LEDGER)) } dd { code { (board.ledger_head) } } }
        }
    }
}

/// Beside the title, which says what it would say.
fn picture(logo: &Logo) -> Markup {
    let kind = match logo.kind {
        LogoKind::Png => "png",
        LogoKind::Jpeg => "jpeg",
    };
    let source = format!("data:image/{kind};base64,{}", STANDARD.encode(&logo.bytes));
    html! { img.logo alt="" src=(source) width=(logo.width) height=(logo.height); }
}

pub fn section(page: &Page) -> Markup {
    let all = &page.board.indicators;
    let judged = all.iter().filter(|one| JUDGED.contains(&status_of(one))).count();
    let well = all.iter().filter(|one| Tone::of_status(status_of(one)) == Tone::Good).count();
    html! {
        @if let Some(partner) = &page.board.presentation.partner {
            p { strong { (page.say(prose::by_partner_alone(&own(page.partner(partner.as_str()))))) } }
        }
        p.headline { (page.say(prose::headline(well, judged, all.len()))) }
        ul.tally {
            @for (status, count) in tally(all) {
                li.(tone_class(Tone::of_status(status))) {
                    strong { (page.count(count)) } " " (page.status(status))
                }
            }
        }
        (contradictions(page))
        p.note { (page.say(cut_off(page))) }
        @if !all.is_empty() { (indicators(page)) }
        p.note { (page.say(ours::LEGEND)) }
        @if all.iter().any(crate::report::sheets::any_suppressed) {
            p.note { (page.say(prose::SUPPRESSED_LEGEND)) }
        }
        p { a href="#quality" { (page.say(quality(page))) } }
    }
}

/// How many published figures are contradicted, with the way to each indicator of which one is.
fn contradictions(page: &Page) -> Markup {
    let (count, of) = disputed(&page.board.indicators);
    html! {
        @if count > 0 {
            p {
                strong { (page.say(published::disputed_in(count))) }
                @for (at, one) in of.iter().enumerate() {
                    @if at > 0 { "; " } @else { " " }
                    a href=(format!("#i-{}", one.code)) { (theirs(&one.title)) }
                }
            }
        }
    }
}

fn tally(all: &[IndicatorResult]) -> Vec<(Status, usize)> {
    let count = |wanted| all.iter().filter(|one| status_of(one) == wanted).count();
    ORDER.into_iter().map(|status| (status, count(status))).filter(|(_, count)| *count > 0).collect()
}

/// Which day the figures stand for, in one sentence.
fn cut_off(page: &Page) -> String {
    let as_of = page.board.programme.as_of;
    let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for day in page.board.indicators.iter().filter_map(|one| one.total.cut_off).filter(|day| *day != as_of) {
        *days.entry(day).or_default() += 1;
    }
    prose::cut_off(as_of, &days)
}

/// The data behind the page in one line.
fn quality(page: &Page) -> String {
    let board = page.board;
    let count = |severity| board.findings.iter().filter(|finding| finding.severity == severity).count();
    let state = |state| board.reporting.iter().filter(|line| line.state == state).count();
    prose::quality(
        [Severity::Error, Severity::Warning, Severity::Info].map(|severity| (severity, count(severity))),
        usize::try_from(board.kept_out_total).unwrap_or(usize::MAX),
        state(ReportingState::Late),
        state(ReportingState::Missing),
    )
}

fn indicators(page: &Page) -> Markup {
    let has = |column| page.board.presentation.columns.contains(&column);
    let heads = [
        (SummaryColumn::Actual, head::ACTUAL, "num"),
        (SummaryColumn::Target, head::TARGET, "num"),
        (SummaryColumn::Expected, head::EXPECTED, "num spare"),
        (SummaryColumn::Progress, head::PROGRESS, "num"),
        (SummaryColumn::Coverage, head::COVERAGE, "num spare"),
        (SummaryColumn::Status, head::STATUS, ""),
        (SummaryColumn::Trend, head::TREND, "spare"),
    ];
    // Its lines become cards on a telephone, so what each part is must be said: a changed display takes it away.
    html! {
        div.scroll.overview role="group" tabindex="0" aria-labelledby="overview-table" {
            table role="table" {
                caption.unseen #overview-table { (page.say(ours::ALL_INDICATORS)) }
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { (page.say(head::INDICATOR)) }
                        @for (_, word, class) in heads.iter().filter(|(column, ..)| has(*column)) {
                            th scope="col" role="columnheader" class=(class) { (page.say(word)) }
                        }
                    }
                }
                tbody role="rowgroup" { @for one in &page.board.indicators { (line(page, one)) } }
            }
        }
    }
}

fn line(page: &Page, one: &IndicatorResult) -> Markup {
    let number = number_format(one);
    let total = &one.total;
    let beside = bounds(one, number);
    let unit = if one.unit.is_percent() { "" } else { one.unit.as_str() };
    let has = |column| page.board.presentation.columns.contains(&column);
    html! {
        tr role="row" {
            th scope="row" role="rowheader" { a href=(format!("#i-{}", one.code)) { (theirs(&one.title)) } }
            @if has(SummaryColumn::Actual) {
                td.num.hero role="cell" {
                    strong { (page.traced(one, None, page.value(&total.value, illustrative::marked(one, number)))) }
                    @if !unit.is_empty() { small { (theirs(unit)) } }
                    @if !beside.is_empty() { small { (page.say(&beside)) } }
                }
            }
            @if has(SummaryColumn::Target) {
                td.num.goal role="cell" data-label=(page.say(head::TARGET)) {
                    (page.optional(total.target.map(|target| target.value), no_target(one), target_format(one, number)))
                    @if let Some(target) = total.target { small { (page.day(target.on)) } }
                }
            }
            @if has(SummaryColumn::Expected) {
                td.num.spare role="cell" { (page.optional(total.expected, words::NONE, number)) }
            }
            @if has(SummaryColumn::Progress) {
                td.num.done role="cell" {
                    (page.optional(total.progress, words::NONE, NumberFormat::SHARE))
                    (page.way(total.progress, due(one)))
                }
            }
            @if has(SummaryColumn::Coverage) { td.num.spare role="cell" { (page.say(coverage(one))) } }
            @if has(SummaryColumn::Status) { td.state role="cell" { (page.status(status_of(one))) } }
            @if has(SummaryColumn::Trend) {
                td.spare role="cell" {
                    @match chart::trend(one).filter(|_| page.draws(ChartUse::Trend)) {
                        Some(trend) => (trend),
                        None => (page.absent(words::NO_TREND)),
                    }
                }
            }
        }
    }
}

/// Where progress should stand by now.
pub fn due(one: &IndicatorResult) -> Option<Decimal> {
    let (expected, target) = one.total.expected.zip(one.total.target)?;
    let baseline = one.total.baseline.unwrap_or_default();
    quotient(expected.checked_sub(baseline)?, target.value.checked_sub(baseline)?)
}
